"""Sessions of older clients: so many and no more, each its caller's alone, and none for ever. Newer clients need none."""

import json

import anyio
from tests.server.faults.clock import Clock, calm
from tests.server.hosting.hosted import Hosted, hosted
from tests.server.hosting.team import READ, team
from tests.server.hosting.wire import (
    LIST,
    Header,
    Line,
    Reply,
    bearer,
    connected,
    in_session,
    once,
    opening,
    request,
    to,
)

MOST = 20
IDLE = 20.0
ABANDONED = 2000
NOTE = {"jsonrpc": "2.0", "method": "notifications/initialized"}


async def open_session(line: Line, own: list[Header]) -> str | Reply:
    """The id of a new session, or the refusal."""
    reply = await line.ask(opening("2025-11-25", own))
    return (reply.one("mcp-session-id") or "") if reply.status == 200 else reply


async def is_open(server: Hosted, session: str, own: list[Header]) -> bool:
    status = (await once(server.port, in_session(LIST, session, own))).status
    assert status in {200, 404}
    return status == 200


# ---- How many


async def test_abandoned_sessions_take_no_more_than_their_room(clock: Clock):
    async with hosted(max_sessions=MOST, session_idle=IDLE, rate_limit="off") as server, connected(server.port) as line:
        own = [to(server.port)]
        clock.restart()
        answers = [await open_session(line, own) for _ in range(ABANDONED)]
        assert clock.now < IDLE
        sessions = [each for each in answers if isinstance(each, str)]
        refused = [each for each in answers if isinstance(each, Reply)]
        assert len(set(sessions)) == MOST
        assert {each.status for each in refused} == {503}
        assert "--max-sessions" in refused[0].told
        assert int(refused[0].one("retry-after") or 0) > 0
        # Who has one keeps it, and newer clients are served as ever.
        assert await is_open(server, sessions[0], own)
        for _ in range(3):
            assert (await line.ask(opening("2026-07-28", own))).status == 200
        # Nobody used them for so long.
        await anyio.sleep(IDLE + 1)
        assert [await is_open(server, each, own) for each in sessions] == [False] * MOST
        # An answered connection is kept for less.
        async with connected(server.port) as fresh:
            for _ in range(MOST):
                assert isinstance(await open_session(fresh, own), str)


async def test_a_session_that_ends_makes_room(clock: Clock):
    async with hosted(max_sessions=1) as server:
        own = [to(server.port)]
        clock.restart()
        for _ in range(3):
            async with connected(server.port) as line:
                session = await open_session(line, own)
                assert isinstance(session, str)
                assert not isinstance(await open_session(line, own), str)
            end = request("DELETE", "/mcp", [("mcp-session-id", session), *own])
            assert (await once(server.port, end)).status == 200
            assert not await is_open(server, session, own)
        assert clock.now < 10


async def test_a_session_that_is_used_stays(clock: Clock):
    async with hosted(max_sessions=MOST, session_idle=IDLE) as server:
        own = [to(server.port)]
        async with connected(server.port) as line:
            used, held, left = [await open_session(line, own) for _ in range(3)]
        assert isinstance(used, str)
        assert isinstance(held, str)
        assert isinstance(left, str)
        async with connected(server.port) as line:
            await line.send(request("GET", "/mcp", [("mcp-session-id", held), ("accept", "text/event-stream"), *own]))
            assert (await line.head()).status == 200
            clock.restart()
            while clock.now < 3 * IDLE:
                assert await is_open(server, used, own)
                await anyio.sleep(IDLE / 2)
            assert await is_open(server, held, own)
        assert not await is_open(server, left, own)


async def test_a_request_that_opens_no_session_leaves_none(clock: Clock):
    """What has no id and does not begin one either is refused, and takes no room."""
    async with hosted(max_sessions=1) as server:
        own = [to(server.port)]
        for _ in range(5):
            for message in (
                json.dumps(LIST),
                json.dumps(NOTE),
                '{"jsonrpc":"2.0","id":1,"result":{}}',
                "[]",
                "{}",
                "x",
                "",
            ):
                body = message.encode()
                headers = [("accept", "application/json, text/event-stream"), ("content-type", "application/json")]
                assert (await once(server.port, request("POST", "/mcp", [*headers, *own], body))).status == 400
            assert (await once(server.port, request("GET", "/mcp", own))).status in {400, 406}
            assert (await once(server.port, request("DELETE", "/mcp", own))).status == 400
        async with connected(server.port) as line:
            assert isinstance(await open_session(line, own), str)
        assert clock.now < 10


