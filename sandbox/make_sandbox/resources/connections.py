"""`/connections` of Make: the accounts of third parties that scenarios work with.

On creation the request's `accountName` is the display name and comes back as `name`; its `accountType` is the type
and comes back as `accountName`. That is Make's documented behaviour.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from make_sandbox import errors
from make_sandbox.api.columns import Columns
from make_sandbox.api.fields import CONFIRMED, Field
from make_sandbox.api.resource import Call, Resource
from make_sandbox.automation import removal
from make_sandbox.lists.apps import CONNECTION_TYPES, ConnectionType
from make_sandbox.model import blueprints, credentials, tables
from make_sandbox.model.account import Account
from make_sandbox.model.store import Document
from make_sandbox.resources import access

FIELDS = (
    "id", "name", "accountName", "accountLabel", "packageName", "expire", "metadata", "teamId", "theme", "upgradeable",
    "scopesCnt", "scoped", "accountType", "editable", "uid", "connectedSystemId", "organizationId",
)  # fmt: skip
NOT_EDITABLE = "Cannot edit this connection."

connections = Resource("/connections", Field("connectionId", "integer", required=True), scope="connections")


def new(account: Account, team: Document, kind: ConnectionType, **given: Any) -> Document:
    """A new connection of a type. `given` are the fields that differ from those of one that nobody has authorised."""
    return account.store.add(
        tables.CONNECTIONS,
        {
            "name": kind.label,
            "accountName": kind.name,
            "accountLabel": kind.label,
            "packageName": None,
            "expire": None,
            "metadata": None,
            "teamId": team["id"],
            "theme": kind.theme,
            "upgradeable": False,
            "scoped": True,
            "accountType": "oauth" if kind.oauth else "basic",
            "editable": kind.editable,
            "uid": None,
            "connectedSystemId": None,
            "organizationId": team["organizationId"],
            "scopes": [],
            "data": {},
            # Whether the third party would accept the credentials: what the connection's test tells.
            "healthy": False,
            **given,
        },
    )


def find(call: Call) -> Document:
    return access.find(call.account, tables.CONNECTIONS, call.path["connectionId"])


def _view(connection: Document) -> Document:
    return connection | {"scopesCnt": len(connection["scopes"])}


def _has(connection: Document, scopes: list[str]) -> bool:
    return {scope["id"] for scope in connection["scopes"]}.issuperset(scopes)


@connections.get(query=(access.TEAM, Field("type[]", "texts")), columns=Columns(full=FIELDS))
def list_of(call: Call):
    """All connections of a team by name; this list has no pages.

    A parameter that is named after a type (`google[]=scope`) checks scopes: `scoped` tells whether the connections of
    that type have them.
    """
    team = access.team(call.account, call.query["teamId"])
    types = call.query.get("type[]")
    rows: list[Document] = []
    for connection in call.account.store.list(tables.CONNECTIONS, team["id"]):
        if types is None or connection["accountName"] in types:
            wanted = call.loose.get(f"{connection['accountName']}[]")
            scoped = connection["scoped"] if wanted is None else _has(connection, wanted)
            rows.append(_view(connection) | {"scoped": scoped})
    return call.listing("connections", sorted(rows, key=lambda row: row["name"].casefold()))


@connections.get("/{connectionId}", columns=Columns(full=(*FIELDS, "scopes"), extra=("scenarioUsages",)))
def read(call: Call):
    connection = find(call)
    row = _view(connection)
    if "scenarioUsages" in call.chosen():
        used = blueprints.users_of(call.account, tables.CONNECTIONS, [connection["id"]], connection["teamId"])
        row["scenarioUsages"] = [{"id": scenario["id"], "name": scenario["name"]} for scenario in used]
    return {"connection": call.pick(row)}


@connections.post("/{connectionId}/test")
def test(call: Call):
    """Whether the credentials work. It says nothing about the rights that come with them.

    Credentials that do not work are no error (documented), except where the third party is Make itself: then its
    refusal is passed on (measured). What the types of other third parties do is not known one by one.
    """
    connection = find(call)
    verified = credentials.work(call.account, connection)
    if connection["accountName"] == credentials.MAKE and not verified:
        raise errors.refused_by_third_party("[401] Access denied: Invalid token header.")
    return {"verified": verified}


@connections.get("/{connectionId}/editable-data-schema", gateway=False)
def editable_data_schema(call: Call):
    return {"editableParameters": _editable(find(call))}


def _editable(connection: Document) -> list[str]:
    if not connection["editable"]:
        raise errors.invalid_input(NOT_EDITABLE)
    return list(CONNECTION_TYPES[connection["accountName"]].parameters)


@connections.post("/{connectionId}/scoped", body=(Field("scope", "texts"),), gateway=False)
def scoped(call: Call):
    return {"connection": {"scoped": _has(find(call), call.body.get("scope", []))}}


@connections.post(
    query=(access.TEAM,),
    body=(
        Field("accountName", "text", longest=128),
        Field("accountType", "text", required=True, choices=tuple(CONNECTION_TYPES)),
        Field("scopes", "texts"),
    ),
)
def create(call: Call):
    """A connection with its credentials, or, for OAuth, one that waits for a person to authorise it."""
    team = access.team(call.account, call.query["teamId"])
    kind = CONNECTION_TYPES[call.body["accountType"]]
    missing = [name for name in kind.parameters if not call.extra.get(name)]
    if missing:
        raise errors.invalid_parameters([f"Missing value of required parameter '{name}'." for name in missing])
    _check_texts(call, kind.parameters)
    names = dict(kind.scopes)
    connection = new(
        call.account,
        team,
        kind,
        name=call.body.get("accountName", kind.label),
        scopes=[{"id": id_, "name": names.get(id_, id_), "account": kind.name} for id_ in call.body.get("scopes", [])],
        data={name: call.extra[name] for name in kind.parameters},
        healthy=not kind.oauth,
    )
    return {"connection": {name: _view(connection)[name] for name in FIELDS}}


def _check_texts(call: Call, names: Iterable[str]) -> None:
    """All credentials of the types that exist here are texts."""
    problems = [
        f"Invalid text in parameter '{name}'." for name in names if not isinstance(call.extra.get(name), str | None)
    ]
    if problems:
        raise errors.invalid_parameters(problems)


@connections.patch(
    "/{connectionId}",
    body=(Field("name", "text", longest=128),),
    strict=True,  # documented: no other field is accepted
    columns=Columns(full=FIELDS),
)
def rename(call: Call):
    changed = call.account.store.put(tables.CONNECTIONS, find(call), **call.body)
    return {"connection": call.pick(_view(changed))}


@connections.post("/{connectionId}/set-data", body=(), gateway=False)
def set_data(call: Call):
    """Replaces all credentials: a field that is left out becomes empty, and an empty one does not work."""
    connection = find(call)
    names = _editable(connection)
    unknown = sorted(call.extra.keys() - set(names))
    if unknown:
        raise errors.invalid_parameters([f"Unknown parameter '{name}'." for name in unknown])
    _check_texts(call, names)
    data = {name: call.extra.get(name) or "" for name in names}
    # OAuth connections are not changed until a person confirms it in Make; only basic ones work at once.
    healthy = connection["accountType"] == "basic" and all(data.values())
    call.account.store.put(tables.CONNECTIONS, connection, data=data, healthy=healthy)
    return {"changed": True}


@connections.delete("/{connectionId}", query=(CONFIRMED,))
def delete(call: Call):
    connection = find(call)
    id_, team_id = connection["id"], connection["teamId"]
    call.confirm(
        lambda: removal.in_use("connection", blueprints.users_of(call.account, tables.CONNECTIONS, [id_], team_id))
    )
    removal.of_used(call.account, tables.CONNECTIONS, [id_], team_id)
    return {"connection": id_}
