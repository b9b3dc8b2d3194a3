"""Connections: who holds one without saying what they want does not keep it, and too many of them keep nobody from the rest."""

import socket
from contextlib import AsyncExitStack, suppress

import anyio
import pytest
from tests.server.faults.clock import Clock, calm
from tests.server.faults.manners import after, answer
from tests.server.faults.upstream import Upstream
from tests.server.hosting.hosted import TOKEN, WAYS, Hosted, Way, hosted
from tests.server.hosting.test_bodies import drips
from tests.server.hosting.wire import JSON, Line, bearer, connected, modern, once, opening, request, to

from make_mcp.connections import HEAD_WITHIN, IDLE, TAKEN_WITHIN

pytestmark = pytest.mark.usefixtures("clock")

MOST = 5


def alive(port: int) -> bytes:
    return request("GET", "/health", [("host", f"127.0.0.1:{port}")])


# ---- Slow ones


async def test_who_connects_and_says_nothing_does_not_stay(clock: Clock):
    async with hosted() as server, connected(server.port) as line:
        clock.restart()
        assert await line.ends() == b""
        assert 0 < clock.now <= HEAD_WITHIN + 1


@pytest.mark.parametrize("every", [0.5, 4.0])
@pytest.mark.parametrize(
    "begun",
    [b"", b"POST", b"POST /mcp HTTP/1.1\r\n", b"POST /mcp HTTP/1.1\r\nhost: x\r\n", b"GET /health HTTP/1.1\r\n"],
    ids=str,
)
async def test_who_drips_the_head_of_a_request_does_not_stay(begun: bytes, every: float, clock: Clock):
    async with hosted() as server, connected(server.port) as line, anyio.create_task_group() as tasks:
        clock.restart()
        await line.send(begun + b"x")
        tasks.start_soon(drips, line, every, b"x")
        assert await line.ends() == b""
        assert clock.now <= HEAD_WITHIN + every
        tasks.cancel_scope.cancel()
        assert server.heard == []


@pytest.mark.parametrize("every", [0.5, 4.0])
async def test_who_drips_after_an_answer_does_not_stay(every: float, clock: Clock):
    """A connection that was good once has no more time than a new one."""
    async with hosted() as server, connected(server.port) as line, anyio.create_task_group() as tasks:
        assert (await line.ask(opening("2026-07-28", [to(server.port)]))).status == 200
        clock.restart()
        tasks.start_soon(drips, line, every, b"x")
        assert await line.ends() == b""
        assert clock.now <= IDLE + HEAD_WITHIN + every
        tasks.cancel_scope.cancel()


async def test_who_drips_empty_lines_does_not_stay(clock: Clock):
    """HTTP lets them stand before a request."""
    async with hosted() as server, connected(server.port) as line, anyio.create_task_group() as tasks:
        clock.restart()
        tasks.start_soon(drips, line, 1, b"\r\n")
        await line.ends()
        assert clock.now <= HEAD_WITHIN + 1
        tasks.cancel_scope.cancel()


async def test_who_does_not_take_an_answer_does_not_stay(clock: Clock):
    async with Upstream() as upstream, hosted(**upstream.maton()) as server:
        upstream.on("/scenarios/5", answer({"scenario": {"id": 5, "notes": "x" * 4_500_000}}))
        with socket.socket() as silent:
            # Less than half of it fits into what the system keeps for both ends.
            silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            silent.settimeout(5)
            silent.connect(("127.0.0.1", server.port))
            silent.sendall(
                modern("tools/call", {"name": "scenarios_get", "arguments": {"scenarioId": 5}}, [to(server.port)])
            )
            await upstream.has(1)
            clock.restart()
            await anyio.sleep(TAKEN_WITHIN * 2)
            taken = 0
            with suppress(ConnectionResetError):
                while data := silent.recv(65_536):
                    taken += len(data)
        assert taken < 9_000_000
        assert (await once(server.port, opening("2026-07-28", [to(server.port)]))).status == 200


async def test_an_answered_connection_is_kept_for_a_moment(clock: Clock):
    async with hosted() as server, connected(server.port) as line:
        for _ in range(3):
            assert (await line.ask(opening("2026-07-28", [to(server.port)]))).status == 200
            await anyio.sleep(IDLE - 1)
        clock.restart()
        await line.ends()
        assert clock.now <= 2


async def test_requests_that_come_at_once_are_each_answered():
    async with hosted() as server, connected(server.port) as line:
        one = opening("2026-07-28", [to(server.port)])
        await line.send(one * 3 + alive(server.port))
        assert [(await line.reply()).status for _ in range(4)] == [200] * 4
        assert server.heard == ["tools/list"] * 3


@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_a_call_that_takes_long_keeps_its_connection(way: Way):
    async with Upstream() as upstream, hosted(way[0], **upstream.maton()) as server, server.client(way[1]) as client:
        upstream.on("/scenarios/5", after(HEAD_WITHIN * 2, answer({"scenario": {"id": 5}})))
        result = await client.call_tool("scenarios_get", {"scenarioId": 5})
        assert result.structured_content == {"scenario": {"id": 5}}


