"""The form of an answer's data."""

from typing import Any, cast

from make_tools.schema import SAFE_INTEGER


def safe_for_json(data: dict[str, Any]) -> dict[str, Any]:
    """The same data with integers that JSON consumers would round as strings (a connection's `uid` can be one)."""
    return cast("dict[str, Any]", _safe(data))


def _safe(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _safe(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_safe(item) for item in cast("list[Any]", value)]
    if isinstance(value, int) and abs(value) > SAFE_INTEGER:
        return str(value)
    return value
