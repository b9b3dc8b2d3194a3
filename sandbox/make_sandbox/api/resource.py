"""A resource of Make: endpoints, declared beside the functions that answer them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

from make_sandbox import errors
from make_sandbox.api import columns, paging
from make_sandbox.api.columns import Columns
from make_sandbox.api.fields import Field
from make_sandbox.api.paging import Page
from make_sandbox.model.account import Account

Row = dict[str, Any]


class Shape(TypedDict, total=False):
    """What an endpoint takes.

    `query` and `body` are its fields; a body of `None` is not read. `strict` refuses other fields in the body. `page`
    and `columns` add their own fields to the query. `gateway` is false where Maton's page does not list the endpoint.
    """

    query: tuple[Field, ...]
    body: tuple[Field, ...] | None
    strict: bool
    page: Page | None
    columns: Columns | None
    gateway: bool


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request, checked, as the function behind an endpoint sees it.

    `path`, `query` and `body` hold the declared fields by their names on the wire, and only those that were given.
    `loose` is the whole query as text, `extra` the whole body: for endpoints that take names nobody can declare.
    """

    account: Account
    endpoint: Endpoint
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Mapping[str, Any]
    loose: Mapping[str, list[str]]
    extra: Mapping[str, Any]

    def pick(self, row: Row) -> Row:
        """The columns of a row that this request asks for."""
        shape = self.endpoint.columns
        return row if shape is None else shape.pick(row, self.query.get("cols[]"))

    def listing(self, key: str, rows: Iterable[Row]) -> Row:
        """The answer of a list: the page of rows under `key`, and `pg` where the list has pages."""
        if self.endpoint.page is None:
            return {key: [self.pick(row) for row in rows]}
        page, pg = self.endpoint.page.cut(self.query, list(rows))
        return {key: [self.pick(row) for row in page], "pg": pg}

    def confirm(self, needed: Callable[[], list[Row]]) -> None:
        """Make's guard: unless `confirmed=true`, refuses with what `needed` finds; nothing found needs no guard."""
        if not self.query.get("confirmed", False):
            metadata = needed()
            if metadata:
                raise errors.confirmation_required(metadata)


Handler = Callable[[Call], Any]


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One method and path. `handle` returns what is serialised as the answer; text is sent as plain text."""

    method: str
    path: str
    handle: Handler
    query: tuple[Field, ...] = ()
    body: tuple[Field, ...] | None = None
    strict: bool = False
    page: Page | None = None
    columns: Columns | None = None
    gateway: bool = True

    @property
    def query_fields(self) -> tuple[Field, ...]:
        return (
            self.query
            + (paging.FIELDS if self.page is not None else ())
            + ((columns.ASKED,) if self.columns is not None else ())
        )


class Resource:
    """The endpoints of one resource, all below `prefix`. `ids` are the fields of their paths."""

    def __init__(self, prefix: str, *ids: Field) -> None:
        self.prefix = prefix
        self.ids = ids
        self.endpoints: list[Endpoint] = []

    def get(self, path: str = "", **shape: Unpack[Shape]) -> Callable[[Handler], Handler]:
        return self._declare("GET", path, shape)

    def post(self, path: str = "", **shape: Unpack[Shape]) -> Callable[[Handler], Handler]:
        return self._declare("POST", path, shape)

    def patch(self, path: str = "", **shape: Unpack[Shape]) -> Callable[[Handler], Handler]:
        return self._declare("PATCH", path, shape)

    def delete(self, path: str = "", **shape: Unpack[Shape]) -> Callable[[Handler], Handler]:
        return self._declare("DELETE", path, shape)

    def _declare(self, method: str, path: str, shape: Shape) -> Callable[[Handler], Handler]:
        def keep(handle: Handler) -> Handler:
            self.endpoints.append(Endpoint(method=method, path=self.prefix + path, handle=handle, **shape))
            return handle

        return keep
