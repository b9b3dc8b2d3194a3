"""How keys are fetched: what is no answer, how long it may take, over TLS and past every proxy."""

import gzip
import json
from pathlib import Path

import pytest
from tests.server.faults.certificates import Authority
from tests.server.faults.certificates import authority as new_authority
from tests.server.faults.clock import Clock, calm
from tests.server.faults.manners import (
    HALF_A_BODY,
    HALF_A_HEAD,
    NO_HTTP,
    Manner,
    after,
    answer,
    drip,
    endless,
    hang,
    hang_up,
    reset,
    waits_for_the_end,
)
from tests.server.faults.test_proxies import Proxy, proxying
from tests.server.signin.asking import status_of
from tests.server.signin.issuer import METADATA, Issuer, issuing, keys, known, signer

from make_mcp.signin.jwks import GAP_WITHOUT_KEYS, IssuerKeys
from make_mcp.signin.source import DEADLINE, LARGEST

pytestmark = pytest.mark.usefixtures("clock")

ONE = signer()
SET = json.dumps({"keys": [ONE.jwk()]}).encode()
"""What the issuer should say."""

NO_ANSWER: dict[str, tuple[str, Manner]] = {
    "not there": ("status 404", answer(SET, 404)),
    "a fault": ("status 500", answer(SET, 500)),
    "nothing": ("status 204", answer(SET, 204)),
    "created": ("status 201", answer(SET, 201)),
    "a redirect": ("status 302", answer(b"", 302, location="/elsewhere")),
    "a redirect for good": ("status 308", answer(b"", 308, location="/elsewhere")),
    "a page": ("is no JSON", answer(b"<html>sign in</html>")),
    "no bytes": ("is no JSON", answer(b"")),
    "half of it": ("is no JSON", answer(SET[:-2])),
    "bytes that are no text": ("is no JSON", answer(b'{"keys": "\xff"}')),
    "null": ("is no JSON object", answer(b"null")),
    "a list": ("is no JSON object", answer(b"[]")),
    "nested deeply": ("is no JSON", answer(b"[" * 100_000)),
    "no keys": ("is no key set", answer(b"{}")),
    "keys that are no list": ("is no key set", answer({"keys": {"one": ONE.jwk()}})),
    "one key": ("is no key set", answer(ONE.jwk())),
    "too large": ("larger than 256 kB", answer(SET + b" " * LARGEST)),
    "without end": ("larger than 256 kB", endless(b" " * 10_000)),
    "packed": ("is packed", answer(gzip.compress(SET), content_encoding="gzip")),
    "packed in an odd way": ("is packed", answer(SET, content_encoding="made-up")),
    "hung up": ("RemoteProtocolError", hang_up),
    "reset": ("ReadError", reset),
    "half a body": ("RemoteProtocolError", HALF_A_BODY),
    "half a head": ("RemoteProtocolError", HALF_A_HEAD),
    "no HTTP": ("RemoteProtocolError", NO_HTTP),
    "never": ("TimeoutError", hang),
    "too late": ("TimeoutError", after(DEADLINE + 1, answer(SET))),
    "byte by byte": ("TimeoutError", drip(0.5, SET)),
}


@pytest.mark.parametrize(("why", "manner"), NO_ANSWER.values(), ids=NO_ANSWER)
async def test_what_is_no_answer_lets_nobody_in_and_is_got_over(
    why: str, manner: Manner, clock: Clock, caplog: pytest.LogCaptureFixture
):
    async with issuing() as issuer:
        issuer.answers(manner)
        issuer.upstream.on("/elsewhere", answer(SET))
        began = clock.now
        async with known(issuer, loaded=False) as (found, seconds):
            verifier, token = issuer.verifier(found), ONE.sign(issuer.claims())
            assert await status_of(verifier, token) == 401
            assert clock.now - began <= DEADLINE + 1
            assert [issuer.name in message and why in message for message in caplog.messages] == [True]
            assert issuer.upstream.of("/elsewhere") == []
            issuer.publish(ONE)
            seconds.now = GAP_WITHOUT_KEYS
            assert await status_of(verifier, token) == 200


