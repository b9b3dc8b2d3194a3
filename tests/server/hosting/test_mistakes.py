"""Mistakes in the settings of a server for others: each is one line that names the setting, what it got and what it takes."""

import os
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest
from tests.end_to_end.processes import PATIENCE, command, environment

from make_mcp.cli import main
from make_mcp.listening import listen

Capture = pytest.CaptureFixture[str]
SHORT = "a-token-of-31-characters-0123456"[:31]
TOKEN = "canary-token-of-the-team-0123456789"
KEY = "canary-key-of-anna-77ab31"
SECRETS = (SHORT, TOKEN, KEY, "canary-password")
ISSUER = ("--auth-issuer", "https://login.example.com")
PUBLIC = ("--public-url", "https://make.example.com/mcp")
SIGN_IN = (*ISSUER, *PUBLIC)
HOSTS = ("--allowed-hosts", "make.example.com")
ALL = ("--host", "0.0.0.0")
WITH_TOKEN = {"MAKE_MCP_AUTH_TOKEN": TOKEN}

Case = tuple[tuple[str, ...], dict[str, str], tuple[str, ...]]
"""Flags, variables, and what the line must say."""
ADDRESSES: list[Case] = [
    (ALL, {}, ("MAKE_MCP_HOST (--host) got '0.0.0.0'", "--allowed-hosts", "MAKE_MCP_AUTH_TOKEN", "--auth-issuer")),
    ((*ALL, *HOSTS), {}, ("MAKE_MCP_HOST (--host) got '0.0.0.0'", "sign-in", "MAKE_MCP_AUTH_TOKEN", "--auth-token-file")),
    (ALL, WITH_TOKEN, ("MAKE_MCP_HOST (--host) got '0.0.0.0'", "--allowed-hosts")),
    ((*ALL, *SIGN_IN), {}, ("MAKE_MCP_HOST (--host) got '0.0.0.0'", "--allowed-hosts")),
    (("--host", "::"), {}, ("MAKE_MCP_HOST (--host) got '::'", "--allowed-hosts", "sign-in")),
    (("--host", "192.0.2.7"), WITH_TOKEN, ("MAKE_MCP_HOST (--host) got '192.0.2.7'", "--allowed-hosts")),
    (("--host", "make.example.com"), {}, ("MAKE_MCP_HOST (--host)", "'make.example.com'", "127.0.0.1")),
    (("--host", "0.0.0.0:8000"), {}, ("MAKE_MCP_HOST (--host)", "'0.0.0.0:8000'", "127.0.0.1")),
    (("--allowed-hosts", "*"), {}, ("MAKE_MCP_ALLOWED_HOSTS (--allowed-hosts)", "'*'", "make.example.com")),
    (("--allowed-hosts", "*.example.com"), {}, ("--allowed-hosts", "'*.example.com'", "make.example.com")),
    (("--allowed-hosts", "https://make.example.com"), {}, ("--allowed-hosts", "'https://make.example.com'", "make.example.com:8443")),
    (("--allowed-hosts", "Make.example.com"), {}, ("--allowed-hosts", "'Make.example.com'", "small letters")),
    (("--allowed-hosts", "make.example.com/mcp"), {}, ("--allowed-hosts", "'make.example.com/mcp'")),
    (("--allowed-hosts", "make.example.com:https"), {}, ("--allowed-hosts", "'make.example.com:https'")),
    (("--allowed-hosts", "make.example.com:99999"), {}, ("--allowed-hosts", "'make.example.com:99999'")),
    (("--allowed-hosts", ","), {}, ("--allowed-hosts", "','", "commas")),
    (("--allowed-origins", "*"), {}, ("MAKE_MCP_ALLOWED_ORIGINS (--allowed-origins)", "'*'", "https://app.example.com")),
    (("--allowed-origins", "null"), {}, ("--allowed-origins", "'null'", "https://app.example.com")),
    (("--allowed-origins", "app.example.com"), {}, ("--allowed-origins", "'app.example.com'")),
    (("--allowed-origins", "https://app.example.com/"), {}, ("--allowed-origins", "without a path")),
    (("--allowed-origins", "https://app.example.com:443"), {}, ("--allowed-origins", "'https://app.example.com:443'")),
    (("--allowed-origins", "https://*.example.com"), {}, ("--allowed-origins", "without *")),
    ((), {"MAKE_MCP_ALLOWED_HOST": "make.example.com"}, ("MAKE_MCP_ALLOWED_HOST", "did you mean MAKE_MCP_ALLOWED_HOSTS")),
]  # fmt: skip
TOKENS: list[Case] = [
    ((), {"MAKE_MCP_AUTH_TOKEN": SHORT}, ("MAKE_MCP_AUTH_TOKEN", "at least 32")),
    ((), {"MAKE_MCP_AUTH_TOKEN": TOKEN + " x"}, ("MAKE_MCP_AUTH_TOKEN", "at least 32")),
    ((), {"MAKE_MCP_AUTH_TOKEN": TOKEN + "ä"}, ("MAKE_MCP_AUTH_TOKEN", "at least 32")),
    (("--auth-token", TOKEN), {}, ("MAKE_MCP_AUTH_TOKEN", "--auth-token-file")),
    (("--auth-token-file", "{folder}/nothing"), {}, ("MAKE_MCP_AUTH_TOKEN_FILE", "/nothing'", "cannot be read")),
    (("--auth-token-file", "{folder}"), {}, ("MAKE_MCP_AUTH_TOKEN_FILE", "cannot be read")),
    (("--auth-token-file", "{folder}/empty"), {}, ("MAKE_MCP_AUTH_TOKEN_FILE", "/empty'", "at least 32")),
    (("--auth-token-file", "{folder}/short"), {}, ("MAKE_MCP_AUTH_TOKEN_FILE", "/short'", "at least 32")),
    (("--auth-token-file", "{folder}/binary"), {}, ("MAKE_MCP_AUTH_TOKEN_FILE", "/binary'", "cannot be read")),
    (("--auth-token-file", "{folder}/token"), WITH_TOKEN, ("MAKE_MCP_AUTH_TOKEN and MAKE_MCP_AUTH_TOKEN_FILE", "one of the two")),
    (SIGN_IN, WITH_TOKEN, ("MAKE_MCP_AUTH_ISSUER (--auth-issuer) got 'https://login.example.com'", "MAKE_MCP_AUTH_TOKEN")),
    ((*SIGN_IN, "--auth-token-file", "{folder}/token"), {}, ("--auth-issuer", "MAKE_MCP_AUTH_TOKEN", "one of the two")),
    (ISSUER, {}, ("MAKE_MCP_AUTH_ISSUER (--auth-issuer) got 'https://login.example.com'", "--public-url")),
    ((*PUBLIC, "--auth-issuer", "http://login.example.com"), {}, ("--auth-issuer", "'http://login.example.com'", "takes https")),
    ((*PUBLIC, "--auth-issuer", "login.example.com"), {}, ("--auth-issuer", "'login.example.com'", "https://")),
    ((*PUBLIC, "--auth-issuer", "https://login.example.com?x=y"), {}, ("--auth-issuer", "without a query")),
    ((*PUBLIC, "--auth-issuer", "https://a:canary-password@login.example.com"), {}, ("--auth-issuer", "without credentials")),
    ((*ISSUER, "--public-url", "http://make.example.com/mcp"), {}, ("MAKE_MCP_PUBLIC_URL (--public-url)", "takes https")),
    ((*ISSUER, "--public-url", "make.example.com"), {}, ("--public-url", "'make.example.com'", "https://")),
    ((*ISSUER, "--public-url", "https://make.example.com/mcp?x=y"), {}, ("--public-url", "without a query")),
    (("--auth-audience", "make-mcp"), {}, ("MAKE_MCP_AUTH_AUDIENCE (--auth-audience) got 'make-mcp'", "--auth-issuer")),
    (("--auth-jwks-url", "https://x.example.com/k"), {}, ("MAKE_MCP_AUTH_JWKS_URL (--auth-jwks-url) got", "--auth-issuer")),
    ((*SIGN_IN, "--auth-jwks-url", "http://x.example.com/k"), {}, ("--auth-jwks-url", "'http://x.example.com/k'", "takes https")),
    ((*SIGN_IN, "--auth-algorithms", "HS256"), {}, ("MAKE_MCP_AUTH_ALGORITHMS (--auth-algorithms)", "HS256", "RS256")),
    ((*SIGN_IN, "--auth-algorithms", "RS256,none"), {}, ("--auth-algorithms", "none", "RS256")),
    ((*SIGN_IN, "--auth-algorithms", "rs256"), {}, ("--auth-algorithms", "rs256", "RS256")),
    (("--auth-algorithms", "ES256"), {}, ("MAKE_MCP_AUTH_ALGORITHMS (--auth-algorithms)", "--auth-issuer")),
]  # fmt: skip
LIMITS: list[Case] = [
    (("--rate-limit", "5"), {}, ("MAKE_MCP_RATE_LIMIT (--rate-limit)", "'5'", "5/second")),
    (("--rate-limit", "0/second"), {}, ("--rate-limit", "'0/second'", "off")),
    (("--rate-limit=-1/second",), {}, ("--rate-limit", "'-1/second'")),
    (("--rate-limit", "5/day"), {}, ("--rate-limit", "'5/day'", "second, minute or hour")),
    (("--max-body", "0"), {}, ("MAKE_MCP_MAX_BODY (--max-body)", "'0'", "from 1 up")),
    (("--max-body", "65"), {}, ("--max-body", "'65'", "up to 64")),
    (("--max-body", "4MB"), {}, ("--max-body", "'4MB'", "whole number")),
    (("--body-timeout", "0"), {}, ("MAKE_MCP_BODY_TIMEOUT (--body-timeout)", "'0'", "above 0")),
    (("--body-timeout", "nan"), {}, ("--body-timeout", "'nan'", "takes a number")),
    (("--body-timeout", "inf"), {}, ("--body-timeout", "'inf'", "takes a number")),
    (("--max-connections", "0"), {}, ("MAKE_MCP_MAX_CONNECTIONS (--max-connections)", "'0'", "from 1 up")),
    (("--max-sessions", "0"), {}, ("MAKE_MCP_MAX_SESSIONS (--max-sessions)", "'0'", "from 1 up")),
    (("--max-sessions", "many"), {}, ("--max-sessions", "'many'", "whole number")),
    (("--session-idle", "0"), {}, ("MAKE_MCP_SESSION_IDLE (--session-idle)", "'0'", "above 0")),
    (("--grace", "-1"), {}, ("MAKE_MCP_GRACE (--grace)", "'-1'", "from 0")),
    (("--grace", "601"), {}, ("--grace", "'601'", "up to 600")),
    (("--log-format", "xml"), {}, ("MAKE_MCP_LOG_FORMAT (--log-format)", "'xml'", "'json'")),
    (("--port", "65536"), {}, ("MAKE_MCP_PORT (--port)", "'65536'", "up to 65535")),
    (("--port", "-1"), {}, ("MAKE_MCP_PORT (--port)", "'-1'", "from 0")),
    (("--metrics-port", "x"), {}, ("MAKE_MCP_METRICS_PORT (--metrics-port)", "'x'", "whole number")),
    (("--port", "{busy}"), {}, ("127.0.0.1", "{busy}", "--port")),
    (("--metrics-port", "{busy}"), {}, ("127.0.0.1", "{busy}", "--metrics-port")),
    (("--port", "8123", "--metrics-port", "8123"), {}, ("MAKE_MCP_METRICS_PORT (--metrics-port)", "8123", "--port")),
    (("--transport", "https"), {}, ("MAKE_MCP_TRANSPORT (--transport)", "'https'", "'http'")),
]  # fmt: skip
CREDENTIALS: list[tuple[str | None, tuple[str, ...], dict[str, str], tuple[str, ...]]] = [
    (None, SIGN_IN, {}, ("/keys.json'", "cannot be read")),
    ("", SIGN_IN, {}, ("/keys.json'", "not JSON")),
    ('{"anna": {"MAKE_API_KEY": "' + KEY, SIGN_IN, {}, ("/keys.json'", "not JSON")),
    ("[]", SIGN_IN, {}, ("/keys.json'", "an object with an entry for each subject")),
    ('{"anna": "' + KEY + '"}', SIGN_IN, {}, ("'anna'", "MAKE_API_KEY")),
    ('{"anna": {}}', SIGN_IN, {}, ("'anna'", "holds no key", "MAKE_API_KEY")),
    ('{"anna": {"MAKE_ZONE": "eu1"}}', SIGN_IN, {}, ("'anna'", "holds no key")),
    ('{"anna": {"MAKE_KEY": "' + KEY + '"}}', SIGN_IN, {}, ("'anna'", "'MAKE_KEY'", "MAKE_API_KEY")),
    ('{"anna": {"MATON_API_KEY": 5}}', SIGN_IN, {}, ("'anna'", "MATON_API_KEY", "text")),
    ('{"anna": {"MATON_API_KEY": "' + KEY + ' x"}}', SIGN_IN, {}, ("'anna'", "MATON_API_KEY", "usable key")),
    ('{"anna": {"MATON_API_KEY": ""}}', SIGN_IN, {}, ("'anna'", "MATON_API_KEY", "usable key")),
    ('{"anna": {"MAKE_API_KEY": "' + KEY + '", "MAKE_ZONE": "evil.com"}}', SIGN_IN, {}, ("'anna'", "MAKE_ZONE", "eu1.make.com")),
    ('{"anna": {"MAKE_API_KEY": "' + KEY + '"}}', SIGN_IN, {}, ("'anna'", "MAKE_ZONE", "eu1.make.com")),
    ('{"anna": {"MATON_API_KEY": "' + KEY + '", "MATON_API_KEY_FILE": "/x"}}', SIGN_IN, {}, ("'anna'", "one of the two")),
    ('{"anna": {"MATON_API_KEY_FILE": "/nowhere/key"}}', SIGN_IN, {}, ("'anna'", "'/nowhere/key'", "cannot be read")),
    ('{"": {"MATON_API_KEY": "' + KEY + '"}}', SIGN_IN, {}, ("subject of 1 to 255",)),
    ('{"anna": {"MATON_API_KEY": "' + KEY + '"}, "anna": {"MATON_API_KEY": "x"}}', SIGN_IN, {}, ("twice",)),
    ("{fine}", (), {}, ("/keys.json'", "--auth-issuer", "subject")),
    ("{fine}", (), WITH_TOKEN, ("/keys.json'", "--auth-issuer", "subject")),
    ("{fine}", SIGN_IN, {"MATON_API_KEY": KEY}, ("/keys.json'", "MATON_API_KEY", "one of the two")),
    ("{fine}", SIGN_IN, {"MAKE_API_KEY": KEY, "MAKE_ZONE": "eu1"}, ("/keys.json'", "MAKE_API_KEY", "one of the two")),
]  # fmt: skip


