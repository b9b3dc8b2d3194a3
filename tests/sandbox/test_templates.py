"""`/templates`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.sandbox.practice import CARE, MARKETING, NOWHERE, OPERATIONS, Clock, Door, named

PLAN: dict[str, Any] = {
    "name": "Poll an address",
    "flow": [
        {"id": 1, "module": "http:ActionSendData", "version": 3, "mapper": {"url": "https://www.example.com"}},
        {"id": 4, "module": "slack:CreateMessage", "version": 4, "mapper": {"text": "{{1.data}}"}},
    ],
    "metadata": {"version": 1},
}
CONTROLLER: dict[str, Any] = {"name": "Poll", "description": "Asks, and tells.", "idSequence": 5, "modules": {}}


def draft(**parts: Any) -> dict[str, Any]:
    """The body of a new template: objects as JSON texts, as on Make's page."""
    whole = {"teamId": OPERATIONS, "language": "en", "blueprint": PLAN} | parts
    return {name: json.dumps(part) if isinstance(part, dict) else part for name, part in whole.items()}


async def created(make: Door, **parts: Any) -> dict[str, Any]:
    return (await make.post("/templates", draft(**parts)))["template"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Webhook to sheet", "Weekly summary with AI", "Feed watch"]),
        (f"teamId={MARKETING}", ["Weekly summary with AI"]),
        ("public=true", ["Weekly summary with AI"]),
        ("public=false", ["Webhook to sheet", "Feed watch"]),
        ("usedApps[]=slack", ["Weekly summary with AI", "Feed watch"]),
        ("usedApps[]=slack&usedApps[]=rss", ["Feed watch"]),
    ],
)
async def test_templates_are_filtered(make: Door, query: str, expected: list[str]) -> None:
    assert [row["name"] for row in (await make.get(f"/templates?{query}"))["templates"]] == expected


async def test_the_blueprint_of_a_template_makes_a_scenario(make: Door) -> None:
    template = named(await make.get("/templates"), "templates", "Webhook to sheet")
    answer = await make.get(f"/templates/{template['id']}/blueprint?forUse=true")
    body = {
        "teamId": OPERATIONS,
        "basedon": template["id"],
        "blueprint": json.dumps(answer["blueprint"]),
        "scheduling": json.dumps(answer["scheduling"]),
    }
    scenario = (await make.post("/scenarios", body))["scenario"]
    assert (scenario["name"], scenario["usedPackages"]) == (template["name"], template["usedApps"])


async def test_a_new_template_is_the_teams_own(make: Door) -> None:
    scheduling = {"type": "daily", "time": "08:00"}
    template = await created(make, controller=CONTROLLER, scheduling=scheduling)
    assert template == {
        "id": template["id"],
        "name": "Poll",
        "teamId": OPERATIONS,
        "description": "Asks, and tells.",
        "usedApps": ["http", "slack"],
        "public": False,
        "published": None,
        "approved": None,
        "approvedId": None,
        "requestedApproval": False,
        "publishedId": None,
        "publicUrl": None,
        "approvedName": None,
        "publishedName": None,
    }
    assert (await make.get(f"/templates/{template['id']}"))["template"] == template
    content = await make.get(f"/templates/{template['id']}/blueprint")
    assert content == {"blueprint": PLAN, "controller": CONTROLLER, "scheduling": scheduling, "language": "en"}
    assert template in (await make.get(f"/templates?teamId={OPERATIONS}"))["templates"]


async def test_a_new_template_needs_a_team_and_a_language_only(make: Door) -> None:
    template = (await make.post("/templates", {"teamId": CARE, "language": "cs"}))["template"]
    content = await make.get(f"/templates/{template['id']}/blueprint")
    assert (template["usedApps"], content["blueprint"]["flow"], content["language"]) == ([], [], "cs")
    assert content["controller"]["idSequence"] == 1
    named_by_plan = await created(make)
    content = await make.get(f"/templates/{named_by_plan['id']}/blueprint")
    assert (named_by_plan["name"], content["controller"]["idSequence"]) == ("Poll an address", 5)


