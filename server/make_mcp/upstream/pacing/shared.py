"""Counting in Redis, so that several processes share a budget. `ledger` is what is kept there.

As long as Redis does not answer, each process keeps the rate by itself. It counts by itself all along, so that neither the end
of Redis nor its return opens a second budget.
"""

import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeVar, cast

import anyio

from make_mcp.redis_connection import NO_PACKAGE, PREFIX, RedisConnection, Share, open_redis
from make_mcp.settings import SettingsError
from make_mcp.upstream.pacing.ledger import Full, Ledger, Scripts, margin
from make_mcp.upstream.pacing.memory import MemorySlots
from make_mcp.upstream.pacing.slots import Rate, Slot, Slots

log = logging.getLogger(__name__)

ANSWERS_WITHIN = 1.0
"""Seconds. A Redis that takes longer is worth less than none."""
ASKED_AGAIN_AFTER = 3.0
"""Seconds from an answer that did not come to the next question."""
_PREFIX = f"{PREFIX}:pace"

_Answer = TypeVar("_Answer")


class RedisSlots:
    """Budgets in Redis. `open` makes one."""

    def __init__(self, ledger: Ledger, own: Slots, share: Share) -> None:
        self._ledger = ledger
        self._own = own
        self._share = share
        self._silent_until: float | None = None
        """None while Redis answers; otherwise when it is asked again."""
        self._crowded: dict[str, float] = {}
        """Until when a budget counts as one that others wait for too."""
        self._polite: dict[str, float] = {}
        """When it is our turn again in such a budget."""

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncGenerator["RedisSlots"]:
        """The budgets in the Redis of this URL, where nothing else of the process uses it.

        Raises:
            SettingsError: nothing can be counted there. The text says what to do, and nothing of the URL.
        """
        async with open_redis(url) as connection:
            yield await cls.on(connection)

    @classmethod
    async def on(cls, connection: RedisConnection) -> "RedisSlots":
        """The budgets in an open Redis.

        Raises:
            SettingsError: as `open` says.
        """
        from limits.aio.storage import RedisStorage
        from limits.errors import ConfigurationError

        try:
            # What `limits` is given is not the URL.
            storage = RedisStorage(
                "redis://", implementation="redispy", connection_pool=connection.pool, key_prefix=_PREFIX
            )
        except ConfigurationError:
            raise SettingsError(NO_PACKAGE) from None
        ledger = Ledger(cast("Scripts", storage.bridge))
        await connection.begin(ledger.begin)
        return cls(ledger, MemorySlots(), connection.share("pace"))

    async def take(self, key: str, rate: Rate) -> Slot | float:
        now = anyio.current_time()
        if (wait := self._polite.get(key, now) - now) > 0:
            return wait
        own = await self._own.take(key, rate)
        if not isinstance(own, Slot):
            return own
        asked = own.at
        try:
            entry = await self._ask(partial(self._ledger.take, key, rate))
        except BaseException:
            await self._return(own)
            raise
        now = anyio.current_time()
        if isinstance(entry, Full):
            await self._return(own)
            self._crowded = {other: until for other, until in self._crowded.items() if until > now}
            self._crowded[key] = now + entry.seconds + rate.seconds
            # Two that were told the same moment should not come in the same order each time.
            return entry.seconds + _politeness(rate)
        if self._crowded.get(key, 0.0) > now:
            # Slots that were taken at once come back at once: one process should not have them all.
            self._polite = {other: until for other, until in self._polite.items() if until > now}
            self._polite[key] = now + _politeness(rate)
        # It leaves now, and not when Redis was asked.
        own.at = now
        return _Shared(key, rate, now, own=own, entry=entry, since=asked)

    def left(self, slot: Slot, arrives_within: float = 1.0) -> None:
        if isinstance(slot, _Shared):
            self._own.left(slot.own, arrives_within)

    async def arrived(self, slot: Slot) -> None:
        if not isinstance(slot, _Shared) or not slot.is_open:
            return
        await self._own.arrived(slot.own)
        slot.at = slot.own.at
        late = slot.at - slot.since
        # A part of the margin is for what the clocks differ.
        if slot.entry is not None and late > margin(slot.rate) * 0.75:
            await self._ask(partial(self._ledger.move, slot.key, slot.rate, slot.entry, late))
        slot.is_open = False

    async def give_back(self, slot: Slot) -> None:
        if not isinstance(slot, _Shared) or not slot.is_open:
            return
        slot.is_open = False
        await self._own.give_back(slot.own)
        if slot.entry is not None:
            await self._ask(partial(self._ledger.remove, slot.key, slot.entry))

    async def _return(self, own: Slot) -> None:
        with anyio.CancelScope(shield=True):
            await self._own.give_back(own)

    async def _ask(self, question: Callable[[], Awaitable[_Answer]]) -> _Answer | None:
        """What Redis answers; None as long as it does not."""
        now = anyio.current_time()
        if self._silent_until is not None:
            if now < self._silent_until:
                return None
            # One asks, and the others need not wait for what comes of it.
            self._silent_until = now + ASKED_AGAIN_AFTER
            self._ledger.forget_the_clock()
        try:
            answer = await self._share.ask(question, ANSWERS_WITHIN)
        except OSError as error:
            if self._silent_until is None:
                log.warning(
                    "Redis does not answer (%s): until it does, this process keeps the pace by itself alone", error
                )
            self._silent_until = anyio.current_time() + ASKED_AGAIN_AFTER
            return None
        if self._silent_until is not None:
            self._silent_until = None
            log.info("Redis answers again: the pace is shared")
        return answer


@dataclass(slots=True, eq=False, kw_only=True)
class _Shared(Slot):
    own: Slot
    """The same leave, as this process counts it."""
    entry: int | None
    """What stands for it in Redis; None where Redis did not answer."""
    since: float
    """What the entry says, by the event loop's clock."""


def _politeness(rate: Rate) -> float:
    return random.uniform(0.5, 1) * min(0.05, rate.seconds / rate.amount)  # noqa: S311 - it guards no secret
