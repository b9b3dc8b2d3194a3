"""`/organizations`."""

from __future__ import annotations

import pytest
from tests.sandbox.practice import BACK_OFFICE, HARBOR, NORTHWIND, Door

NEW = {"name": "New (one)", "regionId": 2, "timezoneId": 301, "countryId": 202}


async def test_the_list_shows_four_fields_and_more_when_asked(make: Door) -> None:
    answer = await make.get("/organizations")
    assert [row["name"] for row in answer["organizations"]] == ["Harbor Books", "Northwind Studio"]
    paused = await make.get("/organizations?cols[]=name&cols[]=isPaused")
    assert {row["name"]: row["isPaused"] for row in paused["organizations"]} == {
        "Harbor Books": True,
        "Northwind Studio": False,
    }


async def test_a_zone_filters_the_list(make: Door) -> None:
    assert len((await make.get("/organizations?zone=eu1.make.com"))["organizations"]) == 2
    assert (await make.get("/organizations?zone=us2.make.com"))["organizations"] == []


async def test_an_organization_tells_its_plan_and_its_teams(make: Door) -> None:
    organization = (await make.get(f"/organizations/{NORTHWIND}"))["organization"]
    assert organization["license"]["apiLimit"] == 1000
    assert [team["name"] for team in organization["teams"]] == ["Operations", "Marketing", "Customer Care"]
    usage = (await make.get(f"/organizations/{NORTHWIND}/usage"))["data"]
    assert organization["operations"] == str(sum(day["operations"] for day in usage))
    assert organization["transfer"] == str(sum(day["dataTransfer"] for day in usage))


async def test_a_new_organization_is_there_and_belongs_to_its_maker(make: Door) -> None:
    created = await make.post("/organizations", NEW)
    id_ = created["organization"]["id"]
    assert created["organization"]["zone"] == "us1.make.com"
    assert created["organization"]["teams"] == []
    assert created["userOrganizationRole"]["organizationId"] == id_
    detail = (await make.get(f"/organizations/{id_}?wait=true"))["organization"]
    assert (detail["name"], detail["operations"]) == ("New (one)", "0")
    assert [user["name"] for user in (await make.get(f"/users?organizationId={id_}"))["users"]] == ["Sample Owner"]


@pytest.mark.parametrize("name", ["name", "regionId", "timezoneId", "countryId"])
async def test_a_new_organization_needs_each_of_its_fields(make: Door, name: str) -> None:
    body = {key: value for key, value in NEW.items() if key != name}
    assert f"'{name}'" in (await make.post("/organizations", body, 400))["detail"][1]


@pytest.mark.parametrize("change", [{"name": "a;b"}, {"name": "<b>"}, {"regionId": 9}, {"countryId": 9}])
async def test_a_new_organization_takes_only_known_values(make: Door, change: dict[str, object]) -> None:
    assert (await make.post("/organizations", NEW | change, 400))["code"] == "SC400"
    assert len((await make.get("/organizations"))["organizations"]) == 2


async def test_an_organization_can_be_changed(make: Door) -> None:
    changed = await make.patch(f"/organizations/{NORTHWIND}", {"name": "Southwind", "timezoneId": 152})
    assert (changed["organization"]["name"], changed["organization"]["timezoneId"]) == ("Southwind", 152)
    assert (await make.get(f"/organizations/{NORTHWIND}"))["organization"]["name"] == "Southwind"


async def test_deleting_an_organization_with_active_scenarios_needs_a_confirmation(make: Door) -> None:
    refusal = await make.delete(f"/organizations/{HARBOR}", status=406)
    assert (refusal["code"], refusal["status"]) == ("IM004", 406)
    assert [entry["type"] for entry in refusal["metadata"]] == ["organization", "organizationWithActiveScenarios"]
    assert refusal["metadata"][1]["data"][0]["scenarioName"] == "Inventory backup"
    await make.get(f"/organizations/{HARBOR}")


async def test_a_deleted_organization_takes_its_teams_with_it(make: Door) -> None:
    scenario = await make.scenario("Inventory backup", BACK_OFFICE)
    await make.delete(f"/organizations/{HARBOR}?confirmed=true")
    for path in (f"/organizations/{HARBOR}", f"/teams/{BACK_OFFICE}", f"/scenarios/{scenario['id']}"):
        await make.get(path, 403)
    roles = (await make.get("/users/me?cols[]=*"))["authUser"]
    assert {role["organizationId"] for role in roles["userOrganizationRoles"]} == {NORTHWIND}
    assert BACK_OFFICE not in {role["teamId"] for role in roles["userTeamRoles"]}


async def test_an_organization_without_active_scenarios_needs_no_confirmation(make: Door) -> None:
    id_ = (await make.post("/organizations", NEW))["organization"]["id"]
    assert await make.delete(f"/organizations/{id_}") == {"organization": id_}
