"""Roles: what there are, and who has which."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sandbox.practice import BACK_OFFICE, CARE, HARBOR, MARKETING, NORTHWIND, NOWHERE, OPERATIONS, Door

IN_TEAM = {"usersRoleId", "userId", "teamId", "changeable", "ssoPending"}
IN_ORGANIZATION = {
    "userId",
    "organizationId",
    "usersRoleId",
    "invitation",
    "organizationTeamsCount",
    "joinedTeamsCount",
}


async def user(make: Door, name: str) -> int:
    (found,) = (await make.get(f"/users?organizationId={NORTHWIND}&name={name}"))["users"]
    return found["id"]


async def listed(make: Door, query: str = "") -> list[dict[str, Any]]:
    return (await make.get(f"/users/roles?{query}"))["usersRoles"]


async def test_the_roles_are_makes_own(make: Door) -> None:
    assert {row["id"]: row["name"] for row in await listed(make)} == {
        1: "Team Admin",
        3: "Team Member",
        4: "Team Monitoring",
        6: "Team Operator",
        11: "Owner",
        12: "Admin",
        13: "Member",
        14: "Accountant",
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("category=team", {1, 3, 4, 6}),
        ("category=organization", {11, 12, 13, 14}),
        ("roleId=13", {13}),
        ("roleId=13&category=team", set[int]()),
        ("category=team&excludeRole[]=1&excludeRole[]=6", {3, 4}),
        (f"organizationId={NORTHWIND}&category=organization", {11, 12, 13, 14}),
        (f"teamId={CARE}&category=team", {1, 3, 4, 6}),
    ],
)
async def test_roles_are_filtered(make: Door, query: str, expected: set[int]) -> None:
    assert {row["id"] for row in await listed(make, query)} == expected


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("category=other", 400),
        ("excludeRole[]=x", 400),
        ("cols[]=colour", 400),
        (f"teamId={NOWHERE}", 403),
        (f"organizationId={NOWHERE}", 403),
    ],
)
async def test_a_wrong_filter_is_refused(make: Door, query: str, status: int) -> None:
    await make.get(f"/users/roles?{query}", status)


async def test_columns_choose_the_fields_of_a_role(make: Door) -> None:
    documented = {"id", "name", "identifier", "subsidiary", "category", "managementType", "description", "permissions"}
    assert {"id", "name"} <= set((await listed(make))[0]) < documented
    assert set((await listed(make, "cols[]=*"))[0]) == documented
    assert set((await listed(make, "cols[]=id&cols[]=permissions"))[0]) == {"id", "permissions"}
    one = (await make.get("/users/roles/4"))["usersRole"]
    assert set(one) == {*documented, "organizationId"}
    assert (await make.get("/users/roles/99", 404))["code"] == "SC404"


async def test_permissions_are_those_that_the_roles_give(make: Door) -> None:
    permissions = (await make.get("/users/roles/permissions"))["usersRolesPermissions"]
    assert set(permissions[0]) == {
        "id",
        "name",
        "note",
        "category",
        "roleCategory",
        "label",
        "customRolesHidden",
        "requires",
    }
    levels = {row["name"]: row["roleCategory"] for row in permissions}
    assert len(levels) == len({row["id"] for row in permissions}) == len(permissions)
    assert {needed for row in permissions for needed in row["requires"]} <= set(levels)
    for role in await listed(make, "cols[]=*"):
        assert role["permissions"]
        assert {levels[name] for name in role["permissions"]} == {role["category"]}


async def test_permissions_are_filtered_by_what_they_are_for(make: Door) -> None:
    whole = (await make.get("/users/roles/permissions"))["usersRolesPermissions"]
    for category in ("team", "organization"):
        found = (await make.get(f"/users/roles/permissions?roleCategory={category}"))["usersRolesPermissions"]
        assert found == [row for row in whole if row["roleCategory"] == category] != []
    await make.get("/users/roles/permissions?roleCategory=other", 400)


async def test_a_monitor_only_sees_and_an_operator_runs(make: Door) -> None:
    roles = {row["id"]: set(row["permissions"]) for row in await listed(make, "cols[]=*")}
    assert "scenario view" in roles[4]
    assert "scenario run" not in roles[4]
    assert roles[4] < roles[6] < roles[1]
    assert roles[3] < roles[1]


async def test_a_team_lists_the_roles_of_its_people(make: Door) -> None:
    answer = await make.get(f"/teams/{OPERATIONS}/user-team-roles")
    assert all(set(row) == IN_TEAM and row["teamId"] == OPERATIONS for row in answer["userTeamRoles"])
    assert [row["usersRoleId"] for row in answer["userTeamRoles"]] == [1, 1, 6]
    assert answer["pg"]["sortBy"] == "userId"
    down = await make.get(f"/teams/{OPERATIONS}/user-team-roles?pg[sortDir]=desc&pg[limit]=1&cols[]=usersRoleId")
    assert down["userTeamRoles"] == [{"usersRoleId": 6}]


async def test_an_organization_lists_the_roles_of_its_people(make: Door) -> None:
    rows = (await make.get(f"/organizations/{NORTHWIND}/user-organization-roles"))["userOrganizationRoles"]
    assert all(set(row) == IN_ORGANIZATION and row["organizationTeamsCount"] == 3 for row in rows)
    assert sorted(row["usersRoleId"] for row in rows) == [11, 12, 13, 13, 13, 14]
    joined = {row["userId"]: row["joinedTeamsCount"] for row in rows}
    assert [joined[await user(make, name)] for name in ("Owner", "Admin", "Monitor")] == [3, 2, 0]


async def test_a_user_has_the_same_roles_from_every_side(make: Door) -> None:
    editor = await user(make, "Editor")
    in_team = (await make.get(f"/users/{editor}/user-team-roles"))["userTeamRoles"]
    assert [(row["teamId"], row["usersRoleId"]) for row in in_team] == [(MARKETING, 3)]
    for path in (f"/users/{editor}/user-team-roles/{MARKETING}", f"/teams/{MARKETING}/user-team-roles/{editor}"):
        assert await make.get(path) == {"userTeamRole": in_team[0]}
    rows = (await make.get(f"/users/{editor}/user-organization-roles"))["userOrganizationRoles"]
    assert [(row["organizationId"], row["usersRoleId"]) for row in rows] == [(NORTHWIND, 13)]
    for path in (
        f"/users/{editor}/user-organization-roles/{NORTHWIND}",
        f"/organizations/{NORTHWIND}/user-organization-roles/{editor}",
    ):
        assert await make.get(path) == {"userOrganizationRole": rows[0]}


async def test_the_documented_name_of_a_column_is_taken_too(make: Door) -> None:
    path = f"/organizations/{NORTHWIND}/user-organization-roles"
    rows = (await make.get(f"{path}?cols[]=userId&cols[]=userRoleId"))["userOrganizationRoles"]
    assert {row["userRoleId"] for row in rows} == {11, 12, 13, 14}
    await make.get(f"{path}?cols[]=colour", 400)


async def test_who_is_not_there_has_no_role(make: Door) -> None:
    editor = await user(make, "Editor")
    for path in (
        f"/users/{editor}/user-team-roles/{CARE}",
        f"/users/{editor}/user-organization-roles/{HARBOR}",
        f"/teams/{BACK_OFFICE}/user-team-roles/{editor}",
        f"/organizations/{HARBOR}/user-organization-roles/{editor}",
        f"/users/{NOWHERE}/user-team-roles",
        f"/users/{NOWHERE}/user-organization-roles/{NORTHWIND}",
        f"/users/{editor}/user-team-roles/{NOWHERE}",
        f"/teams/{NOWHERE}/user-team-roles",
        f"/teams/{CARE}/user-team-roles/{NOWHERE}",
        f"/organizations/{NOWHERE}/user-organization-roles",
    ):
        assert (await make.get(path, 403))["code"] == "SC403"
    await make.get("/users/somebody/user-team-roles", 400)


async def test_a_new_team_and_a_new_organization_bring_roles(make: Door) -> None:
    team = (await make.post("/teams", {"name": "New", "organizationId": NORTHWIND}))["team"]
    (role,) = (await make.get(f"/teams/{team['id']}/user-team-roles"))["userTeamRoles"]
    assert role["usersRoleId"] == 1
    body = {"name": "Shop", "regionId": 1, "timezoneId": 118, "countryId": 57}
    made = await make.post("/organizations", body)
    path = f"/organizations/{made['organization']['id']}/user-organization-roles"
    (role,) = (await make.get(path))["userOrganizationRoles"]
    assert (role["usersRoleId"], role["organizationTeamsCount"]) == (11, 0)
    assert made["userOrganizationRole"]["usersRoleId"] == 11


async def test_the_roles_in_a_deleted_team_are_gone(make: Door) -> None:
    editor = await user(make, "Editor")
    await make.delete(f"/teams/{MARKETING}?confirmed=true")
    assert (await make.get(f"/users/{editor}/user-team-roles"))["userTeamRoles"] == []
    row = (await make.get(f"/users/{editor}/user-organization-roles"))["userOrganizationRoles"][0]
    assert (row["organizationTeamsCount"], row["joinedTeamsCount"]) == (2, 0)
