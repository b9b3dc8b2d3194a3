"""`/audit-logs` of an organization: every change that came through the API.

Make names its events in a list of its own, which is not documented; here a name is the resource and what was done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from make_sandbox import errors
from make_sandbox.api.fields import Field
from make_sandbox.api.paging import Page
from make_sandbox.api.resource import Call, Resource
from make_sandbox.model import audit, tables
from make_sandbox.model.selection import Selection, Where
from make_sandbox.model.store import Document
from make_sandbox.resources import access

FIELDS = (
    "createdAt", "triggeredAt", "organizationId", "organization", "eventName", "team", "actor", "targetId", "version",
)  # fmt: skip

LONGEST_NUMBER = 19
"""Digits: the ids of users have fewer."""

resource = Resource(
    "/audit-logs",
    Field("organizationId", "integer", required=True),
    Field("uuid", "text", required=True),
    scope=None,
)


def _view(row: Document) -> Document:
    return {"uuid": row["id"], **{name: row[name] for name in FIELDS}}


def _organization(call: Call) -> Document:
    organization = access.organization(call.account, call.path["organizationId"])
    audit.check(organization)
    return organization


@resource.get(
    "/organization/{organizationId}",
    query=(
        Field("event[]", "texts"),
        Field("event", "text"),
        Field("author", "text"),
        Field("dateFrom", "text"),
        Field("dateTo", "text"),
    ),
    page=Page(
        limit=50,
        sort_by="triggeredAt",
        direction="desc",
        sortable=("createdAt", "eventName", "targetId"),
        fields={"triggeredAt": "place", "createdAt": "place"},
    ),
    gateway=False,
)
def list_of(call: Call):
    """The latest first. Days are whole ones, in UTC; `author` is an id or a name."""
    owners = (_organization(call)["id"],)
    selection = Selection(owners=owners, where=tuple(_wanted(call.query)))
    return call.select("auditLogs", tables.AUDIT_LOGS, selection, lambda rows: (_view(row) for row in rows))


def _wanted(query: Mapping[str, Any]) -> Iterator[Where]:
    events = query.get("event[]", []) + ([query["event"]] if "event" in query else [])
    if events:
        yield Where("eventName", "in", events)
    author = query.get("author")
    if author is not None:
        is_number = author.isascii() and author.isdecimal() and len(author) < LONGEST_NUMBER
        yield Where("actor.id", "=", int(author)) if is_number else Where("actor.name", "=", author)
    if "dateFrom" in query:
        yield Where("triggeredAt", ">=", _day(query, "dateFrom").isoformat())
    if "dateTo" in query:
        # The end of the day: a moment of it begins with its date, and goes on with a T.
        yield Where("triggeredAt", "<", f"{_day(query, 'dateTo').isoformat()}U")


def _day(query: Mapping[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(query[name])
    except ValueError:
        raise errors.invalid_parameter(name, "Invalid date in parameter") from None


@resource.get("/organization/{organizationId}/filters", gateway=False)
def filters(call: Call):
    """A flat answer: what there is to filter by."""
    organization = _organization(call)
    rows = call.account.store.list(tables.AUDIT_LOGS, organization["id"])
    users = {row["actor"]["id"]: row["actor"] for row in rows}
    teams = call.account.store.list(tables.TEAMS, organization["id"])
    return {
        "users": list(users.values()),
        "teams": [{"id": team["id"], "name": team["name"]} for team in teams],
        "events": sorted({row["eventName"] for row in rows}),
    }


@resource.get("/{organizationId}/{uuid}", gateway=False)
def read(call: Call):
    """A flat answer, with the details of the request."""
    organization = _organization(call)
    row = call.account.store.get(tables.AUDIT_LOGS, call.path["uuid"])
    if row is None or row["organizationId"] != organization["id"]:
        raise errors.not_found("Audit log not found.")
    return _view(row) | {"details": row["details"]}
