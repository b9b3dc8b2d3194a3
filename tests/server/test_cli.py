"""The command line: one clear line for what does not fit, the right exit status, and no key in any output."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from tests.end_to_end.processes import PATIENCE, command, environment
from tests.server.network import MAKE_TOKEN, MATON_KEY, OAUTH_TOKEN, SECRETS, Listener

from make_mcp import __version__
from make_mcp.cli import main

Capture = pytest.CaptureFixture[str]
BOTH = {"MATON_API_KEY": MATON_KEY, "MAKE_API_KEY": MAKE_TOKEN, "MAKE_ZONE": "eu1"}
NOWHERE = {"MAKE_API_KEY": OAUTH_TOKEN, "MAKE_BASE_URL": "http://127.0.0.1:1"}


class Ended(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def run(capsys: Capture):
    def run(*arguments: str) -> Ended:
        """`make-mcp` in this process; `--help` leaves as argparse leaves."""
        try:
            status = main(list(arguments))
        except SystemExit as left:
            status = int(left.code or 0)
        out, err = capsys.readouterr()
        assert not any(secret in out + err for secret in SECRETS)
        assert "Traceback" not in err
        return Ended(status, out, err)

    return run


def process(*arguments: str, **variables: str) -> Ended:
    """`python -m make_mcp` as a person runs it."""
    done = subprocess.run(
        command(*arguments), capture_output=True, encoding="utf-8", env=environment(**variables), timeout=PATIENCE, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert not any(secret in done.stdout + done.stderr for secret in SECRETS)
    return Ended(done.returncode, done.stdout, done.stderr)


UNFIT: list[tuple[list[str], str]] = [
    (["--nope"], "there is no flag --nope"), (["--read-onyl"], "did you mean --read-only?"), (["--nope=x"], "there is no flag --nope"),
    (["tools", "--nope"], "there is no flag --nope"), (["call", "users_me", "--nope", "x"], "there is no flag --nope"),
    (["--read"], "there is no flag --read"), (["--port"], "--port: expected one argument"), (["tools", "--tools"], "--tools: expected"),
    (["--port", "x", "tools"], "MAKE_MCP_PORT (--port) takes"), (["--port", "99999", "tools"], "MAKE_MCP_PORT (--port) takes"),
    (["serve", "--transport", "web"], "takes 'stdio', 'http' or 'sse'"), (["serve", "--host", "evil.com"], "takes an address of this machine"),
    (["--make-zone", "evil.com", "tools"], "takes a zone such as eu1.make.com"), (["--read-only=yes", "tools"], "--read-only"),
    (["nonsense"], "invalid choice: 'nonsense'"), (["call"], "TOOL"), (["tools", "extra"], "extra"), (["demo", "--port", "1"], "--port"),
    (["--maton-api-key", MATON_KEY, "tools"], "set MATON_API_KEY, or give --maton-api-key-file"),
    ([f"--make-api-key={MAKE_TOKEN}"], "set MAKE_API_KEY, or give --make-api-key-file"),
    (["--tools", "scenario_list", "tools"], "did you mean scenarios_list?"), (["--toolsets", "hook", "tools"], "did you mean hooks?"),
    (["tools", "--exclude-tools", "nope_nope"], "there is no tool 'nope_nope'"),
    (["--sandbox", "call", "scenario_list"], "Did you mean `scenarios_list`?"), (["call", "users_me", "x"], "KEY=VALUE"),
    (["call", "users_me", "=x"], "KEY=VALUE"), (["call", "users_me", 'fields=["id"]', "fields=[]"], "fields is given twice"),
    (["--sandbox", "--read-only", "call", "hooks_delete", "hookId=1", "confirm=true"], "read-only"),
    (["--maton-api-key-file", "/nonexistent/key", "tools"], "MATON_API_KEY_FILE"),
    (["sandbox", "--port", "70000"], "takes a number"), (["sandbox", "--port", "x"], "takes a number"),
    (["sandbox", "--host", "0.0.0.0"], "loopback address"), (["sandbox", "--read-only"], "--read-only"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "expected"), UNFIT, ids=str)
def test_a_command_line_that_does_not_fit_ends_with_2_and_one_line(run: Any, arguments: list[str], expected: str):
    status, out, err = run(*arguments)
    assert status == 2
    assert out == ""
    assert err.startswith("make-mcp: ")
    assert err.endswith("\n")
    assert err.count("\n") == 1, err
    assert expected in err, err


def test_what_a_person_types_is_shown_on_one_line_whatever_is_in_it(run: Any):
    for arguments in (
        ["--no\npe"],
        ["non\nsense"],
        ["--tools", "a\nb", "tools"],
        ["call", "a\nb"],
        ["sandbox", "--port", "a\nb"],
    ):
        status, out, err = run(*arguments)
        assert (status, out, err.count("\n")) == (2, "", 1), err


@pytest.mark.parametrize(
    ("name", "value"),
    [("MAKE_ZONE", "evil.com"), ("MAKE_MCP_PORT", "x"), ("MAKE_MCP_READ_ONLY", "maybe"), ("MATON_BASE_URL", "http://evil.com"),
     ("MAKE_API_KEY", "a b"), ("MAKE_MCP_TOOLS", "nope"), ("MATON_API_KEY", "__encrypted__:x")],
)  # fmt: skip
@pytest.mark.parametrize("arguments", [["tools"], ["call", "users_me"]], ids=str)
def test_a_bad_variable_stops_a_command_before_it_does_anything(
    run: Any, monkeypatch: pytest.MonkeyPatch, name: str, value: str, arguments: list[str]
):
    monkeypatch.setenv(name, value)
    status, out, err = run(*arguments)
    assert (status, out, err.count("\n")) == (2, "", 1), err
    assert name in err or "there is no tool 'nope'" in err


def test_a_server_whose_settings_do_not_fit_does_not_start():
    for arguments in ([], ["serve", "--transport", "http", "--port", "0"]):
        for variables in (
            {"MAKE_ZONE": "evil.com"},
            {"MAKE_MCP_TOOLS": "nope"},
            {"MATON_API_KEY_FILE": "/nonexistent"},
        ):
            status, out, err = process(*arguments, **variables)
            assert (status, out, err.count("\n")) == (2, "", 1), err


def test_flags_stand_before_the_command_and_after_it(run: Any):
    assert run("--read-only", "tools").out == run("tools", "--read-only").out != run("tools").out
    assert run("--toolsets", "users", "tools", "--read-only").out.endswith(
        "2 tools. w: writes, !: destroys; both change nothing without `confirm`.\n"
    )
    assert (
        json.loads(run("--tools", "users_me", "tools", "--tools", "teams_list", "--json").out)[0]["name"]
        == "teams_list"
    )


def test_call_reads_previews_writes_and_reports_errors(run: Any):
    read = run("--sandbox", "call", "users_me", 'fields=["id"]')
    assert (read.status, read.err, list(json.loads(read.out))) == (0, "", ["authUser"])
    one_line = run("call", "--sandbox", "--json", "users_me")
    assert one_line.out.count("\n") == 1
    assert json.loads(one_line.out)["authUser"]["id"] == json.loads(read.out)["authUser"]["id"]
    write = ["--sandbox", "call", "teams_create", "name=5 & more", "organizationId=2767268"]
    for unconfirmed in ([], ["confirm=false"], ["confirm=null"]):
        preview = run(*write, *unconfirmed)
        shown = json.loads(preview.out)
        assert (preview.status, shown["status"], shown["nothingChanged"]) == (0, "confirmation_required", True)
        assert shown["request"]["body"] == {"name": "5 & more", "organizationId": 2767268}
    done = run(*write, "confirm=true")
    assert (done.status, json.loads(done.out)["team"]["name"]) == (0, "5 & more")
    for looks_like in ('"true"', "yes", "1", "True", "TRUE", "", "[true]"):
        refused = run(*write, f"confirm={looks_like}")
        assert (refused.status, refused.out) == (1, ""), looks_like
        assert "`confirm` takes true or false" in refused.err
    for arguments, expected in (
        (["scenarios_get", "scenarioId=999999"], "answered 403"), (["scenarios_get", "scenarioId=x"], "takes a whole number"),
        (["scenarios_get"], "`scenarioId` is missing"), (["users_me", "x=1"], "there is no argument `x`"),
        (["scenarios_get", "scenarioId=1/../2"], "takes a whole number"), (["users_me", "fields=["], "takes a list"),
    ):  # fmt: skip
        refused = run("--sandbox", "call", *arguments)
        assert (refused.status, refused.out, refused.err.count("\n")) == (1, "", 1), refused.err
        assert expected in refused.err


def test_call_without_a_key_or_a_way_ends_with_1_and_says_what_to_set(run: Any, monkeypatch: pytest.MonkeyPatch):
    status, out, err = run("call", "users_me")
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert all(name in err for name in ("MATON_API_KEY", "MAKE_API_KEY", "MAKE_ZONE"))
    for name, value in NOWHERE.items():
        monkeypatch.setenv(name, value)
    status, out, err = run("call", "users_me", "--log-level", "debug")
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert "no connection to 127.0.0.1" in err


def test_a_text_argument_stays_text_and_others_are_json(run: Any):
    preview = run(
        "--sandbox",
        "call",
        "connections_create",
        "teamId=1",
        "name=007",
        "type=true",
        'scopes=["a=b"]',
        'data={"x":1.0}',
    )
    assert json.loads(preview.out)["request"]["body"] == {
        "accountName": "007",
        "accountType": "true",
        "scopes": ["a=b"],
        "x": 1.0,
    }


@pytest.mark.parametrize(
    "data",
    ['{"x":"\\ud800"}', '{"x":NaN}', '{"a":' + "[" * 700 + "]" * 700 + "}", "[" * 20_000, '{"a":' + "7" * 5000 + "}", '{"a"', "\udcff"],
    ids=["half a letter", "NaN", "deep", "deeper", "long", "cut off", "no text"],
)  # fmt: skip
def test_an_argument_that_json_cannot_carry_is_refused_in_one_line(data: str):
    status, out, err = process("--sandbox", "call", "scenarios_run", "scenarioId=1", f"data={data}")
    assert (status, out, err.count("\n")) == (1, "", 1), err[-500:]
    assert err.startswith("scenarios_run was not called: ")


def test_help_and_version_need_nothing_heavy():
    heavy = ("mcp", "httpx2", "starlette", "uvicorn", "make_tools", "make_sandbox", "anyio.from_thread", "rich")
    script = f"""
