"""`make-mcp sandbox`: what a person sees of it, and what its flags do."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx2
import pytest
from tests.end_to_end.processes import PATIENCE, command, environment

import make_sandbox


@dataclass
class Served:
    """A running command: what it printed at first, and a client for each door. `output` goes on with its log."""

    banner: str
    output: IO[str]
    make: httpx2.Client
    maton: httpx2.Client


def door(address: str, key: str) -> httpx2.Client:
    return httpx2.Client(base_url=address, headers={"authorization": key}, timeout=PATIENCE)


@contextmanager
def served(*flags: str) -> Generator[Served]:
    arguments = command("sandbox", "--port", "0", *flags)
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=environment()) as process:
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            if line == "\n" and "MATON_BASE_URL" in lines[-2]:
                break
        banner = "".join(lines)
        address = next(word for word in banner.split() if word.startswith("http://")).removesuffix("/api/v2")
        try:
            with (
                door(address, f"Token {make_sandbox.TOKEN}") as make,
                door(address, f"Bearer {make_sandbox.KEY}") as maton,
            ):
                yield Served(banner, process.stdout, make, maton)
        finally:
            process.terminate()
            assert process.wait(PATIENCE) in (0, -15)


def teams(account: Served) -> list[str]:
    answer = account.make.get("/api/v2/teams?organizationId=2767268")
    return [team["name"] for team in answer.json()["teams"]]


def add_team(account: Served, name: str) -> None:
    body = {"name": name, "organizationId": 2767268}
    account.make.post("/api/v2/teams", json=body).raise_for_status()


def test_it_prints_its_addresses_its_keys_and_a_line_to_try() -> None:
    with served() as account:
        assert make_sandbox.TOKEN in account.banner
        tried = [line for line in account.banner.splitlines() if "curl" in line]
        assert len(tried) == 2
        for line, name in zip(tried, ("Sample Owner", "Northwind Studio"), strict=True):
            curl, flag, header, url = shlex.split(line.split(maxsplit=1)[1])
            assert (curl, flag) == ("curl", "-H")
            assert name in httpx2.get(url, headers=dict([header.split(": ")])).text
        assert account.maton.get("/make/api/v2/users/me").status_code == 200


def test_a_file_keeps_the_account_and_a_reset_starts_over(tmp_path: Path) -> None:
    database = str(tmp_path / "practice.sqlite3")
    with served("--db", database, "--world", "empty") as account:
        add_team(account, "Kept")
        assert teams(account) == ["Kept", "My Team"]
    with served("--db", database) as account:
        assert teams(account) == ["Kept", "My Team"]
    with served("--db", database, "--reset", "--world", "demo") as account:
        assert teams(account) == ["Customer Care", "Marketing", "Operations"]


def test_the_seed_chooses_the_world() -> None:
    def hook(*flags: str) -> Any:
        with served(*flags) as account:
            return account.make.get("/api/v2/hooks?teamId=388889").json()["hooks"][0]["udid"]

    assert hook("--seed", "7") == hook("--seed", "7") != hook()


def test_a_bad_network_is_as_bad_as_was_asked_for() -> None:
    with served("--fail", "503:1", "--latency", "80") as account:
        answer = account.make.get("/api/v2/users/me")
        assert answer.status_code == 503
        assert answer.elapsed.total_seconds() >= 0.08
    with served("--fail", "drop:1") as account, pytest.raises(httpx2.RemoteProtocolError):
        account.make.get("/api/v2/users/me")


def test_each_request_and_its_answer_is_shown_in_a_line() -> None:
    with served("--log") as account:
        account.make.get("/api/v2/scenarios?teamId=388889")
        account.maton.delete("/make/api/v2/teams/1")
        first, second = account.output.readline(), account.output.readline()
    assert "GET /api/v2/scenarios?teamId=388889 -> 200, " in first
    assert "DELETE /make/api/v2/teams/1 -> 403, " in second


def test_limits_are_on_and_can_be_lifted() -> None:
    def statuses(*flags: str) -> set[int]:
        with served(*flags) as account:
            return {account.make.get("/api/v2/organizations/2767269").status_code for _ in range(31)}

    assert statuses() == {200, 429}
    assert statuses("--limits", "off") == {200}


UNFIT: list[tuple[list[str], str]] = [
    (["--fail", "sometimes"], "--fail takes what goes wrong and how often, as 429:0.05,503:0.02,drop:0.01"),
    (["--fail", "429:2"], "from 0 to 1"),
    (["--latency", "-1"], "--latency: takes a number up to 60000"),
    (["--latency", "fast"], "--latency: takes a number up to 60000"),
    (["--world", "full"], "'demo', 'empty'"),
    (["--seed", "x"], "--seed: takes a number up to"),
    (["--limits", "maybe"], "'on', 'off'"),
    (["--reset"], "--reset needs --db FILE"),
    (["--db", "/nowhere/at/all"], "--db /nowhere/at/all cannot be used"),
    (["--db", ""], "--db takes the name of a file"),
    (["--db", ":memory:"], "--db takes the name of a file"),
    (["--rest"], "did you mean --reset?"),
]


@pytest.mark.parametrize(("flags", "expected"), UNFIT, ids=str)
def test_a_bad_flag_is_told_what_it_takes(flags: list[str], expected: str) -> None:
    done = subprocess.run(
        command("sandbox", *flags), capture_output=True, text=True, timeout=PATIENCE, env=environment(), check=False
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert expected in done.stderr


def test_a_file_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("not a database " * 100)
    for flags in (["--db", str(notes)], ["--db", str(notes), "--reset"]):
        done = subprocess.run(
            command("sandbox", *flags), capture_output=True, text=True, timeout=PATIENCE, env=environment(), check=False
        )
        assert done.returncode == 2
        assert "cannot be used" in done.stderr
        assert notes.read_text().startswith("not a database")
