"""The audit log: whole lines whatever happens, nothing in them that should not be, and nothing that stops a call."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end.processes import PATIENCE, environment

from make_mcp.audit import PREFIX, Entry, open_audit
from make_mcp.audit_reading import read
from make_mcp.settings import SettingsError

Capture = pytest.CaptureFixture[str]
NOON = datetime(2026, 11, 22, 14, 3, 11, 250_000, tzinfo=UTC)
HOSTILE = [
    "a\nb", "a\r\nmake-mcp audit: {}", "\x1b[2J\x1b]0;x\x07", "\u202egnirts", "a\u200bb\u2028c\u2029d\x85e\x7f", "\x00", "\ud800", "x" * 10_000,
    '","decision":"confirmed"', '{"time":"2026-11-22T14:03:11.250Z"}', "",
]  # fmt: skip


def entry(**changes: Any) -> Entry:
    usual: dict[str, Any] = {
        "time": NOON, "caller": "local", "client": "Claude", "tool": "scenarios_delete", "target": {"scenarioId": 5},
        "decision": "confirmed", "by": "person", "policy": "standard", "outcome": "done", "status": 200,
    }  # fmt: skip
    return Entry(**usual | changes)


LINE = entry().to_json()


def readable(lines: Sequence[str]) -> list[Entry]:
    return [each for each in read(lines) if isinstance(each, Entry)]


def python(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A script in a process of its own, with what it needs of ours."""
    start = "import os, sys\nfrom pathlib import Path\nfrom make_mcp.audit import Entry, open_audit\n"
    return subprocess.run(
        [sys.executable, "-c", start + script, LINE, *arguments], capture_output=True, encoding="utf-8", env=environment(),
        timeout=PATIENCE, check=False,
    )  # fmt: skip


# What a line holds


def test_a_line_is_one_compact_object_with_every_field():
    assert LINE == (
        '{"time":"2026-11-22T14:03:11.250Z","caller":"local","client":"Claude","tool":"scenarios_delete","target":{"scenarioId":5},'
        '"decision":"confirmed","reason":null,"by":"person","policy":"standard","outcome":"done","status":200}'
    )


def test_a_time_is_written_in_utc_to_the_millisecond():
    for given_time, written in (
        (NOON.astimezone(timezone(timedelta(hours=5, minutes=30))), "2026-11-22T14:03:11.250Z"),
        (NOON.replace(microsecond=0), "2026-11-22T14:03:11.000Z"),
        (NOON.replace(microsecond=999_999), "2026-11-22T14:03:11.999Z"),
    ):
        assert json.loads(entry(time=given_time).to_json())["time"] == written


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize("field", ["client", "caller", "tool", "reason", "policy"])
def test_a_hostile_text_stays_one_short_line_in_its_own_field(field: str, text: str):
    written = entry(**{field: text})
    line = written.to_json()
    assert line.isascii()
    assert line.isprintable()
    assert len(json.loads(line)[field]) <= (600 if field == "caller" else 60)
    assert json.loads(line) == json.loads(LINE) | {field: getattr(written, field)}
    assert readable([line]) == [written]


def test_a_target_holds_ids_and_nothing_else():
    mixed = {
        "scenarioId": 5, "dlqId": "3f2a\n\x1b", "on": True, "share": 0.5, "name": None, "blueprint": {"name": "Payroll"},
        "ids": (1, "b", None, {"c": 1}, [2], True), "huge": 10**5000,
    }  # fmt: skip
    assert entry(target=mixed).target == {
        "scenarioId": 5, "dlqId": "3f2a", "ids": [1, "b"], "huge": "a number beyond 64 bits",
    }  # fmt: skip
    assert len(entry(target={f"key{number}": number for number in range(1000)}).target) == 10
    long = entry(target={"k" * 10_000: "v" * 10_000}).to_json()
    assert len(long) < 500


def test_a_long_list_is_cut_at_twenty_and_says_how_many_are_missing():
    for count, held in ((20, list(range(20))), (21, list(range(21))), (22, [*range(20), "… 2 more"])):
        cut = entry(target={"ids": list(range(count))})
        assert cut.target == {"ids": held}
        assert Entry.from_json(cut.to_json()) == cut


# Where it is written


def test_without_a_file_a_line_goes_to_stderr_behind_a_prefix(capsys: Capture):
    with open_audit(None) as log:
        log.record(entry())
    assert capsys.readouterr() == ("", f"{PREFIX}{LINE}\n")


def test_a_file_holds_the_bare_lines_of_every_start(tmp_path: Path, capsys: Capture):
    path = tmp_path / "audit"
    for tool in ("hooks_delete", "teams_delete"):
        with open_audit(path) as log:
            log.record(entry(tool=tool))
    lines = path.read_text(encoding="ascii").splitlines(keepends=True)
    assert [json.loads(line)["tool"] for line in lines] == ["hooks_delete", "teams_delete"]
    assert all(line.startswith('{"time":') and line.endswith("}\n") for line in lines)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o277, 0o777], ids=oct)
def test_a_new_file_is_its_owners_alone_under_any_umask(tmp_path: Path, umask: int, capsys: Capture):
    path = tmp_path / "audit"
    before = os.umask(umask)
    try:
        with open_audit(path) as log:
            log.record(entry())
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text(encoding="ascii") == f"{LINE}\n"
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("mode", [0o644, 0o620, 0o601], ids=oct)
def test_a_file_that_others_can_reach_is_used_with_one_warning(tmp_path: Path, mode: int, capsys: Capture):
    path = tmp_path / "audit"
    path.write_text("before\n", encoding="ascii")
    path.chmod(mode)
    with open_audit(path) as log:
        log.record(entry())
        log.record(entry())
    warned = capsys.readouterr().err
    assert warned.count("\n") == 1
    assert f"(mode {mode:o}): set its mode to 600" in warned
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert path.read_text(encoding="ascii") == f"before\n{LINE}\n{LINE}\n"


