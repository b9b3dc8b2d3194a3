"""The guard by itself, and the endpoints by themselves: each alone keeps a call inside its own part of the API."""

import re
from typing import Any
from urllib.parse import unquote

import httpx2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.server.network import BOTH_KEYS, ENDPOINTS, Network
from tests.tools.wire_cases import CASES

from make_mcp.settings import load
from make_mcp.upstream import GuardError, Permit, Upstreams
from make_mcp.upstream.doors import open_doors
from make_mcp.upstream.guard import Guard
from make_tools import ArgumentError, Endpoint, Request

GATEWAY = "https://api.maton.ai/make/api/v2"
LINKS = "https://api.maton.ai/connections"
MAKE = "https://eu1.make.com/api/v2"
LOOPBACK = "http://127.0.0.1:4401/api/v2"
GUARD = Guard([GATEWAY, LINKS, MAKE, LOOPBACK])

ACCEPTED = [
    GATEWAY, f"{GATEWAY}/users/me", f"{GATEWAY}/scenarios/5/logs?pg%5Blimit%5D=5", f"{GATEWAY}/scenarios?name=../x%2F",
    LINKS, f"{LINKS}/21fd90f9-5935-43cd-b6c8-bde9d915ca80", f"{LINKS}?app=make",
    f"{MAKE}/scenarios/5", "https://eu1.make.com:443/api/v2/users/me", f"{LOOPBACK}/users/me",
]  # fmt: skip