import sys
from make_mcp.cli import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
found = [name for name in {heavy!r} if name in sys.modules]
sys.exit(f"imported for help: {{found}}" if found else 0)
"""
    for arguments in (["--help"], ["call", "--help"], ["--version"], ["--nope"]):
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments], capture_output=True, encoding="utf-8", env=environment(**BOTH), check=False
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert (f"make-mcp {__version__}" in done.stdout) is (arguments == ["--version"])
        assert ("usage: make-mcp" in done.stdout) is ("--help" in arguments)


def test_as_a_process_it_keeps_the_two_streams_and_the_status_apart():
    wrong = process("--nope", **BOTH)
    assert (wrong.status, wrong.out, wrong.err.count("\n")) == (2, "", 1)
    refused = process("call", "users_me", **NOWHERE)
    assert (refused.status, refused.out, refused.err.count("\n")) == (1, "", 1)
    good = process("--sandbox", "call", "users_me", "--json")
    assert (good.status, good.err) == (0, "")
    assert json.loads(good.out)["authUser"]


async def test_a_server_that_logs_everything_logs_no_key_and_no_argument(tmp_path: Path):
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 11\r\n\r\n{"ok":true}')
        await writer.drain()

    log = tmp_path / "log"
    async with Listener(answer) as listener:
        keys = {**BOTH, "MATON_BASE_URL": listener.url, "MAKE_BASE_URL": listener.url}
        server = StdioServerParameters(
            command=sys.executable, args=["-m", "make_mcp", "--log-level", "debug"], env=environment(**keys)
        )
        with log.open("w", encoding="utf-8") as errlog:
            async with Client(stdio_client(server, errlog=errlog)) as client:
                run = {"scenarioId": 5, "data": {"password": "hush-hush"}, "confirm": True}
                for tool, given in (("users_me", None), ("notifications_list", None), ("scenarios_run", run)):
                    await client.call_tool(tool, given)
                await client.call_tool("users_me", {"hush": "hush-hush"})
        asked = [request for request in listener.requests if b"/users/me/current-authorization" not in request]
        assert len(asked) == 3
        assert b"hush-hush" in asked[2]
    logged = log.read_text(encoding="utf-8")
    assert "DEBUG" in logged
    assert not any(secret in logged for secret in (*SECRETS, "hush-hush"))


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's own")
@pytest.mark.parametrize(
    ("line", "status"), [("tools --json | head -c 1 >/dev/null", 0), ("tools >/dev/full", 1), ("serve <&-", 1)]
)  # fmt: skip
def test_an_output_that_cannot_be_written_ends_without_a_traceback(line: str, status: int):
    done = subprocess.run(
        ["sh", "-c", f'"$0" -m make_mcp {line}', sys.executable], capture_output=True, encoding="utf-8", env=environment(),
        timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    assert done.stderr.count("\n") <= 1
    assert done.returncode == status
