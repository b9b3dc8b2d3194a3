"""Under which names the server is reached, and which web pages may call it: tables of what is hostile, as raw bytes."""

from collections.abc import Sequence
from typing import Any

import pytest
from tests.server.faults.served import Era
from tests.server.hosting.hosted import TOKEN, WAYS, Hosted, Transport, Way, hosted
from tests.server.hosting.wire import (
    JSON,
    Header,
    Reply,
    bearer,
    connected,
    once,
    opening,
    request,
    to,
)

from make_mcp.hosting.addresses import Addresses
from make_mcp.hosting.plan import plan
from make_mcp.settings import load

PAGE = "https://app.example.com"
NAMES = ("make.example.com", "make.example.com:8443")
ALLOWED = {"allowed_hosts": ",".join(NAMES), "allowed_origins": PAGE}

HOSTS: dict[str, Sequence[str]] = {
    "another name": ("evil.com",),
    "another name with our port": ("evil.com:{port}",),
    "ours as a prefix": ("localhost:{port}.evil.com",),
    "ours as a user": ("127.0.0.1:{port}@evil.com",),
    "another as a user": ("evil.com@127.0.0.1:{port}",),
    "ours and another in a list": ("localhost:{port}, evil.com",),
    "ours twice in a list": ("localhost:{port}, localhost:{port}",),
    "none": (),
    "empty": ("",),
    "another port": ("127.0.0.1:1",),
    "ours and more digits": ("127.0.0.1:{port}0",),
    "no port": ("localhost",),
    "two headers": ("127.0.0.1:{port}", "evil.com"),
    "two headers, ours last": ("evil.com", "127.0.0.1:{port}"),
    "two headers, both ours": ("127.0.0.1:{port}", "127.0.0.1:{port}"),
    "capitals": ("LOCALHOST:{port}",),
    "a dot behind": ("localhost.:{port}",),
    "a dot behind the port": ("localhost:{port}.",),
    "all addresses": ("0.0.0.0:{port}",),
    "a longer form of the address": ("127.0.0.01:{port}",),
    "the address as a number": ("2130706433:{port}",),
    "a path": ("localhost:{port}/evil",),
    "beyond ASCII": ("localhost:{port}\xa0",),
    "an allowed one as a prefix": ("make.example.com.evil.com",),
    "an allowed one behind": ("evil-make.example.com",),
    "an allowed one with another port": ("make.example.com:8444",),
    "an allowed one with the usual port": ("make.example.com:443",),
    "an allowed one in capitals": ("Make.example.com",),
    "below an allowed one": ("a.make.example.com",),
    "two allowed ones in a list": ("make.example.com,make.example.com:8443",),
}
OURS = ("127.0.0.1:{port}", "localhost:{port}", "[::1]:{port}")

ORIGINS: dict[str, Sequence[str]] = {
    "null": ("null",),
    "another port of this machine": ("http://localhost:1",),
    "the usual port of this machine": ("http://localhost",),
    "this machine with more digits": ("http://127.0.0.1:{port}0",),
    "this machine over TLS": ("https://localhost:{port}",),
    "this machine as a prefix": ("http://localhost:{port}.evil.com",),
    "this machine as a user": ("http://localhost:{port}@evil.com",),
    "this machine and another": ("http://localhost:{port}", "https://evil.com"),
    "another": ("https://evil.com",),
    "empty": ("",),
    "an allowed one as a prefix": (PAGE + ".evil.com",),
    "an allowed one behind": ("https://evil-app.example.com",),
    "below an allowed one": ("https://a.app.example.com",),
    "above an allowed one": ("https://example.com",),
    "an allowed one over http": ("http://app.example.com",),
    "an allowed one with a port": (PAGE + ":8443",),
    "an allowed one with the usual port": (PAGE + ":443",),
    "an allowed one with a slash": (PAGE + "/",),
    "an allowed one in capitals": ("https://APP.example.com",),
    "an allowed one with a dot": (PAGE + ".",),
    "an allowed one as a user": (PAGE + "@evil.com",),
    "a list": (f"{PAGE} https://evil.com",),
    "a list with a comma": (f"{PAGE}, https://evil.com",),
    "two headers": (PAGE, "https://evil.com"),
    "two headers, the allowed one last": ("https://evil.com", PAGE),
    "two headers, both allowed": (PAGE, PAGE),
    "a star": ("*",),
}
OWN_ORIGINS = ("http://127.0.0.1:{port}", "http://localhost:{port}", "http://[::1]:{port}")
"""Nothing is served there that could call; a page that is on another port has another origin."""


def filled(name: str, values: Sequence[str], port: int) -> list[Header]:
    return [(name, value.format(port=port)) for value in values]


