"""The server as a process of its own: what it takes of memory, and what it writes to its log."""

import json
from pathlib import Path
from uuid import UUID

import anyio
import httpx2
import pytest
from tests.end_to_end.accounts import text_of
from tests.end_to_end.processes import PATIENCE, started
from tests.server.faults.manners import Exchange
from tests.server.faults.served import Era, serving
from tests.server.faults.upstream import Upstream
from tests.server.hosting.hosted import TOKEN, Hosted, Transport
from tests.server.hosting.team import Team, keep, team
from tests.server.hosting.test_callers import key, keys
from tests.server.hosting.test_sessions import ABANDONED, open_session
from tests.server.hosting.wire import ACCEPT, JSON, LIST, bearer, connected, in_session, once, opening, request, to

MEGABYTE = 1_000_000
MALFORMED = [
    b"", b"{", b"[]", b"\xff\xfe", b'"do-not-show"', b"[" * 100_000, b'{"jsonrpc": "2.0", "id": 1, "do-not-show": 1}',
    b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": ["do-not-show"]}',
    b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": ' + b"9" * 5000 + b"}",
    b'{"jsonrpc": "2.0", "method": "notifications/progress", "params": {"do-not-show": 1}}',
    b'{"jsonrpc": "2.0", "id": 77, "result": {"do-not-show": 1}}',
]  # fmt: skip
ERAS: list[Era] = ["2026-07-28", "2025-11-25"]


def port_of(address: str) -> int:
    port = httpx2.URL(address).port
    assert port is not None
    return port


def flags_of(people: Team) -> list[str]:
    return [f"--{name.replace('_', '-')}={value}" for name, value in people.flags.items()]


# ---- Memory


def memory(process: int, which: str = "VmRSS") -> int:
    """Bytes; VmHWM is the most that there ever were."""
    text = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(text.split(f"{which}:")[1].split()[0]) * 1024


async def test_two_thousand_abandoned_sessions_take_little_memory():
    """One costs some 40 kB, so that without a limit it would be 80 MB and more."""
    flags = ("--transport", "http", "--port", "0", "--rate-limit", "off")
    with started("serve", "--sandbox", *flags) as (address, process):
        port = port_of(address)
        own = [to(port)]
        with anyio.fail_after(PATIENCE):
            for _ in range(5):
                assert (await once(port, opening("2026-07-28", own))).status == 200
            before = memory(process.pid)
            opened = 0
            async with connected(port) as line:
                for _ in range(ABANDONED):
                    opened += isinstance(await open_session(line, own), str)
                assert (await line.ask(opening("2026-07-28", own))).status == 200
            assert opened == 200
            assert memory(process.pid) - before < 30 * MEGABYTE


async def test_bodies_without_end_take_little_memory():
    """Of 20 clients at once, each of whom would send 50 MB; with what the cap allows it is 20 MB at most, and some copies."""
    flags = ("--transport", "http", "--port", "0", "--max-body", "1")
    with started("serve", "--sandbox", *flags) as (address, process):
        port = port_of(address)
        assert (await once(port, opening("2026-07-28", [to(port)]))).status == 200
        before = memory(process.pid)
        head = request("POST", "/mcp", [to(port), ACCEPT, JSON, ("transfer-encoding", "chunked")])
        piece = b"%x\r\n%b\r\n" % (MEGABYTE, b" " * MEGABYTE)
        refused: list[int] = []

        async def flood() -> None:
            async with connected(port) as line:
                try:
                    await line.send(head)
                    for _ in range(50):
                        await line.send(piece)
                except anyio.BrokenResourceError:
                    refused.append(1)

        with anyio.fail_after(PATIENCE):
            async with anyio.create_task_group() as tasks:
                for _ in range(20):
                    tasks.start_soon(flood)
        assert len(refused) == 20
        assert memory(process.pid, "VmHWM") - before < 100 * MEGABYTE
        assert (await once(port, opening("2026-07-28", [to(port)]))).status == 200


# ---- The log


