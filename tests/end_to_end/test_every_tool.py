"""Each of the 63 tools, called by an MCP client on the practice account, through either door."""

import json
import re
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, Literal

import pytest
from tests.end_to_end.accounts import Account, Json, practice

from make_tools import GROUPS

ORGANIZATION = 2767268
BLUEPRINT: Json = {"name": "Practice run", "flow": [], "metadata": {}}


@pytest.fixture(params=["maton", "make"])
async def account(request: pytest.FixtureRequest) -> AsyncGenerator[Account]:
    prefer: Literal["maton", "make"] = request.param
    async with practice(prefer=prefer) as account:
        yield account


@pytest.fixture
async def team(account: Account) -> int:
    teams = await account.items("teams_list", "teams", organizationId=ORGANIZATION)
    assert {t["organizationId"] for t in teams} == {ORGANIZATION}
    return next(t["id"] for t in teams if t["name"] == "Operations")


async def test_users(account: Account, team: int):
    me = (await account.ask("users_me"))["authUser"]
    assert me["email"].endswith("@example.com")
    assert set(await account.ask("users_me", fields=["id", "name"])) == {"authUser"}
    members = await account.items("users_list", "users", teamId=team, sort="-name")
    assert [m["name"] for m in members] == sorted((m["name"] for m in members), reverse=True)
    changed = (await account.do("users_update", userId=me["id"], language="de"))["user"]
    assert changed["language"] == "de"
    assert (await account.ask("users_me"))["authUser"]["language"] == "de"


async def test_organizations(account: Account):
    before = await account.items("organizations_list", "organizations", sort="name")
    assert ORGANIZATION in {o["id"] for o in before}
    made = (await account.do("organizations_create", name="Second shop", regionId=2, timezoneId=301, countryId=202))[
        "organization"
    ]
    assert (await account.ask("organizations_get", organizationId=made["id"]))["organization"]["name"] == "Second shop"
    await account.do("organizations_update", organizationId=made["id"], name="Third shop")
    assert (await account.ask("organizations_get", organizationId=made["id"], wait=True))["organization"][
        "name"
    ] == "Third shop"
    days = (await account.ask("organizations_usage", organizationId=ORGANIZATION))["data"]
    assert len(days) == 30
    assert sum(day["operations"] for day in days) > 0
    assert await account.do("organizations_delete", organizationId=made["id"]) == {"organization": made["id"]}
    assert await account.items("organizations_list", "organizations", sort="name") == before


async def test_teams(account: Account, team: int):
    assert (await account.ask("teams_get", teamId=team))["team"]["name"] == "Operations"
    assert len((await account.ask("teams_usage", teamId=team, organizationTimezone=True))["data"]) == 30
    made = (await account.do("teams_create", organizationId=ORGANIZATION, name="Trial"))["team"]
    names = {t["name"] for t in await account.items("teams_list", "teams", organizationId=ORGANIZATION)}
    assert "Trial" in names
    assert await account.do("teams_delete", teamId=made["id"]) == {"team": made["id"]}
    assert "SC403" in await account.refused("teams_get", teamId=made["id"])


async def test_the_life_of_a_scenario(account: Account, team: int):
    made = await account.do("scenarios_create", teamId=team, blueprint=BLUEPRINT, scheduling='{"type":"on-demand"}')
    scenario = made["scenario"]["id"]
    assert made["scenario"]["isActive"] is False
    found = await account.items(
        "scenarios_list", "scenarios", teamId=team, filters={"ids": [scenario]}, fields=["id", "name"]
    )
    assert found == [{"id": scenario, "name": "Practice run"}]
    await account.do("scenarios_update", scenarioId=scenario, name="Renamed", description="Tried out")
    read = (await account.ask("scenarios_get", scenarioId=scenario))["scenario"]
    assert (read["name"], read["description"], read["scheduling"]) == ("Renamed", "Tried out", {"type": "on-demand"})
    assert "scenarios_start" in await account.refused("scenarios_run", scenarioId=scenario, confirm=True)
    assert (await account.do("scenarios_start", scenarioId=scenario))["scenario"]["isActive"] is True
    assert (await account.ask("scenarios_start", scenarioId=scenario, confirm=True))["status"] == "already_so"
    run = await account.do("scenarios_run", scenarioId=scenario, responsive=True)
    runs = await account.items("scenarios_logs", "scenarioLogs", scenarioId=scenario, status=1, limit=10)
    assert [r["id"] for r in runs] == [run["executionId"]]
    assert (await account.do("scenarios_stop", scenarioId=scenario))["scenario"]["isActive"] is False
    assert await account.do("scenarios_delete", scenarioId=scenario) == {"scenario": scenario}
    assert "or not exist" in await account.refused("scenarios_get", scenarioId=scenario)


