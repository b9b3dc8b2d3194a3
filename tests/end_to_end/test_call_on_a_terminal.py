"""`make-mcp call` of what destroys: a person at a terminal is asked, a script is told why its code is of no use."""

import itertools
import json
import os
import pty
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.end_to_end.processes import PATIENCE, command, environment

DELETE = ("--sandbox", "call", "--json", "scenarios_delete", "scenarioId=4667501")
NAME = "Paid invoices to ERP"
PROMPT = "\n> "


class Typist:
    """A person at a terminal, of which stdin and stderr are the two ends."""

    def __init__(self, terminal: int, process: "subprocess.Popen[bytes]") -> None:
        self._terminal = terminal
        self._process = process
        self.seen = ""

    def wait_for_the_question(self) -> str:
        """What the terminal showed since the question before."""
        shown = ""
        while not shown.endswith(PROMPT):
            shown += os.read(self._terminal, 4096).decode().replace("\r\n", "\n")
        return shown

    def type(self, line: bytes) -> None:
        os.write(self._terminal, line)

    def end(self) -> tuple[int, list[str]]:
        """The exit status, and the lines of stdout."""
        out, _ = self._process.communicate(timeout=PATIENCE)
        return self._process.returncode, out.decode().splitlines()


@contextmanager
def at_a_terminal(*arguments: str, **variables: str) -> Generator[Typist]:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command(*arguments), stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, env=environment(**variables)
    )
    os.close(theirs)
    try:
        yield Typist(ours, process)
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
        os.close(ours)


@pytest.mark.parametrize("typed", [f"{NAME}\n", f'"{NAME}"\n', f"  {NAME} \n"])
def test_the_name_typed_deletes(typed: str):
    with at_a_terminal(*DELETE) as person:
        question = person.wait_for_the_question()
        assert f'Delete scenario 4667501 "{NAME}"' in question
        assert f'To agree, type "{NAME}"' in question
        person.type(typed.encode())
        status, out = person.end()
    assert status == 0
    preview, done = map(json.loads, out)
    assert preview["status"] == "confirmation_required"
    assert done == {"scenario": 4667501}


@pytest.mark.parametrize(
    "typed", [b"\n", b"Paid invoices\n", b"yes\n", b"\x04"], ids=["nothing", "a part", "yes", "end"]
)
def test_anything_else_leaves_it(typed: bytes):
    with at_a_terminal(*DELETE) as person:
        person.wait_for_the_question()
        person.type(typed)
        status, out = person.end()
    assert status == 1
    assert [json.loads(line)["status"] for line in out] == ["confirmation_required"]


def test_what_make_holds_back_is_asked_for_again():
    with at_a_terminal("--sandbox", "call", "connections_delete", "connectionId=1353452", "--json") as person:
        assert "Order intake" in person.wait_for_the_question()
        person.type(b"Google (operations)\n")
        person.wait_for_the_question()
        person.type(b"Google (operations)\n")
        status, out = person.end()
    assert status == 0
    first, second, done = map(json.loads, out)
    assert "why" not in first
    assert "IM004" in second["why"]
    assert done == {"connection": 1353452}


class Restless(BaseHTTPRequestHandler):
    """Make, with a scenario that somebody edits all the time."""

    edits = itertools.count()

    def do_GET(self) -> None:  # the standard library calls it so
        scenario = {"id": 5, "name": "Orders", "teamId": 1, "lastEdit": next(self.edits)}
        body = json.dumps({"scenario": scenario, "team": {"id": 1, "name": "Operations"}}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as above
        """Nothing: the test looks at what the command prints."""


def test_what_changes_all_the_time_is_shown_twice_and_not_for_ever():
    with ThreadingHTTPServer(("127.0.0.1", 0), Restless) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        make = {"MAKE_API_KEY": "any", "MAKE_BASE_URL": f"http://127.0.0.1:{server.server_port}"}
        with at_a_terminal("call", "--json", "scenarios_delete", "scenarioId=5", **make) as person:
            status, out = person.end()
        server.shutdown()
    assert status == 1
    first, second = map(json.loads, out)
    assert "why" not in first
    assert "not as it was" in second["why"]


def in_a_script(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        command(*arguments),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment(**variables),
        check=False,
    )


def test_a_script_is_told_that_its_code_ends_with_the_command():
    done = in_a_script(*DELETE)
    assert done.returncode == 0
    assert "code" in json.loads(done.stdout)
    assert b"this code ends with this command" in done.stderr


def test_commands_that_share_a_key_and_a_store_take_each_others_codes_once(tmp_path: Path):
    shared = {"MAKE_MCP_CONFIRM_KEY": "k" * 40, "MAKE_MCP_CONFIRM_STORE": str(tmp_path / "used")}
    preview = in_a_script(*DELETE, **shared)
    assert preview.stderr == b""
    code = json.loads(preview.stdout)["code"]
    # Each of these commands has a practice account of its own; the store is what they have in common.
    first = in_a_script(*DELETE, f"confirm={code}", **shared)
    second = in_a_script(*DELETE, f"confirm={code}", **shared)
    assert (first.stdout, first.stderr) == (b'{"scenario":4667501}\n', b"")
    assert (second.returncode, second.stdout) == (1, b"")
    assert b"used before" in second.stderr


@pytest.mark.parametrize("policy", ["strict", "human"])
@pytest.mark.parametrize(
    "call",
    [
        ("scenarios_start", "scenarioId=4667506"),
        ("scenarios_run", "scenarioId=4667503", 'data={"email":"lead@example.com"}'),
        ("scenarios_update", "scenarioId=4667506", "name=Other"),
    ],
    ids=lambda call: call[0],
)
def test_where_a_write_takes_a_code_it_is_asked_for_too(call: tuple[str, ...], policy: str):
    with at_a_terminal("--sandbox", "--confirm", policy, "call", "--json", *call) as person:
        person.wait_for_the_question()
        person.type(b"\n")
        status, out = person.end()
    assert status == 1
    assert [json.loads(line)["status"] for line in out] == ["confirmation_required"]


def test_a_write_is_only_shown_where_it_takes_no_code():
    with at_a_terminal("--sandbox", "call", "--json", "scenarios_start", "scenarioId=4667506") as person:
        status, out = person.end()
    assert status == 0
    assert [json.loads(line)["status"] for line in out] == ["confirmation_required"]
