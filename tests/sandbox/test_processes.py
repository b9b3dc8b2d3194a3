"""Several processes on one file, and a process that is killed while it writes."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
from tests.sandbox.practice import NORTHWIND, OPERATIONS, Door

import make_sandbox

PATIENCE = 60
WRITES = 120
AT_ONCE = 4


@contextmanager
def process(database: Path, **options: Any) -> Generator[tuple[subprocess.Popen[bytes], int]]:
    """A process that serves the account in this file, and its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = (
        f"import make_sandbox; make_sandbox.serve('127.0.0.1', {port}, {str(database)!r}, limits=False, **{options})"
    )
    with subprocess.Popen([sys.executable, "-c", script]) as server:
        try:
            yield server, port
        finally:
            server.kill()


@asynccontextmanager
async def door(port: int, *, retries: int = 8) -> AsyncGenerator[Door]:
    # The transport tries again to connect, a little later each time, until the server listens.
    headers = {"authorization": f"Token {make_sandbox.TOKEN}"}
    async with httpx2.AsyncClient(
        transport=httpx2.AsyncHTTPTransport(retries=retries),
        base_url=f"http://127.0.0.1:{port}",
        headers=headers,
        timeout=PATIENCE,
    ) as client:
        yield Door(client, "/api/v2")


async def write(make: Door, name: str) -> int:
    return (await make.post("/teams", {"name": name, "organizationId": NORTHWIND}))["team"]["id"]


async def teams(make: Door) -> dict[int, str]:
    return {team["id"]: team["name"] for team in (await make.get(f"/teams?organizationId={NORTHWIND}"))["teams"]}


async def test_two_processes_that_open_a_new_file_at_once_share_one_account(tmp_path: Path) -> None:
    database = tmp_path / "account.sqlite3"
    with process(database) as (_, one), process(database) as (_, other):
        async with door(one) as first, door(other) as second, asyncio.TaskGroup() as group:
            group.create_task(first.get("/users/me"))
            group.create_task(second.get("/users/me"))
        async with door(one) as first, door(other) as second:
            assert len(await teams(first)) == 3
            id_ = await write(first, "Seen by both")
            assert (await teams(second))[id_] == "Seen by both"


async def test_two_processes_write_at_once_without_an_error_or_a_lost_write(tmp_path: Path) -> None:
    database = tmp_path / "account.sqlite3"
    written: dict[int, str] = {}

    async def writer(make: Door, name: str) -> None:
        for number in range(WRITES // (2 * AT_ONCE)):
            id_ = await write(make, f"{name} {number}")
            assert id_ not in written, "each number is given once"
            written[id_] = f"{name} {number}"

    with process(database, world="empty") as (_, one), process(database, world="empty") as (_, other):
        async with door(one) as first, door(other) as second:
            async with asyncio.TaskGroup() as group:
                for make, process_name in ((first, "One"), (second, "Other")):
                    for task in range(AT_ONCE):
                        group.create_task(writer(make, f"{process_name} {task}"))
            assert len(written) == WRITES
            for make in (first, second):
                found = await teams(make)
                assert {id_: found[id_] for id_ in written} == written


async def test_changes_of_one_thing_by_two_processes_are_all_kept(tmp_path: Path) -> None:
    """Each creation adds a role to the one user that both processes change."""
    database = tmp_path / "account.sqlite3"
    with process(database, world="empty") as (_, one), process(database, world="empty") as (_, other):
        async with door(one) as first, door(other) as second:
            async with asyncio.TaskGroup() as group:
                for number in range(20):
                    group.create_task(write(first, f"One {number}"))
                    group.create_task(write(second, f"Other {number}"))
            roles = (await first.get("/users/me?cols[]=userTeamRoles"))["authUser"]["userTeamRoles"]
            assert {role["teamId"] for role in roles} == set(await teams(second))
            assert len(roles) == 41


async def test_a_killed_process_loses_nothing_that_it_had_answered(tmp_path: Path) -> None:
    database = tmp_path / "account.sqlite3"
    answered: dict[int, str] = {}
    enough = anyio.Event()

    async def writer(make: Door, name: str) -> None:
        with contextlib.suppress(httpx2.TransportError):
            for number in range(10_000):
                answered[await write(make, f"{name} {number}")] = f"{name} {number}"
                if len(answered) == WRITES:
                    enough.set()

    with process(database, world="empty") as (server, port):
        async with door(port) as make:
            await make.get("/users/me")
        async with door(port, retries=0) as make, asyncio.TaskGroup() as group:
            for task in range(AT_ONCE):
                group.create_task(writer(make, f"Writer {task}"))
            await enough.wait()
            # In the middle of the next writes: each writer has one on its way.
            server.send_signal(signal.SIGKILL)
        assert server.wait(PATIENCE) == -signal.SIGKILL
    with contextlib.closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with process(database) as (_, port):
        async with door(port) as make:
            found = await teams(make)
            assert {id_: found.get(id_) for id_ in answered} == answered
            # What was on its way is there whole or not at all: each team has its maker.
            roles = (await make.get("/users/me?cols[]=userTeamRoles"))["authUser"]["userTeamRoles"]
            assert {role["teamId"] for role in roles} == set(found)
            assert OPERATIONS in found
