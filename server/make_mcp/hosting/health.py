"""Whether the server is alive, and whether it is of use: for those who watch it, without sign-in and under any name."""

from collections.abc import Awaitable, Callable, Mapping

import anyio
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

Reach = Callable[[], Awaitable[Mapping[str, bool]]]
"""Which upstreams answer, by their names."""


async def nowhere() -> Mapping[str, bool]:
    """There is no upstream to look at."""
    return {}


_KNOWN_FOR = 10.0
"""Seconds for which what was found counts, so that nobody who asks often makes us ask Make as often."""


class Health:
    """`reach` looks; `is_ending` says whether the process was told to end."""

    def __init__(self, reach: Reach, is_ending: Callable[[], bool] = lambda: False) -> None:
        self._reach = reach
        self._is_ending = is_ending
        self._found: Mapping[str, bool] = {}
        self._known_until = float("-inf")
        self._looking = anyio.Lock()

    async def alive(self, _: Request) -> Response:
        """200 as long as the process can answer at all."""
        return _told(200, {"status": "ok"})

    async def ready(self, _: Request) -> Response:
        """200 where one of the upstreams answers, and 503 where none does or the process is about to end."""
        if self._is_ending():
            return _told(503, {"status": "ending"})
        async with self._looking:
            if anyio.current_time() >= self._known_until:
                self._found = await self._reach()
                self._known_until = anyio.current_time() + _KNOWN_FOR
        found = {name: "reached" if answers else "not reached" for name, answers in self._found.items()}
        if self._found and not any(self._found.values()):
            return _told(503, {"status": "no upstream answers", "upstreams": found})
        return _told(200, {"status": "ready", "upstreams": found})


def _told(status: int, content: Mapping[str, object]) -> Response:
    return Response(to_json(content), status, {"cache-control": "no-store"}, "application/json")
