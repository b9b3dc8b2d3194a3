"""An issuer of tokens on loopback, which counts what it is asked for, and its keys."""

import base64
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import anyio
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from tests.server.faults.manners import Exchange, Manner, answer
from tests.server.faults.upstream import Upstream

from make_mcp.signin.claims import Expected
from make_mcp.signin.jwks import IssuerKeys
from make_mcp.signin.jwts import JwtVerifier
from make_mcp.signin.scopes import READ
from make_mcp.values import ALGORITHMS

Json = dict[str, Any]
RESOURCE = "https://make.example.com/mcp"
AUDIENCE = "make-mcp-of-the-team"
SUBJECT = "anna-who-signs-in"
NOW = 1_800_000_000.0
METADATA = "/.well-known/oauth-authorization-server"
OPENID = "/.well-known/openid-configuration"


@dataclass
class Seconds:
    """A clock that a test sets."""

    now: float = NOW

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Signer:
    """A key of an issuer, and how it signs."""

    kid: str
    algorithm: str
    private: Any

    def jwk(self, **changes: object) -> Json:
        """What the issuer publishes of it."""
        kinds = {"R": RSAAlgorithm, "P": RSAAlgorithm, "E": ECAlgorithm}
        kind = OKPAlgorithm if self.algorithm == "EdDSA" else kinds[self.algorithm[0]]
        public: Json = kind.to_jwk(self.private.public_key(), as_dict=True)
        public.pop("key_ops", None)
        return {**public, "kid": self.kid, "use": "sig", "alg": self.algorithm, **changes}

    def sign(self, claims: Mapping[str, object], **header: object) -> str:
        """A token that says this; headers that are None are left out."""
        given = {name: value for name, value in {"kid": self.kid, **header}.items() if value is not None}
        return jwt.encode(dict(claims), self.private, self.algorithm, headers=given)


@cache
def signer(algorithm: str = "RS256", kid: str = "one") -> Signer:
    """The same each time: it takes a while to make one of RSA."""
    curves = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1, "ES256K": ec.SECP256K1}
    if algorithm in curves:
        return Signer(kid, algorithm, ec.generate_private_key(curves[algorithm]()))
    if algorithm == "EdDSA":
        return Signer(kid, algorithm, ed25519.Ed25519PrivateKey.generate())
    return Signer(kid, algorithm, rsa.generate_private_key(65537, 2048))


def keys(*signers: Signer, cache_control: str = "public") -> Manner:
    """Answers with the keys of these."""
    return answer({"keys": [one.jwk() for one in signers]}, cache_control=cache_control)


class Issuer:
    """An issuer, as a test has it answer."""

    def __init__(self, upstream: Upstream, path: str) -> None:
        self.upstream = upstream
        self.name = upstream.url + path
        self.jwks_url = f"{upstream.url}/jwks"
        upstream.on(None, answer(b"nothing here", 404))
        upstream.on(f"{METADATA}{path}", answer(self.metadata()))

    def metadata(self, **changes: object) -> Json:
        return {"issuer": self.name, "jwks_uri": self.jwks_url, **changes}

    def publish(self, *signers: Signer, cache_control: str = "public") -> None:
        """From here on these are its keys."""
        self.answers(keys(*signers, cache_control=cache_control))

    def answers(self, *manners: Manner) -> None:
        """What who asks for its keys gets, one after the other."""
        self.upstream.on("/jwks", *manners)

    @property
    def fetches(self) -> int:
        """How often it was asked for its keys."""
        return len(self.upstream.of("/jwks"))

    def claims(self, **changes: object) -> Json:
        """Those of a good token; claims that are given as Ellipsis are left out."""
        good = {
            "iss": self.name, "aud": AUDIENCE, "sub": SUBJECT, "exp": NOW + 600, "iat": NOW, "nbf": NOW, "jti": "1", "scope": READ,
        }  # fmt: skip
        return {name: value for name, value in {**good, **changes}.items() if value is not ...}

    def verifier(
        self, keys: IssuerKeys, clock: Seconds | None = None, algorithms: tuple[str, ...] = ALGORITHMS
    ) -> JwtVerifier:
        expected = Expected(issuer=self.name, audience=AUDIENCE, resource=RESOURCE, algorithms=algorithms)
        return JwtVerifier(expected, keys, clock=clock or Seconds())


@asynccontextmanager
async def issuing(path: str = "", **options: Any) -> AsyncGenerator[Issuer]:
    """An issuer that has published one key of RSA."""
    async with Upstream(**options) as upstream:
        found = Issuer(upstream, path)
        found.publish(signer())
        yield found


@asynccontextmanager
async def known(issuer: Issuer, *, loaded: bool = True) -> AsyncGenerator[tuple[IssuerKeys, Seconds]]:
    """The keys of an issuer, and the clock by which they age."""
    clock = Seconds(0)
    async with IssuerKeys(issuer.name, clock=clock) as found:
        if loaded:
            assert await found.find(signer().kid)
            assert issuer.fetches == 1
        yield found, clock


async def fetched(issuer: Issuer, found: IssuerKeys, times: int) -> None:
    """Comes back once the issuer was asked so often and what it said is known."""
    await issuer.upstream.has(times, "/jwks")
    # Who asks for what nobody has waits for the fetch that is under way.
    assert not await found.find("a name that nobody has")
    assert issuer.fetches == times


def when(event: anyio.Event, then: Manner) -> Manner:
    """A manner for after the event."""

    async def manner(exchange: Exchange) -> None:
        await event.wait()
        await then(exchange)

    return manner


def segment(value: object) -> str:
    """A part of a token, from JSON or from bytes."""
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def by_hand(header: object, claims: object, signature: bytes = b"signature") -> str:
    """A token as no library would make it."""
    return ".".join((segment(header), segment(claims), segment(signature)))
