"""The account on one page: plans and their use, what is on, what failed and why."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from tests.server.network import MATON_ONLY, calling
from tests.server.recipes.accounts import MATON, WAYS, Account, practice, proposed, refusal, told

FOR_ONE, FOR_ALL = 900, 1_300
"""Bytes of an answer for the larger organization of the practice account, and for the whole of it."""


async def organization(account: Account, name: str) -> int:
    found = (await account.ask("organizations_list"))["organizations"]
    return next(one["id"] for one in found if one["name"] == name)


@pytest.mark.parametrize("way", WAYS)
async def test_answers_are_small(way: str):
    async with practice(way) as account:
        assert await account.size("account_overview") <= FOR_ALL
        id_ = await organization(account, "Northwind Studio")
        assert await account.size("account_overview", organizationId=id_) <= FOR_ONE


@pytest.mark.parametrize("way", WAYS)
async def test_it_tells_what_the_single_reads_tell(way: str):
    async with practice(way) as account:
        id_ = await organization(account, "Northwind Studio")
        (shown,) = (await account.ask("account_overview", organizationId=id_))["organizations"]
        plan = (await account.ask("organizations_get", organizationId=id_))["organization"]
        scenarios = (await account.ask("scenarios_list", organizationId=id_, fields=["*"]))["scenarios"]
    used, limit = int(plan["operations"]), plan["license"]["operations"]
    assert shown["operations"] == {"used": used, "limit": limit, "percent": round(100 * used / limit, 1)}
    assert shown["plan"] == "Enterprise"
    for team in shown["teams"]:
        own = [one for one in scenarios if one["teamId"] == team["id"]]
        assert team["scenarios"] == len(own)
        assert team["active"] == sum(one["isActive"] for one in own)
        concerns = {one["id"]: one for one in team.get("concerns", [])}
        for scenario in own:
            told = concerns.get(scenario["id"], {})
            assert told.get("incomplete", 0) == scenario["dlqCount"]
            assert told.get("isinvalid", False) == scenario["isinvalid"]


@pytest.mark.parametrize("way", WAYS)
async def test_failures_since_a_moment_are_counted_and_explained(way: str):
    moment = datetime(2026, 3, 10, 8, tzinfo=UTC)
    async with practice(way, lambda: moment) as account:
        id_ = await organization(account, "Northwind Studio")
        found = await account.ask("account_overview", organizationId=id_, since="2026-03-09T18:00:00Z")
        true: dict[int, int] = {}
        for scenario in (await account.ask("scenarios_list", organizationId=id_))["scenarios"]:
            begin = round((moment - timedelta(hours=14)).timestamp() * 1000)
            runs = await account.ask("scenarios_logs", scenarioId=scenario["id"], status=3, from_=begin)
            if runs["scenarioLogs"]:
                true[scenario["id"]] = len(runs["scenarioLogs"])
    concerns = [one for team in found["organizations"][0]["teams"] for one in team.get("concerns", [])]
    assert {one["id"]: one["failed"] for one in concerns if "failed" in one} == true
    assert len(true) == 2
    assert {one["why"] for one in concerns if "failed" in one} == {
        "[401] Airtable (content): the credentials were refused.",
        "getaddrinfo ENOTFOUND erp.northwind.invalid",
    }
    assert {arguments["scenarioId"] for tool, arguments in proposed(found) if tool == "scenarios_diagnose"} == set(true)


def world(**more: Any) -> dict[str, Any]:
    return {
        "/organizations": {"organizations": [{"id": 1, "name": "O"}]},
        "/organizations/1": {
            "organization": {"id": 1, "name": "O", "operations": "900", "license": {"operations": 1000}} | more
        },
        "/organizations/1/usage": {"data": [{"date": f"2026-03-{n:02}", "operations": 10} for n in range(1, 31)]},
        "/teams": {"teams": [{"id": 10, "name": "T"}]},
        "/scenarios": {"scenarios": []},
    }


def scenario(id_: int, **more: Any) -> dict[str, Any]:
    return {"id": id_, "name": f"S{id_}", "teamId": 10, "isActive": True, "dlqCount": 0} | more


async def test_near_the_limit_it_says_when_it_ends_and_where_the_pace_leads():
    reset = (datetime.now(UTC) + timedelta(days=5, hours=12)).isoformat()
    async with told(world(nextReset=reset, license={"operations": 1000, "transfer": 100}, transfer="85")) as account:
        found = await account.ask("account_overview")
    (shown,) = found["organizations"]
    # 900 so far, 10 in each of the last seven full days, six days to go.
    assert shown["operations"] == {
        "used": 900, "limit": 1000, "percent": 90.0, "resets": reset, "daysLeft": 6, "atPaceOf7Days": 960,
    }  # fmt: skip
    assert shown["transfer"] == {"used": 85, "limit": 100, "percent": 85.0}
    assert proposed(found) == [("organizations_usage", {"organizationId": 1})]


async def test_no_pace_is_told_of_a_few_days_nor_where_nobody_knows_when_the_count_begins_anew():
    reset = (datetime.now(UTC) + timedelta(days=5)).isoformat()
    young = world(nextReset=reset) | {"/organizations/1/usage": {"data": [{"operations": 10}] * 7}}
    async with told(young) as account:
        (shown,) = (await account.ask("account_overview"))["organizations"]
    assert shown["operations"].keys() == {"used", "limit", "percent", "resets", "daysLeft"}
    async with told(world(nextReset=None)) as account:
        (shown,) = (await account.ask("account_overview"))["organizations"]
        assert not any("usage" in request.url.path for request in account.sent)
    assert shown["operations"] == {"used": 900, "limit": 1000, "percent": 90.0}


async def test_a_plan_that_cannot_be_read_does_not_lose_the_rest():
    async with told(world() | {"/organizations/1": refusal(403, "SC403")}) as account:
        found = await account.ask("account_overview")
    assert found["organizations"] == [
        {"id": 1, "name": "O", "teams": [{"id": 10, "name": "T", "active": 0, "scenarios": 0}]}
    ]
    assert found["unread"] == ['The plan of "O" could not be read (Make answered 403 SC403).']


async def test_an_organization_that_is_asked_for_is_what_it_cannot_do_without():
    async with told(world() | {"/organizations/1": refusal(403, "SC403")}) as account:
        assert "403 SC403" in await account.refused("account_overview", organizationId=1)


async def test_the_largest_concerns_are_looked_into_and_the_others_are_named_as_unread():
    many = (
        [scenario(1000 + n) for n in range(60)]
        + [scenario(n, dlqCount=n) for n in range(1, 13)]
        + [scenario(99, isinvalid=True)]
    )
    logs: dict[str, Any] = {f"/scenarios/{one['id']}/logs": {"scenarioLogs": []} for one in many}
    async with told(world() | {"/scenarios": {"scenarios": many}} | logs) as account:
        found = await account.ask("account_overview")
    looked_into = [request.url.path.split("/")[-2] for request in account.sent if request.url.path.endswith("/logs")]
    assert len(looked_into) == 24
    assert set(map(str, [*range(1, 13), 99])) <= set(looked_into)
    assert found["unread"] == [
        "The logs of 49 more scenarios that are on: scenarios_logs with status 3 shows their failures."
    ]
    (team,) = found["organizations"][0]["teams"]
    assert [one["id"] for one in team["concerns"]] == [*range(12, 2, -1)]
    assert team["moreConcerns"] == 3


@pytest.mark.usefixtures("clock")
async def test_logs_for_which_no_time_is_left_are_named_as_unread():
    answers = world() | {"/scenarios": {"scenarios": [scenario(n) for n in range(1, 25)]}}

    class Slow(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            await asyncio.sleep(2)
            return httpx2.Response(
                200, json=answers.get(request.url.path.partition("/api/v2")[2], {"scenarioLogs": []})
            )

    async with calling(Slow(), {**MATON_ONLY, "timeout": 20}) as caller:
        answer = await caller.call("account_overview", {})
    assert answer.data is not None, answer.text
    # Eight seconds for what comes first, then four logs at a time until less than six are left.
    assert answer.data["unread"] == [
        "The logs of 8 more scenarios that are on: scenarios_logs with status 3 shows their failures."
    ]


async def test_what_failed_and_was_switched_off_for_it_is_told():
    failed = {"id": "a" * 32, "timestamp": "2026-03-09T10:00:00.000Z", "status": 3, "error": "[500] no"}
    answers = world() | {
        "/scenarios": {"scenarios": [scenario(5, isActive=False)]},
        "/scenarios/5/logs": {"scenarioLogs": [failed, failed]},
    }
    async with told(answers) as account:
        found = await account.ask("account_overview")
    (team,) = found["organizations"][0]["teams"]
    assert team == {
        "id": 10, "name": "T", "active": 0, "scenarios": 1,
        "concerns": [{"id": 5, "name": "S5", "failed": 2, "why": "[500] no", "isOff": True}],
    }  # fmt: skip


async def test_the_moment_counts_in_milliseconds_and_is_a_day_ago_unless_given():
    asked: list[int] = []

    def logs(request: httpx2.Request) -> dict[str, Any]:
        asked.append(int(request.url.params["from"]))
        return {"scenarioLogs": []}

    async with told(
        world() | {"/scenarios": {"scenarios": [scenario(5)]}, "/scenarios/5/logs": logs}, MATON
    ) as account:
        await account.ask("account_overview", since="2026-03-09T18:00:00+02:00")
        await account.ask("account_overview")
    assert asked[0] == 1_773_072_000_000
    assert abs(asked[1] / 1000 - (datetime.now(UTC) - timedelta(days=1)).timestamp()) < 3600


async def test_scenarios_that_cannot_be_read_are_not_counted_as_none():
    async with told(world() | {"/scenarios": refusal(403, "SC403")}) as account:
        found = await account.ask("account_overview")
    assert found["organizations"][0]["teams"] == [{"id": 10, "name": "T"}]
    assert found["unread"] == ['The scenarios of "O" could not be read (Make answered 403 SC403).']


async def test_of_many_teams_those_with_a_concern_are_shown():
    many = {"teams": [{"id": 10 + n, "name": f"T{n}"} for n in range(50)]}
    scenarios = {"scenarios": [scenario(5, teamId=59, dlqCount=3), scenario(6, teamId=40, isinvalid=True)]}
    logs: dict[str, Any] = {f"/scenarios/{n}/logs": {"scenarioLogs": []} for n in (5, 6)}
    async with told(world() | {"/teams": many, "/scenarios": scenarios} | logs) as account:
        (shown,) = (await account.ask("account_overview"))["organizations"]
    assert [team["id"] for team in shown["teams"]] == [40, 59, *range(10, 38)]
    assert shown["moreTeams"] == 20


async def test_more_failures_than_are_counted_are_said_to_be():
    failed = {"id": "a" * 32, "timestamp": "2026-03-09T10:00:00.000Z", "status": 3, "error": "no"}
    answers = world() | {
        "/scenarios": {"scenarios": [scenario(5)]},
        "/scenarios/5/logs": {"scenarioLogs": [failed] * 101},
    }
    async with told(answers) as account:
        (shown,) = (await account.ask("account_overview"))["organizations"]
    assert shown["teams"][0]["concerns"] == [{"id": 5, "name": "S5", "failed": 100, "moreFailed": True, "why": "no"}]


async def test_more_organizations_than_are_read_are_said_to_be():
    many = [{"id": n, "name": f"O{n}"} for n in range(1, 26)]
    async with told(world() | {"/organizations": {"organizations": many}}) as account:
        found = await account.ask("account_overview")
    assert len(found["organizations"]) == 20
    assert "Only the first 20 organizations were read: give organizationId." in found["unread"]


async def test_a_moment_that_makes_no_sense_is_refused_with_a_word_on_it():
    async with told(world()) as account:
        for since, says in (
            ("0001-01-01", "`since` is before 2012"),
            ("2011-12-31T23:59:59Z", "`since` is before 2012"),
            ("2500-01-01", "`since` is in the future"),
            ("yesterday", "`since` is no time"),
        ):
            refused = await account.refused("account_overview", since=since)
            assert refused.startswith("account_overview was not called: ")
            assert says in refused
        assert account.sent == []
        await account.ask("account_overview", since="2012-01-01")


async def test_of_many_organizations_near_their_limits_a_few_steps_are_proposed():
    full = {"operations": "900", "license": {"operations": 1000}}
    answers: dict[str, Any] = {f"/organizations/{n}": {"organization": {"id": n} | full} for n in range(1, 19)}
    answers |= {"/organizations": {"organizations": [{"id": n, "name": "O"} for n in range(1, 19)]}}
    wrong = {"scenarios": [scenario(n, isinvalid=True) for n in range(1, 9)]}
    async with told(world() | answers) as account:
        assert len(proposed(await account.ask("account_overview"))) == 3
    async with told(world() | answers | {"/scenarios": wrong}) as account:
        steps = proposed(await account.ask("account_overview"))
    assert [tool for tool, _ in steps] == ["scenarios_diagnose", "scenarios_diagnose", "organizations_usage"]
