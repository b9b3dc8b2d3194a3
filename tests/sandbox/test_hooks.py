"""`/hooks`."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.sandbox.practice import CARE, MARKETING, NOWHERE, OPERATIONS, Door, named

NEW: dict[str, Any] = {"name": "New", "teamId": CARE, "typeName": "gateway-webhook"}
FLAGS = {"method": True, "headers": False, "stringify": False}


async def names(make: Door, query: str) -> list[str]:
    return [row["name"] for row in (await make.get(f"/hooks?{query}"))["hooks"]]


async def test_hooks_are_filtered(make: Door) -> None:
    path = f"teamId={OPERATIONS}"
    scenario = await make.scenario("Order intake")
    other = await make.scenario("Stock sync")
    assert await names(make, path) == ["New orders", "Returns (not in use)"]
    assert await names(make, f"{path}&assigned=true") == ["New orders"]
    assert await names(make, f"{path}&assigned=false") == ["Returns (not in use)"]
    assert await names(make, f"{path}&typeName=gateway-mailhook") == []
    assert await names(make, f"{path}&viewForScenarioId={scenario['id']}") == ["New orders", "Returns (not in use)"]
    assert await names(make, f"{path}&viewForScenarioId={other['id']}&assigned=true") == ["Returns (not in use)"]


async def test_a_ping_tells_the_address_and_whether_a_scenario_listens(make: Door) -> None:
    hook = await make.hook(OPERATIONS, "New orders")
    answer = await make.get(f"/hooks/{hook['id']}/ping")
    assert (answer["address"], answer["attached"], answer["gone"]) == (hook["url"], True, False)
    unused = await make.hook(OPERATIONS, "Returns")
    assert not (await make.get(f"/hooks/{unused['id']}/ping"))["attached"]


async def test_addresses_hold_a_secret_of_their_own(make: Door) -> None:
    web, mail = await make.hook(MARKETING, "Newsletter"), await make.hook(CARE, "Support inbox")
    assert re.fullmatch("[0-9a-f]{32}", web["udid"])
    assert (web["url"], web["type"]) == (f"http://sandbox/hook/{web['udid']}", "web")
    assert (mail["url"], mail["type"]) == (f"{mail['udid']}@hook.eu1.make.com", "mail")


async def test_every_answer_shows_the_address_at_which_the_hook_can_be_called(make: Door) -> None:
    hook = (await make.post("/hooks", NEW | FLAGS))["hook"]
    path, address = f"/hooks/{hook['id']}", f"http://sandbox/hook/{hook['udid']}"
    listed = next(row for row in (await make.get(f"/hooks?teamId={CARE}"))["hooks"] if row["id"] == hook["id"])
    renamed = (await make.patch(path, {"name": "Other"}))["hook"]
    read = (await make.get(path))["hook"]
    assert {row["url"] for row in (hook, listed, renamed, read)} == {address}
    assert (await make.get(f"{path}/ping"))["address"] == address
    elsewhere = await make.client.get(f"http://account.example:81/api/v2{path}")
    assert elsewhere.json()["hook"]["url"] == f"http://account.example:81/hook/{hook['udid']}"


async def test_an_answer_has_the_documented_fields_and_no_others(make: Door) -> None:
    hook = await make.hook(CARE, "Support inbox")
    assert set(hook) == {
        "id", "name", "teamId", "udid", "type", "packageName", "theme", "flags", "editable", "queueCount",
        "queueLimit", "enabled", "gone", "typeName", "data", "scenarioId", "url",
    }  # fmt: skip
    ping = await make.get(f"/hooks/{hook['id']}/ping")
    assert set(ping) == {"address", "attached", "learning", "gone", "dataStructure"}


async def test_hooks_are_paged_and_sorted_by_name(make: Door) -> None:
    for name in ("b", "A", "c"):
        await make.post("/hooks", NEW | FLAGS | {"name": name})
    assert await names(make, f"teamId={CARE}") == ["A", "b", "c", "Support inbox"]
    assert await names(make, f"teamId={CARE}&pg[sortDir]=desc&pg[limit]=2") == ["Support inbox", "c"]
    assert await names(make, f"teamId={CARE}&pg[limit]=2&pg[offset]=1") == ["b", "c"]
    usable = f"teamId={CARE}&viewForScenarioId={NOWHERE}"
    assert await names(make, usable) == ["A", "b", "c"]
    assert await names(make, f"{usable}&pg[limit]=1&pg[offset]=1") == ["b"]
    await make.get(f"/hooks?teamId={CARE}&pg[sortBy]=id", 400)
    await make.get(f"/hooks?teamId={NOWHERE}", 403)


async def test_the_data_of_a_hook_is_changed_and_the_rest_of_it_kept(make: Door) -> None:
    hook = (await make.post("/hooks", NEW | FLAGS | {"channel": "C1"}))["hook"]
    path = f"/hooks/{hook['id']}"
    assert await make.post(f"{path}/set-data", {"headers": True, "ip": "127.0.0.1", "limit": 5}) == {"changed": True}
    changed = {"method": True, "headers": True, "stringify": False, "channel": "C1", "ip": "127.0.0.1", "limit": 5}
    assert (await make.get(path))["hook"] == hook | {"data": changed}
    wrong_ones: list[Any] = [{"headers": "yes"}, {"method": "POST"}, {"stringify": None}, []]
    for wrong in wrong_ones:
        assert (await make.post(f"{path}/set-data", wrong, 400))["code"] == "SC400"
    assert (await make.get(path))["hook"]["data"] == changed


@pytest.mark.parametrize("action", ["set-data", "learn-start", "learn-stop"])
async def test_what_is_not_there_or_only_read_cannot_be_changed(make: Door, action: str) -> None:
    await make.post(f"/hooks/{NOWHERE}/{action}", {}, 403)
    await make.post(f"/hooks/first/{action}", {}, 400)


async def test_learning_is_not_among_the_gateways_endpoints(maton: Door) -> None:
    hook = named(await maton.get(f"/make/api/v2/hooks?teamId={CARE}"), "hooks", "Support inbox")
    path = f"/make/api/v2/hooks/{hook['id']}"
    await maton.get(f"{path}/ping")
    for action in ("set-data", "learn-start", "learn-stop"):
        await maton.post(f"{path}/{action}", {}, 404)


async def test_a_new_hook_needs_its_three_booleans(make: Door) -> None:
    answer = await make.post("/hooks", NEW, 400)
    assert answer["detail"][0] == "Validation failed for 3 parameter(s)."
    assert {line.split("'")[1] for line in answer["detail"][1:]} == set(FLAGS)
    assert (await make.post("/hooks", NEW | FLAGS | {"method": "POST"}, 400))["code"] == "SC400"
    assert (await make.post("/hooks", NEW | FLAGS | {"headers": {}}, 400))["code"] == "SC400"


async def test_a_new_hook_keeps_what_it_was_given(make: Door) -> None:
    hook = (await make.post("/hooks", NEW | FLAGS | {"teamId": str(CARE), "channel": "C1"}))["hook"]
    assert hook["data"] == FLAGS | {"channel": "C1"}
    assert (hook["teamId"], hook["enabled"], hook["scenarioId"]) == (CARE, True, None)
    assert (await make.get(f"/hooks/{hook['id']}"))["hook"] == hook


async def test_defaults_fill_the_booleans_in(make: Door) -> None:
    hook = (await make.post("/hooks?useDefaults=requiredOnly", NEW | {"method": True}))["hook"]
    assert hook["data"] == {"method": True, "headers": False, "stringify": False}
    assert (await make.post("/hooks?useDefaults=all", NEW, 400))["code"] == "SC400"


async def test_the_type_of_a_hook_is_not_its_type_name(make: Door) -> None:
    answer = await make.post("/hooks", NEW | FLAGS | {"typeName": "web"}, 400)
    assert "gateway-webhook" in answer["detail"][1]


async def test_a_hook_of_an_app_needs_a_connection_that_is_there(make: Door) -> None:
    body = NEW | FLAGS | {"typeName": "hubspotcrm-event", "teamId": MARKETING}
    await make.post("/hooks", body | {"__IMTCONN__": 1}, 403)
    hubspot = await make.connection(MARKETING, "HubSpot")
    hook = (await make.post("/hooks", body | {"__IMTCONN__": hubspot["id"]}))["hook"]
    assert hook["data"]["__IMTCONN__"] == hubspot["id"]
    assert hook["packageName"] == "hubspotcrm"


async def test_renaming_takes_the_name_and_nothing_else(make: Door) -> None:
    hook = await make.hook(CARE, "Support inbox")
    path = f"/hooks/{hook['id']}"
    assert (await make.patch(path, {"name": "Inbox"}))["hook"] == hook | {"name": "Inbox"}
    await make.patch(path, {"name": "Other", "enabled": False}, 400)
    assert (await make.get(path))["hook"]["name"] == "Inbox"


async def test_a_hook_can_be_disabled_and_enabled(make: Door) -> None:
    hook = await make.hook(CARE, "Support inbox")
    for action, state in (("disable", False), ("disable", False), ("enable", True)):
        await make.post(f"/hooks/{hook['id']}/{action}")
        assert (await make.get(f"/hooks/{hook['id']}"))["hook"]["enabled"] is state


async def test_deleting_a_hook_in_use_needs_a_confirmation_and_breaks_its_scenario(make: Door) -> None:
    hook = await make.hook(CARE, "Support inbox")
    refusal = await make.delete(f"/hooks/{hook['id']}", status=406)
    assert refusal["metadata"][1]["type"] == "hookWithActiveScenarios"
    assert refusal["metadata"][1]["data"][0]["scenarioName"] == "Support mail triage"
    await make.delete(f"/hooks/{hook['id']}?confirmed=true")
    await make.get(f"/hooks/{hook['id']}", 403)
    scenario = await make.scenario("Support mail triage")
    assert (scenario["isinvalid"], scenario["hookId"]) == (True, None)


@pytest.mark.parametrize("query", ["", "?confirmed=true"])
async def test_a_hook_that_nothing_uses_is_deleted_at_once(make: Door, query: str) -> None:
    hook = await make.hook(OPERATIONS, "Returns")
    assert await make.delete(f"/hooks/{hook['id']}{query}") == {"hook": hook["id"]}
