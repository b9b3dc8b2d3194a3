"""The tokens of an issuer: JWTs, checked with its public keys. PyJWT checks the signature, the issuer and the audience."""

import hashlib
import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from mcp.server.auth.provider import AccessToken

from make_mcp.confirmation.recent import Recent
from make_mcp.signin.claims import LEEWAY, Expected, Refused, access
from make_mcp.signin.jwks import IssuerKeys
from make_mcp.signin.keys import Key

log = logging.getLogger(__name__)

LONGEST = 8_000
"""Characters of a token."""
REMEMBERED = 60.0
"""Seconds for which a token that was good is not checked again: as long may a key serve that the issuer has withdrawn."""
_MANY = 1_000
_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
"""Of access tokens, and of those that say nothing."""
_MUST_UNDERSTAND = frozenset({"crit", "b64"})
"""Headers that change what is signed, or how it must be read. Nothing of that is known here."""


@dataclass(frozen=True, slots=True)
class _Checked:
    access: AccessToken
    since: float
    until: float


class JwtVerifier:
    """Takes tokens that are as expected, in the form of the SDK's `TokenVerifier`.

    The keys must have been entered. `clock` gives Unix seconds.
    """

    def __init__(self, expected: Expected, keys: IssuerKeys, *, clock: Callable[[], float] = time.time) -> None:
        self._expected = expected
        self._keys = keys
        self._clock = clock
        self._good: Recent[bytes, _Checked] = Recent(_MANY)

    async def verify_token(self, token: str) -> AccessToken | None:
        """Who calls, or None. Never an error, and nothing of the token in it or in a log."""
        try:
            return await self._verified(token)
        except Refused as error:
            log.info("a token was refused: %s", error)
        except (jwt.InvalidTokenError, RecursionError) as error:
            log.info("a token was refused: %s", self._why(error))
        except Exception as error:  # whatever it is: a token that cannot be checked lets nobody in
            # No traceback: it may show the token.
            log.log(logging.ERROR, "a token could not be checked: %s", type(error).__name__)
        return None

    @staticmethod
    def _why(error: jwt.InvalidTokenError | RecursionError) -> str:
        """Why PyJWT refused a token, in words of ours: those of the error can hold what the token says."""
        match error:
            case jwt.MissingRequiredClaimError():
                return f"it has no claim {error.claim!r}"
            case jwt.InvalidAudienceError():
                return "its audience is not that of --auth-audience, or without it the public URL"
            case jwt.InvalidIssuerError():
                return "its issuer is not that of --auth-issuer, letter by letter"
            case _:
                return type(error).__name__

    async def _verified(self, token: str) -> AccessToken:
        if len(token) > LONGEST:
            raise Refused("it is too long")
        name = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        known = self._good.get(name)
        # A clock that was set back proves nothing.
        if known is not None and known.since <= self._clock() < known.until:
            return known.access
        if _FORM.fullmatch(token) is None:
            raise Refused("it is no JWT")
        algorithm, kid = self._told(jwt.get_unverified_header(token))
        key = next((key for key in await self._keys.find(kid) if algorithm in key.algorithms), None)
        if key is None:
            raise Refused("the issuer has no such key")
        claims = self._signed(token, key, algorithm)
        now = self._clock()
        found = access(claims, self._expected, now)
        until = min(now + REMEMBERED, LEEWAY + (found.expires_at or 0))
        self._good.put(name, _Checked(found, now, until))
        return found

    def _told(self, header: Mapping[str, Any]) -> tuple[str, str]:
        """The algorithm and the name of the key. What else a header says of keys (`jwk`, `jku`, `x5u`) is not looked at."""
        algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
        if not isinstance(algorithm, str) or algorithm not in self._expected.algorithms:
            raise Refused("its algorithm is not taken")
        if not isinstance(kid, str) or not kid:
            raise Refused("it names no key")
        if not isinstance(kind, str) or kind.lower() not in _TYPES:
            raise Refused("it is of another type")
        if not _MUST_UNDERSTAND.isdisjoint(header):
            raise Refused("it has headers that must be understood, and are not")
        return algorithm, kid

    def _signed(self, token: str, key: Key, algorithm: str) -> Mapping[str, Any]:
        """What the token says, if its signature is good."""
        return jwt.decode(
            token,
            key.public,
            # One that is taken and fits the key: the token has had its choice among these alone.
            algorithms=[algorithm],
            audience=self._expected.audience,
            issuer=self._expected.issuer,
            # Times are looked at with our own clock, and more strictly: PyJWT takes "17" for a number.
            options={
                "require": ["exp", "iss", "aud", "sub"],
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
