"""A scenario's blueprint, what it needs elsewhere, and that it makes the same scenario again."""

from typing import Any

import pytest
from tests.server.recipes.accounts import BOTH, LEADS, MAKE, MATON, ORDERS, REFUNDS, practice, proposed, refusal, told

from make_mcp.offers.uris import BLUEPRINT


@pytest.mark.parametrize("way", [BOTH, MAKE])
async def test_the_outline_comes_with_all_that_the_target_needs(way: str):
    async with practice(way) as account:
        found = await account.ask("scenarios_export", scenarioId=await account.scenario(ORDERS))
    assert [module["module"] for module in found["modules"]] == [
        "gateway:CustomWebHook", "google-sheets:addRow", "builtin:BasicRouter", "slack:CreateMessage", "datastore:UpdateRecord",
    ]  # fmt: skip
    assert found["scheduling"]["type"] == "immediately"
    needs = found["needs"]
    assert [(one["name"], one["type"]) for one in needs["connections"]] == [
        ("Google (operations)", "google"),
        ("Slack (Northwind)", "slack"),
    ]
    assert [(one["name"], one["type"]) for one in needs["hooks"]] == [("New orders", "gateway-webhook")]
    assert [(one["name"], one["datastructureId"]) for one in needs["dataStores"]] == [("Stock levels", 171420)]
    assert needs["apps"] == ["gateway", "google-sheets", "builtin", "slack", "datastore"]
    assert [tool for tool, _ in proposed(found)] == ["scenarios_export", "scenarios_clone"]


async def test_inputs_outputs_and_functions_of_the_team_are_told():
    async with practice() as account:
        found = await account.ask("scenarios_export", scenarioId=await account.scenario(LEADS))
    assert [field["name"] for field in found["interface"]["input"]] == ["email", "company", "budget"]
    assert [field["name"] for field in found["interface"]["output"]] == ["score", "tier", "email"]
    assert found["needs"]["functions"] == ["clampScore"]


async def test_what_is_gone_is_said_to_be():
    async with practice() as account:
        found = await account.ask("scenarios_export", scenarioId=await account.scenario(REFUNDS))
    (connection,) = found["needs"]["connections"]
    assert connection["isGone"] is True


@pytest.mark.parametrize("begins", [ORDERS, LEADS, "Support mail", "Supplier price", "Stock sync"])
async def test_what_is_exported_makes_the_same_scenario_again(begins: str):
    async with practice(MAKE) as account:
        id_ = await account.scenario(begins)
        exported = await account.ask("scenarios_export", scenarioId=id_, whole=True)
        assert [tool for tool, _ in proposed(exported)] == ["scenarios_create", "scenarios_update", "scenarios_clone"]
        made = (await account.do("scenarios_create", **exported["create"]))["scenario"]
        again = await account.ask("scenarios_export", scenarioId=made["id"], whole=True)
    assert made["id"] != id_
    assert again["create"] == exported["create"]
    assert "hidden" not in exported


def world(flow: list[Any], **more: Any) -> dict[str, Any]:
    blueprint: dict[str, Any] = {"name": "S", "flow": flow, "metadata": {}}
    answers: dict[str, Any] = {
        "/scenarios/7": {"scenario": {"id": 7, "name": "S", "teamId": 3, "usedPackages": ["http"]}},
        "/scenarios/7/blueprint": {
            "code": "OK",
            "response": {
                "blueprint": blueprint,
                "scheduling": {"type": "on-demand"},
                "metadata": {"input_spec": [], "output_spec": []},
            },
        },
        "/connections": {"connections": []},
    }
    return answers | more


async def test_secrets_are_hidden_and_their_places_are_named():
    headers = [{"name": "Authorization", "value": "Bearer canary-5f1e77aa"}]
    flow = [{"id": 1, "module": "http:ActionSendData", "mapper": {"url": "https://a.example", "headers": headers}}]
    async with told(world(flow)) as account:
        found = await account.ask("scenarios_export", scenarioId=7, whole=True)
        refused = await account.refused("scenarios_create", **found["create"])
    assert "canary" not in str(found)
    assert found["hidden"] == ["flow.0.mapper.headers.0.value"]
    assert "hidden" in refused
    async with told(world(flow), reveal=True) as account:
        found = await account.ask("scenarios_export", scenarioId=7, whole=True)
    assert found["create"]["blueprint"]["flow"] == flow


async def test_every_character_of_a_blueprint_stays():
    flow = [{"id": 1, "module": "a:b", "mapper": {"text": "a\u200b\u202eb", "none": None}}]
    async with told(world(flow)) as account:
        found = await account.ask("scenarios_export", scenarioId=7, whole=True)
    assert found["create"]["blueprint"]["flow"] == flow