@contextmanager
def ended_in_the_end() -> Generator[None]:
    """Ends a server that starts in spite of all: it would serve for ever."""

    def end(_: int, __: FrameType | None) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE / 2)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def is_one_line(err: str, says: tuple[str, ...]) -> None:
    assert err.startswith("make-mcp: ")
    assert err.count("\n") == 1, err
    for words in says:
        assert words in err, err
    assert not any(secret in err for secret in SECRETS), err
    assert len(err) < 600, err


def is_refused(capsys: Capture, flags: tuple[str, ...], says: tuple[str, ...]) -> None:
    with ended_in_the_end():
        status = main(["serve", "--transport", "http", "--port", "0", *flags])
    out, err = capsys.readouterr()
    assert (status, out) == (2, ""), err
    is_one_line(err, says)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "short").write_text(SHORT)
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "binary").write_bytes(b"\xff" * 40)
    return tmp_path


@pytest.mark.parametrize(("flags", "variables", "says"), [*ADDRESSES, *TOKENS, *LIMITS], ids=str)
def test_a_setting_that_does_not_fit_is_named_and_nothing_starts(
    flags: tuple[str, ...], variables: dict[str, str], says: tuple[str, ...], folder: Path, capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with listen("127.0.0.1", 0) as taken:
        known = {"folder": folder, "busy": taken.getsockname()[1]}
        is_refused(
            capsys,
            ("--sandbox", *(flag.format_map(known) for flag in flags)),
            tuple(words.format_map(known) for words in says),
        )


@pytest.mark.parametrize(("text", "flags", "variables", "says"), CREDENTIALS, ids=range(len(CREDENTIALS)))
def test_a_file_of_callers_keys_that_does_not_fit_is_named_and_nothing_starts(
    text: str | None, flags: tuple[str, ...], variables: dict[str, str], says: tuple[str, ...], tmp_path: Path,
    capsys: Capture, monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    file = tmp_path / "keys.json"
    if text is not None:
        file.write_text(text.replace("{fine}", '{"anna": {"MATON_API_KEY": "' + KEY + '"}}'), encoding="utf-8")
        file.chmod(0o600)
    setting = "MAKE_MCP_CREDENTIALS_FILE (--credentials-file) got"
    is_refused(capsys, ("--credentials-file", str(file), *flags), (setting, *says))


def test_a_process_with_a_mistake_ends_at_once_with_2(folder: Path):
    """As its operator starts it, over each transport; what is wrong twice is said in one go where it can be."""
    cases: list[tuple[tuple[str, ...], dict[str, str], tuple[str, ...]]] = [
        (("--transport", "sse", *ALL), {}, ("--allowed-hosts", "sign-in")),
        (("--transport", "http", "--auth-token-file", str(folder / "short")), {}, ("MAKE_MCP_AUTH_TOKEN_FILE",)),
        (
            ("--transport", "http", "--rate-limit", "x", "--max-body", "x"),
            {"MAKE_MCP_AUTH_TOKEN": SHORT},
            ("--rate-limit", "--max-body", "MAKE_MCP_AUTH_TOKEN"),
        ),
        (("--transport", "http", "--credentials-file", "/nowhere", *SIGN_IN), {}, ("--credentials-file", "'/nowhere'")),
    ]
    for flags, variables, says in cases:
        done = subprocess.run(
            command("serve", "--port", "0", *flags), capture_output=True, encoding="utf-8", env=environment(**variables),
            timeout=PATIENCE, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        is_one_line(done.stderr, says)
