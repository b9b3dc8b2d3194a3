"""`/functions`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.sandbox.practice import BACK_OFFICE, CARE, MARKETING, NOWHERE, OPERATIONS, Clock, Door, named

LISTED = {"id", "name", "args", "description", "updatedAt", "createdAt", "createdByUser"}
CODE = 'function shout(text) { return text.toUpperCase() + "!"; }'
NEW: dict[str, Any] = {"name": "shout", "description": "Makes it loud.", "code": CODE}


async def add(make: Door, change: dict[str, Any] | None = None, status: int = 200) -> Any:
    return await make.post(f"/functions?teamId={CARE}", NEW | (change or {}), status)


async def clamp(make: Door) -> dict[str, Any]:
    return named(await make.get(f"/functions?teamId={MARKETING}"), "functions", "clampScore")


async def test_the_list_has_no_pages_and_shows_code_when_asked(make: Door) -> None:
    answer = await make.get(f"/functions?teamId={MARKETING}&pg[limit]=1")
    assert set(answer) == {"functions"}
    (row,) = answer["functions"]
    assert set(row) == LISTED
    assert (row["name"], row["args"]) == ("clampScore", "(value)")
    assert set(row["createdByUser"]) == {"id", "name", "email"}
    assert set((await make.get(f"/functions?teamId={MARKETING}&cols[]=*"))["functions"][0]) == LISTED | {"code"}
    only = await make.get(f"/functions?teamId={MARKETING}&cols[]=id&cols[]=name")
    assert only["functions"] == [{"id": row["id"], "name": "clampScore"}]
    await make.get(f"/functions?teamId={MARKETING}&cols[]=colour", 400)


async def test_a_function_names_the_scenarios_that_call_it(make: Door) -> None:
    function = (await make.get(f"/functions/{(await clamp(make))['id']}"))["function"]
    scenario = await make.scenario("Lead scoring")
    assert set(function) == LISTED | {"code", "scenarios"}
    assert function["scenarios"] == [{"id": scenario["id"], "name": "Lead scoring on demand"}]
    assert function["code"].startswith("function clampScore(value)")
    assert (await make.get(f"/functions/{function['id']}?cols[]=args"))["function"] == {"args": "(value)"}


async def test_a_new_function_can_be_read_and_listed(make: Door) -> None:
    function = (await add(make))["function"]
    assert set(function) == LISTED | {"code"}
    assert {name: function[name] for name in NEW} == NEW
    assert function["args"] == "(text)"
    assert (await make.get(f"/functions/{function['id']}"))["function"] == function | {"scenarios": []}
    assert [row["id"] for row in (await make.get(f"/functions?teamId={CARE}"))["functions"]] == [function["id"]]


async def test_a_function_without_code_has_an_empty_body(make: Door) -> None:
    function = (await make.post(f"/functions?teamId={CARE}", {"name": "later", "description": ""}))["function"]
    assert (function["args"], function["code"].split()) == ("()", ["function", "later()", "{", "}"])


async def test_a_team_has_a_name_once_and_another_team_may_have_it_too(make: Door) -> None:
    await add(make)
    assert (await add(make, status=400))["code"] == "IM005"
    await make.post(f"/functions?teamId={OPERATIONS}", NEW)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"name": None}, "name"),
        ({"description": None}, "description"),
        ({"description": "d" * 129}, "description"),
        ({"code": 1}, "code"),
        ({"name": ["shout"]}, "name"),
    ],
)
async def test_a_wrong_new_function_is_refused(make: Door, change: dict[str, Any], wrong: str) -> None:
    refusal = await add(make, change, 400)
    assert refusal["code"] == "SC400"
    assert f"'{wrong}'" in refusal["detail"][1]


async def test_an_update_keeps_the_code_before_it_in_the_history(make: Door, clock: Clock) -> None:
    function = (await add(make))["function"]
    path = f"/functions/{function['id']}"
    history = f"{path}/history?teamId={CARE}"
    assert await make.get(history) == {"functionHistory": []}
    clock.go(minutes=5)
    second = "function shout(text, mark) { return text + mark; }"
    changed = (await make.patch(path, {"code": second}))["function"]
    assert (changed["code"], changed["args"], changed["createdAt"]) == (second, "(text, mark)", function["createdAt"])
    assert changed["updatedAt"] > function["updatedAt"]
    await make.patch(path, {"description": "Louder.", "code": second})
    third = "function shout() { return 1; }"
    await make.patch(path, {"code": third})
    entries = (await make.get(history))["functionHistory"]
    assert [entry["previousCode"] for entry in entries] == [second, CODE]
    assert [set(entry) for entry in entries] == [{"id", "previousCode", "updatedAt", "updatedBy"}] * 2
    assert {entry["updatedBy"] for entry in entries} == {"Sample Owner"}
    read = (await make.get(path))["function"]
    assert (read["description"], read["code"]) == ("Louder.", third)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "other"}, "SC400"),
        ({"description": "d" * 129}, "SC400"),
        ({"code": "function other(text) { return text; }"}, "IM005"),
        ({"code": "function shout(text) { return text; "}, "IM005"),
    ],
)
async def test_a_wrong_update_changes_nothing(make: Door, body: dict[str, Any], code: str) -> None:
    function = (await add(make))["function"]
    path = f"/functions/{function['id']}"
    assert (await make.patch(path, body, 400))["code"] == code
    assert (await make.get(path))["function"] == function | {"scenarios": []}
    assert (await make.get(f"{path}/history?teamId={CARE}"))["functionHistory"] == []


async def test_the_demo_function_was_mended_once(make: Door) -> None:
    function = await clamp(make)
    (entry,) = (await make.get(f"/functions/{function['id']}/history?teamId={MARKETING}"))["functionHistory"]
    assert entry["updatedAt"] == function["updatedAt"] > function["createdAt"]
    assert "isNaN" not in entry["previousCode"]


async def test_deleting_a_function_in_use_needs_a_confirmation(make: Door) -> None:
    id_ = (await clamp(make))["id"]
    refusal = await make.delete(f"/functions/{id_}", status=406)
    assert refusal["code"] == "IM004"
    assert [entry["type"] for entry in refusal["metadata"]] == ["function", "functionWithActiveScenarios"]
    assert refusal["metadata"][1]["data"][0]["scenarioName"] == "Lead scoring on demand"
    await make.get(f"/functions/{id_}")
    assert await make.delete(f"/functions/{id_}?confirmed=true") == {"success": True}
    await make.get(f"/functions/{id_}", 403)
    await make.get(f"/functions/{id_}/history?teamId={MARKETING}", 403)


async def test_a_function_that_nothing_calls_is_deleted_at_once(make: Door) -> None:
    id_ = (await add(make))["function"]["id"]
    assert await make.delete(f"/functions/{id_}") == {"success": True}
    assert (await make.get(f"/functions?teamId={CARE}"))["functions"] == []


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("{{shout(1.name)}}", True),
        ("so: {{upper(shout (1.name))}}!", True),
        ("{{1.shout(2)}}", False),
        ("{{reshout(1.name)}}", False),
        ("{{shout}} shout(1)", False),
        ("{{1.a}} shout( {{1.b}}", False),
    ],
)
async def test_a_call_counts_inside_double_braces_only(make: Door, text: str, *, called: bool) -> None:
    id_ = (await add(make))["function"]["id"]
    module = {"id": 1, "module": "util:SetVariables", "mapper": {"variables": [{"name": "a", "value": text}]}}
    blueprint: dict[str, Any] = {"name": "Caller", "flow": [module], "metadata": {}}
    body = {"teamId": CARE, "blueprint": json.dumps(blueprint), "scheduling": '{"type": "on-demand"}'}
    scenario = (await make.post("/scenarios", body))["scenario"]
    expected = [{"id": scenario["id"], "name": "Caller"}] if called else []
    assert (await make.get(f"/functions/{id_}"))["function"]["scenarios"] == expected


async def test_an_organization_without_the_feature_is_told_so(make: Door) -> None:
    id_ = (await clamp(make))["id"]
    for refusal in (
        await make.get(f"/functions?teamId={BACK_OFFICE}", 402),
        await make.post(f"/functions?teamId={BACK_OFFICE}", NEW, 402),
        await make.post(f"/functions/eval?teamId={BACK_OFFICE}", {"code": CODE}, 402),
        await make.get(f"/functions/{id_}/history?teamId={BACK_OFFICE}", 402),
    ):
        assert refusal["code"] == "SC402"


async def test_a_new_organization_has_no_custom_functions(make: Door) -> None:
    body = {"name": "New", "regionId": 1, "timezoneId": 118, "countryId": 57}
    organization = (await make.post("/organizations", body))["organization"]
    assert organization["license"]["customFunctions"] is False
    team = (await make.post("/teams", {"name": "First", "organizationId": organization["id"]}))["team"]
    await make.get(f"/functions?teamId={team['id']}", 402)


async def test_a_function_of_nobody_or_of_another_team_is_refused(make: Door) -> None:
    for path in (
        f"/functions/{NOWHERE}",
        f"/functions/{NOWHERE}/history?teamId={CARE}",
        f"/functions?teamId={NOWHERE}",
    ):
        await make.get(path, 403)
    await make.patch(f"/functions/{NOWHERE}", {}, 403)
    await make.delete(f"/functions/{NOWHERE}", status=403)
    await make.get(f"/functions/{(await clamp(make))['id']}/history?teamId={CARE}", 403)
    await make.get(f"/functions/{(await clamp(make))['id']}/history", 400)
    await make.get("/functions", 400)
