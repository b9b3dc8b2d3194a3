"""What a client's configuration needs to reach a server over HTTP."""

import json
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from make_mcp.settings import SettingsError

TOKEN_VARIABLE = "MAKE_MCP_TOKEN"  # noqa: S105  # a name
"""The variable in which a client finds the token, where its configuration names one."""
_WORD = "YOUR_TOKEN"


@dataclass(frozen=True, slots=True)
class Remote:
    """A server somewhere else. Where an issuer makes the tokens, the client signs in by itself."""

    url: str
    has_issuer: bool

    @property
    def headers(self) -> Mapping[str, str]:
        return {} if self.has_issuer else {"Authorization": f"Bearer {_WORD}"}


def _json(*path: str, url: str = "url", kind: str | None = None) -> Callable[[Remote], str]:
    def write(remote: Remote) -> str:
        content: object = {
            **({} if kind is None else {"type": kind}),
            url: remote.url,
            **({"headers": dict(remote.headers)} if remote.headers else {}),
        }
        for key in reversed((*path, "make")):
            content = {key: content}
        return json.dumps(content, indent=2)

    return write


def _claude_code(remote: Remote) -> str:
    headers = [part for name, value in remote.headers.items() for part in ("--header", f"{name}: {value}")]
    return shlex.join(["claude", "mcp", "add", "--transport", "http", "make", remote.url, *headers])


def _vscode(remote: Remote) -> str:
    # VS Code asks for the token itself, and keeps it.
    asked = [{"type": "promptString", "id": "make_mcp_token", "description": "Token of make-mcp", "password": True}]
    headers = {"headers": {"Authorization": "Bearer ${input:make_mcp_token}"}} if remote.headers else {}
    server = {"type": "http", "url": remote.url, **headers}
    return json.dumps({"inputs": asked if remote.headers else [], "servers": {"make": server}}, indent=2)


def _codex(remote: Remote) -> str:
    lines = ["[mcp_servers.make]", f"url = {json.dumps(remote.url)}"]
    return "\n".join(lines + ([f'bearer_token_env_var = "{TOKEN_VARIABLE}"'] if remote.headers else []))


def _claude_desktop(remote: Remote) -> str:
    if remote.has_issuer:
        return remote.url
    raise SettingsError(
        "Claude Desktop reaches a server over HTTP as a connector (Settings, Connectors), which signs in at an issuer and takes no "
        "token: set MAKE_MCP_AUTH_ISSUER if the server has one, or use another client"
    )


WRITERS: Mapping[str, Callable[[Remote], str]] = {
    "claude-desktop": _claude_desktop,
    "claude-code": _claude_code,
    "cursor": _json("mcpServers"),
    "vscode": _vscode,
    "codex": _codex,
    "gemini": _json("mcpServers", url="httpUrl"),
    "zed": _json("context_servers"),
}
"""By client: how it is written."""
