"""`/audit-logs`: who changed what, for organizations whose plan has it."""

from __future__ import annotations

import pytest
from tests.sandbox.practice import HARBOR, NORTHWIND, NOWHERE, Clock, Door

LIST = f"/audit-logs/organization/{NORTHWIND}"


@pytest.mark.parametrize("path", [f"/audit-logs/organization/{HARBOR}", f"/audit-logs/organization/{HARBOR}/filters"])
async def test_a_plan_without_an_audit_log_is_answered_with_402(make: Door, path: str) -> None:
    assert (await make.get(path, 402))["code"] == "SC402"


async def test_an_unknown_organization_is_denied(make: Door) -> None:
    assert (await make.get(f"/audit-logs/organization/{NOWHERE}", 403))["code"] == "SC403"


async def test_every_change_leaves_a_line_and_reading_leaves_none(make: Door, clock: Clock) -> None:
    scenario = await make.scenario("Stock sync")
    await make.post(f"/scenarios/{scenario['id']}/stop")
    clock.go(seconds=5)
    await make.patch(f"/scenarios/{scenario['id']}", {"name": "Renamed"})
    await make.patch(f"/scenarios/{scenario['id']}", {"name": 5}, 400)
    await make.get(f"/scenarios/{scenario['id']}")
    answer = await make.get(LIST)
    assert [(line["eventName"], line["targetId"]) for line in answer["auditLogs"]] == [
        ("scenarios_updated", str(scenario["id"])),
        ("scenarios_stop", str(scenario["id"])),
    ]
    assert answer["pg"] == {"sortBy": "triggeredAt", "limit": 50, "sortDir": "desc", "offset": 0}
    first = answer["auditLogs"][0]
    assert first["actor"]["name"] == "Sample Owner"
    assert first["organization"] == {"id": NORTHWIND, "name": "Northwind Studio"}
    assert (await make.get(f"/audit-logs/{NORTHWIND}/{first['uuid']}")) == first | {
        "details": {"path": {"scenarioId": scenario["id"]}, "query": {}}
    }
    await make.get(f"/audit-logs/{HARBOR}/{first['uuid']}", 402)
    await make.get(f"/audit-logs/{NORTHWIND}/no-such-line", 404)


async def test_the_lines_are_filtered(make: Door) -> None:
    team = (await make.post("/teams", {"name": "New", "organizationId": NORTHWIND}))["team"]
    await make.delete(f"/teams/{team['id']}?confirmed=true")
    for query, events in (
        ("", ["teams_deleted", "teams_created"]),
        ("?event[]=teams_created", ["teams_created"]),
        ("?event=teams_deleted", ["teams_deleted"]),
        ("?author=Sample Owner", ["teams_deleted", "teams_created"]),
        ("?author=2958000", ["teams_deleted", "teams_created"]),
        ("?author=1", []),
        ("?author=99999999999999999999", []),
        (f"?author={'9' * 5000}", []),
        ("?dateFrom=2026-04-14&dateTo=2026-04-14", ["teams_deleted", "teams_created"]),
        ("?dateTo=2026-04-13", []),
        ("?dateTo=9999-12-31", ["teams_deleted", "teams_created"]),
        ("?pg[limit]=1&pg[offset]=1", ["teams_created"]),
    ):
        assert [line["eventName"] for line in (await make.get(LIST + query))["auditLogs"]] == events, query
    await make.get(f"{LIST}?dateFrom=yesterday", 400)
    found = await make.get(f"{LIST}/filters")
    assert found["events"] == ["teams_created", "teams_deleted"]
    assert [user["name"] for user in found["users"]] == ["Sample Owner"]


async def test_a_deleted_organization_leaves_no_line(make: Door) -> None:
    await make.delete(f"/organizations/{NORTHWIND}?confirmed=true")
    await make.get(LIST, 403)
