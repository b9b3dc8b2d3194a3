"""`/teams`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from tests.sandbox.practice import CARE, MARKETING, NORTHWIND, NOWHERE, OPERATIONS, Clock, Door


async def test_teams_are_listed_by_organization(make: Door) -> None:
    teams = (await make.get(f"/teams?organizationId={NORTHWIND}"))["teams"]
    assert [team["name"] for team in teams] == ["Customer Care", "Marketing", "Operations"]
    assert "organizationId" in (await make.get("/teams", 400))["detail"][1]


async def test_a_team_counts_what_is_active_and_what_was_used(make: Door) -> None:
    team = (await make.get(f"/teams/{OPERATIONS}"))["team"]
    usage = (await make.get(f"/teams/{OPERATIONS}/usage"))["data"]
    assert team["activeScenarios"] == 3
    assert team["consumedOperations"] == sum(day["operations"] for day in usage) > 0
    assert team["operations"] == str(team["consumedOperations"])


async def test_usage_has_a_row_for_each_of_thirty_days(make: Door) -> None:
    days = [row["date"] for row in (await make.get(f"/teams/{OPERATIONS}/usage"))["data"]]
    assert len(set(days)) == 30
    assert days == sorted(days)
    assert days[-1] == "2026-04-14"


async def test_usage_can_begin_its_days_at_the_organizations_midnight(make: Door, clock: Clock) -> None:
    clock.go(hours=11, minutes=30)  # half past eleven at night in UTC, the next day in the organization
    scenario = await make.scenario("Lead scoring")
    before = (await make.get(f"/organizations/{NORTHWIND}/usage?organizationTimezone=true"))["data"][-1]
    await make.post(f"/scenarios/{scenario['id']}/run", {"data": {"email": "a@example.com"}, "responsive": True})
    utc = (await make.get(f"/organizations/{NORTHWIND}/usage"))["data"][-1]
    local = (await make.get(f"/organizations/{NORTHWIND}/usage?organizationTimezone=true"))["data"][-1]
    assert (before["date"], before["operations"]) == ("2026-04-15", 0)
    assert (utc["date"], local["date"]) == ("2026-04-14", "2026-04-15")
    assert utc["operations"] > local["operations"] > 0


async def test_the_days_of_the_organization_know_summer_time(make: Door, clock: Clock) -> None:
    """In Prague a day begins at 22:00 in UTC in summer, and at 23:00 in winter."""
    path = f"/organizations/{NORTHWIND}/usage?organizationTimezone=true"
    for moment, day in (
        ("2026-07-01T21:59:00Z", "2026-07-01"),
        ("2026-07-01T22:01:00Z", "2026-07-02"),
        ("2026-12-01T22:59:00Z", "2026-12-01"),
        ("2026-12-01T23:01:00Z", "2026-12-02"),
    ):
        clock.moment = datetime.fromisoformat(moment)
        assert (await make.get(path))["data"][-1]["date"] == day


async def test_a_day_may_begin_at_half_past(make: Door, clock: Clock) -> None:
    """In Kolkata midnight is 18:30 in UTC."""
    zones = (await make.get("/enums/timezones"))["timezones"]
    kolkata = next(zone["id"] for zone in zones if zone["name"] == "Asia/Kolkata")
    await make.patch(f"/organizations/{NORTHWIND}", {"timezoneId": kolkata})
    scenario = await make.scenario("Lead scoring")
    today = f"/teams/{MARKETING}/usage?organizationTimezone=true"
    for moment in ("2026-04-14T18:20:00Z", "2026-04-14T18:40:00Z"):
        clock.moment = datetime.fromisoformat(moment)
        before = (await make.get(today))["data"][-1]
        await make.post(f"/scenarios/{scenario['id']}/run", {"data": {"email": "a@example.com"}, "responsive": True})
        after = (await make.get(today))["data"][-1]
        assert after["date"] == before["date"] == ("2026-04-14" if "18:20" in moment else "2026-04-15")
        assert after["operations"] > before["operations"]
    assert before["operations"] == 0


async def test_a_new_team_is_empty_and_its_maker_is_in_it(make: Door) -> None:
    created = await make.post("/teams", {"name": "New", "organizationId": NORTHWIND, "operationsLimit": 500})
    team = created["team"]
    assert (team["operationsLimit"], team["activeScenarios"], team["consumedOperations"]) == (500, 0, 0)
    assert created["userTeamRole"]["teamId"] == team["id"]
    assert (await make.get(f"/scenarios?teamId={team['id']}"))["scenarios"] == []
    assert [user["name"] for user in (await make.get(f"/users?teamId={team['id']}"))["users"]] == ["Sample Owner"]


async def test_deleting_a_team_always_needs_a_confirmation(make: Door) -> None:
    team = (await make.post("/teams", {"name": "New", "organizationId": NORTHWIND}))["team"]
    assert (await make.delete(f"/teams/{team['id']}", status=406))["metadata"] == [{"type": "team"}]
    assert (await make.delete(f"/teams/{team['id']}?confirmed=false", status=406))["code"] == "IM004"
    refusal = await make.delete(f"/teams/{CARE}", status=406)
    assert {entry["type"] for entry in refusal["metadata"]} == {
        "team",
        "teamWithActiveScenarios",
        "teamWithInactiveScenarios",
    }
    assert len((await make.get(f"/teams?organizationId={NORTHWIND}"))["teams"]) == 4


async def test_a_deleted_team_takes_all_that_it_owns_with_it(make: Door) -> None:
    scenario = await make.scenario("Support mail triage")
    hook = await make.hook(CARE, "Support inbox")
    connection = await make.connection(CARE, "OpenAI")
    await make.delete(f"/teams/{CARE}?confirmed=true")
    for path in (
        f"/teams/{CARE}",
        f"/scenarios/{scenario['id']}",
        f"/scenarios/{scenario['id']}/logs",
        f"/hooks/{hook['id']}",
        f"/connections/{connection['id']}",
        f"/data-stores?teamId={CARE}",
    ):
        await make.get(path, 403)


async def test_what_a_deleted_team_consumed_stays_with_the_organization(make: Door) -> None:
    before = await make.get(f"/organizations/{NORTHWIND}/usage")
    await make.delete(f"/teams/{CARE}?confirmed=true")
    assert await make.get(f"/organizations/{NORTHWIND}/usage") == before


async def test_a_team_is_renamed_and_limited(make: Door) -> None:
    before = (await make.get(f"/teams/{CARE}"))["team"]
    changed = (await make.patch(f"/teams/{CARE}", {"name": "Support", "operationsLimit": 700}))["team"]
    assert changed == before | {"name": "Support", "operationsLimit": 700}
    assert (await make.get(f"/teams/{CARE}"))["team"] == changed
    chosen = await make.patch(f"/teams/{CARE}?cols[]=operationsLimit", {"operationsLimit": None})
    assert chosen == {"team": {"operationsLimit": None}}


@pytest.mark.parametrize("body", [{"name": 7}, {"name": None}, {"name": "n" * 129}, {"operationsLimit": "many"}])
async def test_a_wrong_change_of_a_team_is_refused(make: Door, body: dict[str, Any]) -> None:
    before = await make.get(f"/teams/{CARE}")
    assert (await make.patch(f"/teams/{CARE}", body, 400))["code"] == "SC400"
    assert await make.get(f"/teams/{CARE}") == before
    await make.patch(f"/teams/{NOWHERE}", {"name": "Nobody"}, 403)
