"""Roles, and who has which: `/users/roles`, and the lists that hang on users, teams and organizations."""

from __future__ import annotations

from collections.abc import Iterable

from make_sandbox import errors
from make_sandbox.api.columns import Columns
from make_sandbox.api.fields import Field
from make_sandbox.api.paging import Page
from make_sandbox.api.resource import Call, Resource
from make_sandbox.lists.roles import BY_ID, PERMISSIONS, ROLES, Permission, Role
from make_sandbox.model import tables
from make_sandbox.model.account import Account
from make_sandbox.model.store import Document
from make_sandbox.resources import access

CATEGORIES = ("organization", "team")
ROLE = ("id", "name", "identifier", "subsidiary", "category", "managementType", "description", "permissions")
# Documented: without `cols[]` only `id` and `name`. Make's own SDK reads `category` without having asked for it.
LISTED = ("id", "name", "category")
IN_TEAM = Columns(full=("usersRoleId", "userId", "teamId", "changeable", "ssoPending"))
# The documented name of the column, `userRoleId`, is not that of the field; both are taken.
IN_ORGANIZATION = Columns(
    full=("userId", "organizationId", "usersRoleId", "invitation", "organizationTeamsCount", "joinedTeamsCount"),
    extra=("userRoleId",),
)
# Neither size nor order of these pages is documented.
PAGE = Page(limit=10000, sort_by="userId", sortable=("usersRoleId",))

USER = Field("userId", "integer", required=True)
TEAM = Field("teamId", "integer", required=True)
ORGANIZATION = Field("organizationId", "integer", required=True)

roles = Resource("/users/roles", Field("roleId", "integer", required=True), scope="user")
of_users = Resource("/users/{userId}", USER, TEAM, ORGANIZATION, scope="user")
of_teams = Resource("/teams/{teamId}/user-team-roles", USER, TEAM, scope="teams")
of_organizations = Resource(
    "/organizations/{organizationId}/user-organization-roles", USER, ORGANIZATION, scope="organizations"
)


def _role(role: Role) -> Document:
    """Nobody but Make changes a role of its own: `system_locked`."""
    return {
        "id": role.id,
        "name": role.name,
        "identifier": role.identifier,
        "subsidiary": role.subsidiary,
        "category": role.category,
        "managementType": "system_locked",
        "description": role.description,
        "permissions": list(role.permissions),
    }


def _permission(permission: Permission) -> Document:
    return {
        "id": permission.id,
        "name": permission.name,
        "note": permission.label,
        "category": permission.category,
        "roleCategory": permission.level,
        "label": permission.label,
        "customRolesHidden": False,
        "requires": list(permission.requires),
    }


@roles.get(
    query=(
        Field("category", "text", choices=CATEGORIES),
        Field("excludeRole[]", "integers"),
        Field("roleId", "integer"),
        Field("organizationId", "integer"),
        Field("teamId", "integer"),
    ),
    columns=Columns(full=ROLE, default=LISTED),
    gateway=False,
)
def list_of(call: Call):
    """`organizationId` and `teamId` would add the roles that an organization has made for itself; there are none."""
    query = call.query
    if "organizationId" in query:
        access.organization(call.account, query["organizationId"])
    if "teamId" in query:
        access.team(call.account, query["teamId"])
    excluded = query.get("excludeRole[]", [])
    return {
        "usersRoles": [
            call.pick(_role(role))
            for role in ROLES
            if query.get("category", role.category) == role.category
            and query.get("roleId", role.id) == role.id
            and role.id not in excluded
        ]
    }


# Before `/{roleId}`, which would take it for a number.
@roles.get("/permissions", query=(Field("roleCategory", "text", choices=CATEGORIES),), gateway=False)
def permissions(call: Call):
    wanted = call.query.get("roleCategory")
    found = (permission for permission in PERMISSIONS if wanted in (None, permission.level))
    return {"usersRolesPermissions": [_permission(permission) for permission in found]}


@roles.get("/{roleId}", gateway=False)
def read(call: Call):
    """`organizationId` tells whose role it is: nobody's, since it is one of Make's own."""
    role = BY_ID.get(call.path["roleId"])
    if role is None:
        raise errors.not_found("Role not found.")
    return {"usersRole": _role(role) | {"organizationId": None}}


@of_teams.get(columns=IN_TEAM, page=PAGE, gateway=False)
def list_of_team(call: Call):
    team = access.team(call.account, call.path["teamId"])
    users = call.account.store.list(tables.USERS)
    rows = (role for user in users for role in _in_teams(user) if role["teamId"] == team["id"])
    return call.listing("userTeamRoles", rows)


@of_teams.get("/{userId}", columns=IN_TEAM, gateway=False)
def read_in_team(call: Call):
    team = access.team(call.account, call.path["teamId"])
    return {"userTeamRole": call.pick(_one(_in_teams(_user(call)), "teamId", team["id"]))}


@of_organizations.get(columns=IN_ORGANIZATION, gateway=False)
def list_of_organization(call: Call):
    """Make documents no pages for this one."""
    organization = access.organization(call.account, call.path["organizationId"])
    users = call.account.store.list(tables.USERS)
    rows = (role for user in users for role in _in_organizations(call.account, user))
    found = (role for role in rows if role["organizationId"] == organization["id"])
    return {"userOrganizationRoles": [call.pick(role) for role in found]}


@of_organizations.get("/{userId}", columns=IN_ORGANIZATION, gateway=False)
def read_in_organization(call: Call):
    organization = access.organization(call.account, call.path["organizationId"])
    rows = _in_organizations(call.account, _user(call))
    return {"userOrganizationRole": call.pick(_one(rows, "organizationId", organization["id"]))}


@of_users.get("/user-team-roles", columns=IN_TEAM, gateway=False)
def list_of_user_in_teams(call: Call):
    return {"userTeamRoles": [call.pick(role) for role in _in_teams(_user(call))]}


@of_users.get("/user-team-roles/{teamId}", columns=IN_TEAM, gateway=False)
def read_of_user_in_team(call: Call):
    return read_in_team(call)


@of_users.get("/user-organization-roles", columns=IN_ORGANIZATION, gateway=False)
def list_of_user_in_organizations(call: Call):
    return {"userOrganizationRoles": [call.pick(role) for role in _in_organizations(call.account, _user(call))]}


@of_users.get("/user-organization-roles/{organizationId}", columns=IN_ORGANIZATION, gateway=False)
def read_of_user_in_organization(call: Call):
    return read_in_organization(call)


def _user(call: Call) -> Document:
    found = call.account.store.get(tables.USERS, call.path["userId"])
    if found is None:
        raise errors.permission_denied()
    return found


def _one(rows: Iterable[Document], key: str, id_: int) -> Document:
    """The role that somebody has there. Who has none is refused like somebody unknown."""
    for row in rows:
        if row[key] == id_:
            return row
    raise errors.permission_denied()


def _in_teams(user: Document) -> list[Document]:
    return [role | {"ssoPending": False} for role in user["userTeamRoles"]]


def _in_organizations(account: Account, user: Document) -> list[Document]:
    """A user's roles in organizations, each with how many teams there are and in how many of them he is."""
    joined = {role["teamId"] for role in user["userTeamRoles"]}
    rows: list[Document] = []
    for role in user["userOrganizationRoles"]:
        teams = account.store.list(tables.TEAMS, role["organizationId"])
        rows.append(
            role
            | {
                "userRoleId": role["usersRoleId"],
                "organizationTeamsCount": len(teams),
                "joinedTeamsCount": sum(team["id"] in joined for team in teams),
            }
        )
    return rows
