"""What may leave: no id leads out of its place in the path, and no text of the agent's into a header."""

import re
from typing import Any

import pytest
from tests.server.faults.manners import answer
from tests.server.faults.upstream import SEEN, Upstream
from tests.server.network import ENDPOINTS, calling
from tests.tools.wire_cases import CASES

from make_mcp.settings import SettingsError, load
from make_mcp.upstream import GuardError, Permit, Upstreams
from make_mcp.upstream.doors import open_doors
from make_tools import Endpoint, Request

CLIMBING: list[Any] = [
    "..", ".", "1/../2", "5/../../users", "5/../../../../google-drive/v3/files", "%2e%2e", "..%2f", "..%252f", "1?x=1", "1#f", "//evil", "http://evil",
    "\\..\\x", "1\r\nx-evil: 1", "5\n", "\r\n", "\x00", "5\x00", "5;a=b", "\u0665", "\uff15", "\uff0e\uff0e", "1e3/", "5 ", " 5", "+5", "",
    "a" * 10_000, "0" * 65, "{scenario_id}", "%s", "5\u200b", "me\u2215x", "*", "@evil", "5&x=1", "~", "a.b",
]  # fmt: skip
"""Texts that fit no path argument at all."""
NO_NUMBERS: list[Any] = [
    "5", "05", "1e3", "true", "me", 1e3, 5.0, 0.5, float("nan"), float("inf"), 2**63, 2**53, 10**5000, -5, 0, -1, True, False,
    [], [5], {}, {"id": 5}, ["5"], None,
]  # fmt: skip
"""Values that are no positive whole number of a size that JSON carries."""
NO_TEXTS: list[Any] = [5, -5, 2**63, 1e3, True, False, [], ["a"], {}, {"id": "a"}, None]
"""Values that are no text."""

PATH_ARGUMENTS = [
    pytest.param(endpoint, argument.name, id=endpoint.name)
    for endpoint in ENDPOINTS.values()
    for argument in endpoint.arguments
    if argument.place == "path"
]
HEADERS = {
    "accept", "accept-encoding", "authorization", "connection", "content-length", "content-type", "host", "maton-connection", "user-agent",
}  # fmt: skip
SNEAKY = 'Orders\r\nx-evil: 1\r\n\r\nGET /users HTTP/1.1 \x00 \u2028 "quoted"'


def usual(endpoint: Endpoint[...]) -> dict[str, Any]:
    return next(dict(case.arguments) for case in CASES if case.tool == endpoint.name)


def flags_of(endpoint: Endpoint[...], upstream: Upstream) -> dict[str, Any]:
    return upstream.make() if "make" in endpoint.upstreams else upstream.maton()


# ---- F29


@pytest.mark.parametrize(("endpoint", "argument"), PATH_ARGUMENTS)
async def test_nothing_arrives_for_an_id_that_is_none(endpoint: Endpoint[...], argument: str):
    """F29: each tool with an id in its path: refused before any request, of a look too."""
    integer = endpoint.schema["properties"][argument]["type"] == "integer"
    async with Upstream() as upstream, calling(None, flags_of(endpoint, upstream)) as caller:
        for value in CLIMBING + (NO_NUMBERS if integer else NO_TEXTS):
            for confirm in ({}, {"confirm": True}) if endpoint.effect == "write" else ({},):
                outcome = await caller.call(endpoint.name, {**usual(endpoint), argument: value, **confirm})
                assert outcome.is_error, f"{value!r:.100}: {outcome.text[:200]}"
                assert outcome.text.startswith(f"{endpoint.name} was not called: "), outcome.text[:200]
                assert f"`{argument}`" in outcome.text, outcome.text[:200]
                assert len(outcome.text) < 2000
        assert upstream.connections == 0
        # And it is the id alone that was wrong.
        await caller.call(endpoint.name, usual(endpoint))
        assert upstream.connections > 0


@pytest.mark.parametrize(("endpoint", "argument"), PATH_ARGUMENTS)
async def test_an_id_stands_in_the_path_as_it_is(endpoint: Endpoint[...], argument: str):
    """F29: what is taken keeps the form of the path: the same segments, and no percent sign."""
    integer = endpoint.schema["properties"][argument]["type"] == "integer"
    form = re.compile(re.sub(r"\{\w+\}", "([A-Za-z0-9_-]+)", endpoint.path))
    given: list[Any] = (
        [1, 5, 2**53 - 1] if integer else ["a", "0" * 32, "21fd90f9-5935-43cd-b6c8-bde9d915ca80", "A_b-9"]
    )
    taken = 0
    for value in given:
        async with Upstream() as upstream, calling(None, flags_of(endpoint, upstream)) as caller:
            outcome = await caller.call(endpoint.name, {**usual(endpoint), argument: value})
            if outcome.is_error and not upstream.arrived:
                continue
            taken += 1
            if endpoint.effect == "read":
                (request,) = upstream.arrived
                match = form.fullmatch(request.path)
                assert match is not None, request.path
                assert match[1] == str(value)
            for request in upstream.arrived:
                assert "%" not in request.path
                assert ".." not in request.path
    assert taken > 0


# ---- F30


