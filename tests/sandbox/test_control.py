"""The practice account's own addresses: a clock that can be moved, and a new beginning."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
from tests.sandbox.practice import CARE, NOON, NORTHWIND, OPERATIONS, Clock, Door

import make_sandbox


@pytest.fixture
async def account(client: httpx2.AsyncClient) -> AsyncIterator[Door]:
    """The account's own addresses, without a key."""
    transport = client._transport  # pyright: ignore[reportPrivateUsage] - the same application, another client
    async with httpx2.AsyncClient(transport=transport, base_url="http://sandbox") as keyless:
        yield Door(keyless, "/sandbox")


def moment(state: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(state["now"])


async def test_the_account_tells_what_a_newcomer_needs(account: Door, make: Door) -> None:
    state = await account.get("")
    assert (state["world"], state["seed"], state["frozen"]) == ("demo", 0, False)
    assert state["make"] == {"url": "http://sandbox/api/v2", "token": make_sandbox.TOKEN}
    assert state["maton"] == {"url": "http://sandbox/make/api/v2", "key": make_sandbox.KEY}
    assert {"id": CARE, "name": "Customer Care", "organizationId": NORTHWIND} in state["teams"]
    assert [row["id"] for row in state["organizations"]] == [
        row["id"] for row in (await make.get("/organizations?pg[sortBy]=id"))["organizations"]
    ]


async def test_it_names_what_can_be_worked_with(account: Door, make: Door) -> None:
    state = await account.get("")
    scenarios = (await make.get(f"/scenarios?organizationId={NORTHWIND}"))["scenarios"]
    named = {row["id"]: (row["name"], row["isActive"], row["isinvalid"]) for row in state["scenarios"]}
    assert {row["id"]: (row["name"], row["isActive"], row["isinvalid"]) for row in scenarios}.items() <= named.items()
    assert {row["organizationId"] for row in state["teams"]} == {row["id"] for row in state["organizations"]}
    hook = next(row for row in state["hooks"] if row["name"] == "New orders")
    assert hook["url"] == (await make.hook(hook["teamId"], "New orders"))["url"]
    assert await Door(account.client, "").get("/") == state


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/clock"), ("GET", "/"), ("GET", "/nothing"), ("POST", ""), ("DELETE", "/reset")]
)
async def test_elsewhere_it_says_what_there_is(account: Door, method: str, path: str) -> None:
    response = await account.send(method, path)
    assert response.status_code == 404
    assert "POST /sandbox/clock" in response.json()["message"]


async def test_a_clock_that_should_go_back_is_told_what_time_it_is(account: Door) -> None:
    answer = await account.post("/clock", {"now": "2026-04-01T00:00:00Z"}, 400)
    assert answer["detail"][1].endswith("it is 2026-04-14T12:00:00.000Z.")


async def test_the_clock_is_moved_on_and_goes_on_from_there(account: Door, clock: Clock) -> None:
    assert moment(await account.post("/clock", {"forward": 3600})) == NOON + timedelta(hours=1)
    clock.go(minutes=5)
    assert moment(await account.get("")) == NOON + timedelta(hours=1, minutes=5)


async def test_a_stopped_clock_stands_still_until_it_is_let_go(account: Door, clock: Clock) -> None:
    state = await account.post("/clock", {"frozen": True})
    assert (state["frozen"], moment(state)) == (True, NOON)
    clock.go(days=1)
    assert moment(await account.get("")) == NOON
    assert moment(await account.post("/clock", {"forward": 60})) == NOON + timedelta(minutes=1)
    assert (await account.get(""))["frozen"]
    await account.post("/clock", {"frozen": False})
    clock.go(minutes=2)
    assert moment(await account.get("")) == NOON + timedelta(minutes=3)


async def test_the_clock_is_set_to_a_moment(account: Door) -> None:
    state = await account.post("/clock", {"now": "2026-05-01T08:00:00+02:00", "frozen": True})
    assert state["now"] == "2026-05-01T06:00:00.000Z"


async def test_what_comes_due_on_the_way_happens_at_its_own_time(account: Door, make: Door) -> None:
    scenario = await make.scenario("Stock sync")
    before = len(await make.logs(scenario["id"]))
    await account.post("/clock", {"forward": 24 * 3600})
    runs = (await make.logs(scenario["id"]))[:-before]
    assert len(runs) == 8
    assert len({run["timestamp"] for run in runs}) == 8
    assert all(NOON < datetime.fromisoformat(run["timestamp"]) < NOON + timedelta(days=1) for run in runs)


