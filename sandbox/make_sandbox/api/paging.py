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


@dataclass(frozen=True, kw_only=True)
class Page:
    """How one list is paged: Make's default page size and order, and the names that it sorts by.

    `keys` says how a name sorts that is no field of a row. With `cursor` the pages go on after the record that
    `pg[last]` names, and the answer's `pg` has `last` and `showLast` instead of `offset`.
    """

    limit: int
    sort_by: str
    direction: str = "asc"
    sortable: tuple[str, ...] = ()
    keys: Mapping[str, Callable[[Row], Any]] = field(default_factory=_no_keys)
    cursor: bool = False

    def cut(self, query: Mapping[str, Any], rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """The rows of the page that `query` asks for, and the `pg` object of the answer."""
        if query.get("pg[returnTotalCount]"):
            # Measured: refused for token authentication, on the endpoints where somebody tried.
            raise errors.invalid_parameter("pg[returnTotalCount]", "Only session authentication may use the parameter")
        limit, offset = query.get("pg[limit]", self.limit), query.get("pg[offset]", 0)
        if limit < 1:
            raise errors.invalid_parameter("pg[limit]")
        if offset < 0:
            raise errors.invalid_parameter("pg[offset]")
        sort_by, direction = query.get("pg[sortBy]", self.sort_by), query.get("pg[sortDir]", self.direction)
        if sort_by not in {self.sort_by, *self.sortable}:
            raise errors.invalid_parameter("pg[sortBy]")
        ordered = sorted(rows, key=lambda row: self._rank(row, sort_by), reverse=direction == "desc")
        pg: dict[str, Any] = {"sortBy": sort_by, "limit": limit, "sortDir": direction}
        if not self.cursor:
            return ordered[offset : offset + limit], pg | {"offset": offset}
        show_last = query.get("pg[showLast]", False)
        start = self._after(ordered, query.get("pg[last]"), sort_by, show_last=show_last) + offset
        page = ordered[start : start + limit]
        last = page[-1][sort_by] if page else query.get("pg[last]")
        return page, pg | {"last": last, "showLast": show_last}

    def _rank(self, row: Row, sort_by: str) -> tuple[bool, Any]:
        value = self.keys[sort_by](row) if sort_by in self.keys else row.get(sort_by)
        return value is None, value.casefold() if isinstance(value, str) else value or 0

    @staticmethod
    def _after(rows: list[dict[str, Any]], last: str | None, sort_by: str, *, show_last: bool) -> int:
        if last is None:
            return 0
        for index, row in enumerate(rows):
            if str(row[sort_by]) == last:
                return index if show_last else index + 1
        raise errors.invalid_parameter("pg[last]")
