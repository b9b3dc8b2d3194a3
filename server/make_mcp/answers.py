"""The form of an answer's data."""

from collections.abc import Callable, Collection
from math import isfinite
from typing import Any, cast

from pydantic_core import to_json

from make_tools.schema import SAFE_INTEGER

_DIGITS_ALIKE = bytes(ord("0") if chr(byte).isdigit() and byte < 128 else byte for byte in range(256))
_LONG_NUMBER = b"0" * len(str(SAFE_INTEGER))


def answer(data: dict[str, Any], secrets: Collection[str] = ()) -> tuple[str, dict[str, Any]]:
    """The compact JSON text of an answer, and the same data.

    Numbers that JSON cannot carry to every consumer become strings in both: integers that would be rounded (a
    connection's `uid` can be one), and what overflowed to infinity. An answer that repeats one of `secrets` loses it.
    """
    text = to_json(data)
    # Nearly every answer holds neither: looking for a run of digits costs a tenth of a walk.
    if _LONG_NUMBER in text.translate(_DIGITS_ALIKE) or b"Infinity" in text:
        data = cast("dict[str, Any]", _changed(data, _carried))
        text = to_json(data)
    return _guarded(data, text, secrets)


def exactly(data: dict[str, Any], secrets: Collection[str] = ()) -> tuple[str, dict[str, Any]]:
    """The same for what is ours, such as a preview: every number as it is, since it is shown as it will be sent."""
    return _guarded(data, to_json(data, inf_nan_mode="null"), secrets)


def _guarded(data: dict[str, Any], text: bytes, secrets: Collection[str]) -> tuple[str, dict[str, Any]]:
    shown = text.decode()
    if any(secret in shown for secret in secrets):
        data = cast("dict[str, Any]", _changed(data, lambda value: without(value, secrets)))
        shown = to_json(data).decode()
    return shown, data


def without(value: Any, secrets: Collection[str]) -> Any:
    """Text without the secrets."""
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, "[redacted]")
    return value


def _carried(value: Any) -> Any:
    if isinstance(value, int | float) and not -SAFE_INTEGER <= value <= SAFE_INTEGER and _loses(value):
        return str(value)
    return value


def _loses(value: float) -> bool:
    return isinstance(value, int) or not isfinite(value)


def _changed(value: Any, change: Callable[[Any], Any]) -> Any:
    """A copy in which each value that is no collection went through `change`."""
    if isinstance(value, dict):
        return {key: _changed(item, change) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_changed(item, change) for item in cast("list[Any]", value)]
    return change(value)
