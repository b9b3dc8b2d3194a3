"""The servers that are measured: how each is started, and which of its tools do the same work."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from client import Call
from upstream import FIRST_SCENARIO, PREFIX

FOLDER: Final = Path(__file__).parent
NODE: Final = FOLDER / "node"
INSTALL_SECONDS: Final = 300
TOKEN: Final = "00000000-0000-4000-8000-000000000000"

OURS: Final = "make-mcp"
TRIVIAL: Final = "trivial"
MAKE: Final = "Make's SDK"
NAMES: Final = {"make-mcp": OURS, "trivial": TRIVIAL, "make": MAKE}

_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR", "VIRTUAL_ENV")


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server over stdio.

    `read(N)` is a call that costs exactly one GET of a record of about 8 kB with the id N; `scenarios` lists 50
    scenarios; `scenario(N)` is what reading a scenario is to this server, where that is more than `read`. `shared` are
    the beginnings of the names of tools in areas that Make's server and ours both have.
    """

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    listing_environment: dict[str, str]
    """In which all its tools are listed."""
    read: Callable[[int], Call]
    scenarios: Call
    scenario: Callable[[int], Call] | None = None
    shared: tuple[str, ...] = ()
    usual_environment: dict[str, str] | None = None
    """In which fewer are listed, where that is what it does unless it is told otherwise."""
    canned: Call | None = None


class NotMeasuredError(Exception):
    """Why a server cannot be measured here."""


def environment(**extra: str) -> dict[str, str]:
    """A small environment for a child: no proxies, no credentials of the person who measures."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | extra


def ours(port: int) -> Server:
    """make-mcp with a Make token. Its lists are taken with both keys, which is when all its tools can be in them."""
    beside = Path(sys.executable).with_name("make-mcp")
    base = f"http://127.0.0.1:{port}"
    # Pacing keeps below Make's limits, which a local upstream does not have.
    own = environment(MAKE_API_KEY=TOKEN, MAKE_BASE_URL=base, MAKE_MCP_PACE="off")
    both = own | {"MATON_API_KEY": "none", "MATON_BASE_URL": base}
    return Server(
        name=OURS,
        command=(str(beside),) if beside.exists() else (sys.executable, "-m", "make_mcp"),
        environment=own,
        listing_environment=both | {"MAKE_MCP_TOOLSETS": "all"},
        usual_environment=both,
        read=lambda number: Call(tool="scenarios_get", arguments={"scenarioId": number}, expects=number),
        scenarios=Call(tool="scenarios_list", arguments={"teamId": 1}, expects=FIRST_SCENARIO),
        shared=(
            "users_", "organizations_", "teams_", "scenarios_", "connections_", "data_stores_", "hooks_", "templates_",
            "incomplete_executions_",
        ),
    )  # fmt: skip


def trivial(port: int) -> Server:
    own = environment(BENCHMARK_UPSTREAM=f"http://127.0.0.1:{port}")

    def get(path: str, expects: int) -> Call:
        return Call(tool="get", arguments={"path": PREFIX + path}, expects=expects)

    return Server(
        name=TRIVIAL,
        command=(sys.executable, str(FOLDER / "trivial_server.py")),
        environment=own,
        listing_environment=own,
        read=lambda number: get(f"/scenarios/{number}", number),
        scenarios=get("/scenarios?teamId=1", FIRST_SCENARIO),
        canned=Call(tool="canned", arguments={}),
    )


def make(port: int) -> Server:
    """Make's SDK. Its scenarios_get sends two requests (the blueprint too), so it reads data stores of the same size.

    Raises:
        NotMeasuredError: Node is missing or too old, or npm could not install the packages.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or not _is_recent(node):
        raise NotMeasuredError("needs Node 20")
    if not all((NODE / "node_modules" / name).exists() for name in ("@makehq/sdk", "@modelcontextprotocol/sdk")):
        _install(npm)
    own = environment(MAKE_API_KEY=TOKEN, BENCHMARK_ZONE=f"127.0.0.1:{port}")
    return Server(
        name=MAKE,
        command=(node, str(NODE / "make_sdk_server.mjs")),
        environment=own,
        listing_environment=own,
        scenario=lambda number: Call(tool="scenarios_get", arguments={"scenarioId": number}, expects=number),
        read=lambda number: Call(tool="data-stores_get", arguments={"dataStoreId": number}, expects=number),
        scenarios=Call(tool="scenarios_list", arguments={"teamId": 1}, expects=FIRST_SCENARIO),
        shared=(
            "users_", "organizations_", "teams_", "scenarios_", "executions_", "connections_", "data-stores_", "hooks_",
            "public-templates_", "incomplete-executions_",
        ),
    )  # fmt: skip


ALL: Final[dict[str, Callable[[int], Server]]] = {OURS: ours, TRIVIAL: trivial, MAKE: make}


def _is_recent(node: str) -> bool:
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False, timeout=30).stdout
    major = version.strip().removeprefix("v").partition(".")[0]
    return major.isdecimal() and int(major) >= 20


def _install(npm: str) -> None:
    print("Installing Make's SDK (npm install, once) ...", file=sys.stderr)
    command = [npm, "install", "--no-package-lock", "--no-audit", "--no-fund"]
    try:
        # The person's own environment: npm may need a proxy or a mirror that only it knows.
        subprocess.run(command, cwd=NODE, check=True, capture_output=True, timeout=INSTALL_SECONDS)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        shutil.rmtree(NODE / "node_modules", ignore_errors=True)
        raise NotMeasuredError("npm install failed") from error
    # npm keeps a lock file in there whatever it is told; it names the registry's host.
    (NODE / "node_modules" / ".package-lock.json").unlink(missing_ok=True)
