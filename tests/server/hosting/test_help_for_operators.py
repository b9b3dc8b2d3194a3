"""`config` and `doctor` for a server that others reach: what its operator runs before them, and what each of them is given."""

import json
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest

from make_mcp.cli import CLIENTS, USAGE_ERROR, main
from make_mcp.commands.config_remote import TOKEN_VARIABLE, WRITERS

Capture = pytest.CaptureFixture[str]
URL = "https://make.example.com/mcp"
TOKEN = "0123456789abcdef0123456789abcdef"
NOWHERE = "http://127.0.0.1:9"


def shown(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    status = main(list(arguments))
    out, err = capsys.readouterr()
    assert TOKEN not in out + err
    return status, out, err


def reached(client: str, text: str) -> tuple[str, str | None]:
    """The address, and what stands for the token, as the client would read them."""
    if client == "claude-code":
        words = shlex.split(text)
        assert words[:6] == ["claude", "mcp", "add", "--transport", "http", "make"]
        return words[6], words[8].removeprefix("Authorization: ") if len(words) > 7 else None
    if client == "codex":
        entry: dict[str, Any] = tomllib.loads(text)["mcp_servers"]["make"]
        return entry["url"], entry.get("bearer_token_env_var")
    holder: dict[str, Any] = json.loads(text)
    group = next(name for name in ("mcpServers", "servers", "context_servers") if name in holder)
    entry = holder[group]["make"]
    return entry["httpUrl" if client == "gemini" else "url"], entry.get("headers", {}).get("Authorization")


def test_there_is_a_text_for_every_client():
    assert set(WRITERS) == set(CLIENTS)


@pytest.mark.parametrize("client", [client for client in CLIENTS if client != "claude-desktop"])
def test_a_client_is_given_the_address_and_a_word_in_place_of_the_token(
    client: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MAKE_MCP_AUTH_TOKEN", TOKEN)
    status, out, _ = shown(capsys, "config", client, "--public-url", f"{URL}/", "--transport", "http")
    words = {"vscode": "Bearer ${input:make_mcp_token}", "codex": TOKEN_VARIABLE}
    assert (status, reached(client, out)) == (0, (URL, words.get(client, "Bearer YOUR_TOKEN")))


@pytest.mark.parametrize("client", [client for client in CLIENTS if client != "claude-desktop"])
def test_a_client_that_signs_in_at_an_issuer_is_given_the_address_alone(client: str, capsys: Capture):
    status, out, _ = shown(capsys, "config", client, "--public-url", URL, "--auth-issuer", "https://login.example.com")
    assert (status, reached(client, out)) == (0, (URL, None))


def test_claude_desktop_takes_an_address_with_an_issuer_and_no_token(capsys: Capture):
    assert shown(capsys, "config", "claude-desktop", "--public-url", URL, "--auth-issuer", "https://a.example.com")[
        :2
    ] == (0, f"{URL}\n")
    status, out, err = shown(capsys, "config", "claude-desktop", "--public-url", URL)
    assert (status, out) == (USAGE_ERROR, "")
    assert "MAKE_MCP_AUTH_ISSUER" in err


def test_what_is_for_a_server_does_not_get_into_a_client_that_starts_its_own(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MAKE_MCP_AUTH_TOKEN", TOKEN)
    given = ("--allowed-hosts", "a.example.com", "--max-sessions", "5", "--grace", "3", "--log-level", "info")
    status, out, _ = shown(capsys, "config", "cursor", "--sandbox", *given)
    assert status == 0
    assert json.loads(out)["mcpServers"]["make"]["env"] == {
        "MAKE_MCP_SANDBOX": "true",
        "MAKE_MCP_LOG_LEVEL": "info",
    }


def test_doctor_says_how_it_is_served_and_who_signs_in(capsys: Capture, monkeypatch: pytest.MonkeyPatch):
    status, out, _ = shown(capsys, "doctor", "--sandbox", "--transport", "http", "--port", "8123")
    assert status == 0
    assert "serves http on 127.0.0.1, port 8123; Host: 127.0.0.1:8123, [::1]:8123, localhost:8123" in out
    assert "note  nobody signs in" in out
    monkeypatch.setenv("MAKE_MCP_AUTH_TOKEN", TOKEN)
    status, out, _ = shown(capsys, "doctor", "--sandbox", "--transport", "sse")
    assert status == 0
    assert "ok    sign-in: a token of 32 characters" in out


def test_doctor_names_what_does_not_go_together(capsys: Capture):
    status, _, err = shown(capsys, "doctor", "--sandbox", "--transport", "http", "--host", "0.0.0.0")
    assert status == USAGE_ERROR
    assert "MAKE_MCP_ALLOWED_HOSTS (--allowed-hosts)" in err


def test_doctor_looks_for_the_keys_of_the_issuer_and_goes_on(capsys: Capture):
    issuer = ("--auth-issuer", NOWHERE, "--public-url", URL)
    status, out, _ = shown(capsys, "doctor", "--sandbox", "--transport", "http", *issuer)
    assert status == 1
    assert f"mend  sign-in: the keys of {NOWHERE} cannot be fetched" in out
    assert out.count("signed in as Sample Owner") == 2


def test_doctor_tries_redis_and_goes_on(capsys: Capture):
    status, out, _ = shown(capsys, "doctor", "--sandbox", "--redis-url", "redis://127.0.0.1:9/0")
    assert status == 1
    assert "mend  Redis does not work for us" in out
    assert out.count("signed in as Sample Owner") == 2


def test_doctor_counts_the_callers_who_have_keys(capsys: Capture, tmp_path: Path):
    file = tmp_path / "callers.json"
    file.write_text('{"anna": {"MAKE_API_KEY": "a-key", "MAKE_ZONE": "eu1"}}')
    file.chmod(0o600)
    issuer = ("--auth-issuer", NOWHERE, "--public-url", URL, "--credentials-file", str(file))
    _, out, _ = shown(capsys, "doctor", "--transport", "http", *issuer)
    assert "ok    callers' keys: 1 entry" in out
