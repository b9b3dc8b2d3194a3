"""How fast the practice account answers when it holds much.

    python benchmarks/sandbox.py

It fills a file with 10,000 scenarios of one team and 100,000 runs, half of them of one scenario, serves it on 127.0.0.1
in a process of its own, and asks for each list several times. The account is filled by the functions that its API uses,
so that what a list has to count and to look up is really there. Takes about three minutes; the load is bounded.
"""

import argparse
import contextlib
import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final, cast

import httpx2

import make_sandbox
from make_sandbox import worlds
from make_sandbox.automation import runs, scenarios
from make_sandbox.model.account import Account
from make_sandbox.model.store import Document, Store

LIMIT: Final = 0.050
"""Seconds that a list may take."""
TIMES: Final = 15
BATCH: Final = 2_000
"""How many scenarios or runs one transaction makes."""
FAILING: Final = 40
"""One scenario in so many calls a host that does not exist."""

ORGANIZATION: Final = 2767268
TEAM: Final = 388889
FIRST: Final = 4667499


def blueprint(number: int) -> Document:
    host = "nowhere.invalid" if number % FAILING == FAILING - 1 else "api.example.com"
    modules: list[Document] = [
        {"id": 1, "module": "http:ActionSendData", "version": 3, "mapper": {"url": f"https://{host}/items"}},
        {"id": 2, "module": "builtin:BasicFeeder", "version": 1, "mapper": {"array": "{{1.data}}"}},
        {"id": 3, "module": "slack:CreateMessage", "version": 4, "mapper": {"text": "{{2.name}} was changed"}},
    ]
    settings: Document = {"scenario": {"dlq": True}, "designer": {"orphans": []}}
    return {"name": f"Scenario {number * 7919 % 10_000:05d}", "flow": modules, "metadata": settings}


