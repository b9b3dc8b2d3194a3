"""Resources: the account, blueprints and runs, as JSON that a client attaches to a conversation."""

import json
from typing import Any

import pytest
from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS, ReadResourceResult, TextResourceContents
from tests.end_to_end.accounts import Account, practice
from tests.server.faults.served import MODES
from tests.server.network import MAKE_TOKEN
from tests.server.offers.asking import BLUEPRINT, RUNS, World, asking

ACCOUNT = "make://account"
NOT_FOUND = {"auto": INVALID_PARAMS, "legacy": -32002}
WORLD = World(scenarios={1: [(101, "Orders")]})


async def read(account: Account, uri: str) -> dict[str, Any]:
    return contents_of(await account.client.read_resource(uri), uri)


def contents_of(result: ReadResourceResult, uri: str) -> dict[str, Any]:
    (contents,) = result.contents
    assert isinstance(contents, TextResourceContents)
    assert (contents.uri, contents.mime_type) == (uri, "application/json")
    found: dict[str, Any] = json.loads(contents.text)
    return found


async def a_scenario(account: Account, begins: str) -> int:
    listed = await account.items("scenarios_list", "scenarios", organizationId=2767268)
    (found,) = [one["id"] for one in listed if one["name"].startswith(begins)]
    return int(found)


@pytest.mark.parametrize("mode", MODES.values())
async def test_the_account_is_listed_and_the_rest_are_templates(mode: str):
    async with practice(mode) as account:
        listed = await account.client.list_resources()
        templates = await account.client.list_resource_templates()
    (one,) = listed.resources
    assert (one.uri, one.mime_type, bool(one.icons)) == (ACCOUNT, "application/json", True)
    assert [each.uri_template for each in templates.resource_templates] == [BLUEPRINT, RUNS]
    for each in (one, *templates.resource_templates):
        assert each.title
        assert each.description is not None
        assert each.description.endswith(".")
        assert each.mime_type == "application/json"
        assert each.icons
    hints = (3_600_000, "private") if mode == "auto" else (0, "private")
    assert (listed.ttl_ms, listed.cache_scope) == hints == (templates.ttl_ms, templates.cache_scope)


async def test_lists_ask_make_nothing():
    async with asking(WORLD) as client:
        await client.client.list_resources()
        await client.client.list_resource_templates()
        await client.client.list_prompts()
        assert client.network.sent == []


@pytest.mark.parametrize("mode", MODES.values())
async def test_the_account_is_what_the_overview_says(mode: str):
    async with practice(mode) as account:
        assert await read(account, ACCOUNT) == await account.ask("account_overview")


@pytest.mark.parametrize("mode", MODES.values())
async def test_a_blueprint_is_whole_with_its_schedule_and_its_interface(mode: str):
    async with practice(mode) as account:
        scenario = await a_scenario(account, "Lead scoring")
        found = await read(account, BLUEPRINT.format(id=scenario))
        whole = (await account.ask("scenarios_export", scenarioId=scenario, whole=True))["create"]
    assert found["scenarioId"] == scenario
    assert found["blueprint"] == whole["blueprint"]
    assert found["scheduling"] == whole["scheduling"]
    assert set(found["interface"]) == {"input", "output"}
    assert found["interface"]["input"]
    assert "note" not in found


async def test_a_blueprint_is_not_cut_and_says_what_could_not_be_read():
    modules = [{"id": n, "module": "util:SetVariable", "mapper": {"value": "x" * 100}} for n in range(1, 1001)]
    blueprint = {"name": "Long", "flow": modules}
    async with asking(World(blueprints={101: blueprint}), max_result_bytes=2000) as client:
        found = contents_of(await client.client.read_resource(BLUEPRINT.format(id=101)), BLUEPRINT.format(id=101))
    assert found == {
        "scenarioId": 101,
        "blueprint": blueprint,
        "scheduling": {"type": "on-demand"},
        "note": "The interface could not be read (Make answered 404 IM404).",
    }


