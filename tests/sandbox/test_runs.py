"""Starting, stopping, running, and what runs leave behind."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from tests.sandbox.practice import BACK_OFFICE, MARKETING, NOON, NORTHWIND, OPERATIONS, Clock, Door


async def start(make: Door, id_: int, status: int = 200) -> Any:
    return await make.post(f"/scenarios/{id_}/start", status=status)


async def run(make: Door, id_: int, body: Any = None, status: int = 200) -> Any:
    return await make.post(f"/scenarios/{id_}/run", body, status)


async def operations(make: Door) -> int:
    return sum(day["operations"] for day in (await make.get(f"/organizations/{NORTHWIND}/usage"))["data"])


async def on_schedule(make: Door, scheduling: dict[str, Any], flow: list[Any] | None = None) -> int:
    """A new scenario of the team Operations, not yet started."""
    blueprint: dict[str, Any] = {
        "name": "Scheduled",
        "flow": flow or [{"id": 1, "module": "json:ParseJSON"}],
        "metadata": {},
    }
    body = {"teamId": OPERATIONS, "blueprint": json.dumps(blueprint), "scheduling": json.dumps(scheduling)}
    return (await make.post("/scenarios", body))["scenario"]["id"]


async def test_start_and_stop_flip_the_state(make: Door) -> None:
    id_ = (await make.scenario("Supplier price watch"))["id"]
    assert await start(make, id_) == {"scenario": {"id": id_, "isActive": True, "islinked": True}}
    scenario = (await make.get(f"/scenarios/{id_}"))["scenario"]
    assert (scenario["isActive"], scenario["islinked"], scenario["nextExec"]) == (
        True,
        True,
        "2026-04-20T06:00:00.000Z",
    )
    stopped = await make.post(f"/scenarios/{id_}/stop")
    assert stopped == {"scenario": {"id": id_, "isActive": False, "islinked": False}}
    assert (await make.get(f"/scenarios/{id_}"))["scenario"]["nextExec"] is None


async def test_a_second_start_or_stop_says_that_the_state_is_reached(make: Door) -> None:
    id_ = (await make.scenario("Supplier price watch"))["id"]
    assert (await make.post(f"/scenarios/{id_}/stop", status=422))["message"] == "Scenario is not running"
    await start(make, id_)
    assert (await start(make, id_, 422))["message"] == "Scenario is already running"


async def test_an_interval_scenario_runs_at_once_when_it_is_started(make: Door, clock: Clock) -> None:
    id_ = await on_schedule(make, {"type": "indefinitely", "interval": 900})
    await start(make, id_)
    assert (await run(make, id_, status=422))["message"] == "Scenario is already being executed"
    assert await make.logs(id_) == []
    clock.go(seconds=10)
    (line,) = await make.logs(id_)
    assert (line["type"], line["status"], line["timestamp"]) == ("auto", 1, "2026-04-14T12:00:00.000Z")
    assert (await make.get(f"/scenarios/{id_}"))["scenario"]["nextExec"] == "2026-04-14T12:15:00.000Z"


async def test_other_schedules_wait_for_their_time(make: Door, clock: Clock) -> None:
    id_ = await on_schedule(make, {"type": "daily", "time": "12:20"})
    await start(make, id_)
    clock.go(minutes=19)
    assert await make.logs(id_) == []
    clock.go(minutes=2)
    assert [line["timestamp"] for line in await make.logs(id_)] == ["2026-04-14T12:20:00.000Z"]
    assert (await make.get(f"/scenarios/{id_}"))["scenario"]["nextExec"] == "2026-04-15T12:20:00.000Z"


@pytest.mark.parametrize(
    ("scheduling", "following"),
    [
        ({"type": "weekly", "days": [2, 5], "time": "11:00"}, "2026-04-17T11:00:00.000Z"),
        ({"type": "monthly", "dates": [1, 14], "time": "08:00"}, "2026-05-01T08:00:00.000Z"),
        ({"type": "yearly", "months": [2], "dates": [28], "time": "08:00"}, "2027-02-28T08:00:00.000Z"),
        ({"type": "yearly", "months": [2], "dates": [31]}, None),
        ({"type": "once", "date": "2026-06-01T10:00:00Z"}, "2026-06-01T10:00:00.000Z"),
        ({"type": "once", "date": "2020-01-01T10:00:00Z"}, None),
        ({"type": "on-demand"}, None),
        ({"type": "immediately"}, None),
    ],
)
async def test_a_start_tells_the_next_run(make: Door, scheduling: dict[str, Any], following: str | None) -> None:
    id_ = await on_schedule(make, scheduling)
    await start(make, id_)
    assert (await make.get(f"/scenarios/{id_}"))["scenario"]["nextExec"] == following


async def test_runs_that_nobody_saw_happen_at_their_own_time(make: Door, clock: Clock) -> None:
    scenario = await make.scenario("Stock sync")
    before = len(await make.logs(scenario["id"]))
    clock.go(days=3)
    runs = (await make.logs(scenario["id"]))[:-before]
    assert len(runs) == 3 * 8
    moments = [datetime.fromisoformat(run["timestamp"]) for run in runs]
    assert {early - late for early, late in pairwise(moments)} == {timedelta(hours=3)}
    following = (await make.get(f"/scenarios/{scenario['id']}"))["scenario"]["nextExec"]
    assert following > clock.moment.isoformat()


@pytest.mark.parametrize("interval", [None, 30])
async def test_an_interval_below_the_shortest_is_told_at_the_start(make: Door, interval: int | None) -> None:
    scheduling: dict[str, Any] = {"type": "indefinitely"} | ({} if interval is None else {"interval": interval})
    id_ = await on_schedule(make, scheduling)
    assert (await start(make, id_, 400))["code"] == "IM008"
    assert not (await make.get(f"/scenarios/{id_}"))["scenario"]["isActive"]


async def test_an_invalid_scenario_cannot_be_started(make: Door) -> None:
    scenario = await make.scenario("Refund follow-up")
    assert scenario["isinvalid"]
    assert (await start(make, scenario["id"], 422))["message"] == "Scenario is invalid"


async def test_an_inactive_scenario_cannot_be_run(make: Door) -> None:
    answer = await run(make, (await make.scenario("Social post drafts"))["id"], status=422)
    assert (answer["code"], answer["message"]) == ("IM325", "Scenario is not activated")


async def test_a_scenario_on_a_hook_cannot_be_run_although_it_is_active(make: Door) -> None:
    scenario = await make.scenario("Order intake")
    assert scenario["isActive"]
    assert (await run(make, scenario["id"], status=422))["code"] == "IM325"


async def test_nothing_runs_in_a_paused_organization(make: Door) -> None:
    scenario = await make.scenario("Inventory backup", BACK_OFFICE)
    assert (scenario["isActive"], scenario["isPaused"]) == (True, True)
    assert (await run(make, scenario["id"], status=429))["code"] == "IM310"
    await make.post(f"/scenarios/{scenario['id']}/stop")
    assert (await start(make, scenario["id"], 429))["code"] == "IM310"


async def test_a_run_answers_at_once_and_is_logged_when_it_ends(make: Door, clock: Clock) -> None:
    id_ = (await make.scenario("Lead scoring"))["id"]
    used, lines = await operations(make), await make.logs(id_)
    answer = await run(make, id_, {"data": {"email": "lead@example.com"}})
    assert set(answer) == {"executionId"}
    assert re.fullmatch("[0-9a-f]{32}", answer["executionId"])
    assert await make.logs(id_) == lines
    assert (await run(make, id_, {"data": {"email": "x@example.com"}}, 422))["message"] == (
        "Scenario is already being executed"
    )
    clock.go(seconds=10)
    line, *rest = await make.logs(id_)
    assert rest == lines
    assert (line["id"], line["type"], line["status"]) == (answer["executionId"], "manual", 1)
    assert line["authorName"] == "Sample Owner"
    milliseconds = int(NOON.timestamp() * 1000)
    assert line["imtId"] == f"{milliseconds}_scenario.{id_}.manual.{answer['executionId']}"
    assert await operations(make) == used + line["operations"]


async def test_a_responsive_run_answers_with_its_outputs(make: Door) -> None:
    id_ = (await make.scenario("Lead scoring"))["id"]
    body = {"data": {"email": "lead@example.com", "budget": 100}, "responsive": True}
    answer = await run(make, id_, body)
    assert answer["status"] == 1
    assert answer["outputs"]["email"] == "lead@example.com"
    assert isinstance(answer["outputs"]["score"], int)
    assert answer["outputs"]["tier"] in {"cold", "warm", "hot"}
    assert (await make.logs(id_))[0]["id"] == answer["executionId"]
    assert (await run(make, id_, body))["outputs"] == answer["outputs"]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({}, "Missing value of required parameter 'email'."),
        ({"email": "a@example.com", "budget": "much"}, "Invalid number in parameter 'budget'."),
        ({"email": "a@example.com", "budget": True}, "Invalid number in parameter 'budget'."),
        ({"email": "a@example.com", "colour": "red"}, "Unknown parameter 'colour'."),
    ],
)
async def test_inputs_that_do_not_fit_are_named_as_suberrors(make: Door, data: dict[str, Any], problem: str) -> None:
    id_ = (await make.scenario("Lead scoring"))["id"]
    answer = await run(make, id_, {"data": data}, 400)
    assert answer["message"] == "Validation failed for 1 parameter(s)."
    assert answer["suberrors"] == [{"message": problem}]


async def test_a_failed_run_leaves_a_log_line_an_incomplete_execution_and_a_notification(make: Door) -> None:
    scenario = await make.scenario("Paid invoices")
    answer = await run(make, scenario["id"], {"responsive": True})
    assert answer["status"] == 3
    assert answer["error"]["message"] == "getaddrinfo ENOTFOUND erp.northwind.invalid"
    assert answer["error"]["causeModule"] == {"name": "http:ActionSendData", "appName": "http"}
    assert (await make.logs(scenario["id"]))[0]["status"] == 3
    after = (await make.get(f"/scenarios/{scenario['id']}"))["scenario"]
    assert after["dlqCount"] == scenario["dlqCount"] + 1
    dlq = (await make.get(f"/dlqs?scenarioId={scenario['id']}"))["dlqs"][-1]
    assert dlq["reason"] == answer["error"]["message"]
    assert (await make.get(f"/dlqs/{dlq['id']}"))["dlq"]["executionId"] == answer["executionId"]
    newest = (await make.get("/notifications"))["notifications"][0]
    body = (await make.get(f"/notifications/{newest['id']}"))["notification"]["body"]
    assert "Paid invoices to ERP" in newest["subject"]
    assert answer["executionId"] in body


async def test_a_scenario_that_keeps_nothing_leaves_no_incomplete_execution(make: Door) -> None:
    flow = [{"id": 1, "module": "http:ActionSendData", "version": 3, "mapper": {"url": "https://a.invalid/"}}]
    id_ = await on_schedule(make, {"type": "on-demand"}, flow)
    await start(make, id_)
    assert (await run(make, id_, {"responsive": True}))["status"] == 3
    assert (await make.get(f"/dlqs?scenarioId={id_}"))["dlqs"] == []


@pytest.mark.parametrize(("handler", "kept"), [("builtin:Resume", 0), ("builtin:Break", 1)])
async def test_an_error_handler_turns_a_failure_into_a_warning(make: Door, handler: str, kept: int) -> None:
    failing = {"id": 1, "module": "http:ActionSendData", "version": 3, "mapper": {"url": "https://a.invalid/"}}
    id_ = await on_schedule(make, {"type": "on-demand"}, [failing | {"onerror": [{"id": 2, "module": handler}]}])
    await start(make, id_)
    assert (await run(make, id_, {"responsive": True}))["status"] == 2
    assert len((await make.get(f"/dlqs?scenarioId={id_}"))["dlqs"]) == kept


async def test_a_deleted_connection_breaks_the_runs_of_a_scenario_that_is_on(make: Door) -> None:
    scenario = await make.scenario("Lead scoring")
    hubspot = await make.connection(MARKETING, "HubSpot")
    await make.delete(f"/connections/{hubspot['id']}?confirmed=true")
    assert (await make.get(f"/scenarios/{scenario['id']}"))["scenario"]["isinvalid"]
    body = {"responsive": True, "data": {"email": "a@example.com"}}
    answer = await run(make, scenario["id"], body)
    assert answer["status"] == 3
    assert "Connection not found" in answer["error"]["message"]


async def test_stopping_does_not_kill_a_run_that_is_going_on(make: Door, clock: Clock) -> None:
    id_ = await on_schedule(make, {"type": "on-demand"})
    await start(make, id_)
    execution = (await run(make, id_))["executionId"]
    await make.post(f"/scenarios/{id_}/stop")
    clock.go(seconds=10)
    assert [line["id"] for line in await make.logs(id_)] == [execution]


async def test_logs_are_filtered(make: Door) -> None:
    id_ = (await make.scenario("Newsletter sign-ups"))["id"]
    lines = await make.logs(id_)
    path = f"/scenarios/{id_}/logs?pg[limit]=1000"
    failed = (await make.get(f"{path}&status=3"))["scenarioLogs"]
    assert failed == [line for line in lines if line["status"] == 3] != []
    middle = int(lines[10]["imtId"].partition("_")[0])
    assert (await make.get(f"{path}&from={middle}"))["scenarioLogs"] == lines[:11]
    assert (await make.get(f"{path}&to={middle}"))["scenarioLogs"] == lines[10:]
    longest = max(line["duration"] for line in lines)
    slow = (await make.get(f"{path}&durationFrom={longest}"))["scenarioLogs"]
    assert {line["duration"] for line in slow} == {longest}
    few = (await make.get(f"{path}&operationsTo=2"))["scenarioLogs"]
    assert few == [line for line in lines if line["operations"] <= 2]
    credits_ = (await make.get(f"{path}&creditsFrom=4"))["scenarioLogs"]
    assert credits_ == [line for line in lines if line["centicredits"] >= 400]


async def test_logs_are_paged_by_a_cursor(make: Door) -> None:
    id_ = (await make.scenario("Newsletter sign-ups"))["id"]
    lines = await make.logs(id_)
    path = f"/scenarios/{id_}/logs?pg[limit]=20"
    first = await make.get(path)
    assert set(first["pg"]) == {"sortBy", "limit", "sortDir", "last", "showLast"}
    assert (first["pg"]["sortBy"], first["pg"]["last"]) == ("imtId", lines[19]["imtId"])
    second = await make.get(f"{path}&pg[last]={first['pg']['last']}")
    assert first["scenarioLogs"] + second["scenarioLogs"] == lines[:40]
    again = await make.get(f"{path}&pg[last]={first['pg']['last']}&pg[showLast]=true")
    assert again["scenarioLogs"] == lines[19:39]
    assert (await make.get(f"{path}&pg[last]=no-such-line", 400))["code"] == "SC400"
    assert (await make.get(f"{path}&pg[offset]=20"))["scenarioLogs"] == lines[20:40]


async def test_the_default_page_of_logs_is_fifty(make: Door) -> None:
    id_ = (await make.scenario("Stock sync"))["id"]
    assert len((await make.get(f"/scenarios/{id_}/logs"))["scenarioLogs"]) == 50
