"""Logs in JSON: every line of stderr is one object, the audit log's too, and none holds a secret."""

import io
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Generator, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace import TracerProvider
from tests.end_to_end.processes import PATIENCE, command, environment
from tests.server.faults.calls import DELETE, READ, is_whole
from tests.server.network import BOTH_KEYS, Network, calling
from tests.server.test_audit_log import LINE, entry
from tests.server.test_logs import CANARIES, HOOK, KEY, PROCESS

from make_mcp.audit import PREFIX, open_audit
from make_mcp.audit_reading import Unreadable, read
from make_mcp.errstream import Stderr
from make_mcp.json_lines import JsonLines, line
from make_mcp.logs import Net, OneLine

Json = dict[str, Any]
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
CALLS = logging.getLogger("make_mcp.calls")


def lines_of(text: str) -> list[Json]:
    """Each line as an object that says when, how bad and who."""
    assert text == "" or text.endswith("\n")
    assert text.isascii()
    assert not any(canary in text for canary in CANARIES), text
    found = [cast("Json", json.loads(one)) for one in text.splitlines()]
    for one in found:
        assert TIME.fullmatch(one["time"])
        assert one["level"] in {"debug", "info", "warning", "error", "critical"}
        assert one["logger"]
        assert "message" in one or "audit" in one
    return found


