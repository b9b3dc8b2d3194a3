"""Any text as a header or as a token: 401, and never an error."""

import json
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.server.signin.asking import Inside, ask, guarded
from tests.server.signin.bad_tokens import signed_by_hand
from tests.server.signin.issuer import AUDIENCE, NOW, RESOURCE, Issuer, Json, by_hand, issuing, segment, signer

from make_mcp.signin.jwks import IssuerKeys
from make_mcp.signin.jwts import JwtVerifier
from make_mcp.signin.scopes import SCOPES
from make_mcp.signin.static import StaticToken

TOKEN = "x" * 40
ANY = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])

any_text = st.text(st.characters(exclude_categories=()), max_size=60)
any_json: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=6,
)
near = st.one_of(
    st.binary(max_size=80),
    st.sampled_from([b"Bearer ", b"bearer", b"Basic ", b" ", b"\t", b",", b"=", TOKEN.encode(), b"\r\n", b"\x00"]),
)
headers = st.lists(st.lists(near, max_size=4).map(b"".join), max_size=3)
"""Authorization headers that are nearly right, or not at all."""


def is_good(values: list[bytes]) -> bool:
    scheme, _, token = (values[0] if len(values) == 1 else b"").partition(b" ")
    return scheme.lower() == b"bearer" and token == TOKEN.encode()


@ANY
@given(values=headers, query=st.binary(max_size=40))
async def test_any_header_is_answered(values: list[bytes], query: bytes):
    inside = Inside()
    answered = await ask(guarded(StaticToken(TOKEN), inside), *values, query=query)
    if is_good(values) and b"access" not in query and b"%" not in query:
        assert (answered.status, len(inside.callers)) == (200, 1)
    elif not is_good(values):
        assert (answered.status, inside.callers) == (401, [])
        assert set(answered.json) == {"error", "error_description"}
        assert answered.challenge.startswith("Bearer ")
        assert answered.challenge.isprintable()


@ANY
@given(token=any_text)
async def test_any_text_is_no_token_of_the_team(token: str):
    assert await StaticToken(TOKEN).verify_token(token) is None


signed_headers = st.dictionaries(
    st.sampled_from(["typ", "crit", "b64", "jwk", "jku", "x5u", "x"]), any_json, max_size=2
)
odd_headers = st.one_of(
    any_json,
    st.fixed_dictionaries(
        {"alg": st.sampled_from(["RS256", "none", "HS256"]) | any_json, "kid": st.just("one") | any_json}
    ),
    signed_headers.map(lambda more: {"alg": "RS256", "kid": "one", **more}),
)
claims = st.dictionaries(
    st.sampled_from(
        ["iss", "aud", "sub", "exp", "nbf", "iat", "jti", "scope", "scp", "resource", "client_id", "azp", "nonce"]
    ),
    any_json | st.sampled_from([..., NOW, NOW + 31, "make:write", ["make:write"], RESOURCE]),
    max_size=3,
)


@asynccontextmanager
async def checking(caplog: pytest.LogCaptureFixture) -> AsyncGenerator[tuple[Issuer, JwtVerifier]]:
    """An issuer and who checks its tokens. A fault of ours, which lets nobody in either, is an error here."""
    caplog.clear()
    async with issuing() as issuer, IssuerKeys(issuer.name, issuer.jwks_url) as keys:
        yield issuer, issuer.verifier(keys)
    assert all(message.startswith("a token was refused: ") for message in caplog.messages)


@ANY
@given(
    token=st.one_of(
        any_text,
        st.lists(any_text, min_size=3, max_size=3).map(".".join),
        st.lists(st.binary(max_size=30).map(segment), min_size=2, max_size=4).map(".".join),
        st.builds(by_hand, odd_headers, any_json, st.binary(max_size=300)),
    )
)
async def test_any_text_is_no_token_of_the_issuer(token: str, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO, "make_mcp"):
        async with checking(caplog) as (_, verifier):
            assert await verifier.verify_token(token) is None
    assert len(caplog.messages) == 1


@ANY
@given(header=signed_headers, said=claims)
async def test_whatever_the_issuer_signs_is_taken_only_if_it_fits(
    header: Json, said: Json, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.INFO, "make_mcp"):
        async with checking(caplog) as (issuer, verifier):
            given_claims = issuer.claims(**said)
            token = signed_by_hand(signer(), json.dumps(given_claims).encode(), header)
            access = await verifier.verify_token(token)
    if access is None:
        assert len(caplog.messages) == 1
        assert header or said
        return
    assert header.keys().isdisjoint({"crit", "b64"})
    assert given_claims["iss"] == issuer.name
    assert given_claims["aud"] == AUDIENCE or AUDIENCE in given_claims["aud"]
    assert "resource" not in given_claims or RESOURCE in given_claims["resource"]
    assert given_claims["exp"] > NOW - 30
    assert access.subject == given_claims["sub"]
    assert access.subject
    assert access.subject.isprintable()
    assert "nonce" not in given_claims
    assert set(access.scopes) <= set(SCOPES)
