"""One way to Make for each who signs in, by keys of their own: connections, breaker and answers are kept apart.

What is kept apart by the key itself (the pace) or by the caller (codes, idempotency keys, the audit log) they have in common.
"""

from collections import OrderedDict
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import anyio
from mcp.server.auth.provider import AccessToken

from make_mcp.callers import Common, Served, open_served
from make_mcp.present import SEARCH, Present
from make_mcp.selection import listing, select
from make_mcp.settings import Settings
from make_mcp.subjects import Keys, Subjects
from make_mcp.upstream.doors import Doors
from make_tools import GROUPS

MOST = 200
"""Ways that stay open without being used; each may keep a few connections."""


@dataclass(slots=True, eq=False)
class _Open:
    served: Served
    stack: AsyncExitStack
    uses: int = 0


class Tenants:
    """Use it as an async context manager."""

    def __init__(self, settings: Settings, subjects: Subjects, common: Common) -> None:
        self._settings = settings
        self._subjects = subjects
        self._common = common
        # The one that was used longest ago comes first. By the keys: those who share one share its breaker too.
        self._open: OrderedDict[Keys | None, _Open] = OrderedDict()
        self._opening = anyio.Lock()

    async def __aenter__(self) -> "Tenants":
        return self

    async def __aexit__(self, *_: object) -> None:
        for each in self._open.values():
            await each.stack.aclose()
        self._open.clear()

    @property
    def usual(self) -> Present:
        tools = select(GROUPS, self._settings)
        # Each may have a key to one of the ways alone.
        shared = {name: tool for name, tool in tools.items() if {"maton", "make"} <= set(tool.upstreams)}
        shown = {each.name for each in listing(shared, self._settings)}
        names = shown | shared.keys() if SEARCH in shown else shown
        writes = any(tool.effect != "read" for tool in tools.values())
        return Present(names, writes, self._settings.confirm, not shared.keys() <= names)

    def addresses(self) -> Mapping[str, Collection[str]]:
        """Where the ways are that callers have keys for, by upstream."""
        return self._subjects.addresses()

    @asynccontextmanager
    async def of(self, token: AccessToken | None) -> AsyncGenerator[Served]:
        keys = None if token is None or token.subject is None else self._subjects.find(token.subject)
        mine = self._open.get(keys) or await self._opened(keys)
        self._open.move_to_end(keys)
        mine.uses += 1
        try:
            yield mine.served
        finally:
            mine.uses -= 1
            await self._make_room()

    async def _opened(self, keys: Keys | None) -> _Open:
        async with self._opening:
            # Another call may have been faster.
            if (mine := self._open.get(keys)) is None:
                stack = AsyncExitStack()
                own = (keys or Keys()).settings(self._settings)
                doors = None if keys is not None else Doors({}, own.prefer, nobody=_NO_KEYS)
                served = await stack.enter_async_context(open_served(own, self._common, doors=doors))
                mine = self._open[keys] = _Open(served, stack)
            return mine

    async def _make_room(self) -> None:
        while len(self._open) > MOST:
            idle = next((keys for keys, each in self._open.items() if not each.uses), None)
            if idle is None:
                return
            with anyio.CancelScope(shield=True):
                await self._open.pop(idle).stack.aclose()


_NO_KEYS = (
    "this server keeps no key of Make or Maton for you, whom your sign-in names. Next: the user asks its operator to add one under "
    "the subject of your token (--credentials-file)."
)
