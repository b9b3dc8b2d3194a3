"""Callers with keys of their own: whatever happens at once, each reaches Make with their own key, and sees what belongs to it."""

import json
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from tests.end_to_end.accounts import text_of
from tests.server.faults.manners import Exchange, hang
from tests.server.faults.upstream import Upstream
from tests.server.hosting.hosted import WAYS, Hosted, Way, hosted
from tests.server.hosting.team import Team, keep, team
from tests.server.hosting.wire import bearer, modern, once, to

from make_mcp.tenants import MOST

EIGHT = ("anna", "bert", "carla", "dirk", "emma", "finn", "gina", "hans")
SHARE = 1_000_000
"""Scenarios of one caller: the number of the caller stands before the rest of the id."""


def key(name: str) -> str:
    return f"maton-key-of-{name}-6b1f0c27e4"


def keys(*names: str) -> dict[str, dict[str, str]]:
    return {name: {"MATON_API_KEY": key(name)} for name in names}


@asynccontextmanager
async def shared(
    way: Way, folder: Path, entries: Mapping[str, Mapping[str, str]], **flags: Any
) -> AsyncGenerator[tuple[Hosted, Upstream, Team]]:
    """A server for callers with these entries, in front of an upstream that answers each key with what belongs to it."""
    async with Upstream() as upstream, team() as people:
        upstream.on(None, owned)
        own = {"credentials_file": keep(folder / "keys.json", entries), "maton_base_url": upstream.url, "pace": "off"}
        async with hosted(way[0], **people.flags, **{**own, **flags}) as server:
            yield server, upstream, people


def owner(exchange: Exchange) -> str:
    return exchange.request.headers["authorization"].removeprefix("Bearer maton-key-of-").partition("-6b")[0]


async def owned(exchange: Exchange) -> None:
    """The scenario that was asked for, under the name of the key; some of them fail, and some never come."""
    number = int(exchange.request.path.rsplit("/", 1)[1])
    if number % 10 == 7:
        await hang(exchange)
    status = {5: 404, 6: 400}.get(number % 10, 200)
    content = {"scenario": {"id": number, "name": owner(exchange)}}
    told = content if status == 200 else {"message": f"no scenario {number}"}
    await exchange.answer(status, json.dumps(told).encode(), [("content-type", "application/json")])


async def one_call(client: Client, upstream: Upstream, name: str, number: int, seen: Counter[str]) -> None:
    if number % 10 == 7:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.call_tool, "scenarios_get", {"scenarioId": number})
            await upstream.has(1, f"/scenarios/{number}")
            tasks.cancel_scope.cancel()
        seen["cancelled"] += 1
        return
    result = await client.call_tool("scenarios_get", {"scenarioId": number, "fields": ["*"]})
    if number % 10 in {5, 6}:
        assert result.is_error
        seen["failed"] += 1
        return
    assert result.structured_content == {"scenario": {"id": number, "name": name}}
    seen["answered"] += 1


@pytest.mark.parametrize("names", [EIGHT[:2], EIGHT], ids=["two", "eight"])
@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_keys_are_never_mixed_however_many_call_at_once(way: Way, names: tuple[str, ...], tmp_path: Path):
    """S3 and section 5: 64 calls at once, some of which fail or are cancelled; and no token of a caller leaves for Make."""
    at_once = 64 // len(names)
    async with shared(way, tmp_path, keys(*names)) as (server, upstream, people):
        tokens = {name: people.token(name) for name in names}
        seen = Counter[str]()

        async def calls(client: Client, name: str, first: int) -> None:
            for rest in (1, 5, 2, 6, 3, 7, 4):
                await one_call(client, upstream, name, first + rest, seen)

        async def caller(place: int, name: str) -> None:
            async with server.client(way[1], tokens[name]) as client, anyio.create_task_group() as tasks:
                for number in range(at_once):
                    tasks.start_soon(calls, client, name, (place + 1) * SHARE + 10 * number)

        async with anyio.create_task_group() as tasks:
            for place, name in enumerate(names):
                tasks.start_soon(caller, place, name)
        assert seen == {"answered": 64 * 4, "failed": 64 * 2, "cancelled": 64}
        assert len(upstream.arrived) >= 64 * 7
        for request in upstream.arrived:
            name = names[int(request.path.rsplit("/", 1)[1]) // SHARE - 1]
            assert request.headers["authorization"] == f"Bearer {key(name)}"
            whole = repr(request)
            assert not any(token in whole for token in tokens.values())
            assert not any(key(other) in whole for other in names if other != name)


@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_an_answer_of_one_caller_is_none_of_another(way: Way, tmp_path: Path):
    """The same question at the same time, and one after the other."""
    async with shared(way, tmp_path, keys(*EIGHT)) as (server, upstream, people):

        async def caller(name: str) -> None:
            async with server.client(way[1], people.token(name)) as client:
                for _ in range(4):
                    result = await client.call_tool("scenarios_get", {"scenarioId": 10, "fields": ["*"]})
                    assert result.structured_content == {"scenario": {"id": 10, "name": name}}

        async with anyio.create_task_group() as tasks:
            for name in EIGHT:
                tasks.start_soon(caller, name)
        assert len(upstream.arrived) == 4 * len(EIGHT)


@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_who_has_no_key_is_told_so_and_nothing_is_sent(way: Way, tmp_path: Path):
    async with shared(way, tmp_path, keys("anna")) as (server, upstream, people):
        for name in ("bert", "Anna", "anna ", " anna", "ann", "anna/", "*", "annä"):
            async with server.client(way[1], people.token(name)) as client:
                assert (await client.list_tools()).tools
                for tool, given in (("scenarios_get", {"scenarioId": 5}), ("hooks_delete", {"hookId": 5})):
                    result = await client.call_tool(tool, given)
                    assert result.is_error
                    assert "keeps no key of Make or Maton for you" in text_of(result)
                    assert "--credentials-file" in text_of(result)
                    assert key("anna") not in text_of(result)
        assert upstream.arrived == []


async def asked(server: Hosted, token: str, scenario: int) -> str:
    """As whom a call of the bearer of this token was answered."""
    call = {"name": "scenarios_get", "arguments": {"scenarioId": scenario, "fields": ["*"]}}
    reply = await once(server.port, modern("tools/call", call, [to(server.port), *bearer(token)]))
    name: str = reply.results[0]["result"]["structuredContent"]["scenario"]["name"]
    return name


async def test_more_callers_than_are_kept_open_are_all_served(tmp_path: Path):
    """Those that were used longest ago are closed for others, and opened again when they come back; a call under way is not."""
    names = [f"caller-{number}" for number in range(MOST + 20)]
    async with shared(WAYS[0], tmp_path, keys("anna", *names)) as (server, upstream, people):
        released = anyio.Event()

        async def late(exchange: Exchange) -> None:
            await released.wait()
            await owned(exchange)

        upstream.on("/scenarios/1", late)
        answered: list[str] = []

        async def call(name: str, number: int) -> None:
            answered.append(await asked(server, people.token(name), number))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(call, "anna", 1)
            await upstream.has(1, "/scenarios/1")
            for first in range(0, len(names), 10):
                async with anyio.create_task_group() as at_once:
                    for name in names[first : first + 10]:
                        at_once.start_soon(call, name, 10)
            for name in names[:5]:
                await call(name, 20)
            assert sorted(answered) == sorted(names + names[:5])
            released.set()
        assert answered[-1] == "anna"
