"""The sign-in from end to end: what lets a request in over each transport, and that nothing else does."""

import logging

import pytest
from tests.end_to_end.accounts import text_of
from tests.server.hosting.hosted import TOKEN, WAYS, Hosted, Transport, Way, hosted
from tests.server.hosting.team import READ, team
from tests.server.hosting.wire import (
    LIST,
    Header,
    Reply,
    bearer,
    connected,
    in_session,
    once,
    opening,
    request,
    to,
)

REFUSED: dict[str, tuple[str, ...]] = {
    "none": (),
    "empty": ("",),
    "the token alone": (TOKEN,),
    "Bearer alone": ("Bearer",),
    "Basic": ("Basic dG9rZW46dG9rZW4=",),
    "Basic with the token": (f"Basic {TOKEN}",),
    "Make's own scheme": (f"Token {TOKEN}",),
    "a longer scheme": (f"Bearers {TOKEN}",),
    "no space": (f"Bearer{TOKEN}",),
    "two spaces": (f"Bearer  {TOKEN}",),
    "a tab": (f"Bearer\t{TOKEN}",),
    "another token": ("Bearer " + "a" * 35,),
    "a token cut short": (f"Bearer {TOKEN[:-1]}",),
    "a token with more": (f"Bearer {TOKEN}=",),
    "other capitals": (f"Bearer {TOKEN.swapcase()}",),
    "quoted": (f'Bearer "{TOKEN}"',),
    "two tokens": (f"Bearer {TOKEN} {TOKEN}",),
    "a list": (f"Bearer {TOKEN}, Bearer {TOKEN}",),
    "a list with Basic": (f"Basic x, Bearer {TOKEN}",),
    "two headers": (f"Bearer {TOKEN}", f"Bearer {TOKEN}"),
    "two headers, one of them wrong": ("Bearer wrong", f"Bearer {TOKEN}"),
    "beyond ASCII": (f"Bearer {TOKEN}\xff",),
    "very long": ("Bearer " + "a" * 30_000,),
}
TAKEN = [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"BEARER {TOKEN}"]


