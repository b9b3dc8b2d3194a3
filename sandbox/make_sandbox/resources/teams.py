"""`/teams`."""

from __future__ import annotations

from collections.abc import Iterable

from make_sandbox.api.columns import Columns
from make_sandbox.api.fields import CONFIRMED, Field
from make_sandbox.api.paging import Page
from make_sandbox.api.resource import Call, Resource
from make_sandbox.automation import removal
from make_sandbox.lists import roles
from make_sandbox.model import tables, usage
from make_sandbox.model.account import Account
from make_sandbox.model.selection import Selection, Where
from make_sandbox.model.store import Document
from make_sandbox.resources import access, organizations

FIELDS = (
    "id", "name", "organizationId", "globalAgentsEnabled", "operationsLimit", "transferLimit", "consumedOperations",
    "consumedTransfer", "isPaused", "activeScenarios", "activeApps", "operations", "transfer", "centicredits",
    "consumedCenticredits",
)  # fmt: skip
LISTED = ("id", "name", "organizationId")
"""What the list gives without `cols[]` (the gateway's sample)."""
COUNTED = frozenset(
    {
        "consumedOperations", "consumedTransfer", "consumedCenticredits", "operations", "transfer", "centicredits",
        "activeScenarios", "activeApps",
    }
)  # fmt: skip

teams = Resource("/teams", Field("teamId", "integer", required=True), scope="teams")


def view(account: Account, team: Document, wanted: Iterable[str] = FIELDS) -> Document:
    """A team with what it consumed in the last 30 days and what is active in it, as far as that is wanted."""
    if COUNTED.isdisjoint(wanted):
        return team
    used = usage.total(account, usage.rows_of(account, team["organizationId"], team["id"]))
    active = Selection(owners=(team["id"],), where=(Where("isActive", "=", True),))
    return team | {
        "consumedOperations": used.operations,
        "consumedTransfer": str(used.transfer),
        "consumedCenticredits": used.centicredits,
        "operations": str(used.operations),
        "transfer": str(used.transfer),
        "centicredits": str(used.centicredits),
        "activeScenarios": account.store.count(tables.SCENARIOS, active),
        "activeApps": account.store.count_values(tables.SCENARIOS, active, "usedPackages"),
    }


@teams.get(
    query=(Field("organizationId", "integer", required=True), Field("includePrivateSpaces", "boolean")),
    columns=Columns(full=FIELDS, default=LISTED),
    page=Page(limit=10000, sort_by="name", sortable=FIELDS),
)
def list_of(call: Call):
    organization = access.organization(call.account, call.query["organizationId"])
    rows = call.account.store.list(tables.TEAMS, organization["id"])
    wanted = {*call.chosen(), call.query.get("pg[sortBy]", "name")}
    return call.listing("teams", (view(call.account, row, wanted) for row in rows))


@teams.get("/{teamId}", columns=Columns(full=FIELDS))
def read(call: Call):
    team = access.team(call.account, call.path["teamId"])
    return {"team": call.pick(view(call.account, team, call.chosen()))}


@teams.get("/{teamId}/usage", query=(Field("organizationTimezone", "boolean"),))
def usage_of(call: Call):
    team = access.team(call.account, call.path["teamId"])
    organization = access.organization(call.account, team["organizationId"])
    rows = usage.rows_of(call.account, organization["id"], team["id"])
    return {"data": usage.daily(call.account, rows, organizations.days(call, organization))}


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
    role = {"userId": user["id"], "teamId": team["id"], "usersRoleId": roles.TEAM_ADMIN, "changeable": False}
    call.account.store.put(tables.USERS, user, userTeamRoles=[*user["userTeamRoles"], role])
    row = view(call.account, team)
    return {"team": {name: row[name] for name in FIELDS}, "userTeamRole": role}


@teams.patch(
    "/{teamId}",
    columns=Columns(full=FIELDS),
    body=(
        Field("name", "text", longest=128),
        Field("operationsLimit", "integer", nullable=True),
        Field("scenarioDrafts", "boolean"),
    ),
    gateway=False,
)
def update(call: Call):
    """`scenarioDrafts` is for private instances only (documented) and changes nothing here."""
    team = access.team(call.account, call.path["teamId"])
    changes = {name: value for name, value in call.body.items() if name != "scenarioDrafts"}
    team = call.account.store.put(tables.TEAMS, team, **changes)
    return {"team": call.pick(view(call.account, team, call.chosen()))}


@teams.delete("/{teamId}", query=(CONFIRMED,))
def delete(call: Call):
    """Always needs `confirmed` (documented): the team takes all that it owns with it."""
    team = access.team(call.account, call.path["teamId"])

    def content() -> list[Document]:
        return removal.in_use("team", call.account.store.list(tables.SCENARIOS, team["id"])) or [{"type": "team"}]

    call.confirm(content)
    removal.of_team(call.account, team["id"])
    return {"team": team["id"]}
