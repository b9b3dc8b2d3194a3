"""What of an answer is shown: the columns of a list, and where it stands. Pure: nothing here is sent.

A model reads every byte of an answer, and Make answers a list of scenarios with 27 fields of each.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

_LONGEST_NUMBER = 16
"""Digits."""

Form: TypeAlias = Callable[[dict[str, Any], Mapping[str, Any]], dict[str, Any]]
"""From Make's answer and the arguments of the call to what is shown."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list in an answer.

    `columns` are the fields that are shown unless others are asked for, parted by spaces. One with a question mark is quiet:
    it is shown only where it says something (true, not 0, not null, not empty). One with an equals sign is left out where it
    would say for each item what the call has just said.
    """

    key: str
    columns: str = ""
    page: int = 100
    """Items at the most where nobody says how many."""
    form: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    """What is shown of an item where nobody asks for certain fields; in place of the columns."""
    summary: Callable[[Sequence[dict[str, Any]]], dict[str, Any]] | None = None
    """What stands in front of the list, from Make's items on this page."""

    @property
    def wanted(self) -> tuple[str, ...]:
        """The columns as Make knows them."""
        return tuple(name.rstrip("?=") for name in self.columns.split())

    def shown(self, item: dict[str, Any], fields: Sequence[str] | None, given: Mapping[str, Any]) -> dict[str, Any]:
        """An item with the fields that were asked for, or with the usual ones. `given` are the arguments of the call."""
        if fields is not None:
            return item if "*" in fields else {name: item[name] for name in fields if name in item}
        if self.form is not None:
            return self.form(item)
        found: dict[str, Any] = {}
        for column, name in zip(self.columns.split(), self.wanted, strict=True):
            if name not in item or (column.endswith("?") and not item[name]):
                continue
            if column.endswith("=") and item[name] == given.get(name):
                continue
            found[name] = item[name]
        return found


def whole_number(value: object) -> int | None:
    """A number that Make writes as one, or as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < _LONGEST_NUMBER:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def items_of(data: Mapping[str, Any], key: str) -> list[dict[str, Any]] | None:
    """The items of a list; None where the answer holds no list of objects there."""
    found = data.get(key)
    if not isinstance(found, list):
        return None
    items = cast("list[object]", found)
    return cast("list[dict[str, Any]]", items) if all(isinstance(item, dict) for item in items) else None


def lacking(fields: Iterable[str], items: Sequence[Mapping[str, Any]]) -> list[str]:
    """The fields that no item has."""
    return [name for name in fields if name != "*" and not any(name in item for item in items)]