async def test_columns_choose_the_fields_of_every_answer(make: Door) -> None:
    id_ = (await created(make))["id"]
    query = "cols[]=id&cols[]=publishedId"
    assert set((await make.post(f"/templates?{query}", draft()))["template"]) == {"id", "publishedId"}
    assert (await make.patch(f"/templates/{id_}?{query}", {}))["template"] == [{"id": id_, "publishedId": None}]
    for step in ("publish", "request-approval"):
        assert set((await make.post(f"/templates/{id_}/{step}?{query}"))["template"]) == {"id", "publishedId"}
    await make.get(f"/templates/{id_}?cols[]=blueprint", 400)


async def test_pages_put_together_are_the_whole_list(make: Door) -> None:
    made = [(await created(make))["id"] for _ in range(12)]
    first = await make.get(f"/templates?teamId={OPERATIONS}")
    rest = await make.get(f"/templates?teamId={OPERATIONS}&pg[offset]=10")
    assert (len(first["templates"]), first["pg"]["limit"]) == (10, 10)
    assert [row["id"] for row in first["templates"] + rest["templates"]][1:] == made
    down = await make.get(f"/templates?teamId={OPERATIONS}&pg[sortBy]=id&pg[sortDir]=desc&pg[limit]=1")
    assert down["templates"][0]["id"] == made[-1]


async def test_a_change_answers_with_a_list_of_one(make: Door) -> None:
    id_ = (await created(make, controller=CONTROLLER))["id"]
    plan: dict[str, Any] = {"name": "Other", "flow": [{"id": 1, "module": "rss:ActionReadArticles"}], "metadata": {}}
    body = {"name": "Renamed", "blueprint": json.dumps(plan), "scheduling": '{"type": "on-demand"}', "language": "cs"}
    (changed,) = (await make.patch(f"/templates/{id_}", body))["template"]
    assert (changed["name"], changed["usedApps"], changed["description"]) == ("Renamed", ["rss"], "Asks, and tells.")
    content = await make.get(f"/templates/{id_}/blueprint")
    assert (content["blueprint"], content["scheduling"], content["language"]) == (plan, {"type": "on-demand"}, "en")
    await make.patch(f"/templates/{id_}", {"controller": json.dumps(CONTROLLER | {"description": "Reads."})})
    assert (await make.get(f"/templates/{id_}"))["template"]["description"] == "Reads."


async def test_a_published_template_keeps_what_was_published(make: Door, clock: Clock) -> None:
    id_ = (await created(make))["id"]
    published = (await make.post(f"/templates/{id_}/publish"))["template"]
    version = published["publishedId"]
    assert (published["public"], published["publishedName"]) == (True, "Poll an address")
    assert published["publicUrl"] == f"{version}-poll-an-address"
    await make.patch(f"/templates/{id_}", {"name": "Renamed", "blueprint": json.dumps(PLAN | {"flow": []})})
    assert (await make.get(f"/templates/{id_}/blueprint"))["blueprint"]["flow"] == []
    kept = await make.get(f"/templates/{id_}/blueprint?templatePublicId={version}")
    assert kept["blueprint"] == PLAN
    clock.go(hours=1)
    again = (await make.post(f"/templates/{id_}/publish"))["template"]
    assert (again["publishedId"], again["publicUrl"]) == (version, published["publicUrl"])
    assert (again["publishedName"], again["published"] > published["published"]) == ("Renamed", True)
    assert (await make.get(f"/templates/{id_}/blueprint?templatePublicId={version}"))["blueprint"]["flow"] == []


async def test_the_public_version_can_be_changed_by_itself(make: Door) -> None:
    id_ = (await created(make))["id"]
    version = (await make.post(f"/templates/{id_}/publish"))["template"]["publishedId"]
    (changed,) = (await make.patch(f"/templates/{id_}?templatePublicId={version}", {"name": "For all"}))["template"]
    assert (changed["name"], changed["publishedName"]) == ("Poll an address", "For all")


