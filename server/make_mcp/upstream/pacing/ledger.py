"""The windows in Redis: for each budget a list of the times at which its last requests left, the newest first.

They are those of `limits`, through its scripts. Two things differ from its own use of them:

- It stamps with the wall clock of each process. Here all go by the clock of Redis, carried on by the event loop's, so that
  neither a wrong clock nor one that jumps lets more requests through.
- Requests are counted when they leave, and by the other side when they arrive: what left within one second may arrive bunched
  with what leaves in the next. So a window is longer than the rate's, by `margin`, and who is on the way for longer is counted
  anew from when they arrived.
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, Protocol

import anyio

from make_mcp.upstream.pacing.slots import Rate

_CLOCK_HOLDS = 60.0
"""Seconds."""
_JUST_NOW = 1.0
"""Seconds."""
_TICKS = 100
"""A second. The scripts take whole numbers alone, since they hand the length of the window on as the seconds until the key
expires: a hundred times later than it must be, and early enough."""


def margin(rate: Rate) -> float:
    """Seconds by which requests may be late, or clocks differ, before anybody has to be told."""
    return min(rate.seconds / 5, 1.0)


@dataclass(frozen=True, slots=True)
class Full:
    seconds: float
    """Until an entry leaves the window."""


class Script(Protocol):
    def __call__(self, keys: list[str], args: list[int], /) -> Awaitable[Any]: ...


class Scripts(Protocol):
    """What is used of the bridge from `limits` to Redis."""

    lua_acquire_moving_window: Script
    """Of time, limit, length and number: whether that many entries were added."""
    lua_moving_window: Script
    """Of the beginning of a window and limit: its oldest entry and how many it has; nothing where it is empty."""

    def prefixed_key(self, key: str) -> str: ...

    def get_connection(self) -> Any: ...


class Ledger:
    """The lists. An entry is a time of Redis, in ticks."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts
        self._ahead: float | None = None
        """Seconds from the event loop's time to that of Redis."""
        self._measured = 0.0

    async def begin(self) -> None:
        """Finds out what time it is there, and whether it takes entries."""
        await self._measure()
        await self._scripts.lua_acquire_moving_window(
            [self._scripts.prefixed_key("start")], [await self._now(), 1, 1, 1]
        )

    def forget_the_clock(self) -> None:
        self._ahead = None

    async def take(self, key: str, rate: Rate) -> int | Full:
        """A new entry."""
        now, reach, name = await self._now(), _reach(rate), self._scripts.prefixed_key(key)
        if await self._scripts.lua_acquire_moving_window([name], [now, rate.amount, reach, 1]):
            return now
        found = await self._scripts.lua_moving_window([name], [now - reach, rate.amount])
        oldest = int(float(found[0])) if found else now - reach
        if oldest <= now + _TICKS:
            # Both ends of a window belong to it.
            return Full((oldest + reach + 1 - now) / _TICKS)
        if anyio.current_time() - self._measured > _JUST_NOW:
            await self._measure()
            return Full(1 / _TICKS)
        # The clock of Redis went back. Nobody knows when these entries really were, so that the window is filled from now on.
        await self._scripts.get_connection().delete(name)
        await self._scripts.lua_acquire_moving_window([name], [now, rate.amount, reach, rate.amount])
        return Full((reach + 1) / _TICKS)

    async def move(self, key: str, rate: Rate, entry: int, seconds: float) -> None:
        """Counts an entry from so much later on."""
        later, reach, name = entry + int(seconds * _TICKS), _reach(rate), self._scripts.prefixed_key(key)
        if later + reach < await self._now():
            return
        async with self._scripts.get_connection().pipeline(transaction=True) as all_at_once:
            all_at_once.lrem(name, 1, str(entry))
            all_at_once.lpush(name, str(later))
            all_at_once.ltrim(name, 0, rate.amount - 1)
            all_at_once.expire(name, reach)
            await all_at_once.execute()

    async def remove(self, key: str, entry: int) -> None:
        await self._scripts.get_connection().lrem(self._scripts.prefixed_key(key), 1, str(entry))

    async def _now(self) -> int:
        if self._ahead is None or anyio.current_time() - self._measured > _CLOCK_HOLDS:
            await self._measure()
        return int((anyio.current_time() + (self._ahead or 0.0)) * _TICKS)

    async def _measure(self) -> None:
        exchanges = [await self._exchange_times() for _ in range(3)]
        doubt, ahead = min(exchanges)
        # What was known is kept, unless the clocks have drifted apart since.
        if self._ahead is None or abs(ahead - self._ahead) > doubt:
            self._ahead = ahead
        self._measured = anyio.current_time()

    async def _exchange_times(self) -> tuple[float, float]:
        """The seconds by which Redis is ahead, and before them those by which that may be wrong."""
        before = anyio.current_time()
        seconds, microseconds = await self._scripts.get_connection().time()
        half = (anyio.current_time() - before) / 2
        return half, seconds + microseconds / 1e6 - (before + half)


def _reach(rate: Rate) -> int:
    return round((rate.seconds + margin(rate)) * _TICKS)
