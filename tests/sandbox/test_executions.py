"""Single runs: what became of them, stopping them, playing them again; and what else is told of one scenario."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.sandbox.practice import CARE, HARBOR, MARKETING, NORTHWIND, NOWHERE, OPERATIONS, Clock, Door

UNKNOWN = "0" * 32
LEAD = {"email": "lead@example.com", "budget": 100}


async def scoring(make: Door) -> int:
    return (await make.scenario("Lead scoring"))["id"]


async def run(make: Door, id_: int, *, responsive: bool = False, data: Any = LEAD) -> dict[str, Any]:
    return await make.post(f"/scenarios/{id_}/run", {"data": data, "responsive": responsive})


async def used(make: Door, path: str) -> int:
    return sum(day["operations"] for day in (await make.get(f"{path}/usage"))["data"])


async def test_a_run_is_running_until_it_has_ended(make: Door, clock: Clock) -> None:
    id_ = await scoring(make)
    execution = (await run(make, id_))["executionId"]
    path = f"/scenarios/{id_}/executions/{execution}"
    assert await make.get(path) == {"status": "RUNNING"}
    await make.get(f"/scenarios/{id_}/logs/{execution}", 404)
    clock.go(seconds=10)
    detail = await make.get(path)
    assert (detail["status"], detail["outputs"]["email"]) == ("SUCCESS", "lead@example.com")
    assert (await make.get(f"/scenarios/{id_}/logs/{execution}"))["scenarioLog"] == (await make.logs(id_))[0]


async def test_the_detail_has_the_outputs_of_the_responsive_answer(make: Door) -> None:
    id_ = await scoring(make)
    answer = await run(make, id_, responsive=True)
    detail = await make.get(f"/scenarios/{id_}/executions/{answer['executionId']}")
    assert detail == {"status": "SUCCESS", "outputs": answer["outputs"]}


async def test_a_failed_run_tells_its_error_in_the_detail_and_in_the_log(make: Door) -> None:
    id_ = (await make.scenario("Paid invoices"))["id"]
    answer = await run(make, id_, responsive=True, data={})
    detail = await make.get(f"/scenarios/{id_}/executions/{answer['executionId']}")
    assert detail == {"status": "ERROR", "error": answer["error"]}
    log = (await make.get(f"/scenarios/{id_}/logs/{answer['executionId']}"))["scenarioLog"]
    assert log.pop("detail") == {"error": answer["error"]}
    assert log == (await make.logs(id_))[0]


async def test_a_handled_failure_is_a_warning(make: Door) -> None:
    id_ = (await make.scenario("Ticket backlog", CARE))["id"]
    line = (await make.logs(id_))[0]
    assert line["status"] == 2
    assert await make.get(f"/scenarios/{id_}/executions/{line['id']}") == {"status": "WARNING"}


async def test_an_answer_larger_than_wanted_is_refused(make: Door) -> None:
    id_ = await scoring(make)
    execution = (await run(make, id_, responsive=True))["executionId"]
    path = f"/scenarios/{id_}/executions/{execution}"
    size = len((await make.send("GET", path)).content)
    assert (await make.get(f"{path}?maxBytes={size}"))["status"] == "SUCCESS"
    assert (await make.get(f"{path}?maxBytes={size - 1}", 413))["code"] == "SC413"
    assert (await make.get(f"{path}?maxBytes=few", 400))["code"] == "SC400"


async def test_a_run_is_found_under_its_own_scenario_only(make: Door) -> None:
    id_, other = await scoring(make), (await make.scenario("Paid invoices"))["id"]
    going_on = (await run(make, id_))["executionId"]
    ended = (await make.logs(id_))[0]["id"]
    for execution in (going_on, ended):
        assert (await make.get(f"/scenarios/{other}/executions/{execution}", 404))["code"] == "SC404"
        await make.get(f"/scenarios/{other}/logs/{execution}", 404)
        await make.post(f"/scenarios/{other}/executions/{execution}/stop", {}, 404)
    for path in (f"executions/{UNKNOWN}", f"logs/{UNKNOWN}"):
        assert (await make.get(f"/scenarios/{id_}/{path}", 404))["code"] == "SC404"
        assert (await make.get(f"/scenarios/{NOWHERE}/{path}", 403))["code"] == "SC403"
    imt_id = (await make.logs(id_))[0]["imtId"]
    assert (await make.get(f"/scenarios/{id_}/logs/{imt_id}", 400))["code"] == "SC400"


async def test_a_stopped_run_ends_at_once_and_is_counted_once(make: Door, clock: Clock) -> None:
    id_ = await scoring(make)
    before, lines = await used(make, f"/organizations/{NORTHWIND}"), await make.logs(id_)
    unread = (await make.get("/notifications"))["userUnreadNotifications"]
    execution = (await run(make, id_))["executionId"]
    clock.go(milliseconds=500)
    path = f"/scenarios/{id_}/executions/{execution}"
    assert await make.post(f"{path}/stop", {"force": True}) == {}
    newest, *rest = await make.logs(id_)
    assert rest == lines
    assert (newest["id"], newest["status"], newest["duration"]) == (execution, 3, 500)
    detail = await make.get(path)
    assert (detail["status"], "stopped" in detail["error"]["message"]) == ("ERROR", True)
    clock.go(minutes=5)
    assert (await make.logs(id_))[0] == newest
    assert await used(make, f"/organizations/{NORTHWIND}") == before + newest["operations"]
    assert (await make.get("/notifications"))["userUnreadNotifications"] == unread
    assert (await make.post(f"{path}/stop", {}, 422))["message"] == "Scenario execution is not running"


async def test_a_scenario_can_be_run_again_after_a_stop(make: Door) -> None:
    id_ = await scoring(make)
    execution = (await run(make, id_))["executionId"]
    await make.post(f"/scenarios/{id_}/executions/{execution}/stop")
    assert (await run(make, id_, responsive=True))["status"] == 1


async def test_a_stopped_run_leaves_no_incomplete_execution(make: Door) -> None:
    scenario = await make.scenario("Paid invoices")
    execution = (await run(make, scenario["id"], data={}))["executionId"]
    await make.post(f"/scenarios/{scenario['id']}/executions/{execution}/stop", {"force": False})
    after = (await make.get(f"/scenarios/{scenario['id']}"))["scenario"]
    assert after["dlqCount"] == scenario["dlqCount"]
    await make.post(f"/scenarios/{scenario['id']}/executions/{execution}/stop", {"force": "yes"}, 400)


async def replay(make: Door, id_: int, *executions: str, status: int = 202) -> Any:
    response = await make.send("POST", f"/scenarios/{id_}/replay", {"executionIds": list(executions)})
    assert response.status_code == status, response.text
    return response.json() if response.content else None


async def test_a_replay_runs_with_the_inputs_of_the_first_run_that_is_named(make: Door, clock: Clock) -> None:
    id_ = await scoring(make)
    first = await run(make, id_, responsive=True)
    clock.go(seconds=10)
    second = await run(make, id_, responsive=True, data={"email": "other@example.com"})
    lines = await make.logs(id_)
    clock.go(seconds=10)
    assert await replay(make, id_, first["executionId"], second["executionId"]) is None
    clock.go(seconds=10)
    newest, *rest = await make.logs(id_)
    assert (rest, newest["status"], newest["type"]) == (lines, 1, "manual")
    detail = await make.get(f"/scenarios/{id_}/executions/{newest['id']}")
    assert detail["outputs"] == first["outputs"]


async def test_a_replay_runs_the_present_blueprint(make: Door, clock: Clock) -> None:
    id_ = (await make.scenario("Paid invoices"))["id"]
    failed = (await make.logs(id_))[0]
    blueprint: dict[str, Any] = {
        "name": "Paid invoices to ERP",
        "flow": [{"id": 1, "module": "json:ParseJSON"}],
        "metadata": {},
    }
    await make.patch(f"/scenarios/{id_}", {"blueprint": json.dumps(blueprint)})
    await replay(make, id_, failed["id"])
    clock.go(seconds=10)
    assert [line["status"] for line in (await make.logs(id_))[:2]] == [1, 3]


async def test_a_scenario_on_a_hook_can_be_played_again(make: Door, clock: Clock) -> None:
    id_ = (await make.scenario("Order intake"))["id"]
    lines = await make.logs(id_)
    await replay(make, id_, lines[3]["id"])
    await replay(make, id_, lines[3]["id"])
    clock.go(seconds=10)
    assert len(await make.logs(id_)) == len(lines) + 2


async def test_what_cannot_be_played_again_is_refused(make: Door) -> None:
    id_ = await scoring(make)
    known = (await make.logs(id_))[0]["id"]
    foreign = (await make.logs((await make.scenario("Order intake"))["id"]))[0]["id"]
    assert (await replay(make, id_, UNKNOWN, status=404))["code"] == "SC404"
    await replay(make, id_, foreign, status=404)
    await replay(make, id_, status=400)
    await make.post(f"/scenarios/{id_}/replay", {}, 400)
    await make.post(f"/scenarios/{id_}/replay", {"executionIds": known}, 400)
    await make.post(f"/scenarios/{NOWHERE}/replay", {"executionIds": [known]}, 403)
    await run(make, id_)
    assert (await replay(make, id_, known, status=422))["message"] == "Scenario is already being executed"
    await make.post(f"/scenarios/{id_}/stop")
    assert (await replay(make, id_, known, status=422))["code"] == "IM325"
    paused = (await make.get("/scenarios?organizationId=2767269"))["scenarios"][0]["id"]
    assert (await replay(make, paused, known, status=429))["code"] == "IM310"


async def test_versions_are_listed_for_sixty_days(make: Door, clock: Clock) -> None:
    id_ = await scoring(make)
    response = (await make.get(f"/scenarios/{id_}/blueprint"))["response"]
    clock.go(days=30)
    await make.patch(f"/scenarios/{id_}", {"blueprint": json.dumps(response["blueprint"])})
    rows = (await make.get(f"/scenarios/{id_}/blueprints"))["scenariosBlueprints"]
    assert [(row["version"], row["scenarioId"], row["draft"]) for row in rows] == [(2, id_, False), (1, id_, False)]
    assert rows[0]["created"] == "2026-05-14T12:00:00.000Z"
    clock.go(days=31)
    rows = (await make.get(f"/scenarios/{id_}/blueprints"))["scenariosBlueprints"]
    assert [row["version"] for row in rows] == [2]
    await make.get(f"/scenarios/{id_}/blueprint?blueprintId=1", 404)
    clock.go(days=60)
    assert (await make.get(f"/scenarios/{id_}/blueprints"))["scenariosBlueprints"] == []
    await make.get(f"/scenarios/{id_}/blueprint?blueprintId=2")


async def test_ten_versions_come_in_the_order_of_their_numbers(make: Door) -> None:
    id_ = await scoring(make)
    blueprint = json.dumps((await make.get(f"/scenarios/{id_}/blueprint"))["response"]["blueprint"])
    for _ in range(10):
        await make.patch(f"/scenarios/{id_}", {"blueprint": blueprint})
    rows = (await make.get(f"/scenarios/{id_}/blueprints"))["scenariosBlueprints"]
    assert [row["version"] for row in rows] == list(range(11, 0, -1))


async def test_the_trigger_of_a_scenario_is_its_hook(make: Door) -> None:
    hook = await make.hook(OPERATIONS, "New orders")
    trigger = await make.get(f"/scenarios/{hook['scenarioId']}/triggers")
    assert set(trigger) == {
        "id", "name", "udid", "scope", "queueCount", "queueLimit", "typeName", "type", "url", "flags",
    }  # fmt: skip
    assert {name: trigger[name] for name in trigger if name != "scope"}.items() <= hook.items()
    assert (await make.get(f"/scenarios/{await scoring(make)}/triggers", 404))["code"] == "SC404"
    await make.get(f"/scenarios/{NOWHERE}/triggers", 403)


async def test_the_usage_of_a_scenario_is_in_its_log(make: Door) -> None:
    id_ = await scoring(make)
    data = (await make.get(f"/scenarios/{id_}/usage"))["data"]
    assert (len(data), data[-1]["date"]) == (30, "2026-04-14")
    lines = await make.logs(id_)
    for day in data:
        of_day = [line for line in lines if line["timestamp"].startswith(day["date"])]
        assert day["operations"] == sum(line["operations"] for line in of_day)
        assert day["dataTransfer"] == sum(line["transfer"] for line in of_day)
        assert day["centicredits"] == sum(line["centicredits"] for line in of_day)
    before = sum(day["operations"] for day in data)
    execution = (await run(make, id_, responsive=True))["executionId"]
    line = (await make.get(f"/scenarios/{id_}/logs/{execution}"))["scenarioLog"]
    assert await used(make, f"/scenarios/{id_}") == before + line["operations"]


@pytest.mark.parametrize("query", ["", "?organizationTimezone=true"])
async def test_the_scenarios_of_a_team_consume_what_the_team_does(make: Door, query: str) -> None:
    team = [day["operations"] for day in (await make.get(f"/teams/{MARKETING}/usage{query}"))["data"]]
    sums = [0] * 30
    for scenario in (await make.get(f"/scenarios?teamId={MARKETING}"))["scenarios"]:
        days = (await make.get(f"/scenarios/{scenario['id']}/usage{query}"))["data"]
        sums = [total + day["operations"] for total, day in zip(sums, days, strict=True)]
    assert sums == team


async def test_consumptions_are_listed_by_scenario(make: Door, clock: Clock) -> None:
    answer = await make.get(f"/scenarios/consumptions?teamId={MARKETING}")
    assert set(answer) == {"scenarioConsumptions", "lastReset"}
    scenarios = (await make.get(f"/scenarios?teamId={MARKETING}"))["scenarios"]
    assert {row["scenarioId"] for row in answer["scenarioConsumptions"]} == {row["id"] for row in scenarios}
    for row in answer["scenarioConsumptions"]:
        lines = await make.logs(row["scenarioId"])
        assert row["operations"] == sum(line["operations"] for line in lines)
        assert row["transfer"] == sum(line["transfer"] for line in lines)
        assert row["centicredits"] == sum(line["centicredits"] for line in lines)
    whole = (await make.get(f"/scenarios/consumptions?organizationId={NORTHWIND}"))["scenarioConsumptions"]
    assert len(whole) == 12
    assert all(row in whole for row in answer["scenarioConsumptions"])
    for scenario in scenarios:
        await make.delete(f"/scenarios/{scenario['id']}")
    assert (await make.get(f"/scenarios/consumptions?teamId={MARKETING}"))["scenarioConsumptions"] == []
    clock.go(days=1)
    assert (await make.get(f"/scenarios/consumptions?teamId={MARKETING}"))["lastReset"] > answer["lastReset"]


async def test_consumptions_are_those_of_one_team_or_of_one_organization(make: Door) -> None:
    assert (await make.get("/scenarios/consumptions", 400))["code"] == "SC400"
    both = f"/scenarios/consumptions?teamId={MARKETING}&organizationId={NORTHWIND}"
    assert (await make.get(both, 400))["code"] == "SC400"
    await make.get(f"/scenarios/consumptions?teamId={NOWHERE}", 403)
    await make.get(f"/scenarios/consumptions?organizationId={NOWHERE}", 403)
    assert len((await make.get(f"/scenarios/consumptions?organizationId={HARBOR}"))["scenarioConsumptions"]) == 1


async def test_who_may_only_read_cannot_stop_or_play_again(make: Door) -> None:
    id_ = await scoring(make)
    execution = (await run(make, id_))["executionId"]
    token = (await make.post("/users/me/api-tokens", {"label": "Reader", "scope": ["scenarios:read"]}))["apiToken"]
    make.client.headers["authorization"] = f"Token {token['token']}"
    path = f"/scenarios/{id_}/executions/{execution}"
    assert (await make.post(f"{path}/stop", {}, 403))["code"] == "SC403"
    await make.post(f"/scenarios/{id_}/replay", {"executionIds": [execution]}, 403)
    await make.patch(f"/scenarios/{id_}/interface", {"interface": {}}, 403)
    await make.get(f"/scenarios/{id_}/interface")
    assert await make.get(path) == {"status": "RUNNING"}


async def test_the_gateway_does_not_know_these_endpoints(maton: Door) -> None:
    for path in ("consumptions?teamId=1", "4667503/interface", "4667503/blueprints", "4667503/triggers"):
        response = await maton.send("GET", f"/make/api/v2/scenarios/{path}")
        assert response.status_code in {400, 404}
        assert "scenarioConsumptions" not in response.text