async def test_a_blueprint_that_is_too_large_comes_in_outline_and_never_in_half():
    flow = [{"id": n, "module": "http:ActionSendData", "mapper": {"text": "x" * 2000}} for n in range(1, 20)]
    async with told(world(flow)) as account:
        outline = await account.ask("scenarios_export", scenarioId=7)
        whole = await account.ask("scenarios_export", scenarioId=7, whole=True)
    assert whole["bytes"] == outline["bytes"] > 25_000
    assert len(whole["modules"]) == 19
    assert "create" not in whole
    assert "--max-result-bytes" in whole["note"]
    assert [tool for tool, _ in proposed(outline)] == ["scenarios_clone"]
    async with told(world(flow), max_result_bytes=100_000) as account:
        whole = await account.ask("scenarios_export", scenarioId=7, whole=True)
    assert whole["create"]["blueprint"]["flow"] == flow


async def test_through_the_gateway_it_tells_what_it_can_and_that_the_blueprint_is_missing():
    async with practice(MATON) as account:
        for more in ({}, {"whole": True}):
            found = await account.ask("scenarios_export", scenarioId=await account.scenario(ORDERS), **more)
            assert found["name"] == "Order intake: webhook to Sheets and Slack"
            assert found["needs"]["apps"][0] == "gateway"
            assert found["unread"] == ["The blueprint could not be read (404: the gateway may not pass it on)."]
            assert [tool for tool, _ in proposed(found)] == ["scenarios_clone"]


@pytest.mark.usefixtures("clock")
async def test_names_that_cannot_be_read_do_not_lose_the_ids():
    flow = [{"id": 1, "module": "a:b", "parameters": {"__IMTCONN__": 5, "auth": 6}}]
    async with told(world(flow) | {"/connections": refusal(503, "SC503")}) as account:
        found = await account.ask("scenarios_export", scenarioId=7)
    assert found["needs"] == {"connections": [{"id": 5}], "keys": [6], "apps": ["http"]}
    assert found["unread"] == ["The names of its connections could not be read (Make answered 503 SC503)."]


async def test_a_scenario_that_is_not_there_is_an_error():
    async with practice() as account:
        assert "403 SC403" in await account.refused("scenarios_export", scenarioId=5)


async def test_an_outline_that_is_too_large_shows_what_fits_and_names_the_way_to_the_whole():
    flow = [{"id": n, "module": "http:ActionSendData", "parameters": {"hook": n}} for n in range(1, 3001)]
    for more in ({}, {"whole": True}):
        async with told(world([{**one, "parameters": {}} for one in flow])) as account:
            found = await account.ask("scenarios_export", scenarioId=7, **more)
            assert await account.size("scenarios_export", scenarioId=7, **more) <= 25_000
        shown = len(found["modules"])
        assert 300 < shown < 3000
        assert found["note"].endswith(
            f"`modules` shows {shown} of 3,000. The resource {BLUEPRINT.uri(7)} gives the whole."
        )
        assert "Cut at" not in found["note"]
        assert found["note"].startswith("The blueprint is too large") is bool(more)
        assert "next" in found
    # What it needs may be too large, too.
    async with told(world(flow)) as account:
        found = await account.ask("scenarios_export", scenarioId=7)
        assert await account.size("scenarios_export", scenarioId=7) <= 25_000
    assert BLUEPRINT.uri(7) in found["note"]
    assert found["modules"]


async def test_modules_that_are_not_connected_are_cut_too():
    loose = [{"id": n, "module": "http:ActionSendData"} for n in range(1, 3001)]
    answers = world([{"id": 5000, "module": "a:b"}])
    answers["/scenarios/7/blueprint"]["response"]["blueprint"]["metadata"] = {"designer": {"orphans": [loose]}}
    async with told(answers) as account:
        found = await account.ask("scenarios_export", scenarioId=7)
        assert await account.size("scenarios_export", scenarioId=7) <= 25_000
    assert len(found["modules"]) == 1
    assert f"`notConnected` shows {len(found['notConnected'])} of 3,000." in found["note"]


async def test_where_all_that_is_needed_leaves_no_room_the_blueprint_is_not_cut_in_half():
    flow = [{"id": n, "module": "a:b", "parameters": {"hook": 10**12 + n}} for n in range(1, 301)]
    async with told(world(flow)) as account:
        found = await account.ask("scenarios_export", scenarioId=7, whole=True)
    assert found["bytes"] < 22_000
    assert "create" not in found
    assert BLUEPRINT.uri(7) in found["note"]
