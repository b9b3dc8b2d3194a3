"""The bodies of requests: what is no JSON, too large or does not come is refused, and takes little of the server meanwhile."""

import json
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import anyio
import pytest
from tests.server.faults.clock import Clock, calm
from tests.server.faults.served import Era
from tests.server.hosting.hosted import TOKEN, WAYS, Hosted, Transport, Way, hosted
from tests.server.hosting.wire import ACCEPT, INITIALIZE, JSON, Header, Line, bearer, connected, once, request, to

pytestmark = pytest.mark.usefixtures("clock")

MEGABYTE = 1_000_000
WITHIN = 3.0
"""Seconds for a body here."""
CHUNKED: Header = ("transfer-encoding", "chunked")
UNFIT = [
    "application/jsonevil", "application/json-patch+json", "text/plain", "text/json", "text/html", "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x", "json", "application", "", "application/json, text/plain", "text/plain, application/json",
    "text/plain; application/json", "application/json/x", "*/*", "application/*",
]  # fmt: skip
FIT = [
    "application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8", "application/json ; charset=utf-8",
    "application/json; charset=\"utf-8\"; x=y",
]  # fmt: skip


@asynccontextmanager
async def with_a_session(server: Hosted) -> AsyncGenerator[str]:
    """Where an older client posts: over SSE in a session of its own."""
    if server.transport == "http":
        yield "/mcp"
        return
    async with connected(server.port) as line:
        await line.send(request("GET", "/sse", [to(server.port)]))
        assert (await line.head()).status == 200
        yield await line.event()


def post(server: Hosted, path: str, era: Era, *headers: Header, body: bytes | None = None) -> bytes:
    """The head of a POST, with a body if one is given; those of the era are among its headers."""
    own = [("mcp-protocol-version", era), ("mcp-method", "tools/list")] if era == "2026-07-28" else []
    return request("POST", path, [to(server.port), ACCEPT, *own, *headers], body)


# ---- Of which kind


@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_only_json_is_taken(way: Way):
    body = json.dumps(INITIALIZE).encode()
    async with hosted(way[0]) as server, with_a_session(server) as path:
        for kind in UNFIT:
            reply = await once(server.port, post(server, path, way[1], ("content-type", kind), body=body))
            assert reply.status == 415, kind
            assert "application/json" in reply.told
        assert (await once(server.port, post(server, path, way[1], body=body))).status == 415
        assert server.heard == []


@pytest.mark.parametrize("transport", ["http", "sse"])
async def test_json_is_taken_however_it_is_written(transport: Transport):
    body = json.dumps(INITIALIZE).encode()
    async with hosted(transport) as server:
        for number, kind in enumerate(FIT, 1):
            async with with_a_session(server) as path:
                reply = await once(server.port, post(server, path, "2025-11-25", ("content-type", kind), body=body))
                assert reply.status == (200 if transport == "http" else 202), kind
                await calm()
                assert server.heard == ["initialize"] * number


# ---- How large


@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_a_body_that_says_that_it_is_too_large_is_not_read(way: Way, clock: Clock):
    async with hosted(way[0], max_body=1) as server, with_a_session(server) as path:
        for size in (str(MEGABYTE + 1), "9" * 15, "0" * 10 + str(2 * MEGABYTE)):
            async with connected(server.port) as line:
                reply = await line.ask(post(server, path, way[1], JSON, ("content-length", size)))
                assert reply.status == 413
                assert "--max-body" in reply.told
                assert "1 MB" in reply.told
                assert await line.ends() == b""
        assert clock.now < WITHIN
        assert server.heard == []


@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_a_body_that_does_not_say_how_large_it_is_is_read_no_further_than_the_cap(way: Way):
    piece = b"%x\r\n%b\r\n" % (50_000, b" " * 50_000)
    async with hosted(way[0], max_body=1) as server, with_a_session(server) as path:
        async with connected(server.port) as line:
            await line.send(post(server, path, way[1], JSON, CHUNKED))
            assert MEGABYTE < await _taken(line, piece) < 20 * MEGABYTE
        async with connected(server.port) as line:
            await line.send(post(server, path, way[1], JSON, CHUNKED) + piece * 21)
            assert (await line.reply()).status == 413
            await line.ends()
        assert server.heard == []


async def _taken(line: Line, piece: bytes) -> int:
    """How many bytes the server takes; more than a hundred times the cap is too many."""
    sent = 0
    with suppress(anyio.BrokenResourceError):
        while sent < 100 * MEGABYTE:
            await line.send(piece)
            sent += len(piece)
    return sent


@pytest.mark.parametrize("transport", ["http", "sse"])
async def test_a_body_as_large_as_the_cap_is_taken(transport: Transport):
    body = json.dumps(INITIALIZE).encode().ljust(MEGABYTE)
    async with hosted(transport, max_body=1) as server:
        for headers, sent in (
            ((JSON,), body),
            ((JSON, CHUNKED), b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)),
        ):
            async with with_a_session(server) as path:
                data = post(server, path, "2025-11-25", *headers, body=None if CHUNKED in headers else sent)
                reply = await once(server.port, data + (sent if CHUNKED in headers else b""))
                assert reply.status == (200 if transport == "http" else 202)
        await calm()
        assert server.heard == ["initialize", "initialize"]