OUTSIDE = [
    "/../../../google-drive/files", "/scenarios/1/../../../../../google-drive", "/%2e%2e/x", "/scenarios//5", "/./users", "/scenarios/5;x",
    "/scenarios/5#x", "/scenarios\\..\\x", "/../v1/users", "/..", "/scenarios/5/%2e%2e/6", "@evil.example.com/x", ".evil.example.com/x", ":1/x",
    "/scenarios/5\r\nx-evil: 1", "/scenarios/5\x00",
]  # fmt: skip


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize("door", ["make", "maton"])
async def test_what_every_check_let_through_is_stopped_at_the_end(path: str, door: str):
    """F30: the guard stands in the client, and trusts nothing that was decided before."""
    async with Upstream() as upstream:
        flags = upstream.make() if door == "make" else upstream.maton()
        for tool, method in (("scenarios_get", "GET"), ("scenarios_start", "POST")):
            async with Upstreams(open_doors(load(flags))) as upstreams:
                with pytest.raises(GuardError, match="Nothing was sent"):
                    await upstreams.send(Permit(ENDPOINTS[tool], Request(method, path)))
        assert upstream.connections == 0


async def test_what_the_guard_stops_says_so_in_the_name_of_the_tool():
    """F30: with its code, as every error of ours."""
    async with Upstreams(open_doors(load(Upstream().make()))) as upstreams:
        with pytest.raises(GuardError, match=r"^scenarios_get: guard: "):
            await upstreams.send(Permit(ENDPOINTS["scenarios_get"], Request("GET", OUTSIDE[0])))


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda e: e.name)
async def test_every_request_stays_below_its_api(endpoint: Endpoint[...]):
    """F30: the path begins with the API's own, for either way to Make."""
    for door in endpoint.upstreams:
        async with Upstream() as upstream:
            flags = upstream.make() if door == "make" else upstream.maton()
            async with calling(None, flags) as caller:
                await caller.call(endpoint.name, usual(endpoint))
                await caller.call(
                    endpoint.name, {**usual(endpoint), **({} if endpoint.effect == "read" else {"confirm": True})}
                )
            assert upstream.targets
            prefixes = ("/make/api/v2/", "/connections") if door == "maton" else ("/api/v2/",)
            assert all(target.startswith(prefixes) for target in upstream.targets)


# ---- F31


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda e: e.name)
async def test_only_headers_that_are_meant_leave(endpoint: Endpoint[...]):
    """F31: a list of those that may, since the gateway forwards the others to Make."""
    for door in endpoint.upstreams:
        async with Upstream() as upstream:
            flags = upstream.make() if door == "make" else upstream.maton(maton_connection="21fd90f9")
            async with calling(None, flags) as caller:
                confirm = {"confirm": True} if endpoint.effect == "write" else {}
                await caller.call(endpoint.name, {**usual(endpoint), **confirm})
            assert upstream.arrived
            for request in upstream.arrived:
                assert set(request.headers) <= HEADERS, set(request.headers) - HEADERS
                assert ("maton-connection" in request.headers) is (door == "maton")
                assert request.headers["user-agent"].startswith("make-mcp/")
                assert request.headers["host"] == f"127.0.0.1:{upstream.port}"


async def test_no_cookie_is_kept():
    """F31: a session that one call began must not stand behind the next, least of all behind another caller's."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(None, answer(SEEN, set_cookie="session=1; Path=/", set_cookie2="session=2"))
        for _ in range(3):
            await caller.call("users_me", {})
        assert len(upstream.arrived) == 3
        assert not any("cookie" in request.headers for request in upstream.arrived)


NAMED: list[tuple[str, dict[str, Any]]] = [
    ("hooks_rename", {"hookId": 5, "name": SNEAKY}),
    ("teams_create", {"name": SNEAKY, "organizationId": 11}),
    ("scenarios_run", {"scenarioId": 5, "data": {SNEAKY: SNEAKY}}),
    ("connections_set_data", {"connectionId": 5, "data": {"apiKey": SNEAKY}}),
    ("users_list", {"organizationId": 11, "filters": {"name": SNEAKY}}),
]


@pytest.mark.parametrize(("tool", "arguments"), NAMED)
async def test_a_name_with_line_breaks_is_a_name_or_refused(tool: str, arguments: dict[str, Any]):
    """F31: in a body or a query it is data; it never begins a header or another request."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(None, answer(SEEN))
        endpoint = ENDPOINTS[tool]
        confirm: Any = None if endpoint.effect == "read" else True
        if endpoint.effect == "destroy":
            confirm = ((await caller.call(tool, arguments)).data or {}).get("code")
        outcome = await caller.call(tool, arguments if confirm is None else {**arguments, "confirm": confirm})
        sent = [request for request in upstream.arrived if request.method == endpoint.method]
        assert bool(sent) is not outcome.is_error
        for request in upstream.arrived:
            assert "x-evil" not in request.headers
            assert set(request.headers) <= HEADERS
        for request in sent:
            assert "\r" not in request.query
            assert not request.body or "\\r\\n" in request.body.decode()


@pytest.mark.parametrize("link", ["a\r\nx-evil: 1", "a b", "../x", "", "a" * 65, "a\n", "\u00e4"])
def test_a_link_that_could_be_more_than_an_id_is_no_setting(link: str):
    """F31: the id of the gateway's link stands in a header."""
    if not link:
        assert load({"maton_api_key": "k" * 20, "maton_connection": None}).maton_connection is None
    with pytest.raises(SettingsError, match="MATON_CONNECTION"):
        load({"maton_api_key": "k" * 20, "maton_connection": link})


@pytest.mark.parametrize("key", ["a\r\nx-evil: 1", "a b", "k\x00k", "schl\u00fcssel"])
def test_a_key_that_could_be_more_than_a_key_is_no_setting(key: str):
    """F31: and the error does not show it."""
    for name in ("maton_api_key", "make_api_key"):
        with pytest.raises(SettingsError) as error:
            load({name: key})
        assert key not in str(error.value)