async def test_a_blueprint_is_replaced_whole_and_a_rename_leaves_it(account: Account, team: int):
    made = await account.do(
        "scenarios_create",
        teamId=team,
        blueprint=json.dumps(BLUEPRINT),
        scheduling={"type": "indefinitely", "interval": 900},
    )
    scenario = made["scenario"]["id"]
    module: Json = {
        "id": 1,
        "module": "http:ActionSendData",
        "version": 3,
        "parameters": {},
        "mapper": {},
        "metadata": {},
    }
    await account.do("scenarios_update", scenarioId=scenario, blueprint={**BLUEPRINT, "flow": [module]})
    packages = (await account.ask("scenarios_get", scenarioId=scenario))["scenario"]["usedPackages"]
    assert packages == ["http"]
    await account.do("scenarios_update", scenarioId=scenario, name="Only the name")
    after = (await account.ask("scenarios_get", scenarioId=scenario))["scenario"]
    assert (after["name"], after["usedPackages"], after["scheduling"]["interval"]) == ("Only the name", ["http"], 900)


async def test_a_scenario_is_copied_to_another_team(account: Account, team: int):
    wanted: Json = {"scenarioId": 4667499, "organizationId": ORGANIZATION, "name": "Copy"}
    teams = await account.items("teams_list", "teams", organizationId=ORGANIZATION, fields=["id", "name"])
    other = next(t["id"] for t in teams if t["name"] == "Customer Care")
    preview = await account.ask("scenarios_clone", **wanted, teamId=other)
    assert "`replace` has to name others for" in preview["toConfirm"]
    assert "replace.hooks" in await account.refused("scenarios_clone", **wanted, teamId=other, confirm=True)
    hook = (await account.do("hooks_create", teamId=other, name="Copied"))["hook"]["id"]
    there = {
        "connections": await account.items("connections_list", "connections", teamId=other, fields=["id", "name"]),
        "dataStores": await account.items("data_stores_list", "dataStores", teamId=other, fields=["id", "name"]),
    }
    google, slack = (
        next(c["id"] for c in there["connections"] if c["name"].startswith(app)) for app in ("Google", "Slack")
    )
    replace = {
        "connections": {"1353452": google, "1353453": slack},
        "hooks": {"1845301": hook},
        "dataStores": {"64870": there["dataStores"][0]["id"]},
    }
    made = (await account.do("scenarios_clone", **wanted, teamId=other, replace=replace))["scenario"]
    assert (made["name"], made["teamId"], made["isActive"], made["isinvalid"]) == ("Copy", other, False, False)
    same = (await account.do("scenarios_clone", **wanted, teamId=team, states=True))["scenario"]
    assert (same["teamId"], same["isinvalid"]) == (team, True)


async def test_connections(account: Account, team: int):
    listed = await account.items("connections_list", "connections", teamId=team)
    assert listed
    google = await account.items("connections_list", "connections", teamId=team, types=["google"])
    assert {c["accountName"] for c in google} == {"google"}
    made = (
        await account.do(
            "connections_create", teamId=team, name="Billing", type_="apikeyauth", data={"apiKey": "k", "url": "u"}
        )
    )["connection"]
    assert (made["name"], made["accountName"]) == ("Billing", "apikeyauth")
    assert isinstance((await account.ask("connections_test", connectionId=made["id"]))["verified"], bool)
    fields = (await account.ask("connections_editable_parameters", connectionId=made["id"]))["editableParameters"]
    assert await account.do("connections_set_data", connectionId=made["id"], data=dict.fromkeys(fields, "new")) == {
        "changed": True
    }
    scoped = (await account.ask("connections_check_scopes", connectionId=google[0]["id"], scope=["no-such-scope"]))[
        "connection"
    ]
    assert scoped == {"scoped": False}
    await account.do("connections_rename", connectionId=made["id"], name="Payments")
    assert (await account.ask("connections_get", connectionId=made["id"]))["connection"]["name"] == "Payments"
    assert await account.do("connections_delete", connectionId=made["id"]) == {"connection": made["id"]}


async def test_a_connection_in_use_is_deleted_only_in_spite_of_makes_guard(account: Account, team: int):
    used = next(
        c for c in await account.items("connections_list", "connections", teamId=team) if c["accountName"] == "google"
    )
    preview = await account.ask("connections_delete", connectionId=used["id"])
    held_back = await account.ask("connections_delete", connectionId=used["id"], confirm=preview["code"])
    assert held_back["status"] == "confirmation_required"
    assert "IM004" in held_back["why"]
    assert "Order intake" in held_back["why"]
    kept = (await account.ask("connections_get", connectionId=used["id"]))["connection"]
    assert kept == kept | used
    assert "used before" in await account.refused(
        "connections_delete", connectionId=used["id"], confirm=preview["code"]
    )
    await account.ask("connections_delete", connectionId=used["id"], confirm=held_back["code"])
    broken = await account.items("scenarios_list", "scenarios", teamId=team)
    assert any(s.get("isinvalid") for s in broken)


