"""Those who watch the server: whether it is alive and of use, to be asked by anybody; and nothing else that anybody may ask."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from tests.server.faults.clock import Clock, calm
from tests.server.faults.manners import answer, hang, hang_up, raw
from tests.server.faults.upstream import Upstream
from tests.server.hosting.hosted import TOKEN, Hosted, Transport, hosted
from tests.server.hosting.team import keep, team
from tests.server.hosting.wire import Reply, connected, once, opening, request, to
from tests.server.network import MAKE_TOKEN, MATON_KEY

from make_mcp import __version__

pytestmark = pytest.mark.usefixtures("clock")

KNOWN_FOR = 10.0
TRANSPORTS: list[Transport] = ["http", "sse"]


async def ask(server: Hosted, path: str, *headers: tuple[str, str], method: str = "GET") -> Reply:
    return await once(server.port, request(method, path, headers or [("host", "10.0.0.7:8000")]))


@asynccontextmanager
async def watched(transport: Transport = "http", **flags: Any) -> AsyncGenerator[tuple[Hosted, Upstream]]:
    async with Upstream() as upstream, hosted(transport, **upstream.maton(auth_token=TOKEN, **flags)) as server:
        yield server, upstream


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_whether_it_is_alive_is_told_to_everybody(transport: Transport):
    """A load balancer calls it by an address, and has no token."""
    async with watched(transport) as (server, upstream):
        for headers in (
            [("host", "10.0.0.7:8000")],
            [("host", "evil.com")],
            [("host", "")],
            [("host", "x"), ("origin", "https://evil.com")],
            [("host", "x"), ("authorization", "Bearer wrong")],
        ):
            for path, status in (("/health", "ok"), ("/ready", "ready"), ("/health?x=y", "ok")):
                reply = await ask(server, path, *headers)
                assert reply.status == 200
                assert json.loads(reply.body)["status"] == status
                assert reply.one("cache-control") == "no-store"
        assert (await once(server.port, request("GET", "/health", [], version="HTTP/1.0"))).status == 200
        assert server.heard == []
        assert len(upstream.arrived) == 1


async def test_it_tells_nothing_else():
    """No version, no key, no address, and no name of the software in front of it."""
    async with watched() as (server, _):
        for path in ("/health", "/ready"):
            reply = await ask(server, path)
            whole = repr(reply)
            for secret in (TOKEN, MATON_KEY, MAKE_TOKEN, __version__, "127.0.0.1", "uvicorn", "Python", "maton.ai"):
                assert secret not in whole
            assert reply.one("server") is None
            assert {name for name, _ in reply.headers} <= {"date", "content-type", "content-length", "cache-control"}


async def test_it_is_only_read():
    async with watched() as (server, _):
        for path in ("/health", "/ready"):
            for method in ("POST", "PUT", "DELETE", "OPTIONS"):
                assert (await ask(server, path, method=method)).status == 405
            async with connected(server.port) as line:
                await line.send(request("HEAD", path, [("host", "x")]))
                assert (await line.head()).status == 200


# ---- Ready


ANSWERS = {200: 200, 401: 200, 403: 200, 404: 200, 429: 200, 301: 200, 500: 503, 502: 503, 503: 503}
"""What the upstream says, and what is told. Whoever refuses is there."""


@pytest.mark.parametrize(("theirs", "ours"), ANSWERS.items())
async def test_an_upstream_that_answers_makes_it_ready(theirs: int, ours: int):
    async with watched() as (server, upstream):
        upstream.on(None, answer({}, theirs))
        assert (await ask(server, "/ready")).status == ours
        # It is asked without a key, for nothing, and not to follow anywhere.
        (look,) = upstream.arrived
        assert (look.method, look.body) == ("GET", b"")
        assert "authorization" not in look.headers
        assert MATON_KEY not in repr(look)


@pytest.mark.parametrize("manner", [hang_up, hang, raw(b"nonsense\r\n\r\n")], ids=["gone", "hanging", "nonsense"])
async def test_an_upstream_that_does_not_answer_makes_it_unready_until_it_does(manner: Any, clock: Clock):
    async with watched() as (server, upstream):
        upstream.on(None, manner)
        clock.restart()
        assert (await ask(server, "/ready")).status == 503
        assert clock.now < 4
        assert json.loads((await ask(server, "/ready")).body)["upstreams"] == {"maton": "not reached"}
        # It is alive all the same, and serves.
        assert (await ask(server, "/health")).status == 200
        assert (await once(server.port, opening("2026-07-28", [to(server.port)]))).status == 401
        upstream.on(None, answer({}))
        await anyio.sleep(KNOWN_FOR)
        assert (await ask(server, "/ready")).status == 200


async def test_nothing_that_listens_makes_it_unready():
    async with Upstream() as upstream:
        flags = upstream.maton()
    async with hosted(**flags) as server:
        assert (await ask(server, "/ready")).status == 503


async def test_the_upstream_is_asked_no_more_often_than_every_ten_seconds(clock: Clock):
    async with watched() as (server, upstream):
        for manner in (answer({}), answer({}, 503)):
            upstream.on(None, manner)
            upstream.arrived.clear()
            clock.restart()
            asked = 0
            while clock.now < 6 * KNOWN_FOR:
                await ask(server, "/ready")
                asked += 1
                await anyio.sleep(0.5)
            assert asked > 90
            assert 5 <= len(upstream.arrived) <= 7


async def test_many_who_ask_at_once_ask_the_upstream_once(clock: Clock):
    async with watched() as (server, upstream):
        upstream.on(None, hang)
        clock.restart()
        statuses: list[int] = []

        async def one() -> None:
            statuses.append((await ask(server, "/ready")).status)

        async with anyio.create_task_group() as tasks:
            for _ in range(30):
                tasks.start_soon(one)
            await upstream.has(1)
            # Who only wants to know whether it is alive does not wait for that.
            assert (await ask(server, "/health")).status == 200
            assert statuses == []
        assert statuses == [503] * 30
        assert len(upstream.arrived) == 1
        assert clock.now < 6


async def test_one_way_to_make_of_two_is_enough():
    async with Upstream() as upstream, Upstream() as other:
        upstream.on(None, hang_up)
        async with hosted(**upstream.maton(make_api_key=MAKE_TOKEN, make_base_url=other.url)) as server:
            reply = await ask(server, "/ready")
            assert reply.status == 200
            assert json.loads(reply.body)["upstreams"] == {"make": "reached", "maton": "not reached"}


async def test_where_callers_have_keys_of_their_own_the_ways_that_these_take_are_looked_at(tmp_path: Path):
    """A gateway that nobody uses may be out of reach."""
    entries = {"anna": {"MAKE_API_KEY": MAKE_TOKEN}}
    async with Upstream() as unused, Upstream() as make, team() as people:
        unused.on(None, hang_up)
        file = keep(tmp_path / "keys.json", entries)
        flags = {**people.flags, "credentials_file": file, "make_base_url": make.url, "maton_base_url": unused.url}
        async with hosted("http", **flags) as server:
            reply = await ask(server, "/ready")
            assert (reply.status, json.loads(reply.body)["upstreams"]) == (200, {"make": "reached"})
            assert unused.arrived == []
            make.on(None, hang_up)
            await anyio.sleep(KNOWN_FOR)
            assert (await ask(server, "/ready")).status == 503
            keep(file, {**entries, "bert": {"MATON_API_KEY": MATON_KEY}})
            unused.on(None, answer({}))
            await anyio.sleep(KNOWN_FOR)
            assert (await ask(server, "/ready")).status == 200


async def test_a_practice_account_is_always_there():
    async with hosted() as server:
        assert (await ask(server, "/ready")).status == 200


async def test_a_server_that_is_about_to_end_is_not_ready_for_more(clock: Clock):
    async with watched() as (server, _), connected(server.port) as line:
        alive = request("GET", "/ready", [("host", "x")])
        assert (await line.ask(alive)).status == 200
        assert server.ending is not None
        server.ending.begun.set()
        reply = await line.ask(alive)
        assert (reply.status, json.loads(reply.body)["status"]) == (503, "ending")
        assert clock.now < 5


# ---- What else there is


NOWHERE = (
    "/", "/metrics", "/docs", "/redoc", "/openapi.json", "/authorize", "/register", "/token", "/revoke", "/login", "/callback",
    "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server/mcp",
    "/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp", "/.well-known/", "/favicon.ico",
    "/robots.txt", "/debug", "/admin", "/static/x", "/health/x", "/ready/", "/healthz", "/HEALTH", "/MCP", "/mcp/x", "//mcp",
    "/mcp/..", "/mcp/../health", "/%6dcp/x", "/v1/mcp", "/api/v2/users/me", "/make/api/v2/users/me", "/..%2f..%2fetc/passwd",
)  # fmt: skip


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_nothing_else_is_there(transport: Transport):
    """S4: above all nothing that looks as if tokens could be had here."""
    async with watched(transport) as (server, upstream):
        ours = {"http": ("/mcp",), "sse": ("/sse", "/messages/", "/messages", "/messages/?session_id=x")}[transport]
        others = {"http": ("/sse", "/messages/", "/messages"), "sse": ("/mcp", "/messages/x")}[transport]
        for method in ("GET", "POST", "HEAD", "OPTIONS", "CONNECT", "TRACE"):
            for path in (*NOWHERE, *others, *ours):
                async with connected(server.port) as line:
                    await line.send(request(method, path, [to(server.port)]))
                    head = await line.head()
                    allowed = {401, 405} if path in ours else {404}
                    assert head.status in allowed, (method, path, head)
        assert (server.heard, upstream.arrived) == ([], [])


async def test_an_address_with_a_slash_too_many_is_the_same():
    async with hosted(auth_token=TOKEN) as server:
        reply = await ask(server, "/mcp/", to(server.port))
        await calm()
        assert reply.status == 401
        assert reply.one("location") is None
