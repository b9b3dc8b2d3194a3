"""`/templates/public`: Make's own templates, and who has the link of a published one."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from tests.sandbox.practice import MARKETING, OPERATIONS, Door, named

import make_sandbox

FIELDS = {"id", "name", "description", "url", "usedApps", "usage"}


async def listed(make: Door, query: str = "") -> list[dict[str, Any]]:
    return (await make.get(f"/templates/public?{query}"))["templatesPublic"]


async def test_the_most_used_come_first(make: Door) -> None:
    answer = await make.get("/templates/public")
    assert answer["pg"] == {"sortBy": "usage", "limit": 100, "sortDir": "desc", "offset": 0}
    used = [row["usage"] for row in answer["templatesPublic"]]
    assert used == sorted(used, reverse=True)
    assert len(used) >= 6
    assert set(answer["templatesPublic"][0]) == FIELDS


async def test_templates_are_found_by_a_part_of_the_name(make: Door) -> None:
    whole = await listed(make)
    found = await listed(make, "name=http")
    assert found
    assert found == [row for row in whole if "http" in row["name"].lower()]
    assert await listed(make, "name=HTTP") == found
    assert await listed(make, "name=no such thing") == []


async def test_templates_are_found_by_the_apps_that_they_use(make: Door) -> None:
    for apps in (["http"], ["slack"], ["slack", "rss"]):
        query = "&".join(f"usedApps[]={app}" for app in apps)
        found = await listed(make, query)
        assert found
        assert all(set(apps) <= set(row["usedApps"]) for row in found)
    assert await listed(make, "usedApps[]=slack&usedApps[]=airtable") == []


async def test_templates_are_in_the_language_of_the_user(make: Door) -> None:
    english = await listed(make)
    me = (await make.get("/users/me"))["authUser"]["id"]
    await make.patch(f"/users/{me}", {"language": "es"})
    spanish = await listed(make)
    assert spanish
    assert not {row["id"] for row in spanish} & {row["id"] for row in english}
    both = await listed(make, "includeEn=true")
    assert {row["id"] for row in both} == {row["id"] for row in [*english, *spanish]}
    assert await listed(make, "includeEn=false") == spanish


async def test_pages_and_columns_are_as_in_every_list(make: Door) -> None:
    names = [row["name"] for row in await listed(make)]
    up = await listed(make, "pg[sortBy]=name&pg[sortDir]=asc&cols[]=name")
    assert up == [{"name": name} for name in sorted(names, key=str.casefold)]
    assert [row["name"] for row in await listed(make, "pg[limit]=2&pg[offset]=1")] == names[1:3]
    for wrong in ("cols[]=blueprint", "pg[sortBy]=usedApps", "pg[limit]=0", "includeEn=1"):
        await make.get(f"/templates/public?{wrong}", 400)


async def test_each_listed_template_can_be_read_and_made_a_scenario(make: Door) -> None:
    for row in await listed(make, "includeEn=true"):
        path = f"/templates/public/{row['url']}"
        assert row["url"].startswith(f"{row['id']}-")
        assert (await make.get(path))["templatePublic"] == row
        content = await make.get(f"{path}/blueprint")
        assert set(content) == {"blueprint", "controller", "scheduling", "language", "metadata"}
        assert set(content["controller"]) >= {"name", "modules", "idSequence"}
        body = {
            "teamId": OPERATIONS,
            "basedon": row["id"],
            "blueprint": json.dumps(content["blueprint"]),
            "scheduling": json.dumps(content["scheduling"]),
        }
        scenario = (await make.post("/scenarios", body))["scenario"]
        assert (scenario["usedPackages"], scenario["isinvalid"]) == (row["usedApps"], False)
        used = (await make.get(f"{path}?cols[]=usage&templatePublicId={row['id']}"))["templatePublic"]
        assert used == {"usage": row["usage"] + 1}


async def test_a_published_template_is_reachable_by_its_link_and_not_listed(make: Door) -> None:
    template = named(await make.get(f"/templates?teamId={MARKETING}"), "templates", "Weekly summary")
    path = f"/templates/public/{template['publicUrl']}"
    found = (await make.get(path))["templatePublic"]
    assert (found["id"], found["name"], found["usage"]) == (template["publishedId"], template["publishedName"], 0)
    own = await make.get(f"/templates/{template['id']}/blueprint")
    assert await make.get(f"{path}/blueprint") == own | {"metadata": None}
    assert found["id"] not in {row["id"] for row in await listed(make)}


async def test_what_is_published_later_has_a_link_too(make: Door) -> None:
    template = named(await make.get("/templates"), "templates", "Feed watch")
    await make.patch(f"/templates/{template['id']}", {"name": "Überwachung: Feeds & Co."})
    published = (await make.post(f"/templates/{template['id']}/publish"))["template"]
    assert published["publicUrl"] == f"{published['publishedId']}-uberwachung-feeds-co"
    found = (await make.get(f"/templates/public/{published['publicUrl']}"))["templatePublic"]
    assert found["name"] == "Überwachung: Feeds & Co."
    await make.patch(f"/templates/{template['id']}?templatePublicId={found['id']}", {"name": "Feeds"})
    assert (await make.get(f"/templates/public/{published['publicUrl']}"))["templatePublic"]["name"] == "Feeds"


@pytest.mark.parametrize("name", ["日本", "---"])
async def test_a_name_without_a_letter_for_the_address_gets_another_word(make: Door, name: str) -> None:
    template = named(await make.get("/templates"), "templates", "Feed watch")
    await make.patch(f"/templates/{template['id']}", {"name": name})
    published = (await make.post(f"/templates/{template['id']}/publish"))["template"]
    assert published["publicUrl"] == f"{published['publishedId']}-template"
    assert (await make.get(f"/templates/public/{published['publicUrl']}"))["templatePublic"]["name"] == name


@pytest.mark.parametrize("by", ["template", "team"])
async def test_a_link_ends_with_its_template(make: Door, by: str) -> None:
    template = named(await make.get(f"/templates?teamId={MARKETING}"), "templates", "Weekly summary")
    gone = {"template": f"/templates/{template['id']}", "team": f"/teams/{MARKETING}"}[by]
    await make.delete(f"{gone}?confirmed=true")
    for rest in ("", "/blueprint"):
        answer = await make.get(f"/templates/public/{template['publicUrl']}{rest}", 404)
        assert answer["code"] == "SC404"


@pytest.mark.parametrize(
    "url", ["1107", "1107-", "1107-other-name", "blueprint", "999-nothing", "%D9%A1-x", "9" * 40 + "-x"]
)
async def test_another_address_is_not_found(make: Door, url: str) -> None:
    assert (await make.get(f"/templates/public/{url}", 404))["code"] == "SC404"


async def test_a_number_that_is_not_the_address_own_is_not_found(make: Door) -> None:
    first, second, *_ = await listed(make)
    await make.get(f"/templates/public/{first['url']}?templatePublicId={second['id']}", 404)
    await make.get(f"/templates/public/{first['url']}/blueprint?templatePublicId=x", 400)


async def test_nobody_changes_makes_own_templates(make: Door) -> None:
    first = (await listed(make))[0]
    await make.patch(f"/templates/{first['id']}", {"name": "Mine"}, 403)
    await make.delete(f"/templates/{first['id']}?confirmed=true", status=403)
    assert (await make.send("PATCH", f"/templates/public/{first['url']}", {})).status_code == 404
    assert (await listed(make))[0] == first


async def test_the_empty_account_sees_the_same_ones(make: Door) -> None:
    app = make_sandbox.create_app(world="empty")
    headers = {"authorization": f"Token {make_sandbox.TOKEN}"}
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://sandbox", headers=headers) as client:
        assert await listed(Door(client, "/api/v2")) == await listed(make)
