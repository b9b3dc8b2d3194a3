"""`/keys`: what a module signs or logs in with. The secrets go in and never come back."""

from __future__ import annotations

from make_sandbox.api.columns import Columns
from make_sandbox.api.fields import CONFIRMED, Field
from make_sandbox.api.resource import Call, Resource
from make_sandbox.automation import removal
from make_sandbox.lists import key_types
from make_sandbox.lists.key_types import KEY_TYPES
from make_sandbox.model import blueprints, tables
from make_sandbox.model.account import Account
from make_sandbox.model.selection import Order, Selection, Where
from make_sandbox.model.store import Document
from make_sandbox.resources import access

FIELDS = ("id", "name", "typeName", "teamId", "packageName", "theme")
COLUMNS = Columns(full=FIELDS)

keys = Resource("/keys", Field("keyId", "integer", required=True), scope="keys")


def new(account: Account, team_id: int, name: str, type_name: str, parameters: Document) -> Document:
    """A new key of a team, if the parameters are those of its type."""
    kind = KEY_TYPES[type_name]
    key_types.check(kind, parameters)
    return account.store.add(
        tables.KEYS,
        {
            "name": name,
            "typeName": kind.name,
            "teamId": team_id,
            "packageName": None,
            "theme": kind.theme,
            "parameters": parameters,
        },
    )


def find(call: Call) -> Document:
    return access.find(call.account, tables.KEYS, call.path["keyId"])


def _answer(key: Document) -> Document:
    return {"key": {name: key[name] for name in FIELDS}}


@keys.get(
    query=(access.TEAM, Field("typeName", "text", choices=tuple(KEY_TYPES))),
    columns=Columns(full=FIELDS, default=("id", "name")),
    gateway=False,
)
def list_of(call: Call):
    """All keys of a team by name; this list has no pages, and shows two fields unless asked for more (documented)."""
    team = access.team(call.account, call.query["teamId"])
    of_type = [Where("typeName", "=", call.query["typeName"])] if "typeName" in call.query else []
    return call.select("keys", tables.KEYS, Selection(owners=(team["id"],), where=tuple(of_type), order=Order("place")))


@keys.get("/types", gateway=False)
def types_of(_: Call):
    return {"keysTypes": [kind.view() for kind in KEY_TYPES.values()]}


@keys.get("/{keyId}", columns=COLUMNS, gateway=False)
def read(call: Call):
    return {"key": call.pick(find(call))}


@keys.post(
    body=(
        Field("teamId", "integer", required=True),
        Field("name", "text", required=True, longest=128),
        Field("typeName", "text", required=True, choices=tuple(KEY_TYPES)),
        Field("parameters", "object", required=True),
    ),
    gateway=False,
)
def create(call: Call):
    body = call.body
    team = access.team(call.account, body["teamId"])
    return _answer(new(call.account, team["id"], body["name"], body["typeName"], body["parameters"]))


@keys.patch(
    "/{keyId}",
    body=(Field("name", "text", longest=128), Field("parameters", "object")),
    gateway=False,
)
def update(call: Call):
    """New parameters replace all of the old ones, as the new data of a connection do; for keys that is a guess."""
    key = find(call)
    if "parameters" in call.body:
        key_types.check(KEY_TYPES[key["typeName"]], call.body["parameters"])
    return _answer(call.account.store.put(tables.KEYS, key, **call.body))


@keys.delete("/{keyId}", query=(CONFIRMED,), gateway=False)
def delete(call: Call):
    key = find(call)
    id_, team_id = key["id"], key["teamId"]
    call.confirm(lambda: removal.in_use("key", blueprints.users_of(call.account, tables.KEYS, [id_], team_id)))
    removal.of_used(call.account, tables.KEYS, [id_], team_id)
    return {"key": id_}
