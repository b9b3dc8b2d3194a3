"""What is read back from an audit log, and how `make-mcp audit` shows it. Nothing in a log is trusted."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.end_to_end.processes import PATIENCE, command, environment

from make_mcp.audit import PREFIX, Entry
from make_mcp.audit_reading import Unreadable, read
from make_mcp.cli import main

Run = Callable[..., tuple[int, str, str]]
NOON = datetime(2026, 11, 22, 14, 3, 11, 250_000, tzinfo=UTC)


def entry(**changes: Any) -> Entry:
    usual: dict[str, Any] = {
        "time": NOON, "caller": "local", "client": "Claude", "tool": "scenarios_delete", "target": {"scenarioId": 5},
        "decision": "confirmed", "by": "person", "policy": "standard", "outcome": "done", "status": 200,
    }  # fmt: skip
    return Entry(**usual | changes)


LINE = entry().to_json()
NOTHING: dict[str, Any] = {"outcome": "nothing_sent", "status": None, "by": None}
DAY = [
    entry(decision="previewed", **NOTHING), entry(decision="asked", **NOTHING), entry(),
    entry(tool="hooks_rename", target={"hookId": 81, "teamId": 7}, by="argument", outcome="refused_by_make", status=403),
    entry(tool="scenarios_delete", target={"scenarioId": 6}, decision="refused", reason="expired", **NOTHING),
    entry(tool="incomplete_executions_delete", target={"scenarioId": 5, "ids": ["3f2a", "3f2b"]}, by="code", outcome="unknown", status=None),
    entry(tool="scenarios_start", by="argument", outcome="already_so", status=400),
    entry(tool="teams_create", target={"organizationId": 9}, by="argument", outcome="not_sent", status=None),
]  # fmt: skip


def forged(**changes: Any) -> str:
    """A line that this server never wrote."""
    return json.dumps(json.loads(LINE) | changes)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(["audit", *arguments])
        out, err = capsys.readouterr()
        return status, out, err

    return run


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "audit"
    minutes = [json.loads(e.to_json()) | {"time": f"2026-11-22T14:{n:02}:11.250Z"} for n, e in enumerate(DAY)]
    path.write_text("".join(json.dumps(line) + "\n" for line in minutes), encoding="ascii")
    return path


def process(*arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command("audit", *arguments), input=stdin, capture_output=True, encoding="utf-8", errors="surrogateescape",
        env=environment(**variables), timeout=PATIENCE, check=False,
    )  # fmt: skip


# Reading


def test_lines_are_read_from_a_file_and_from_a_captured_stderr_with_others_between():
    lines = [
        "2026-11-22 14:03:11,250 WARNING make_mcp: something", f"{PREFIX}{LINE}", "", LINE, f"WARNING a name: {PREFIX}{LINE}",
        f"{PREFIX}{LINE}\r\n", f" {LINE}", f"{PREFIX}nonsense", "make-mcp audit:", LINE[:-30],
    ]  # fmt: skip
    assert list(read(lines)) == [
        Unreadable(1, is_foreign=True), entry(), entry(), Unreadable(5, is_foreign=True), entry(), Unreadable(7, is_foreign=True),
        Unreadable(8, is_foreign=False), Unreadable(9, is_foreign=True), Unreadable(10, is_foreign=False),
    ]  # fmt: skip


def test_a_whole_line_behind_a_torn_one_is_found():
    for length in range(1, len(LINE)):
        found = list(read([LINE[:length] + LINE]))
        assert found == [Unreadable(1, is_foreign=False), entry()], length
        assert list(read([PREFIX + LINE[:length] + PREFIX + LINE])) == found
    assert list(read([LINE + LINE, PREFIX + LINE + PREFIX + LINE])) == [entry()] * 4


def test_a_field_of_a_later_version_does_not_make_a_line_unreadable():
    assert list(read([forged(colour="blue")])) == [entry()]


FORGED: list[str] = [
    forged(time="yesterday"), forged(time="2026-11-22T14:03:11.250"), forged(time="0001-01-01T00:00:00.000+23:59"),
    forged(time="9999-12-31T23:59:59.999-23:59"), forged(time=None), forged(time=[]), forged(time=1e300), forged(caller=5),
    forged(caller=None), forged(tool=["x"]), forged(target=None), forged(target=[]), forged(target={"a": {"b": 1}}), forged(target={"a": None}),
    forged(target={"a": True}), forged(target={"a": 1.5}), forged(target={"a": [[1]]}), forged(decision="approved"), forged(decision=["confirmed"]),
    forged(decision={}), forged(by="everybody"), forged(outcome=None), forged(status="200"), forged(status=True), forged(status=99), forged(status=10**9),
    forged(policy=None), "{}", "{", '{"time":', "{" * 60_000, '{"time":' + "[" * 60_000, '{"time":' + "9" * 10_000 + "}", '{"time":NaN}',
    LINE.replace("200", "1e400"), LINE.replace("5}", "9" * 5000 + "}"), LINE.replace("local", "\\ud800"), LINE.replace("local", "\ud800"),
]  # fmt: skip


@pytest.mark.parametrize("line", FORGED, ids=lambda line: ascii(line[:30]))
def test_a_forged_line_is_counted_and_breaks_nothing(line: str):
    assert list(read([line])) == [Unreadable(1, is_foreign=False)]
    with pytest.raises(ValueError):  # noqa: PT011  # pydantic words it
        Entry.from_json(line)


def broken_into(cut: int, text: str) -> str:
    return LINE[:cut] + text + LINE[cut:]


@given(st.text() | st.builds(broken_into, st.integers(0, len(LINE)), st.text()))
def test_whatever_stands_in_a_line_is_an_entry_that_can_be_shown_or_none(line: str):
    for each in read([line]):
        if isinstance(each, Entry):
            assert each.to_json().isascii()
            assert Entry.from_json(each.to_json()) == each


# Showing

TABLE = """\
2026-11-22 14:00:11  local  scenarios_delete      scenarioId 5      previewed              nothing sent
2026-11-22 14:01:11  local  scenarios_delete      scenarioId 5      asked a person         nothing sent
2026-11-22 14:02:11  local  scenarios_delete      scenarioId 5      confirmed by person    done (200)
2026-11-22 14:03:11  local  hooks_rename          hookId 81, teamId 7  confirmed by argument  refused by Make (403)
2026-11-22 14:04:11  local  scenarios_delete      scenarioId 6      refused: expired       nothing sent
2026-11-22 14:05:11  local  incomplete_executions_delete  scenarioId 5, ids 3f2a,3f2b  confirmed by code  outcome unknown
2026-11-22 14:06:11  local  scenarios_start       scenarioId 5      confirmed by argument  already so (400)
2026-11-22 14:07:11  local  teams_create          organizationId 9  confirmed by argument  could not be sent
8 decisions: 1 previewed, 1 asked, 1 refused, 5 confirmed
"""


def test_the_table_reads_well_in_a_terminal(run: Run, log: Path):
    assert run(str(log)) == (0, TABLE, "")


def test_a_list_of_usual_calls_fits_into_a_hundred_columns(run: Run, tmp_path: Path):
    usual = [
        entry(decision="previewed", **NOTHING), entry(tool="connections_delete", target={"connectionId": 1234567}, by="code"),
        entry(decision="refused", reason="changed", **NOTHING), entry(tool="data_stores_delete", target={"dataStoreId": 1234567}),
    ]  # fmt: skip
    (tmp_path / "log").write_text("\n".join(e.to_json() for e in usual), encoding="ascii")
    assert max(len(line) for line in run(str(tmp_path / "log"))[1].splitlines()) <= 100


def test_filters_narrow_one_another_and_the_count_is_of_what_is_shown(run: Run, log: Path):
    def tools(*flags: str) -> Sequence[str]:
        status, out, err = run(str(log), "--json", *flags)
        assert (status, err) == (0, "")
        return [Entry.from_json(line).tool for line in out.splitlines()]

    assert tools() == [e.tool for e in DAY]
    assert tools("--last", "2") == ["scenarios_start", "teams_create"]
    assert tools("--last", "100") == tools()
    assert tools("--last", "0") == []
    assert tools("--tool", "hooks_rename") == ["hooks_rename"]
    assert tools("--tool", "scenarios_delete", "--last", "2") == ["scenarios_delete"] * 2
    assert tools("--tool", "hooks_rename", "--refused") == []
    assert tools("--refused") == ["scenarios_delete"]
    assert run(str(log), "--refused")[1].splitlines()[1:] == ["1 decision: 1 refused"]
    assert run(str(log), "--tool", "nope") == (0, "0 decisions\n", "")


def test_other_lines_are_counted_behind_the_table_and_on_stderr_behind_json(run: Run, tmp_path: Path):
    captured = tmp_path / "stderr"
    captured.write_text(f"one\n{PREFIX}{LINE}\ntwo\n{PREFIX}{LINE[:20]}\nthree\n{LINE[:-5]}", encoding="utf-8")
    notes = ["2 lines were cut off or altered", "3 lines were no audit lines"]
    status, out, err = run(str(captured))
    assert (status, out.splitlines()[1:], err) == (0, ["1 decision: 1 confirmed", *notes], "")
    status, out, err = run(str(captured), "--json")
    assert (status, out, err.splitlines()) == (0, f"{LINE}\n", notes)
    captured.write_text(f"one\n{LINE[:20]}", encoding="utf-8")
    assert run(str(captured))[1].splitlines() == [
        "0 decisions",
        "1 line was cut off or altered",
        "1 line was no audit line",
    ]


def test_nothing_in_a_log_reaches_the_terminal_as_an_escape_or_a_line(run: Run, tmp_path: Path):
    hostile = "\x1b[2J\x1b]0;x\x07\u202e\u200b\u2028\r\n\x85\x9b31m"
    path = tmp_path / "audit"
    line = forged(
        **dict.fromkeys(("caller", "client", "tool", "reason", "policy"), hostile),
        target={hostile: hostile, "b": [hostile] * 30},
    )
    path.write_bytes(f"{hostile}\n{line}\n\r{PREFIX}{LINE}\n".encode() + b"\xff\xfe\x00\x1b[2J\n{" + b"\x1b" * 200_000)
    for flags in ((), ("--json",)):
        status, out, err = run(str(path), *flags)
        assert status == 0
        assert all(c.isprintable() for c in (out + err).replace("\n", "")), ascii(out)
        # What follows a carriage return is no line of its own.
        assert "scenarios_delete" not in out
        assert (out + err).count("\n") == (4 if not flags else 3)
    path.write_text(forged(target={"ids": ["x" * 1000] * 30}, caller="x" * 1000, tool="x" * 1000), encoding="ascii")
    long, counted = run(str(path))[1].splitlines()
    # A caller is named by their app, the issuer and the subject.
    assert len(long) < 900
    assert counted == "1 decision: 1 confirmed"


def test_a_line_of_any_length_is_passed_over(run: Run, tmp_path: Path):
    path = tmp_path / "audit"
    path.write_text(f"{'x' * 200_000}{LINE}\n{LINE}\n{'{' * 200_000}\n{LINE}", encoding="ascii")
    assert run(str(path), "--json") == (
        0,
        f"{LINE}\n{LINE}\n",
        "1 line was cut off or altered\n1 line was no audit line\n",
    )


# Where it reads from


def test_it_reads_the_file_of_the_setting_and_a_named_one_goes_first(
    run: Run, log: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MAKE_MCP_AUDIT_LOG", str(log))
    assert run()[1].splitlines()[-1].startswith("8 decisions: ")
    assert run("--audit-log", os.devnull)[1] == "0 decisions\n"
    assert run(os.devnull)[1] == "0 decisions\n"


def test_a_captured_stderr_comes_from_stdin():
    captured = f"2026-11-22 14:03:11,250 WARNING make_mcp: büro \udcff\r{PREFIX}{LINE}\r\n{PREFIX}{LINE}\r\n"
    for arguments, variables in (([], {"PYTHONIOENCODING": "ascii"}), (["-"], {"MAKE_MCP_AUDIT_LOG": os.devnull})):
        done = process(*arguments, stdin=captured, **variables)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.splitlines()[1:] == ["1 decision: 1 confirmed", "1 line was no audit line"]


def test_a_terminal_that_lacks_a_character_shows_an_escape():
    line = forged(target={"dlqId": "büro ✓"})
    done = process(stdin=line, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert r"dlqId b\xfcro \u2713" in done.stdout


def test_at_a_terminal_it_says_what_to_name_rather_than_wait():
    master, terminal = pty.openpty()
    try:
        done = subprocess.run(
            command("audit"), stdin=terminal, capture_output=True, encoding="utf-8", env=environment(), timeout=PATIENCE, check=False
        )  # fmt: skip
    finally:
        os.close(master)
        os.close(terminal)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "give its FILE or set MAKE_MCP_AUDIT_LOG" in done.stderr


def test_what_cannot_be_read_is_refused_with_what_to_do(run: Run, tmp_path: Path):
    missing = str(tmp_path / "missing")
    for arguments, told in (
        ((missing,), "give the file that --audit-log of the server names, or -"),
        (("--audit-log", missing), f"MAKE_MCP_AUDIT_LOG (--audit-log): there is no file {missing!r}: make-mcp makes it when"),
        ((str(tmp_path),), "cannot be read: Is a directory"), (("--last", "x", missing), "--last: takes a number"),
        (("--last", "-1", missing), "--last"), ((missing, missing), "unrecognized"), (("--nope",), "there is no flag --nope"),
    ):  # fmt: skip
        status, out, err = run(*arguments)
        assert (status, out, err.count("\n")) == (2, "", 1), err
        assert told in err


def test_a_reader_that_has_seen_enough_ends_it_quietly(log: Path):
    log.write_text(f"{LINE}\n" * 2000, encoding="ascii")
    for flags in ("", "--json"):
        done = subprocess.run(
            ["sh", "-c", f'"$0" -m make_mcp audit {flags} "$1" | head -n 1', sys.executable, str(log)], capture_output=True,
            encoding="utf-8", env=environment(), timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout.count("\n"), done.stderr) == (0, 1, "")
