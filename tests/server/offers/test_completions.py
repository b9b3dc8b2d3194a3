"""Completions: ids by a part of a name, and what typing costs."""

import re

import anyio
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, PromptReference
from tests.server.faults.manners import Exchange, hang
from tests.server.faults.manners import answer as respond
from tests.server.faults.served import MODES
from tests.server.faults.upstream import Upstream
from tests.server.offers.asking import BLUEPRINT, RUNS, World, asking

from make_mcp.app import build
from make_mcp.callers import open_caller
from make_mcp.offers.completions import MOST
from make_mcp.offers.names import KEPT
from make_mcp.settings import load

WORLD = World(
    teams={1: [(11, "Sales"), (12, "Support")], 2: [(21, "Sales North")]},
    scenarios={1: [(101, "Orders"), (102, "Zebra")], 2: [(201, "Old orders"), (1012, "Årsrapport")]},
)


@pytest.mark.parametrize("mode", MODES.values())
async def test_ids_are_offered_by_a_part_of_the_name(mode: str):
    async with asking(WORLD, mode=mode) as client:
        assert await client.scenarios("ord") == [101, 201]
        assert await client.scenarios("arsrap") == [1012]
        assert await client.scenarios("101") == [101, 1012]
        assert await client.scenarios("nothing") == []
        assert (await client.completion("move_scenario", "team", "sales")).values == ["11", "21"]
        assert (await client.completion("review_account", "organization", "bet")).values == ["2"]
        for template in (RUNS, BLUEPRINT):
            assert (await client.of_template(template, "zeb")).values == ["102"]


async def test_words_and_unknown_arguments_are_not_completed():
    async with asking(WORLD) as client:
        for prompt, argument in (("change_scenario_safely", "change"), ("diagnose_scenario", "team")):
            found = await client.completion(prompt, argument, "a")
            assert (found.values, found.total, found.has_more) == ([], 0, False)
        assert (await client.of_template("make://account", "a")).values == []
        assert client.network.sent == []


@pytest.mark.parametrize("mode", MODES.values())
async def test_of_a_prompt_or_template_that_there_is_not_the_client_hears(mode: str):
    async with asking(WORLD, mode=mode) as client:
        with pytest.raises(MCPError, match=r"There is no prompt 'nobody'\. There are diagnose_scenario,") as caught:
            await client.completion("nobody", "scenario", "a")
        assert caught.value.error.code == INVALID_PARAMS
        with pytest.raises(MCPError, match=re.escape(f"There is no such template. There are {BLUEPRINT}")):
            await client.of_template("make://elsewhere/{id}", "a")


async def test_no_more_than_a_hundred_are_offered_and_the_rest_is_counted():
    many = World(scenarios={1: [(1000 + n, f"Orders {n:04}") for n in range(1, 752)]})
    async with asking(many) as client:
        found = await client.completion("diagnose_scenario", "scenario", "orders")
        assert found.values == [str(1000 + n) for n in range(1, MOST + 1)]
        assert (found.total, found.has_more) == (751, True)
        found = await client.completion("diagnose_scenario", "scenario", "orders 000")
        assert (len(found.values), found.total, found.has_more) == (9, 9, False)


@pytest.mark.usefixtures("clock")
async def test_typing_costs_no_call_for_each_key():
    async with asking(WORLD) as client:
        await client.scenarios("")
        spent = len(client.network.sent)
        assert [str(one.url.path) for one in client.network.sent] == [
            "/api/v2/organizations",
            "/api/v2/scenarios",
            "/api/v2/scenarios",
        ]
        for typed in ("ord", "orde", "order"):
            assert await client.scenarios(typed) == [101, 201]
        assert (await client.completion("review_account", "organization", "")).values == ["1", "2"]
        assert len(client.network.sent) == spent
        await anyio.sleep(KEPT + 1)
        assert await client.scenarios("orders") == [101, 201]
        assert len(client.network.sent) == 2 * spent


async def test_keys_that_are_hit_at_once_wait_for_one_reading():
    async with asking(WORLD) as client:
        answers: list[list[int]] = []

        async def typing(value: str) -> None:
            answers.append(await client.scenarios(value))

        async with anyio.create_task_group() as tasks:
            for typed in ("ord", "orde", "order", "orders") * 4:
                tasks.start_soon(typing, typed)
        assert answers == [[101, 201]] * 16
        assert len(client.network.sent) == 3


@pytest.mark.usefixtures("clock")
async def test_what_cannot_be_read_is_left_out_and_tried_again_later():
    world = World(scenarios=WORLD.scenarios, broken={"2": 403})
    async with asking(world) as client:
        found = await client.completion("diagnose_scenario", "scenario", "orders")
        # The other organization's are there; these may not be all.
        assert (found.values, found.has_more) == (["101"], True)
        spent = len(client.network.sent)
        await client.scenarios("orders")
        assert len(client.network.sent) == spent
        world.broken.clear()
        await anyio.sleep(11)
        assert await client.scenarios("orders") == [101, 201]


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("status", [401, 403, 404, 500])
async def test_a_failure_offers_nothing_and_is_no_error(status: int):
    async with asking(World(broken={"/organizations": status})) as client:
        found = await client.completion("diagnose_scenario", "scenario", "orders")
        assert (found.values, found.total, found.has_more) == ([], 0, True)


@pytest.mark.usefixtures("clock")
async def test_somebody_who_types_does_not_wait_long_and_gets_what_is_there():
    async with Upstream() as upstream:
        upstream.on("/organizations", respond({"organizations": [{"id": 1, "name": "A"}, {"id": 2, "name": "B"}]}))
        upstream.on("/scenarios", one_of_two)
        settings = load({**upstream.make(), "timeout": 600})
        async with open_caller(settings) as (caller, tools), Client(build(caller, tools)) as client:
            begun = anyio.current_time()
            ref = PromptReference(name="diagnose_scenario")
            found = (await client.complete(ref, {"name": "scenario", "value": "ord"})).completion
            assert (found.values, found.has_more) == (["101"], True)
            assert anyio.current_time() - begun < 15


async def one_of_two(exchange: Exchange) -> None:
    if "organizationId=2" in exchange.request.query:
        await hang(exchange)
    await respond({"scenarios": [{"id": 101, "name": "Orders", "teamId": 5}]})(exchange)


async def test_names_of_what_the_operator_left_out_are_not_told():
    async with asking(WORLD, exclude_tools=("scenarios_list", "teams_list")) as client:
        assert await client.scenarios("orders") == []
        assert (await client.completion("move_scenario", "team", "sales")).values == []
        assert client.network.sent == []


async def test_without_a_key_nothing_is_offered():
    async with asking(WORLD, make_api_key=None, make_zone=None) as client:
        assert await client.scenarios("orders") == []
        assert client.network.sent == []
