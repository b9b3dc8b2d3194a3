"""What a recipe has to work with: reads of one call, within its time, for its caller."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from inspect import signature
from typing import Any, ParamSpec, TypeAlias, TypeVar, cast, overload

import anyio

from make_mcp.confirmation import Client
from make_mcp.recipes.pages import LARGEST, Pages
from make_mcp.shaping.reading import Way
from make_mcp.upstream.errors import BadAnswer, Refused, UpstreamError
from make_tools import ArgumentError, Endpoint, Request
from make_tools.shape import items_of

P = ParamSpec("P")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
Work: TypeAlias = Callable[[], Awaitable[A]]
"""A read that has not begun."""

AT_ONCE = 4
"""Requests at the same time."""
KEPT_BACK = 6.0
"""Seconds before the end of a call at which nothing further is begun."""
_USUAL_BYTES = 25_000
_GONE = frozenset({403, 404})
"""With these Make speaks of what is not there, and of what another team has."""
_NOT_FOUND = 404
_PYTHON_NAME = re.compile(r"`\w+`")
_NOT_PASSED_ON = frozenset({400, 403, 404, 405, 501})


@dataclass(frozen=True, slots=True)
class Use:
    """The reads of one call. `discreet` takes out of an answer what must not leave."""

    way: Way
    client: Client
    discreet: Callable[[dict[str, Any], Endpoint[...]], dict[str, Any]]
    most: int = _USUAL_BYTES
    """Bytes that an answer may have."""
    since: float = field(default_factory=anyio.current_time)
    """When the call began, by the event loop's clock."""
    unread: list[str] = field(default_factory=list[str])
    """What could not be read, in a sentence each; for the answer."""

    @property
    def left(self) -> float:
        """Seconds until the call ends."""
        return self.since + self.way.deadline - anyio.current_time()

    def is_late(self, after: float = 0.0) -> bool:
        """Whether nothing further should be begun; `after` so many seconds more."""
        return self.left - after < min(KEPT_BACK, self.way.deadline / 3)

    async def tell(self, message: str) -> None:
        """A word to the caller on how far it is."""
        await self.client.tell(anyio.current_time() - self.since, message)

    async def read(self, endpoint: Endpoint[P], *args: P.args, **kwargs: P.kwargs) -> dict[str, Any]:
        """Make's answer, without what must not leave.

        Raises:
            ArgumentError: an argument does not fit.
            UpstreamError: Make said no, or the way there is broken.
        """
        given = signature(endpoint.wire).bind(*args, **kwargs).arguments
        return await self._send(endpoint, _request(endpoint, *args, **kwargs), given)

    async def thing(self, endpoint: Endpoint[P], *args: P.args, **kwargs: P.kwargs) -> dict[str, Any]:
        """What stands in Make's answer under its only key, as `{"team": {...}}`.

        Raises:
            ArgumentError, UpstreamError: as `read`; BadAnswer where nothing stands there.
        """
        answer = await self.read(endpoint, *args, **kwargs)
        for value in answer.values():
            if isinstance(value, dict):
                return cast("dict[str, Any]", value)
        raise BadAnswer(f"{endpoint.name}: bad_upstream_response: Make answered with nothing in it.", status=200)

    async def perhaps(self, what: str, work: Awaitable[A]) -> A | None:
        """What a read brings, where the answer can do without: None, and a sentence in `unread`, if it cannot be read.

        `what` begins the sentence, as "The blueprint".
        """
        found = await tried(work)
        if isinstance(found, UpstreamError):
            self.lacks(what, found)
            return None
        return found

    def lacks(self, what: str, error: UpstreamError) -> None:
        """Notes that something could not be read."""
        why = error.word
        if isinstance(error, Refused):
            passed_on = not is_not_passed_on(error)
            why = f"Make answered {error.label}" if passed_on else f"{error.status}: the gateway may not pass it on"
        self.unread.append(f"{what} could not be read ({why}).")

    @overload
    async def together(self, first: Work[A], second: Work[B], /) -> tuple[A, B]: ...
    @overload
    async def together(self, first: Work[A], second: Work[B], third: Work[C], /) -> tuple[A, B, C]: ...
    @overload
    async def together(
        self, first: Work[A], second: Work[B], third: Work[C], fourth: Work[D], /
    ) -> tuple[A, B, C, D]: ...
    @overload
    async def together(self, *works: Work[A]) -> tuple[A, ...]: ...
    async def together(self, *works: Work[Any]) -> tuple[Any, ...]:
        """What all of these bring, in their order; a few are read at the same time.

        Raises:
            ArgumentError, UpstreamError: the first that one of them raised; the others end there.
        """
        found: list[Any] = [None] * len(works)
        failed: list[Exception] = []
        turn = anyio.Semaphore(AT_ONCE)

        async def one(place: int, work: Work[Any]) -> None:
            async with turn:
                try:
                    found[place] = await work()
                except Exception as error:  # whatever it is, it is raised below as it is, and not in a group
                    failed.append(error)
                    tasks.cancel_scope.cancel()

        async with anyio.create_task_group() as tasks:
            for place, work in enumerate(works):
                tasks.start_soon(one, place, work)
        if failed:
            raise failed[0]
        return tuple(found)

    async def items(
        self, endpoint: Endpoint[...], *, most: int = LARGEST, **given: Any
    ) -> tuple[list[dict[str, Any]], bool]:
        """The items of a list, as Make gives them, page after page, and whether there are more than `most`.

        `given` are arguments by their names in Python, without limit and offset. `fields` are dropped where Make refuses them,
        and a page is smaller where it refuses large ones. What comes twice is there once.

        Raises:
            ArgumentError, UpstreamError: as `read`.
        """
        if endpoint.shows is None:
            raise TypeError(f"{endpoint.name} is no list")
        pages = Pages(most, endpoint.is_paged, given.pop("fields", None))
        while True:
            asked = pages.arguments
            try:
                answer = await self._send(endpoint, _request(endpoint, **given, **asked), given | pages.columns_asked)
            except Refused as error:
                if pages.refused(error.status):
                    continue
                raise
            goes_on = pages.took(items_of(answer, endpoint.shows.key) or [], answer)
            if pages.repeats:
                what = endpoint.name.replace("_", " ")
                self.unread.append(f"{what}: Make gave the same page twice, so that there may be more.")
            if not goes_on or self.is_late():
                return pages.found[:most], goes_on or pages.has_more

    async def _send(self, endpoint: Endpoint[...], request: Request, given: Mapping[str, Any]) -> dict[str, Any]:
        names = {argument.python_name: argument.name for argument in endpoint.arguments}
        named = {names[name]: value for name, value in given.items() if name in names}
        return self.discreet(await self.way.read(endpoint, request, named, self.client, self.since), endpoint)


