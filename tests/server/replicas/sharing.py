"""Replicas, as tests have them: each with a connection of its own to one Redis."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import uuid4

import anyio
import anyio.lowlevel
from tests.server.faults.redis.server import PATIENCE, RedisServer, later
from tests.server.network import ENDPOINTS, calling
from tests.server.numbered import RUN, Make, at, http

from make_mcp.calls import Caller
from make_mcp.confirmation.used_in_redis import InRedis as Codes
from make_mcp.idempotency_in_redis import InRedis as Keys
from make_mcp.redis_connection import RedisConnection, open_redis

REFUSAL = http(422, b'{"message":"Not now."}')
SILENCE = 4.0
"""Seconds after which nobody waits for Redis any more."""


@asynccontextmanager
async def connections(server: RedisServer, number: int = 2) -> AsyncGenerator[list[RedisConnection]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(open_redis(server.url)) for _ in range(number)]


@asynccontextmanager
async def stores(server: RedisServer, number: int = 2) -> AsyncGenerator[list[Codes]]:
    """Used codes, as so many processes have them."""
    async with connections(server, number) as opened:
        yield [await Codes.open(connection) for connection in opened]


async def until(true: Callable[[], bool]) -> None:
    """Waits for what has been set in motion."""
    with anyio.fail_after(PATIENCE):
        while not true():
            await anyio.lowlevel.checkpoint()


async def in_silence(waits: Awaitable[object]) -> BaseException | object:
    """What becomes of something that waits for a Redis that hangs: its answer, or what it raised."""
    ended: list[BaseException | object] = []

    async def wait() -> None:
        try:
            ended.append(await waits)
        except Exception as error:  # that is what is asked for
            ended.append(error)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(wait)
        while not ended:
            await anyio.wait_all_tasks_blocked()
            later(SILENCE)
    return ended[0]


@asynccontextmanager
async def callers(
    server: RedisServer, make: Make, space: bytes | None = None, **more: Any
) -> AsyncGenerator[tuple[Caller, Caller]]:
    """Two replicas in front of one Make. Each test has a space of its own."""
    space = uuid4().bytes if space is None else space
    async with connections(server) as (one, other):
        first, second = (Keys(connection, space, **more) for connection in (one, other))
        async with calling(None, at(make), first) as a, calling(None, at(make), second) as b:
            yield a, b


async def says_that_nobody_knows(caller: Caller) -> None:
    again = await caller.call(*RUN, key="k1")
    assert again.is_error
    assert again.is_repeated
    assert "outcome_unknown" in again.text
    assert "new key" in again.text
    assert ENDPOINTS[RUN[0]].truth in again.text


async def ended(keys: Keys, key: str, text: str, caller: str = "local") -> bool:
    """Whether it was the first."""
    async with keys.turn(ENDPOINTS[RUN[0]], caller, key, b"x") as turn:
        turn.outcome = "done"
        turn.answered(text, is_error=False)
        return turn.before is None


async def kept(keys: Keys, key: str, caller: str = "local") -> str | None:
    async with keys.turn(ENDPOINTS[RUN[0]], caller, key, b"x") as turn:
        return None if turn.before is None else turn.before.text or "(no answer)"
