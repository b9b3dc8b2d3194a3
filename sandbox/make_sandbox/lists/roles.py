"""Roles: what a person may do in an organization or in a team. The numbers and names are Make's own (documented).

The account acts for one user, who owns all there is, so that no role decides about a request here; they are what Make
tells about people.
"""

from __future__ import annotations

from dataclasses import dataclass

ORGANIZATION, TEAM = "organization", "team"

TEAM_ADMIN, TEAM_MEMBER, TEAM_MONITORING, TEAM_OPERATOR = 1, 3, 4, 6
OWNER, ADMIN, MEMBER, ACCOUNTANT = 11, 12, 13, 14


@dataclass(frozen=True, kw_only=True)
class Permission:
    """One thing that a role may allow. `requires` are the permissions without which it would be of no use."""

    id: int
    name: str
    category: str
    level: str
    label: str
    requires: tuple[str, ...] = ()


def _of(first: int, level: str, *rows: tuple[str, str, str]) -> tuple[Permission, ...]:
    """Name, category, label of each. What changes a thing requires the right to see things of its kind."""
    views = {category: name for name, category, _ in rows if name.endswith(" view")}
    return tuple(
        Permission(
            id=first + number,
            name=name,
            category=category,
            level=level,
            label=label,
            requires=(views[category],) if category in views and views[category] != name else (),
        )
        for number, (name, category, label) in enumerate(rows)
    )


# Make's whole list is documented nowhere. Its names have this form: the thing, and what is done to it.
OF_ORGANIZATION = _of(
    101,
    ORGANIZATION,
    ("organization view", "organization", "View the organization"),
    ("organization edit", "organization", "Change the organization"),
    ("organization delete", "organization", "Delete the organization"),
    ("organization app install", "organization", "Install apps"),
    ("organization users view", "users", "View users"),
    ("organization users edit", "users", "Invite users and change their roles"),
    ("organization variables view", "variables", "View variables"),
    ("organization variables edit", "variables", "Change variables"),
    ("team add", "teams", "Create teams"),
    ("payments view", "payments", "View payments"),
    ("payments edit", "payments", "Change plan and payments"),
)
OF_TEAM = _of(
    201,
    TEAM,
    ("team view", "team", "View the team"),
    ("team edit", "team", "Change the team"),
    ("team users edit", "team", "Change who is in the team"),
    ("scenario view", "scenarios", "View scenarios"),
    ("scenario add", "scenarios", "Create scenarios"),
    ("scenario edit", "scenarios", "Change scenarios"),
    ("scenario delete", "scenarios", "Delete scenarios"),
    ("scenario run", "scenarios", "Run scenarios"),
    ("scenario activate", "scenarios", "Switch scenarios on and off"),
    ("connection view", "connections", "View connections"),
    ("connection add", "connections", "Create connections"),
    ("connection edit", "connections", "Change connections"),
    ("connection delete", "connections", "Delete connections"),
    ("hook view", "hooks", "View webhooks"),
    ("hook edit", "hooks", "Create, change and delete webhooks"),
    ("data store view", "data stores", "View data stores"),
    ("data store edit", "data stores", "Create, change and delete data stores"),
    ("key view", "keys", "View keys"),
    ("key edit", "keys", "Create, change and delete keys"),
    ("template view", "templates", "View templates"),
    ("template edit", "templates", "Create, change and delete templates"),
    ("template publish", "templates", "Publish templates"),
)
PERMISSIONS = (*OF_ORGANIZATION, *OF_TEAM)


@dataclass(frozen=True, kw_only=True)
class Role:
    """`subsidiary` says whether people who administer no instance may give it to others."""

    id: int
    name: str
    identifier: str
    category: str
    description: str
    permissions: tuple[str, ...]
    subsidiary: bool = True


def _without(permissions: tuple[Permission, ...], *names: str) -> tuple[str, ...]:
    return tuple(permission.name for permission in permissions if permission.name not in names)


def _ending(permissions: tuple[Permission, ...], *ends: str) -> tuple[str, ...]:
    return tuple(permission.name for permission in permissions if permission.name.endswith(ends))


ROLES = (
    Role(
        id=TEAM_ADMIN,
        name="Team Admin",
        identifier="team-admin",
        category=TEAM,
        description="Everything in the team, its members included.",
        permissions=_without(OF_TEAM),
    ),
    Role(
        id=TEAM_MEMBER,
        name="Team Member",
        identifier="team-member",
        category=TEAM,
        description="Everything in the team, but for the team itself.",
        permissions=_without(OF_TEAM, "team edit", "team users edit"),
    ),
    Role(
        id=TEAM_MONITORING,
        name="Team Monitoring",
        identifier="team-monitoring",
        category=TEAM,
        description="Sees everything and changes nothing.",
        permissions=_ending(OF_TEAM, " view"),
    ),
    Role(
        id=TEAM_OPERATOR,
        name="Team Operator",
        identifier="team-operator",
        category=TEAM,
        description="Sees everything and runs scenarios.",
        permissions=_ending(OF_TEAM, " view", " run", " activate"),
    ),
    Role(
        id=OWNER,
        name="Owner",
        identifier="organization-owner",
        category=ORGANIZATION,
        description="Everything. An organization has one owner.",
        permissions=_without(OF_ORGANIZATION),
        subsidiary=False,
    ),
    Role(
        id=ADMIN,
        name="Admin",
        identifier="organization-admin",
        category=ORGANIZATION,
        description="Everything but the end of the organization.",
        permissions=_without(OF_ORGANIZATION, "organization delete"),
    ),
    Role(
        id=MEMBER,
        name="Member",
        identifier="organization-member",
        category=ORGANIZATION,
        description="Works in the teams that he is in.",
        permissions=_ending(OF_ORGANIZATION, "organization view", "users view", "variables view", "app install"),
    ),
    Role(
        id=ACCOUNTANT,
        name="Accountant",
        identifier="organization-accountant",
        category=ORGANIZATION,
        description="Looks after plan and payments.",
        permissions=_ending(OF_ORGANIZATION, "organization view", "payments view", "payments edit"),
    ),
)
BY_ID = {role.id: role for role in ROLES}