async def test_a_stream_on_which_nothing_happens_stays_open(clock: Clock):
    async with hosted("sse") as server, connected(server.port) as line:
        await line.send(request("GET", "/sse", [to(server.port)]))
        path = await line.event()
        await anyio.sleep(HEAD_WITHIN * 6)
        assert (await once(server.port, opening("2025-11-25", [to(server.port)], path))).status == 202
        assert "protocolVersion" in await line.event()
        assert clock.now >= HEAD_WITHIN * 6


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
        b"EHLO example.com\r\n\r\n",
        b"GET / HTTP/9.9\r\nhost: x\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost : x\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\n folded: y\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\nx: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 50_000 + b"\r\n",
    ],
    ids=range(9),
)
async def test_what_is_no_http_is_refused_and_cut_off(data: bytes, clock: Clock):
    async with hosted() as server, connected(server.port) as line:
        clock.restart()
        # What could be answered has a connection that is kept for a while.
        with anyio.fail_after(IDLE + 1):
            await line.send(data)
            assert (await line.ends())[:12] in {b"HTTP/1.1 400", b"HTTP/1.1 404", b"HTTP/1.1 421", b""}
        assert server.heard == []


# ---- Too many


async def hold(stack: AsyncExitStack, server: Hosted, number: int) -> list[Line]:
    lines = [await stack.enter_async_context(connected(server.port)) for _ in range(number)]
    await calm()
    return lines


@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_requests_beyond_the_connections_are_told_to_come_again(way: Way):
    """By whom they are held makes no difference: who says nothing counts too. Those who watch the server still see it."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(hosted(way[0], max_connections=MOST, auth_token=TOKEN))
        own = [to(server.port), *bearer(TOKEN)]
        first = opening(way[1], own) if way[0] == "http" else request("GET", "/sse", own)
        async with AsyncExitStack() as held:
            await hold(held, server, MOST)
            for _ in range(3):
                async with connected(server.port) as line:
                    reply = await line.ask(first)
                    assert reply.status == 503
                    assert "--max-connections" in reply.told
                    assert int(reply.one("retry-after") or 0) >= 1
                    await line.ends()
            assert (await once(server.port, alive(server.port))).status == 200
            assert (await once(server.port, request("GET", "/ready", [("host", "x")]))).status == 200
            assert server.heard == []
        await calm()
        async with connected(server.port) as line:
            await line.send(first)
            assert (await line.head()).status == 200


async def test_who_came_before_the_crowd_is_still_served():
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(hosted(max_connections=MOST))
        mine, *_ = await hold(stack, server, MOST)
        await hold(stack, server, 10 * MOST)
        assert (await mine.ask(opening("2026-07-28", [to(server.port)]))).status == 200


async def test_a_crowd_that_says_nothing_is_gone_sooner_than_those_who_were_let_in(clock: Clock):
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(hosted(max_connections=MOST))
        await hold(stack, server, MOST)
        late = await hold(stack, server, 1)
        clock.restart()
        assert await late[0].ends() == b""
        assert clock.now < HEAD_WITHIN / 2


async def test_streams_that_are_held_open_are_connections_too():
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(hosted("sse", max_connections=MOST))
        for line in await hold(stack, server, MOST):
            await line.send(request("GET", "/sse", [to(server.port)]))
            assert (await line.head()).status == 200
        assert (await once(server.port, request("GET", "/sse", [to(server.port)]))).status == 503


# ---- Too often


async def test_who_asks_too_often_is_told_how_long_to_wait_and_others_are_not(clock: Clock):
    async with hosted(rate_limit="5/second") as server:
        data = opening("2026-07-28", [to(server.port)])
        async with connected(server.port) as line:
            clock.restart()
            replies = [await line.ask(data) for _ in range(20)]
            assert clock.now < 0.2
            assert [each.status for each in replies] == [200] * 5 + [429] * 15
            assert {each.one("retry-after") for each in replies[5:]} == {"1"}
            assert "5 a second" in replies[5].told
            assert "Nothing was done" in replies[5].told
            assert server.heard == ["tools/list"] * 5
            await anyio.sleep(1)
            assert (await line.ask(data)).status == 200
        assert (await once(server.port, alive(server.port))).status == 200


async def test_a_rate_is_kept_over_a_longer_time(clock: Clock):
    async with hosted(rate_limit="5/second") as server, connected(server.port) as line:
        data = opening("2026-07-28", [to(server.port)])
        clock.restart()
        served = 0
        while clock.now < 10:
            served += (await line.ask(data)).status == 200
            await anyio.sleep(0.1)
        assert 45 <= served <= 56


async def test_a_request_that_is_refused_for_its_form_counts_too():
    """Else a flood of them would be free."""
    async with hosted(rate_limit="5/hour") as server:
        text = request("POST", "/mcp", [to(server.port), ("content-type", "text/plain")], b"{}")
        large = request("POST", "/mcp", [to(server.port), JSON, ("content-length", "999999999")])
        statuses = [(await once(server.port, data)).status for data in (text, large) * 4]
        assert statuses == [415, 413, 415, 413, 415, 429, 429, 429]
        unknown = modern("tools/call", {"name": "nothing_there", "arguments": {}}, [to(server.port)])
        reply = await once(server.port, unknown)
        assert (reply.status, reply.one("retry-after")) == (429, "720")