async def test_an_answer_of_the_largest_size_is_taken():
    async with issuing() as issuer:
        issuer.answers(answer(SET + b" " * (LARGEST - len(SET))))
        async with IssuerKeys(issuer.name) as found:
            assert await found.find(ONE.kid)


async def test_the_deadline_is_for_all_of_it_and_not_for_each_request(clock: Clock):
    async with issuing() as issuer:
        issuer.upstream.on(METADATA, after(3, answer(issuer.metadata())))
        issuer.answers(after(3, keys(ONE)))
        async with IssuerKeys(issuer.name) as found:
            began = clock.now
            assert not await found.find(ONE.kid)
            assert clock.now - began == pytest.approx(DEADLINE, abs=0.5)


async def test_what_is_sent_says_who_asks_and_carries_nothing_else():
    async with issuing() as issuer, IssuerKeys(issuer.name, issuer.jwks_url) as found:
        assert await found.find(ONE.kid)
    (request,) = issuer.upstream.arrived
    assert set(request.headers) == {"host", "accept", "accept-encoding", "connection", "user-agent"}
    assert request.headers["user-agent"].startswith("make-mcp/")
    assert request.headers["accept-encoding"] == "identity"


async def test_cookies_of_the_issuer_are_not_kept():
    async with issuing() as issuer, known(issuer, loaded=False) as (found, seconds):
        issuer.answers(answer(b"", 503, set_cookie="a=b"), keys(ONE))
        assert not await found.find(ONE.kid)
        seconds.now = GAP_WITHOUT_KEYS
        assert await found.find(ONE.kid)
        assert not any("cookie" in request.headers for request in issuer.upstream.arrived)


# ---- TLS


async def has_keys(issuer: Issuer) -> bool:
    async with IssuerKeys(issuer.name, issuer.jwks_url) as found:
        return bool(await found.find(ONE.kid))


async def test_an_issuer_with_a_good_certificate_is_trusted(authority: Authority):
    async with issuing(tls=authority.server()) as issuer:
        assert issuer.name.startswith("https://")
        assert await has_keys(issuer)


@pytest.mark.parametrize("fault", ["of somebody unknown", "for another address", "expired"])
async def test_an_issuer_with_a_bad_certificate_is_not(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    address = "127.0.0.2" if fault == "for another address" else "127.0.0.1"
    bad = new_authority(tmp_path, address=address, expired=fault == "expired")
    if fault != "of somebody unknown":
        monkeypatch.setenv("SSL_CERT_FILE", str(bad.file))
    async with issuing(tls=bad.server()) as issuer:
        assert not await has_keys(issuer)
        assert issuer.upstream.arrived == []
    assert "ConnectError" in caplog.text


async def test_a_handshake_that_never_ends_leaves_no_connection_open(authority: Authority, clock: Clock):
    ended: list[float] = []
    async with issuing(tls=authority.server(), greetings=[waits_for_the_end(ended)]) as issuer:
        began = clock.now
        assert not await has_keys(issuer)
        assert clock.now - began == pytest.approx(DEADLINE, abs=0.5)
        await calm()
    assert ended


async def test_certificates_that_cannot_be_read_let_nobody_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    async with issuing() as issuer:
        assert not await has_keys(issuer)
    assert "FileNotFoundError" in caplog.text


async def test_a_proxy_for_tls_is_used_and_learns_the_host_alone(authority: Authority, monkeypatch: pytest.MonkeyPatch):
    async with issuing(tls=authority.server()) as issuer, proxying(Proxy()) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        assert await has_keys(issuer)
        assert proxy.asked == [f"CONNECT 127.0.0.1:{issuer.upstream.port} HTTP/1.1"]


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"])
async def test_an_issuer_on_this_machine_is_reached_past_every_proxy(variable: str, monkeypatch: pytest.MonkeyPatch):
    async with issuing() as issuer, issuing() as proxy:
        monkeypatch.setenv(variable, proxy.name)
        assert await has_keys(issuer)
        assert (len(issuer.upstream.arrived), proxy.upstream.connections) == (1, 0)
