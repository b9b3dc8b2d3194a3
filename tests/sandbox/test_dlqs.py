"""`/dlqs`: incomplete executions."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.sandbox.practice import CARE, MARKETING, OPERATIONS, Clock, Door


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


ERP = 3
"""The module of "Paid invoices to ERP" that fails."""


async def repaired(make: Door, dlq: str) -> str:
    """The stored blueprint with an address that exists."""
    blueprint = (await make.get(f"/dlqs/{dlq}/blueprint"))["response"]["blueprint"]
    return json.dumps(blueprint).replace("erp.northwind.invalid", "erp.example.com")


async def test_the_stored_blueprint_comes_with_its_reason(make: Door) -> None:
    scenario_id, rows = await incomplete(make, "Paid invoices")
    answer = await make.get(f"/dlqs/{rows[0]['id']}/blueprint")
    assert (set(answer), answer["code"]) == ({"code", "response"}, "OK")
    response = answer["response"]
    assert set(response) == {"blueprint", "company", "idSequence", "reason"}
    live = (await make.get(f"/scenarios/{scenario_id}/blueprint"))["response"]
    assert response["blueprint"] == live["blueprint"]
    assert (response["company"], response["idSequence"], response["reason"]) == (OPERATIONS, 4, rows[0]["reason"])


async def test_the_bundle_is_what_the_failed_module_was_given(make: Door) -> None:
    _, rows = await incomplete(make, "Paid invoices")
    answer = await make.get(f"/dlqs/{rows[0]['id']}/bundle")
    assert (answer["code"], set(answer["response"])) == ("OK", {str(ERP)})
    assert answer["response"][str(ERP)]["url"] == "https://erp.northwind.invalid/api/invoices"


async def test_the_next_retry_runs_the_changed_blueprint(make: Door) -> None:
    scenario_id, rows = await incomplete(make, "Paid invoices")
    path = f"/dlqs/{rows[0]['id']}"
    blueprint = await repaired(make, rows[0]["id"])
    answer = await make.patch(path, {"blueprint": blueprint, "failer": ERP})
    assert answer == {"dlq": {"failer": ERP, "blueprint": json.loads(blueprint)}}
    assert (await make.get(f"{path}/blueprint"))["response"]["blueprint"] == json.loads(blueprint)
    assert (await make.get(f"{path}/bundle"))["response"][str(ERP)]["url"] == "https://erp.example.com/api/invoices"
    await make.post(f"{path}/retry")
    assert (await make.get(path))["dlq"]["resolved"]
    live = (await make.get(f"/scenarios/{scenario_id}/blueprint"))["response"]["blueprint"]
    assert "erp.northwind.invalid" in json.dumps(live)


async def test_only_what_is_given_is_changed(make: Door) -> None:
    _, rows = await incomplete(make, "Paid invoices")
    path = f"/dlqs/{rows[0]['id']}"
    before = (await make.get(f"{path}/blueprint"))["response"]["blueprint"]
    assert await make.patch(path, {}) == {"dlq": {"failer": ERP, "blueprint": before}}
    assert await make.patch(path, {"failer": 4}) == {"dlq": {"failer": 4, "blueprint": before}}
    assert set((await make.get(f"{path}/bundle"))["response"]) == {"4"}


async def test_a_wrong_change_is_refused(make: Door) -> None:
    _, rows = await incomplete(make, "Paid invoices")
    path = f"/dlqs/{rows[0]['id']}"
    blueprint = json.loads(await repaired(make, rows[0]["id"]))
    for body in (
        {"blueprint": blueprint},
        {"blueprint": "no json"},
        {"blueprint": json.dumps(blueprint | {"flow": 1})},
        {"blueprint": json.dumps(blueprint | {"flow": [{"id": 1, "module": "unknown:module"}]})},
        {"failer": "3"},
        {"failer": 99},
    ):
        await make.patch(path, body, 400)
    assert (await make.patch(path, {}))["dlq"]["failer"] == ERP
    await make.patch(f"/dlqs/{'0' * 32}", {}, 404)


async def test_each_retry_leaves_a_line_in_the_log(make: Door, clock: Clock) -> None:
    scenario_id, rows = await incomplete(make, "Paid invoices")
    path = f"/dlqs/{rows[0]['id']}"
    assert (await make.get(f"{path}/logs"))["dlqLogs"] == []
    await make.post(f"{path}/retry")
    clock.go(minutes=1)
    await make.patch(path, {"blueprint": await repaired(make, rows[0]["id"])})
    await make.post(f"{path}/retry")
    answer = await make.get(f"{path}/logs")
    latest, first = answer["dlqLogs"]
    assert set(answer["pg"]) == {"sortBy", "limit", "sortDir", "offset"}
    assert set(latest) == {
        "imtId", "id", "duration", "transfer", "operations", "centicredits", "teamId", "organizationId", "type",
        "authorId", "instant", "timestamp", "status",
    }  # fmt: skip
    assert [(line["status"], line["timestamp"]) for line in (latest, first)] == [
        (1, "2026-04-14T12:01:00.000Z"),
        (3, "2026-04-14T12:00:00.000Z"),
    ]
    runs = await make.logs(scenario_id)
    assert [line["id"] for line in (latest, first)] == [line["id"] for line in runs[:2]]
    assert (latest["operations"], latest["authorId"]) == (runs[0]["operations"], str(runs[0]["authorId"]))
    assert (await make.get(f"{path}/logs/{first['id']}"))["dlqLog"] == first
    assert (await make.get(f"{path}/logs?status=3"))["dlqLogs"] == [first]
    assert (await make.get(f"{path}/logs?pg[limit]=1"))["dlqLogs"] == [latest]
    assert (await make.get(f"{path}/logs?pg[sortDir]=asc&pg[offset]=1"))["dlqLogs"] == [latest]
    middle = int(latest["imtId"].partition("_")[0])
    assert (await make.get(f"{path}/logs?from={middle}"))["dlqLogs"] == [latest]
    assert (await make.get(f"{path}/logs?to={middle - 1}"))["dlqLogs"] == [first]
    await make.get(f"{path}/logs?status=5", 400)


async def test_the_log_of_a_retry_is_found_under_its_own_incomplete_execution(make: Door) -> None:
    _, rows = await incomplete(make, "Paid invoices")
    await make.post(f"/dlqs/{rows[0]['id']}/retry")
    line = (await make.get(f"/dlqs/{rows[0]['id']}/logs"))["dlqLogs"][0]
    assert (await make.get(f"/dlqs/{rows[1]['id']}/logs/{line['id']}", 404))["code"] == "SC404"
    await make.get(f"/dlqs/{rows[0]['id']}/logs/{'0' * 32}", 404)
    await make.get(f"/dlqs/{'0' * 32}/logs", 404)
    assert (await make.get(f"/dlqs/{rows[1]['id']}/logs"))["dlqLogs"] == []


async def test_several_are_retried_and_named(make: Door) -> None:
    scenario_id, rows = await incomplete(make, "Content calendar")
    foreign = (await incomplete(make, "Paid invoices"))[1][0]["id"]
    connection = await make.connection(MARKETING, "Airtable")
    await make.post(f"/connections/{connection['id']}/set-data", {"apiKey": "new"})
    first, second, third, *others = [row["id"] for row in rows]
    path = f"/dlqs/retry?scenarioId={scenario_id}"
    answer = await make.post(path, {"ids": [second, first, second, foreign, "0" * 32]})
    assert answer == {"dlqs": [first, second]}
    assert await make.post(path, {"ids": [first]}) == {"dlqs": []}
    for id_ in (first, second):
        dlq = (await make.get(f"/dlqs/{id_}"))["dlq"]
        assert (dlq["resolved"], dlq["attempts"]) == (True, 1)
    assert (await make.get(f"/dlqs/{foreign}"))["dlq"]["attempts"] == 0
    assert await make.post(path, {"all": True, "exceptIds": [third]}) == {"dlqs": others}
    unresolved = [row["id"] for row in (await incomplete(make, "Content calendar"))[1] if not row["resolved"]]
    assert unresolved == [third]
    assert (await make.get(f"/scenarios/{scenario_id}"))["scenario"]["dlqCount"] == 1


async def test_several_that_fail_again_stay(make: Door) -> None:
    scenario_id, rows = await incomplete(make, "Paid invoices")
    answer = await make.post(f"/dlqs/retry?scenarioId={scenario_id}", {"all": True})
    assert answer == {"dlqs": [row["id"] for row in rows]}
    after = (await incomplete(make, "Paid invoices"))[1]
    assert [(row["resolved"], row["attempts"]) for row in after] == [(False, 1)] * len(rows)


async def test_a_wrong_batch_is_refused(make: Door) -> None:
    scenario_id, rows = await incomplete(make, "Paid invoices")
    path = f"/dlqs/retry?scenarioId={scenario_id}"
    for body in ({}, {"ids": [12345]}, {"ids": [rows[0]["id"]], "all": True}, {"exceptIds": [rows[0]["id"]]}):
        assert (await make.post(path, body, 400))["code"] == "SC400"
    await make.post("/dlqs/retry", {"all": True}, 400)
    await make.post("/dlqs/retry?scenarioId=999999999", {"all": True}, 403)
    assert (await make.get(f"/dlqs/{rows[0]['id']}"))["dlq"]["attempts"] == 0


async def test_a_failure_behind_a_break_is_not_resolved_by_failing_again(make: Door) -> None:
    failing = {"id": 1, "module": "http:ActionSendData", "version": 3, "mapper": {"url": "https://a.invalid/"}}
    flow = [failing | {"onerror": [{"id": 2, "module": "builtin:Break"}]}]
    blueprint: dict[str, Any] = {"name": "Break", "flow": flow, "metadata": {}}
    body = {"teamId": OPERATIONS, "blueprint": json.dumps(blueprint), "scheduling": '{"type": "on-demand"}'}
    id_ = (await make.post("/scenarios", body))["scenario"]["id"]
    await make.post(f"/scenarios/{id_}/start")
    assert (await make.post(f"/scenarios/{id_}/run", {"responsive": True}))["status"] == 2
    (row,) = (await make.get(f"/dlqs?scenarioId={id_}"))["dlqs"]
    await make.post(f"/dlqs/{row['id']}/retry")
    (row,) = (await make.get(f"/dlqs?scenarioId={id_}"))["dlqs"]
    assert (row["resolved"], row["attempts"], row["retry"]) == (False, 1, True)


async def test_an_incomplete_execution_tells_of_its_latest_failure(make: Door) -> None:
    _, rows = await incomplete(make, "Paid invoices")
    path = f"/dlqs/{rows[0]['id']}"
    blueprint = json.loads(await repaired(make, rows[0]["id"]))
    blueprint["flow"][3]["parameters"]["__IMTCONN__"] = connection = (await make.connection(OPERATIONS, "ERP"))["id"]
    await make.patch(path, {"blueprint": json.dumps(blueprint)})
    blueprint["flow"][2]["parameters"].pop("__IMTCONN__")
    await make.patch(path, {"blueprint": json.dumps(blueprint)})
    await make.delete(f"/connections/{connection}?confirmed=true")
    await make.post(f"{path}/retry")
    assert (await make.get(f"{path}/blueprint"))["response"]["reason"] == f"Connection not found '{connection}'."
    assert set((await make.get(f"{path}/bundle"))["response"]) == {"4"}


async def test_a_single_one_can_be_deleted(make: Door) -> None:
    scenario_id, rows = await incomplete(make, "Paid invoices")
    path = f"/dlqs/{rows[0]['id']}"
    await make.post(f"{path}/retry")
    line = (await make.get(f"{path}/logs"))["dlqLogs"][0]["id"]
    assert await make.delete(path) == {"dlq": rows[0]["id"]}
    for gone in (path, f"{path}/logs", f"{path}/logs/{line}", f"{path}/blueprint", f"{path}/bundle"):
        await make.get(gone, 404)
    await make.delete(path, status=404)
    await make.get(f"/scenarios/{scenario_id}/logs/{line}")


async def test_the_gateway_lists_and_retries_but_changes_none(maton: Door) -> None:
    row = (await maton.get("/make/api/v2/dlqs?scenarioId=4667501"))["dlqs"][0]
    path = f"/make/api/v2/dlqs/{row['id']}"
    await maton.patch(path, {"failer": ERP}, 404)
    await maton.get(f"{path}/bundle", 404)
    await maton.post("/make/api/v2/dlqs/retry?scenarioId=4667501", {"all": True}, 404)
    await maton.post(f"{path}/retry")
