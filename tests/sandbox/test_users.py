"""`/users`."""

from __future__ import annotations

import pytest
from tests.sandbox.practice import BACK_OFFICE, CARE, MARKETING, NORTHWIND, Door

EVERYBODY = {
    "Sample Owner",
    "Sample Admin",
    "Sample Editor",
    "Sample Operator",
    "Sample Monitor",
    "Sample Accountant",
}


async def names(make: Door, query: str) -> set[str]:
    return {user["name"] for user in (await make.get(f"/users?{query}"))["users"]}


async def test_users_are_listed_by_organization_or_by_team(make: Door) -> None:
    assert await names(make, f"organizationId={NORTHWIND}") == EVERYBODY
    assert await names(make, f"teamId={MARKETING}") == {"Sample Owner", "Sample Admin", "Sample Editor"}
    assert await names(make, f"teamId={BACK_OFFICE}") == {"Sample Owner", "Sample Monitor"}


@pytest.mark.parametrize(
    "query",
    [
        "",
        f"organizationId={NORTHWIND}&teamId={CARE}",
        f"organizationId={NORTHWIND}&teamRoleId=1",
        f"teamId={CARE}&organizationRoleId=1",
        f"teamId={CARE}&filterByTeamId=0",
    ],
)
async def test_filters_that_do_not_fit_together_are_refused(make: Door, query: str) -> None:
    assert (await make.get(f"/users?{query}", 400))["code"] == "SC400"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("name=monitor", {"Sample Monitor"}),
        ("email=editor@", {"Sample Editor"}),
        ("organizationRoleId=14", {"Sample Accountant"}),
        ("filterByTeamId=0", {"Sample Accountant"}),
        (f"filterByTeamId={CARE}", {"Sample Owner", "Sample Operator"}),
        ("tfaStatus=1", {"Sample Owner", "Sample Admin"}),
    ],
)
async def test_each_filter_keeps_who_fits(make: Door, query: str, expected: set[str]) -> None:
    assert await names(make, f"organizationId={NORTHWIND}&{query}") == expected


async def test_a_role_in_a_team_filters_the_team(make: Door) -> None:
    assert await names(make, f"teamId={MARKETING}&teamRoleId=3") == {"Sample Editor"}


async def test_the_user_of_the_token_can_be_changed(make: Door) -> None:
    me = (await make.get("/users/me"))["authUser"]
    await make.patch(f"/users/{me['id']}", {"name": "Renamed Owner", "timezoneId": 301, "language": "cs"})
    changed = (await make.get("/users/me"))["authUser"]
    assert (changed["name"], changed["timezone"], changed["language"]) == ("Renamed Owner", "America/New_York", "cs")


async def test_another_user_cannot_be_changed(make: Door) -> None:
    others = (await make.get(f"/users?organizationId={NORTHWIND}&name=editor"))["users"]
    assert (await make.patch(f"/users/{others[0]['id']}", {"name": "X"}, 403))["code"] == "SC403"


@pytest.mark.parametrize("change", [{"timezoneId": 9}, {"language": "xx"}, {"name": ""}, {"name": "n" * 251}])
async def test_a_value_that_no_user_can_have_is_refused(make: Door, change: dict[str, object]) -> None:
    me = (await make.get("/users/me"))["authUser"]
    assert (await make.patch(f"/users/{me['id']}", change, 400))["code"] == "SC400"
    assert (await make.get("/users/me"))["authUser"] == me


async def test_the_authorization_names_the_scopes(make: Door) -> None:
    scope = (await make.get("/users/me/current-authorization"))["authorization"]["scope"]
    assert {"scenarios:run", "user:read", "dlqs:write", "datastores:read"} <= set(scope)
