"""JSON that every reader can carry: what comes in as it must also go out again, and into the database."""

from __future__ import annotations

import json
import math
from typing import Any, cast


def read(raw: str | bytes, deepest: int) -> Any:
    """What a JSON text says, if its arrays and objects lie in each other no deeper than this.

    Raises:
        ValueError: it is no JSON, is nested too deep, or holds a number that JSON does not know.
    """
    try:
        value: Any = json.loads(raw, parse_constant=_not_json, parse_float=_finite)
    except RecursionError:
        raise ValueError from None
    if not _is_flat_enough(value, deepest):
        raise ValueError
    return value


def may_hold_half_characters(raw: str | bytes) -> bool:
    """Whether a JSON text may hold half a surrogate pair, which is no character and has no form in UTF-8."""
    return b"\\ud" in raw.lower() if isinstance(raw, bytes) else "\\ud" in raw.lower()


def _is_flat_enough(value: Any, deepest: int) -> bool:
    level: list[Any] = [value]
    for _ in range(deepest):
        level = [inner for outer in level if isinstance(outer, dict | list) for inner in _inside(outer)]
        if not level:
            return True
    return False


def _inside(value: Any) -> list[Any]:
    return list(cast("dict[str, Any]", value).values()) if isinstance(value, dict) else cast("list[Any]", value)


def _finite(text: str) -> float:
    """A number too large for any reader becomes infinity in Python."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _not_json(name: str) -> Any:
    """Python reads NaN and Infinity as numbers; JSON knows neither."""
    raise ValueError(name)