def requests(transport: Transport, era: Era, headers: list[Header]) -> list[bytes]:
    """One of each kind that a client sends."""
    if transport == "sse":
        return [
            request("GET", "/sse", [("accept", "text/event-stream"), *headers]),
            opening(era, headers, "/messages/?session_id=" + "0" * 32),
        ]
    others = [("mcp-protocol-version", era), ("mcp-session-id", "0" * 32), ("accept", "text/event-stream"), *headers]
    return [opening(era, headers), *(request(method, "/mcp", others) for method in ("GET", "DELETE"))]


async def is_served(server: Hosted, era: Era, headers: list[Header]) -> bool:
    """Whether the first request of a client with these headers reaches MCP."""
    if server.transport == "http":
        return (await once(server.port, opening(era, headers))).status == 200
    async with connected(server.port) as line:
        await line.send(request("GET", "/sse", headers))
        if (await line.head()).status != 200:
            return False
        path = await line.event()
        assert (await once(server.port, opening(era, headers, path))).status == 202
        return "protocolVersion" in await line.event()


@pytest.mark.parametrize("allowed", [{}, ALLOWED], ids=["by default", "with lists"])
@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_a_request_under_another_name_is_turned_away(way: Way, allowed: dict[str, str]):
    async with hosted(way[0], **allowed) as server:
        for kind, values in HOSTS.items():
            for data in requests(*way, filled("host", values, server.port)):
                reply = await once(server.port, data)
                # What HTTP itself forbids does not even get so far.
                assert reply.status in ({400, 421} if len(values) != 1 else {421}), (kind, data)
                assert reply.status == 400 or "--allowed-hosts" in reply.told
        assert server.heard == []


@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_an_old_request_without_a_name_is_turned_away(way: Way):
    """HTTP/1.0 does not ask for one."""
    async with hosted(way[0]) as server:
        for path in ("/mcp", "/sse", "/messages/", "/"):
            assert (await once(server.port, request("GET", path, [], version="HTTP/1.0"))).status == 421
        assert server.heard == []


async def test_an_address_in_place_of_a_path_is_no_way_around_the_list():
    async with hosted() as server:
        own = to(server.port)
        assert (await once(server.port, request("GET", "http://127.0.0.1/mcp", [("host", "evil.com")]))).status == 421
        assert (await once(server.port, request("GET", "http://evil.com/mcp", [own]))).status == 404
        for header in ("x-forwarded-host", "forwarded", "x-forwarded-server", "x-original-host"):
            data = opening("2026-07-28", [("host", "evil.com"), (header, own[1])])
            assert (await once(server.port, data)).status == 421
        assert server.heard == []


@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_exactly_the_names_on_the_list_are_served(way: Way):
    async with hosted(way[0], **ALLOWED) as server:
        for name in (*OURS, *NAMES):
            assert await is_served(server, way[1], filled("host", [name], server.port)), name
    async with hosted(way[0]) as server:
        for name in OURS:
            assert await is_served(server, way[1], filled("host", [name], server.port)), name
        for name in NAMES:
            assert not await is_served(server, way[1], [("host", name)]), name


async def test_two_names_are_turned_away_even_where_http_lets_them_pass():
    """Of the parser in front of it this server is not so sure."""
    sent: list[Any] = []

    async def inside(*_: object) -> None:
        raise AssertionError("it was let in")

    async def send(message: Any) -> None:
        sent.append(message)

    async def nothing() -> Any:
        raise AssertionError("it was read")

    app = Addresses(inside, {"a"}, (), lambda _: None)
    for hosts in ([b"a", b"a"], [b"a", b"evil"], []):
        await app({"type": "http", "headers": [(b"host", host) for host in hosts]}, nothing, send)
    assert [message["status"] for message in sent if "status" in message] == [421] * 3


def test_no_client_writes_the_usual_port():
    hosting = plan(load({"transport": "http", "allowed_hosts": "make.example.com"}))
    assert hosting.hosts_at(80) == {"127.0.0.1", "localhost", "[::1]", "make.example.com"}
    assert hosting.hosts_at(443) == {"127.0.0.1:443", "localhost:443", "[::1]:443", "make.example.com"}


@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_a_server_for_others_is_not_reached_under_the_names_of_the_machine(way: Way):
    async with hosted(way[0], host="0.0.0.0", auth_token=TOKEN, allowed_hosts=NAMES[0]) as server:
        for name in (*OURS, "0.0.0.0:{port}", NAMES[1]):
            headers = [*filled("host", [name], server.port), *bearer(TOKEN)]
            assert not await is_served(server, way[1], headers), name
        assert server.heard == []
        assert await is_served(server, way[1], [("host", NAMES[0]), *bearer(TOKEN)])


@pytest.mark.parametrize("allowed", [{}, ALLOWED], ids=["by default", "with lists"])
@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_a_web_page_that_is_not_on_the_list_is_turned_away(way: Way, allowed: dict[str, str]):
    async with hosted(way[0], **allowed) as server:
        for kind, values in ORIGINS.items():
            for data in requests(*way, [to(server.port), *filled("origin", values, server.port)]):
                reply = await once(server.port, data)
                assert reply.status == 403, (kind, data)
                assert "--allowed-origins" in reply.told
                assert not any(name.startswith("access-control") for name, _ in reply.headers)
        assert server.heard == []
        assert await is_served(server, way[1], [to(server.port), ("origin", PAGE)]) is bool(allowed)