@pytest.fixture
def log() -> Generator[tuple[logging.Logger, io.StringIO]]:
    """A logger of its own, whose lines go through the net."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    handler.addFilter(Net({"MATON_API_KEY": KEY}))
    logger = logging.getLogger("of the JSON test")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(handler)
    yield logger, written
    logger.removeHandler(handler)


def test_a_line_says_when_how_bad_who_and_what(log: tuple[logging.Logger, io.StringIO]):
    logger, written = log
    logger.warning("try %d of %s", 2, READ.tool)
    (told,) = lines_of(written.getvalue())
    time = told.pop("time")
    assert told == {"level": "warning", "logger": "of the JSON test", "message": "try 2 of scenarios_get"}
    assert abs((datetime.now(UTC) - datetime.fromisoformat(time)).total_seconds()) < PATIENCE


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (1_795_356_191.123, "2026-11-22T14:03:11.123Z"),
        (0.0, "1970-01-01T00:00:00.000Z"),
        (1.9996, "1970-01-01T00:00:02.000Z"),
    ],
)
def test_a_time_is_in_utc_to_the_millisecond(at: float, written: str):
    assert json.loads(line("info", "x", "y", at=at))["time"] == written


@given(st.text())
def test_whatever_is_logged_stays_one_line_that_can_be_read(text: str):
    told = line("info", "x", text)
    assert told.isascii()
    assert told.isprintable()
    assert json.loads(told)["message"] == text.encode("utf-8", "replace").decode()


def test_keys_and_secrets_are_taken_out_of_every_part(log: tuple[logging.Logger, io.StringIO]):
    logger, written = log
    call = {"tool": "scenarios_get", "outcome": "ok", "ms": 5, "caller": f"someone {KEY}"}
    try:
        int(f"{KEY} at {HOOK}")
    except ValueError:
        logger.exception("it failed with %s at %s", KEY, HOOK, stack_info=True, extra={"call": call})
    (told,) = lines_of(written.getvalue())
    assert told["exception"].startswith("Traceback (most recent call last):\n")
    assert "ValueError: invalid literal for int() with base 10: '[key hidden" in told["exception"]
    assert told["stack"].startswith("Stack (most recent call last):\n")
    assert told["call"] == {
        "tool": "scenarios_get",
        "outcome": "ok",
        "ms": 5,
        "caller": "someone [key hidden by make-mcp]",
    }
    assert call["caller"] == f"someone {KEY}", "what was given is left as it was"


def test_a_line_within_a_trace_names_it(log: tuple[logging.Logger, io.StringIO]):
    logger, written = log
    with TracerProvider(shutdown_on_exit=False).get_tracer("x").start_as_current_span("y") as span:
        logger.info("within")
    logger.info("without")
    within, without = lines_of(written.getvalue())
    context = span.get_span_context()
    assert (int(within["trace_id"], 16), int(within["span_id"], 16)) == (context.trace_id, context.span_id)
    assert (len(within["trace_id"]), len(within["span_id"])) == (32, 16)
    assert not without.keys() & {"trace_id", "span_id"}


def test_a_process_that_crashes_in_every_way_writes_lines_of_json_alone():
    script = PROCESS.replace('net.set_up("debug")', 'net.set_up("debug", "json")')
    assert script != PROCESS
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", script, HOOK, KEY], capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False,
        env=environment(MATON_API_KEY=KEY),
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    found = lines_of(done.stderr)
    assert {
        "httpx2",
        "httpcore2",
        "mcp",
        "uvicorn.error",
        "asyncio",
        "redis",
        "of.anybody",
        "py.warnings",
        "make-mcp",
    } <= {one["logger"] for one in found}
    crashes = [one for one in found if one["level"] == "critical"]
    assert [one["message"] for one in crashes] == [
        "a thread of make-mcp stopped", "make-mcp could not clean up", "make-mcp was stopped by a fault of its own",
    ]  # fmt: skip
    for told, one in zip(("thread", "unraisable", "crash"), crashes, strict=True):
        assert f"Error: {told}" in one["exception"]


def test_lines_that_were_left_out_are_told_of_in_json_too(monkeypatch: pytest.MonkeyPatch):
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as pipe, os.fdopen(writer, "w") as stderr:
        os.set_blocking(writer, False)
        monkeypatch.setattr(sys, "stderr", stderr)
        log = Stderr(lambda told: line("warning", "make-mcp", told))
        for _ in range(200):
            log.write(line("info", "x", "y" * 1000) + "\n")
        os.set_blocking(reader, False)
        while pipe.read():
            pass
        log.write(line("info", "x", "after") + "\n")
        told, after = lines_of((pipe.read() or b"").decode())
        monkeypatch.undo()
    assert re.fullmatch(r"\d+ lines were left out here, since nobody read them", told["message"])
    assert (told["level"], after["message"]) == ("warning", "after")


# The end of each call


@pytest.fixture
def calls(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, logger=CALLS.name)
    return caplog


async def test_the_end_of_each_call_is_one_line_with_what_became_of_it(calls: pytest.LogCaptureFixture):
    async with calling(Network(), BOTH_KEYS) as caller:
        is_whole(await READ.by(caller))
        await caller.call(READ.tool, {"scenarioId": "canary"})
        is_whole(await DELETE.by(caller))
    told = [record for record in calls.records if record.name == CALLS.name]
    assert [re.sub(r"\d+ ms", "5 ms", record.getMessage()) for record in told] == [
        "scenarios_get: ok in 5 ms, caller local", "scenarios_get: arguments in 5 ms, caller local",
        "hooks_delete: previewed in 5 ms, caller local", "hooks_delete: ok in 5 ms, caller local",
    ]  # fmt: skip
    first = json.loads(JsonLines().format(told[0]))
    assert first["call"] == {"tool": "scenarios_get", "outcome": "ok", "ms": first["call"]["ms"], "caller": "local"}
    assert OneLine("%(message)s").format(told[0]) == told[0].getMessage()


async def test_it_names_the_trace_in_both_formats(calls: pytest.LogCaptureFixture):
    lines: list[Json] = []
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(JsonLines())
    handler.emit = lambda record: lines.append(json.loads(handler.format(record)))
    CALLS.addHandler(handler)
    try:
        async with calling(Network(), BOTH_KEYS) as caller:
            with TracerProvider(shutdown_on_exit=False).get_tracer("x").start_as_current_span("y"):
                is_whole(await READ.by(caller))
    finally:
        CALLS.removeHandler(handler)
    (told,) = lines
    assert calls.records[-1].getMessage().endswith(f"caller local, trace {told['trace_id']}")


async def test_by_default_it_is_not_logged(caplog: pytest.LogCaptureFixture):
    async with calling(Network(), BOTH_KEYS) as caller:
        is_whole(await READ.by(caller))
    assert caplog.records == []


# The audit log


def audited(capsys: pytest.CaptureFixture[str], *tools: str) -> list[str]:
    """The lines of these calls on stderr."""
    with open_audit(None, "json") as log:
        for tool in tools:
            log.record(entry(tool=tool))
    return capsys.readouterr().err.splitlines()


def test_the_audit_log_is_json_too_and_is_read_back(capsys: pytest.CaptureFixture[str]):
    (told,) = audited(capsys, "scenarios_delete")
    assert json.loads(told) == {
        "time": "2026-11-22T14:03:11.250Z", "level": "info", "logger": "make-mcp.audit", "audit": json.loads(LINE),
    }  # fmt: skip
    assert lines_of(told + "\n")
    assert list(read([told])) == [entry()]


def test_it_is_read_from_among_lines_of_logs_of_either_kind(capsys: pytest.CaptureFixture[str]):
    one, two = audited(capsys, "scenarios_delete", "hooks_delete")
    hostile = line("info", "make-mcp.audit", f'{{"time":"x","audit":{LINE}}}\n{one}', call={"caller": LINE})
    lines = [
        "make-mcp serves http", line("info", "x", "y"), one, hostile, f"{PREFIX}{LINE}", line("error", "x", "z", exception=one), two + "\r",
        one.replace("make-mcp.audit", "of.others"), one.replace('"audit"', '"audits"'), one.replace('"confirmed"', '"approved"'),
    ]  # fmt: skip
    foreign, altered = (
        [Unreadable(n, is_foreign=True) for n in range(11)],
        [Unreadable(n, is_foreign=False) for n in range(11)],
    )
    assert list(read(lines)) == [
        foreign[1], foreign[2], entry(), foreign[4], entry(), foreign[6], entry(tool="hooks_delete"), altered[8], altered[9], altered[9], altered[10],
    ]  # fmt: skip


def test_a_whole_line_behind_a_torn_one_is_found(capsys: pytest.CaptureFixture[str]):
    (whole,) = audited(capsys, "scenarios_delete")
    log = line("info", "x", "y")
    for torn in (whole, log):
        for length in range(1, len(torn)):
            found = list(read([torn[:length] + whole]))
            assert found == [Unreadable(1, is_foreign=False), entry()], torn[:length]
    assert list(read([whole + whole, LINE + whole, whole + LINE])) == [entry()] * 6


def test_a_log_that_cannot_be_written_says_so_in_json(capsys: pytest.CaptureFixture[str], tmp_path: Any):
    path = tmp_path / "audit"
    path.touch(0o644)
    with open_audit(path, "json") as log:
        log.record(entry())
    (warned,) = lines_of(capsys.readouterr().err)
    assert (warned["level"], warned["logger"]) == ("warning", "make-mcp.audit")
    assert warned["message"].startswith("other users can reach the audit log")


def test_the_command_reads_a_captured_stderr(capsys: pytest.CaptureFixture[str]):
    captured = [line("info", "x", "y"), *audited(capsys, "scenarios_delete", "hooks_delete"), line("info", "x", "y")]
    done = shown(captured, "-")
    assert done.stdout.splitlines()[-2:] == ["2 decisions: 2 confirmed", "2 lines were no audit lines"]
    done = shown(captured, "-", "--json", "--tool", "scenarios_delete")
    assert done.stdout.splitlines() == [LINE]


def shown(captured: Sequence[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command("audit", *arguments), input="\n".join(captured), capture_output=True, encoding="utf-8", env=environment(),
        timeout=PATIENCE, check=True,
    )  # fmt: skip
