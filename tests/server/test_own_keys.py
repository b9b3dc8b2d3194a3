"""The server's own keys: found however they are written, whatever stands around them; everything else stays as it is."""

import base64
import hashlib
import json
import quopri
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.end_to_end.processes import PATIENCE, environment
from tests.server.network import ENDPOINTS, MAKE_KEY, MAKE_TOKEN, Network, calling, json_answer

from make_mcp.answers import Shaping
from make_mcp.audit import Entry, discreet
from make_mcp.secrets import HIDDEN, SHORTEST, Credentials, keys_in, keys_of
from make_mcp.settings import load
from make_tools.secrets import MARK
from make_tools.wording import safe

OPAQUE = "mk?>~?>~?>/live+Qz81_uT~4f.x-7w=93Kd"
"""Of all kinds of characters that a key may have and that others escape."""
TOKEN = "9b2f6c1e-5d3a-4f70-8e21-c4a7d09f3b58"
LONG = "eyJhbGciOiJSUzI1NiJ9." + base64.urlsafe_b64encode(hashlib.shake_256(b"a key").digest(675)).decode()
REPEATING = "eyJhbGciOiJSUzI1NiJ9." + "Ab3dEf6hIj" * 9
KEYS = (OPAQUE, TOKEN, LONG, REPEATING)
ONES = Credentials(KEYS)

Write = Callable[[str], str]
WAYS: dict[str, Write] = {
    "as it is": str,
    "percent-encoded": lambda key: quote(key, safe=""),
    "percent-encoded throughout": lambda key: "".join(f"%{ord(c):02x}" for c in key),
    "percent-encoded twice": lambda key: quote(quote(key, safe=""), safe=""),
    "percent-encoded here and there": lambda key: "".join(f"%{ord(c):02X}" if i % 3 else c for i, c in enumerate(key)),
    "hexadecimal": lambda key: key.encode().hex(),
    "hexadecimal in capitals": lambda key: key.encode().hex().upper(),
    "JSON": json.dumps,
    "JSON in JSON": lambda key: json.dumps(json.dumps({"k": key})),
    "JSON with escaped slashes": lambda key: json.dumps(key).replace("/", "\\/"),
    "JSON with every character escaped": lambda key: "".join(f"\\u{ord(c):04x}" for c in key),
    "bytes as Python shows them": lambda key: repr(key.encode()),
    "Python with every character escaped": lambda key: "".join(f"\\x{ord(c):02x}" for c in key),
    "HTML in decimals": lambda key: "".join(f"&#{ord(c)};" for c in key),
    "HTML in hexadecimals": lambda key: "".join(f"&#x{ord(c):X};" for c in key),
    "in capitals": str.upper,
    "wrapped": lambda key: "\n    ".join(key[at : at + 7] for at in range(0, len(key), 7)),
    "wrapped by mail": lambda key: "=\r\n".join(key[at : at + 9] for at in range(0, len(key), 9)),
    "quoted-printable": lambda key: quopri.encodestring(key.encode()).decode().replace("=3D", "="),
    "cut on the right": lambda key: safe("m" * 100 + key + "m" * 200, 100 + max(14, len(key) - 3)),
    "cut on the left": lambda key: "…" + key[3:],
    "cut but for a little": lambda key: f"{key[:7]}… and …{key[-7:]}, {key.encode().hex()[:9]}…",
    "backwards into two texts": lambda key: f"{key[:14]}… and …{key[-14:]}",
}
BASE64: dict[str, Callable[[bytes], str]] = {
    "base64": lambda raw: base64.b64encode(raw).decode(),
    "base64 for addresses": lambda raw: base64.urlsafe_b64encode(raw).decode(),
    "base64 without padding": lambda raw: base64.b64encode(raw).decode().rstrip("="),
    "base64 in lines": lambda raw: base64.encodebytes(raw).decode(),
    "base64 in an address": lambda raw: quote(base64.b64encode(raw).decode(), safe=""),
    "base64 in JSON": lambda raw: json.dumps(base64.encodebytes(raw).decode()),
}


