"""What a preview of each tool that writes says, on the demo account; and that it leaves the account as it was.

The snapshots in `previews/` are what a person reads before a change: read the difference before you accept one.
"""

import hashlib
import json
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from tests.conftest import Accepted
from tests.end_to_end.accounts import Account
from tests.end_to_end.preview_cases import CASES, INVOICES, Case
from tests.server.network import WRITES

import make_sandbox
from make_mcp.absent import Absent
from make_mcp.answers import Shaping
from make_mcp.app import build
from make_mcp.callers import open_gate
from make_mcp.calls import Caller
from make_mcp.confirmation import schema
from make_mcp.secrets import Credentials
from make_mcp.selection import tool
from make_mcp.settings import load
from make_mcp.upstream import Upstreams
from make_mcp.upstream.doors import Door, Doors, make_door, maton_door
from make_tools import GROUPS, Upstream

SNAPSHOTS = Path(__file__).parent / "previews"
NOON = datetime(2026, 11, 19, 12, tzinfo=UTC)
TOOLS = {endpoint.name: endpoint for group in GROUPS for endpoint in group.endpoints}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo account in a file, on a clock that stands still: nothing comes due."""
    path = tmp_path_factory.mktemp("previews") / "demo.sqlite3"
    make_sandbox.create_app(path, clock=lambda: NOON)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@asynccontextmanager
async def account_in(database: Path, *ways: Upstream) -> AsyncGenerator[Account]:
    """A client on the account in this file, by these ways to Make."""
    app = make_sandbox.create_app(database, clock=lambda: NOON, limits=False)
    every: dict[Upstream, Door] = {
        "maton": maton_door("https://maton.sandbox.localhost", make_sandbox.KEY),
        "make": make_door("https://make.sandbox.localhost", make_sandbox.TOKEN),
    }
    doors = Doors({way: door for way, door in every.items() if way in ways}, "maton")
    async with Upstreams(doors, httpx2.ASGITransport(app)) as upstreams:
        settings = load({})
        with open_gate(settings, upstreams) as gate:
            listed = [tool(endpoint, schema("standard", endpoint)) for endpoint in TOOLS.values()]
            shaping, absent = Shaping(Credentials(upstreams.secrets)), Absent(GROUPS, TOOLS, settings)
            server = build(Caller(TOOLS, gate, shaping, absent), listed)
            async with Client(server) as client:
                yield Account(client)


async def preview(account: Account, case: Case) -> dict[str, Any]:
    arguments = {name: await found(account, value) for name, value in case.arguments.items()}
    shown = await account.ask(case.tool, **arguments)
    assert shown["status"] == "confirmation_required"
    assert shown["nothingChanged"] is True
    return shown


async def found(account: Account, value: Any) -> Any:
    """The ids that are made anew with each account."""
    match value:
        case [one]:
            return [await found(account, one)]
        case "of the invoices":
            return (await account.ask("incomplete_executions_list", scenarioId=INVOICES))["dlqs"][0]["id"]
        case "the last":
            return (await account.ask("notifications_list"))["notifications"][0]["id"]
        case "the one":
            return (await account.ask("maton_connections_list"))["connections"][0]["connection_id"]
        case _:
            return value


def test_every_tool_that_writes_is_previewed_here():
    assert {case.tool for case in CASES} == {endpoint.name for endpoint in WRITES}
    assert {path.stem for path in SNAPSHOTS.glob("*.json")} == {case.name for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_preview_says_what_would_happen(case: Case, database: Path, accepted: Accepted):
    async with account_in(database, "maton", "make") as account:
        shown = await preview(account, case)
    if "code" in shown:
        assert len(shown["code"]) == 108
        shown["code"] = "(a code)"
    said = json.dumps({**shown, "request": None})
    # The request is shown as it leaves; nothing else repeats a credential.
    assert "do-not-leak" not in said
    assert "/hook/" not in said
    accepted(SNAPSHOTS / f"{case.name}.json", json.dumps(shown, indent=2, ensure_ascii=False) + "\n")


@pytest.mark.parametrize("ways", [("maton", "make"), ("make",), ("maton",)], ids="+".join)
async def test_previews_leave_the_account_as_it_was_byte_for_byte(ways: tuple[Upstream, ...], database: Path):
    async with account_in(database, *ways) as account:
        # Opening the file writes into its log; from here on nothing does.
        before = contents(database)
        for case in CASES:
            if not set(TOOLS[case.tool].upstreams).isdisjoint(ways):
                await preview(account, case)
        assert contents(database) == before


def contents(database: Path) -> dict[str, str]:
    """The digest of every file of the database, and of all that it holds."""
    with closing(sqlite3.connect(database)) as connection:
        held = hashlib.sha256("\n".join(connection.iterdump()).encode()).hexdigest()
    files = sorted(path for path in database.parent.iterdir() if path.stat().st_size and path.suffix != ".sqlite3-shm")
    return {"held": held} | {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
