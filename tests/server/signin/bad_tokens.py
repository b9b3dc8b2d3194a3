"""Tokens that must let nobody in, each with the reason for which it is refused; and the keys that the issuer publishes beside."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import HMACAlgorithm, RSAAlgorithm
from tests.server.faults.manners import answer
from tests.server.signin.issuer import AUDIENCE, NOW, Issuer, Signer, by_hand, segment, signer

Make = Callable[[Issuer], str]
ONE, STRANGER = signer(), Signer("one", "RS256", rsa.generate_private_key(65537, 2048))
"""A key of the issuer, and one of another who calls it the same."""
PEM = ONE.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
WEAK = Signer("weak", "RS256", rsa.generate_private_key(65537, 1024))


def signed_by_hand(one: Signer, payload: bytes, header: Mapping[str, object] | None = None) -> str:
    """A token of RS256 whose signature is good, whatever it is that was signed."""
    parts = f"{segment({**(header or {}), 'alg': 'RS256', 'kid': one.kid})}.{segment(payload)}"
    return f"{parts}.{segment(RSAAlgorithm(RSAAlgorithm.SHA256).sign(parts.encode(), one.private))}"


def says(**claims: object) -> Make:
    return lambda issuer: ONE.sign(issuer.claims(**claims))


def headed(**header: object) -> Make:
    return lambda issuer: ONE.sign(issuer.claims(), **header)


def strange(**header: object) -> Make:
    return lambda issuer: STRANGER.sign(issuer.claims(), **header)


def by_secret(algorithm: str, secret: bytes) -> Make:
    """Signed with what everybody knows, as if it were a secret."""

    def make(issuer: Issuer) -> str:
        parts = f"{segment({'alg': algorithm, 'kid': 'one', 'typ': 'JWT'})}.{segment(issuer.claims())}"
        return f"{parts}.{segment(HMACAlgorithm(HMACAlgorithm.SHA256).sign(parts.encode(), secret))}"

    return make


def with_part(number: int, part: object) -> Make:
    """A good token of which one part is another."""

    def make(issuer: Issuer) -> str:
        parts = ONE.sign(issuer.claims()).split(".")
        parts[number] = segment(part)
        return ".".join(parts)

    return make


def unsigned(algorithm: str, signature: bytes = b"") -> Make:
    return lambda issuer: by_hand({"alg": algorithm, "kid": "one"}, issuer.claims(), signature)


ALGORITHM, NO_KEY, NO_NAME = "its algorithm is not taken", "the issuer has no such key", "it names no key"
FORM, TYPE, MUST = "it is no JWT", "it is of another type", "headers that must be understood"
EXP, NBF, OTHER = "no usable time (exp)", "its time has not come (nbf)", "it is an ID token"
SUB, ELSEWHERE, SIGNATURE = "no usable subject", "for another resource", "InvalidSignatureError"
AUD, ISS, MISSING, DECODE = "its audience is not", "its issuer is not", "it has no claim", "DecodeError"

BAD: dict[str, tuple[str, Make]] = {
    "alg none": (FORM, unsigned("none")),
    "alg none with something for a signature": (ALGORITHM, unsigned("none", b"x")),
    "alg nOnE": (ALGORITHM, unsigned("nOnE", b"x")),
    "no alg": (ALGORITHM, lambda i: by_hand({"kid": "one"}, i.claims())),
    "alg is a list": (ALGORITHM, lambda i: by_hand({"kid": "one", "alg": ["RS256"]}, i.claims())),
    "HS256 with the public key": (ALGORITHM, by_secret("HS256", PEM)),
    "HS256 with the public key as published": (ALGORITHM, by_secret("HS256", json.dumps(ONE.jwk()).encode())),
    "RS256 that is an HMAC": (SIGNATURE, by_secret("RS256", PEM)),
    "an algorithm that is not taken": (ALGORITHM, lambda i: signer("ES384", "four").sign(i.claims())),
    "ES256K": (ALGORITHM, lambda i: signer("ES256K", "k").sign(i.claims())),
    "an algorithm of another kind of key": (NO_KEY, lambda i: signer("ES256").sign(i.claims())),
    "an algorithm that its key does not have": (NO_KEY, lambda i: Signer("one", "PS256", ONE.private).sign(i.claims())),
    "no kid": (NO_NAME, headed(kid=None)),
    "an empty kid": (NO_NAME, headed(kid="")),
    "kid is a number": ("InvalidTokenError", lambda i: by_hand({"alg": "RS256", "kid": 1}, i.claims())),
    "an unknown kid": (NO_KEY, headed(kid="another")),
    "a kid that climbs": (NO_KEY, headed(kid="../../../dev/null")),
    "the key of another issuer": (SIGNATURE, strange()),
    "a key that it brings itself": (SIGNATURE, strange(jwk=STRANGER.jwk())),
    "a key that it brings, by its own name": (NO_KEY, strange(jwk=STRANGER.jwk(kid="mine"), kid="mine")),
    "an address of keys that it brings": (SIGNATURE, strange(jku="https://evil.example/jwks")),
    "a certificate that it brings": (SIGNATURE, strange(x5c=["MIIB"], x5t="x")),
    "an address of a certificate that it brings": (SIGNATURE, strange(x5u="https://evil.example/cert")),
    "a key for encryption": (NO_KEY, lambda i: signer("RS256", "for-encryption").sign(i.claims())),
    "a weak key": (NO_KEY, lambda i: signed_by_hand(WEAK, json.dumps(i.claims()).encode())),
    "a key whose secret half is published": (NO_KEY, lambda i: signer("ES256", "private").sign(i.claims())),
    "another payload": (SIGNATURE, with_part(1, {"sub": "admin"})),
    "another header": (SIGNATURE, with_part(0, {"alg": "RS256", "kid": "one", "typ": "at+jwt"})),
    "another signature": (SIGNATURE, with_part(2, b"x" * 256)),
    "no signature": (FORM, lambda i: ONE.sign(i.claims()).rpartition(".")[0] + "."),
    "two parts": (FORM, lambda i: ONE.sign(i.claims()).rpartition(".")[0]),
    "five parts": (FORM, lambda i: ONE.sign(i.claims()) + ".e30.e30"),
    "padding": (FORM, lambda i: ONE.sign(i.claims()) + "=="),
    "too long": ("it is too long", says(more="x" * 8000)),
    "no Base64": (DECODE, lambda _: "a.b.c"),
    "a header that is no JSON": (DECODE, with_part(0, b"{")),
    "a header that is no object": (DECODE, with_part(0, ["RS256"])),
    "a header nested deeply": ("Error", with_part(0, b"[" * 5000)),
    "a payload that is no object": (DECODE, lambda _: signed_by_hand(ONE, b"[]")),
    "a payload that is no JSON": (DECODE, lambda _: signed_by_hand(ONE, b"\xff")),
    "crit": (MUST, lambda i: by_hand({"alg": "RS256", "kid": "one", "crit": ["b64"], "b64": True}, i.claims())),
    "crit with something unknown": ("InvalidTokenError", headed(crit=["exp"], exp=1)),
    "b64": (MUST, lambda i: signed_by_hand(ONE, json.dumps(i.claims()).encode(), {"b64": True})),
    "a logout token by its type": (TYPE, headed(typ="logout+jwt")),
    "a type that is no text": (TYPE, headed(typ=1)),
    "an ID token": (OTHER, says(nonce="x")),
    "an ID token beside an access token": (OTHER, says(at_hash="x")),
    "a logout token": (OTHER, says(events={"http://schemas.openid.net/event/backchannel-logout": {}})),
    "another issuer": (ISS, says(iss="https://evil.example")),
    "an issuer with a slash": (ISS, lambda i: ONE.sign(i.claims(iss=i.name + "/"))),
    "no issuer": (MISSING, says(iss=...)),
    "a list of issuers": (ISS, lambda i: signed_by_hand(ONE, json.dumps(i.claims(iss=[i.name])).encode())),
    "another audience": (AUD, says(aud="somebody-else")),
    "other audiences": (AUD, says(aud=["a", "b"])),
    "a part of the audience": (AUD, says(aud=AUDIENCE[:-1])),
    "no audience": (MISSING, says(aud=...)),
    "no audience in the list": (MISSING, says(aud=[])),
    "an audience that is an object": (AUD, says(aud={AUDIENCE: True})),
    "another resource": (ELSEWHERE, says(resource="https://other.example.com/mcp")),
    "other resources": (ELSEWHERE, says(resource=["https://other.example.com/mcp"])),
    "a resource that is null": (ELSEWHERE, says(resource=None)),
    "expired": ("it has expired", says(exp=NOW - 31)),
    "expired a moment ago": ("it has expired", says(exp=NOW - 30)),
    "no expiry": (MISSING, says(exp=...)),
    "an expiry in text": (EXP, says(exp="1900000000")),
    "an expiry that is true": (EXP, says(exp=True)),
    "an expiry without end": (EXP, says(exp=float("inf"))),
    "an expiry that is no number": (EXP, says(exp=float("nan"))),
    "an expiry before all time": (EXP, says(exp=-1)),
    "an expiry of 4,000 digits": (EXP, says(exp=10**3999)),
    "not yet": (NBF, says(nbf=NOW + 31)),
    "a beginning in text": ("no usable time (nbf)", says(nbf="soon")),
    "issued in the future": ("its time has not come (iat)", says(iat=NOW + 31)),
    "a time of issue that is null": ("no usable time (iat)", says(iat=None)),
    "no subject": (MISSING, says(sub=...)),
    "an empty subject": (SUB, says(sub="")),
    "a subject that is a number": ("InvalidSubjectError", says(sub=5)),
    "a subject of 256 characters": (SUB, says(sub="x" * 256)),
    "a subject with a line break": (SUB, says(sub="anna\nroot")),
    "a subject that turns the line round": (SUB, says(sub="anna\u202e")),
    "a subject with half a character": (SUB, says(sub="\ud800")),
}


def publish(issuer: Issuer) -> None:
    """Keys of every kind, and some that are not for this."""
    published = [ONE, signer("ES256", "two"), signer("PS256", "three"), signer("EdDSA", "five"), signer("ES512", "six")]
    entries: list[Any] = [one.jwk() for one in published]
    entries.append(signer("RS256", "for-encryption").jwk(use="enc"))
    entries.append(WEAK.jwk())
    entries.append(signer("ES256", "private").jwk(d="AQAB"))
    entries.append(signer("RS256", "seven").jwk(alg=None))
    issuer.answers(answer({"keys": entries}))
