"""`/scenarios`: read, created, changed, deleted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.sandbox.practice import CARE, MARKETING, NORTHWIND, NOWHERE, OPERATIONS, Clock, Door

MINIMAL: dict[str, Any] = {"name": "Minimal", "flow": [], "metadata": {}}
DAILY = {"type": "daily", "time": "09:00"}


def draft(blueprint: Any = MINIMAL, scheduling: Any = DAILY, **more: Any) -> dict[str, Any]:
    return {
        "teamId": OPERATIONS,
        "blueprint": json.dumps(blueprint),
        "scheduling": json.dumps(scheduling),
    } | more


def using(**parameters: Any) -> dict[str, Any]:
    """A blueprint of one module that uses these things."""
    names = {"connection": "__IMTCONN__"}
    module = {
        "id": 7,
        "module": "slack:CreateMessage",
        "version": 4,
        "parameters": {names.get(name, name): id_ for name, id_ in parameters.items()},
    }
    return {"name": "Uses things", "flow": [module], "metadata": {}}


async def create(make: Door, **given: Any) -> dict[str, Any]:
    return (await make.post("/scenarios", draft(**given)))["scenario"]


async def test_the_list_needs_a_team_or_an_organization_and_not_both(make: Door) -> None:
    assert (await make.get("/scenarios", 400))["code"] == "SC400"
    both = await make.get(f"/scenarios?teamId={CARE}&organizationId={NORTHWIND}", 400)
    assert "cannot be used together" in both["detail"][1]
    by_team = (await make.get(f"/scenarios?teamId={CARE}"))["scenarios"]
    everything = (await make.get(f"/scenarios?organizationId={NORTHWIND}"))["scenarios"]
    assert [row for row in everything if row["teamId"] == CARE] == by_team
    assert (len(by_team), len(everything)) == (4, 12)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("isActive=true", 9),
        ("isActive=false", 3),
        ("islinked=false", 3),
        ("id[]=4667499&id[]=4667502", 2),
        ("folderId=52311", 1),
        ("type=tool", 0),
        ("type=scenario", 12),
    ],
)
async def test_each_filter_keeps_what_fits(make: Door, query: str, expected: int) -> None:
    assert len((await make.get(f"/scenarios?organizationId={NORTHWIND}&{query}"))["scenarios"]) == expected


async def test_the_blueprint_is_an_object_with_the_schedule_beside_it(make: Door) -> None:
    scenario = await make.scenario("Lead scoring")
    answer = await make.get(f"/scenarios/{scenario['id']}/blueprint")
    response = answer["response"]
    assert answer["code"] == "OK"
    assert response["blueprint"]["name"] == "Lead scoring on demand"
    assert len(response["blueprint"]["flow"]) == 4
    assert response["scheduling"] == {"type": "on-demand"}
    assert [field["name"] for field in response["metadata"]["input_spec"]] == ["email", "company", "budget"]


async def test_a_new_scenario_is_inactive_and_named_after_its_blueprint(make: Door) -> None:
    scenario = await create(make, name="Not this one")
    assert (scenario["name"], scenario["isActive"], scenario["nextExec"]) == ("Minimal", False, None)
    assert scenario["scheduling"] == DAILY
    assert scenario["createdByUser"]["name"] == "Sample Owner"
    assert (await make.get(f"/scenarios/{scenario['id']}"))["scenario"] == scenario
    stored = (await make.get(f"/scenarios/{scenario['id']}/blueprint"))["response"]
    assert stored["blueprint"] == MINIMAL


@pytest.mark.parametrize("name", ["teamId", "blueprint", "scheduling"])
async def test_a_new_scenario_needs_each_of_its_fields(make: Door, name: str) -> None:
    body = {key: value for key, value in draft().items() if key != name}
    assert f"'{name}'" in (await make.post("/scenarios", body, 400))["detail"][1]


@pytest.mark.parametrize("name", ["blueprint", "scheduling"])
@pytest.mark.parametrize("value", [MINIMAL, "{", "[]", "7", 7])
async def test_what_is_no_object_as_a_string_is_refused(make: Door, name: str, value: object) -> None:
    answer = await make.post("/scenarios", draft() | {name: value}, 400)
    assert (answer["code"], f"'{name}'" in answer["detail"][1]) == ("SC400", True)


async def test_a_blueprint_without_a_name_is_a_bare_error(make: Door) -> None:
    answer = await make.post("/scenarios", draft({"flow": [], "metadata": {}}), 500)
    assert answer == {"message": "Internal Server Error"}


@pytest.mark.parametrize("part", ["flow", "metadata"])
async def test_a_blueprint_needs_flow_and_metadata(make: Door, part: str) -> None:
    blueprint = {key: value for key, value in MINIMAL.items() if key != part}
    assert part in (await make.post("/scenarios", draft(blueprint), 400))["detail"][1]


@pytest.mark.parametrize("scheduling", [{"type": "hourly"}, {"type": "cron"}, {}, {"type": "daily", "interval": "x"}])
async def test_an_invented_schedule_is_refused(make: Door, scheduling: dict[str, str]) -> None:
    assert "scheduling" in (await make.post("/scenarios", draft(scheduling=scheduling), 400))["detail"][1]


async def test_an_unknown_connection_refuses_the_blueprint_and_creates_nothing(make: Door) -> None:
    foreign = (await make.connection(MARKETING, "Slack"))["id"]
    for id_ in (NOWHERE, foreign):
        answer = await make.post("/scenarios", draft(using(connection=id_)), 404)
        assert (answer["code"], answer["message"]) == ("IM304", "Account doesn't exist")
        assert str(id_) in answer["detail"]
    assert len((await make.get(f"/scenarios?teamId={OPERATIONS}"))["scenarios"]) == 4


async def test_an_unknown_module_refuses_the_blueprint(make: Door) -> None:
    blueprint = MINIMAL | {"flow": [{"id": 1, "module": "no-such-app:Do", "version": 5}]}
    answer = await make.post("/scenarios", draft(blueprint), 400)
    assert answer["code"] == "IM007"
    assert answer["detail"] == "Module not found 'no-such-app:Do' version '5'."


async def test_an_app_that_is_not_installed_needs_a_confirmation_once(make: Door) -> None:
    blueprint = MINIMAL | {"flow": [{"id": 1, "module": "telegram:SendMessage", "version": 1}]}
    assert (await make.post("/scenarios", draft(blueprint), 406))["code"] == "IM004"
    await make.post("/scenarios?confirmed=true", draft(blueprint))
    await make.post("/scenarios", draft(blueprint))


async def test_a_wrong_team_is_told_as_missing_rights(make: Door) -> None:
    assert (await make.post("/scenarios", draft(teamId=NOWHERE), 403))["code"] == "IM002"


async def test_a_missing_hook_or_data_store_makes_a_scenario_invalid_instead_of_refusing_it(make: Door) -> None:
    assert (await create(make, blueprint=using(datastore=NOWHERE)))["isinvalid"]
    assert (await create(make, blueprint=using(hook=NOWHERE)))["isinvalid"]
    taken = (await make.hook(OPERATIONS, "New orders"))["id"]
    assert (await create(make, blueprint=using(hook=taken)))["isinvalid"]


async def test_a_hook_in_a_blueprint_is_attached_and_set_free_again(make: Door) -> None:
    hook = await make.hook(OPERATIONS, "Returns")
    scenario = await create(make, blueprint=using(hook=hook["id"]))
    assert (scenario["hookId"], scenario["isinvalid"]) == (hook["id"], False)
    assert (await make.get(f"/hooks/{hook['id']}"))["hook"]["scenarioId"] == scenario["id"]
    await make.patch(f"/scenarios/{scenario['id']}", {"blueprint": json.dumps(MINIMAL)})
    assert (await make.get(f"/hooks/{hook['id']}"))["hook"]["scenarioId"] is None
    assert (await make.get(f"/scenarios/{scenario['id']}"))["scenario"]["hookId"] is None


async def test_a_folder_belongs_to_the_team(make: Door) -> None:
    assert (await create(make, folderId=52310))["folderId"] == 52310
    await make.post("/scenarios", draft(folderId=52312), 403)


async def test_inputs_need_a_schedule_on_demand(make: Door) -> None:
    metadata = {"input_spec": [{"name": "id", "type": "text"}], "output_spec": []}
    assert (await make.post("/scenarios", draft(metadata=metadata), 422))["code"] == "IM016"
    scenario = await create(make, scheduling={"type": "on-demand"}, metadata=metadata)
    path = f"/scenarios/{scenario['id']}"
    assert (await make.patch(path, {"scheduling": json.dumps(DAILY)}, 422))["code"] == "IM016"


async def test_a_rename_touches_nothing_else(make: Door) -> None:
    scenario = await make.scenario("Lead scoring")
    path = f"/scenarios/{scenario['id']}"
    before = (await make.get(f"{path}/blueprint"))["response"]
    changed = (await make.patch(path, {"name": "Scoring"}))["scenario"]
    after = (await make.get(f"{path}/blueprint"))["response"]
    assert {key for key in changed if changed[key] != scenario[key]} == {"name", "lastEdit"}
    assert after["metadata"] == before["metadata"]
    assert after["blueprint"] == before["blueprint"] | {"name": "Scoring"}


async def test_a_blueprint_replaces_the_whole_one_before_which_can_still_be_read(make: Door) -> None:
    scenario = await create(make, blueprint=MINIMAL | {"note": "first"})
    path = f"/scenarios/{scenario['id']}"
    changed = (await make.patch(path, {"blueprint": json.dumps(MINIMAL | {"name": "Second"})}))["scenario"]
    assert (changed["name"], changed["scenarioVersion"]) == ("Second", 2)
    assert "note" not in (await make.get(f"{path}/blueprint"))["response"]["blueprint"]
    first = (await make.get(f"{path}/blueprint?blueprintId=1"))["response"]["blueprint"]
    assert (first["name"], first["note"]) == ("Minimal", "first")
    await make.get(f"{path}/blueprint?blueprintId=3", 404)


async def test_a_folder_and_a_description_can_be_taken_away_with_null(make: Door) -> None:
    scenario = await make.scenario("Stock sync")
    changed = await make.patch(f"/scenarios/{scenario['id']}", {"folderId": None, "description": None})
    assert (changed["scenario"]["folderId"], changed["scenario"]["description"]) == (None, None)


@pytest.mark.parametrize("change", [{"isActive": True}, {"teamId": CARE}, {"description": "d" * 241}, {"name": None}])
async def test_what_cannot_be_patched_is_refused(make: Door, change: dict[str, object]) -> None:
    scenario = await make.scenario("Stock sync")
    assert (await make.patch(f"/scenarios/{scenario['id']}", change, 400))["code"] == "SC400"


async def test_empty_metadata_wipes_inputs_and_outputs(make: Door) -> None:
    scenario = await make.scenario("Lead scoring")
    path = f"/scenarios/{scenario['id']}"
    await make.patch(path, {"name": "Scoring", "metadata": {"input_spec": [], "output_spec": []}})
    assert (await make.get(f"{path}/blueprint"))["response"]["metadata"] == {"input_spec": [], "output_spec": []}


async def test_a_new_interval_of_an_active_scenario_runs_it_at_once(make: Door, clock: Clock) -> None:
    scenario = await make.scenario("Stock sync")
    path = f"/scenarios/{scenario['id']}"
    runs = len(await make.logs(scenario["id"]))
    scheduling = {"type": "indefinitely", "interval": 600}
    changed = (await make.patch(path, {"scheduling": json.dumps(scheduling)}))["scenario"]
    assert changed["nextExec"] == "2026-04-14T12:10:00.000Z"
    clock.go(seconds=30)
    assert len(await make.logs(scenario["id"])) == runs + 1


async def test_a_deleted_scenario_is_gone_with_all_that_it_left(make: Door) -> None:
    scenario = await make.scenario("Order intake")
    assert await make.delete(f"/scenarios/{scenario['id']}") == {"scenario": scenario["id"]}
    await make.get(f"/scenarios/{scenario['id']}", 403)
    await make.get(f"/dlqs?scenarioId={scenario['id']}", 403)
    assert (await make.get(f"/hooks/{scenario['hookId']}"))["hook"]["scenarioId"] is None
    assert (await create(make))["id"] > scenario["id"]


@pytest.mark.parametrize("value", [2**70, -1, True, "{{1.id}}", "1353452", [1], {}])
async def test_anything_may_stand_where_an_id_belongs(make: Door, value: Any) -> None:
    answer = await make.post("/scenarios", draft(using(connection=value)), 404)
    assert answer["code"] == "IM304"
    scenario = await create(make, blueprint=using(datastore=value), scheduling={"type": "on-demand"})
    assert (await make.get(f"/scenarios/{scenario['id']}/blueprint"))["response"]["blueprint"] == using(datastore=value)


@pytest.mark.parametrize(
    "part",
    [{"interval": 10**30}, {"interval": True}, {"days": 1}, {"days": ["monday"]}, {"dates": [32]}, {"months": "all"}],
)
async def test_a_schedule_with_a_part_of_the_wrong_type_is_refused(make: Door, part: dict[str, Any]) -> None:
    answer = await make.post("/scenarios", draft(scheduling={"type": "monthly"} | part), 400)
    assert f"'scheduling.{next(iter(part))}'" in answer["detail"][1]


@pytest.mark.parametrize(
    ("scheduling", "wrong"),
    [
        ({"type": "daily", "time": "25:00"}, "scheduling.time"),
        ({"type": "daily", "time": 5}, "scheduling.time"),
        ({"type": "weekly", "days": [9]}, "scheduling.days"),
        ({"type": "yearly", "months": [13]}, "scheduling.months"),
        ({"type": "once", "date": "soon"}, "scheduling.date"),
        ({"type": "once", "date": "9999-12-31T23:59:59-23:59"}, "scheduling.date"),
    ],
)
async def test_a_schedule_that_would_never_come_is_refused(make: Door, scheduling: dict[str, Any], wrong: str) -> None:
    scenario = await make.scenario("Stock sync")
    answer = await make.patch(f"/scenarios/{scenario['id']}", {"scheduling": json.dumps(scheduling)}, 400)
    assert f"'{wrong}'" in answer["detail"][1]


async def test_an_empty_name_is_refused(make: Door) -> None:
    scenario = await make.scenario("Stock sync")
    await make.patch(f"/scenarios/{scenario['id']}", {"name": ""}, 400)
