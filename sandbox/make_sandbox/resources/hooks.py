"""`/hooks`: the addresses that third parties call, webhooks and mailhooks. Who knows an address can use it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from make_sandbox import errors
from make_sandbox.api.fields import CONFIRMED, Field
from make_sandbox.api.paging import Page
from make_sandbox.api.resource import Call, Resource
from make_sandbox.automation import hooks, removal
from make_sandbox.lists.apps import HOOK_TYPES
from make_sandbox.model import blueprints, tables
from make_sandbox.model.account import Account
from make_sandbox.model.selection import Selection, Where
from make_sandbox.model.store import Document
from make_sandbox.resources import access

FIELDS = (
    "id", "name", "teamId", "udid", "type", "packageName", "theme", "flags", "editable", "queueCount", "queueLimit",
    "enabled", "gone", "typeName", "data", "scenarioId", "url",
)  # fmt: skip
FLAGS = ("headers", "method", "stringify")

resource = Resource("/hooks", Field("hookId", "integer", required=True), scope="hooks")


def new(account: Account, team_id: int, name: str, type_name: str, data: Mapping[str, Any]) -> Document:
    """A new hook with an address of its own."""
    kind, package, theme = HOOK_TYPES[type_name]
    return account.store.add(
        tables.HOOKS,
        {
            "name": name,
            "teamId": team_id,
            "udid": account.secret(),
            "type": kind,
            "packageName": package,
            "theme": theme,
            "flags": {},
            "editable": True,
            "queueLimit": hooks.QUEUE_LIMIT,
            "enabled": True,
            "gone": False,
            "typeName": type_name,
            "data": dict(data),
            "scenarioId": None,
            # Not shown: the host of a mailhook's address, and what has been learned of the data that comes.
            "zone": access.organization_of(account, team_id)["zone"],
            "learning": False,
            "structure": None,
        },
    )


def find(call: Call) -> Document:
    return access.find(call.account, tables.HOOKS, call.path["hookId"])


def views(call: Call, found: list[Document]) -> list[Document]:
    """Hooks as answers show them."""
    return [{name: hook[name] for name in FIELDS} for hook in hooks.shown(call.account, found, call.origin)]


def _answer(call: Call, hook: Document) -> Document:
    (view,) = views(call, [hook])
    return {"hook": view}


@resource.get(
    query=(
        access.TEAM,
        Field("typeName", "text"),
        Field("assigned", "boolean"),
        Field("viewForScenarioId", "integer"),
    ),
    page=Page(limit=50, sort_by="name", fields={"name": "place"}),
)
def list_of(call: Call):
    """The hooks of a team. `viewForScenarioId` asks for those that a scenario may use, and overrides `assigned`."""
    query, team = call.query, access.team(call.account, call.query["teamId"])
    where: list[Where] = []
    if "typeName" in query:
        where.append(Where("typeName", "=", query["typeName"]))
    if "viewForScenarioId" not in query and "assigned" in query:
        where.append(Where("scenarioId", "is not null" if query["assigned"] else "is null"))
    selection = Selection(owners=(team["id"],), where=tuple(where))
    if "viewForScenarioId" in query:
        usable = {None, query["viewForScenarioId"]}
        rows = call.account.store.select(tables.HOOKS, selection)
        return call.listing("hooks", views(call, [row for row in rows if row["scenarioId"] in usable]))
    return call.select("hooks", tables.HOOKS, selection, lambda rows: views(call, rows))


@resource.get("/{hookId}")
def read(call: Call):
    return _answer(call, find(call))


@resource.get("/{hookId}/ping")
def ping(call: Call):
    """A flat answer."""
    hook = find(call)
    (view,) = views(call, [hook])
    return {
        "address": view["url"],
        "attached": hook["scenarioId"] is not None,
        "learning": hook["learning"],
        "gone": hook["gone"],
        "dataStructure": hook["structure"],
    }


@resource.post(
    query=(Field("useDefaults", "text", choices=("requiredOnly",)),),
    body=(
        Field("name", "text", required=True, longest=128),
        Field("teamId", "identifier", required=True),
        Field("typeName", "text", required=True, choices=tuple(HOOK_TYPES)),
        *(Field(name, "boolean") for name in FLAGS),
        Field("__IMTCONN__", "integer", nullable=True),
        Field("formId", "text", nullable=True),
    ),
)
def create(call: Call):
    """The three booleans are required, unless the query says `useDefaults=requiredOnly`."""
    body = call.body
    missing = [name for name in FLAGS if name not in body]
    if missing and "useDefaults" not in call.query:
        raise errors.invalid_parameters([f"Missing value of required parameter '{name}'." for name in missing])
    team = access.team(call.account, body["teamId"])
    _check_used(call, team["id"], call.extra)
    # Every other field belongs to the hook's type and is kept as it comes.
    data = {name: value for name, value in call.extra.items() if name not in ("name", "teamId", "typeName")}
    defaults = dict.fromkeys(FLAGS, False)
    return _answer(call, new(call.account, team["id"], body["name"], body["typeName"], defaults | data))


def _check_used(call: Call, team_id: int, data: Mapping[str, Any]) -> None:
    """Refuses a connection or a data structure that the team does not have."""
    for name, table in (("__IMTCONN__", tables.CONNECTIONS), ("udt", tables.DATA_STRUCTURES)):
        id_ = data.get(name)
        if id_ is None:
            continue
        if not blueprints.is_id(id_):
            raise errors.invalid_parameter(name, "Invalid integer in parameter")
        if access.find(call.account, table, id_)["teamId"] != team_id:
            raise errors.permission_denied()


@resource.patch("/{hookId}", body=(Field("name", "text", longest=128),), strict=True)
def rename(call: Call):
    return _answer(call, call.account.store.put(tables.HOOKS, find(call), **call.body))


@resource.post("/{hookId}/enable")
def enable(call: Call):
    call.account.store.put(tables.HOOKS, find(call), enabled=True)
    return {"success": True}


@resource.post("/{hookId}/disable")
def disable(call: Call):
    """A disabled hook refuses data."""
    call.account.store.put(tables.HOOKS, find(call), enabled=False)
    return {"success": True}


@resource.post("/{hookId}/set-data", body=tuple(Field(name, "boolean") for name in FLAGS), gateway=False)
def set_data(call: Call):
    """Changes the data of a hook. Fields that are not named stay as they are, and those of the hook's type are taken
    as they come. That the answer says so although nothing differs is a guess.
    """
    hook = find(call)
    _check_used(call, hook["teamId"], call.extra)
    call.account.store.put(tables.HOOKS, hook, data=hook["data"] | dict(call.extra))
    return {"changed": True}


@resource.post("/{hookId}/learn-start", gateway=False)
def learn_start(call: Call):
    """The next delivery is learned from."""
    call.account.store.put(tables.HOOKS, find(call), learning=True)
    return {"success": True}


@resource.post("/{hookId}/learn-stop", gateway=False)
def learn_stop(call: Call):
    call.account.store.put(tables.HOOKS, find(call), learning=False)
    return {"success": True}


@resource.delete("/{hookId}", query=(CONFIRMED,))
def delete(call: Call):
    hook = find(call)
    id_, team_id = hook["id"], hook["teamId"]
    call.confirm(lambda: removal.in_use("hook", blueprints.users_of(call.account, tables.HOOKS, [id_], team_id)))
    removal.of_used(call.account, tables.HOOKS, [id_], team_id)
    return {"hook": id_}
