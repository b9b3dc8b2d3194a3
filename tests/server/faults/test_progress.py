"""Whoever waits hears why, in the protocol's own way: a progress message where a call takes longer than a moment."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from mcp import Client
from mcp_types import CallToolResult
from tests.server.faults.calls import READ, RUN, Call
from tests.server.faults.clock import Clock
from tests.server.faults.manners import after, answer
from tests.server.faults.upstream import Upstream
from tests.server.network import ENDPOINTS, calling

from make_mcp.app import build
from make_mcp.confirmation import schema
from make_mcp.selection import tool

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.parametrize("mode", ["auto", "legacy"])]

OK = answer({"ok": True})


@dataclass
class Heard:
    """What a client heard of one call before its answer."""

    words: list[str] = field(default_factory=list[str])
    steps: list[float] = field(default_factory=list[float])

    async def progress(self, progress: float, total: float | None, message: str | None) -> None:
        assert total is None
        self.steps.append(progress)
        self.words.append(message or "")


@asynccontextmanager
async def connected(flags: Mapping[str, Any], mode: str) -> AsyncGenerator[Client]:
    listed = [tool(endpoint, schema("standard", endpoint)) for endpoint in ENDPOINTS.values()]
    async with calling(None, dict(flags)) as caller, Client(build(caller, listed), mode=mode) as client:
        yield client


async def called(client: Client, call: Call, heard: Heard | None) -> CallToolResult:
    confirm = {"confirm": True} if ENDPOINTS[call.tool].effect == "write" else {}
    listening = None if heard is None else heard.progress
    return await client.call_tool(call.tool, {**call.arguments, **confirm}, progress_callback=listening)


async def test_a_wait_for_a_turn_above_two_seconds_is_told(mode: str, clock: Clock):
    """F17: and a shorter one is not: it is over before anybody has read about it."""
    heard = {n: Heard() for n in range(1, 41)}
    async with Upstream() as upstream, connected(upstream.maton(pace=None), mode) as client:
        async with asyncio.TaskGroup() as tasks:
            for n, one in heard.items():
                call = Call("scenarios_get", {"scenarioId": n}, "GET", f"/scenarios/{n}")
                tasks.create_task(called(client, call, one))
        began = upstream.arrived[0].at
        waited = {int(request.path.rsplit("/", 1)[1]): request.at - began for request in upstream.arrived}
    assert sum(seconds > 2.1 for seconds in waited.values()) >= 10
    for n, one in heard.items():
        assert bool(one.words) is (waited[n] > 2.1), f"{waited[n]} s: {one.words}"
        assert all("Maton" in word for word in one.words)
    assert clock.now < 10


async def test_what_is_told_only_grows(mode: str):
    """F17: the protocol wants it so, and a wait of half a minute has more than one word."""
    heard = Heard()
    async with Upstream() as upstream, connected(upstream.make(pace="1/minute", timeout=60), mode) as client:
        await called(client, READ, None)
        await asyncio.sleep(20)
        assert not (await called(client, READ, heard)).is_error
    assert len(heard.steps) >= 3
    assert all(earlier < later for earlier, later in pairwise(heard.steps))
    assert heard.steps[-1] <= 40


async def test_a_pause_that_the_other_side_asked_for_is_told(mode: str):
    """F1: with how long it takes."""
    heard = Heard()
    async with Upstream() as upstream, connected(upstream.make(), mode) as client:
        upstream.on(READ.path, answer({}, 429, retry_after="20"), OK)
        assert not (await called(client, READ, heard)).is_error
    assert heard.words
    assert "2" in heard.words[0]


async def test_a_run_in_progress_is_told(mode: str, clock: Clock):
    """F14: it may take 40 s, and hosts give up on a call that says nothing."""
    heard = Heard()
    async with Upstream() as upstream, connected(upstream.make(), mode) as client:
        upstream.on(RUN.path, after(40, OK))
        assert not (await called(client, RUN, heard)).is_error
    assert clock.now == pytest.approx(40, abs=0.1)
    assert len(heard.words) >= 2
    assert all(earlier < later for earlier, later in pairwise(heard.steps))


async def test_a_call_that_is_quick_says_nothing_before_its_answer(mode: str):
    """F14: nor does one that is not asked to."""
    heard = Heard()
    async with Upstream() as upstream, connected(upstream.make(), mode) as client:
        for call in (READ, RUN):
            upstream.on(call.path, after(1, OK))
            assert not (await called(client, call, heard)).is_error
        upstream.on(RUN.path, after(40, OK))
        assert not (await called(client, RUN, None)).is_error
    assert heard.words == []
