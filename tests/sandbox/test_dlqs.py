"""`/dlqs`: incomplete executions."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.sandbox.practice import CARE, MARKETING, OPERATIONS, Door


async def incomplete(make: Door, name: str) -> tuple[int, list[dict[str, Any]]]:
    scenario = await make.scenario(name)
    return scenario["id"], (await make.get(f"/dlqs?scenarioId={scenario['id']}"))["dlqs"]


async def test_incomplete_executions_belong_to_failed_runs(make: Door) -> None:
    scenario_id, rows = await incomplete(make, "Paid invoices")
    failed = [line["id"] for line in await make.logs(scenario_id) if line["status"] == 3]
    details = [(await make.get(f"/dlqs/{row['id']}"))["dlq"] for row in rows]
    assert [dlq["executionId"] for dlq in details] == failed[::-1] != []
    assert [dlq["index"] for dlq in details] == list(range(len(rows)))
    assert all(re.fullmatch("[0-9a-f]{32}", row["id"]) for row in rows)
    assert (details[0]["companyId"], details[0]["companyName"]) == (OPERATIONS, "Operations")


async def test_they_are_paged(make: Door) -> None:
    scenario_id, rows = await incomplete(make, "Paid invoices")
    page = await make.get(f"/dlqs?scenarioId={scenario_id}&pg[limit]=3&pg[offset]=2")
    assert page["dlqs"] == rows[2:5]


async def test_a_retry_that_works_resolves_and_is_logged(make: Door) -> None:
    scenario_id, rows = await incomplete(make, "Content calendar")
    connection = await make.connection(MARKETING, "Airtable")
    await make.post(f"/connections/{connection['id']}/set-data", {"apiKey": "new"})
    runs, before = await make.logs(scenario_id), (await make.get(f"/scenarios/{scenario_id}"))["scenario"]["dlqCount"]
    await make.post(f"/dlqs/{rows[0]['id']}/retry")
    dlq = (await make.get(f"/dlqs/{rows[0]['id']}"))["dlq"]
    assert (dlq["resolved"], dlq["attempts"]) == (True, 1)
    newest, *others = await make.logs(scenario_id)
    assert (newest["status"], others) == (1, runs)
    assert (await make.get(f"/scenarios/{scenario_id}"))["scenario"]["dlqCount"] == before - 1
    again = await make.post(f"/dlqs/{rows[0]['id']}/retry", status=422)
    assert again["message"] == "Incomplete execution is already resolved"


async def test_a_retry_that_fails_again_counts_the_attempt_and_makes_no_second_one(make: Door) -> None:
    scenario_id, rows = await incomplete(make, "Paid invoices")
    unread = (await make.get("/notifications"))["userUnreadNotifications"]
    for attempt in (1, 2):
        await make.post(f"/dlqs/{rows[0]['id']}/retry")
        dlq = (await make.get(f"/dlqs/{rows[0]['id']}"))["dlq"]
        assert (dlq["resolved"], dlq["attempts"]) == (False, attempt)
    assert (await make.logs(scenario_id))[0]["status"] == 3
    assert len((await incomplete(make, "Paid invoices"))[1]) == len(rows)
    assert (await make.get("/notifications"))["userUnreadNotifications"] == unread + 2


async def test_a_retry_runs_the_blueprint_of_the_failure(make: Door) -> None:
    scenario_id, rows = await incomplete(make, "Paid invoices")
    response = (await make.get(f"/scenarios/{scenario_id}/blueprint"))["response"]
    flow = [part for part in response["blueprint"]["flow"] if part["module"] != "http:ActionSendData"]
    await patch_flow(make, scenario_id, response["blueprint"] | {"flow": flow})
    assert (await make.post(f"/scenarios/{scenario_id}/run", {"responsive": True}))["status"] == 1
    await make.post(f"/dlqs/{rows[0]['id']}/retry")
    assert not (await make.get(f"/dlqs/{rows[0]['id']}"))["dlq"]["resolved"]


async def patch_flow(make: Door, scenario_id: int, blueprint: dict[str, Any]) -> None:
    await make.patch(f"/scenarios/{scenario_id}", {"blueprint": json.dumps(blueprint)})


async def test_the_demo_has_resolved_ones_as_well(make: Door) -> None:
    _, rows = await incomplete(make, "Newsletter")
    assert [row["resolved"] for row in rows] == [True] * 3


async def test_deleting_names_those_that_were_deleted(make: Door) -> None:
    scenario_id, rows = await incomplete(make, "Paid invoices")
    foreign = (await incomplete(make, "Content calendar"))[1][0]["id"]
    first = rows[0]["id"]
    answer = await make.delete(f"/dlqs?scenarioId={scenario_id}", {"ids": [first, first, foreign, "0" * 32]})
    assert answer == {"dlqs": [first]}
    await make.get(f"/dlqs/{first}", 404)
    await make.get(f"/dlqs/{foreign}")
    assert (await make.delete(f"/dlqs?scenarioId={scenario_id}", {"ids": [12345]}, 400))["code"] == "SC400"


async def test_deleting_all_needs_a_confirmation(make: Door) -> None:
    scenario_id, rows = await incomplete(make, "Paid invoices")
    path, body = f"/dlqs?scenarioId={scenario_id}", {"all": True, "exceptIds": [rows[0]["id"]]}
    assert (await make.delete(path, body, 406))["code"] == "IM004"
    assert len((await make.get(path))["dlqs"]) == len(rows)
    answer = await make.delete(f"{path}&confirmed=true", body)
    assert sorted(answer["dlqs"]) == sorted(row["id"] for row in rows[1:])
    assert [row["id"] for row in (await make.get(path))["dlqs"]] == [rows[0]["id"]]


async def test_a_scenario_without_failures_has_none(make: Door) -> None:
    scenario = await make.scenario("Ticket backlog", CARE)
    assert (await make.get(f"/dlqs?scenarioId={scenario['id']}"))["dlqs"] == []
