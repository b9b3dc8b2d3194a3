"""The end of the process: soon, in good order, whatever is under way. Processes of the real server, in front of an upstream that
never answers.
"""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import anyio
import httpx2
import pytest
from mcp import Client, MCPError
from mcp_types import CLIENT_CAPABILITIES_META_KEY, CLIENT_INFO_META_KEY, PROTOCOL_VERSION_META_KEY
from tests.end_to_end.processes import PATIENCE, command, environment
from tests.server.faults.manners import answer, hang
from tests.server.faults.served import OPENING, SOON, Era, Json, Served, Transport, Waits, Watched, client, serving
from tests.server.faults.test_cancellation import EVERY_WAY, READ, WRITE, Silent, Way

SIGNALS = [signal.SIGTERM, signal.SIGINT]
ENDED = "The server ended while this call was under way. If it changes something, check before you repeat it."
MODERN_META = {
    PROTOCOL_VERSION_META_KEY: "2026-07-28",
    CLIENT_CAPABILITIES_META_KEY: {},
    CLIENT_INFO_META_KEY: {"name": "raw", "version": "1"},
}
MODERN_HEADERS = {
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": "tools/call",
    "mcp-name": "templates_blueprint",
    "accept": "application/json, text/event-stream",
}
READING, WRITING = "/scenarios/5", "/scenarios/5/start"


async def attempt(connected: Client, call: tuple[str, Json], told: list[str]) -> None:
    """A call that will not be answered."""
    with suppress(MCPError):
        try:
            told.append(f"a result: {await connected.call_tool(*call)}")
        except MCPError as error:
            told.append(error.error.message)
            raise


async def under_way(served: Served, upstream: Watched, era: Era, end: signal.Signals | None) -> list[str]:
    """Ends the server, by a signal or by closing its stdin, while a read and a write are under way; what the client was told."""
    upstream.on(READING, hang)
    upstream.on(WRITING, hang)
    told: list[str] = []
    async with client(served, era) as connected, anyio.create_task_group() as tasks:
        for call in (READ, WRITE):
            tasks.start_soon(attempt, connected, call, told)
        await upstream.has(1, READING)
        await upstream.has(1, WRITING)
        await finish(served, end)
        for path in (READING, WRITING):
            await upstream.loses(path)
    decisions = [(one["tool"], one["decision"], one["outcome"]) for one in served.decisions()]
    assert decisions == [("scenarios_start", "confirmed", "unknown")]
    return told


async def finish(served: Served, end: signal.Signals | None) -> None:
    """Ends the server, which must be soon, say nothing and have the status that belongs to it."""
    if end is None:
        await served.close()
    else:
        served.process.send_signal(end)
    assert await served.ends() == (0 if end is None else -end)
    assert served.stderr == []


@pytest.mark.parametrize("era", ["2026-07-28", "2025-11-25"])
async def test_it_ends_when_its_client_goes_with_calls_under_way(era: Era, tmp_path: Path):
    """F24: end of stdin. The upstream connections are closed, and the write is in the audit log as unknown."""
    async with Watched() as upstream, serving("stdio", upstream, tmp_path) as served:
        await under_way(served, upstream, era, None)


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("way", EVERY_WAY, ids="-".join)
async def test_it_ends_when_it_is_told_to_with_calls_under_way(way: Way, number: signal.Signals, tmp_path: Path):
    """F24: SIGTERM and SIGINT. As above; and clients over HTTP, which are still there, are told what became of their calls."""
    async with Watched() as upstream, serving(way[0], upstream, tmp_path) as served:
        told = await under_way(served, upstream, way[1], number)
        if way[0] != "stdio":
            assert told == [ENDED, ENDED]


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("way", EVERY_WAY, ids="-".join)
async def test_an_open_connection_does_not_hold_it(way: Way, number: signal.Signals, tmp_path: Path):
    """F24: a stream that a client keeps open, or a session, is nothing to wait for."""
    async with (
        Watched() as upstream,
        serving(way[0], upstream, tmp_path) as served,
        client(served, way[1]) as connected,
    ):
        assert not (await connected.call_tool("users_me", {})).is_error
        await finish(served, number)


