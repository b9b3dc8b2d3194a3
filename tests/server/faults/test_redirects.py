"""Redirects: none is followed, since the key and the body of a write would go along."""

import pytest
from tests.server.faults.calls import HIDDEN, READ, START, Call, is_short_and_safe, is_whole
from tests.server.faults.manners import answer
from tests.server.faults.upstream import Upstream
from tests.server.network import LINK, MATON_KEY, calling

REDIRECTS = [301, 302, 303, 307, 308]


@pytest.mark.parametrize("status", REDIRECTS)
@pytest.mark.parametrize("call", [READ, START], ids=str)
async def test_a_redirect_to_another_host_is_not_followed(status: int, call: Call):
    """F28: neither the key nor the body of a write goes there; the error names the host and nothing else of the address."""
    async with Upstream() as elsewhere, Upstream() as upstream:
        target = f"http://127.0.0.1:{elsewhere.port}/{HIDDEN}?token={HIDDEN}#{HIDDEN}"
        async with calling(None, upstream.make()) as caller:
            upstream.on(call.path, answer(b"", status, location=target))
            text = is_short_and_safe(await call.by(caller), call)
        assert str(status) in text
        assert "127.0.0.1" in text
        assert ("may have taken effect" in text) is (call is START)
        assert (len(upstream.arrived), elsewhere.connections) == (1, 0)


LOCATIONS = [
    "https://evil.example.com/a?b=c", "http://evil.example.com", "/api/v2/scenarios/6", "//evil.example.com/x", "scenarios/6", "",
    "https://user:pw@evil.example.com/", "javascript:alert(1)", "file:///etc/passwd", "http://[", "http://\x7f", "https://evil.example.com:x/",
    "data:,x", "http://a b/", "https://" + "e" * 5000 + ".com/", "\u00ff",
]  # fmt: skip


@pytest.mark.parametrize("location", LOCATIONS)
@pytest.mark.parametrize("status", REDIRECTS)
async def test_no_redirect_is_followed_wherever_it_leads(status: int, location: str):
    """F28: to https, to http, to the same host, to nowhere."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(None, answer({"moved": True}, status, location=location))
        for call in (READ, START):
            text = is_short_and_safe(await call.by(caller), call)
            assert "pw@" not in text
            assert "/a?b=c" not in text
        assert [request.path for request in upstream.arrived] == [READ.path, START.path]


async def test_a_look_at_a_link_of_the_gateway_follows_no_redirect_either():
    """F28: and what it was for does not leave."""
    call = Call("maton_connections_delete", {"matonConnectionId": "21fd90f9"}, "DELETE", "/connections/21fd90f9")
    async with Upstream() as elsewhere, Upstream() as upstream:
        flags = upstream.maton()
        async with calling(None, flags) as caller:
            upstream.on(None, answer(LINK))
            code = is_whole(await caller.call(call.tool, call.arguments))["code"]
            upstream.on(None, answer(LINK, 307, location=elsewhere.url + call.path))
            outcome = await caller.call(call.tool, {**call.arguments, "confirm": code})
        assert outcome.is_error
        assert MATON_KEY not in outcome.text
        assert upstream.writes == []
        assert elsewhere.connections == 0