async def test_the_size_of_a_body_cannot_be_told_twice():
    """Else a proxy and this server could disagree on where the next request begins."""
    async with hosted() as server:
        for headers in (
            [("content-length", "5"), ("content-length", "6")],
            [("content-length", "5, 6")],
            [("content-length", "-1")],
            [("content-length", "+5")],
            [("content-length", "0x5")],
            [("content-length", "5"), ("transfer-encoding", "gzip")],
            [("transfer-encoding", "chunked, chunked")],
            [("transfer-encoding", "x-chunked")],
        ):
            async with connected(server.port) as line:
                reply = await line.ask(post(server, "/mcp", "2026-07-28", JSON, *headers) + b"01234")
                assert reply.status in {400, 501}, headers
                await line.ends()
        assert server.heard == []


# ---- How slow


async def drips(line: Line, every: float, piece: bytes = b" ") -> None:
    """A byte each so many seconds, until the server does not take them any more."""
    with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
        while True:
            await anyio.sleep(every)
            await line.send(piece)


@pytest.mark.parametrize("every", [0.5, 2.0])
@pytest.mark.parametrize("chunked", [False, True], ids=["sized", "chunked"])
@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_a_body_that_drips_is_given_up(way: Way, chunked: bool, every: float, clock: Clock):
    size = CHUNKED if chunked else ("content-length", "1000")
    async with hosted(way[0], body_timeout=WITHIN) as server, with_a_session(server) as path:
        clock.restart()
        async with connected(server.port) as line, anyio.create_task_group() as tasks:
            await line.send(post(server, path, way[1], JSON, size))
            tasks.start_soon(drips, line, every, b"1\r\n \r\n" if chunked else b" ")
            reply = await line.reply()
            assert reply.status == 408
            assert "3 s" in reply.told
            assert reply.one("connection") == "close"
            await line.ends()
            assert WITHIN <= clock.now < WITHIN + 1
            tasks.cancel_scope.cancel()
        assert server.heard == []


@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_a_body_that_does_not_come_at_all_is_given_up(way: Way, clock: Clock):
    async with hosted(way[0], body_timeout=WITHIN) as server, with_a_session(server) as path:
        clock.restart()
        for expects in ([], [("expect", "100-continue")]):
            async with connected(server.port) as line:
                data = post(server, path, way[1], JSON, ("content-length", "1000"), *expects)
                assert (await line.ask(data)).status == 408
                await line.ends()
        assert 2 * WITHIN <= clock.now < 2 * WITHIN + 1
        assert server.heard == []


async def test_who_did_not_sign_in_need_not_send_a_body(clock: Clock):
    """Nor may they keep the connection by dripping one."""
    async with hosted(auth_token=TOKEN) as server:
        clock.restart()
        async with connected(server.port) as line, anyio.create_task_group() as tasks:
            reply = await line.ask(post(server, "/mcp", "2026-07-28", JSON, ("content-length", "1000000")))
            assert reply.status == 401
            assert clock.now < 1
            tasks.start_soon(drips, line, 1)
            await line.ends()
            assert clock.now < 20
            tasks.cancel_scope.cancel()
        large = post(server, "/mcp", "2026-07-28", JSON, ("content-length", "9" * 15), *bearer("wrong"))
        assert (await once(server.port, large)).status == 401


@pytest.mark.parametrize("every", [0.5, 4.0])
@pytest.mark.parametrize("transport", ["http", "sse"])
async def test_a_body_for_nothing_does_not_keep_the_connection(transport: Transport, every: float, clock: Clock):
    """For a path that does not exist, for the health of the server, and for methods that take none."""
    async with hosted(transport) as server:
        for method, path in (
            ("POST", "/nowhere"),
            ("GET", "/health"),
            ("POST", "/ready"),
            ("POST", "/sse"),
            ("PUT", "/mcp"),
            ("PUT", "/messages/"),
            ("DELETE", "/mcp"),
            ("GET", "/mcp"),
            ("OPTIONS", "/mcp"),
        ):
            clock.restart()
            async with connected(server.port) as line, anyio.create_task_group() as tasks:
                head = [to(server.port), JSON, ("content-length", "1000000")]
                reply = await line.ask(request(method, path, head))
                assert reply.status in {200, 400, 404, 405, 408, 415}, (method, path)
                tasks.start_soon(drips, line, every)
                await line.ends()
                assert clock.now < 20, (method, path)
                tasks.cancel_scope.cancel()
        assert server.heard == []


@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_a_client_that_goes_in_the_middle_of_its_body_is_no_fault(way: Way, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.WARNING)
    async with hosted(way[0]) as server, with_a_session(server) as path:
        for size in (CHUNKED, ("content-length", "1000")):
            async with connected(server.port) as line:
                await line.send(post(server, path, way[1], JSON, size))
                await calm()
            await calm()
        assert server.heard == []
        assert [each.message for each in caplog.records if "nobody signs in" not in each.message] == []