async def test_approval_is_asked_for_a_published_template(make: Door) -> None:
    id_ = (await created(make))["id"]
    assert (await make.post(f"/templates/{id_}/request-approval", status=400))["code"] == "IM005"
    version = (await make.post(f"/templates/{id_}/publish"))["template"]["publishedId"]
    path = f"/templates/{id_}/request-approval"
    await make.post(f"{path}?templatePublicId={version + 1}", status=404)
    assert not (await make.get(f"/templates/{id_}"))["template"]["requestedApproval"]
    answer = (await make.post(f"{path}?templatePublicId={version}"))["template"]
    assert (answer["requestedApproval"], answer["approved"]) == (True, None)
    assert (await make.get(f"/templates/{id_}"))["template"] == answer


async def test_deleting_a_template_always_needs_a_confirmation(make: Door) -> None:
    for name, kind in (("Feed watch", "template"), ("Weekly summary", "publishedTemplate")):
        template = named(await make.get("/templates"), "templates", name)
        path = f"/templates/{template['id']}"
        assert (await make.delete(path, status=406))["metadata"] == [{"type": kind}]
        await make.get(path)
        await make.delete(f"{path}?confirmed=true")
        await make.get(path, 403)
    assert len((await make.get("/templates"))["templates"]) == 1


@pytest.mark.parametrize(
    ("parts", "status", "code"),
    [
        ({"teamId": None}, 400, "SC400"),
        ({"teamId": "x"}, 400, "SC400"),
        ({"teamId": NOWHERE}, 403, "SC403"),
        ({"language": None}, 400, "SC400"),
        ({"language": "xx"}, 400, "SC400"),
        ({"blueprint": "{"}, 400, "SC400"),
        ({"blueprint": "[]"}, 400, "SC400"),
        ({"blueprint": PLAN | {"flow": None}}, 400, "SC400"),
        ({"blueprint": PLAN | {"name": ""}}, 500, None),
        ({"blueprint": PLAN | {"flow": [{"id": 1, "module": "unknown:doIt", "version": 2}]}}, 400, "IM007"),
        ({"scheduling": {"type": "hourly"}}, 400, "SC400"),
        ({"scheduling": 900}, 400, "SC400"),
        ({"controller": "text"}, 400, "SC400"),
        ({"controller": {"name": 7}}, 400, "SC400"),
    ],
)
async def test_a_template_that_cannot_be_is_refused(
    make: Door, parts: dict[str, Any], status: int, code: str | None
) -> None:
    assert (await make.post("/templates", draft(**parts), status)).get("code") == code
    assert len((await make.get(f"/templates?teamId={OPERATIONS}"))["templates"]) == 1


async def test_a_connection_of_nobody_is_no_reason_to_refuse_a_template(make: Door) -> None:
    module = {"id": 1, "module": "slack:CreateMessage", "parameters": {"__IMTCONN__": NOWHERE}}
    plan: dict[str, Any] = {"name": "Shared", "flow": [module], "metadata": {}}
    id_ = (await created(make, blueprint=plan))["id"]
    assert (await make.get(f"/templates/{id_}/blueprint"))["blueprint"] == plan


@pytest.mark.parametrize(
    ("body", "status"),
    [({"name": ""}, 400), ({"name": 7}, 400), ({"blueprint": '{"name": "N", "flow": []}'}, 400)],
)
async def test_a_refused_change_changes_nothing(make: Door, body: dict[str, Any], status: int) -> None:
    template = await created(make)
    await make.patch(f"/templates/{template['id']}", {"name": "Renamed"} | body, status)
    assert (await make.get(f"/templates/{template['id']}"))["template"] == template


@pytest.mark.parametrize("path", ["", "/blueprint", "/publish", "/request-approval"])
async def test_an_unknown_template_is_denied(make: Door, path: str) -> None:
    method = {"": "PATCH", "/blueprint": "GET"}.get(path, "POST")
    response = await make.send(method, f"/templates/{NOWHERE}{path}")
    assert (response.status_code, response.json()["code"]) == (403, "SC403")


async def test_a_version_of_another_template_is_not_found(make: Door) -> None:
    template = await created(make)
    other = named(await make.get("/templates"), "templates", "Weekly summary")
    query = f"templatePublicId={other['publishedId']}"
    await make.get(f"/templates/{template['id']}/blueprint?{query}", 404)
    await make.patch(f"/templates/{template['id']}?{query}", {"name": "Mine"}, 404)
    assert named(await make.get("/templates"), "templates", "Weekly summary") == other
