"""What the token of Make's own API cannot do is not listed, and a call to it says which scope is missing."""

import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp_types import Tool
from tests.server.faults.clock import Clock
from tests.server.faults.manners import Manner, answer, hang, hang_up
from tests.server.faults.upstream import Upstream
from tests.server.network import BOTH_KEYS, ENDPOINTS

from make_mcp.app import server_for
from make_mcp.callers import Same, Served, open_common, open_served
from make_mcp.recipes import RECIPES
from make_mcp.rights import Rights
from make_mcp.settings import load

ASKED = "/users/me/current-authorization"
READING = sorted({e.scopes[0] for e in ENDPOINTS.values() if e.effect == "read" and e.scopes})
"""A token that reads everything, and may test connections."""


def scopes(*granted: str) -> Manner:
    return answer({"authorization": {"authUsed": "token", "scope": list(granted)}})


@asynccontextmanager
async def serving(upstream: Upstream, **flags: Any) -> AsyncGenerator[Served]:
    settings = load(upstream.make(**{"toolsets": "all", **flags}))
    async with open_common(settings) as common, open_served(settings, common) as served:
        yield served


def names(tools: list[Tool]) -> set[str]:
    return {tool.name for tool in tools}


async def test_a_tool_whose_first_scope_the_token_lacks_is_not_listed_and_one_line_says_so(
    caplog: pytest.LogCaptureFixture,
):
    async with Upstream() as upstream:
        upstream.on(ASKED, scopes(*READING))
        async with serving(upstream) as served:
            assert upstream.arrived == []
            first = await served.listing()
            assert await served.listing() == first
    assert [one.path for one in upstream.arrived] == [ASKED]
    hidden = {
        name
        for name, endpoint in ENDPOINTS.items()
        if "make" in endpoint.upstreams and endpoint.scopes and endpoint.scopes[0] not in READING
    }
    assert hidden >= {"scenarios_start", "scenarios_run", "notifications_delete"}
    assert not hidden & {"connections_test", "users_me", "data_stores_get"}
    assert names(list(served.tools)) - names(first) == hidden
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(told) == 1
    assert told[0].startswith(f"{len(hidden)} tools are not listed, since the token of Make lacks their scopes: ")
    assert "connections:write" not in told[0]
    assert "dlqs:write (3)" in told[0]
    assert "scenarios:run (1)" in told[0]


async def test_a_call_to_one_names_the_scope_and_sends_nothing():
    async with Upstream() as upstream:
        upstream.on(ASKED, scopes(*READING))
        async with serving(upstream) as served:
            await served.listing()
            for name in ("scenarios_start", "hooks_update"):
                refused = await served.caller.call(name, {"scenarioId": 5, "confirm": True})
                assert refused.is_error
                assert "Nothing was sent." in refused.text
            assert refused.text.startswith("`hooks_rename` needs the scope hooks:write, which the token of Make lacks.")
            assert "a new one" in refused.text
            failed = await served.caller.call("scenarios_get", {"scenarioId": 5, "fields": ["id"]})
            assert not failed.is_error
    assert [one.path for one in upstream.arrived] == [ASKED, "/scenarios/5"]


async def test_all_scopes_hide_nothing_and_say_nothing(caplog: pytest.LogCaptureFixture):
    async with Upstream() as upstream:
        upstream.on(ASKED, scopes(*{e.scopes[0] for e in ENDPOINTS.values() if e.scopes}))
        async with serving(upstream) as served:
            assert await served.listing() == list(served.tools)
    assert caplog.records == []


UNKNOWN: Mapping[str, Manner] = {
    "a refusal": answer({"message": "no", "code": "SC401"}, 401), "a fault": answer({"message": "x"}, 500), "nothing": hang,
    "an end": hang_up, "no scopes": answer({"authorization": {"authUsed": "oauth"}}), "another shape": answer({"hook": {}}),
    "a list": answer([1]), "an empty list": scopes(), "scopes of somebody else": scopes("openid", "profile"),
    "numbers": answer(b'{"authorization":{"scope":[1,null,{}]}}'), "text": answer({"authorization": "scenarios:read"}),
}  # fmt: skip


