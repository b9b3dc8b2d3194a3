"""The tokens of an issuer: which let in, and that each other one is refused for its own reason and leaves no trace."""

import logging

import pytest
from tests.server.signin.asking import ask, guarded, status_of
from tests.server.signin.bad_tokens import BAD, ONE, Make, headed, publish, says
from tests.server.signin.issuer import AUDIENCE, NOW, RESOURCE, SUBJECT, Json, Signer, issuing, signer

from make_mcp.signin.claims import Expected
from make_mcp.signin.jwks import IssuerKeys
from make_mcp.signin.jwts import JwtVerifier
from make_mcp.signin.scopes import READ, WRITE


@pytest.mark.parametrize(("why", "make"), BAD.values(), ids=BAD)
async def test_a_bad_token_is_refused_for_its_own_reason(why: str, make: Make, caplog: pytest.LogCaptureFixture):
    async with issuing() as issuer:
        publish(issuer)
        taken = ("RS256", "PS256", "ES256", "EdDSA")
        async with IssuerKeys(issuer.name) as keys:
            verifier = issuer.verifier(keys, algorithms=taken)
            assert await status_of(verifier, says()(issuer)) == 200
            token = make(issuer)
            with caplog.at_level(logging.DEBUG):
                answered = await ask(guarded(verifier), f"Bearer {token}")
    told = [record.getMessage() for record in caplog.records if record.name.startswith("make_mcp")]
    assert answered.status == 401
    assert answered.json["error"] == "invalid_token"
    assert len(told) == 1
    assert told[0].startswith("a token was refused: ")
    assert why in told[0]
    heard = caplog.text + answered.body.decode() + answered.challenge
    assert not any(part in heard for part in [SUBJECT, AUDIENCE, *token.split(".")] if len(part) > 4)


GOOD: dict[str, Make] = {
    "RS256": says(),
    "ES256": lambda i: signer("ES256", "two").sign(i.claims()),
    "PS256": lambda i: signer("PS256", "three").sign(i.claims()),
    "EdDSA": lambda i: signer("EdDSA", "five").sign(i.claims()),
    "ES512": lambda i: signer("ES512", "six").sign(i.claims()),
    "a key without an algorithm": lambda i: signer("RS256", "seven").sign(i.claims()),
    "that key, by another algorithm that it can": lambda i: Signer(
        "seven", "PS384", signer("RS256", "seven").private
    ).sign(i.claims()),
    "several audiences": says(aud=["x", AUDIENCE]),
    "our resource": says(resource=RESOURCE),
    "our resource among others": says(resource=["https://other.example.com", RESOURCE]),
    "just expired": says(exp=NOW - 29.5),
    "in a moment": says(nbf=NOW + 30, iat=NOW + 30),
    "times in fractions": says(exp=NOW + 0.5, nbf=NOW - 0.5),
    "no other times": says(nbf=..., iat=...),
    "a type": headed(typ="at+jwt"),
    "a long type": headed(typ="application/AT+JWT"),
    "no type": lambda i: ONE.sign(i.claims(), typ=None),
    "a long subject": says(sub="x" * 255),
    "a subject with umlauts and spaces": says(sub="Änne Öhm"),
    "other headers and claims": lambda i: ONE.sign(i.claims(permissions=["all"], azp=5), x5t="x", other=[1]),
}


@pytest.mark.parametrize("make", GOOD.values(), ids=GOOD)
async def test_a_good_token_lets_in(make: Make):
    async with issuing() as issuer:
        publish(issuer)
        async with IssuerKeys(issuer.name) as keys:
            assert await status_of(issuer.verifier(keys), make(issuer)) == 200


async def test_who_calls_is_what_the_token_says():
    async with issuing() as issuer, IssuerKeys(issuer.name) as keys:
        token = says(scope=f"openid {WRITE} profile", client_id="desk", azp="other", email="anna@example.com")(issuer)
        access = await issuer.verifier(keys).verify_token(token)
    assert access is not None
    assert access.model_dump() == {
        "token": "",
        "client_id": "desk",
        "scopes": [WRITE],
        "expires_at": NOW + 600,
        "resource": RESOURCE,
        "subject": SUBJECT,
        "claims": {"iss": issuer.name},
    }


CLIENTS: list[tuple[Json, str]] = [
    ({"client_id": "a", "azp": "b"}, "a"),
    ({"azp": "b"}, "b"),
    ({}, SUBJECT),
    ({"client_id": ["a"], "azp": "b"}, "b"),
    ({"client_id": "", "azp": "a\nb"}, SUBJECT),
]


@pytest.mark.parametrize(("said", "client"), CLIENTS)
async def test_the_client_is_the_one_that_the_token_names_or_else_its_subject(said: Json, client: str):
    async with issuing() as issuer, IssuerKeys(issuer.name) as keys:
        access = await issuer.verifier(keys).verify_token(says(**said)(issuer))
    assert access is not None
    assert access.client_id == client


SCOPES: list[tuple[Json, list[str]]] = [
    ({"scope": f"{READ} {WRITE}"}, [READ, WRITE]),
    ({"scope": f"  {WRITE}\tx"}, [WRITE]),
    ({"scope": ..., "scp": [WRITE, "x", 5]}, [WRITE]),
    ({"scope": ..., "scp": f"x {READ}"}, [READ]),
    ({"scope": ""}, []),
    ({"scope": ...}, []),
    ({"scope": "make:reading"}, []),
    ({"scope": 5}, []),
    ({"scope": {READ: True}}, []),
    ({"scope": "x", "scp": [READ]}, []),
    ({"scope": "", "scp": [READ]}, []),
    ({"scope": ..., "permissions": [READ, WRITE], "roles": [WRITE]}, []),
]


@pytest.mark.parametrize(("said", "scopes"), SCOPES)
async def test_the_scopes_are_ours_among_those_of_the_token(said: Json, scopes: list[str]):
    async with issuing() as issuer, IssuerKeys(issuer.name) as keys:
        token = says(**said)(issuer)
        access = await issuer.verifier(keys).verify_token(token)
        assert access is not None
        assert access.scopes == scopes
        assert await status_of(issuer.verifier(keys), token) == (200 if scopes else 403)


async def test_a_shared_secret_is_no_algorithm_even_where_it_is_asked_for():
    for algorithms in (("HS256",), ("RS256", "HS512"), ("none",), ("ES256K",), ()):
        with pytest.raises(ValueError, match="take"):
            Expected(issuer="https://a.example", audience="a", resource="r", algorithms=algorithms)
    for names in (("", "a", "r"), ("i", "", "r"), ("i", "a", "")):
        with pytest.raises(ValueError, match="tokens take"):
            Expected(issuer=names[0], audience=names[1], resource=names[2])


async def test_what_goes_wrong_inside_lets_nobody_in(caplog: pytest.LogCaptureFixture):
    # Its keys were never entered, and cannot be fetched.
    async with issuing() as issuer:
        verifier: JwtVerifier = issuer.verifier(IssuerKeys(issuer.name))
        assert await status_of(verifier, says()(issuer)) == 401
    assert caplog.messages == ["a token could not be checked: RuntimeError"]
