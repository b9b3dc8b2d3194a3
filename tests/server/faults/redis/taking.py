"""Asking for slots, as tests do it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from tests.server.faults.redis.server import RedisServer, no_time

from make_mcp.upstream.pacing.ledger import margin
from make_mcp.upstream.pacing.shared import RedisSlots
from make_mcp.upstream.pacing.slots import Rate, Slot

TEN = Rate(10, 1)
WINDOW = TEN.seconds + margin(TEN)


# Whoever gets a slot leaves at once: what does not is no longer counted from then.


async def take(slots: RedisSlots, key: str, rate: Rate = TEN) -> Slot:
    taken = await slots.take(key, rate)
    assert isinstance(taken, Slot), f"full for {taken} s"
    slots.left(taken)
    return taken


async def take_all(slots: RedisSlots, key: str, most: int = 100) -> list[Slot]:
    """As many as can be had now."""
    found: list[Slot] = []
    while isinstance(taken := await slots.take(key, TEN), Slot):
        slots.left(taken)
        found.append(taken)
        assert len(found) <= most
    return found


async def wait_of(slots: RedisSlots, key: str, rate: Rate = TEN) -> float:
    told = await slots.take(key, rate)
    assert isinstance(told, float), "there was room for one more"
    return told


@asynccontextmanager
async def one(server: RedisServer) -> AsyncGenerator[RedisSlots]:
    """From now on no time passes but `later`."""
    async with RedisSlots.open(server.url) as slots:
        with no_time():
            yield slots


@asynccontextmanager
async def two(server: RedisServer) -> AsyncGenerator[tuple[RedisSlots, RedisSlots]]:
    """The same for two, as two processes have it."""
    async with RedisSlots.open(server.url) as first, one(server) as second:
        yield first, second
