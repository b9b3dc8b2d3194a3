"""What needs Node and npm: the bundle's own tool, an MCP client that others wrote, and Make's own SDK.

    python checks/node.py

Run it with an interpreter that has make-mcp and its clients installed. It installs what it needs from npm and the Python
package index into `checks/node/node_modules` and a temporary folder, and fails where that cannot be had.
"""

import asyncio
import contextlib
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

import make_sandbox

ROOT = Path(__file__).parents[1]
HOME = ROOT / "checks" / "node"
TOOLS = HOME / "node_modules" / ".bin"


class Failed(Exception):
    """A check that did not hold, with what was seen."""


def run(command: Sequence[str], *, where: Path = ROOT, variables: Mapping[str, str] | None = None) -> str:
    """The output of a command that must succeed."""
    # The newer Node that some of them need comes from npm, and stands before the machine's own.
    environment = {**os.environ, "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}", **(variables or {})}
    done = subprocess.run(command, cwd=where, env=environment, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        raise Failed(
            f"{' '.join(command[:4])} ended with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        )
    return done.stdout


def install(home: Path = HOME) -> None:
    """The npm packages of this folder's package.json, at their exact versions."""
    if shutil.which("npm") is None:
        raise Failed("npm is not on this machine: install Node 20 or later")
    run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund"], where=home)


def the_manifest_is_valid() -> str:
    told = run(["mcpb", "validate", str(ROOT / "manifest.json")])
    if "passes" not in told:
        raise Failed(told)
    return told.strip().splitlines()[0]


def inspector_lists_and_calls() -> str:
    server = ["mcp-inspector", "--cli", sys.executable, "-m", "make_mcp", "--sandbox", "--toolsets", "all"]
    tools = json.loads(run([*server, "--method", "tools/list"]))["tools"]
    if len(tools) != 68:
        raise Failed(f"MCP Inspector lists {len(tools)} tools")
    called = json.loads(run([*server, "--method", "tools/call", "--tool-name", "organizations_list"]))
    if called.get("isError") or not called["structuredContent"]["organizations"]:
        raise Failed(f"MCP Inspector's call answered {called}")
    return f"MCP Inspector lists {len(tools)} tools and calls one"


def the_bundle_works_elsewhere() -> str:
    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder)
        run(["mcpb", "pack", str(ROOT), str(there / "make-mcp.mcpb")])
        with zipfile.ZipFile(there / "make-mcp.mcpb") as bundle:
            names = bundle.namelist()
            bundle.extractall(there / "unpacked")
        unwanted = [
            n
            for n in names
            if n.startswith(("tests/", ".venv/", ".git/", "benchmarks/", "node_modules/")) or "__pycache__" in n
        ]
        if unwanted:
            raise Failed(f"the bundle holds {unwanted[:5]}")
        manifest = json.loads((there / "unpacked" / "manifest.json").read_text(encoding="utf-8"))
        launch = manifest["server"]["mcp_config"]
        # As a host does it: the options' values, booleans as words, and its own uv on the path.
        options = {name: option["default"] for name, option in manifest["user_config"].items()}
        # Everything that the manifest names, and not only what is listed by default.
        options |= {"sandbox": True, "toolsets": "all"}
        values = {
            f"${{user_config.{name}}}": str(v).lower() if isinstance(v, bool) else v for name, v in options.items()
        }
        arguments = [argument.replace("${__dirname}", str(there / "unpacked")) for argument in launch["args"]]
        variables = {name: values[value] for name, value in launch["env"].items()}
        count = asyncio.run(_ask(uv(there), launch["command"], arguments, variables))
        if count != len(manifest["tools"]):
            raise Failed(f"the unpacked bundle lists {count} tools, its manifest {len(manifest['tools'])}")
        return f"the bundle ({len(names)} files) lists {count} tools where it was unpacked"


def makes_sdk_takes_the_sandbox_for_make() -> str:
    with practice() as address:
        told = run(["node", str(HOME / "sdk_rounds.mjs"), address, make_sandbox.TOKEN], where=HOME)
    return f"Make's SDK on the practice account: {told.strip().splitlines()[-1]}"


@contextlib.contextmanager
def practice() -> Generator[str]:
    """The practice account over HTTP, as a person starts it; its host and port."""
    command = [sys.executable, "-m", "make_mcp", "sandbox", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        try:
            assert served.stdout is not None
            banner = itertools.takewhile(lambda line: "doctor" not in line, served.stdout)
            found = re.search(r"http://(\S+?)/api/v2", "".join(banner))
            if found is None:
                raise Failed("`make-mcp sandbox` printed no address")
            yield found[1]
        finally:
            served.terminate()


def uv(folder: Path) -> Path:
    """A folder with `uv`, which a host brings along."""
    if (found := shutil.which("uv")) is not None:
        return Path(found).parent
    run([sys.executable, "-m", "venv", str(folder / "uv")])
    programs = folder / "uv" / ("Scripts" if sys.platform == "win32" else "bin")
    run([str(programs / "python"), "-m", "pip", "install", "--quiet", "uv"])
    return programs


async def _ask(programs: Path, command: str, arguments: Sequence[str], variables: Mapping[str, str]) -> int:
    from mcp import Client, StdioServerParameters

    environment = {**os.environ, **variables, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    server = StdioServerParameters(command=command, args=list(arguments), env=environment)
    async with asyncio.timeout(600), Client(server) as client:
        result: Any = await client.call_tool("organizations_list", {})
        if result.is_error:
            raise Failed("the bundle's server answered a call with an error")
        return len((await client.list_tools()).tools)


def main() -> int:
    checks: Sequence[Callable[[], str]] = [
        the_manifest_is_valid,
        makes_sdk_takes_the_sandbox_for_make,
        inspector_lists_and_calls,
        the_bundle_works_elsewhere,
    ]
    failed = 0
    try:
        install()
    except Failed as error:
        print(f"FAILED install: {error}")
        return 1
    for check in checks:
        try:
            print(f"ok {check()}", flush=True)
        except Failed as error:
            failed += 1
            print(f"FAILED {check.__name__}: {error}", flush=True)
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
