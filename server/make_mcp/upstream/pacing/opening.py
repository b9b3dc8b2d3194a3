"""The pace that the settings ask for."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from make_mcp.settings import Settings
from make_mcp.upstream.pacing.memory import MemorySlots
from make_mcp.upstream.pacing.pace import Pace
from make_mcp.upstream.pacing.slots import Rate

OFF = "off"


@asynccontextmanager
async def open_pace(settings: Settings) -> AsyncGenerator[Pace | None]:
    """The pace; None where requests leave as they come. In Redis, where several servers share it.

    Raises:
        SettingsError: Redis cannot be used.
    """
    # Nobody else is on a practice account in process.
    pace = settings.pace or (OFF if settings.sandbox else None)
    if pace == OFF:
        yield None
        return
    fixed = None if pace is None else _rate(pace)
    if (url := settings.redis) is None:
        yield Pace(MemorySlots(), fixed)
        return
    from make_mcp.upstream.pacing.shared import RedisSlots

    async with RedisSlots.open(url) as slots:
        yield Pace(slots, fixed)


def _rate(pace: str) -> Rate:
    # Imported here: it takes a moment, and hardly anybody sets a pace.
    from limits import parse

    limit = parse(pace)
    return Rate(limit.amount, limit.get_expiry())