def test_a_device_is_used_without_a_warning(capsys: Capture):
    with open_audit(Path(os.devnull)) as log:
        log.record(entry())
    assert capsys.readouterr().err == ""


def unusable(folder: Path) -> Iterator[tuple[Path, str]]:
    yield folder / "missing" / "audit", "its folder does not exist"
    yield folder, "that is a folder"
    (folder / "file").touch()
    yield folder / "file" / "audit", "its folder is a file"
    for name, there in (("link", folder / "file"), ("dangling", folder / "nowhere")):
        (folder / name).symlink_to(there)
        yield folder / name, "that is a symbolic link"
    yield folder / ("x" * 300), "File name too long"


def test_a_file_that_cannot_be_used_is_refused_before_anything_starts(tmp_path: Path):
    for path, why in unusable(tmp_path):
        with pytest.raises(SettingsError) as error, open_audit(path):
            pass
        text = str(error.value)
        assert text.startswith(f"MAKE_MCP_AUDIT_LOG (--audit-log) names {str(path)!r}, but {why}")
        assert text.endswith("; nothing was started")
    assert not (tmp_path / "nowhere").exists()


def test_a_pipe_that_nobody_reads_is_refused_rather_than_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    # In a process that ends, if it waits.
    done = python("with open_audit(Path(sys.argv[2])):\n    pass", str(tmp_path / "pipe"))
    assert done.returncode == 1
    assert "but nobody reads from that pipe; nothing was started" in done.stderr


def test_two_processes_share_a_file_and_every_line_is_whole(tmp_path: Path):
    path = tmp_path / "audit"
    script = """
with open_audit(Path(sys.argv[2])) as log:
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(200):
        fields = {name: getattr(Entry.from_json(sys.argv[1]), name) for name in Entry.__slots__}
        log.record(Entry(**fields | {"caller": sys.argv[3], "target": {"number": number, "long": "x" * 64, "ids": list(range(20))}}))
"""
    start = "import sys\nfrom pathlib import Path\nfrom make_mcp.audit import Entry, open_audit\n"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", start + script, LINE, str(path), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(),
        )
        for name in ("one", "two")
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
    for writer in writers:
        writer.communicate(b"\n", timeout=PATIENCE)
        assert writer.returncode == 0
    lines = path.read_text(encoding="ascii").splitlines()
    assert len(lines) == 400
    for name in ("one", "two"):
        assert [e.target["number"] for e in readable(lines) if e.caller == name] == list(range(200))


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's own")
def test_a_full_disk_sends_the_lines_to_stderr_and_warns_once(capsys: Capture):
    with open_audit(Path("/dev/full")) as log:
        log.record(entry())
        log.record(entry(tool="hooks_delete"))
    warning, *lines = capsys.readouterr().err.splitlines()
    assert warning == (
        "make-mcp: the audit log '/dev/full' cannot be written (No space left on device): its lines go to stderr until it can."
    )
    assert [found.tool for found in readable(lines)] == ["scenarios_delete", "hooks_delete"]
    assert all(line.startswith(PREFIX) for line in lines)


def test_a_line_that_was_cut_off_does_not_spoil_the_next_one(tmp_path: Path):
    path = tmp_path / "audit"
    script = """
import resource
def room(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
entry = Entry.from_json(sys.argv[1])
with open_audit(Path(sys.argv[2])) as log:
    log.record(entry)
    room(len(sys.argv[1]) + 50)
    log.record(entry)
    log.record(entry)
    room(resource.RLIM_INFINITY)
    log.record(entry)
    room(0)
    log.record(entry)
"""
    done = python(script, str(path))
    assert done.returncode == 0, done.stderr
    first, torn, last = path.read_text(encoding="ascii").splitlines()
    assert (first, torn, last) == (LINE, LINE[:49], LINE)
    told = done.stderr.splitlines()
    assert [line for line in told if line.startswith(PREFIX)] == [PREFIX + LINE] * 3
    assert [line.partition(" cannot")[0] for line in told if not line.startswith(PREFIX)] == [
        f"make-mcp: the audit log {str(path)!r}"
    ] * 2


def test_a_missing_closed_or_full_stderr_stops_nothing(tmp_path: Path):
    script = """
from contextlib import suppress
entry = Entry.from_json(sys.argv[1])
with open_audit(None) as log:
    os.close(2)
    log.record(entry)
    os.open("/dev/null", os.O_RDONLY)
    log.record(entry)
    # Closing writes what is still held back, and fails at that: it is closed all the same.
    with suppress(OSError):
        sys.stderr.close()
    log.record(entry)
    sys.stderr = None
    log.record(entry)
print("done")
"""
    done = python(script, str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "done\n")


def test_after_its_end_a_log_writes_into_no_other_file(tmp_path: Path, capsys: Capture):
    with open_audit(tmp_path / "audit") as log:
        pass
    with (tmp_path / "other").open("wb"):
        log.record(entry())
    assert (tmp_path / "other").read_bytes() == (tmp_path / "audit").read_bytes() == b""
    assert capsys.readouterr().err == f"{PREFIX}{LINE}\n"
