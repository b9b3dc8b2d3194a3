"""The database: files keep everything, and the same moment makes the same account."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from tests.sandbox.practice import CARE, NOON, NORTHWIND, Clock, Door

import make_sandbox

PATHS = (
    "/organizations?cols[]=*",
    f"/users?organizationId={NORTHWIND}",
    f"/teams?organizationId={NORTHWIND}&cols[]=*",
    f"/scenarios?organizationId={NORTHWIND}",
    f"/connections?teamId={CARE}",
    f"/hooks?teamId={CARE}",
    f"/data-stores?teamId={CARE}",
    "/templates",
    "/dlqs?scenarioId=4667501",
    "/scenarios/4667499/logs",
    "/scenarios/4667499/blueprint",
    "/notifications",
    f"/organizations/{NORTHWIND}/usage",
)


@asynccontextmanager
async def opened(database: Path | None, clock: Clock) -> AsyncGenerator[Door]:
    app = make_sandbox.create_app(database, clock=clock, limits=False)
    headers = {"authorization": f"Token {make_sandbox.TOKEN}"}
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://sandbox", headers=headers) as client:
        yield Door(client, "/api/v2")


async def everything(make: Door) -> dict[str, str]:
    return {path: (await make.send("GET", path)).text for path in PATHS}


async def test_a_reopened_file_keeps_its_state(tmp_path: Path) -> None:
    database = tmp_path / "account.sqlite3"
    async with opened(database, Clock()) as make:
        await make.post("/teams", {"name": "Kept", "organizationId": NORTHWIND})
        await make.delete(f"/teams/{CARE}?confirmed=true")
        before = (await make.get(f"/teams?organizationId={NORTHWIND}"))["teams"]
    async with opened(database, Clock()) as make:
        assert (await make.get(f"/teams?organizationId={NORTHWIND}"))["teams"] == before
    assert [team["name"] for team in before] == ["Kept", "Marketing", "Operations"]


async def test_numbers_are_not_given_again_after_reopening(tmp_path: Path) -> None:
    database = tmp_path / "account.sqlite3"
    body = {"name": "New", "organizationId": NORTHWIND}
    async with opened(database, Clock()) as make:
        first = (await make.post("/teams", body))["team"]["id"]
        await make.delete(f"/teams/{first}?confirmed=true")
    async with opened(database, Clock()) as make:
        assert (await make.post("/teams", body))["team"]["id"] == first + 1


async def test_two_open_accounts_share_a_file(tmp_path: Path) -> None:
    database = tmp_path / "account.sqlite3"
    async with opened(database, Clock()) as one, opened(database, Clock()) as other:
        team = (await one.post("/teams", {"name": "Shared", "organizationId": NORTHWIND}))["team"]
        assert (await other.get(f"/teams/{team['id']}"))["team"] == team


async def test_accounts_in_memory_are_apart() -> None:
    async with opened(None, Clock()) as one, opened(None, Clock()) as other:
        team = (await one.post("/teams", {"name": "Apart", "organizationId": NORTHWIND}))["team"]
        await other.get(f"/teams/{team['id']}", 403)


async def test_the_same_moment_makes_the_same_account(tmp_path: Path) -> None:
    async with opened(None, Clock()) as one, opened(tmp_path / "account.sqlite3", Clock()) as other:
        assert await everything(one) == await everything(other)


async def test_the_same_requests_make_the_same_changes() -> None:
    async with opened(None, Clock()) as one, opened(None, Clock()) as other:
        for make in (one, other):
            await make.post("/scenarios/4667501/run", {})
            await make.post(
                "/hooks?useDefaults=requiredOnly", {"name": "N", "teamId": CARE, "typeName": "gateway-webhook"}
            )
        assert await everything(one) == await everything(other)


async def test_another_moment_moves_the_history_with_it() -> None:
    later = Clock(NOON + timedelta(days=100))
    async with opened(None, Clock()) as one, opened(None, later) as other:
        path = "/scenarios/4667500/logs?pg[limit]=1"
        newest = [(await make.get(path))["scenarioLogs"][0]["timestamp"] for make in (one, other)]
    assert newest[0].startswith("2026-04-14")
    assert newest[1].startswith("2026-07-23")


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    database = tmp_path / "account.sqlite3"
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(ValueError, match="another version"):
        make_sandbox.create_app(database)