async def test_data_stores(account: Account, team: int):
    listed = await account.items("data_stores_list", "dataStores", teamId=team, sort="name")
    structure = listed[0]["datastructureId"]
    made = (await account.do("data_stores_create", teamId=team, name="Trial", datastructureId=structure, maxSizeMB=2))[
        "dataStore"
    ]
    await account.do("data_stores_update", dataStoreId=made["id"], maxSizeMB=3)
    read = (await account.ask("data_stores_get", dataStoreId=made["id"]))["dataStore"]
    assert (read["name"], read["maxSize"], read["datastructureId"]) == ("Trial", str(3 * 2**20), structure)
    assert await account.do("data_stores_delete", teamId=team, ids=[made["id"]]) == {"dataStores": [made["id"]]}
    assert await account.items("data_stores_list", "dataStores", teamId=team, sort="name") == listed


async def test_hooks(account: Account, team: int):
    made = (await account.do("hooks_create", teamId=team, name="Trial hook"))["hook"]
    assert made["typeName"] == "gateway-webhook"
    await account.do("hooks_rename", hookId=made["id"], name="Renamed hook")
    names = {h["name"] for h in await account.items("hooks_list", "hooks", teamId=team, filters={"assigned": False})}
    assert "Renamed hook" in names
    assert (await account.ask("hooks_ping", hookId=made["id"]))["attached"] is False
    assert await account.do("hooks_disable", hookId=made["id"]) == {"success": True}
    assert (await account.ask("hooks_get", hookId=made["id"]))["hook"]["enabled"] is False
    await account.do("hooks_enable", hookId=made["id"])
    assert (await account.ask("hooks_get", hookId=made["id"]))["hook"]["enabled"] is True
    assert await account.do("hooks_delete", hookId=made["id"]) == {"hook": made["id"]}


async def test_templates(account: Account, team: int):
    template = (await account.items("templates_list", "templates", teamId=team))[0]
    assert (await account.ask("templates_get", templateId=template["id"]))["template"]["name"] == template["name"]
    blueprint = (await account.ask("templates_blueprint", templateId=template["id"], forUse=True))["blueprint"]
    made = await account.do("scenarios_create", teamId=team, blueprint=blueprint, scheduling={"type": "on-demand"})
    assert made["scenario"]["name"] == blueprint["name"]
    assert await account.do("templates_delete", templateId=template["id"]) == {"template": template["id"]}
    assert not await account.items("templates_list", "templates", teamId=team)


async def failing(account: Account) -> dict[str, Any]:
    scenarios = await account.items("scenarios_list", "scenarios", organizationId=ORGANIZATION, sort="id")
    return max(scenarios, key=lambda s: s.get("dlqCount", 0))


async def test_incomplete_executions(account: Account):
    scenario = (await failing(account))["id"]
    waiting = await account.items("incomplete_executions_list", "dlqs", scenarioId=scenario)
    first, second = waiting[0]["id"], waiting[1]["id"]
    assert (await account.ask("incomplete_executions_get", incompleteExecutionId=first))["dlq"][
        "scenarioId"
    ] == scenario
    assert await account.do("incomplete_executions_retry", incompleteExecutionId=first) == {"dlq": first}
    several = [one["id"] for one in waiting[2:5]]
    retried = await account.do("incomplete_executions_retry_several", scenarioId=scenario, ids=several)
    assert retried == {"dlqs": several}
    tried = {
        d["id"]: d.get("attempts", 0)
        for d in await account.items("incomplete_executions_list", "dlqs", scenarioId=scenario)
    }
    assert [tried[id_] for id_ in (second, *several)] == [0, 1, 1, 1]
    assert await account.do("incomplete_executions_delete", scenarioId=scenario, ids=[second]) == {"dlqs": [second]}
    assert second not in {
        d["id"] for d in await account.items("incomplete_executions_list", "dlqs", scenarioId=scenario)
    }


async def test_notifications(account: Account):
    unread = await account.items("notifications_list", "notifications", unreadOnly=True, all=True)
    first = unread[0]["id"]
    body = (await account.ask("notifications_get", notificationId=first))["notification"]["body"]
    assert "has encountered an error" in body
    assert "<" not in body
    marked = (await account.do("notifications_mark_read"))["notifications"]
    assert {n["id"] for n in marked} == {n["id"] for n in unread}
    assert not await account.items("notifications_list", "notifications", unreadOnly=True)
    assert (await account.do("notifications_delete", ids=[first]))["notifications"] == [{"id": first}]
    assert first not in {n["id"] for n in await account.items("notifications_list", "notifications")}


async def test_maton_connections(account: Account):
    active = await account.items("maton_connections_list", "connections", status="ACTIVE")
    assert {c["app"] for c in active} == {"make"}
    made = (await account.do("maton_connections_create"))["connection"]
    assert made["status"] == "PENDING"
    assert (await account.ask("maton_connections_get", matonConnectionId=made["connection_id"]))["connection"][
        "app"
    ] == "make"
    await account.do("maton_connections_delete", matonConnectionId=made["connection_id"])
    left = await account.items("maton_connections_list", "connections")
    assert made["connection_id"] not in {c["connection_id"] for c in left}


def test_no_tool_is_left_out_above():
    called = set(re.findall(r'account\.(?:ask|do|items)\(\s*"(\w+)"', Path(__file__).read_text(encoding="utf-8")))
    assert called == {e.name for group in GROUPS for e in group.endpoints}
