"""`/data-structures`: how the records of data stores, and the data of hooks, are built. Their scopes say `udts`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from make_sandbox import errors, typed
from make_sandbox.api.columns import Columns
from make_sandbox.api.fields import CONFIRMED, Field
from make_sandbox.api.paging import Page
from make_sandbox.api.resource import Call, Resource
from make_sandbox.model import tables
from make_sandbox.model.account import Account
from make_sandbox.model.selection import Selection
from make_sandbox.model.store import Document
from make_sandbox.resources import access

FIELDS = ("id", "teamId", "name", "strict", "spec")
LISTED = ("id", "teamId", "name")
"""What the list gives without `cols[]` (documented)."""

NAME = r"[\s\S]+"
"""One character at least (documented: 1 to 128)."""

resource = Resource("/data-structures", Field("dataStructureId", "integer", required=True), scope="udts")


def _check(spec: Sequence[Mapping[str, Any]]) -> None:
    """Refuses a specification with anything in it that is no field, with all that is wrong."""
    problems = list(typed.faults(list(spec), "spec"))
    if problems:
        raise errors.invalid_parameters(problems)


def new(account: Account, team_id: int, name: str, spec: Sequence[Mapping[str, Any]], *, strict: bool) -> Document:
    """A new structure of a team, if its specification is one."""
    _check(spec)
    return account.store.add(
        tables.DATA_STRUCTURES,
        {"name": name, "teamId": team_id, "strict": strict, "spec": [dict(field) for field in spec]},
    )


def find(call: Call) -> Document:
    return access.find(call.account, tables.DATA_STRUCTURES, call.path["dataStructureId"])


def _answer(structure: Document) -> Document:
    return {"dataStructure": {name: structure[name] for name in FIELDS}}


@resource.get(
    query=(access.TEAM,),
    columns=Columns(full=FIELDS, default=LISTED),
    page=Page(limit=10000, sort_by="name", fields={"name": "place"}),
    gateway=False,
)
def list_of(call: Call):
    team = access.team(call.account, call.query["teamId"])
    return call.select("dataStructures", tables.DATA_STRUCTURES, Selection(owners=(team["id"],)))


@resource.get("/{dataStructureId}", columns=Columns(full=FIELDS), gateway=False)
def read(call: Call):
    return {"dataStructure": call.pick(find(call))}


@resource.post(
    # The OpenAPI document requires `strict` and `spec` too. Make's own SDK types both as optional and always sends
    # them in its tests, so that nobody has seen what becomes of a request without them.
    body=(
        Field("teamId", "integer", required=True),
        Field("name", "text", required=True, longest=128, pattern=NAME),
        Field("strict", "boolean"),
        Field("spec", "objects"),
    ),
    gateway=False,
)
def create(call: Call):
    body = call.body
    team = access.team(call.account, body["teamId"])
    return _answer(new(call.account, team["id"], body["name"], body.get("spec", []), strict=body.get("strict", False)))


@resource.patch(
    "/{dataStructureId}",
    body=(
        Field("name", "text", longest=128, pattern=NAME),
        Field("strict", "boolean"),
        Field("spec", "objects"),
    ),
    gateway=False,
)
def update(call: Call):
    """`spec` replaces the whole one. Records that are there already stay as they are."""
    structure = find(call)
    _check(call.body.get("spec", []))
    return _answer(call.account.store.put(tables.DATA_STRUCTURES, structure, **call.body))


@resource.post(
    "/{dataStructureId}/clone",
    body=(
        Field("name", "text", required=True, longest=128, pattern=NAME),
        Field("targetTeamId", "integer", required=True),
    ),
    gateway=False,
)
def clone(call: Call):
    structure = find(call)
    team = access.team(call.account, call.body["targetTeamId"])
    return _answer(new(call.account, team["id"], call.body["name"], structure["spec"], strict=structure["strict"]))


@resource.delete("/{dataStructureId}", query=(CONFIRMED,), gateway=False)
def delete(call: Call):
    """Needs `confirmed` when a data store or a hook uses the structure. They go on without one (a guess)."""
    structure, store = find(call), call.account.store
    stores = [
        row for row in store.list(tables.DATA_STORES, structure["teamId"]) if row["datastructureId"] == structure["id"]
    ]
    hooks = [row for row in store.list(tables.HOOKS, structure["teamId"]) if row["data"].get("udt") == structure["id"]]
    call.confirm(lambda: _in_use(stores, hooks))
    for row in stores:
        store.put(tables.DATA_STORES, row, datastructureId=None)
    for row in hooks:
        store.put(tables.HOOKS, row, data=row["data"] | {"udt": None})
    store.remove(tables.DATA_STRUCTURES, structure["id"])
    return {"dataStructure": structure["id"]}


def _in_use(stores: Sequence[Document], hooks: Sequence[Document]) -> list[Document]:
    """The metadata of the refusal. Make documents none for structures; this follows what it has for scenarios."""
    used_by = {
        "dataStructureWithDataStores": [{"dataStoreId": row["id"], "dataStoreName": row["name"]} for row in stores],
        "dataStructureWithHooks": [{"hookId": row["id"], "hookName": row["name"]} for row in hooks],
    }
    entries: list[Document] = [{"type": kind, "data": rows} for kind, rows in used_by.items() if rows]
    return [{"type": "dataStructure"}, *entries] if entries else []