@pytest.mark.parametrize("manner", UNKNOWN.values(), ids=UNKNOWN)
async def test_where_the_scopes_are_not_to_be_had_nothing_is_hidden_and_the_listing_comes(
    manner: Manner, clock: Clock, caplog: pytest.LogCaptureFixture
):
    begun = clock.now
    async with Upstream() as upstream:
        upstream.on(ASKED, manner)
        async with serving(upstream) as served:
            assert await served.listing() == await served.listing() == list(served.tools)
            asked = len(upstream.of(ASKED))
            await served.listing()
            # It stays as it is, whatever Make would say later.
            assert len(upstream.of(ASKED)) == asked
    assert clock.now - begun < 3
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_two_that_list_at_the_same_time_ask_once():
    async with Upstream() as upstream:
        upstream.on(ASKED, scopes(*READING))
        async with serving(upstream) as served:
            found: list[list[Tool]] = []

            async def one() -> None:
                found.append(await served.listing())

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(one)
                tasks.start_soon(one)
    assert len(upstream.arrived) == 1
    assert found[0] == found[1]


@pytest.mark.usefixtures("clock")
async def test_one_that_gives_up_leaves_the_question_to_the_next():
    async with Upstream() as upstream:
        upstream.on(ASKED, hang, scopes(*READING))
        async with serving(upstream) as served:
            with anyio.move_on_after(0.5) as given_up:
                await served.listing()
            assert given_up.cancelled_caught
            assert "scenarios_start" not in names(await served.listing())


async def test_what_goes_to_the_gateway_is_never_hidden():
    async with Upstream() as upstream:
        upstream.on(ASKED, scopes("users:read", "notifications:read"))
        own = {"maton_api_key": BOTH_KEYS["maton_api_key"], "maton_base_url": upstream.url}
        async with serving(upstream, **own) as served:
            missing = names(list(served.tools)) - names(await served.listing())
        direct = {name for name, e in ENDPOINTS.items() if e.upstreams == ("make",)}
        assert missing == direct - {"notifications_list", "notifications_get"}
        upstream.arrived.clear()
        async with serving(upstream, **own, prefer="make") as served:
            assert "scenarios_start" not in names(await served.listing())
        upstream.arrived.clear()
        settings = load(upstream.maton(toolsets="all"))
        async with open_common(settings) as common, open_served(settings, common) as served:
            assert await served.listing() == list(served.tools)
        # A gateway is asked for nothing.
        assert upstream.arrived == []


async def test_a_client_sees_the_same_over_the_protocol_and_with_a_catalogue():
    async with Upstream() as upstream:
        upstream.on(ASKED, scopes(*READING))
        async with serving(upstream) as served, Client(server_for(Same(served))) as client:
            assert names((await client.list_tools()).tools) == names(await served.listing())
        async with serving(upstream, catalog=True) as served, Client(server_for(Same(served))) as client:
            await client.list_tools()
            told = (await client.call_tool("tools_search", {})).structured_content
            assert told is not None
            assert told["groups"]["hooks"] == ["hooks_list", "hooks_get", "hooks_ping"]
            refused = await client.call_tool("tools_call_write", {"name": "hooks_enable", "arguments": {"hookId": 5}})
            assert refused.is_error


async def test_a_recipe_is_hidden_by_what_it_cannot_do_without():
    needing = [recipe for recipe in RECIPES if recipe.scopes]
    assert needing
    for recipe in needing:

        async def read(lacking: str = recipe.scopes[0]) -> Mapping[str, Any]:
            return {"authorization": {"scope": [scope for scope in READING if scope != lacking]}}

        rights = Rights([*RECIPES, *ENDPOINTS.values()], read)
        await rights.learn()
        assert rights.lacks(recipe.name) == recipe.scopes[0]
        assert rights.lacks("users_me") is None
