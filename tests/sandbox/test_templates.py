"""`/templates`."""

from __future__ import annotations

import json

import pytest
from tests.sandbox.practice import MARKETING, OPERATIONS, Door, named


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


async def test_deleting_a_template_always_needs_a_confirmation(make: Door) -> None:
    for name, kind in (("Feed watch", "template"), ("Weekly summary", "publishedTemplate")):
        template = named(await make.get("/templates"), "templates", name)
        path = f"/templates/{template['id']}"
        assert (await make.delete(path, status=406))["metadata"] == [{"type": kind}]
        await make.get(path)
        await make.delete(f"{path}?confirmed=true")
        await make.get(path, 403)
    assert len((await make.get("/templates"))["templates"]) == 1
