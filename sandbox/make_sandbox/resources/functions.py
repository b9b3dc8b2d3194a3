"""`/functions`: a team's own functions, written in JavaScript, for use in mappings. They are for some plans only."""

from __future__ import annotations

import re

from make_sandbox import errors
from make_sandbox.api.columns import Columns
from make_sandbox.api.fields import CONFIRMED, Field
from make_sandbox.api.resource import Call, Resource
from make_sandbox.automation import function_calls, removal, scenarios
from make_sandbox.mapping import javascript
from make_sandbox.model import tables
from make_sandbox.model.account import Account
from make_sandbox.model.selection import Order, Selection
from make_sandbox.model.store import Document
from make_sandbox.resources import access

LISTED = ("id", "name", "args", "description", "updatedAt", "createdAt", "createdByUser")
WRITTEN = ("id", "name", "args", "description", "code", "updatedAt", "createdAt", "createdByUser")
HISTORY = ("id", "previousCode", "updatedAt", "updatedBy")

functions = Resource("/functions", Field("functionId", "integer", required=True), scope="functions")


def new(account: Account, team_id: int, name: str, description: str, code: str | None = None) -> Document:
    """A new function of a team. One without code gets an empty body (documented of Make's editor)."""
    source = f"function {name}() {{\n}}" if code is None else code
    _check_name(account, team_id, name)
    stamp = account.stamp()
    return account.store.add(
        tables.FUNCTIONS,
        {
            "name": name,
            "teamId": team_id,
            "args": _args(name, source),
            "description": description,
            "code": source,
            "updatedAt": stamp,
            "createdAt": stamp,
            "createdByUser": scenarios.person(account.user()),
        },
    )


def change(account: Account, function: Document, changes: Document) -> Document:
    """Changes the description or the code of a function. New code leaves the old one in the history."""
    code = changes.get("code", function["code"])
    args = _args(function["name"], code)
    if code != function["code"]:
        account.store.add(
            tables.FUNCTION_VERSIONS,
            {
                "functionId": function["id"],
                "previousCode": function["code"],
                "updatedAt": account.stamp(),
                "updatedBy": account.user()["name"],
            },
        )
    return account.store.put(tables.FUNCTIONS, function, **changes, args=args, updatedAt=account.stamp())


def _check_name(account: Account, team_id: int, name: str) -> None:
    """Letters and digits, no digit first, no word of JavaScript's own (documented). That a team cannot have two
    functions of a name is a guess: mappings know them by name alone.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", name) or name in javascript.RESERVED:
        raise errors.invalid_input("Invalid function name.", f"A function cannot be called '{name}'.")
    if any(row["name"] == name for row in account.store.list(tables.FUNCTIONS, team_id)):
        raise errors.invalid_input("Function name already exists.", f"The team has a function '{name}' already.")


def _args(name: str, code: str) -> str:
    """The arguments of the function, if its code declares it under its name (400 IM005 otherwise, documented)."""
    try:
        declaration = javascript.read(code)
    except javascript.SyntaxMistake as mistake:
        raise errors.invalid_input("Invalid function code.", str(mistake)) from mistake
    if declaration.name != name:
        detail = f"The code declares '{declaration.name}', the function is called '{name}'."
        raise errors.invalid_input("Function name does not match its code.", detail)
    return declaration.args


def _team(account: Account, team_id: int) -> Document:
    """A team whose organization may have custom functions (402 otherwise)."""
    if not access.organization_of(account, team_id)["license"].get("customFunctions", False):
        raise errors.not_in_the_plan()
    return access.team(account, team_id)


def find(call: Call) -> Document:
    function = access.find(call.account, tables.FUNCTIONS, call.path["functionId"])
    _team(call.account, function["teamId"])
    return function


def _answer(function: Document) -> Document:
    return {"function": {name: function[name] for name in WRITTEN}}


@functions.get(query=(access.TEAM,), columns=Columns(full=LISTED, extra=("code",)), gateway=False)
def list_of(call: Call):
    """All functions of a team by name; this list has no pages."""
    team = _team(call.account, call.query["teamId"])
    return call.select("functions", tables.FUNCTIONS, Selection(owners=(team["id"],), order=Order("place")))


@functions.post(
    "/eval", query=(access.TEAM,), body=(Field("code", "text", required=True),), writes=False, gateway=False
)
def evaluate(call: Call):
    """A flat answer. It changes nothing and needs the right to write all the same (documented)."""
    _team(call.account, call.query["teamId"])
    try:
        javascript.read(call.body["code"])
    except javascript.SyntaxMistake as mistake:
        return {"success": False, "error": str(mistake)}
    return {"success": True, "error": None}


@functions.get("/{functionId}", columns=Columns(full=(*WRITTEN, "scenarios")), gateway=False)
def read(call: Call):
    function = find(call)
    row = dict(function)
    if "scenarios" in call.chosen():
        callers = function_calls.callers_of(call.account, function["name"], function["teamId"])
        row["scenarios"] = [{"id": scenario["id"], "name": scenario["name"]} for scenario in callers]
    return {"function": call.pick(row)}


@functions.get("/{functionId}/history", query=(access.TEAM,), gateway=False)
def history_of(call: Call):
    """What the code was before each change, the latest change first."""
    team, function = _team(call.account, call.query["teamId"]), find(call)
    if function["teamId"] != team["id"]:
        raise errors.permission_denied()
    changes = Selection(owners=(function["id"],), order=Order("id", descending=True))
    rows = call.account.store.select(tables.FUNCTION_VERSIONS, changes)
    return {"functionHistory": [{name: row[name] for name in HISTORY} for row in rows]}


@functions.post(
    query=(access.TEAM,),
    body=(
        Field("name", "text", required=True),
        Field("description", "text", required=True, longest=128),
        Field("code", "text"),
    ),
    gateway=False,
)
def create(call: Call):
    body = call.body
    team = _team(call.account, call.query["teamId"])
    return _answer(new(call.account, team["id"], body["name"], body["description"], body.get("code")))


@functions.patch(
    "/{functionId}",
    body=(Field("description", "text", longest=128), Field("code", "text")),
    strict=True,  # documented: the name cannot be changed
    gateway=False,
)
def update(call: Call):
    return _answer(change(call.account, find(call), dict(call.body)))


@functions.delete("/{functionId}", query=(CONFIRMED,), gateway=False)
def delete(call: Call):
    function = find(call)
    call.confirm(
        lambda: removal.in_use(
            "function", function_calls.callers_of(call.account, function["name"], function["teamId"])
        )
    )
    removal.of_one(call.account, tables.FUNCTIONS, function["id"])
    return {"success": True}