@pytest.mark.parametrize("reveal", [False, True])
async def test_secrets_of_the_account_are_hidden_unless_the_operator_shows_them_and_ours_always(reveal: bool):
    mapper = {"password": "ours-alone-73", "url": f"https://example.com/?token={MAKE_TOKEN}"}
    blueprint = {"name": "Secret", "flow": [{"id": 1, "module": "http:ActionSendData", "mapper": mapper}]}
    async with asking(World(blueprints={101: blueprint}), reveal=reveal) as client:
        text = json.dumps(
            contents_of(await client.client.read_resource(BLUEPRINT.format(id=101)), BLUEPRINT.format(id=101))
        )
    assert ("ours-alone-73" in text) is reveal
    assert MAKE_TOKEN not in text


@pytest.mark.parametrize("mode", MODES.values())
async def test_runs_that_failed_come_first(mode: str):
    async with practice(mode) as account:
        scenario = await a_scenario(account, "Content calendar")
        found = await read(account, RUNS.format(id=scenario))
    statuses = [run["status"] for run in found["runs"]]
    failed = [status in {"error", "warning"} for status in statuses]
    assert {True, False} == {*failed}
    assert failed == sorted(failed, reverse=True)
    for group in (True, False):
        times = [run["timestamp"] for run in found["runs"] if (run["status"] in {"error", "warning"}) is group]
        assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("mode", MODES.values())
@pytest.mark.parametrize(
    "uri",
    [
        "make://accounts",
        "make://account/",
        "make://scenarios",
        "make://scenarios/101",
        "make://scenarios/{id}/runs",
        "make://scenarios/0/runs",
        "make://scenarios/-1/runs",
        "make://scenarios/0101/runs",
        "make://scenarios/1e3/runs",
        "make://scenarios/٣/runs",
        "make://scenarios/101/../102/runs",
        "make://scenarios/101%2f/runs",
        "make://scenarios/101/runs/",
        "make://scenarios/101/runs\n",
        "make://scenarios/101/runs?x=1",
        "make://scenarios/12345678901234567/runs",
        "MAKE://account",
        "file:///etc/passwd",
        "test://nothing",
        "",
        "x" * 100_000,
        MAKE_TOKEN,
    ],
    ids=lambda uri: uri[:40],
)
async def test_other_addresses_are_refused_before_anything_is_sent(mode: str, uri: str):
    async with asking(WORLD, mode=mode) as client:
        with pytest.raises(MCPError) as caught:
            await client.client.read_resource(uri)
        assert client.network.sent == []
    error = caught.value.error
    assert error.code == NOT_FOUND[mode]
    assert error.message == (
        f"There is no such resource. There are {ACCOUNT}, {BLUEPRINT}, {RUNS}, where {{id}} is the number of a scenario."
    )
    assert len(error.data["uri"]) <= 2_000
    assert MAKE_TOKEN not in error.data["uri"]


@pytest.mark.parametrize("template", [BLUEPRINT, RUNS])
@pytest.mark.parametrize("mode", MODES.values())
async def test_a_scenario_that_make_does_not_show_is_none(mode: str, template: str):
    async with practice(mode) as account:
        with pytest.raises(MCPError, match="Make answered 403 SC403") as caught:
            await account.client.read_resource(template.format(id=999))
    assert caught.value.error.code == NOT_FOUND[mode]
    assert caught.value.error.data == {"uri": template.format(id=999)}


async def test_what_goes_wrong_at_make_is_told():
    async with asking(World(broken={"/scenarios/101/logs": 401})) as client:
        with pytest.raises(MCPError, match=r"^resources/read: Make answered 401 SC000") as caught:
            await client.client.read_resource(RUNS.format(id=101))
    assert caught.value.error.code == INTERNAL_ERROR


async def test_what_the_operator_left_out_is_no_resource():
    left_out = ("account_overview", "scenarios_export", "scenarios_logs")
    async with asking(WORLD, exclude_tools=left_out) as client:
        assert (await client.client.list_resources()).resources == []
        assert (await client.client.list_resource_templates()).resource_templates == []
        for uri in (ACCOUNT, BLUEPRINT.format(id=101), RUNS.format(id=101)):
            with pytest.raises(MCPError, match=r"This server offers none\."):
                await client.client.read_resource(uri)
        assert client.network.sent == []


async def test_a_resource_may_not_be_kept():
    async with practice() as account:
        found = await account.client.read_resource(ACCOUNT)
    assert (found.ttl_ms, found.cache_scope) == (0, "private")
