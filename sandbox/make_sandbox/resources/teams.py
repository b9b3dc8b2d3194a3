"""`/teams`."""

from __future__ import annotations

from make_sandbox.api.columns import Columns
from make_sandbox.api.fields import CONFIRMED, Field
from make_sandbox.api.paging import Page
from make_sandbox.api.resource import Call, Resource
from make_sandbox.model import removal, tables, usage
from make_sandbox.model.account import Account
from make_sandbox.model.store import Document
from make_sandbox.resources import access, organizations

FIELDS = (
    "id", "name", "organizationId", "globalAgentsEnabled", "operationsLimit", "transferLimit", "consumedOperations",
    "consumedTransfer", "isPaused", "activeScenarios", "activeApps", "operations", "transfer", "centicredits",
    "consumedCenticredits",
)  # fmt: skip
LISTED = ("id", "name", "organizationId")
"""What the list gives without `cols[]` (the gateway's sample)."""
ADMIN_ROLE = 1

teams = Resource("/teams", Field("teamId", "integer", required=True))


def view(account: Account, team: Document) -> Document:
    """A team with what it consumed in the last 30 days and what is active in it."""
    used = usage.total(account, usage.rows_of(account, team["organizationId"], team["id"]))
    active = [row for row in account.store.list(tables.SCENARIOS, team["id"]) if row["isActive"]]
    return team | {
        "consumedOperations": used.operations,
        "consumedTransfer": str(used.transfer),
        "consumedCenticredits": used.centicredits,
        "operations": str(used.operations),
        "transfer": str(used.transfer),
        "centicredits": str(used.centicredits),
        "activeScenarios": len(active),
        "activeApps": len({name for row in active for name in row["usedPackages"]}),
    }


@teams.get(
    query=(Field("organizationId", "integer", required=True), Field("includePrivateSpaces", "boolean")),
    columns=Columns(full=FIELDS, default=LISTED),
    page=Page(limit=10000, sort_by="name", sortable=FIELDS),
)
def list_of(call: Call):
    organization = access.organization(call.account, call.query["organizationId"])
    rows = call.account.store.list(tables.TEAMS, organization["id"])
    return call.listing("teams", (view(call.account, row) for row in rows))


@teams.get("/{teamId}", columns=Columns(full=FIELDS))
def read(call: Call):
    return {"team": call.pick(view(call.account, access.team(call.account, call.path["teamId"])))}


@teams.get("/{teamId}/usage", query=(Field("organizationTimezone", "boolean"),))
def usage_of(call: Call):
    team = access.team(call.account, call.path["teamId"])
    organization = access.organization(call.account, team["organizationId"])
    rows = usage.rows_of(call.account, organization["id"], team["id"])
    return {"data": usage.daily(call.account, rows, organizations.midnight(call, organization))}


@teams.post(
    body=(
        Field("name", "text", required=True, longest=128),
        Field("organizationId", "integer", required=True),
        Field("operationsLimit", "integer", nullable=True),
        Field("transferLimit", "integer", nullable=True),
    )
)
def create(call: Call):
    organization = access.organization(call.account, call.body["organizationId"])
    limit = call.body.get("transferLimit")
    team = call.account.store.add(
        tables.TEAMS,
        {
            "name": call.body["name"],
            "organizationId": organization["id"],
            "globalAgentsEnabled": False,
            "operationsLimit": call.body.get("operationsLimit"),
            "transferLimit": None if limit is None else str(limit),
            "isPaused": False,
        },
    )
    user = call.account.user()
    role = {"userId": user["id"], "teamId": team["id"], "usersRoleId": ADMIN_ROLE, "changeable": False}
    call.account.store.put(tables.USERS, user, userTeamRoles=[*user["userTeamRoles"], role])
    row = view(call.account, team)
    return {"team": {name: row[name] for name in FIELDS}, "userTeamRole": role}


@teams.delete("/{teamId}", query=(CONFIRMED,))
def delete(call: Call):
    """Always needs `confirmed` (documented): the team takes all that it owns with it."""
    team = access.team(call.account, call.path["teamId"])

    def content() -> list[Document]:
        return removal.in_use("team", call.account.store.list(tables.SCENARIOS, team["id"])) or [{"type": "team"}]

    call.confirm(content)
    removal.of_team(call.account, team["id"])
    return {"team": team["id"]}
