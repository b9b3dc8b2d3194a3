"""What a server over HTTP does with the grace that it has once it is told to end. In process, with one that outlasts the test."""

import asyncio
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Literal

import anyio
import pytest
from mcp import Client, MCPError
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from tests.end_to_end.processes import PATIENCE
from tests.server.faults.manners import hang
from tests.server.faults.served import MODES, SOON, Era, Watched
from tests.server.faults.test_process import ENDED, attempt
from tests.server.faults.upstream import Exchange

from make_mcp.app import build
from make_mcp.callers import open_caller
from make_mcp.ending import Ending
from make_mcp.hosting.application import PATHS
from make_mcp.hosting.plan import Hosting
from make_mcp.hosting.serve import InFlight, serve
from make_mcp.listening import listen
from make_mcp.settings import load

Transport = Literal["http", "sse"]
Way = tuple[Transport, Era]
WAYS: list[Way] = [
    ("http", "2026-07-28"), ("http", "2025-11-25"), ("sse", "2026-07-28"), ("sse", "2025-11-25"),
]  # fmt: skip
READ = ("scenarios_get", {"scenarioId": 5})
PATH = "/scenarios/5"
AN_HOUR = 3600.0


@dataclass
class Hosted:
    """A server in this process. `limits` is what its end asked of the watchdog: seconds, and a status."""

    ending: Ending
    address: str
    port: int
    over: anyio.Event = field(default_factory=anyio.Event)
    limits: list[tuple[float, int]] = field(default_factory=list[tuple[float, int]])

    async def takes_no_connections(self) -> None:
        """Comes back once it turns new clients away."""
        with anyio.fail_after(PATIENCE):
            while True:
                try:
                    stream = await anyio.connect_tcp("127.0.0.1", self.port)
                except OSError:
                    return
                await stream.aclose()

    async def ends(self) -> None:
        with anyio.fail_after(SOON):
            await self.over.wait()


@asynccontextmanager
async def hosted(transport: Transport, upstream: Watched) -> AsyncGenerator[Hosted]:
    limits: list[tuple[float, int]] = []

    def limit(seconds: float, status: int) -> None:
        limits.append((seconds, status))

    ending = Ending(limit, grace=AN_HOUR)
    async with open_caller(load(upstream.maton())) as (caller, tools), anyio.create_task_group() as tasks:
        with listen("127.0.0.1", 0) as listening:
            port: int = listening.getsockname()[1]
            server = Hosted(ending, f"http://127.0.0.1:{port}{PATHS[transport]}", port, limits=limits)

            async def run() -> None:
                await serve(build(caller, tools), Hosting(transport, None), listening, ending)
                server.over.set()

            tasks.start_soon(run)
            yield server
            await server.ends()


@asynccontextmanager
async def at(server: Hosted, way: Way) -> AsyncGenerator[Client]:
    transport = sse_client(server.address) if way[0] == "sse" else streamable_http_client(server.address)
    with anyio.fail_after(PATIENCE):
        async with Client(transport, mode=MODES[way[1]]) as connected:
            # The first call would be followed by a listing, which comes too late where the server ends.
            await connected.list_tools()
            yield connected


@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_a_call_that_is_under_way_may_finish(way: Way):
    """F24: no new connections are taken meanwhile, and its answer still leaves."""
    released = asyncio.Event()

    async def late(exchange: Exchange) -> None:
        await released.wait()
        await exchange.answer(200, b'{"scenario": {"id": 5}}', [("content-type", "application/json")])

    async with Watched() as upstream, hosted(way[0], upstream) as server, at(server, way) as connected:
        upstream.on(PATH, late)
        answers: list[object] = []

        async def call() -> None:
            answers.append((await connected.call_tool(*READ)).structured_content)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(call)
            await upstream.has(1, PATH)
            server.ending.told(signal.SIGTERM)
            await server.takes_no_connections()
            released.set()
        assert answers == [{"scenario": {"id": 5}}]
        await server.ends()
        assert server.ending.status == 128 + signal.SIGTERM


@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_there_is_nothing_to_wait_for_where_no_call_is_under_way(way: Way):
    """F24: neither a stream that a client holds open nor its session deserves the grace."""
    async with Watched() as upstream, hosted(way[0], upstream) as server, at(server, way) as connected:
        assert not (await connected.call_tool("users_me", {})).is_error
        server.ending.told(signal.SIGINT)
        await server.ends()


@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_a_second_signal_leaves_no_grace(way: Way):
    """F24: the call is cancelled at once, its client is told, and the process has hardly any time left."""
    async with Watched() as upstream, hosted(way[0], upstream) as server, at(server, way) as connected:
        upstream.on(PATH, hang)
        told: list[str] = []
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(attempt, connected, READ, told)
            await upstream.has(1, PATH)
            server.ending.told(signal.SIGINT)
            await server.takes_no_connections()
            assert not server.over.is_set()
            server.ending.told(signal.SIGTERM)
            await server.ends()
            await upstream.loses(PATH)
        assert told == [ENDED]
        (first, _), (second, _) = server.limits
        assert first > 1 > second
        # The first one decides how it ended.
        assert server.ending.status == 128 + signal.SIGINT


async def test_a_call_that_comes_too_late_is_told_so():
    """F24: over a connection that was open before; it does not even begin."""
    calls = InFlight()
    ending = Ending(lambda _, __: None, grace=AN_HOUR)

    async def begins(_: object) -> None:
        raise AssertionError

    ending.told(signal.SIGTERM)
    await calls.finish(ending)
    request: Any = SimpleNamespace(method="tools/call")
    with pytest.raises(MCPError, match="nothing was done"):
        await calls(request, begins)
