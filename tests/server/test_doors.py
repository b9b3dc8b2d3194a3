"""Which way a call takes, and what leaves: address, headers and body, letter by letter."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast
from urllib.parse import parse_qsl

import httpx2
import pytest
from tests.server.network import (
    BOTH_KEYS,
    ENDPOINTS,
    MAKE_KEY,
    MAKE_TOKEN,
    MATON_KEY,
    MATON_ONLY,
    OAUTH_TOKEN,
    SECRETS,
    Listener,
    Network,
    always,
    calling,
    carried_out,
)
from tests.tools.wire_cases import CASES
from tests.tools.wire_form import without_what_we_add

from make_mcp import __version__
from make_mcp.settings import load
from make_mcp.upstream import NotConfigured
from make_mcp.upstream.doors import encode, open_doors
from make_tools import Endpoint

GATEWAY = "https://api.maton.ai/make/api/v2"
LINKS = "https://api.maton.ai"
MAKE = "https://eu1.make.com/api/v2"


async def sent_by(flags: Mapping[str, Any], tool: str = "users_me", **arguments: Any) -> httpx2.Request:
    network = Network()
    async with calling(network, dict(flags)) as caller:
        answer = await caller.call(tool, arguments)
    assert answer.data is not None, answer.text
    return network.sent[-1]


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda e: e.name)
def test_a_tool_takes_the_preferred_way_that_offers_it(endpoint: Endpoint[...]):
    only = endpoint.upstreams[0] if len(endpoint.upstreams) == 1 else None
    for prefer in ("maton", "make"):
        doors = open_doors(load({**BOTH_KEYS, "prefer": prefer}))
        assert doors.door(endpoint).upstream == (only or prefer)
    for flags, key, other in ((MAKE_KEY, "make", "MATON_API_KEY"), (MATON_ONLY, "maton", "MAKE_API_KEY and MAKE_ZONE")):
        for prefer in ("maton", "make"):
            doors = open_doors(load({**flags, "prefer": prefer}))
            # Where no way promises it, one that may pass it on is taken.
            if key in (*endpoint.upstreams, *endpoint.perhaps):
                assert doors.door(endpoint).upstream == key
            else:
                with pytest.raises(NotConfigured, match=other):
                    doors.door(endpoint)


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda e: e.name)
def test_a_call_without_a_key_names_the_variables_that_would_open_a_way(endpoint: Endpoint[...]):
    with pytest.raises(NotConfigured) as none:
        open_doors(load({})).door(endpoint)
    text = str(none.value)
    assert text.startswith(f"{endpoint.name} was not called")
    assert ("MATON_API_KEY" in text) is ("maton" in endpoint.upstreams)
    assert ("MAKE_API_KEY" in text) is ("MAKE_ZONE" in text) is ("make" in endpoint.upstreams)
    if "make" in endpoint.upstreams:
        with pytest.raises(NotConfigured, match="MAKE_API_KEY is set, MAKE_ZONE is not"):
            open_doors(load({"make_api_key": MAKE_TOKEN})).door(endpoint)


@pytest.mark.parametrize("prefer", ["maton", "make"])
async def test_every_case_leaves_as_the_table_says_through_the_door_it_takes(prefer: str):
    network = Network()
    async with calling(network, {**BOTH_KEYS, "prefer": prefer}) as caller:
        for case in CASES:
            endpoint, wanted = ENDPOINTS[case.tool], case.request
            answer = await carried_out(caller, case.tool, case.arguments)
            assert answer.data is not None, answer.text
            sent = network.sent[-1]
            way = endpoint.upstreams[0] if len(endpoint.upstreams) == 1 else prefer
            base = LINKS if endpoint.api == "maton" else GATEWAY if way == "maton" else MAKE
            assert sent.method == wanted.method
            assert str(sent.url).split("?")[0] == base + wanted.path
            query = parse_qsl(sent.url.query.decode(), keep_blank_values=True)
            assert sorted(without_what_we_add(query, wanted.query)) == sorted(as_pairs(wanted.query))
            assert sent.headers["authorization"] == (f"Bearer {MATON_KEY}" if way == "maton" else f"Token {MAKE_TOKEN}")
            body = sent.content
            assert (json.loads(body) if body else None) == wanted.body
            assert body == (compact(json.loads(body)) if body else b"")
            assert sent.headers.get("content-type") == (None if wanted.body is None else "application/json")
            assert sent.headers.get("content-length") == (
                str(len(body)) if body else "0" if wanted.method in {"POST", "PATCH"} else None
            )


def compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def as_pairs(query: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The query by hand: Python's own words for a boolean are not Make's."""
    for key, value in query.items():
        for item in cast("list[object]", value if isinstance(value, list) else [value]):
            yield key, {"True": "true", "False": "false"}.get(str(item), str(item))


