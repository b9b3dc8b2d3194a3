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
from typing import Any, TypeVar, cast

import anyio

from make_mcp.settings import SettingsError, variable
from make_mcp.upstream.pacing.ledger import Full, Ledger, Scripts, margin
from make_mcp.upstream.pacing.memory import MemorySlots
from make_mcp.upstream.pacing.slots import Rate, Slot, Slots

log = logging.getLogger(__name__)

ANSWERS_WITHIN = 1.0
"""Seconds. A Redis that takes longer is worth less than none."""
ASKED_AGAIN_AFTER = 3.0
"""Seconds from an answer that did not come to the next question."""
_STARTS_WITHIN = 5.0
"""Seconds for the first exchange: names are looked up, TLS and passwords are agreed upon."""
_CONNECTIONS = 8
_PREFIX = "make-mcp:pace"

_Answer = TypeVar("_Answer")


class RedisSlots:
    """Budgets in Redis. `open` makes one."""

    def __init__(self, ledger: Ledger, own: Slots) -> None:
        self._ledger = ledger
        self._own = own
        self._silent_until: float | None = None
        """None while Redis answers; otherwise when it is asked again."""
        self._crowded: dict[str, float] = {}
        """Until when a budget counts as one that others wait for too."""
        self._polite: dict[str, float] = {}
        """When it is our turn again in such a budget."""

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncGenerator["RedisSlots"]:
        """The budgets in the Redis of this URL.

        Raises:
            SettingsError: nothing can be counted there. The text says what to do, and nothing of the URL.
        """
        try:
            from limits.aio.storage import RedisStorage
            from limits.errors import ConfigurationError
            from redis.asyncio import BlockingConnectionPool
            from redis.asyncio.retry import Retry
            from redis.backoff import NoBackoff
            from redis.exceptions import AuthenticationError, RedisError
            from redis.exceptions import ConnectionError as ConnectionFailed
        except ImportError:
            raise SettingsError(_NO_PACKAGE) from None
        try:
            # redis leaves the types of its options open.
            pool: Any = cast("Any", BlockingConnectionPool).from_url(
                url,
                max_connections=_CONNECTIONS,
                timeout=ANSWERS_WITHIN,
                socket_timeout=ANSWERS_WITHIN,
                socket_connect_timeout=_STARTS_WITHIN,
                protocol=2,
                # A connection that Redis closed while nobody used it is no outage.
                retry=Retry(NoBackoff(), 1),
                retry_on_error=[ConnectionFailed],
            )
            # The URL stays here: what `limits` is given is not it.
            storage = RedisStorage("redis://", implementation="redispy", connection_pool=pool, key_prefix=_PREFIX)
        except ValueError:
            raise SettingsError(_NO_ADDRESS) from None
        except ConfigurationError:
            raise SettingsError(_NO_PACKAGE) from None
        ledger = Ledger(cast("Scripts", storage.bridge), (RedisError, OSError))
        try:
            try:
                with anyio.fail_after(_STARTS_WITHIN):
                    await ledger.begin()
            except (TypeError, ValueError):
                # An option after the `?` that redis does not know.
                raise SettingsError(_NO_ADDRESS) from None
            except AuthenticationError:
                raise SettingsError(f"Redis does not take the name or the password of {_WHERE}: mend them") from None
            except (RedisError, OSError) as error:
                raise SettingsError(_no_answer(error)) from None
            yield cls(ledger, MemorySlots())
        finally:
            with anyio.move_on_after(ANSWERS_WITHIN, shield=True):
                await pool.aclose()

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
            with anyio.fail_after(ANSWERS_WITHIN):
                answer = await question()
        except self._ledger.failures as error:
            if self._silent_until is None:
                log.warning(
                    "Redis does not answer (%s): until it does, this process keeps the pace by itself alone",
                    type(error).__name__,
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


_WHERE = f"{variable('redis_url')} (or its file)"
_NO_PACKAGE = "counting in Redis needs the package redis, 5.2 or later: pip install 'make-mcp[redis]'"
_NO_ADDRESS = (
    f"{_WHERE} holds an address that cannot be used: it takes one such as redis://127.0.0.1:6379/0, in which a name or "
    "password has its special characters percent-encoded"
)


def _no_answer(error: Exception) -> str:
    return (
        f"Redis does not count for us at the address of {_WHERE} ({type(error).__name__}): start it, let us write there, or mend "
        "the address; without the setting each process keeps a pace of its own"
    )
