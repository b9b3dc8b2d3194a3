"""`/users/me/api-tokens`: the tokens of the user, this request's own among them."""

from __future__ import annotations

from make_sandbox import errors
from make_sandbox.api.fields import Field
from make_sandbox.api.resource import Call, Resource
from make_sandbox.lists import scopes
from make_sandbox.model import tables, tokens
from make_sandbox.model.store import Document

FIELDS = ("token", "scope", "created", "label")
SHOWN = 8

resource = Resource("/users/me/api-tokens", Field("timestamp", "text", required=True), scope="user")


def _view(token: Document) -> Document:
    row = token | {"token": token["id"]}
    return {name: row[name] for name in FIELDS}


def _masked(token: Document) -> Document:
    """That the value is masked is documented; how much of it is left, is not."""
    value = token["id"]
    hidden = "".join("-" if character == "-" else "*" for character in value[SHOWN:])
    return _view(token) | {"token": value[:SHOWN] + hidden}


@resource.get(gateway=False)
def list_of(call: Call):
    """In the order in which they were made."""
    found = call.account.store.list(tables.TOKENS, call.account.user()["id"])
    return {"apiTokens": [_masked(token) for token in sorted(found, key=lambda token: token["created"])]}


@resource.post(
    body=(
        Field("label", "text", required=True, pattern=r"(?s).+"),
        Field("scope", "texts", required=True),
    ),
    gateway=False,
)
def create(call: Call):
    """The only answer that has the whole value. No scopes at all are scopes too: the token opens what needs none.

    Whether a token may give more than it has itself is not documented; here it may, because the user may.
    """
    wanted = list(dict.fromkeys(call.body["scope"]))
    unknown = [name for name in wanted if name not in scopes.ALL]
    if unknown:
        raise errors.invalid_parameters(
            [f"Invalid value in parameter 'scope'. Unknown scope '{name}'." for name in unknown]
        )
    account = call.account
    return {"apiToken": _view(tokens.new(account, account.user(), account.uuid(), call.body["label"], wanted))}


@resource.delete("/{timestamp}", gateway=False)
def delete(call: Call):
    """A token is named by the moment at which it was made (documented), as `created` has it. From then on nobody is
    let in with it; the request's own token may be deleted as well.
    """
    created = call.path["timestamp"]
    for token in call.account.store.list(tables.TOKENS, call.account.user()["id"]):
        if token["created"] == created:
            call.account.store.remove(tables.TOKENS, token["id"])
            return {"apiToken": created}
    raise errors.not_found("Token not found.")