async def test_a_request_has_our_headers_and_no_others_of_weight():
    for flags in (MAKE_KEY, MATON_ONLY):
        sent = await sent_by(flags)
        assert sent.headers["user-agent"] == f"make-mcp/{__version__}"
        assert sent.headers["accept"] == "application/json"
        extra = set(sent.headers) - {"user-agent", "accept", "authorization", "host", "accept-encoding", "connection"}
        assert extra == set()
        assert sent.headers.get_list("authorization") == [sent.headers["authorization"]]


@pytest.mark.parametrize(
    ("token", "scheme"),
    [
        (MAKE_TOKEN, "Token"), (MAKE_TOKEN.upper(), "Token"), ("5a4d0b0c-0000-4000-8000-000000000000", "Token"),
        (OAUTH_TOKEN, "Bearer"), (f"{MAKE_TOKEN}0", "Bearer"), (MAKE_TOKEN[:-1], "Bearer"), (MAKE_TOKEN.replace("-", ""), "Bearer"),
        (f"{{{MAKE_TOKEN}}}", "Bearer"), ("g" + MAKE_TOKEN[1:], "Bearer"),
    ],
)  # fmt: skip
async def test_a_uuid_goes_by_token_and_anything_else_by_bearer(token: str, scheme: str):
    sent = await sent_by({"make_api_key": token, "make_zone": "eu1"})
    assert sent.headers["authorization"] == f"{scheme} {token}"


async def test_a_uuid_as_key_of_the_gateway_goes_by_bearer():
    assert (await sent_by({"maton_api_key": MAKE_TOKEN})).headers["authorization"] == f"Bearer {MAKE_TOKEN}"


async def test_the_chosen_link_goes_to_the_gateway_and_nowhere_else():
    flags = {**BOTH_KEYS, "maton_connection": "21fd90f9-5935"}
    assert (await sent_by(flags)).headers["maton-connection"] == "21fd90f9-5935"
    assert "maton-connection" not in (await sent_by({**flags, "prefer": "make"})).headers
    assert "maton-connection" not in (await sent_by(MATON_ONLY)).headers


@pytest.mark.parametrize(
    ("base", "address"),
    [
        ("https://proxy.example.com", "https://proxy.example.com"), ("https://proxy.example.com/", "https://proxy.example.com"),
        ("https://proxy.example.com:8443/team/a", "https://proxy.example.com:8443/team/a"),
        ("http://127.0.0.1:4401", "http://127.0.0.1:4401"), ("http://localhost:4401", "http://localhost:4401"),
        ("http://[::1]:4401", "http://[::1]:4401"), ("https://PROXY.example.com", "https://proxy.example.com"),
    ],
)  # fmt: skip
async def test_a_base_url_may_be_written_with_the_path_of_the_api_and_without(base: str, address: str):
    for suffix in ("", "/api/v2", "/api/v2/"):
        flags = {"make_api_key": MAKE_TOKEN, "make_base_url": base.rstrip("/") + suffix}
        assert str((await sent_by(flags)).url) == f"{address}/api/v2/users/me"
    for suffix in ("", "/make/api/v2", "/make/api/v2/"):
        flags = {"maton_api_key": MATON_KEY, "maton_base_url": base.rstrip("/") + suffix}
        assert str((await sent_by(flags)).url) == f"{address}/make/api/v2/users/me"
        assert str((await sent_by(flags, "maton_connections_list")).url) == f"{address}/connections?app=make"


@pytest.mark.parametrize(
    ("query", "encoded"),
    [
        ({}, ""), ({"pg[limit]": 5}, "pg%5Blimit%5D=5"), ({"cols[]": ["id", "name"]}, "cols%5B%5D=id&cols%5B%5D=name"),
        ({"a": True, "b": False}, "a=true&b=false"), ({"a": [True, 1]}, "a=true&a=1"), ({"a": []}, ""),
        ({"name": "A&B=C #1?/ä+%"}, "name=A%26B%3DC+%231%3F%2F%C3%A4%2B%25"), ({"a": 10**20, "b": 0}, f"a={10**20}&b=0"), ({"a": ""}, "a="),
        ({"a\r\nX: y": "b\r\nZ: w"}, "a%0D%0AX%3A+y=b%0D%0AZ%3A+w"),
    ],
)  # fmt: skip
def test_a_query_is_written_as_make_reads_it(query: dict[str, Any], encoded: str):
    assert encode(query) == encoded


async def test_what_a_model_writes_in_a_filter_stays_a_value():
    sent = await sent_by(MAKE_KEY, "users_list", teamId=22, filters={"name": "x&teamId=1#?../\r\nHost: evil"})
    assert sent.url.params.get_list("teamId") == ["22"]
    assert sent.url.params["name"] == "x&teamId=1#?../\r\nHost: evil"
    assert sent.headers["host"] == "eu1.make.com"


