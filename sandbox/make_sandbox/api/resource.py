"""A resource of Make: endpoints, declared beside the functions that answer them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypedDict, Unpack

from make_sandbox import errors
from make_sandbox.api import columns, paging
from make_sandbox.api.columns import Columns
from make_sandbox.api.fields import Field
from make_sandbox.api.paging import Page
from make_sandbox.model.account import Account
from make_sandbox.model.selection import Order, Selection, Where
from make_sandbox.model.store import Table

Row = dict[str, Any]


class Shape(TypedDict, total=False):
    """What an endpoint takes.

    `query` and `body` are its fields; a body of `None` is not read. `strict` refuses other fields in the body. `page`
    and `columns` add their own fields to the query. `scope` is what the token must be allowed, where it is not the resource's own right to read (GET) or to
    write (everything else); `None` asks for nothing. `gateway` is false where Maton's page does not list the endpoint.
    `counted` is false where the organization's rate limit does not count the call. `writes` says whether the function
    may change the account, where the method does not say it already. `status` is the one of a success.
    """

    query: tuple[Field, ...]
    body: tuple[Field, ...] | None
    strict: bool
    page: Page | None
    columns: Columns | None
    scope: str | None
    gateway: bool
    counted: bool
    writes: bool
    status: int


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request, checked, as the function behind an endpoint sees it.

    `path`, `query` and `body` hold the declared fields by their names on the wire, and only those that were given.
    `loose` is the whole query as text, `extra` the whole body: for endpoints that take names nobody can declare.
    `token` is the token that the request came with, and `origin` the address of the account as the client wrote it
    (`http://127.0.0.1:8080`).
    """

    account: Account
    endpoint: Endpoint
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Mapping[str, Any]
    loose: Mapping[str, list[str]]
    extra: Mapping[str, Any]
    token: Mapping[str, Any]
    origin: str

    def pick(self, row: Row) -> Row:
        """The columns of a row that this request asks for."""
        shape = self.endpoint.columns
        return row if shape is None else shape.pick(row, self.query.get("cols[]"))

    def chosen(self) -> frozenset[str]:
        """The columns that this request asks for, of an endpoint that has columns: what nobody asks for is not worked out."""
        shape = self.endpoint.columns
        return frozenset() if shape is None else frozenset(shape.chosen(self.query.get("cols[]")))

    def listing(self, key: str, rows: Iterable[Row]) -> Row:
        """The answer of a list that has been put together: the page of rows under `key`, and `pg` where it has pages."""
        page = self.endpoint.page
        if page is None:
            return {key: [self.pick(row) for row in rows]}
        window = page.window(self.query)
        return {key: [self.pick(row) for row in page.cut(window, list(rows))], "pg": window.pg(None)}

    def select(
        self,
        key: str,
        table: Table,
        selection: Selection,
        view: Callable[[list[Row]], Iterable[Row]] = iter,
    ) -> Row:
        """The answer of a list that the database filters, sorts and cuts. `view` makes the rows of a page's documents."""
        page = self.endpoint.page
        if page is None:
            return {key: [self.pick(row) for row in view(self.account.store.select(table, selection))]}
        window = page.window(self.query)
        field = page.field_of(window)
        if window.last is not None:
            selection = self._after(window, table, selection, field)
        found = self.account.store.select(
            table,
            replace(
                selection,
                order=Order(field, descending=window.descending),
                limit=window.limit,
                offset=window.offset,
            ),
        )
        last = found[-1][table.place or "id"] if found else None
        return {key: [self.pick(row) for row in view(found)], "pg": window.pg(last)}

    def _after(self, window: paging.Window, table: Table, selection: Selection, field: str) -> Selection:
        """What comes after the record of a cursor, or with it."""
        here = replace(selection, where=(*selection.where, Where(field, "=", window.last)))
        if not self.account.store.count(table, here):
            raise errors.invalid_parameter("pg[last]")
        side = Where(field, "<" if window.descending else ">", window.last)
        if window.show_last:
            side = replace(side, operator="<=" if window.descending else ">=")
        return replace(selection, where=(*selection.where, side))

    def confirm(self, needed: Callable[[], list[Row]]) -> None:
        """Make's guard: unless `confirmed=true`, refuses with what `needed` finds; nothing found needs no guard."""
        if not self.query.get("confirmed", False):
            metadata = needed()
            if metadata:
                raise errors.confirmation_required(metadata)


Handler = Callable[[Call], Any]


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One method and path. `handle` returns what is serialised as the answer; text is sent as plain text, and `None`
    as an empty body.
    """

    method: str
    path: str
    handle: Handler
    scope: str | None
    query: tuple[Field, ...] = ()
    body: tuple[Field, ...] | None = None
    strict: bool = False
    page: Page | None = None
    columns: Columns | None = None
    gateway: bool = True
    counted: bool = True
    writes: bool = True
    status: int = 200

    @property
    def event(self) -> str:
        """How an audit log calls what this endpoint does: `scenarios_created`, `scenarios_start`."""
        done = {"POST": "created", "DELETE": "deleted"}.get(self.method, "updated")
        last = self.path.rsplit("/", 1)[-1]
        action = last if "{" in self.path and not last.startswith("{") else done
        return f"{(self.scope or '').partition(':')[0]}_{action}"

    @property
    def query_fields(self) -> tuple[Field, ...]:
        return (
            self.query
            + (paging.FIELDS if self.page is not None else ())
            + ((columns.ASKED,) if self.columns is not None else ())
        )


class Resource:
    """The endpoints of one resource, all below `prefix`. `ids` are the fields of their paths; `scope` is the name of
    the resource in the scopes of tokens (`scenarios` of `scenarios:read`), `None` where none is asked for.
    """

    def __init__(self, prefix: str, *ids: Field, scope: str | None) -> None:
        self.prefix = prefix
        self.ids = ids
        self.scope = scope
        self.endpoints: list[Endpoint] = []

    def get(self, path: str = "", **shape: Unpack[Shape]) -> Callable[[Handler], Handler]:
        return self._declare("GET", path, shape)

    def post(self, path: str = "", **shape: Unpack[Shape]) -> Callable[[Handler], Handler]:
        return self._declare("POST", path, shape)

    def put(self, path: str = "", **shape: Unpack[Shape]) -> Callable[[Handler], Handler]:
        return self._declare("PUT", path, shape)

    def patch(self, path: str = "", **shape: Unpack[Shape]) -> Callable[[Handler], Handler]:
        return self._declare("PATCH", path, shape)

    def delete(self, path: str = "", **shape: Unpack[Shape]) -> Callable[[Handler], Handler]:
        return self._declare("DELETE", path, shape)

    def _declare(self, method: str, path: str, shape: Shape) -> Callable[[Handler], Handler]:
        reads = method == "GET"
        own = None if self.scope is None else f"{self.scope}:{'read' if reads else 'write'}"

        def keep(handle: Handler) -> Handler:
            whole: Shape = {"scope": own, "writes": not reads, **shape}
            self.endpoints.append(Endpoint(method=method, path=self.prefix + path, handle=handle, **whole))
            return handle

        return keep