async def test_a_year_is_played_through_at_once(account: Door, make: Door) -> None:
    scenario = await make.scenario("Stock sync")
    await account.post("/clock", {"forward": 365 * 24 * 3600})
    runs = (await make.get(f"/scenarios/{scenario['id']}/logs?pg[limit]=10000"))["scenarioLogs"]
    assert len([run for run in runs if run["timestamp"] > "2026-04-14T12:00"]) == 365 * 8
    assert runs[0]["timestamp"] > "2027-04-14T09"
    usage = (await make.get(f"/teams/{OPERATIONS}/usage"))["data"]
    assert all(day["operations"] > 0 for day in usage)
    team = (await make.get(f"/teams/{OPERATIONS}"))["team"]
    assert team["consumedOperations"] == sum(day["operations"] for day in usage)


async def test_a_step_with_more_runs_than_can_be_played_is_refused(account: Door, make: Door) -> None:
    scenario = await make.scenario("Supplier price watch")
    often = {"scheduling": '{"type": "indefinitely", "interval": 60}'}
    await make.patch(f"/scenarios/{scenario['id']}", often)
    await make.post(f"/scenarios/{scenario['id']}/start")
    answer = await account.post("/clock", {"forward": 30 * 24 * 3600}, 400)
    assert "take smaller steps" in answer["detail"][1]
    assert moment(await account.get("")) == NOON
    await account.post("/clock", {"forward": 24 * 3600})
    runs = (await make.get(f"/scenarios/{scenario['id']}/logs?pg[limit]=10000"))["scenarioLogs"]
    assert len(runs) == 24 * 60  # the last one has not ended yet


async def test_an_account_that_slept_too_long_goes_on_at_the_times_of_its_schedules(make: Door, clock: Clock) -> None:
    scenario = await make.scenario("Stock sync")
    before = datetime.fromisoformat(scenario["nextExec"])
    often = await make.scenario("Supplier price watch")
    await make.patch(f"/scenarios/{often['id']}", {"scheduling": '{"type": "indefinitely", "interval": 60}'})
    await make.post(f"/scenarios/{often['id']}/start")
    clock.go(days=60)
    after = datetime.fromisoformat((await make.scenario("Stock sync"))["nextExec"])
    assert clock.moment < after <= clock.moment + timedelta(hours=3)
    assert (after - before) % timedelta(hours=3) == timedelta()


async def test_a_run_ends_when_its_time_is_over(account: Door, make: Door) -> None:
    scenario = await make.scenario("Lead scoring")
    await make.post(f"/scenarios/{scenario['id']}/run", {"data": {"email": "a@example.com"}})
    before = await make.logs(scenario["id"])
    await account.post("/clock", {"forward": 10})
    assert len(await make.logs(scenario["id"])) == len(before) + 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"forward": -1},
        {"forward": 400 * 24 * 3600},
        {"forward": 10**15},
        {"forward": -(10**15)},
        {"now": "9999-12-31T23:59:59Z"},
        {"forward": "1"},
        {"now": "2026-04-14T11:00:00Z"},
        {"now": "tomorrow"},
        {"now": 5},
        {"now": "2026-05-01T00:00:00Z", "forward": 1},
        {"frozen": "yes"},
        {"backward": 5},
    ],
)
async def test_what_the_clock_does_not_take_is_refused_and_leaves_it(account: Door, body: Any) -> None:
    answer = await account.post("/clock", body, 400)
    assert answer["code"] == "SC400"
    assert moment(await account.get("")) == NOON


async def test_a_reset_starts_over(account: Door, make: Door) -> None:
    before = (await make.send("GET", f"/scenarios?organizationId={NORTHWIND}")).text
    await make.delete(f"/teams/{CARE}?confirmed=true")
    await account.post("/clock", {"forward": 3600})
    state = await account.post("/reset")
    assert moment(state) == NOON
    assert (await make.send("GET", f"/scenarios?organizationId={NORTHWIND}")).text == before


async def test_a_reset_may_choose_the_world_and_the_seed(account: Door, make: Door) -> None:
    state = await account.post("/reset", {"world": "empty", "seed": 7})
    assert (state["world"], state["seed"]) == ("empty", 7)
    assert (await make.get(f"/scenarios?organizationId={NORTHWIND}"))["scenarios"] == []
    again = await account.post("/reset")
    assert (again["world"], again["seed"]) == ("empty", 7)
    await account.post("/reset", {"world": "full"}, 400)
    await account.post("/reset", {"seed": -1}, 400)
    assert (await account.get(""))["world"] == "empty"


async def test_the_accounts_own_addresses_are_neither_makes_nor_matons(make: Door, maton: Door) -> None:
    await make.get("/sandbox", 401)
    await maton.get("/make/api/v2/sandbox", 404)