def holds_none(left: str) -> bool:
    """Whether no good part of a key is left in any way that it was written here."""
    plain = left.translate({ord(c): None for c in "\n\r\t \\="}).lower()
    parts = {
        one.lower()[at : at + 12]
        for key in KEYS[:2]
        for one in (key, key.encode().hex())
        for at in range(len(key) - 11)
    }
    return not any(part.translate({ord("="): None}) in plain for part in parts) and not ONES.within(left)


@pytest.mark.parametrize("key", KEYS, ids=["opaque", "token", "long", "repeating"])
@pytest.mark.parametrize("way", WAYS)
def test_a_key_is_gone_however_it_is_written(way: str, key: str):
    written = WAYS[way](key)
    text = f"before {written} after"
    left = ONES.without(text)
    assert HIDDEN in left
    assert left.startswith("before ")
    assert left.endswith(" after")
    assert holds_none(left), left


@given(st.sampled_from(sorted(WAYS)), st.sampled_from(KEYS), st.text(max_size=40), st.text(max_size=40))
def test_a_key_is_gone_whatever_stands_around_it(way: str, key: str, before: str, after: str):
    left = ONES.without(before + WAYS[way](key) + after)
    assert HIDDEN in left
    assert holds_none(left)


@given(st.sampled_from(sorted(BASE64)), st.sampled_from(KEYS), st.binary(max_size=40), st.binary(max_size=40))
def test_a_key_is_gone_wherever_it_begins_in_base64(way: str, key: str, before: bytes, after: bytes):
    left = ONES.without(f"x {BASE64[way](before + key.encode() + after)} y")
    assert HIDDEN in left
    assert not ONES.within(left)
    rest = left.replace("\n", "").replace("\\n", "").replace(HIDDEN, " ")
    # What is left of it decodes to no good part of the key, from wherever one begins.
    for piece in rest.split():
        letters = piece.replace("-", "+").replace("_", "/").replace("%2B", "+").replace("%2F", "/")
        letters = "".join(c for c in letters if c.isalnum() or c in "+/")
        for skip in range(4):
            raw = base64.b64decode(letters[skip:] + "A" * (-len(letters[skip:]) % 4))
            assert not any(key.encode()[at : at + 12] in raw for at in range(len(key) - 11))


@pytest.mark.parametrize("key", KEYS, ids=["opaque", "token", "long", "repeating"])
def test_what_a_cut_leaves_of_a_key_is_gone(key: str):
    for length in range(6, len(key)):
        assert ONES.without(f"it said {key[:length]}…") == f"it said {HIDDEN}…"
        assert ONES.without(f"it ends in …{key[-length:]} there") == f"it ends in …{HIDDEN} there"


