"""`/scenarios/{scenarioId}/clone`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.sandbox.practice import CARE, HARBOR, MARKETING, NORTHWIND, NOWHERE, OPERATIONS, Door

HOOK = {"headers": False, "method": False, "stringify": False, "typeName": "gateway-webhook"}


async def clone(make: Door, id_: int, team: int, status: int = 200, query: str = "", **more: Any) -> Any:
    body = {"name": "Copy", "teamId": team, "states": False, **more}
    return await make.post(f"/scenarios/{id_}/clone?organizationId={NORTHWIND}{query}", body, status)


async def blueprint(make: Door, id_: int) -> dict[str, Any]:
    return (await make.get(f"/scenarios/{id_}/blueprint"))["response"]


async def test_a_copy_in_the_same_team_differs_in_its_name_and_its_state(make: Door) -> None:
    source = await make.scenario("Stock sync")
    copy = (await clone(make, source["id"], OPERATIONS))["scenario"]
    assert set(copy) == set(source)
    assert (copy["name"], copy["isActive"], copy["isinvalid"], copy["nextExec"]) == ("Copy", False, False, None)
    for name in ("teamId", "description", "scheduling", "folderId", "usedPackages", "moduleSequenceId"):
        assert copy[name] == source[name]
    assert (await make.get(f"/scenarios/{source['id']}"))["scenario"] == source
    original, copied = await blueprint(make, source["id"]), await blueprint(make, copy["id"])
    assert copied["blueprint"] == original["blueprint"] | {"name": "Copy"}
    assert await make.logs(copy["id"]) == []
    assert (await make.get(f"/dlqs?scenarioId={copy['id']}"))["dlqs"] == []


async def test_a_copy_keeps_the_interface_and_runs_by_itself(make: Door) -> None:
    source = (await make.scenario("Lead scoring"))["id"]
    copy = (await clone(make, source, MARKETING, states=True))["scenario"]["id"]
    assert await make.get(f"/scenarios/{copy}/interface") == await make.get(f"/scenarios/{source}/interface")
    lines = await make.logs(source)
    await make.post(f"/scenarios/{copy}/start")
    answer = await make.post(f"/scenarios/{copy}/run", {"data": {"email": "a@example.com"}, "responsive": True})
    assert answer["status"] == 1
    assert await make.logs(source) == lines


async def test_a_copy_without_a_hook_of_its_own_is_invalid(make: Door) -> None:
    hook = await make.hook(OPERATIONS, "New orders")
    source = hook["scenarioId"]
    copy = (await clone(make, source, OPERATIONS))["scenario"]
    assert (copy["isinvalid"], copy["hookId"]) == (True, None)
    assert (await make.hook(OPERATIONS, "New orders"))["scenarioId"] == source
    free = await make.hook(OPERATIONS, "Returns")
    copy = (await clone(make, source, OPERATIONS, hook={str(hook["id"]): free["id"]}))["scenario"]
    assert (copy["isinvalid"], copy["hookId"]) == (False, free["id"])
    assert (await make.hook(OPERATIONS, "Returns"))["scenarioId"] == copy["id"]


async def test_a_copy_for_another_team_takes_what_the_mappings_say(make: Door) -> None:
    source = await make.scenario("Order intake")
    plan = json.dumps((await blueprint(make, source["id"]))["blueprint"])
    old = {
        "google": await make.connection(OPERATIONS, "Google"),
        "slack": await make.connection(OPERATIONS, "Slack"),
        "hook": await make.hook(OPERATIONS, "New orders"),
        "store": (await make.get(f"/data-stores?teamId={OPERATIONS}"))["dataStores"][-1],
    }
    google, slack = await make.connection(CARE, "Google"), await make.connection(CARE, "Slack")
    hook = (await make.post("/hooks", {"name": "Copied", "teamId": CARE, **HOOK}))["hook"]
    store = (await make.get(f"/data-stores?teamId={CARE}"))["dataStores"][0]
    mappings: dict[str, Any] = {
        "account": {str(old["google"]["id"]): google["id"], str(old["slack"]["id"]): slack["id"]},
        "hook": {str(old["hook"]["id"]): hook["id"]},
        "datastore": {str(old["store"]["id"]): store["id"]},
        "key": {},
        "udt": {},
        "device": {},
    }
    copy = (await clone(make, source["id"], CARE, **mappings))["scenario"]
    assert (copy["teamId"], copy["isinvalid"], copy["hookId"], copy["folderId"]) == (CARE, False, hook["id"], None)
    copied = json.dumps((await blueprint(make, copy["id"]))["blueprint"])
    for thing in old.values():
        assert str(thing["id"]) in plan
        assert str(thing["id"]) not in copied
    for thing in (google, slack, hook, store):
        assert str(thing["id"]) in copied


async def test_what_is_left_in_another_team_is_refused(make: Door) -> None:
    source = await make.scenario("Stock sync")
    warehouse = await make.connection(OPERATIONS, "Warehouse")
    body = {"accountName": "Key", "accountType": "apikeyauth", "url": "https://example.com", "apiKey": "x"}
    other = (await make.post(f"/connections?teamId={CARE}", body))["connection"]["id"]
    before = await make.get(f"/scenarios?teamId={CARE}")
    answer = await clone(make, source["id"], CARE, 400, account={str(warehouse["id"]): other})
    assert "'datastore." in answer["detail"][1]
    assert (await clone(make, (await make.scenario("Paid invoices"))["id"], CARE, 404))["code"] == "IM304"
    assert await make.get(f"/scenarios?teamId={CARE}") == before


async def test_null_empties_a_field_of_a_copy_that_is_not_analysed(make: Door) -> None:
    source = await make.scenario("Stock sync")
    warehouse = await make.connection(OPERATIONS, "Warehouse")
    mapping = {str(warehouse["id"]): None}
    assert (await clone(make, source["id"], OPERATIONS, 400, account=mapping))["code"] == "SC400"
    copy = (await clone(make, source["id"], CARE, query="&notAnalyze=true", account=mapping))["scenario"]
    assert copy["isinvalid"]
    flow = (await blueprint(make, copy["id"]))["blueprint"]["flow"]
    assert flow[0]["parameters"]["__IMTCONN__"] is None


async def test_a_new_app_needs_a_confirmation(make: Door) -> None:
    flow = [{"id": 1, "module": "telegram:SendMessage", "version": 1}]
    plan = json.dumps({"name": "Bot", "flow": flow, "metadata": {}})
    body = {"teamId": OPERATIONS, "blueprint": plan, "scheduling": '{"type": "on-demand"}'}
    source = (await make.post("/scenarios?confirmed=true", body))["scenario"]["id"]
    new = {"name": "Other", "regionId": 1, "timezoneId": 118, "countryId": 57}
    organization = (await make.post("/organizations", new))["organization"]["id"]
    team = (await make.post("/teams", {"name": "First", "organizationId": organization}))["team"]["id"]
    path = f"/scenarios/{source}/clone?organizationId={organization}"
    copy = {"name": "Copy", "teamId": team, "states": False}
    assert (await make.post(path, copy, 406))["code"] == "IM004"
    assert (await make.get(f"/scenarios?teamId={team}"))["scenarios"] == []
    await make.post(f"{path}&confirmed=true", copy)
    await make.post(path, copy)
    assert len((await make.get(f"/scenarios?teamId={team}"))["scenarios"]) == 2


async def test_columns_can_be_chosen(make: Door) -> None:
    source = (await make.scenario("Stock sync"))["id"]
    answer = await clone(make, source, OPERATIONS, query="&cols[]=name&cols[]=teamId")
    assert answer == {"scenario": {"name": "Copy", "teamId": OPERATIONS}}


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"name": None}, "name"),
        ({"name": ""}, "name"),
        ({"name": "n" * 121}, "name"),
        ({"teamId": "388889"}, "teamId"),
        ({"states": "no"}, "states"),
        ({"account": []}, "account"),
        ({"account": {"one": 1}}, "account"),
        ({"datastore": {"64870": "64871"}}, "datastore"),
        ({"hook": {"9" * 5000: 1}}, "hook"),
    ],
)
async def test_a_wrong_copy_is_refused(make: Door, body: dict[str, Any], wrong: str) -> None:
    source = (await make.scenario("Stock sync"))["id"]
    whole = {"name": "Copy", "teamId": OPERATIONS, "states": False} | body
    answer = await make.post(f"/scenarios/{source}/clone?organizationId={NORTHWIND}", whole, 400)
    assert f"'{wrong}'" in answer["detail"][1]


async def test_name_team_states_and_organization_are_required(make: Door) -> None:
    source = (await make.scenario("Stock sync"))["id"]
    answer = await make.post(f"/scenarios/{source}/clone?organizationId={NORTHWIND}", {}, 400)
    assert answer["detail"][0] == "Validation failed for 3 parameter(s)."
    whole = {"name": "Copy", "teamId": OPERATIONS, "states": True}
    assert "'organizationId'" in (await make.post(f"/scenarios/{source}/clone", whole, 400))["detail"][1]


async def test_what_is_not_there_or_elsewhere_is_refused(make: Door) -> None:
    source = (await make.scenario("Stock sync"))["id"]
    await clone(make, NOWHERE, OPERATIONS, 403)
    await clone(make, source, NOWHERE, 403)
    await clone(make, source, 388892, 403)
    whole = {"name": "Copy", "teamId": OPERATIONS, "states": True}
    await make.post(f"/scenarios/{source}/clone?organizationId={HARBOR}", whole, 403)
    await make.post(f"/scenarios/{source}/clone?organizationId={NOWHERE}", whole, 403)
    foreign = (await make.get(f"/data-stores?teamId={CARE}"))["dataStores"][0]["id"]
    await clone(make, source, OPERATIONS, 403, datastore={"64870": foreign})
    await clone(make, source, OPERATIONS, 403, datastore={"64870": NOWHERE})
    warehouse = await make.connection(OPERATIONS, "Warehouse")
    await clone(make, source, OPERATIONS, 404, account={str(warehouse["id"]): NOWHERE})