async def test_a_body_is_compact_json_in_utf_8_and_says_so_once():
    data: dict[str, Any] = {"text": 'ä€\U0001f600 "\n', "empty": {}, "list": [1, 1.5, None, True], "big": 2**70}
    sent = await sent_by(MAKE_KEY, "scenarios_run", scenarioId=5, data=data, confirm=True)
    assert sent.content == json.dumps({"data": data}, ensure_ascii=False, separators=(",", ":")).encode()
    assert b"\\u" not in sent.content
    assert sent.headers.get_list("content-type") == ["application/json"]


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), float("-inf"), "half \ud83d", {"\udc00": 1}], ids=ascii)
async def test_what_json_cannot_carry_is_refused_and_not_sent(odd: object):
    blueprint: dict[str, Any] = {"name": "Orders", "flow": [], "metadata": {"odd": odd}}
    calls: list[tuple[str, dict[str, Any]]] = [
        ("scenarios_run", {"scenarioId": 5, "data": {"x": odd}}), ("connections_set_data", {"connectionId": 5, "data": {"x": [odd]}}),
        ("hooks_create", {"teamId": 5, "name": "In", "data": {"x": {"y": odd}}}),
        ("connections_create", {"teamId": 5, "name": "C", "type": "slack", "data": {"x": odd}}),
        ("scenarios_update", {"scenarioId": 5, "blueprint": blueprint}),
        ("scenarios_update", {"scenarioId": 5, "blueprint": json.dumps(blueprint, ensure_ascii=False)}),
        ("scenarios_update", {"scenarioId": 5, "scheduling": {"type": "once", "date": odd}}),
    ]  # fmt: skip
    network = Network()
    async with calling(network, BOTH_KEYS) as caller:
        answers = [
            await caller.call(tool, {**given, **more}) for tool, given in calls for more in ({}, {"confirm": True})
        ]
    assert [answer.text for answer in answers if " was not called: " not in answer.text] == []
    assert network.sent == []


@pytest.mark.parametrize("depth", [100, 300, 600, 5000])
async def test_nesting_is_carried_or_refused_and_never_a_fault(depth: int):
    data: dict[str, Any] = {"x": json.loads("[" * min(depth, 900) + "]" * min(depth, 900))}
    for _ in range(depth - 900):
        data = {"x": data}
    network = Network()
    async with calling(network, BOTH_KEYS) as caller:
        for more in ({}, {"confirm": True}):
            answer = await caller.call("scenarios_run", {"scenarioId": 5, "data": data, **more})
            assert "failed inside make-mcp" not in answer.text
            assert answer.is_error is (depth > 200)
    assert [sent.method for sent in network.sent if sent.method != "GET"] == ([] if depth > 200 else ["POST"])


async def test_no_cookie_is_kept_between_calls():
    network = Network(always(200, b"{}", set_cookie="session=canary; Path=/"))
    async with calling(network, BOTH_KEYS) as caller:
        for tool in ("users_me", "users_me", "notifications_list", "notifications_list"):
            await caller.call(tool, {})
    assert len(network.sent) == 4
    assert ["cookie" in request.headers for request in network.sent] == [False] * 4


REDIRECTED: list[tuple[str, dict[str, Any]]] = [
    ("users_me", {}),
    ("scenarios_run", {"scenarioId": 5, "data": {"a": 1}, "confirm": True}),
]


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 305, 307, 308])
async def test_no_redirect_is_followed(status: int):
    targets = [
        "https://eu1.make.com/api/v2/users/me", "/api/v2/users/me", "https://evil.example/steal?x=1", "http://eu1.make.com/api/v2/users/me",
        "//evil.example", f"https://evil.example/{MAKE_TOKEN}", "", "https://[", "javascript:alert(1)", "\xff",
    ]  # fmt: skip
    for target in targets:
        network = Network(
            lambda _, t=target: httpx2.Response(status, headers=[(b"location", t.encode("latin-1"))], content=b"moved")
        )
        async with calling(network, BOTH_KEYS | {"prefer": "make"}) as caller:
            for tool, arguments in (
                ("users_me", {}),
                ("scenarios_run", {"scenarioId": 5, "data": {"a": 1}, "confirm": True}),
            ):
                network.sent.clear()
                answer = await caller.call(tool, arguments)
                assert answer.is_error
                assert answer.text.startswith(f"{tool}: bad_upstream_response: Make answered {status} "), answer.text
                assert "not followed" in answer.text
                assert not any(secret in answer.text for secret in SECRETS)
                # The host alone.
                assert not any(part in answer.text for part in ("steal", "alert", "://"))
                assert len(network.sent) == 1


async def test_a_redirect_on_the_real_network_is_not_followed_either():
    async def elsewhere(_reader: Any, writer: Any) -> None:
        writer.write(
            f"HTTP/1.1 307 Moved\r\nlocation: {other.url}/api/v2/users/me\r\ncontent-length: 0\r\n\r\n".encode()
        )

    async with Listener(elsewhere) as other, Listener(elsewhere) as listener:
        async with calling(None, {"make_api_key": MAKE_TOKEN, "make_base_url": listener.url}) as caller:
            assert (await caller.call("users_me", {})).is_error
        assert (len(listener.requests), other.requests) == (1, [])
        assert f"authorization: token {MAKE_TOKEN}".encode() in listener.requests[0].lower()
