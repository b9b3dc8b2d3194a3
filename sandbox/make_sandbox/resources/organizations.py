"""`/organizations`. One practice zone answers for all of them, so license and pause are always filled."""

from __future__ import annotations

from datetime import UTC, tzinfo

from make_sandbox.api.columns import Columns
from make_sandbox.api.fields import CONFIRMED, Field
from make_sandbox.api.paging import Page
from make_sandbox.api.resource import Call, Resource
from make_sandbox.automation import removal
from make_sandbox.lists import roles
from make_sandbox.model import tables, usage
from make_sandbox.model.account import Account
from make_sandbox.model.store import Document
from make_sandbox.resources import access, enums

BASE = (
    "id", "name", "countryId", "timezoneId", "license", "zone", "serviceName", "teams", "isPaused", "productName",
    "tfaEnforced", "externalId",
)  # fmt: skip
DETAIL = (*BASE, "operations", "transfer", "nextReset", "features", "featureControls")
LISTED = ("id", "name", "timezoneId", "zone")

FREE_LICENSE = {
    "apiLimit": 30,
    "interval": 15,
    "operations": 1000,
    "transfer": 536870912,
    "dslimit": 1,
    "dsslimit": 1048576,
    "users": 1,
    "customFunctions": False,
}
"""What a new organization may do. `interval` is in minutes, `dsslimit` the bytes of all data stores."""

SORTABLE = tuple(name for name in BASE if name not in ("license", "teams"))
"""What has an order of its own."""

NAME = Field("name", "text", required=True, longest=128, pattern=r"[\w \-.()*+,@/]+")

organizations = Resource("/organizations", Field("organizationId", "integer", required=True), scope="organizations")


def view(account: Account, organization: Document) -> Document:
    teams = account.store.list(tables.TEAMS, organization["id"])
    return organization | {"teams": [{"id": team["id"], "name": team["name"]} for team in teams]}


def _base(account: Account, organization: Document) -> Document:
    row = view(account, organization)
    return {name: row[name] for name in BASE}


@organizations.get(
    query=(Field("zone", "text"), Field("externalId", "text")),
    columns=Columns(full=BASE, default=LISTED),
    page=Page(limit=10000, sort_by="name", sortable=SORTABLE),
)
def list_of(call: Call):
    wanted = {name: call.query[name] for name in ("zone", "externalId") if name in call.query}
    rows = call.account.store.list(tables.ORGANIZATIONS)
    matching = (row for row in rows if all(row[name] == value for name, value in wanted.items()))
    return call.listing("organizations", (view(call.account, row) for row in matching))


@organizations.get("/{organizationId}", query=(Field("wait", "boolean"),))
def read(call: Call):
    """`wait` waits for the zone after a creation; here everything is there at once."""
    organization = access.organization(call.account, call.path["organizationId"])
    used = usage.total(call.account, usage.rows_of(call.account, organization["id"]))
    row = view(call.account, organization) | {"operations": str(used.operations), "transfer": str(used.transfer)}
    return {"organization": {name: row[name] for name in DETAIL}}


@organizations.get("/{organizationId}/usage", query=(Field("organizationTimezone", "boolean"),))
def usage_of(call: Call):
    organization = access.organization(call.account, call.path["organizationId"])
    rows = usage.rows_of(call.account, organization["id"])
    return {"data": usage.daily(call.account, rows, days(call, organization))}


def days(call: Call, organization: Document) -> tzinfo:
    """Where the days of a usage answer begin: at UTC's midnight, or at the organization's."""
    if not call.query.get("organizationTimezone", False):
        return UTC
    return enums.zone(organization["timezoneId"])


@organizations.post(
    body=(
        NAME,
        Field("regionId", "integer", required=True),
        Field("timezoneId", "integer", required=True),
        Field("countryId", "integer", required=True),
    )
)
def create(call: Call):
    enums.check(call.body)
    store = call.account.store
    organization = store.add(
        tables.ORGANIZATIONS,
        {
            "name": call.body["name"],
            "countryId": call.body["countryId"],
            "timezoneId": call.body["timezoneId"],
            "license": FREE_LICENSE,
            "zone": next(zone for id_, _, zone in enums.REGIONS if id_ == call.body["regionId"]),
            "serviceName": "default",
            "isPaused": False,
            "productName": "Free",
            "tfaEnforced": False,
            "externalId": None,
            "nextReset": None,
            "features": {},
            "featureControls": [],
            "installedApps": [],
        },
    )
    user = call.account.user()
    role = {"userId": user["id"], "usersRoleId": roles.OWNER, "organizationId": organization["id"], "invitation": None}
    store.put(tables.USERS, user, userOrganizationRoles=[*user["userOrganizationRoles"], role])
    return {"organization": _base(call.account, organization), "userOrganizationRole": role}


@organizations.patch(
    "/{organizationId}",
    body=(
        Field("name", "text", longest=128, pattern=NAME.pattern),
        Field("timezoneId", "integer"),
        Field("countryId", "integer"),
    ),
)
def update(call: Call):
    organization = access.organization(call.account, call.path["organizationId"])
    enums.check(call.body)
    changed = call.account.store.put(tables.ORGANIZATIONS, organization, **call.body)
    return {"organization": _base(call.account, changed)}


@organizations.delete("/{organizationId}", query=(CONFIRMED,))
def delete(call: Call):
    """Needs `confirmed` when the organization has active scenarios (documented)."""
    organization = access.organization(call.account, call.path["organizationId"])

    def active() -> list[Document]:
        teams = call.account.store.list(tables.TEAMS, organization["id"])
        scenarios = [row for team in teams for row in call.account.store.list(tables.SCENARIOS, team["id"])]
        return removal.in_use("organization", [row for row in scenarios if row["isActive"]])

    call.confirm(active)
    removal.of_organization(call.account, organization["id"])
    return {"organization": organization["id"]}