@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_the_origin_of_the_server_itself_counts_on_this_machine_alone(way: Way):
    """Over Streamable HTTP, where the conformance suite of the protocol wants it."""
    others = {"host": "0.0.0.0", "auth_token": TOKEN, "allowed_hosts": NAMES[0]}
    async with hosted(way[0]) as server, hosted(way[0], **others) as public:
        for origin in OWN_ORIGINS:
            own = [to(server.port), *filled("origin", [origin], server.port)]
            assert await is_served(server, way[1], own) is (way[0] == "http")
            headers = [("host", NAMES[0]), *bearer(TOKEN), *filled("origin", [origin], public.port)]
            assert not await is_served(public, way[1], headers)
        assert public.heard == []


# ---- Browsers


def preflight(path: str, origin: str, port: int, method: str = "POST") -> bytes:
    """What a browser asks before a page's request, without its credentials."""
    asked = "authorization, content-type, mcp-method, mcp-name, mcp-protocol-version, mcp-session-id, last-event-id"
    headers = [("access-control-request-method", method), ("access-control-request-headers", asked)]
    return request("OPTIONS", path, [to(port), ("origin", origin), *headers])


def lets(reply: Reply, method: str) -> bool:
    """Whether a browser goes on after this answer."""
    methods = (reply.one("access-control-allow-methods") or "").split(", ")
    return reply.status == 200 and reply.one("access-control-allow-origin") == PAGE and method in methods


PATHS: dict[Transport, list[tuple[str, str]]] = {
    "http": [("POST", "/mcp"), ("GET", "/mcp"), ("DELETE", "/mcp")],
    "sse": [("GET", "/sse"), ("POST", "/messages/")],
}


@pytest.mark.parametrize("transport", ["http", "sse"])
async def test_a_browser_may_ask_for_a_page_on_the_list_without_signing_in(transport: Transport):
    async with hosted(transport, auth_token=TOKEN, allowed_origins=PAGE) as server:
        for method, path in PATHS[transport]:
            reply = await once(server.port, preflight(path, PAGE, server.port, method))
            assert lets(reply, method), reply
            taken = {name.lower() for name in (reply.one("access-control-allow-headers") or "").split(", ")}
            assert {"authorization", "content-type", "mcp-method", "mcp-name", "mcp-protocol-version"} <= taken
            assert reply.one("access-control-allow-credentials") is None
        assert server.heard == []


@pytest.mark.parametrize("transport", ["http", "sse"])
async def test_a_browser_is_told_no_for_any_other_page(transport: Transport):
    for allowed in ({}, {"allowed_origins": PAGE}):
        async with hosted(transport, auth_token=TOKEN, **allowed) as server:
            for origin in ("https://evil.com", "null", "http://localhost:1", PAGE + ".evil.com"):
                for method, path in PATHS[transport]:
                    assert (await once(server.port, preflight(path, origin, server.port, method))).status == 403


async def test_a_page_on_the_list_can_read_the_answer_and_what_is_wrong_with_its_request():
    async with hosted(auth_token=TOKEN, allowed_origins=PAGE, rate_limit="2/hour") as server:
        page = [to(server.port), ("origin", PAGE)]
        session = await once(server.port, opening("2025-11-25", [*page, *bearer(TOKEN)]))
        unknown = await once(server.port, opening("2025-11-25", page))
        text = request("POST", "/mcp", [*page, *bearer(TOKEN), ("content-type", "text/plain")], b"{}")
        unfit = await once(server.port, text)
        often = await once(server.port, opening("2026-07-28", [*page, *bearer(TOKEN)]))
        assert [each.status for each in (session, unknown, unfit, often)] == [200, 401, 415, 429]
        for reply in (session, unknown, unfit, often):
            assert reply.one("access-control-allow-origin") == PAGE
            exposed = {name.lower() for name in (reply.one("access-control-expose-headers") or "").split(", ")}
            assert {"mcp-session-id", "www-authenticate", "retry-after"} <= exposed
        assert session.one("mcp-session-id")
        assert unknown.one("www-authenticate")
        assert often.one("retry-after")


async def test_a_page_cannot_get_by_with_a_request_that_browsers_do_not_ask_about():
    """A form of a hostile page is sent without asking first; it has another content type, and brings its origin."""
    async with hosted() as server:
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            for origin in ([], [("origin", "https://evil.com")]):
                data = request("POST", "/mcp", [to(server.port), ("content-type", kind), *origin], b"{}")
                assert (await once(server.port, data)).status == (403 if origin else 415)
        assert JSON[1] == "application/json"
        assert server.heard == []
