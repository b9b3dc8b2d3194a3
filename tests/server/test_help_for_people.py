"""`config` and `doctor`: what a person runs before the first call, and when something is wrong."""

import asyncio
import json
import os
import shlex
import tomllib
from typing import Any

import pytest
from pydantic_core import to_json
from tests.server.network import ENDPOINTS, MAKE_TOKEN, MATON_KEY, SECRETS, Listener

from make_mcp.cli import CLIENTS, main
from make_mcp.commands.config import CLIENTS as WRITTEN
from make_mcp.recipes import RECIPES
from make_tools.usual import USUAL

Capture = pytest.CaptureFixture[str]


def shown(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    status = main(list(arguments))
    out, err = capsys.readouterr()
    assert not any(secret in out + err for secret in SECRETS)
    return status, out, err


def entry_of(client: str, text: str) -> dict[str, Any]:
    """Command, arguments and environment, as the client would read them."""
    match client:
        case "claude-code":
            words = shlex.split(text)
            assert words[:4] == ["claude", "mcp", "add", "make"]
            split = words.index("--")
            variables = dict(
                pair.split("=", 1)
                for flag, pair in zip(words[4:split:2], words[5:split:2], strict=True)
                if flag == "-e"
            )
            return {"command": words[split + 1], "args": words[split + 2 :], "env": variables}
        case "codex":
            return tomllib.loads(text)["mcp_servers"]["make"]
        case "vscode":
            return json.loads(text)["servers"]["make"]
        case "zed":
            return json.loads(text)["context_servers"]["make"]
        case _:
            return json.loads(text)["mcpServers"]["make"]


def test_the_clients_of_the_command_line_are_those_that_can_be_written_for():
    assert tuple(WRITTEN) == CLIENTS


@pytest.mark.parametrize("client", CLIENTS)
def test_the_text_starts_this_server_and_holds_a_word_in_place_of_each_key(
    client: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MAKE_API_KEY", MAKE_TOKEN)
    monkeypatch.setenv("MAKE_ZONE", "us2")
    status, out, err = shown(capsys, "config", client)
    entry = entry_of(client, out)
    assert (status, bool(err)) == (0, True)
    assert os.access(entry["command"], os.X_OK)
    assert entry["env"]["MAKE_ZONE"] == "us2.make.com"
    assert "MATON_API_KEY" not in entry["env"]
    assert entry["env"]["MAKE_API_KEY"] == ("${input:make_api_key}" if client == "vscode" else "YOUR_MAKE_TOKEN")


@pytest.mark.parametrize("client", CLIENTS)
def test_what_the_operator_switched_off_here_stays_off_there(client: str, capsys: Capture):
    _, out, _ = shown(
        capsys,
        "config",
        client,
        "--read-only",
        "--exclude-tools",
        "users_list, hooks_get",
        "--prefer",
        "make",
        "--sandbox",
    )
    assert entry_of(client, out)["env"] == {
        "MAKE_MCP_PREFER": "make",
        "MAKE_MCP_SANDBOX": "true",
        "MAKE_MCP_READ_ONLY": "true",
        "MAKE_MCP_EXCLUDE_TOOLS": "users_list,hooks_get",
    }


def test_doctor_finds_the_practice_account_sound(capsys: Capture):
    status, out, _ = shown(capsys, "--sandbox", "doctor")
    assert status == 0
    assert out.count("signed in as Sample Owner") == 2
    assert "68 tools: 35 read, 33 change something" in out
    assert f"{len(USUAL) + len(RECIPES)} of them are listed" in out


def test_doctor_says_what_to_set_where_there_is_no_key(capsys: Capture):
    status, out, _ = shown(capsys, "doctor")
    assert status == 1
    assert all(name in out for name in ("MATON_API_KEY", "MAKE_API_KEY", "MAKE_ZONE"))


def saying(status: str, body: bytes) -> Listener:
    """Make, or Maton, with one answer to everything."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head.encode() + body)
        await writer.drain()

    return Listener(answer)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"message":"no","code":"IM015"}', "answered 401"),
        (b"<html>", "answered 401"),
    ],
)
async def test_doctor_passes_on_what_make_said(body: bytes, told: str, capfd: pytest.CaptureFixture[str]):
    async with saying("401 Unauthorized", body) as listener:
        status, out = await doctor(capfd, MAKE_API_KEY=MAKE_TOKEN, MAKE_BASE_URL=listener.url)
    assert status == 1
    assert told in out
    assert "MAKE_ZONE" in out


@pytest.mark.parametrize("body", [b'{"authUser":null}', b"{}", b'{"authUser":{"name":"\\u202ex\\u001b[2J"}}'])
async def test_doctor_survives_an_odd_answer(body: bytes, capfd: pytest.CaptureFixture[str]):
    async with saying("200 OK", body) as listener:
        status, out = await doctor(capfd, MAKE_API_KEY=MAKE_TOKEN, MAKE_BASE_URL=listener.url)
    assert status == 0
    assert "\x1b" not in out
    assert "\u202e" not in out


async def test_doctor_counts_the_tools_that_the_token_cannot_call(capfd: pytest.CaptureFixture[str]):
    every = {endpoint.scopes[0] for endpoint in ENDPOINTS.values() if endpoint.scopes}
    for lacking, told in (({"hooks:write"}, "5 tools need scopes that the token lacks"), (set[str](), "signed in")):
        body = to_json({"authUser": {"name": "x"}, "authorization": {"scope": sorted(every - lacking)}})
        async with saying("200 OK", body) as listener:
            status, out = await doctor(capfd, MAKE_API_KEY=MAKE_TOKEN, MAKE_BASE_URL=listener.url)
        assert status == 0
        assert told in out
        assert ("lacks" in out) is bool(lacking)


async def test_doctor_asks_for_a_link_where_maton_has_none(capfd: pytest.CaptureFixture[str]):
    body = b'{"connections":[{"app":"make","status":"PENDING"}]}'
    async with saying("200 OK", body) as listener:
        status, out = await doctor(capfd, MATON_API_KEY=MATON_KEY, MATON_BASE_URL=listener.url)
    assert status == 1
    assert "maton_connections_create" in out


async def doctor(capfd: pytest.CaptureFixture[str], **variables: str) -> tuple[int, str]:
    """`make-mcp doctor` in a thread of its own, since the upstream lives in this event loop."""
    import anyio

    names = {
        "MAKE_API_KEY": "make_api_key",
        "MAKE_BASE_URL": "make_base_url",
        "MATON_API_KEY": "maton_api_key",
        "MATON_BASE_URL": "maton_base_url",
    }
    from make_mcp.commands.doctor import doctor as command
    from make_mcp.settings import load

    status = await anyio.to_thread.run_sync(command, load({names[name]: value for name, value in variables.items()}))
    return status, capfd.readouterr().out