HOSTILE = {
    "climbing": [
        f"{GATEWAY}/..", f"{GATEWAY}/../x", f"{GATEWAY}/scenarios/..", f"{GATEWAY}/scenarios/5/../../../../../google-drive/v3",
        f"{GATEWAY}/./users", f"{GATEWAY}/users/.", f"{GATEWAY}/scenarios/../scenarios/5", f"{LINKS}/../google-drive/x",
        f"{GATEWAY}/../../../connections/5", f"{MAKE}/../v1/users", f"{MAKE}/../../admin",
    ],
    "climbing in other letters": [
        f"{GATEWAY}/%2e%2e/x", f"{GATEWAY}/%2E%2E/x", f"{GATEWAY}/.%2e/x", f"{GATEWAY}/%2e./x", f"{GATEWAY}/%252e%252e/x",
        f"{GATEWAY}/..%2f..%2fx", f"{GATEWAY}/5%2f..%2f..", f"{GATEWAY}/%c0%ae%c0%ae/x", f"{GATEWAY}/%5c..%5cx",
        f"{GATEWAY}/..;/x", f"{GATEWAY}/..;a=b/x", f"{GATEWAY}/5;jsessionid=1", f"{GATEWAY}/%3b", f"{GATEWAY}/%00",
        f"{GATEWAY}/%0d%0ax", f"{GATEWAY}/%23", f"{GATEWAY}/%3fx", f"{GATEWAY}/\uff0e\uff0e/x", f"{GATEWAY}/\u2025/x",
        f"{GATEWAY}/\u2024\u2024/x", f"{GATEWAY}/..\u2215x", f"{GATEWAY}/\u0665", f"{GATEWAY}/\uff0f..",
    ],
    "odd separators": [
        f"{GATEWAY}//users", f"{GATEWAY}/users//5", f"{GATEWAY}/users/", f"{GATEWAY}/", f"{GATEWAY}\\users",
        f"{GATEWAY}/users\\..\\x", f"{GATEWAY}/..\\..\\x", "https://api.maton.ai//make/api/v2/users",
        "https:///api.maton.ai/make/api/v2/users", "https:/api.maton.ai/make/api/v2/users", f"{GATEWAY}/a\x7f",
        f"{GATEWAY}/.\t./x", f"{GATEWAY}/.\n./x", f"{GATEWAY}/.\r./x", f"{GATEWAY}/\x00",
    ],
    "other parts of the host": [
        "https://api.maton.ai", "https://api.maton.ai/", "https://api.maton.ai/google-drive/v3/files",
        "https://api.maton.ai/google-mail/gmail/v1/users/me/messages", "https://api.maton.ai/make", "https://api.maton.ai/make/",
        "https://api.maton.ai/make/api", "https://api.maton.ai/make/api/v1/users", "https://api.maton.ai/api/v2/users",
        f"{GATEWAY}evil", f"{GATEWAY}evil/users", f"{GATEWAY}0/users", f"{GATEWAY}-x/users", f"{GATEWAY}.x/users",
        f"{LINKS}X", f"{LINKS}X/5", f"{LINKS}-all", "https://api.maton.ai/MAKE/api/v2/users", f"{MAKE}0/users",
        "https://api.maton.ai/x/make/api/v2/users", "https://eu1.make.com/make/api/v2/users", "https://eu1.make.com/connections",
        "https://api.maton.ai?/make/api/v2/users", "https://api.maton.ai#/make/api/v2/users",
    ],
    "other hosts": [
        "https://evil.com/make/api/v2/users", "https://api.maton.ai.evil.com/make/api/v2/users",
        "https://evilapi.maton.ai/make/api/v2/users", "https://maton.ai/make/api/v2/users",
        "https://api.maton.ai./make/api/v2/users", "https://.api.maton.ai/make/api/v2/users", "https://eu2.make.com/api/v2/users",
        "https://\u0430pi.maton.ai/make/api/v2/users", "https://api\u3002maton\u3002ai/make/api/v2/users",
        "https://api.maton.ai%2eevil.com/make/api/v2/users", "https://api.maton.ai\\.evil.com/make/api/v2/users",
        "https://evil.com\\@api.maton.ai/make/api/v2/users", "https://[::1]/api/v2/users", "http://localhost:4401/api/v2/users",
        "http://127.1:4401/api/v2/users", "http://2130706433:4401/api/v2/users", "//api.maton.ai/make/api/v2/users",
        "/make/api/v2/users", "make/api/v2/users", "", "https:", "https://",
    ],
    "other ports and schemes": [
        "https://api.maton.ai:444/make/api/v2/users", "https://api.maton.ai:80/make/api/v2/users",
        "http://api.maton.ai/make/api/v2/users", "http://api.maton.ai:443/make/api/v2/users", "ws://api.maton.ai/make/api/v2/users",
        "ftp://api.maton.ai/make/api/v2/users", "file:///make/api/v2/users", "javascript:alert(1)", "http://eu1.make.com/api/v2/users",
        "https://127.0.0.1:4401/api/v2/users", "http://127.0.0.1/api/v2/users", "http://127.0.0.1:4402/api/v2/users",
        "http+unix://api.maton.ai/make/api/v2/users",
    ],
    "somebody's name in it": [
        "https://me@api.maton.ai/make/api/v2/users", "https://me:pw@api.maton.ai/make/api/v2/users",
        "https://api.maton.ai@evil.com/make/api/v2/users", "https://api.maton.ai:443@evil.com/make/api/v2/users",
        "https://@api.maton.ai/make/api/v2/users",
    ],
    "a fragment": [f"{GATEWAY}/users#x", f"{GATEWAY}#/users", f"{GATEWAY}/users?a=1#b", f"{GATEWAY}/scenarios#/../x"],
    "an address that no parser takes": [
        "https://api.maton.ai:x/make/api/v2/users", "https://api.maton.ai:99999/make/api/v2/users",
        "https://api.maton.ai:-1/make/api/v2/users", "https://[/make/api/v2/users", "https://[::1/make/api/v2/users",
        "https://api.maton.ai\u2100/make/api/v2/users", "https://[api.maton.ai]/make/api/v2/users",
    ],
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_the_guard_refuses_an_address_that_leads_elsewhere(kind: str):
    for url in HOSTILE[kind]:
        with pytest.raises(GuardError) as refused:
            GUARD.check(url)
        assert "Nothing was sent" in str(refused.value)
        assert "evil" not in str(refused.value)


def test_the_guard_lets_the_api_through():
    for url in ACCEPTED:
        GUARD.check(url)


def test_a_host_in_capitals_is_the_same_host_or_refused():
    for url in ("https://API.MATON.AI/make/api/v2/users", "HTTPS://api.maton.ai/make/api/v2/users"):
        try:
            GUARD.check(url)
        except GuardError:
            continue
        assert httpx2.URL(url).host == "api.maton.ai"
        assert httpx2.URL(url).scheme == "https"


def test_the_guard_lets_every_address_of_the_real_doors_through():
    for flags in (BOTH_KEYS, {**BOTH_KEYS, "prefer": "make"}):
        doors = open_doors(load(flags))
        for case in CASES:
            endpoint = ENDPOINTS[case.tool]
            door = doors.door(endpoint)
            url = door.url(endpoint, endpoint.parse(case.arguments))
            own = [LINKS] if endpoint.api == "maton" else [GATEWAY] if door.upstream == "maton" else [MAKE]
            Guard(own).check(url)


def test_a_base_of_one_door_does_not_open_the_other():
    for base, url in ((GATEWAY, f"{MAKE}/users/me"), (MAKE, f"{GATEWAY}/users/me"), (LINKS, f"{GATEWAY}/users/me")):
        with pytest.raises(GuardError):
            Guard([base]).check(url)
    with pytest.raises(GuardError):
        Guard([]).check(f"{GATEWAY}/users/me")


# Text as it is, and text made of what a path could be climbed with.
SNEAKY = st.lists(
    st.sampled_from([
        "..", ".", "/", "\\", "%2e", "%2E", "%2f", "%5c", "%", ";", "?", "#", "@", ":", "//", "5", "a", "\t", "\n", "\r", "\x00",
        "\uff0e", "\u2025", "\u2215", "google-drive", "users", "%00", "%25", "&", "=",
    ])
).map("".join)  # fmt: skip


@given(st.sampled_from([GATEWAY, LINKS, MAKE, LOOPBACK]), st.one_of(SNEAKY, st.text()), st.sampled_from(["", "/logs"]))
@example(GATEWAY, "5/../../../../google-drive", "")
@example(LINKS, ".\n./google-drive", "")
def test_no_text_in_a_path_leads_out_of_the_prefix_past_the_guard(base: str, text: str, rest: str):
    url = f"{base}/scenarios/{text}{rest}"
    try:
        GUARD.check(url)
        leaves = httpx2.URL(url)
    except (GuardError, httpx2.InvalidURL):
        return
    prefix = httpx2.URL(base)
    path = leaves.raw_path.split(b"?")[0].decode("ascii")
    assert (leaves.scheme, leaves.host, leaves.port) == (prefix.scheme, prefix.host, prefix.port)
    assert path.startswith(f"{prefix.path}/scenarios/")
    # What the client encodes is harmless, such as a quotation mark: read back, it is still one plain segment.
    meant = unquote(path)
    assert not set(meant) & set("%\\;?#")
    assert meant.count("/") == path.count("/")
    assert not {"", ".", ".."} & set(meant.split("/")[1:])


@given(
    st.one_of(
        st.text(), SNEAKY.map(lambda text: f"https://{text}"), SNEAKY.map(lambda text: f"https://api.maton.ai{text}")
    )
)
@example("https://[")
@example("https://api.maton.ai:x/make/api/v2")
def test_the_guard_answers_any_text_with_leave_or_a_refusal(text: str):
    try:
        GUARD.check(text)
    except GuardError:
        return
    assert httpx2.URL(text).host in {"api.maton.ai", "eu1.make.com", "127.0.0.1"}


ODD_IDS: list[Any] = [
    "..", ".", "1/../2", "5/../../users", "%2e%2e", "..%2f", "1?x=1", "1#f", "//evil", "http://evil", "1\r\n", "5\n", "\x00", ";", "",
    "\u0665", "\uff15", "1e3", "true", "5", "05", "+5", " 5", "5 ", "a" * 10_000, "{scenario_id}", "{}", "me", "%s", "5\u200b",
    "0123456789abcdef0123456789abcdef\n", "0123456789ABCDEF0123456789ABCDEF", "a" * 64 + "\n", "a" * 65, "3\n", "mark-as-read", "-", "--",
    1e3, 5.0, 0.5, 2**63, 2**53, 10**5000, -5, 0, -1, True, False, None, [], [5], {}, {"id": 5}, b"5",
]  # fmt: skip
IDS = st.one_of(
    st.sampled_from(ODD_IDS), SNEAKY, st.text(), st.integers(), st.floats(), st.booleans(), st.none(), st.lists(st.integers()),
    st.from_regex(r"[A-Za-z0-9_-]{1,64}"), st.from_regex(r"[0-9a-f]{32}"), st.integers(1, 2**53).map(str),
)  # fmt: skip
WITH_PATH = [e for e in ENDPOINTS.values() if "{" in e.path]
PATH_ARGUMENTS = [
    pytest.param(e, a.name, id=f"{e.name}-{a.name}") for e in WITH_PATH for a in e.arguments if a.place == "path"
]


def test_the_table_of_path_arguments_is_whole():
    assert len(PATH_ARGUMENTS) == sum(e.path.count("{") for e in WITH_PATH) == len(WITH_PATH)


@pytest.mark.parametrize(("endpoint", "argument"), PATH_ARGUMENTS)
@given(value=IDS)
def test_no_id_changes_the_form_of_a_path(endpoint: Endpoint[...], argument: str, value: Any):
    given_arguments = next(dict(case.arguments) for case in CASES if case.tool == endpoint.name)
    form = re.compile(re.sub(r"\{\w+\}", "([A-Za-z0-9_-]+)", endpoint.path))
    try:
        request = endpoint.parse({**given_arguments, argument: value})
    except ArgumentError:
        return
    match = form.fullmatch(request.path)
    assert match is not None, request.path
    assert match[1] == str(value)
    assert type(value) in {int, str}


@pytest.mark.parametrize(("endpoint", "argument"), PATH_ARGUMENTS)
def test_each_odd_id_is_refused_or_stands_in_the_path_as_it_is(endpoint: Endpoint[...], argument: str):
    given_arguments = next(dict(case.arguments) for case in CASES if case.tool == endpoint.name)
    integer = endpoint.schema["properties"][argument]["type"] == "integer"
    for value in ODD_IDS:
        try:
            request = endpoint.parse({**given_arguments, argument: value})
        except ArgumentError:
            continue
        assert not integer, value
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", value), value
        assert request.path == re.sub(r"\{\w+\}", value, endpoint.path)


async def test_the_guard_stands_in_the_client_behind_everything_else():
    # A permit that leads elsewhere, as if every check before had failed.
    network = Network()
    for path in ("/../../../google-drive/files", "/scenarios/1/../../../../../google-drive", "/%2e%2e/x"):
        async with Upstreams(open_doors(load(BOTH_KEYS)), network) as upstreams:
            with pytest.raises(GuardError):
                await upstreams.send(Permit(ENDPOINTS["scenarios_get"], Request("GET", path)))
    assert network.sent == []
