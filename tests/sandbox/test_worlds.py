"""The worlds: `demo` and `empty`, and what a seed is good for."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.sandbox.practice import NOON, NORTHWIND, OPERATIONS, Clock, Door
from tests.sandbox.test_persistence import PATHS

import make_sandbox


@asynccontextmanager
async def opened(clock: Clock, **options: Any) -> AsyncGenerator[Door]:
    transport = httpx2.ASGITransport(make_sandbox.create_app(clock=clock, limits=False, **options))
    headers = {"authorization": f"Token {make_sandbox.TOKEN}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://sandbox", headers=headers) as client:
        yield Door(client, "/api/v2")


async def everything(clock: Clock, **options: Any) -> list[str]:
    async with opened(clock, **options) as make:
        return [(await make.send("GET", path)).text for path in PATHS]


async def test_the_empty_world_has_one_organization_one_team_and_one_user() -> None:
    async with opened(Clock(), world="empty") as make:
        (organization,) = (await make.get("/organizations"))["organizations"]
        (team,) = (await make.get(f"/teams?organizationId={organization['id']}"))["teams"]
        (user,) = (await make.get(f"/users?teamId={team['id']}"))["users"]
        assert (organization["id"], team["id"]) == (NORTHWIND, OPERATIONS)
        assert user["id"] == (await make.get("/users/me"))["authUser"]["id"]
        for path, key in (
            (f"/scenarios?teamId={team['id']}", "scenarios"),
            (f"/connections?teamId={team['id']}", "connections"),
            (f"/hooks?teamId={team['id']}", "hooks"),
            (f"/data-stores?teamId={team['id']}", "dataStores"),
            (f"/templates?teamId={team['id']}", "templates"),
            ("/notifications", "notifications"),
        ):
            assert (await make.get(path))[key] == []
        usage = (await make.get(f"/organizations/{organization['id']}/usage"))["data"]
        assert {day["operations"] for day in usage} == {0}


async def test_the_empty_world_can_be_worked_in() -> None:
    async with opened(Clock(), world="empty") as make:
        blueprint = '{"name": "First", "flow": [], "metadata": {}}'
        body = {"teamId": OPERATIONS, "blueprint": blueprint, "scheduling": '{"type": "on-demand"}'}
        scenario = (await make.post("/scenarios", body))["scenario"]
        await make.post(f"/scenarios/{scenario['id']}/start")
        assert (await make.post(f"/scenarios/{scenario['id']}/run", {"responsive": True}))["status"] == 1


async def test_the_gateway_works_in_the_empty_world_at_once() -> None:
    transport = httpx2.ASGITransport(make_sandbox.create_app(world="empty", clock=Clock()))
    headers = {"authorization": f"Bearer {make_sandbox.KEY}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://sandbox", headers=headers) as client:
        assert (await client.get("/make/api/v2/organizations")).status_code == 200


@pytest.mark.parametrize("world", ["demo", "empty"])
async def test_the_same_seed_makes_the_same_world(world: str) -> None:
    assert await everything(Clock(), world=world, seed=5) == await everything(Clock(), world=world, seed=5)


async def test_another_seed_makes_another_world_of_the_same_kind() -> None:
    one, other = await everything(Clock(), seed=1), await everything(Clock(), seed=2)
    assert one != other
    async with opened(Clock(), seed=1) as make:
        path = f"/scenarios?organizationId={NORTHWIND}&cols[]=id&cols[]=name"
        first = await make.get(path)
    async with opened(Clock(), seed=2) as make:
        assert await make.get(path) == first


async def test_the_history_is_the_same_all_day() -> None:
    """A minute later nothing else has happened than what a schedule brought about in that minute."""
    path = "/scenarios/4667499/logs?pg[limit]=1000"
    async with opened(Clock()) as make:
        first = await make.get(path)
    async with opened(Clock(NOON + timedelta(minutes=1))) as make:
        assert await make.get(path) == first


async def test_a_file_keeps_its_world_and_a_reset_changes_it(tmp_path: Path) -> None:
    database = tmp_path / "account.sqlite3"
    make_sandbox.create_app(database, world="empty", seed=3, clock=Clock())
    make_sandbox.create_app(database, clock=Clock())
    make_sandbox.create_app(database, world="empty", seed=3, clock=Clock())
    with pytest.raises(ValueError, match="holds the world 'empty' and not 'demo'"):
        make_sandbox.create_app(database, world="demo", clock=Clock())
    with pytest.raises(ValueError, match="holds the seed '3' and not '4'"):
        make_sandbox.create_app(database, seed=4, clock=Clock())
    make_sandbox.create_app(database, world="demo", reset=True, clock=Clock())
    make_sandbox.create_app(database, world="demo", clock=Clock())


async def test_a_world_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there are the worlds demo and empty"):
        make_sandbox.create_app(tmp_path / "account.sqlite3", world="full", clock=Clock())


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"limit": False}, "has no option 'limit'; there are world, seed, reset, limits, clock, timer"),
        ({"fail": "429:1"}, "has no option 'fail'"),
        ({"limits": "off"}, "'limits' takes True or False"),
        ({"reset": 1}, "'reset' takes True or False"),
        ({"seed": "7"}, "'seed' takes a whole number"),
        ({"seed": True}, "'seed' takes a whole number"),
        ({"clock": "2026-05-01"}, "'clock' takes a function"),
    ],
)
def test_an_option_that_does_not_fit_is_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(TypeError, match=says):
        make_sandbox.create_app(**options)
