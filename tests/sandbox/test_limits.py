"""How many requests may come: Make's limit per organization and minute, Maton's per second."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
from tests.sandbox.practice import HARBOR, NORTHWIND, Clock, Door

import make_sandbox

TOO_MANY = {"message": "Requests limit for organization exceeded, please try again later."}
GATEWAY = "/make/api/v2"


class Stopwatch:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def stopwatch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
async def client(clock: Clock, stopwatch: Stopwatch) -> AsyncIterator[httpx2.AsyncClient]:
    app = make_sandbox.create_app(clock=clock, timer=stopwatch)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://sandbox") as client:
        yield client


async def exhaust(make: Door, path: str, requests: int) -> None:
    for _ in range(requests):
        await make.get(path)


async def license_of(make: Door, organization: int) -> int:
    return (await make.get(f"/organizations/{organization}"))["organization"]["license"]["apiLimit"]


@pytest.mark.parametrize("organization", [NORTHWIND, HARBOR])
async def test_an_organization_has_the_requests_of_its_plan_in_a_minute(make: Door, organization: int) -> None:
    limit = await license_of(make, organization)
    await exhaust(make, f"/teams?organizationId={organization}", limit - 1)
    assert await make.get(f"/teams?organizationId={organization}", 429) == TOO_MANY


async def test_waiting_until_the_minute_is_over_helps(make: Door, stopwatch: Stopwatch) -> None:
    await exhaust(make, f"/teams?organizationId={HARBOR}", 30)
    stopwatch.seconds += 59.5
    await make.get(f"/teams?organizationId={HARBOR}", 429)
    stopwatch.seconds += 1
    await make.get(f"/teams?organizationId={HARBOR}")


async def test_moving_the_clock_on_is_as_good_as_waiting(make: Door, clock: Clock) -> None:
    await exhaust(make, f"/teams?organizationId={HARBOR}", 30)
    await make.get(f"/teams?organizationId={HARBOR}", 429)
    clock.go(seconds=61)
    await make.get(f"/teams?organizationId={HARBOR}")


async def test_the_limit_of_one_organization_leaves_the_other_alone(make: Door) -> None:
    await exhaust(make, f"/teams?organizationId={HARBOR}", 30)
    await make.get(f"/organizations/{HARBOR}", 429)
    await make.get(f"/organizations/{NORTHWIND}")


async def test_whatever_belongs_to_the_organization_counts_and_nothing_else(make: Door) -> None:
    (team,) = (await make.get(f"/teams?organizationId={HARBOR}"))["teams"]
    (scenario,) = (await make.get(f"/scenarios?teamId={team['id']}"))["scenarios"]
    for path in ("/users/me", "/ping", "/enums/countries", "/organizations", "/notifications"):
        for _ in range(5):
            await make.send("GET", path)
    await exhaust(make, f"/scenarios/{scenario['id']}", 14)
    await exhaust(make, f"/connections?teamId={team['id']}", 14)
    await make.get(f"/scenarios/{scenario['id']}/logs", 429)
    await make.get("/users/me")


async def test_a_refused_write_changes_nothing(make: Door, stopwatch: Stopwatch) -> None:
    await exhaust(make, f"/teams?organizationId={HARBOR}", 30)
    assert await make.post("/teams", {"name": "One too many", "organizationId": HARBOR}, 429) == TOO_MANY
    stopwatch.seconds += 60
    assert len((await make.get(f"/teams?organizationId={HARBOR}"))["teams"]) == 1


async def test_runs_are_not_counted(make: Door) -> None:
    scenario = await make.scenario("Lead scoring")
    for _ in range(998):
        await make.get(f"/organizations/{NORTHWIND}")
    for _ in range(3):
        body = {"data": {"email": "a@example.com"}, "responsive": True}
        assert "executionId" in await make.post(f"/scenarios/{scenario['id']}/run", body)
    await make.get(f"/scenarios/{scenario['id']}")
    await make.get(f"/scenarios/{scenario['id']}", 429)


async def test_the_gateway_lets_ten_requests_a_second_through(maton: Door, stopwatch: Stopwatch) -> None:
    await exhaust(maton, f"{GATEWAY}/users/me", 9)
    await maton.get("/connections")
    assert "10 requests per second" in (await maton.get(f"{GATEWAY}/users/me", 429))["message"]
    await maton.get("/connections", 429)
    stopwatch.seconds += 1
    await exhaust(maton, f"{GATEWAY}/users/me", 10)


async def test_makes_limit_counts_behind_the_gateway_as_well(maton: Door, stopwatch: Stopwatch) -> None:
    for _ in range(3):
        await exhaust(maton, f"{GATEWAY}/organizations/{HARBOR}", 10)
        stopwatch.seconds += 1
    assert await maton.get(f"{GATEWAY}/organizations/{HARBOR}", 429) == TOO_MANY


async def test_without_limits_nobody_is_refused(clock: Clock) -> None:
    transport = httpx2.ASGITransport(make_sandbox.create_app(clock=clock, limits=False))
    headers = {"authorization": f"Bearer {make_sandbox.KEY}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://sandbox", headers=headers) as client:
        await exhaust(Door(client, ""), f"{GATEWAY}/organizations/{HARBOR}", 40)
