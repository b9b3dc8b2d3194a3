"""`/users`: the user of the token, and the people of an organization or a team."""

from __future__ import annotations

from make_sandbox import errors
from make_sandbox.api.columns import Columns
from make_sandbox.api.fields import Field
from make_sandbox.api.paging import Page
from make_sandbox.api.resource import Call, Resource
from make_sandbox.model import tables
from make_sandbox.model.store import Document
from make_sandbox.resources import access, enums

FIELDS = (
    "id", "name", "email", "language", "timezoneId", "localeId", "countryId", "features", "avatar", "lastLogin",
    "tfaStatus",
)  # fmt: skip
OWN = (
    "emailNotifications", "usersAdminsRoleId", "userOrganizationRoles", "userTeamRoles", "forceSetPassword",
    "hasPassword", "tfaEnabled", "isAffiliatePartner", "hasAddedApp", "supportEligible",
)  # fmt: skip

users = Resource("/users", Field("userId", "integer", required=True), scope="user")


@users.get("/me", scope=None, columns=Columns(full=(*FIELDS, "timezone", "locale"), extra=OWN))
def me(call: Call):
    user = call.account.user()
    names = {"timezone": enums.timezone_name(user["timezoneId"]), "locale": enums.LOCALES[user["localeId"]]}
    return {"authUser": call.pick(user | names)}


@users.get("/me/current-authorization", scope=None, gateway=False)
def current_authorization(call: Call):
    """What the token may do."""
    return {"authorization": {"authUsed": "token", "scope": list(call.token["scope"])}}


@users.get(
    query=(
        Field("organizationId", "integer"),
        Field("teamId", "integer"),
        Field("name", "text"),
        Field("email", "text"),
        Field("teamRoleId", "integer"),
        Field("organizationRoleId", "integer"),
        Field("filterByTeamId", "integer"),
        Field("tfaStatus", "integer", choices=(0, 1, 2)),
    ),
    columns=Columns(full=FIELDS, extra=("userTeamIds",)),
    page=Page(limit=10000, sort_by="name", sortable=("id", "email")),
)
def list_of(call: Call):
    """The users of one organization or of one team, never of both."""
    query = call.query
    if ("organizationId" in query) == ("teamId" in query):
        raise errors.invalid_parameters(["Exactly one of the parameters 'organizationId' and 'teamId' is required."])
    for name, needed in (
        ("teamRoleId", "teamId"),
        ("organizationRoleId", "organizationId"),
        ("filterByTeamId", "organizationId"),
    ):
        if name in query and needed not in query:
            raise errors.missing_parameter(needed)
    if "teamId" in query:
        access.team(call.account, query["teamId"])
    else:
        access.organization(call.account, query["organizationId"])
    rows = [_with_teams(user) for user in call.account.store.list(tables.USERS)]
    return call.listing("users", (row for row in rows if _wanted(call, row)))


def _with_teams(user: Document) -> Document:
    return user | {"userTeamIds": [role["teamId"] for role in user["userTeamRoles"]]}


def _wanted(call: Call, user: Document) -> bool:
    query = call.query
    if "teamId" in query:
        roles = [role for role in user["userTeamRoles"] if role["teamId"] == query["teamId"]]
        wanted_role = query.get("teamRoleId")
    else:
        roles = [role for role in user["userOrganizationRoles"] if role["organizationId"] == query["organizationId"]]
        wanted_role = query.get("organizationRoleId")
    in_team = query.get("filterByTeamId")
    return (
        any(wanted_role in (None, role["usersRoleId"]) for role in roles)
        and query.get("name", "").casefold() in user["name"].casefold()
        and query.get("email", "").casefold() in user["email"].casefold()
        and query.get("tfaStatus") in (None, user["tfaStatus"])
        # 0 means: in no team at all.
        and (in_team is None or (in_team in user["userTeamIds"] if in_team else not user["userTeamIds"]))
    )


@users.patch(
    "/{userId}",
    body=(
        # "Limited character set": which, is not documented; control characters certainly are not in it.
        Field("name", "text", longest=250, pattern=r"[^\x00-\x1f<>]+"),
        Field("language", "text"),
        Field("timezoneId", "integer"),
        Field("localeId", "integer"),
        Field("countryId", "integer"),
    ),
)
def update(call: Call):
    """A token changes its own user only; changing others is for the administrators of an instance."""
    user = call.account.user()
    if call.path["userId"] != user["id"]:
        raise errors.permission_denied()
    enums.check(call.body)
    changed = call.account.store.put(tables.USERS, user, **call.body)
    return {"user": {name: changed[name] for name in FIELDS}}
