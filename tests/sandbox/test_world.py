"""The demo account: what is in it hangs together."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.sandbox.practice import HARBOR, NOON, NORTHWIND, Door


async def test_it_has_two_organizations_and_four_teams(make: Door) -> None:
    organizations = (await make.get("/organizations?cols[]=*"))["organizations"]
    assert {row["name"]: len(row["teams"]) for row in organizations} == {"Northwind Studio": 3, "Harbor Books": 1}


async def test_every_scenario_has_a_blueprint_of_several_modules(make: Door) -> None:
    for organization in (NORTHWIND, HARBOR):
        for scenario in (await make.get(f"/scenarios?organizationId={organization}"))["scenarios"]:
            blueprint = (await make.get(f"/scenarios/{scenario['id']}/blueprint"))["response"]["blueprint"]
            assert blueprint["name"] == scenario["name"]
            assert len(blueprint["flow"]) >= 2
            assert scenario["usedPackages"]


async def test_usage_adds_up_to_the_runs(make: Door) -> None:
    for organization in (NORTHWIND, HARBOR):
        scenarios = (await make.get(f"/scenarios?organizationId={organization}"))["scenarios"]
        lines = [line for row in scenarios for line in await make.logs(row["id"])]
        usage = (await make.get(f"/organizations/{organization}/usage"))["data"]
        assert lines
        for column, name in (("operations", "operations"), ("transfer", "dataTransfer"), ("centicredits",) * 2):
            assert sum(day[name] for day in usage) == sum(line[column] for line in lines)
        days = {line["timestamp"][:10] for line in lines}
        assert {day["date"] for day in usage if day["operations"]} == days


async def test_its_runs_cover_two_weeks_and_none_is_in_the_future(make: Door) -> None:
    scenario = await make.scenario("Stock sync")
    moments = [datetime.fromisoformat(line["timestamp"]) for line in await make.logs(scenario["id"])]
    assert moments == sorted(moments, reverse=True)
    assert NOON - timedelta(days=15) <= moments[-1] < NOON - timedelta(days=13)
    assert NOON - timedelta(hours=3) < moments[0] < NOON


async def test_every_incomplete_execution_and_notification_comes_from_a_failed_run(make: Door) -> None:
    scenarios = (await make.get(f"/scenarios?organizationId={NORTHWIND}"))["scenarios"]
    failed = {line["id"] for row in scenarios for line in await make.logs(row["id"]) if line["status"] == 3}
    bodies = [
        (await make.get(f"/notifications/{row['id']}"))["notification"]["body"]
        for row in (await make.get("/notifications"))["notifications"]
    ]
    assert len(bodies) == len(failed)
    assert all(any(execution in body for body in bodies) for execution in failed)
    for row in scenarios:
        for dlq in (await make.get(f"/dlqs?scenarioId={row['id']}"))["dlqs"]:
            assert (await make.get(f"/dlqs/{dlq['id']}"))["dlq"]["executionId"] in failed


async def test_nothing_comes_due_in_the_first_half_hour(make: Door) -> None:
    scenarios = (await make.get(f"/scenarios?organizationId={NORTHWIND}"))["scenarios"]
    upcoming = [datetime.fromisoformat(row["nextExec"]) for row in scenarios if row["nextExec"]]
    assert len(upcoming) == 5
    assert min(upcoming) > NOON + timedelta(minutes=30)
    assert all(row["isActive"] for row in scenarios if row["nextExec"])


async def test_it_has_each_kind_of_trouble(make: Door) -> None:
    scenarios = (await make.get(f"/scenarios?organizationId={NORTHWIND}"))["scenarios"]
    last = {row["name"]: await make.logs(row["id"]) for row in scenarios}
    assert {name for name, lines in last.items() if lines and lines[0]["status"] == 3} == {
        "Paid invoices to ERP",
        "Content calendar reminders",
        "Refund follow-up",
    }
    assert {line["status"] for line in last["Ticket backlog alert"]} == {2}
    assert [row["name"] for row in scenarios if row["isinvalid"]] == ["Refund follow-up"]
    assert (await make.get(f"/organizations/{HARBOR}"))["organization"]["isPaused"]
