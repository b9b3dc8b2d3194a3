"""The pace that the settings ask for."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from make_mcp.settings import Settings
from make_mcp.telemetry.observer import NOTHING, Observer
from make_mcp.upstream.pacing.memory import MemorySlots
from make_mcp.upstream.pacing.pace import Pace
from make_mcp.upstream.pacing.slots import Rate

if TYPE_CHECKING:
    from make_mcp.redis_connection import RedisConnection

OFF = "off"


@asynccontextmanager
async def open_pace(
    settings: Settings, observer: Observer = NOTHING, redis: "RedisConnection | None" = None
) -> AsyncGenerator[Pace | None]:
    """The pace; None where requests leave as they come. In Redis, where several servers share it.

    `redis` is that of the settings, where it is open already.

    Raises:
        SettingsError: Redis cannot be used.
    """
    # Nobody else is on a practice account in process.
    pace = settings.pace or (OFF if settings.sandbox else None)
    if pace == OFF:
        yield None
        return
    fixed = None if pace is None else rate(pace)
    url = settings.redis
    if redis is None and url is None:
        yield Pace(MemorySlots(), fixed, observer)
        return
    from make_mcp.upstream.pacing.shared import RedisSlots

    if redis is not None:
        yield Pace(await RedisSlots.on(redis), fixed, observer)
    elif url is not None:
        async with RedisSlots.open(url) as slots:
            yield Pace(slots, fixed, observer)


def rate(pace: str) -> Rate:
    """The rate that such a setting names, as 5/second."""
    amount, _, unit = pace.partition("/")
    return Rate(int(amount), {"second": 1, "minute": 60, "hour": 3600}[unit])
