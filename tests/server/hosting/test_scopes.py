"""Scopes from end to end: who may only read sees what reads, and nothing that they call changes or even looks at anything."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.client.sse import sse_client
from tests.end_to_end.accounts import text_of
from tests.server.faults.upstream import Upstream
from tests.server.hosting.hosted import WAYS, Hosted, Way, hosted
from tests.server.hosting.team import READ, WRITE, Team, team
from tests.server.hosting.wire import LIST, Header, Reply, bearer, connected, in_session, once, opening, request, to
from tests.server.network import READS, WRITES

from make_mcp.recipes import RECIPES

START = {"name": "scenarios_start", "arguments": {"scenarioId": 5, "confirm": True}}


def names(endpoints: list[Any]) -> set[str]:
    """Those of them that the gateway offers, which is what these servers have a key for."""
    return {one.name for one in endpoints if "maton" in one.upstreams}


READING = names(READS) | {recipe.name for recipe in RECIPES}


@asynccontextmanager
async def serving(way: Way, folder: Path, **flags: Any) -> AsyncGenerator[tuple[Hosted, Upstream, Team]]:
    async with Upstream() as upstream, team() as people:
        log = {"audit_log": folder / "audit.log"}
        async with hosted(way[0], **upstream.maton(**people.flags, **log, **flags)) as server:
            yield server, upstream, people


def decisions(folder: Path) -> list[Any]:
    return [json.loads(line) for line in (folder / "audit.log").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("way", WAYS, ids="-".join)
@pytest.mark.parametrize(("scopes", "writes"), [((READ,), False), ((WRITE,), True), ((READ, WRITE), True)], ids=str)
async def test_the_list_holds_what_the_scopes_allow(way: Way, scopes: tuple[str, ...], writes: bool, tmp_path: Path):
    async with serving(way, tmp_path, toolsets="all") as (server, _, people):
        listed: list[list[Any]] = []
        for _ in range(2):
            async with server.client(way[1], people.token("anna", *scopes)) as client:
                listed.append((await client.list_tools()).tools)
        # It does not depend on the connection.
        assert listed[0] == listed[1]
        assert {tool.name for tool in listed[0]} == READING | (names(WRITES) if writes else set())
        assert len(listed[0]) == (59 if writes else 31)


@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_a_call_that_writes_is_refused_before_anything_is_sent(way: Way, tmp_path: Path):
    """Previews too: they would look at the account for something that this caller cannot do."""
    async with serving(way, tmp_path) as (server, upstream, people):
        async with server.client(way[1], people.token("anna", READ)) as client:
            for tool in sorted(names(WRITES)):
                for confirm in (True, "a-code", None):
                    given: dict[str, Any] = {} if confirm is None else {"confirm": confirm}
                    result = await client.call_tool(tool, given)
                    assert result.is_error
                    assert "insufficient_scope" in text_of(result)
            assert upstream.arrived == []
            assert not (await client.call_tool("scenarios_get", {"scenarioId": 5})).is_error
            assert [one.method for one in upstream.arrived] == ["GET"]
        told = decisions(tmp_path)
        assert {one["tool"] for one in told} == names(WRITES)
        assert len(told) == 3 * len(names(WRITES))
        assert {(one["decision"], one["reason"], one["outcome"]) for one in told} == {
            ("refused", "scope", "nothing_sent")
        }
        assert all("anna" in one["caller"] for one in told), told[0]


@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_a_person_does_not_make_up_for_a_scope(way: Way, tmp_path: Path):
    async def agrees(*_: object) -> Any:
        raise AssertionError("nobody is to be asked")

    async with serving(way, tmp_path, confirm="human") as (server, upstream, people):
        token = people.token("anna", READ)
        async with server.client(way[1], token, elicitation_callback=agrees) as client:
            assert (await client.call_tool("hooks_delete", {"hookId": 5, "confirm": "x"})).is_error
        assert upstream.arrived == []


async def test_a_code_of_who_may_write_does_not_serve_who_may_read(tmp_path: Path):
    """Of the same person with another token."""
    async with serving(("http", "2026-07-28"), tmp_path) as (server, upstream, people):
        async with server.client("2026-07-28", people.token("anna", WRITE)) as client:
            preview = (await client.call_tool("hooks_delete", {"hookId": 5})).structured_content
            assert preview is not None
        async with server.client("2026-07-28", people.token("anna", READ)) as client:
            result = await client.call_tool("hooks_delete", {"hookId": 5, "confirm": preview["code"]})
            assert "insufficient_scope" in text_of(result)
        assert upstream.writes == []
        async with server.client("2026-07-28", people.token("anna", WRITE)) as client:
            # The refusal did not use it up.
            assert not (await client.call_tool("hooks_delete", {"hookId": 5, "confirm": preview["code"]})).is_error
        assert [one.method for one in upstream.writes] == ["DELETE"]


# ---- A session that outlives a token


async def test_a_session_that_writes_reads_alone_with_a_token_that_reads(tmp_path: Path):
    async with serving(("http", "2025-11-25"), tmp_path, toolsets="all") as (server, upstream, people):
        both = [to(server.port), *bearer(people.token("anna", READ, WRITE))]
        less = [to(server.port), *bearer(people.token("anna", READ))]
        session = (await once(server.port, opening("2025-11-25", both))).one("mcp-session-id") or ""

        async def asked(message: dict[str, Any], own: list[Header]) -> dict[str, Any]:
            reply: Reply = await once(server.port, in_session(message, session, own))
            assert reply.status == 200
            return reply.results[0]["result"]

        start = {"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": START}
        await once(server.port, in_session({"jsonrpc": "2.0", "method": "notifications/initialized"}, session, both))
        assert listed(await asked(LIST, both)) == READING | names(WRITES)
        assert listed(await asked(LIST, less)) == READING
        assert "insufficient_scope" in str(await asked(start, less))
        assert upstream.arrived == []
        assert listed(await asked(LIST, both)) == READING | names(WRITES)
        assert not (await asked(start, both))["isError"]
        assert len(upstream.writes) == 1


def listed(result: dict[str, Any]) -> set[str]:
    return {tool["name"] for tool in result["tools"]}


async def test_a_stream_that_writes_reads_alone_with_a_token_that_reads(tmp_path: Path):
    """Over SSE, where the stream keeps the token with which it was opened, and each message brings its own."""
    async with (
        serving(("sse", "2025-11-25"), tmp_path, toolsets="all") as (server, upstream, people),
        connected(server.port) as line,
    ):
        both = [to(server.port), *bearer(people.token("anna", READ, WRITE))]
        less = [to(server.port), *bearer(people.token("anna", READ))]
        await line.send(request("GET", "/sse", both))
        assert (await line.head()).status == 200
        path = await line.event()
        assert (await once(server.port, opening("2025-11-25", both, path))).status == 202
        await line.event()

        async def asked(message: dict[str, Any], own: list[Header]) -> dict[str, Any]:
            data = request("POST", path, [("content-type", "application/json"), *own], json.dumps(message).encode())
            assert (await once(server.port, data)).status == 202
            return json.loads(await line.event())["result"]

        start = {"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": START}
        assert listed(await asked(LIST, less)) == READING
        assert "insufficient_scope" in str(await asked(start, less))
        assert upstream.arrived == []
        assert listed(await asked(LIST, both)) == READING | names(WRITES)
        assert not (await asked(start, both))["isError"]


async def test_a_stream_that_reads_does_not_write_by_somebody_elses_token(tmp_path: Path):
    """A token of another subject does not even get into the session."""
    async with serving(("sse", "2025-11-25"), tmp_path) as (server, upstream, people):
        async with sse_client(server.url, dict(bearer(people.token("anna", READ)))), anyio.create_task_group():
            own = [to(server.port), *bearer(people.token("bert", READ, WRITE))]
            unknown = opening("2025-11-25", own, "/messages/?session_id=" + "0" * 32)
            assert (await once(server.port, unknown)).status == 404
        assert (server.heard, upstream.arrived) == ([], [])
