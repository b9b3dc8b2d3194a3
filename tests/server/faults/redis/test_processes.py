"""Several servers and one Redis: real processes over stdio, a real redis-server, and an upstream that counts."""

from collections.abc import Generator
from contextlib import AbstractAsyncContextManager

import anyio
import pytest
from mcp_types import CallToolResult
from tests.end_to_end.people import Session, session, stdio
from tests.server.faults.redis.server import RedisServer
from tests.server.faults.upstream import Upstream, most_in
from tests.server.network import MATON_KEY

pytestmark = pytest.mark.redis

EACH = 32
"""Calls for each of two processes."""
SHARE = 8
"""Of the first to be done with its calls, the other must have had so many of its own by then."""


@pytest.fixture
def redis() -> Generator[RedisServer]:
    with RedisServer() as running:
        yield running


def serving(upstream: Upstream, redis: RedisServer) -> AbstractAsyncContextManager[Session]:
    """A client of a server process of its own."""
    server = stdio(MATON_API_KEY=MATON_KEY, MATON_BASE_URL=upstream.url, MAKE_MCP_REDIS_URL=redis.url)
    return session(server, "auto", "nothing")


async def read(client: Session, scenario: int) -> None:
    result = await client.client.call_tool("scenarios_get", {"scenarioId": scenario})
    assert isinstance(result, CallToolResult)
    assert not result.is_error, result.content


def process_of(path: str) -> int:
    return int(path.removeprefix("/scenarios/")) // 1000


async def test_two_processes_with_one_redis_keep_one_pace(redis: RedisServer):
    """F17: 64 calls at once through two processes, with one key of Maton."""
    async with Upstream() as upstream, serving(upstream, redis) as one, serving(upstream, redis) as other:
        async with anyio.create_task_group() as tasks:
            for number in range(1, EACH + 1):
                tasks.start_soon(read, one, number)
                tasks.start_soon(read, other, 1000 + number)
        arrived = [(request.at, process_of(request.path)) for request in upstream.of(method="GET")]
        assert len(arrived) == 2 * EACH
        assert most_in(1.0, [at for at, _ in arrived]) <= 10
        ends = [max(at for at, process in arrived if process == which) for which in (0, 1)]
        first = ends.index(min(ends))
        assert sum(process != first and at < ends[first] for at, process in arrived) >= SHARE
        assert len([key for key in redis.keys if key.startswith("make-mcp:pace:maton:")]) == 1
        assert not any(MATON_KEY in key for key in redis.keys)


async def test_calls_go_on_without_redis_and_use_it_when_it_is_back(redis: RedisServer):
    """F17: Redis ends while calls are on their way, and is started again."""
    async with Upstream() as upstream, serving(upstream, redis) as one:
        async with anyio.create_task_group() as tasks:
            for number in range(1, 16):
                tasks.start_soon(read, one, number)
            await upstream.has(5)
            redis.kill()
        assert len(upstream.of(method="GET")) == 15
        redis.start()
        while not any(key.startswith("make-mcp:pace:maton:") for key in redis.keys):
            await read(one, 1)
        assert most_in(1.0, [request.at for request in upstream.of(method="GET")]) <= 10
