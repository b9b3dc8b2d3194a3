"""What stands on stdout: the protocol, or the output of a command, and nothing of what libraries write there.

In the processes of these tests every import of a module that is not Python's own writes to stdout in each way that there is, and so
do the end of the interpreter and, for once, a child process.
"""

import json
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.end_to_end.processes import PATIENCE, command, environment
from tests.server.faults.served import MODES, Era, Watched, client, serving

NOISE = """
import atexit, os, sys

OWN = {"make_mcp", "make_mcp.__main__", "make_mcp.start"}

class Noise:
    def find_spec(self, name, path=None, target=None):
        if name not in OWN and name.split(".")[0] not in sys.stdlib_module_names:
            print("noise: a print", name)
            os.write(1, f"noise: raw bytes {name}\\n".encode())
        if name == "pydantic":
            print("noise: flushed", flush=True)
            os.system("echo noise: from a child")
            sys.__stdout__.write("noise: the other name of stdout")

sys.meta_path.insert(0, Noise())
print("noise: not flushed, before anything of ours runs")
atexit.register(print, "noise: at the end")
"""


@pytest.fixture
def noisy(tmp_path: Path) -> dict[str, str]:
    """Variables of a process in which it is noisy."""
    folder = tmp_path / "noisy"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(NOISE, encoding="utf-8")
    # Unbuffered, what comes before anything of ours would be out before we are there.
    return {"PYTHONPATH": str(folder), "PYTHONUNBUFFERED": "", "COLUMNS": "400"}


def installed() -> str:
    """The command that an installation puts on the path."""
    found = shutil.which("make-mcp", path=sysconfig.get_path("scripts"))
    assert found is not None, "make-mcp is not installed beside this Python"
    return found


@pytest.mark.parametrize("era", MODES)
async def test_every_line_of_a_server_is_a_message(era: Era, noisy: dict[str, str], tmp_path: Path):
    """F34: from the start of the process to its end, and on stderr the noise is still there."""
    async with Watched() as upstream, serving("stdio", upstream, tmp_path, **noisy) as served:
        # The client fails at the first line that is no message.
        async with client(served, era) as connected:
            assert len((await connected.list_tools()).tools) > 25
            assert not (await connected.call_tool("users_me", {})).is_error
            assert not (await connected.call_tool("scenarios_start", {"scenarioId": 5, "confirm": True})).is_error
            await served.close()
            assert await served.ends() == 0
        assert served.results() == 2
        await served.says("at the end")
        for noise in ("before anything", "a print make_mcp.app", "raw bytes mcp.server", "from a child", "flushed"):
            await served.says(noise)


COMMANDS = [
    ["tools"], ["tools", "--json"], ["call", "users_me", "--sandbox", "--json"], ["call", "users_me"], ["doctor", "--sandbox"],
    ["config", "claude-code"], ["audit", "AUDIT"], ["demo"], ["call", "--help"], ["--version"], ["--nope"],
]  # fmt: skip


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_the_output_of_a_command_is_its_own(arguments: list[str], noisy: dict[str, str], tmp_path: Path):
    """F34: it is the same to the letter as without the noise, where it tells no times and makes up no codes."""
    log = tmp_path / "audit.log"
    log.write_text("", encoding="utf-8")
    given = command(*(str(log) if argument == "AUDIT" else argument for argument in arguments))
    quiet, loud = (
        subprocess.run(
            given, capture_output=True, text=True, env=environment(**variables), timeout=PATIENCE, check=False
        )
        for variables in ({"COLUMNS": "400"}, noisy)
    )
    assert loud.returncode == quiet.returncode
    assert "noise" not in loud.stdout
    assert "noise" in loud.stderr
    if arguments != ["demo"]:
        assert loud.stdout == quiet.stdout


@pytest.mark.parametrize("way", ["module", "installed", "bundle"])
def test_each_way_in_keeps_stdout_clean(way: str, noisy: dict[str, str]):
    """F34: `python -m make_mcp`, the installed command, and the entry point of the bundle."""
    ways = {
        "module": command(),
        "installed": [installed()],
        "bundle": [sys.executable, str(ROOT / "server" / "main.py")],
    }
    done = subprocess.run(
        [*ways[way], "tools", "--json"],
        capture_output=True,
        text=True,
        env=environment(**noisy),
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0
    assert len(json.loads(done.stdout)) > 25
    assert "noise: a print pydantic" in done.stderr


@pytest.mark.parametrize("way_out", ["closed", "full"])
def test_a_command_without_a_stdout_fails_or_is_silent_but_writes_nowhere_else(way_out: str):
    """F34: descriptor 1 is taken by nothing else, such as the log of a server."""
    shell = {"closed": ">&-", "full": ">/dev/full"}[way_out]
    done = subprocess.run(
        ["sh", "-c", f'"$@" {shell}', "sh", *command("tools")],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=PATIENCE,
        check=False,
    )
    assert done.stdout == ""
    assert done.returncode == {"closed": 0, "full": 1}[way_out]
    assert done.stderr == {"closed": "", "full": "make-mcp: No space left on device\n"}[way_out]
