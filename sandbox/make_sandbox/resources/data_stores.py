"""`/data-stores`. Sizes are bytes, as strings."""

from __future__ import annotations

from make_sandbox import errors
from make_sandbox.api.columns import Columns
from make_sandbox.api.fields import CONFIRMED, Field
from make_sandbox.api.paging import Page
from make_sandbox.api.resource import Call, Resource
from make_sandbox.automation import removal
from make_sandbox.model import blueprints, tables
from make_sandbox.model.store import Document
from make_sandbox.resources import access, batches

FIELDS = ("id", "name", "records", "size", "maxSize", "teamId", "datastructureId")
COLUMNS = Columns(full=FIELDS)
MEGABYTE = 1024 * 1024

STRUCTURE = Field("datastructureId", "integer", required=True, nullable=True)

data_stores = Resource("/data-stores", Field("dataStoreId", "integer", required=True), scope="datastores")


def find(call: Call) -> Document:
    return access.find(call.account, tables.DATA_STORES, call.path["dataStoreId"])


def _answer(store: Document) -> Document:
    return {"dataStore": {name: store[name] for name in FIELDS}}


@data_stores.get(query=(access.TEAM,), columns=COLUMNS, page=Page(limit=10000, sort_by="name"))
def list_of(call: Call):
    team = access.team(call.account, call.query["teamId"])
    return call.listing("dataStores", call.account.store.list(tables.DATA_STORES, team["id"]))


@data_stores.get("/{dataStoreId}", columns=COLUMNS)
def read(call: Call):
    return {"dataStore": call.pick(find(call))}


@data_stores.post(
    body=(
        Field("name", "text", required=True, longest=128),
        Field("teamId", "integer", required=True),
        STRUCTURE,
        Field("maxSizeMB", "integer", required=True),
    )
)
def create(call: Call):
    team = access.team(call.account, call.body["teamId"])
    store = call.account.store.add(
        tables.DATA_STORES,
        {
            "name": call.body["name"],
            "teamId": team["id"],
            "records": 0,
            "size": "0",
            "maxSize": _size(call, team["id"]),
            "datastructureId": _structure(call, team["id"]),
        },
    )
    return _answer(store)


def _structure(call: Call, team_id: int) -> int | None:
    """The structure that the body names, if it is one of the team. Another team's is refused like one that is not
    there (a guess).
    """
    id_ = call.body["datastructureId"]
    if id_ is not None and access.find(call.account, tables.DATA_STRUCTURES, id_)["teamId"] != team_id:
        raise errors.permission_denied()
    return id_


def _size(call: Call, team_id: int, replaced: int = 0) -> str:
    """The wanted size in bytes, if the plan of the organization has room for it."""
    wanted = call.body["maxSizeMB"] * MEGABYTE
    if wanted < MEGABYTE:
        raise errors.invalid_parameter("maxSizeMB")
    organization = access.organization_of(call.account, team_id)
    teams = call.account.store.list(tables.TEAMS, organization["id"])
    stores = (store for team in teams for store in call.account.store.list(tables.DATA_STORES, team["id"]))
    if sum(int(store["maxSize"]) for store in stores) - replaced + wanted > organization["license"]["dsslimit"]:
        raise errors.storage_full()
    return str(wanted)


@data_stores.patch(
    "/{dataStoreId}",
    body=(
        Field("name", "text", longest=128),
        Field("datastructureId", "integer", nullable=True),
        Field("maxSizeMB", "integer"),
    ),
)
def update(call: Call):
    """A new structure says nothing about the records that are there, and a store cannot be made too small for them."""
    store = find(call)
    changes: Document = {"name": call.body["name"]} if "name" in call.body else {}
    if "datastructureId" in call.body:
        changes["datastructureId"] = _structure(call, store["teamId"])
    if "maxSizeMB" in call.body:
        changes["maxSize"] = _size(call, store["teamId"], int(store["maxSize"]))
        if int(changes["maxSize"]) < int(store["size"]):
            raise errors.storage_full()
    return _answer(call.account.store.put(tables.DATA_STORES, store, **changes))


@data_stores.delete(query=(access.TEAM, CONFIRMED), body=batches.of("integers"))
def delete(call: Call):
    """Several at once, named in the body. One that is not the team's stops all of it."""
    team_id = access.team(call.account, call.query["teamId"])["id"]
    own = [store["id"] for store in call.account.store.list(tables.DATA_STORES, team_id)]
    ids = batches.chosen(call, own)
    if not set(ids).issubset(own):
        raise errors.permission_denied()
    _remove(call, ids, team_id)
    return {"dataStores": ids}


@data_stores.delete("/{dataStoreId}", query=(CONFIRMED,), gateway=False)
def delete_one(call: Call):
    """Documented nowhere: Make's own SDK deletes so. It does not look at the answer, which is that of other things."""
    store = find(call)
    _remove(call, [store["id"]], store["teamId"])
    return {"dataStore": store["id"]}


def _remove(call: Call, ids: list[int], team_id: int) -> None:
    call.confirm(
        lambda: removal.in_use("dataStore", blueprints.users_of(call.account, tables.DATA_STORES, ids, team_id))
    )
    removal.of_used(call.account, tables.DATA_STORES, ids, team_id)
