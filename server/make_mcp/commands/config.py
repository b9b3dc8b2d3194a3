"""`make-mcp config CLIENT`: the exact text that makes an MCP client start this server, or reach it where it is hosted."""

import json
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pydantic import SecretStr

from make_mcp.settings import KEYS, Settings, SettingsError, variable
from make_mcp.settings.serving import ServingSettings
from make_mcp.start import say


@dataclass(frozen=True, slots=True)
class Launch:
    """How a client starts the server: the command, and the variables with a word in place of each key."""

    command: str
    arguments: Sequence[str]
    variables: Mapping[str, str]

    def entry(self) -> dict[str, object]:
        entry: dict[str, object] = {"command": self.command, "args": list(self.arguments)}
        return entry | ({"env": dict(self.variables)} if self.variables else {})


def config(settings: Settings, client: str) -> int:
    """Prints the text alone on stdout, and on stderr where it goes. No key is printed."""
    where, write = CLIENTS[client]
    if settings.public_url is not None:
        # Imported here: most servers are started by their client.
        from make_mcp.commands.config_remote import WRITERS, Remote

        text = WRITERS[client](Remote(settings.public_url, settings.auth_issuer is not None))
        sys.stderr.write(f"{'As a connector (Settings, Connectors)' if client == 'claude-desktop' else where}:\n")
        say(text)
        return 0
    if settings.transport != "stdio":
        raise SettingsError(
            f"config writes what starts the server over stdio, and {variable('transport')} (--transport) got {settings.transport!r}: "
            "leave it out, or give --public-url with the address under which clients reach the server"
        )
    sys.stderr.write(f"{where}:\n")
    if settings.confirm == "human" and client in _CANNOT_ASK:
        sys.stderr.write(
            f"make-mcp: to our knowledge {client} shows no questions of local servers (November 2026): with "
            "--confirm human nothing can be changed from there.\n"
        )
    say(write(_launch(settings)))
    return 0


def _launch(settings: Settings) -> Launch:
    # A client's own PATH may lack this environment: the full path works from anywhere.
    command = shutil.which("make-mcp", path=str(Path(sys.executable).parent)) or shutil.which("make-mcp")
    arguments = [] if command else ["-m", "make_mcp"]
    return Launch(command or sys.executable, arguments, {**_keys(settings), **_restrictions(settings)})


def _keys(settings: Settings) -> Mapping[str, str]:
    if settings.sandbox:
        return {}
    maton = {variable("maton_api_key"): "YOUR_MATON_KEY"}
    make = {variable("make_api_key"): "YOUR_MAKE_TOKEN"}
    if settings.make_base_url is None:
        make[variable("make_zone")] = "YOUR_ZONE.make.com"
    wanted = {**(maton if settings.maton_key else {}), **(make if settings.make_key else {})} or make
    # A key that stands in a file stays there.
    files = {f"{variable(key)}_FILE" for key in KEYS if getattr(settings, f"{key}_file") is not None}
    return {name: word for name, word in wanted.items() if f"{name}_FILE" not in files}


def _restrictions(settings: Settings) -> Mapping[str, str]:
    """Every other setting that is not the default: what the operator switched off here stays off there."""
    found: dict[str, str] = {}
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if name in _OF_THIS_PLACE or value == field.default:
            continue
        match value:
            case bool():
                found[variable(name)] = "true" if value else "false"
            case tuple():
                found[variable(name)] = ",".join(cast("tuple[str, ...]", value))
            case SecretStr():
                # It can hold a password.
                found[variable(name)] = "YOUR_REDIS_URL"
            case Path():
                found[variable(name)] = str(value.resolve())
            case _:
                found[variable(name)] = str(value)
    return found


_CANNOT_ASK = frozenset({"claude-desktop"})
"""Clients without elicitation for local servers, when this was written."""
_TOO = frozenset({"log_level", "log_format", "audit_log"})
"""Of what says how it is served, what counts over stdio too."""
_OF_THIS_PLACE = KEYS | (ServingSettings.model_fields.keys() - _TOO)
"""Keys are asked for by a word; a client starts the server over stdio."""


def _json(*path: str) -> Callable[[Launch], str]:
    def write(launch: Launch) -> str:
        content: object = launch.entry()
        for key in reversed((*path, "make")):
            content = {key: content}
        return json.dumps(content, indent=2)

    return write


def _vscode(launch: Launch) -> str:
    # VS Code asks for the keys itself, and keeps them.
    secrets = [name for name in launch.variables if name.endswith("_API_KEY")]
    inputs = [{"type": "promptString", "id": s.lower(), "description": s, "password": True} for s in secrets]
    variables = {n: f"${{input:{n.lower()}}}" if n in secrets else v for n, v in launch.variables.items()}
    server = {"type": "stdio", **Launch(launch.command, launch.arguments, variables).entry()}
    return json.dumps({"inputs": inputs, "servers": {"make": server}}, indent=2)


def _toml(launch: Launch) -> str:
    # A JSON string, or a list of them, is one in TOML too.
    lines = [
        "[mcp_servers.make]",
        f"command = {json.dumps(launch.command)}",
        f"args = {json.dumps(list(launch.arguments))}",
    ]
    lines += ["", "[mcp_servers.make.env]"] if launch.variables else []
    return "\n".join([*lines, *(f"{name} = {json.dumps(value)}" for name, value in launch.variables.items())])


def _claude_code(launch: Launch) -> str:
    variables = [part for name, value in launch.variables.items() for part in ("-e", f"{name}={value}")]
    return shlex.join(["claude", "mcp", "add", "make", *variables, "--", launch.command, *launch.arguments])


CLIENTS: Mapping[str, tuple[str, Callable[[Launch], str]]] = {
    "claude-desktop": ("Into claude_desktop_config.json (Settings, Developer, Edit Config)", _json("mcpServers")),
    "claude-code": ("Run", _claude_code),
    "cursor": ("Into ~/.cursor/mcp.json, or .cursor/mcp.json in a project", _json("mcpServers")),
    "vscode": ("Into .vscode/mcp.json of a project", _vscode),
    "codex": ("Into ~/.codex/config.toml", _toml),
    "gemini": ("Into ~/.gemini/settings.json", _json("mcpServers")),
    "zed": ("Into Zed's settings.json", _json("context_servers")),
}
"""By client: where the text goes, and how it is written."""
