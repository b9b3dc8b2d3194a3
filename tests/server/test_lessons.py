"""Faults that testers of the whole found, each held by the smallest case."""

import asyncio
import gzip

import httpx2
import pytest
from tests.server.network import (
    BOTH_KEYS,
    ENDPOINTS,
    MAKE_KEY,
    MAKE_TOKEN,
    MATON_ONLY,
    Listener,
    Network,
    calling,
    json_answer,
)

from make_mcp.settings import SettingsError, load
from make_mcp.upstream import OutcomeUnknown, Permit, Unreachable, Upstreams
from make_mcp.upstream.doors import open_doors
from make_mcp.upstream.wire import LARGEST


async def test_what_a_write_on_a_link_did_is_told_whatever_its_answer_lacks():
    made = {"connection": {"connection_id": "new", "url": "https://connect.example.com"}}
    async with calling(Network(lambda _: json_answer(made)), {**MATON_ONLY, "reveal": True}) as caller:
        told = await caller.call("maton_connections_create", {"confirm": True})
    assert told.data == made


async def test_a_token_that_is_refused_behind_a_base_url_still_names_the_zone():
    flags = {"make_api_key": MAKE_TOKEN, "make_zone": "eu2", "make_base_url": "http://127.0.0.1:4401"}
    async with calling(Network(lambda _: json_answer({"message": "no"}, 401)), flags) as caller:
        assert "eu2.make.com" in (await caller.call("users_me", {})).text


class Silent(httpx2.AsyncBaseTransport):
    """A network that takes a request and never answers."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await asyncio.Event().wait()
        raise AssertionError(request)


@pytest.mark.parametrize(("tool", "outcome"), [("scenarios_get", Unreachable), ("scenarios_stop", OutcomeUnknown)])
@pytest.mark.usefixtures("clock")
async def test_an_exchange_ends_at_its_deadline(tool: str, outcome: type[Exception]):
    endpoint = ENDPOINTS[tool]
    async with Upstreams(open_doors(load(BOTH_KEYS)), Silent(), deadline=20) as upstreams:
        with pytest.raises(outcome):
            await upstreams.send(Permit(endpoint, endpoint.parse({"scenarioId": 1})))


@pytest.mark.parametrize("tool", ["scenarios_get", "scenarios_stop"])
async def test_an_answer_that_swells_beyond_use_is_cut_off(tool: str):
    packed = gzip.compress(b" " * (LARGEST + 2**20))
    assert len(packed) < 100_000
    network = Network(lambda _: httpx2.Response(200, headers={"content-encoding": "gzip"}, content=packed))
    confirm = {} if tool == "scenarios_get" else {"confirm": True}
    async with calling(network, MAKE_KEY) as caller:
        told = await caller.call(tool, {"scenarioId": 1, **confirm})
    assert told.is_error
    assert "cut off at 5 MB" in told.text
    assert ("may have taken effect" in told.text) is bool(confirm)


async def test_a_key_for_this_machine_does_not_go_to_a_proxy(monkeypatch: pytest.MonkeyPatch):
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
        )
        await writer.drain()

    async with Listener(answer) as proxy, Listener(answer) as upstream:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        flags = {"make_api_key": MAKE_TOKEN, "make_base_url": upstream.url}
        async with Upstreams(open_doors(load(flags))) as upstreams:
            await upstreams.send(Permit(ENDPOINTS["users_me"], ENDPOINTS["users_me"].parse({})))
    assert proxy.requests == []
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("body", [b"Forbidden", b""])
async def test_a_403_without_json_names_the_scope_too(body: bytes):
    async with calling(Network(lambda _: httpx2.Response(403, content=body)), MAKE_KEY) as caller:
        assert "scenarios:read" in (await caller.call("scenarios_get", {"scenarioId": 1})).text


async def test_a_number_in_a_message_is_not_a_code_of_the_network():
    async with calling(Network(lambda _: json_answer({"message": "Team 10103 denied"}, 403)), MAKE_KEY) as caller:
        assert "scenarios:read" in (await caller.call("scenarios_get", {"scenarioId": 1})).text


@pytest.mark.parametrize("tool", ["scenarios_stop", "scenarios_delete"])
async def test_only_a_tool_that_takes_confirmed_is_told_to_send_it(tool: str):
    async with calling(Network(lambda _: json_answer({"code": "IM004", "message": "m"}, 406)), MAKE_KEY) as caller:
        text = (await caller.call(tool, {"scenarioId": 1, "confirm": True})).text
    assert "IM004" in text
    assert "`confirmed`" not in text


def test_a_policy_of_confirmation_that_does_not_exist_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAKE_MCP_CONFIRM", "lax")
    with pytest.raises(SettingsError, match=r"MAKE_MCP_CONFIRM .*'standard'"):
        load({})
