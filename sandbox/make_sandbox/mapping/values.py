"""Values as Make converts them: what is a number, what is empty, and how a value stands in a text.

The rules are those of Make's designer as far as they are known; how collections stand in a text is a guess.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, cast

from make_sandbox import plain_json

LONGEST = 1_000_000
"""Characters of a text that an expression may make."""

DEEPEST = 100
"""How deep a value may be nested."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,300}(?:\.[0-9]{0,300})?|\.[0-9]{1,300})(?:[eE][+-]?[0-9]{1,3})?")
_EXACT = 2**53
LARGEST = 10**300
"""Numbers beyond it are none: two below it can be multiplied as they are."""


class Unknown(Exception):
    """Raised by the evaluation of an expression that needs something which the practice account does not compute."""


class TooLarge(Exception):
    """Raised where an expression or a module makes a value that is too large to go on with."""


def is_empty(value: Any) -> bool:
    """What `ifempty` takes for empty."""
    return value is None or value in ("", [], {})


def is_true(value: Any) -> bool:
    return bool(value) and value != "false"


def finite(value: float) -> int | float | None:
    """A number in its plainest form, or nothing for one that JSON cannot hold."""
    if isinstance(value, int):
        return value if abs(value) < LARGEST else None
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) < _EXACT else value


def number(value: Any) -> int | float | None:
    """The number that a value is or that a text says; nothing for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return finite(value)
    text_ = value.strip() if isinstance(value, str) else ""
    return finite(float(text_)) if _NUMBER.fullmatch(text_) else None


def text(value: Any) -> str:
    """A value as it stands in a text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        items = cast("list[Any]", value)
        if not any(isinstance(item, dict | list) for item in items):
            return ", ".join(text(item) for item in items)
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)


def equal(left: Any, right: Any) -> bool:
    """Whether two values are the same: numbers by value even where one is a text, empty ones always."""
    if is_empty(left) or is_empty(right):
        return is_empty(left) and is_empty(right)
    numbers = number(left), number(right)
    if None not in numbers:
        return numbers[0] == numbers[1]
    return left == right or text(left) == text(right)


def order(left: Any, right: Any) -> int | None:
    """Below, at or above zero as the left value is smaller, the same or larger; nothing where one of them is empty."""
    if is_empty(left) or is_empty(right):
        return None
    first, second = number(left), number(right)
    if first is not None and second is not None:
        return (first > second) - (first < second)
    one, other = text(left), text(right)
    return (one > other) - (one < other)


def whole(value: Any, otherwise: int = 0) -> int:
    """A number without its fraction, for positions and counts."""
    found = number(value)
    return otherwise if found is None else int(found)


def bounded(value: Any) -> Any:
    """The value, unless it is a text that is too long to go on with (`TooLarge`)."""
    if isinstance(value, str) and len(value) > LONGEST:
        raise TooLarge
    return value


def joined(parts: list[Any]) -> str:
    """Values side by side in one text.

    Raises:
        TooLarge: it would be too long.
    """
    texts = [text(part) for part in parts]
    if sum(map(len, texts)) > LONGEST:
        raise TooLarge
    return "".join(texts)


def parsed(text_: str) -> Any:
    """The value of a JSON text; nothing for what is no JSON, or is nested too deep to be worked with."""
    try:
        value = plain_json.read(text_, DEEPEST)
    except ValueError:
        return None
    if plain_json.may_hold_half_characters(text_):
        return json.loads(json.dumps(value, ensure_ascii=False).encode(errors="replace"))
    return value