def _request(endpoint: Endpoint[P], *args: P.args, **kwargs: P.kwargs) -> Request:
    """The request. A refusal calls the arguments as a model knows them.

    Raises:
        ArgumentError: they do not fit.
    """
    try:
        return endpoint.request(*args, **kwargs)
    except ArgumentError as error:
        names = {f"`{one.python_name}`": f"`{one.name}`" for one in endpoint.arguments}
        told = [_PYTHON_NAME.sub(lambda found: names.get(found[0], found[0]), each) for each in error.problems]
        raise ArgumentError(endpoint.name, told) from None


async def tried(work: Awaitable[A]) -> A | UpstreamError:
    """What a read brings, or why it brings nothing."""
    try:
        return await work
    except UpstreamError as error:
        return error


def is_gone(error: UpstreamError) -> bool:
    """Whether Make says that a thing is not there, or is not for this key."""
    return isinstance(error, Refused) and error.code is not None and error.status in _GONE


def is_not_found(error: UpstreamError) -> bool:
    """Whether Make says in so many words that a thing is not there."""
    return is_gone(error) and isinstance(error, Refused) and error.status == _NOT_FOUND


def is_not_passed_on(error: UpstreamError) -> bool:
    """Whether the gateway turned the request away: Make's own refusals bring a code."""
    return isinstance(error, Refused) and error.code is None and error.status in _NOT_PASSED_ON
