"""Who works here: users, organizations, teams, and the roles between them. The people are samples."""

from __future__ import annotations

import make_sandbox
from make_sandbox.lists import scopes
from make_sandbox.lists.roles import (
    ACCOUNTANT,
    ADMIN,
    MEMBER,
    OWNER,
    TEAM_ADMIN,
    TEAM_MEMBER,
    TEAM_MONITORING,
    TEAM_OPERATOR,
)
from make_sandbox.model import tables, tokens
from make_sandbox.model.account import Account
from make_sandbox.model.clock import iso
from make_sandbox.model.store import Document
from make_sandbox.resources.enums import ZONES

OWNER_NAME = "Sample Owner"
"""The tokens belong to this user."""

NORTHWIND = "Northwind Studio"
HARBOR = "Harbor Books"
TEAMS = {"Operations": NORTHWIND, "Marketing": NORTHWIND, "Customer Care": NORTHWIND, "Back Office": HARBOR}

ROLES: dict[str, tuple[dict[str, int], dict[str, int]]] = {
    OWNER_NAME: ({NORTHWIND: OWNER, HARBOR: OWNER}, dict.fromkeys(TEAMS, TEAM_ADMIN)),
    "Sample Admin": ({NORTHWIND: ADMIN}, {"Operations": TEAM_ADMIN, "Marketing": TEAM_ADMIN}),
    "Sample Editor": ({NORTHWIND: MEMBER}, {"Marketing": TEAM_MEMBER}),
    "Sample Operator": ({NORTHWIND: MEMBER}, {"Operations": TEAM_OPERATOR, "Customer Care": TEAM_MEMBER}),
    "Sample Monitor": ({NORTHWIND: MEMBER, HARBOR: MEMBER}, {"Back Office": TEAM_MONITORING}),
    "Sample Accountant": ({NORTHWIND: ACCOUNTANT}, {}),
}
"""Name -> roles in organizations, roles in teams."""

LICENSES = {
    NORTHWIND: (
        "Enterprise",
        {
            "apiLimit": 1000,
            "interval": 1,
            "operations": 40000,
            "dsslimit": 268435456,
            "users": 25,
            "customFunctions": True,
            "auditLogs": True,
        },
    ),
    HARBOR: (
        "Free",
        {
            "apiLimit": 30,
            "interval": 15,
            "operations": 1000,
            "dsslimit": 1048576,
            "users": 3,
            "customFunctions": False,
            "auditLogs": False,
        },
    ),
}


def add(account: Account) -> dict[str, Document]:
    """Adds everybody, and returns the teams by name."""
    users = {name: _user(account, name) for name in ROLES}
    organizations = {name: _organization(account, name, plan) for name, plan in LICENSES.items()}
    teams = {name: _team(account, name, organizations[owner]) for name, owner in TEAMS.items()}
    for name, (in_organizations, in_teams) in ROLES.items():
        user = users[name]
        of_organizations = [
            _in_organization(user, organizations[name], role) for name, role in in_organizations.items()
        ]
        of_teams = [_in_team(user, teams[name], role) for name, role in in_teams.items()]
        account.store.put(tables.USERS, user, userOrganizationRoles=of_organizations, userTeamRoles=of_teams)
    return teams


def one(account: Account) -> None:
    """One user with one organization and one team."""
    user, organization = _user(account, OWNER_NAME), _organization(account, "My Organization", LICENSES[NORTHWIND])
    team = _team(account, "My Team", organization)
    in_organization = _in_organization(user, organization, OWNER)
    in_team = _in_team(user, team, TEAM_ADMIN)
    account.store.put(tables.USERS, user, userOrganizationRoles=[in_organization], userTeamRoles=[in_team])


def _in_organization(user: Document, organization: Document, role: int) -> Document:
    return {
        "userId": user["id"],
        "usersRoleId": role,
        "organizationId": organization["id"],
        "invitation": None,
    }


def _in_team(user: Document, team: Document, role: int) -> Document:
    return {"userId": user["id"], "teamId": team["id"], "usersRoleId": role, "changeable": role != TEAM_ADMIN}


def pause(account: Account, team: Document) -> None:
    """Pauses the organization of a team: it has consumed what its plan allows."""
    organization = account.store.get(tables.ORGANIZATIONS, team["organizationId"])
    if organization is not None:
        account.store.put(tables.ORGANIZATIONS, organization, isPaused=True)


def _user(account: Account, name: str) -> Document:
    address = name.lower().replace(" ", ".")
    stored = account.store.add(
        tables.USERS,
        {
            "name": name,
            "email": f"{address}@example.com",
            "language": "en",
            "timezoneId": 118,
            "localeId": 2,
            "countryId": 57,
            "features": {"allow_apps": False},
            "avatar": f"https://www.example.com/avatars/{address}.png",
            "lastLogin": None if name == "Sample Accountant" else iso(account.now()),
            "tfaStatus": 1 if name in ("Sample Owner", "Sample Admin") else 0,
            "emailNotifications": True,
            "usersAdminsRoleId": None,
            "userOrganizationRoles": [],
            "userTeamRoles": [],
            "forceSetPassword": False,
            "hasPassword": True,
            "tfaEnabled": name in ("Sample Owner", "Sample Admin"),
            "isAffiliatePartner": False,
            "hasAddedApp": False,
            "supportEligible": True,
        },
    )
    if name == OWNER_NAME:
        tokens.new(account, stored, make_sandbox.TOKEN, "Practice token", scopes.ALL)
    return stored


def _organization(account: Account, name: str, plan: tuple[str, Document]) -> Document:
    product, license_ = plan
    return account.store.add(
        tables.ORGANIZATIONS,
        {
            "name": name,
            "countryId": 57,
            "timezoneId": 118,
            "license": {"transfer": 21474836480, "dslimit": 100, **license_},
            "zone": ZONES[0][1],
            "serviceName": "default",
            "isPaused": False,
            "productName": product,
            "tfaEnforced": False,
            "externalId": None,
            "nextReset": None,
            "features": {},
            "featureControls": [],
            "installedApps": [],
        },
    )


def _team(account: Account, name: str, organization: Document) -> Document:
    return account.store.add(
        tables.TEAMS,
        {
            "name": name,
            "organizationId": organization["id"],
            "globalAgentsEnabled": False,
            "operationsLimit": 20000 if name == "Marketing" else None,
            "transferLimit": None,
            "isPaused": False,
        },
    )