@pytest.mark.parametrize(
    ("transport", "end"),
    [("stdio", None), ("stdio", signal.SIGTERM), ("http", signal.SIGTERM), ("sse", signal.SIGTERM)],
)
async def test_a_call_that_waits_for_a_person_does_not_hold_it(
    transport: Transport, end: signal.Signals | None, tmp_path: Path
):
    """F24: nobody has to answer for it to end, and nothing is sent."""
    person = Silent()
    async with Watched() as upstream, serving(transport, upstream, tmp_path) as served:
        async with client(served, "2025-11-25", person) as connected, anyio.create_task_group() as tasks:
            preview = (await connected.call_tool("hooks_delete", {"hookId": 5})).structured_content
            assert preview is not None
            confirmed = ("hooks_delete", {"hookId": 5, "confirm": preview["code"]})
            told: list[str] = []
            tasks.start_soon(attempt, connected, confirmed, told)
            await person.asked.wait()
            await finish(served, end)
        assert upstream.writes == []
        last = served.decisions()[-1]
        assert (last["decision"], last["reason"], last["outcome"]) == ("refused", "cancelled", "nothing_sent")


@pytest.mark.parametrize("end", [None, signal.SIGTERM], ids=["stdin", "signal"])
async def test_a_call_that_waits_for_its_turn_does_not_hold_it(end: signal.Signals | None, tmp_path: Path):
    """F24: the pace may have it wait for a minute."""
    waits = Waits()
    slow = {"MAKE_MCP_PACE": "1/minute", "MAKE_MCP_TIMEOUT": "120"}
    async with Watched() as upstream, serving("stdio", upstream, tmp_path, **slow) as served:
        async with client(served, "2026-07-28") as connected, anyio.create_task_group() as tasks:
            assert not (await connected.call_tool("users_me", {})).is_error

            async def call() -> None:
                with suppress(MCPError):
                    await connected.call_tool(*READ, progress_callback=waits)

            tasks.start_soon(call)
            await waits.told.wait()
            await finish(served, end)
        assert len(upstream.arrived) == 1


@pytest.mark.parametrize("end", [None, signal.SIGTERM], ids=["stdin", "signal"])
async def test_a_client_that_does_not_read_does_not_hold_it(end: signal.Signals | None, tmp_path: Path):
    """F24: answers that nobody takes are given up, and what was written of them are whole lines but for the last."""
    async with Watched() as upstream, serving("stdio", upstream, tmp_path) as served:
        upstream.on(READING, hang)
        lists = [{"id": number, "method": "tools/list"} for number in range(1, 100)]
        call = {"id": 100, "method": "tools/call", "params": {"name": READ[0], "arguments": READ[1]}}
        await served.write(*OPENING, *lists, call)
        # By now the answers before it are on their way; the pipe holds two or three.
        await upstream.has(1, READING)
        await finish(served, end)
        assert len([line async for line in served.lines()]) < 100


@pytest.mark.parametrize("garbage", [b"{\n", b'{"jsonrpc": "2.0", "id": 5, "method": 5}\n'])
async def test_a_client_that_sends_garbage_and_does_not_read_does_not_hold_it(garbage: bytes, tmp_path: Path):
    """F24: each line is answered, and the answers are more than a pipe holds; the end of stdin is seen all the same."""
    async with Watched() as upstream, serving("stdio", upstream, tmp_path) as served:
        assert served.process.stdin is not None
        await served.process.stdin.send(garbage * 5_000)
        await finish(served, None)


async def test_a_client_that_takes_nothing_of_its_answer_over_http_does_not_hold_it(tmp_path: Path):
    """F24: the same over HTTP, with an answer that no buffer of the system holds."""
    blueprint = {"response": {"blueprint": {"name": "big", "notes": "x" * 15_000_000}}}
    async with Watched() as upstream, serving("http", upstream, tmp_path) as served:
        upstream.on("/templates/5/blueprint", answer(blueprint))
        call = {"name": "templates_blueprint", "arguments": {"templateId": 5}, "_meta": MODERN_META}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
        async with (
            httpx2.AsyncClient(trust_env=False, timeout=PATIENCE) as far,
            far.stream("POST", served.address, json=body, headers=MODERN_HEADERS) as response,
        ):
            # The head of the answer is here, and its end is far behind.
            assert response.status_code == 200
            await finish(served, signal.SIGTERM)