@pytest.mark.parametrize("key", [*KEYS, "k-77aQx0Zb3mR9tYw"], ids=["opaque", "token", "long", "repeating", "short"])
def test_a_run_from_the_middle_of_a_key_is_gone(key: str):
    ones = Credentials([key])
    least = max(min(16, len(key) * 3 // 4), len(key) // 4)
    for at in range(1, len(key) - least + 1, 1 + len(key) // 60):
        assert ones.without(f"it said {key[at : at + least]}, and more") == f"it said {HIDDEN}, and more"
    # What is no more than like a key is none.
    assert ones.without(f"id {key[5:13]}") == f"id {key[5:13]}"


def test_a_run_of_a_key_is_gone_however_it_is_written():
    for write in (WAYS["percent-encoded throughout"], WAYS["JSON with every character escaped"], str.upper):
        assert ONES.without(f"<{write(OPAQUE[5:30])}>") == f"<{HIDDEN}>"


def test_a_token_is_known_in_each_of_its_spellings():
    for one in (
        TOKEN.upper(),
        TOKEN.replace("-", ""),
        TOKEN.replace("-", "").upper(),
        "".join(c.upper() if i % 2 else c for i, c in enumerate(TOKEN)),
    ):
        assert ONES.without(f"<{one}>") == f"<{HIDDEN}>"
        encoded = base64.b64encode(f"Token {one}".encode()).decode()
        if one in {TOKEN.upper(), TOKEN.lower()}:
            assert HIDDEN in ONES.without(encoded)


@given(st.text(), st.text(alphabet="0123456789abcdef-%\\u&#;= \n…", max_size=80))
def test_what_is_no_key_stays(text: str, digits: str):
    assert ONES.without(text) == text
    assert ONES.without(digits) == digits


@pytest.mark.parametrize(
    "text",
    [
        "9b2f6c1e", "9b2f6c1f-5d3a-4f71-8e22-c4a7d09f3b59", "… d09f3b58 …", "00000000-0000-4000-8000-000000000000", "mk/live",
        "eyJhbGciOiJI", "%%%%", "\\\\\\\\", "&#;", "a\nb\r\nc",
    ],
)  # fmt: skip
def test_what_is_like_a_key_stays(text: str):
    assert ONES.without(text) == text


def test_a_word_of_the_language_is_no_key():
    short = Credentials(["sandbox", "x" * (SHORTEST - 1), ""])
    assert short.without("the sandbox " + "x" * 30) == "the sandbox " + "x" * 30


def test_an_end_that_many_things_share_is_no_part_of_a_key():
    practice = Credentials(["5a4d0b0c-0000-4000-8000-000000000000"])
    other = "… 7a7a7a7a-1111-4111-8111-000000000000"
    assert practice.without(other) == other
    assert practice.without("… b0c-0000-4000-8000-000000000000") == f"… {HIDDEN}"


def test_it_shows_no_key_itself():
    assert not ONES.within(repr(ONES))
    assert not hasattr(ONES, "__dict__")
    assert not ONES.within(repr(Shaping(ONES)))


async def test_a_key_is_taken_out_of_names_texts_and_nested_json_of_an_answer():
    data: dict[str, Any] = {
        MAKE_TOKEN: {"n": [1, {"deep": f"x{MAKE_TOKEN.upper()}y"}]},
        "json": json.dumps({"authorization": f"Token {MAKE_TOKEN}"}),
        "kept": "Orders",
    }
    async with calling(Network(lambda _: json_answer(data)), {**MAKE_KEY, "reveal": True}) as caller:
        answer = await caller.call("scenarios_get", {"scenarioId": 5})
    assert answer.data is not None
    assert json.loads(answer.text) == answer.data
    assert not Credentials([MAKE_TOKEN]).within(answer.text)
    assert answer.data["kept"] == "Orders"
    assert answer.data[HIDDEN] == {"n": [1, {"deep": f"x{HIDDEN}y"}]}
    assert MARK in HIDDEN


async def test_a_key_among_the_arguments_comes_back_in_no_error_and_no_preview():
    async with calling(Network(), MAKE_KEY) as caller:
        for arguments in ({MAKE_TOKEN: 1}, {"scenarioId": MAKE_TOKEN}, {"scenarioId": 5, "fields": [MAKE_TOKEN, 5]}):
            told = await caller.call("scenarios_get", arguments)
            assert told.is_error
            assert MAKE_TOKEN not in told.text
        preview = await caller.call("hooks_rename", {"hookId": 5, "name": f"my {MAKE_TOKEN}"})
        assert preview.data is not None
        assert MAKE_TOKEN not in preview.text
        assert preview.data["request"]["body"] == {"name": f"my {HIDDEN}"}


def test_an_audit_line_holds_no_key():
    from datetime import UTC, datetime

    entry = Entry(
        time=datetime.now(UTC), caller=f"by {OPAQUE}", client=TOKEN, tool="hooks_delete", decision="refused", policy="standard",
        outcome="nothing_sent", target={"hookId": 5, "id": f"id-{TOKEN}", "ids": ["a", LONG[:64]], TOKEN: "x"},
    )  # fmt: skip
    line = discreet(entry, ONES.without).to_json()
    assert not ONES.within(line)
    kept = json.loads(line)["target"]
    assert kept["hookId"] == 5
    assert kept["id"] == f"id-{HIDDEN}"
    assert kept["ids"][0] == "a"


def test_every_key_that_a_setting_holds_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "key"
    file.write_text(f" {LONG}\n", encoding="utf-8")
    (tmp_path / "code").write_text("c" * 20 + "0123456789abcdef", encoding="utf-8")
    redis = "rediss://me:correct%2Fhorse%2Fbattery@redis.example.com:6379/0"
    settings = load({
        "maton_api_key_file": file, "make_api_key": TOKEN, "redis_url_file": None,
        "confirm_key_file": tmp_path / "code", "confirm_store": tmp_path / "store",
    })  # fmt: skip
    found = Credentials(keys_of(settings))
    for key in (LONG, TOKEN, "c" * 20 + "0123456789abcdef"):
        assert found.within(f"x {key} y")
    monkeypatch.setenv("MAKE_MCP_REDIS_URL", redis)
    for known in (Credentials(keys_of(load({}))), Credentials(keys_in({"MAKE_MCP_REDIS_URL": redis}))):
        for text in (
            redis,
            "correct%2Fhorse%2Fbattery",
            "correct/horse/battery",
            "me:correct%2Fhorse%2Fbattery@redis.example.com",
        ):
            assert HIDDEN in known.without(f"x {text} y")
        assert known.without("rediss://other.example.com:6379/0") == "rediss://other.example.com:6379/0"
    assert set(keys_in({"MATON_API_KEY": OPAQUE, "MAKE_API_KEY": f" {TOKEN} ", "OTHER": "x"})) == {OPAQUE, TOKEN, ""}
    monkeypatch.setenv("MAKE_MCP_REDIS_URL", "redis://redis.example.com/0?db=1&password=correct%2Fhorse%2Fbattery")
    known = Credentials(keys_of(load({})))
    for text in ("password=correct%2Fhorse%2Fbattery", "correct%2Fhorse%2Fbattery", "correct/horse/battery"):
        assert known.without(f"x {text} y") == f"x {HIDDEN} y"
    assert known.without("redis://redis.example.com/0?db=1") == "redis://redis.example.com/0?db=1"
    file.unlink()
    # What cannot be read any more keeps nobody from the rest.
    assert TOKEN in set(keys_of(settings))


def test_numbers_and_ids_of_an_answer_are_no_business_of_the_keys():
    data: dict[str, Any] = {"id": 118203774529104460, "uid": TOKEN[:8], "list": [[], {}, None]}
    assert Shaping(ONES).exactly(data)[1] == data
    assert Shaping(ONES).answer(ENDPOINTS["scenarios_get"], {"a": 5})[0] == '{"a":5}'


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--nope", OPAQUE], [OPAQUE], ["--port", OPAQUE, "tools"], ["call", OPAQUE], ["call", "users_me", f"x={OPAQUE}"], ["config", OPAQUE],
     ["--log-level", OPAQUE, "tools"], ["tools", "--tools", OPAQUE], ["--maton-api-key", OPAQUE], ["audit", OPAQUE]],
)  # fmt: skip
def test_a_key_on_a_command_line_is_not_repeated(arguments: list[str]):
    done = subprocess.run(
        [sys.executable, "-m", "make_mcp", *arguments], capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False,
        env=environment(MAKE_API_KEY=OPAQUE, MAKE_ZONE="eu1", COLUMNS="400"), stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.stdout or done.stderr
    assert not ONES.within(done.stdout + done.stderr)


def test_a_key_in_a_file_is_not_repeated_once_it_is_read(tmp_path: Path):
    file = tmp_path / "key"
    file.write_text(OPAQUE, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "make_mcp", "tools", "--tools", OPAQUE], capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False,
        env=environment(MATON_API_KEY_FILE=str(file), COLUMNS="400"), stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert HIDDEN in done.stdout + done.stderr
    assert not ONES.within(done.stdout + done.stderr)


def test_settings_show_no_key_however_they_are_looked_at():
    settings = load({"make_api_key": OPAQUE, "maton_api_key": OPAQUE, "redis_url": None})
    dumped = json.dumps(settings.model_dump(mode="json"))
    for shown in (repr(settings), str(settings), settings.model_dump_json(), dumped):
        assert not ONES.within(shown)
