"""Which entries of a key set can check a token, and by which algorithms."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed448, rsa
from jwt.algorithms import OKPAlgorithm
from tests.server.signin.issuer import Json, Signer, signer

from make_mcp.signin.keys import Unfit, keys_of

RSA = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}
ED448: Json = OKPAlgorithm.to_jwk(ed448.Ed448PrivateKey.generate().public_key(), as_dict=True)
ONE = signer()


def without(jwk: Json, *names: str) -> Json:
    return {name: value for name, value in jwk.items() if name not in names}


USABLE: list[tuple[Json, set[str]]] = [
    (signer("RS256").jwk(), {"RS256"}),
    (signer("RS256").jwk(alg="PS512"), {"PS512"}),
    (without(signer("RS256").jwk(), "alg", "use"), RSA),
    (signer("RS256").jwk(use=None, alg=None, key_ops=["verify"]), RSA),
    (without(signer("ES256").jwk(), "alg"), {"ES256"}),
    (signer("ES384").jwk(), {"ES384"}),
    (signer("ES512").jwk(), {"ES512"}),
    (without(signer("EdDSA").jwk(), "alg"), {"EdDSA"}),
    (signer("RS256").jwk(x5c=["MIIB"], x5t="x", exp=1, anything={"a": 1}), {"RS256"}),
]


@pytest.mark.parametrize(("jwk", "algorithms"), USABLE, ids=range(len(USABLE)))
def test_a_key_is_for_the_algorithms_of_its_kind_that_it_names(jwk: Json, algorithms: set[str]):
    (key,) = keys_of({"keys": [jwk]})[ONE.kid]
    assert key.algorithms == algorithms


UNUSABLE: dict[str, Any] = {
    "a shared secret": {"kty": "oct", "kid": "one", "k": "c2VjcmV0", "alg": "HS256"},
    "RSA for HS256": ONE.jwk(alg="HS256"),
    "RSA for no algorithm": ONE.jwk(alg="none"),
    "RSA for ES256": ONE.jwk(alg="ES256"),
    "RSA for encryption": ONE.jwk(alg="RSA-OAEP-256"),
    "encryption": ONE.jwk(use="enc"),
    "operations without verify": ONE.jwk(key_ops=["wrapKey"]),
    "no operations": ONE.jwk(key_ops=[]),
    "without a name": without(ONE.jwk(), "kid"),
    "with an empty name": ONE.jwk(kid=""),
    "named by a number": ONE.jwk(kid=5),
    "without its kind": without(ONE.jwk(), "kty"),
    "of an unknown kind": ONE.jwk(kty="AKP"),
    "a number that is no text": ONE.jwk(n=5),
    "no number": without(ONE.jwk(), "n"),
    "no exponent": without(ONE.jwk(), "e"),
    "an exponent of nothing": ONE.jwk(e=""),
    "an even exponent": ONE.jwk(e="Ag"),
    "a weak one": Signer("one", "RS256", rsa.generate_private_key(65537, 1024)).jwk(),
    "with its secret half": ONE.jwk(d="AQAB"),
    "with its secret half as null": ONE.jwk(d=None),
    "a point that is on no curve": signer("ES256").jwk(x="AQAB"),
    "a point of another curve": signer("ES256").jwk(crv="P-384", alg=None),
    "another algorithm than its curve's": signer("ES256").jwk(alg="ES384"),
    "secp256k1": signer("ES256K").jwk(),
    "Ed448": {**ED448, "kid": "one", "alg": "EdDSA"},
    "X25519": signer("EdDSA").jwk(crv="X25519"),
    "too short a point": signer("EdDSA").jwk(x="AQAB"),
    "a text": "one",
    "null": None,
    "a list": [],
    "an empty object": {},
    "nested": {"kty": {"kty": "RSA"}},
}


@pytest.mark.parametrize("entry", UNUSABLE.values(), ids=UNUSABLE)
def test_what_cannot_check_a_token_is_left_out_and_the_others_stay(entry: Any):
    other = signer("EdDSA", "another")
    found = keys_of({"keys": [entry, other.jwk(), entry]})
    assert list(found) == ["another"]


def test_keys_of_one_name_are_told_apart_by_their_kinds():
    found = keys_of({"keys": [signer("RS256").jwk(), signer("EdDSA").jwk()]})
    assert [key.algorithms for key in found["one"]] == [{"RS256"}, {"EdDSA"}]


@pytest.mark.parametrize("document", [{}, {"keys": None}, {"keys": "x"}, {"keys": {}}, {"Keys": []}])
def test_what_has_no_list_of_keys_is_no_key_set(document: Json):
    with pytest.raises(Unfit, match="no key set"):
        keys_of(document)


def test_a_key_set_can_be_empty():
    assert keys_of({"keys": []}) == {}
