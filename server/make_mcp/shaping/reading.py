"""Carries out what reads: columns and pages of lists, and the forms of other answers.

What is added to a request (columns, one item more than was asked for) never costs the call: where Make refuses it, the
request goes out as it was given, and the answer is cut here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, cast

import anyio

from make_mcp.confirmation import Client
from make_mcp.shaping.pages import Page, note_of
from make_mcp.upstream.errors import Refused, UpstreamError
from make_tools import ArgumentError, Endpoint, Request
from make_tools.shape import Listing, items_of, lacking, whole_number

_LIMIT = "pg[limit]"
_OFFSET = "pg[offset]"
_LAST = "pg[last]"
_COLUMNS = "cols[]"
_LARGEST_PAGE = 500
_BYTES_OF_AN_ITEM = 250
"""For a first guess how many fit."""
_KEPT_BACK = 8.0
"""Seconds before the end of a call at which no further page is begun."""


class Way(Protocol):
    """The way to Make, for what reads."""

    @property
    def deadline(self) -> float:
        """Seconds for a call."""
        ...

    async def read(
        self, endpoint: Endpoint[...], request: Request, given: Mapping[str, Any], client: Client, since: float | None
    ) -> dict[str, Any]: ...


@dataclass(slots=True)
class Reading:
    """Reads for one caller's server. `most_bytes` is what an answer may have."""

    way: Way
    most_bytes: int
    _plain: set[tuple[str, bool]] = field(default_factory=set[tuple[str, bool]])
    """Lists for which Make refused what was added: by tool, and whether every column was asked for."""

    async def answer(
        self, endpoint: Endpoint[...], given: Mapping[str, Any], client: Client
    ) -> "Page | dict[str, Any]":
        """What is shown of an answer; a page of it where it is a list.

        Raises:
            ArgumentError: an argument does not fit.
            UpstreamError: Make said no, or the way there is broken.
        """
        since = anyio.current_time()
        request = endpoint.parse(given)
        if endpoint.shows is None:
            data = await self.way.read(endpoint, request, given, client, since)
            try:
                shown = data if endpoint.form is None else endpoint.form(data, given)
            except ValueError as error:
                raise ArgumentError(endpoint.name, [str(error)]) from None
            return shown if isinstance(shown.get(endpoint.gives, {}), dict) else _odd(shown)
        return await self._list(_Asked(endpoint, endpoint.shows, request, given), client, since)

    async def _list(self, asked: "_Asked", client: Client, since: float) -> "Page | dict[str, Any]":
        if not asked.all_pages:
            data = await self._read(asked, asked.offset, asked.limit or asked.listing.page, client, since)
            return asked.page(data, asked.limit or asked.listing.page)
        page: Page | None = None
        size = min(max(100, self.most_bytes // _BYTES_OF_AN_ITEM), _LARGEST_PAGE)
        while True:
            taken = 0 if page is None else page.taken
            limit = size if asked.limit is None else min(size, asked.limit - taken)
            try:
                data = await self._read(asked, asked.offset + taken, limit, client, since)
            except UpstreamError as error:
                if page is None:
                    raise
                return page.stopped(f"The next page could not be read ({error.word})")
            found = asked.page(data, limit)
            if not isinstance(found, Page):
                return found if page is None else page.stopped("The next page was not as Make documents it")
            before, page = page, found if page is None else page.and_then(found)
            spent = anyio.current_time() - since
            await client.tell(spent, f"{len(page.shown)} {asked.what} so far")
            if not page.more or page.taken == asked.limit or page.bytes > self.most_bytes:
                return page
            if before is not None and len(before.items) == len(page.items):
                return page.stopped("The next page brought nothing new")
            if spent > self.way.deadline - _KEPT_BACK:
                return page.stopped("The time of the call was nearly over")

    async def _read(self, asked: "_Asked", offset: int, limit: int, client: Client, since: float) -> dict[str, Any]:
        endpoint = asked.endpoint
        key = (endpoint.name, asked.fields is not None and "*" in asked.fields)
        plain = asked.plain(offset, limit)
        if key not in self._plain and (added := asked.with_more(offset, limit)) != plain:
            try:
                return await self.way.read(endpoint, added, asked.given, client, since)
            except Refused as error:
                # 400: an unknown column, or a page that is too large. 500: a column that Make itself stumbles over.
                if error.status != 400 and not (error.status == 500 and _COLUMNS in added.query):
                    raise
            data = await self.way.read(endpoint, plain, asked.given, client, since)
            self._plain.add(key)
            return data
        return await self.way.read(endpoint, plain, asked.given, client, since)


def _odd(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer that is not what Make documents, where no client misses what the tool promises."""
    return {"note": "Make answered something else than it documents; it is shown as it came.", "answer": answer}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A list that was asked for."""

    endpoint: Endpoint[...]
    listing: Listing
    request: Request
    given: Mapping[str, Any]

    @property
    def what(self) -> str:
        return self.endpoint.group.replace("_", " ") if self.endpoint.name.endswith("_list") else "items"

    @property
    def fields(self) -> list[str] | None:
        return cast("list[str] | None", self.given.get("fields"))

    @property
    def limit(self) -> int | None:
        return self.request.query.get(_LIMIT)

    @property
    def offset(self) -> int:
        return self.request.query.get(_OFFSET, 0)

    @property
    def all_pages(self) -> bool:
        return self.endpoint.is_paged and self.given.get("all") is True

    def plain(self, offset: int, limit: int) -> Request:
        """The request with nothing that the caller did not ask for."""
        query = dict(self.request.query)
        if self.fields is not None and "*" in self.fields:
            query.pop(_COLUMNS, None)
        return replace(self.request, query=query | self._paging(offset, limit, self.limit is not None))

    def with_more(self, offset: int, limit: int) -> Request:
        """The request with the columns that are shown, and with one item more, which tells whether there are more."""
        query = dict(self.request.query)
        if self.endpoint.cuts_columns and self.fields is None:
            query[_COLUMNS] = list(self.listing.wanted)
        return replace(self.request, query=query | self._paging(offset, limit + 1, with_limit=True))

    def _paging(
        self, offset: int, limit: int, with_limit: bool
    ) -> dict[str, Any]:  # private, and named where it matters
        if not self.endpoint.is_paged:
            return {}
        paging: dict[str, Any] = {_LIMIT: limit} if with_limit or self.all_pages else {}
        return paging | ({_OFFSET: offset} if offset else {})

    def page(self, data: dict[str, Any], limit: int) -> "Page | dict[str, Any]":
        """The page that an answer holds; the answer as it is where it is not what Make documents."""
        items = items_of(data, self.listing.key)
        if items is None:
            return _odd(data)
        paging = cast("dict[str, Any]", data["pg"]) if isinstance(data.get("pg"), dict) else {}
        is_paged = self.endpoint.is_paged
        served = whole_number(paging.get("limit"))
        # A full page where Make gave fewer than were asked for: there may be more, and nobody knows.
        is_full = served is not None and served <= limit and len(items) >= served > 0
        more = is_paged and (len(items) > limit or is_full)
        if self.all_pages and len(items) > limit + 1:
            # Who gives more than was asked for gives all there is.
            more = False
        elif is_paged:
            items = items[:limit]
        unknown = lacking(self.fields or (), items) if items else []
        return Page(
            listing=self.listing,
            items=items,
            shown=[self.listing.shown(item, self.fields, self.given) for item in items],
            offset=self.offset if is_paged else None,
            taken=len(items),
            more=more,
            with_summary=self.fields is None,
            has_cursor=self._has(_LAST, wire=True),
            note=note_of(unknown, items) if unknown else "",
            can_pick=self._has("fields"),
        )

    def _has(self, name: str, *, wire: bool = False) -> bool:
        return any((argument.wire_name if wire else argument.name) == name for argument in self.endpoint.arguments)
