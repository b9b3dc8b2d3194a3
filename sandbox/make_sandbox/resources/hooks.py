"""`/hooks`: the addresses that third parties call, webhooks and mailhooks. Who knows an address can use it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from make_sandbox import errors
from make_sandbox.api.fields import CONFIRMED, Field
from make_sandbox.api.paging import Page
from make_sandbox.api.resource import Call, Resource
from make_sandbox.model import blueprints, removal, tables
from make_sandbox.model.account import Account
from make_sandbox.model.apps import HOOK_TYPES
from make_sandbox.model.store import Document
from make_sandbox.resources import access

FIELDS = (
    "id", "name", "teamId", "udid", "type", "packageName", "theme", "flags", "editable", "queueCount", "queueLimit",
    "enabled", "gone", "typeName", "data", "scenarioId", "url",
)  # fmt: skip
FLAGS = ("headers", "method", "stringify")

hooks = Resource("/hooks", Field("hookId", "integer", required=True), scope="hooks")


def new(account: Account, team_id: int, name: str, type_name: str, data: Mapping[str, Any]) -> Document:
    """A new hook with an address of its own."""
    kind, package, theme = HOOK_TYPES[type_name]
    udid = account.secret()
    zone = access.organization_of(account, team_id)["zone"]
    return account.store.add(
        tables.HOOKS,
        {
            "name": name,
            "teamId": team_id,
            "udid": udid,
            "type": kind,
            "packageName": package,
            "theme": theme,
            "flags": {},
            "editable": True,
            "queueCount": 0,
            "queueLimit": 50,
            "enabled": True,
            "gone": False,
            "typeName": type_name,
            "data": dict(data),
            "scenarioId": None,
            "url": f"{udid}@hook.{zone}" if kind == "mail" else f"https://hook.{zone}/{udid}",
        },
    )


def find(call: Call) -> Document:
    return access.find(call.account, tables.HOOKS, call.path["hookId"])


@hooks.get(
    query=(
        access.TEAM,
        Field("typeName", "text"),
        Field("assigned", "boolean"),
        Field("viewForScenarioId", "integer"),
    ),
    page=Page(limit=50, sort_by="name"),
)
def list_of(call: Call):
    team = access.team(call.account, call.query["teamId"])
    rows = call.account.store.list(tables.HOOKS, team["id"])
    return call.listing("hooks", (row for row in rows if _wanted(call.query, row)))


def _wanted(query: Mapping[str, Any], hook: Document) -> bool:
    if query.get("typeName", hook["typeName"]) != hook["typeName"]:
        return False
    if "viewForScenarioId" in query:  # documented: it overrides `assigned`
        return hook["scenarioId"] in (None, query["viewForScenarioId"])
    return query.get("assigned") in (None, hook["scenarioId"] is not None)


@hooks.get("/{hookId}")
def read(call: Call):
    return {"hook": find(call)}


@hooks.get("/{hookId}/ping")
def ping(call: Call):
    """A flat answer."""
    hook = find(call)
    return {
        "address": hook["url"],
        "attached": hook["scenarioId"] is not None,
        "learning": False,
        "gone": hook["gone"],
        "dataStructure": None,
    }


@hooks.post(
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
    if body.get("__IMTCONN__") is not None:
        access.find(call.account, tables.CONNECTIONS, body["__IMTCONN__"])
    # Every other field belongs to the hook's type and is kept as it comes.
    data = {name: value for name, value in call.extra.items() if name not in ("name", "teamId", "typeName")}
    defaults = dict.fromkeys(FLAGS, False)
    return {"hook": new(call.account, team["id"], body["name"], body["typeName"], defaults | data)}


@hooks.patch("/{hookId}", body=(Field("name", "text", longest=128),), strict=True)
def rename(call: Call):
    return {"hook": call.account.store.put(tables.HOOKS, find(call), **call.body)}


@hooks.post("/{hookId}/enable")
def enable(call: Call):
    call.account.store.put(tables.HOOKS, find(call), enabled=True)
    return {"success": True}


@hooks.post("/{hookId}/disable")
def disable(call: Call):
    """A disabled hook refuses data."""
    call.account.store.put(tables.HOOKS, find(call), enabled=False)
    return {"success": True}


@hooks.delete("/{hookId}", query=(CONFIRMED,))
def delete(call: Call):
    hook = find(call)
    id_, team_id = hook["id"], hook["teamId"]
    call.confirm(lambda: removal.in_use("hook", blueprints.users_of(call.account, tables.HOOKS, [id_], team_id)))
    removal.of_used(call.account, tables.HOOKS, [id_], team_id)
    return {"hook": id_}
