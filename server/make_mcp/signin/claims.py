"""What a token says whose signature is good, and whether that lets its bearer in: pure, and without a word of it in an error."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from mcp.server.auth.provider import AccessToken

from make_mcp import values
from make_mcp.signin.scopes import SCOPES

LEEWAY = 30
"""Seconds by which the clock of the issuer may differ."""
_LONGEST_NAME = 255
"""Characters; OpenID Connect allows as many ASCII ones to a subject."""
_LATEST = 2**53
_OF_OTHER_TOKENS = ("nonce", "at_hash", "c_hash", "s_hash", "events")
"""Claims of ID tokens and of logout tokens. The same keys sign these, and an ID token is no key to anything: it tells an app who
signed in there, and apps pass it on. Where the audience is the id of such an app, nothing else would tell the two apart.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What tokens must say. `resource` is the URL under which clients reach this server."""

    issuer: str
    audience: str
    resource: str
    algorithms: tuple[str, ...] = values.ALGORITHMS
    """By which they may be signed."""

    def __post_init__(self) -> None:
        """Raises ValueError where a name is empty, or an algorithm is none whose keys can be published."""
        if not (self.issuer and self.audience and self.resource and values.algorithms(self.algorithms)):
            raise ValueError("tokens take an issuer, an audience, a resource and an algorithm")


class Refused(Exception):
    """A token that lets nobody in. The text says why, and holds nothing of the token."""


def access(claims: Mapping[str, Any], expected: Expected, now: float) -> AccessToken:
    """Who may come in. Signature, issuer and audience were checked before.

    Raises:
        Refused: nobody may.
    """
    expires = _time(claims, "exp")
    if expires is None:
        raise Refused("it does not expire")
    if now >= expires + LEEWAY:
        raise Refused("it has expired")
    for name in ("nbf", "iat"):
        begins = _time(claims, name)
        if begins is not None and now < begins - LEEWAY:
            raise Refused(f"its time has not come ({name})")
    if any(name in claims for name in _OF_OTHER_TOKENS):
        raise Refused("it is an ID token or a logout token, and no access token")
    if "resource" in claims and expected.resource not in _texts(claims["resource"]):
        raise Refused("it is for another resource")
    subject = _name(claims, "sub")
    if subject is None:
        raise Refused("it has no usable subject")
    return AccessToken(
        # Nobody needs it again, and what is not kept cannot leak.
        token="",
        client_id=_name(claims, "client_id") or _name(claims, "azp") or subject,
        subject=subject,
        scopes=_scopes(claims),
        expires_at=int(expires),
        resource=expected.resource,
        claims={"iss": expected.issuer},
    )


def _time(claims: Mapping[str, Any], name: str) -> float | None:
    """Unix seconds; None where nothing is said."""
    if name not in claims:
        return None
    value = claims[name]
    # `0 <= value` keeps out what is no number at all, too.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LATEST:
        raise Refused(f"it says no usable time ({name})")
    return value


def _scopes(claims: Mapping[str, Any]) -> list[str]:
    """Ours among its scopes."""
    given = [word for text in _texts(claims.get("scope", claims.get("scp"))) for word in text.split()]
    return [scope for scope in SCOPES if scope in given]


def _texts(value: object) -> list[str]:
    items = cast("list[object]", value) if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, str)]


def _name(claims: Mapping[str, Any], name: str) -> str | None:
    """What stands for somebody, in logs too; None where it cannot."""
    value = claims.get(name)
    fits = isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME and value.isprintable()
    return value if fits else None
