"""`pg[offset]`, `pg[limit]`, `pg[sortBy]`, `pg[sortDir]`, and the `pg` object of the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from make_sandbox import errors
from make_sandbox.api.fields import Field

Row = Mapping[str, Any]

FIELDS = (
    Field("pg[offset]", "integer"),
    Field("pg[limit]", "integer"),
    Field("pg[sortBy]", "text"),
    Field("pg[sortDir]", "text", choices=("asc", "desc")),
    Field("pg[last]", "text"),
    Field("pg[showLast]", "boolean"),
    Field("pg[returnTotalCount]", "boolean"),
)


def _no_keys() -> Mapping[str, Callable[[Row], Any]]:
    return {}


def _no_fields() -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, kw_only=True)
class Window:
    """The page that one request asks for. `last` is the cursor's record, after which the page begins, or with which
    when `show_last`.
    """

    sort_by: str
    descending: bool
    limit: int
    offset: int
    last: str | None
    show_last: bool
    cursor: bool

    def pg(self, last: Any) -> dict[str, Any]:
        """The `pg` object of the answer. `last` is the cursor to go on with: the sort value of the last row shown."""
        direction = "desc" if self.descending else "asc"
        pg: dict[str, Any] = {"sortBy": self.sort_by, "limit": self.limit, "sortDir": direction}
        if self.cursor:
            return pg | {"last": self.last if last is None else last, "showLast": self.show_last}
        return pg | {"offset": self.offset}


@dataclass(frozen=True, kw_only=True)
class Page:
    """How one list is paged: Make's default page size and order, and the names that it sorts by.

    A name stands for the field of the same name, unless `fields` says for which one (lists that the database cuts) or
    `keys` how its value is found (lists that are put together first). With `cursor` the pages go on after the record
    that `pg[last]` names, and the answer's `pg` has `last` and `showLast` instead of `offset`.
    """

    limit: int
    sort_by: str
    direction: str = "asc"
    sortable: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=_no_fields)
    keys: Mapping[str, Callable[[Row], Any]] = field(default_factory=_no_keys)
    cursor: bool = False

    def window(self, query: Mapping[str, Any]) -> Window:
        """The page that a query asks for."""
        if query.get("pg[returnTotalCount]"):
            # Measured: refused for token authentication, on the endpoints where somebody tried.
            raise errors.invalid_parameter("pg[returnTotalCount]", "Only session authentication may use the parameter")
        limit, offset = query.get("pg[limit]", self.limit), query.get("pg[offset]", 0)
        if limit < 1:
            raise errors.invalid_parameter("pg[limit]")
        if offset < 0:
            raise errors.invalid_parameter("pg[offset]")
        sort_by = query.get("pg[sortBy]", self.sort_by)
        if sort_by not in {self.sort_by, *self.sortable}:
            raise errors.invalid_parameter("pg[sortBy]")
        return Window(
            sort_by=sort_by,
            descending=query.get("pg[sortDir]", self.direction) == "desc",
            limit=limit,
            offset=offset,
            last=query.get("pg[last]") if self.cursor else None,
            show_last=query.get("pg[showLast]", False),
            cursor=self.cursor,
        )

    def field_of(self, window: Window) -> str:
        """The field of the documents by which a window is sorted."""
        return self.fields.get(window.sort_by, window.sort_by)

    def cut(self, window: Window, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rows of a window, of a list without a cursor that has been put together."""
        ordered = sorted(rows, key=lambda row: self._rank(row, window.sort_by), reverse=window.descending)
        return ordered[window.offset : window.offset + window.limit]

    def _rank(self, row: Row, sort_by: str) -> tuple[bool, Any]:
        value = self.keys[sort_by](row) if sort_by in self.keys else row.get(sort_by)
        return value is None, value.casefold() if isinstance(value, str) else value or 0
