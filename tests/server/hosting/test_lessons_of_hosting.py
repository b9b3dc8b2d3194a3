"""What a review by attack has found: each once, so that it stays mended."""

import json
import socket
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

import anyio
import pytest
from starlette.types import Receive, Scope, Send
from tests.end_to_end.processes import PATIENCE
from tests.server.faults.clock import Clock
from tests.server.faults.upstream import Upstream
from tests.server.hosting.hosted import hosted
from tests.server.hosting.team import keep, team
from tests.server.hosting.wire import bearer, connected, modern, once, opening, request, to

from make_mcp.connections import IDLE, TAKEN_WITHIN, Crowd
from make_mcp.ending import Ending
from make_mcp.hosting.bodies import MOST_VALUES
from make_mcp.hosting.plan import Transport
from make_mcp.listening import run
from make_mcp.settings import load
from make_mcp.upstream import doors

LITTLE = 60_000
"""Bytes of an answer that is too small for uvicorn to wait until it is taken, and too large for the system's own memory here."""


@pytest.fixture
def narrow() -> socket.socket:
    """A listening socket whose connections hold little of what nobody takes."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    return listening


async def answers(_: Scope, __: Receive, send: Send) -> None:
    headers = [(b"content-length", str(LITTLE).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"x" * LITTLE})


async def nothing(_: Ending) -> None:
    """There is nothing to wait for."""


async def test_who_does_not_take_the_rest_of_an_answer_does_not_hold_a_connection(clock: Clock, narrow: socket.socket):
    crowd = Crowd()
    ending = Ending(lambda _, __: None, grace=0)
    with narrow, socket.socket() as silent:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(run, answers, narrow, ending, nothing, crowd)
            # Less than half of it fits into what the system keeps for both ends.
            silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            silent.settimeout(PATIENCE)
            silent.connect(narrow.getsockname())
            silent.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            with anyio.fail_after(PATIENCE):
                while not crowd.open:
                    await anyio.lowlevel.checkpoint()
            clock.restart()
            await anyio.sleep(IDLE + TAKEN_WITHIN + 1)
            assert crowd.open == 0
            ending.begun.set()
        taken = b""
        with suppress(ConnectionResetError):
            while data := silent.recv(65_536):
                taken += data
        assert len(taken) < LITTLE


def test_a_new_release_is_no_other_account(monkeypatch: pytest.MonkeyPatch):
    """By the account idempotency keys are known: at an upgrade, when calls are cut off and repeated, none may be forgotten."""
    settings = load({"maton_api_key": "a-key", "make_api_key": "another", "make_zone": "eu1", "maton_connection": "c"})
    before = doors.open_doors(settings).account
    monkeypatch.setattr(doors, "USER_AGENT", "make-mcp/99")
    assert doors.open_doors(settings).account == before
    others = [
        {"maton_api_key": "b-key"}, {"make_api_key": "b"}, {"make_zone": "eu2"}, {"maton_connection": "d"},
    ]  # fmt: skip
    accounts = {doors.open_doors(load({**_given(settings), **other})).account for other in others}
    assert len(accounts | {before}) == 5


def _given(settings: Any) -> dict[str, Any]:
    return {
        "maton_api_key": settings.maton_key, "make_api_key": settings.make_key, "make_zone": settings.make_zone,
        "maton_connection": settings.maton_connection,
    }  # fmt: skip


@pytest.mark.parametrize(
    "values",
    [
        {"teamId": 1, "fields": [1] * (MOST_VALUES + 2)},
        {f"a{n}": 1 for n in range(MOST_VALUES + 2)},
        {"teamId": 1, "fields": [""] * (MOST_VALUES + 2)},
        {"teamId": 1, "fields": ['\\"' for _ in range(MOST_VALUES + 2)]},
    ],
    ids=["numbers", "names", "empty texts", "quotes"],
)
async def test_a_request_of_a_million_values_is_refused_before_each_of_them_is_checked(values: dict[str, Any]):
    async with hosted() as server:
        reply = await once(
            server.port, modern("tools/call", {"name": "scenarios_list", "arguments": values}, [to(server.port)])
        )
        assert reply.status == 413
        assert "values" in reply.told
        assert server.heard == []


async def test_commas_in_a_text_are_no_values():
    """A blueprint may be sent as one text."""
    for text in ("," * 1_000_000, '\\",' * 200_000, '"' + "," * 200_000):
        async with hosted() as server:
            arguments = {"scenarioId": 5, "blueprint": text}
            called = modern("tools/call", {"name": "scenarios_update", "arguments": arguments}, [to(server.port)])
            assert (await once(server.port, called)).status == 200
            assert server.heard == ["tools/call"]


async def test_a_key_of_a_caller_that_is_given_as_an_id_is_not_in_the_audit_log(tmp_path: Path):
    key = "maton-key-of-anna-6b1f0c27e4"
    file = keep(tmp_path / "callers.json", {"anna": {"MATON_API_KEY": key}})
    audit = tmp_path / "audit"
    async with team() as people, Upstream() as upstream:
        where: dict[str, Any] = {"credentials_file": str(file), "maton_base_url": upstream.url, "audit_log": str(audit)}
        async with (
            hosted(**people.flags, **where) as server,
            server.client("2026-07-28", people.token("anna", "make:write")) as anna,
        ):
            answer = await anna.call_tool("maton_connections_delete", {"matonConnectionId": key})
            assert key not in str(answer)
    lines = [json.loads(line) for line in audit.read_text(encoding="utf-8").splitlines()]
    assert [line["tool"] for line in lines] == ["maton_connections_delete"]
    assert key not in audit.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ["/mcp/", "/sse/", "/messages", "/mcp//", "/MCP", "/mcp/x"])
@pytest.mark.parametrize("transport", ["http", "sse"])
async def test_nobody_is_sent_on_to_another_address(transport: Transport, path: str):
    """Where TLS ends before us, that would be http, with the whole call in clear."""
    token = "t" * 40
    async with hosted(transport, auth_token=token) as server:
        for headers in ([], bearer(token)):
            reply = await once(server.port, request("POST", path, [to(server.port), *headers], b"{}"))
            assert reply.status in {400, 401, 404, 405, 415}
            assert reply.one("location") is None
        assert (await once(server.port, opening("2026-07-28", [to(server.port)], path))).status in {401, 404, 405}


async def test_a_slash_at_the_end_of_the_address_makes_no_difference():
    async with hosted() as server:
        assert (await once(server.port, opening("2026-07-28", [to(server.port)], "/mcp/"))).status == 200


async def test_one_caller_has_no_more_than_a_quarter_of_the_sessions():
    async with team() as people, hosted(**people.flags, make_api_key="k", make_zone="eu1", max_sessions=8) as server:
        statuses: dict[str, list[int]] = {}
        for who in ("anna", "anna", "anna", "ben", "anna", "ben", "ben"):
            own = [to(server.port), *bearer(people.token(who, "make:read"))]
            reply = await once(server.port, opening("2025-11-25", own))
            statuses.setdefault(who, []).append(reply.status)
        assert statuses == {"anna": [200, 200, 429, 429], "ben": [200, 200, 429]}
        # Those who need no session are served.
        own = [to(server.port), *bearer(people.token("anna", "make:read"))]
        assert (await once(server.port, opening("2026-07-28", own))).status == 200


async def test_a_crowd_far_beyond_the_connections_is_cut_off_at_once(clock: Clock):
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(hosted(max_connections=2))
        for _ in range(102):
            await stack.enter_async_context(connected(server.port))
        clock.restart()
        async with connected(server.port) as late:
            assert await late.ends() == b""
        assert clock.now < 0.5
