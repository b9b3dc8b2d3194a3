"""Makes any answer fit into so many bytes: what is largest gives way, from its end, and is named. Pure."""

from dataclasses import dataclass, field
from typing import Any, cast

from pydantic_core import to_json

from make_tools.wording import safe

_FOR_THE_NOTE = 800
"""Bytes for the word on what was left out."""
_LEAST = 40
"""Bytes below which nothing is worth showing in part."""
_MOST_NAMED = 5
_LONGEST_NAME = 120


def fitted(data: dict[str, Any], most: int, rest: str = "") -> dict[str, Any]:
    """The data, or as much of it as fits into so many bytes of JSON, with a `note` on what was left out.

    What is small stays as it is; lists lose items at their end and texts their end. `rest` says how to get it.
    """
    if _size(data) <= most:
        return data
    room = max(most - _FOR_THE_NOTE, _LEAST)
    while True:
        shown = _shown(data, room, most, rest)
        if _size(shown) <= most or room <= _LEAST:
            return shown
        # Thousands of keys take more than their share.
        room //= 2


def _shown(data: dict[str, Any], room: int, most: int, rest: str) -> dict[str, Any]:
    cut = _Cut()
    shown = cast("dict[str, Any]", cut.value(data, room, ""))
    told = "; ".join(cut.left_out[:_MOST_NAMED]) + ("; and more" if len(cut.left_out) > _MOST_NAMED else "")
    before = f"{shown['note']} " if isinstance(shown.get("note"), str) else ""
    shown["note"] = f"{before}Cut at {most:,} bytes: {told}. {rest}".strip()
    return shown


@dataclass(slots=True)
class _Cut:
    left_out: list[str] = field(default_factory=list[str])

    def _tell(self, what: str) -> None:
        # Names of keys are the account's.
        self.left_out.append(safe(what, _LONGEST_NAME))

    def value(self, value: Any, room: int, where: str) -> Any:
        """The value in at most about `room` bytes."""
        if _size(value) <= room:
            return value
        if isinstance(value, dict):
            return self._mapping(cast("dict[str, Any]", value), room, where)
        if isinstance(value, list):
            return self._items(cast("list[Any]", value), room, where)
        return self._text(value, room, where) if isinstance(value, str) else value

    def _mapping(self, value: dict[str, Any], room: int, where: str) -> dict[str, Any]:
        """Each entry gets its share; what is smaller than that leaves the rest of it to the others."""
        left = room - 2 - sum(_size(name) + 2 for name in value)
        shares: dict[str, int] = {}
        waiting = len(value)
        for name, size in sorted(((name, _size(entry)) for name, entry in value.items()), key=_second):
            shares[name] = min(size, max(left // waiting, _LEAST))
            left -= shares[name]
            waiting -= 1
        found: dict[str, Any] = {}
        used = 2
        dropped = 0
        for name, entry in value.items():
            shown = self.value(entry, shares[name], f"{where}.{name}" if where else name)
            used += _size(name) + _size(shown) + 2
            if used > room + _LEAST * 2 and shares[name] <= _LEAST and found:
                dropped += 1
                continue
            found[name] = shown
        if dropped:
            self._tell(f"{where or 'the answer'} has {dropped} more of {len(value)} keys")
        return found

    def _items(self, value: list[Any], room: int, where: str) -> list[Any]:
        found: list[Any] = []
        left = room - 2
        for item in value:
            size = _size(item) + 1
            if size > left:
                if not found and left > _LEAST:
                    found.append(self.value(item, left, f"{where}[0]"))
                break
            found.append(item)
            left -= size
        if len(found) < len(value):
            self._tell(f"{where} shows {len(found)} of {len(value):,}")
        return found

    def _text(self, value: str, room: int, where: str) -> str:
        # In JSON a character may take six bytes.
        shown = value[: max(room - 1, 0)]
        while shown and _size(shown) > room:
            shown = shown[: len(shown) * room // _size(shown)]
        self._tell(f"{where} shows {len(shown):,} of {len(value):,} characters")
        return shown + "…"


def _size(value: Any) -> int:
    return len(to_json(value, inf_nan_mode="null"))


def _second(pair: tuple[str, int]) -> int:
    return pair[1]