def requests(transport: Transport, own: list[Header], session: str) -> list[bytes]:
    """One of each kind that a client sends; those that need a session are in this one."""
    if transport == "sse":
        return [
            request("GET", "/sse", own),
            opening("2025-11-25", own, session),
            opening("2025-11-25", own, session + "&x=y"),
            request("GET", session, own),
        ]
    inside = [("mcp-session-id", session), ("mcp-protocol-version", "2025-11-25"), ("accept", "text/event-stream")]
    return [
        opening("2026-07-28", own),
        opening("2025-11-25", own),
        in_session(LIST, session, own),
        *(request(method, "/mcp", [*inside, *own]) for method in ("GET", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS")),
    ]


@pytest.mark.parametrize("transport", ["http", "sse"])
async def test_a_request_without_the_token_does_not_reach_mcp(transport: Transport, caplog: pytest.LogCaptureFixture):
    """Whatever stands in the header, on every route, for a session that is there too; and no answer or log shows the token."""
    caplog.set_level(logging.INFO)
    async with hosted(transport, auth_token=TOKEN) as server, connected(server.port) as line:
        own = [to(server.port), *bearer(TOKEN)]
        if transport == "sse":
            await line.send(request("GET", "/sse", own))
            assert (await line.head()).status == 200
            session = await line.event()
        else:
            session = (await line.ask(opening("2025-11-25", own))).one("mcp-session-id") or ""
        heard = list(server.heard)
        for kind, values in REFUSED.items():
            headers = [to(server.port), *(("authorization", value) for value in values)]
            for data in requests(transport, headers, session):
                _is_unauthorized(await _answer(server, data), kind)
        assert server.heard == heard
        # The session did not suffer from it.
        assert (await _answer(server, _first(transport, own, session))).status in {200, 202}
    assert TOKEN not in caplog.text


async def _answer(server: Hosted, data: bytes) -> Reply:
    async with connected(server.port) as line:
        await line.send(data)
        # HEAD says the size of a body, and has none.
        return await (line.head() if data.startswith(b"HEAD ") else line.reply())


def _first(transport: Transport, own: list[Header], session: str) -> bytes:
    return opening("2025-11-25", own, session) if transport == "sse" else in_session(LIST, session, own)


def _is_unauthorized(reply: Reply, kind: str) -> None:
    assert reply.status == 401, (kind, reply)
    challenge = reply.one("www-authenticate") or ""
    assert challenge.startswith("Bearer ")
    # One token for all has no issuer where a client could get another.
    assert "resource_metadata" not in challenge
    assert TOKEN not in reply.body.decode() + repr(reply.headers)


@pytest.mark.parametrize("value", TAKEN)
@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_the_token_lets_in(way: Way, value: str):
    async with hosted(way[0], auth_token=TOKEN) as server, connected(server.port) as line:
        own = [to(server.port), ("authorization", value)]
        if way[0] == "http":
            assert (await line.ask(opening(way[1], own))).status == 200
        else:
            await line.send(request("GET", "/sse", own))
            assert (await line.head()).status == 200
            assert (await once(server.port, opening(way[1], own, await line.event()))).status == 202
            await line.event()
        assert server.heard == ["initialize" if way[1] == "2025-11-25" else "tools/list"]


@pytest.mark.parametrize("transport", ["http", "sse"])
async def test_a_token_in_the_address_does_not_let_in(transport: Transport):
    async with hosted(transport, auth_token=TOKEN) as server:
        for query in (f"access_token={TOKEN}", f"token={TOKEN}", f"authorization=Bearer%20{TOKEN}"):
            for method, path in (("POST", "/mcp"), ("GET", "/sse"), ("POST", "/messages/")):
                if (transport == "http") is (path == "/mcp"):
                    _is_unauthorized(
                        await once(server.port, request(method, f"{path}?{query}", [to(server.port)])), query
                    )
        assert server.heard == []


@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_an_official_client_signs_in(way: Way):
    async with hosted(way[0], auth_token=TOKEN, toolsets="all") as server, server.client(way[1], TOKEN) as client:
        assert len((await client.list_tools()).tools) == 68
        assert "organizations" in text_of(await client.call_tool("organizations_list", {}))


async def test_without_an_issuer_there_is_no_metadata_and_with_one_it_is_for_everybody():
    path = "/.well-known/oauth-protected-resource/mcp"
    async with hosted(auth_token=TOKEN) as server:
        assert (await once(server.port, request("GET", path, [to(server.port)]))).status == 404
    async with team() as people, hosted(**people.flags) as server:
        known = await once(server.port, request("GET", path, [to(server.port)]))
        assert known.status == 200
        assert known.results[0]["resource"] == people.flags["public_url"]
        assert known.results[0]["authorization_servers"] == [people.issuer.name]
        refused = await once(server.port, opening("2026-07-28", [to(server.port)]))
        assert refused.status == 401
        assert f'resource_metadata="https://make.example.com{path}"' in (refused.one("www-authenticate") or "")


@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_a_token_of_the_issuer_that_is_not_for_this_server_does_not_let_in(way: Way):
    """S3: it may be good elsewhere."""
    async with team() as people, hosted(way[0], **people.flags) as server:
        path = "/mcp" if way[0] == "http" else "/messages/?session_id=" + "0" * 32
        for claims in (
            {"aud": "https://other.example.com/mcp"},
            {"resource": "https://other.example.com/mcp"},
            {"iss": "https://login.example.com"},
            {"exp": 1_700_000_000},
            {"sub": ...},
        ):
            own = [to(server.port), *bearer(people.token("anna", READ, **claims))]
            reply = await once(server.port, opening(way[1], own, path))
            assert reply.status == 401, claims
            assert 'error="invalid_token"' in (reply.one("www-authenticate") or "")
        own = [to(server.port), *bearer(people.token("anna", "mail:send"))]
        assert (await once(server.port, opening(way[1], own, path))).status == 403
        assert server.heard == []