@pytest.mark.parametrize("era", ["2026-07-28", "2025-11-25"])
@pytest.mark.parametrize(
    "rest", ["", "\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"], ids=["head", "body"]
)
async def test_half_a_request_does_not_hold_it(rest: str, era: Era, tmp_path: Path):
    """F24: nobody knows what it would become."""
    async with Watched() as upstream, serving("http", upstream, tmp_path) as served:
        url = httpx2.URL(served.address)
        async with await anyio.connect_tcp(url.host, url.port or 0) as slow:
            head = f"POST {url.path} HTTP/1.1\r\nhost: {url.host}:{url.port}\r\nmcp-protocol-version: {era}"
            accept = "\r\naccept: application/json, text/event-stream"
            await slow.send(f"{head}{accept}{rest}".encode())
            async with client(served, era) as connected:
                assert not (await connected.call_tool("users_me", {})).is_error
                await finish(served, signal.SIGTERM)


async def test_it_does_not_outlive_a_parent_that_is_killed(tmp_path: Path):
    """F24: whoever started it had no time to close anything; no orphan goes on with the call."""
    passing_on = (
        "import subprocess, sys\n"
        "server = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
        "for line in sys.stdin.buffer: server.stdin.write(line); server.stdin.flush()\n"
    )
    async with Watched() as upstream:
        upstream.on(READING, hang)
        variables = {"MATON_API_KEY": "a-key-for-tests-0000", "MATON_BASE_URL": upstream.url}
        parent = await anyio.open_process([sys.executable, "-c", passing_on, *command()], env=environment(**variables))
        try:
            call = {"id": 1, "method": "tools/call", "params": {"name": READ[0], "arguments": READ[1]}}
            await Served(parent, "stdio", tmp_path).write(*OPENING, call)
            with anyio.fail_after(PATIENCE):
                await upstream.has(1, READING)
            parent.kill()
            await upstream.loses(READING)
            assert parent.stderr is not None
            # Both have it open, and with the last of them it ends.
            with anyio.fail_after(SOON), suppress(anyio.EndOfStream):
                assert await parent.stderr.receive() == b""
        finally:
            with anyio.CancelScope(shield=True):
                await parent.wait()
                await parent.aclose()


@pytest.mark.parametrize(("transport", "end"), [("stdio", None), ("stdio", signal.SIGINT), ("http", signal.SIGTERM)])
async def test_a_name_that_is_looked_up_for_ever_does_not_hold_it(
    transport: Transport, end: signal.Signals | None, tmp_path: Path
):
    """F24: that is done in a thread which nothing can call back."""
    (tmp_path / "sitecustomize.py").write_text(
        "import socket, sys, threading\n"
        "def resolve(*_, **__):\n"
        "    sys.stderr.write('looking up\\n')\n"
        "    threading.Event().wait()\n"
        "socket.getaddrinfo = resolve\n",
        encoding="utf-8",
    )
    async with Watched() as upstream:
        slow = {"PYTHONPATH": str(tmp_path), "MATON_BASE_URL": f"http://localhost:{upstream.port}"}
        async with (
            serving(transport, upstream, tmp_path, **slow) as served,
            client(served, "2026-07-28") as connected,
            anyio.create_task_group() as tasks,
        ):
            told: list[str] = []
            tasks.start_soon(attempt, connected, READ, told)
            await served.says("looking up")
            served.stderr.clear()
            await finish(served, end)


@pytest.mark.parametrize("number", SIGNALS)
async def test_a_terminal_that_nobody_types_at_does_not_hold_it(number: signal.Signals):
    """F24: a terminal is read in such a thread."""
    near, far = os.openpty()
    process = await anyio.open_process(
        command("--sandbox"), stdin=far, stdout=far, stderr=subprocess.PIPE, env=environment(), start_new_session=True
    )
    try:
        os.write(near, json.dumps({"jsonrpc": "2.0", **OPENING[0]}).encode() + b"\n")
        seen = b""
        with anyio.fail_after(PATIENCE):
            while b"serverInfo" not in seen:
                await anyio.wait_readable(near)
                seen += os.read(near, 4096)
        process.send_signal(number)
        with anyio.fail_after(SOON):
            assert await process.wait() == -number
    finally:
        with anyio.CancelScope(shield=True):
            if process.returncode is None:
                process.kill()
            await process.wait()
            await process.aclose()
        os.close(near)
        os.close(far)
