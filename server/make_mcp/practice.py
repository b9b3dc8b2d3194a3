"""The practice account in process: the sandbox's HTTP application behind the same client, with no network between."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx2

import make_sandbox
from make_mcp.settings import Settings
from make_mcp.telemetry.observer import NOTHING, Observer
from make_mcp.upstream import Upstreams
from make_mcp.upstream.doors import Doors, make_door, maton_door
from make_mcp.upstream.pacing.pace import Pace

# Reserved by RFC 6761: never a real host, so that a mistake cannot send practice to anybody.
_GATEWAY = "https://maton.sandbox.localhost"
_MAKE = "https://make.sandbox.localhost"


@asynccontextmanager
async def practice_upstreams(
    settings: Settings, pace: Pace | None, observer: Observer = NOTHING
) -> AsyncGenerator[Upstreams]:
    """Upstreams into a fresh practice account, which is gone with the process."""
    ways = (maton_door(_GATEWAY, make_sandbox.KEY), make_door(_MAKE, make_sandbox.TOKEN))
    doors = Doors({door.upstream: replace(door, is_practice=True) for door in ways}, settings.prefer)
    account = httpx2.ASGITransport(make_sandbox.create_app(limits=False))
    async with Upstreams(doors, account, deadline=settings.timeout, pace=pace, observer=observer) as upstreams:
        yield upstreams