def fill(database: Path, many_scenarios: int, many_runs: int) -> None:
    """Makes the account: half of the runs belong to the first scenario, and the others to all in turn."""
    now = datetime.now(UTC)
    account = Account(store=Store(database), clock=lambda: now)
    with account.store.transaction():
        worlds.fill(account, "empty", 0)
    made: list[Document] = []
    for numbers in _batches(many_scenarios):
        with account.store.transaction():
            for number in numbers:
                draft = scenarios.Draft(team_id=TEAM, blueprint=blueprint(number), scheduling={"type": "on-demand"})
                scenario = scenarios.create(account, draft)
                if number % 3:
                    scenario = scenarios.start(account, scenario)
                made.append(scenario)
    begin = now - timedelta(days=28)
    step = timedelta(days=28) / many_runs
    for numbers in _batches(many_runs):
        with account.store.transaction():
            for number in numbers:
                scenario = made[0] if number % 2 else made[number // 2 % len(made)]
                runs.finish(account, runs.begin(account, scenario, runs.Trigger(), begin + number * step))


def _batches(many: int) -> Iterator[range]:
    for start in range(0, many, BATCH):
        yield range(start, min(start + BATCH, many))


LISTS: Final = (
    ("organizations", "/organizations?cols[]=*"),
    ("users", f"/users?organizationId={ORGANIZATION}"),
    ("teams", f"/teams?organizationId={ORGANIZATION}"),
    ("teams, every column", f"/teams?organizationId={ORGANIZATION}&cols[]=*"),
    ("scenarios of the team (500)", f"/scenarios?teamId={TEAM}"),
    ("scenarios of the organization (500)", f"/scenarios?organizationId={ORGANIZATION}"),
    ("... by name", f"/scenarios?organizationId={ORGANIZATION}&pg[sortBy]=name&pg[sortDir]=asc"),
    ("... by last edit", f"/scenarios?teamId={TEAM}&pg[sortBy]=lastEdit"),
    ("... the active ones", f"/scenarios?teamId={TEAM}&isActive=true"),
    ("... the last page", f"/scenarios?teamId={TEAM}&pg[offset]=9500"),
    ("... id and name", f"/scenarios?teamId={TEAM}&cols[]=id&cols[]=name"),
    ("runs of the busiest scenario (50)", f"/scenarios/{FIRST}/logs"),
    ("... 500 of them", f"/scenarios/{FIRST}/logs?pg[limit]=500"),
    ("... from the middle on", f"/scenarios/{FIRST}/logs?pg[offset]=25000"),
    ("... after a cursor", ""),
    ("... the failed ones", f"/scenarios/{FIRST}/logs?status=3"),
    ("... of a day", f"/scenarios/{FIRST}/logs?from={{day}}"),
    ("incomplete executions", f"/dlqs?scenarioId={FIRST + FAILING - 1}"),
    ("notifications (500)", "/notifications?pg[limit]=500"),
    ("unread notifications, all", "/notifications?unreadOnly=true"),
    ("connections", f"/connections?teamId={TEAM}"),
    ("hooks", f"/hooks?teamId={TEAM}"),
    ("data stores", f"/data-stores?teamId={TEAM}"),
    ("data structures", f"/data-structures?teamId={TEAM}"),
    ("folders", f"/scenarios-folders?teamId={TEAM}"),
    ("keys", f"/keys?teamId={TEAM}"),
    ("functions", f"/functions?teamId={TEAM}"),
    ("templates", f"/templates?teamId={TEAM}"),
    ("usage of the organization", f"/organizations/{ORGANIZATION}/usage"),
)


@contextlib.contextmanager
def serving(database: Path) -> Generator[httpx2.Client]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = f"import make_sandbox; make_sandbox.serve('127.0.0.1', {port}, {str(database)!r}, limits=False)"
    with subprocess.Popen([sys.executable, "-c", script]) as process:
        try:
            headers = {"authorization": f"Token {make_sandbox.TOKEN}"}
            transport = httpx2.HTTPTransport(retries=8)
            base = f"http://127.0.0.1:{port}/api/v2"
            with httpx2.Client(transport=transport, base_url=base, headers=headers, timeout=60) as client:
                yield client
        finally:
            process.terminate()


def measure(client: httpx2.Client, path: str) -> tuple[float, float, int, int]:
    """Seconds in the middle and at worst, bytes, rows."""
    client.get(path)
    seconds: list[float] = []
    content = b""
    for _ in range(TIMES):
        begin = perf_counter()
        response = client.get(path)
        seconds.append(perf_counter() - begin)
        response.raise_for_status()
        content = response.content
    lists = [cast("list[Any]", value) for value in json.loads(content).values() if isinstance(value, list)]
    rows = len(lists[0])
    return median(seconds), max(seconds), len(content), rows


def main() -> int:
    parser = argparse.ArgumentParser(description="How fast the practice account answers when it holds much.")
    parser.add_argument("--scenarios", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "account.sqlite3"
        begin = perf_counter()
        fill(database, options.scenarios, options.runs)
        size = database.stat().st_size / 1e6
        print(
            f"{options.scenarios:,} scenarios, {options.runs:,} runs: {perf_counter() - begin:.0f} s, {size:.0f} MB\n"
        )
        print(f"| list | rows | kB | median ms | slowest ms | below {LIMIT * 1000:.0f} ms |")
        print("|---|--:|--:|--:|--:|---|")
        short = 0
        with serving(database) as client:
            middle = client.get(f"/scenarios/{FIRST}/logs?pg[limit]=20000").json()["pg"]["last"]
            day = int((datetime.now(UTC) - timedelta(days=14)).timestamp() * 1000)
            for what, path in LISTS:
                wanted = path.format(day=day) or f"/scenarios/{FIRST}/logs?pg[last]={middle}"
                usual, worst, content, rows = measure(client, wanted)
                held = usual < LIMIT
                short += not held
                verdict = "pass" if held else "short"
                print(
                    f"| {what} | {rows:,} | {content / 1000:.1f} | {usual * 1000:.1f} | {worst * 1000:.1f} | {verdict} |"
                )
    return 1 if short else 0


if __name__ == "__main__":
    raise SystemExit(main())
