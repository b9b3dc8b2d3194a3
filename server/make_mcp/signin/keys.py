"""The keys of an issuer, out of its key set (RFC 7517): those by which everybody can check a signature and the issuer alone makes one."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from jwt.exceptions import PyJWTError
from pydantic import BaseModel, ConfigDict, Field

SHORTEST_RSA = 2048
"""Bits; RFC 7518 asks for them."""

PublicKey = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class Key:
    """A key, and the algorithms by which it may sign."""

    public: PublicKey
    algorithms: frozenset[str]


class Unfit(Exception):
    """What an issuer answered is not what was asked for. The text says why in our own words, and holds none of the answer."""


KeySet = Mapping[str, tuple[Key, ...]]
"""Keys by their `kid`. Several may share one, if each is of another kind."""


@dataclass(frozen=True, slots=True)
class _Kind:
    algorithms: frozenset[str]
    members: tuple[str, ...]
    """Of the key itself; whatever else stands beside them is not looked at."""
    read: Callable[[dict[str, Any]], Any]


_KINDS: Mapping[tuple[str, str | None], _Kind] = {
    ("RSA", None): _Kind(
        frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}), ("n", "e"), RSAAlgorithm.from_jwk
    ),
    ("EC", "P-256"): _Kind(frozenset({"ES256"}), ("crv", "x", "y"), ECAlgorithm.from_jwk),
    ("EC", "P-384"): _Kind(frozenset({"ES384"}), ("crv", "x", "y"), ECAlgorithm.from_jwk),
    ("EC", "P-521"): _Kind(frozenset({"ES512"}), ("crv", "x", "y"), ECAlgorithm.from_jwk),
    ("OKP", "Ed25519"): _Kind(frozenset({"EdDSA"}), ("crv", "x"), OKPAlgorithm.from_jwk),
}


class _Jwk(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)

    kty: str
    kid: str = Field(min_length=1)
    crv: str | None = None
    use: str | None = None
    key_ops: list[str] | None = None
    alg: str | None = None


def keys_of(document: Mapping[str, Any]) -> KeySet:
    """The usable keys of a key set. What is for something else, too weak or unreadable is left out, and the others stay.

    Raises:
        Unfit: it is no key set.
    """
    entries = document.get("keys")
    if not isinstance(entries, list):
        raise Unfit("the answer is no key set")
    found: defaultdict[str, tuple[Key, ...]] = defaultdict(tuple)
    for entry in cast("list[object]", entries):
        # pydantic's own errors are ValueErrors too.
        with suppress(ValueError, TypeError, PyJWTError, UnsupportedAlgorithm):
            jwk = _Jwk.model_validate(entry)
            if (key := _key(jwk)) is not None:
                found[jwk.kid] += (key,)
    return dict(found)


def _key(jwk: _Jwk) -> Key | None:
    members = jwk.model_extra or {}
    kind = _KINDS.get((jwk.kty, None if jwk.kty == "RSA" else jwk.crv))
    if kind is None or jwk.use not in {None, "sig"} or (jwk.key_ops is not None and "verify" not in jwk.key_ops):
        return None
    # With the secret half published, everybody could sign.
    if "d" in members:
        return None
    algorithms = kind.algorithms if jwk.alg is None else kind.algorithms & {jwk.alg}
    given = {"crv": jwk.crv, **members}
    public: PublicKey = kind.read({"kty": jwk.kty, **{name: given.get(name) for name in kind.members}})
    if not algorithms or (isinstance(public, RSAPublicKey) and public.key_size < SHORTEST_RSA):
        return None
    return Key(public, algorithms)