@pytest.mark.parametrize("level", ["warning", "info", "debug"])
async def test_the_log_shows_no_session(level: str, tmp_path: Path):
    """Who knows its id needs only a token of its caller to be in it. Nor does everybody who is turned away fill the log."""
    async with Upstream() as upstream, team() as people:
        flags = flags_of(people)
        for transport in ("http", "sse"):
            async with serving(
                transport, upstream, tmp_path, "--max-sessions=1", f"--log-level={level}", *flags
            ) as served:
                port = httpx2.URL(served.address).port or 0
                anna, bert = ([to(port), *bearer(people.token(name))] for name in ("anna", "bert"))
                first = opening("2025-11-25", anna) if transport == "http" else request("GET", "/sse", anna)
                async with connected(port) as line:
                    await line.send(first)
                    if transport == "http":
                        session = (await line.reply()).one("mcp-session-id") or ""
                        foreign = in_session(LIST, session, bert)
                    else:
                        await line.head()
                        path = await line.event()
                        session = path.rsplit("=", 1)[1]
                        foreign = opening("2025-11-25", bert, path)
                    assert len(session) == 32
                    for _ in range(10):
                        assert (await once(port, foreign)).status == 404
                        assert (await once(port, first)).status in {429, 503}
                served.process.terminate()
                await served.ends()
                log = "".join(served.stderr)
                assert session not in log
                assert str(UUID(session)) not in log
                assert level != "warning" or len(served.stderr) < 5, log


async def test_no_key_and_no_token_is_in_the_log(tmp_path: Path):
    """Of callers, as of the operator: with everything logged, and an upstream that repeats what it gets."""

    async def repeats(exchange: Exchange) -> None:
        told = {"message": f"what is {exchange.request.headers['authorization']}", "detail": exchange.request.query}
        await exchange.answer(400, json.dumps(told).encode(), [("content-type", "application/json")])

    async with Upstream() as upstream, team() as people:
        upstream.on(None, repeats)
        file = keep(tmp_path / "keys.json", keys("anna"))
        flags = flags_of(people)
        nothing = {"MATON_API_KEY": ""}
        async with serving(
            "http", upstream, tmp_path, "--log-level=debug", f"--credentials-file={file}", *flags, **nothing
        ) as served:
            server = Hosted("http", int(served.address.rsplit(":", 1)[1].split("/")[0]))
            for era in ("2026-07-28", "2025-11-25"):
                token = people.token("anna")
                async with server.client(era, token) as client:
                    for name in ("scenarios_get", "scenarios_start"):
                        result = await client.call_tool(name, {"scenarioId": 5})
                        assert key("anna") not in text_of(result)
                log = "".join(served.stderr)
                assert token not in log
                assert token.split(".")[2] not in log
        log = "".join(served.stderr) + (tmp_path / "audit.log").read_text(encoding="utf-8")
        assert "scenarios_start" in log
        assert key("anna") not in log
        assert len(upstream.arrived) >= 4


@pytest.mark.parametrize("transport", ["http", "sse"])
async def test_who_is_turned_away_fills_no_log(transport: Transport, tmp_path: Path):
    """Whatever is wrong with what anybody sends: it would be a way to fill the disk."""
    async with Upstream() as upstream:
        flags = {"MAKE_MCP_AUTH_TOKEN": TOKEN, "MAKE_MCP_MAX_BODY": "1"}
        async with serving(transport, upstream, tmp_path, **flags) as served:
            port = port_of(served.address)
            paths = {"http": ("/mcp",), "sse": ("/sse", "/messages/?session_id=x", "/messages/?session_id=" + "0" * 32)}
            own = [to(port), *bearer(TOKEN)]
            for path in (*paths[transport], "/nowhere"):
                for data in (
                    request("POST", path, [("host", "evil.com")]),
                    request("POST", path, [to(port), ("origin", "https://evil.com")]),
                    request("POST", path, [to(port), *bearer("wrong")]),
                    request("POST", path, [*own, ("content-type", "text/plain")], b"{}"),
                    request("POST", path, [*own, JSON, ("content-length", "99999999")]),
                    request("POST", path, [*own, JSON, ACCEPT], b"{"),
                    request(
                        "GET", path, [*own, ("upgrade", "websocket"), ("connection", "upgrade"), ("accept", "x/y")]
                    ),
                    b"nonsense\r\n\r\n",
                ):
                    for _ in range(3):
                        async with connected(port) as line:
                            await line.send(data)
                            await line.head()
            async with connected(port) as line:
                if transport == "sse":
                    await line.send(request("GET", "/sse", own))
                    path, more = await line.event(), list[tuple[str, str]]()
                else:
                    path, more = "/mcp", [("mcp-protocol-version", "2025-11-25")]
                    session = (await line.ask(opening("2025-11-25", own))).one("mcp-session-id") or ""
                    more.append(("mcp-session-id", session))
                for body in MALFORMED:
                    data = request("POST", path, [*own, *more, JSON, ACCEPT], body)
                    assert (await once(port, data)).status in {200, 202, 400}
            assert served.stderr == []
