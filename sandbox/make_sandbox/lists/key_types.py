"""The types of keys: which parameters a key consists of.

Names and labels of the types that Make's documentation shows in full (aes-key, apikeyauth, apn, basicauth) are its
own; of the others it gives the names only, and their parameters are guesses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from make_sandbox import errors, typed
from make_sandbox.typed import Field

Parameters = tuple[Field, ...]


@dataclass(frozen=True, kw_only=True)
class KeyType:
    name: str
    label: str
    theme: str
    parameters: Parameters

    def view(self) -> Field:
        """The type as the API lists it."""
        return {
            "name": self.name,
            "label": self.label,
            "parameters": list(self.parameters),
            "componentType": "key",
            "author": "Make",
            "version": "1.0.0",
            "theme": self.theme,
            "icon": f"/img/packages/{self.name}.png",
        }


def _text(name: str, label: str, kind: str = "text", *, required: bool = True, **more: Any) -> Field:
    return {"name": name, "type": kind, "label": label, "required": required, **more}


def _select(name: str, label: str, default: str, *options: Field) -> Field:
    return {
        "name": name,
        "type": "select",
        "label": label,
        "required": True,
        "default": default,
        "options": list(options),
    }


def _option(label: str, value: str, *nested: Field) -> Field:
    """One option; `nested` are the parameters that it brings along."""
    return {"label": label, "value": value, **({"nested": list(nested)} if nested else {})}


KEY_TYPES = {
    kind.name: kind
    for kind in (
        KeyType(
            name="aes-key",
            label="AES",
            theme="#fa6f57",
            parameters=(
                _text("key", "Key"),
                _select(
                    "keyEncoding",
                    "Key Encoding",
                    "hex",
                    _option("Base 64", "base64"),
                    _option("Hexadecimal", "hex"),
                    _option("Plain Text", "plain"),
                ),
            ),
        ),
        KeyType(
            name="apikeyauth",
            label="API Key Auth",
            theme="#007ee5",
            parameters=(
                _text("key", "Key", "password"),
                _select(
                    "placement",
                    "API Key placement",
                    "header",
                    _option("In the header", "header"),
                    _option("In the query string", "qs"),
                ),
                _text("name", "API Key parameter name", default="X-API-Key"),
            ),
        ),
        KeyType(
            name="apn",
            label="Apple Push Notifications",
            theme="#666666",
            parameters=(
                _text("privateKey", "Private Key", "pkey", multiline=True),
                _select(
                    "method",
                    "Authentication method",
                    "tokens",
                    _option("Provider Authentication Tokens", "tokens", _text("keyId", "Key ID"), _text("teamId", "Team ID")),
                    _option("Certificate", "cert", _text("certificate", "Certificate", "cert", multiline=True)),
                ),
                {"name": "production", "type": "boolean", "label": "Production", "required": True, "default": False},
            ),
        ),
        KeyType(
            name="basicauth",
            label="HTTP Basic Auth",
            theme="#007ee5",
            # Make's example marks neither as required. A key without one of them is refused here all the same, though
            # an empty password is none: whoever forgets one would notice it only when a scenario runs.
            parameters=(_text("authUser", "Username"), _text("authPass", "Password", "password")),
        ),
        KeyType(
            name="clientcertauth",
            label="Client Certificate Auth",
            theme="#007ee5",
            parameters=(
                _text("cert", "Certificate", "cert", multiline=True),
                _text("privateKey", "Private key", "pkey", multiline=True),
            ),
        ),
        KeyType(
            name="eet",
            label="EET",
            theme="#2b5797",
            parameters=(
                _text("certificate", "Certificate", "cert", multiline=True),
                _text("password", "Password", "password"),
            ),
        ),
        KeyType(
            name="gpg-private",
            label="GPG private key",
            theme="#0093dd",
            parameters=(
                _text("key", "Private key", "pkey", multiline=True),
                _text("passphrase", "Passphrase", "password", required=False),
            ),
        ),
        KeyType(
            name="gpg-public",
            label="GPG public key",
            theme="#0093dd",
            parameters=(_text("key", "Public key", multiline=True),),
        ),
        KeyType(
            name="webpay",
            label="GP webpay",
            theme="#00539f",
            parameters=(
                _text("privateKey", "Private key", "pkey", multiline=True),
                _text("password", "Password", "password"),
            ),
        ),
    )
}  # fmt: skip


def check(kind: KeyType, parameters: Mapping[str, Any]) -> None:
    """Refuses parameters that are not the type's (400 SC400). A default stands in for one that is left out."""
    fields = list(_chosen(kind.parameters, parameters))
    given = {field["name"]: field["default"] for field in fields if "default" in field} | dict(parameters)
    problems = list(typed.problems(fields, given, strict=True))
    if problems:
        raise errors.invalid_parameters(problems)


def _chosen(fields: Parameters | list[Field], parameters: Mapping[str, Any]) -> Iterator[Field]:
    """The parameters of a type, with those that a chosen option brings along."""
    for field in fields:
        yield field
        value = parameters.get(field["name"], field.get("default"))
        for option in field.get("options", ()):
            if option["value"] == value:
                yield from _chosen(option.get("nested", []), parameters)
