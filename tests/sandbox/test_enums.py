"""`/enums`: each list has the documented columns, and the ids that other resources take are in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.sandbox.practice import NORTHWIND, OPERATIONS, Door

SHAPES = {
    "apps-review-statuses": ("reviewStatuses", "value label"),
    "connected-system-apps": ("connectedSystemApps", "name label icon"),
    "countries": ("countries", "id name code code2"),
    "hook-types": ("hookTypes", "typeName type label theme"),
    "imt-regions": ("imtRegions", "id name"),
    "imt-zones": ("imtZones", "id domain name"),
    "languages": ("languages", "code name"),
    "llm-builtin-tiers": (
        "llmBuiltinTiers",
        "tierName modelName providerName centicreditsCoefficient modelDisplayName providerDisplayName",
    ),
    "llm-models": (
        "llmModels",
        "modelName providerName modelDisplayName modelDisplayPriority providerDisplayName",
    ),
    "locales": ("locales", "id name code angularCode"),
    "module-types": ("moduleTypes", "id name"),
    "organization-features": ("organizationFeatures", "title name"),
    "timezones": ("timezones", "id name code offset"),
    "user-api-token-scopes": ("userApiTokenScopes", "name"),
    "user-email-notifications": ("userEmailNotifications", "id translationKey name description"),
    "user-features": ("userFeatures", "title name"),
    "variable-types": ("variableTypes", "id name teamOnly"),
}


@pytest.mark.parametrize("name", SHAPES)
async def test_a_list_has_the_documented_columns(make: Door, name: str) -> None:
    key, columns = SHAPES[name]
    answer = await make.get(f"/enums/{name}")
    assert set(answer) == {key}
    assert {tuple(row) for row in answer[key]} == {tuple(columns.split())}


@pytest.mark.parametrize("name", SHAPES)
async def test_no_two_rows_are_the_same(make: Door, name: str) -> None:
    key, columns = SHAPES[name]
    first = columns.split()[0]
    values = [row[first] for row in (await make.get(f"/enums/{name}"))[key]]
    assert len(values) == len(set(values)) > 1


async def rows(make: Door, name: str) -> list[dict[str, Any]]:
    return (await make.get(f"/enums/{name}"))[SHAPES[name][0]]


async def test_every_country_of_the_standard_is_there_once(make: Door) -> None:
    found = await rows(make, "countries")
    assert len(found) == len({row["code"] for row in found}) == len({row["code2"] for row in found}) == 249
    assert all(len(row["code"]) == 3 and len(row["code2"]) == 2 and row["code"].isupper() for row in found)
    known = {row["id"]: (row["code"], row["code2"]) for row in found}
    assert [known[id_] for id_ in (57, 81, 109, 201, 202)] == [
        ("CZE", "CZ"),
        ("DEU", "DE"),
        ("JPN", "JP"),
        ("GBR", "GB"),
        ("USA", "US"),
    ]


async def test_the_offset_of_a_time_zone_is_that_of_its_standard_time(make: Door) -> None:
    found = await rows(make, "timezones")
    for row in found:
        # Ireland calls its summer time the standard, and Morocco its winter time the exception.
        offsets = {datetime(2025, month, 15, tzinfo=ZoneInfo(row["name"])).strftime("%z") for month in (1, 7)}
        assert row["offset"] in offsets, row
    names = {row["id"]: row["name"] for row in found}
    assert [names[id_] for id_ in (113, 118, 152, 200, 301, 317)] == [
        "Europe/London",
        "Europe/Prague",
        "Asia/Tokyo",
        "UTC",
        "America/New_York",
        "America/Los_Angeles",
    ]


async def test_the_zones_begin_with_that_of_the_account(make: Door) -> None:
    found = await rows(make, "imt-zones")
    assert found[0] == {"id": 1, "domain": "eu1.make.com", "name": "EU1"}
    assert {row["domain"] for row in found} == {f"{name}.make.com" for name in ("eu1", "eu2", "us1", "us2")}
    organization = (await make.get(f"/organizations/{NORTHWIND}"))["organization"]
    assert organization["zone"] == found[0]["domain"]


async def test_languages_are_named_in_themselves_when_asked_for(make: Door) -> None:
    whole = {row["code"]: row["name"] for row in (await make.get("/enums/languages"))["languages"]}
    own = {row["code"]: row["name"] for row in (await make.get("/enums/languages?localized=true"))["languages"]}
    assert (whole["de"], own["de"], own["en"]) == ("German", "Deutsch", "English")
    assert set(own) < set(whole)
    await make.get("/enums/languages?localized=yes", 400)


async def test_settings_of_mails_are_told_in_english_only(make: Door) -> None:
    whole = await make.get("/enums/user-email-notifications")
    assert await make.get("/enums/user-email-notifications?language=en") == whole
    await make.get("/enums/user-email-notifications?language=cs", 400)


async def test_a_user_may_have_whatever_the_lists_name(make: Door) -> None:
    me = (await make.get("/users/me"))["authUser"]
    for name, field, key in (
        ("timezones", "timezoneId", "id"),
        ("countries", "countryId", "id"),
        ("locales", "localeId", "id"),
        ("languages", "language", "code"),
    ):
        last = (await rows(make, name))[-1]
        answer = await make.patch(f"/users/{me['id']}", {field: last[key]})
        assert answer["user"][field] == last[key]
    changed = (await make.get("/users/me"))["authUser"]
    assert changed["timezone"] == (await rows(make, "timezones"))[-1]["name"]
    assert changed["locale"] == (await rows(make, "locales"))[-1]["code"]


async def test_an_organization_may_be_in_every_country_and_time_zone_of_the_lists(make: Door) -> None:
    country, timezone = (await rows(make, "countries"))[0], (await rows(make, "timezones"))[0]
    body = {"name": "New", "regionId": 1, "countryId": country["id"], "timezoneId": timezone["id"]}
    organization = (await make.post("/organizations", body))["organization"]
    assert (organization["countryId"], organization["timezoneId"]) == (country["id"], timezone["id"])


async def test_hooks_of_every_listed_kind_can_be_made(make: Door) -> None:
    for kind in await rows(make, "hook-types"):
        body = {"name": kind["label"], "teamId": OPERATIONS, "typeName": kind["typeName"]}
        flags = {"headers": False, "method": False, "stringify": False}
        hook = (await make.post("/hooks", body | flags))["hook"]
        assert (hook["type"], hook["theme"]) == (kind["type"], kind["theme"])


async def test_the_scopes_are_those_that_the_token_may_have(make: Door) -> None:
    own = (await make.get("/users/me/current-authorization"))["authorization"]["scope"]
    assert {row["name"] for row in await rows(make, "user-api-token-scopes")} == set(own)


async def test_one_list_asks_for_a_scope(make: Door) -> None:
    token = (await make.post("/users/me/api-tokens", {"label": "None", "scope": []}))["apiToken"]["token"]
    make.client.headers["authorization"] = f"Token {token}"
    await make.get("/enums/connected-system-apps", 403)
    for name in SHAPES.keys() - {"connected-system-apps"}:
        await make.get(f"/enums/{name}")
