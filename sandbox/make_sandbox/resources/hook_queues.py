"""`/hooks/{hookId}/...`: what waits in the queue of a hook, and the log of what came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from make_sandbox import errors
from make_sandbox.api.fields import CONFIRMED, Field
from make_sandbox.api.paging import Page
from make_sandbox.api.resource import Call, Resource
from make_sandbox.model import incomings, tables
from make_sandbox.model.clock import iso, moment
from make_sandbox.model.selection import Selection, Where
from make_sandbox.model.store import Document, Table
from make_sandbox.resources import access, batches
from make_sandbox.resources.hooks import find

INCOMING = ("id", "scope", "size", "created", "data")
LINE = (
    "id", "imtId", "statusId", "parser", "appParser", "replayable", "sizes", "loggedAt", "udids", "typeId",
)  # fmt: skip

resource = Resource(
    "/hooks",
    Field("hookId", "integer", required=True),
    Field("incomingId", "text", required=True, pattern=access.HEX_ID),
    Field("logId", "text", required=True, pattern=access.HEX_ID),
    scope="hooks",
)


def _pick(names: tuple[str, ...], row: Document) -> Document:
    return {name: row[name] for name in names}


def _of_hook(call: Call, table: Table, id_: str, what: str) -> Document:
    """What hangs on the hook of the path. The hook tells the team, so one that is not there is not found."""
    hook = find(call)
    found = call.account.store.get(table, id_)
    if found is None or found["hookId"] != hook["id"]:
        raise errors.not_found(f"{what} not found.")
    return found


@resource.get(
    "/{hookId}/incomings", page=Page(limit=50, sort_by="created", fields={"created": "number"}), gateway=False
)
def incomings_of(call: Call):
    """The oldest first."""
    selection = Selection(owners=(find(call)["id"],))
    return call.select("incomings", tables.INCOMINGS, selection, lambda rows: (_pick(INCOMING, row) for row in rows))


# Declared before the endpoint of one of them, which none is called "stats".
@resource.get("/{hookId}/incomings/stats", gateway=False)
def stats(call: Call):
    hook = find(call)
    queue = incomings.count(call.account, hook["id"])
    return {"incomingStat": {"queue": queue, "limit": hook["queueLimit"], "enabled": hook["enabled"]}}


@resource.get("/{hookId}/incomings/{incomingId}", gateway=False)
def incoming(call: Call):
    found = _of_hook(call, tables.INCOMINGS, call.path["incomingId"], "Incoming")
    return {"incoming": _pick(INCOMING, found)}


@resource.delete("/{hookId}/incomings", query=(CONFIRMED,), body=batches.of("texts"), gateway=False)
def delete_incomings(call: Call):
    """All of them need `confirmed` (documented). An id that is not in the queue is passed over."""
    own = [row["id"] for row in incomings.waiting(call.account, find(call)["id"])]
    ids = [id_ for id_ in batches.chosen(call, own) if id_ in own]
    if call.body.get("all", False):
        call.confirm(lambda: [{"type": "incoming"}])
    for id_ in ids:
        call.account.store.remove(tables.INCOMINGS, id_)
    return {"incomings": ids}


@resource.get(
    "/{hookId}/logs",
    query=(Field("from", "integer"), Field("to", "integer")),
    page=Page(limit=25, sort_by="imtId", direction="desc", fields={"imtId": "place"}),
    gateway=False,
)
def logs(call: Call):
    """The latest line first. `from` and `to` are milliseconds since 1970."""
    selection = Selection(owners=(find(call)["id"],), where=tuple(_wanted(call.query)))
    return call.select("hookLogs", tables.HOOK_LOGS, selection, lambda rows: (_pick(LINE, row) for row in rows))


def _wanted(query: Mapping[str, Any]) -> Iterator[Where]:
    if "from" in query:
        yield Where("loggedAt", ">=", iso(moment(query["from"])))
    if "to" in query:
        yield Where("loggedAt", "<=", iso(moment(query["to"])))


@resource.get("/{hookId}/logs/{logId}", gateway=False)
def log(call: Call):
    """One line, with the request, its headers and what it brought."""
    found = _of_hook(call, tables.HOOK_LOGS, call.path["logId"], "Hook log")
    return {"hookLog": _pick((*LINE, "data"), found)}