async def test_streams_of_sse_are_sessions_too(clock: Clock):
    async with hosted("sse", max_sessions=2) as server:
        ask = request("GET", "/sse", [to(server.port)])
        async with connected(server.port) as first, connected(server.port) as second:
            for line in (first, second):
                await line.send(ask)
                assert (await line.head()).status == 200
            for _ in range(3):
                refused = await once(server.port, ask)
                assert refused.status == 503
                assert "--max-sessions" in refused.told
                assert int(refused.one("retry-after") or 0) > 0
            path = await first.event()
            assert (await once(server.port, opening("2025-11-25", [to(server.port)], path))).status == 202
        await calm()
        clock.restart()
        async with connected(server.port) as line:
            await line.send(ask)
            assert (await line.head()).status == 200
        # Its room does not wait for anything.
        assert clock.now < 1


# ---- Whose


async def test_the_session_of_another_caller_is_not_there():
    """S7: for any method, as if it did not exist; its own caller still has it."""
    async with team() as people, hosted(**people.flags) as server, connected(server.port) as line:
        anna, bert = ([to(server.port), *bearer(people.token(name))] for name in ("anna", "bert"))
        session = await open_session(line, anna)
        assert isinstance(session, str)
        inside = [("mcp-session-id", session), ("mcp-protocol-version", "2025-11-25"), ("accept", "text/event-stream")]
        for own in (bert, [to(server.port), *bearer(people.token("anna", client_id="another"))]):
            unknown = await once(server.port, in_session(LIST, "0" * 32, own))
            for message in (LIST, NOTE):
                foreign = await once(server.port, in_session(message, session, own))
                assert (foreign.status, foreign.body) == (404, unknown.body)
            for method in ("GET", "DELETE"):
                assert (await once(server.port, request(method, "/mcp", [*inside, *own]))).status == 404
        heard = len(server.heard)
        assert await is_open(server, session, anna)
        # A new token of the same person.
        assert await is_open(server, session, [to(server.port), *bearer(people.token("anna", jti="2"))])
        assert len(server.heard) == heard + 2
        async with connected(server.port) as mine:
            await mine.send(request("GET", "/mcp", [*inside, *anna]))
            assert (await mine.head()).status == 200
        assert (await once(server.port, request("DELETE", "/mcp", [*inside, *anna]))).status == 200
        assert not await is_open(server, session, anna)


async def test_the_stream_of_another_caller_is_not_there():
    async with team() as people, hosted("sse", **people.flags) as server, connected(server.port) as line:
        anna, bert = ([to(server.port), *bearer(people.token(name))] for name in ("anna", "bert"))
        await line.send(request("GET", "/sse", anna))
        assert (await line.head()).status == 200
        path = await line.event()
        unknown = await once(server.port, opening("2025-11-25", bert, "/messages/?session_id=" + "0" * 32))
        foreign = await once(server.port, opening("2025-11-25", bert, path))
        assert (foreign.status, foreign.body) == (404, unknown.body)
        assert server.heard == []
        assert (await once(server.port, opening("2025-11-25", anna, path))).status == 202
        assert "protocolVersion" in await line.event()


async def test_one_caller_who_asks_too_often_does_not_hold_up_another(clock: Clock):
    async with team() as people, hosted(rate_limit="5/second", **people.flags) as server:
        anna, bert = (opening("2026-07-28", [to(server.port), *bearer(people.token(n))]) for n in ("anna", "bert"))
        clock.restart()
        async with connected(server.port) as line:
            assert [(await line.ask(anna)).status for _ in range(8)] == [200] * 5 + [429] * 3
            assert [(await line.ask(bert)).status for _ in range(5)] == [200] * 5
            # Another token of hers makes no difference.
            more = opening("2026-07-28", [to(server.port), *bearer(people.token("anna", READ))])
            assert (await line.ask(more)).status == 429
            assert clock.now < 0.2
            await anyio.sleep(0.2)
            assert [(await line.ask(anna)).status for _ in range(2)] == [200, 429]
