"""`/data-structures`."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from tests.sandbox.practice import BACK_OFFICE, CARE, MARKETING, NOWHERE, OPERATIONS, Door, named

FIELDS = {"id", "teamId", "name", "strict", "spec"}
SPEC: list[dict[str, Any]] = [
    {"name": "email", "type": "text", "label": "Email", "required": True},
    {"name": "age", "type": "number", "required": False, "default": 18},
    {"name": "plan", "type": "select", "options": [{"label": "Free", "value": "free"}]},
    {"name": "address", "type": "collection", "spec": [{"name": "city", "type": "text"}]},
    {"name": "tags", "type": "array", "spec": {"type": "text"}},
    {"name": "orders", "type": "array", "spec": [{"name": "total", "type": "number"}]},
]
NEW: dict[str, Any] = {"name": "Contact", "teamId": CARE, "strict": True, "spec": SPEC}


async def names(make: Door, team: int) -> list[str]:
    return [row["name"] for row in (await make.get(f"/data-structures?teamId={team}"))["dataStructures"]]


async def test_the_list_comes_by_name_and_without_the_specification(make: Door) -> None:
    answer = await make.get(f"/data-structures?teamId={OPERATIONS}")
    assert answer["pg"] == {"sortBy": "name", "limit": 10000, "sortDir": "asc", "offset": 0}
    assert [set(row) for row in answer["dataStructures"]] == [{"id", "teamId", "name"}] * 2
    assert await names(make, OPERATIONS) == ["Known suppliers record", "Stock levels record"]
    turned = await make.get(f"/data-structures?teamId={OPERATIONS}&pg[sortDir]=desc&pg[limit]=1&pg[offset]=1")
    assert [row["name"] for row in turned["dataStructures"]] == ["Known suppliers record"]


@pytest.mark.parametrize(
    ("columns", "fields"),
    [("cols[]=*", FIELDS), ("cols[]=id&cols[]=spec", {"id", "spec"}), ("cols[]=strict", {"strict"})],
)
async def test_the_specification_comes_when_it_is_asked_for(make: Door, columns: str, fields: set[str]) -> None:
    rows = (await make.get(f"/data-structures?teamId={OPERATIONS}&{columns}"))["dataStructures"]
    assert [set(row) for row in rows] == [fields] * 2
    await make.get(f"/data-structures?teamId={OPERATIONS}&cols[]=colour", 400)


async def test_a_new_structure_can_be_read_and_listed(make: Door) -> None:
    created = (await make.post("/data-structures", NEW))["dataStructure"]
    assert created == {"id": created["id"], **NEW}
    assert (await make.get(f"/data-structures/{created['id']}"))["dataStructure"] == created
    assert (await make.get(f"/data-structures/{created['id']}?cols[]=name"))["dataStructure"] == {"name": "Contact"}
    assert await names(make, CARE) == ["Contact", "Survey answers record"]


async def test_a_new_structure_without_a_specification_has_an_empty_one(make: Door) -> None:
    created = (await make.post("/data-structures", {"name": "Bare", "teamId": CARE}))["dataStructure"]
    assert (created["spec"], created["strict"]) == ([], False)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"name": None}, "name"),
        ({"name": ""}, "name"),
        ({"name": "n" * 129}, "name"),
        ({"teamId": "1"}, "teamId"),
        ({"strict": "yes"}, "strict"),
        ({"spec": {}}, "spec"),
        ({"spec": ["text"]}, "spec"),
        ({"spec": [{"name": "email"}]}, "spec[0].type"),
        ({"spec": [{"type": "text"}]}, "spec[0].name"),
        ({"spec": [{"name": "", "type": "text"}]}, "spec[0].name"),
        ({"spec": [{"name": "email", "type": "nonsense"}]}, "spec[0].type"),
        ({"spec": [{"name": "email", "type": ["text"]}]}, "spec[0].type"),
        ({"spec": [{"name": "a", "type": "text"}, {"name": "a", "type": "text"}]}, "spec[1].name"),
        ({"spec": [{"name": "a", "type": "text", "required": "yes"}]}, "spec[0].required"),
        ({"spec": [{"name": "a", "type": "text", "label": 1}]}, "spec[0].label"),
        ({"spec": [{"name": "a", "type": "select", "options": "x"}]}, "spec[0].options"),
        ({"spec": [{"name": "a", "type": "collection", "spec": [{"name": "b", "type": "?"}]}]}, "spec[0].spec[0].type"),
        ({"spec": [{"name": "a", "type": "array", "spec": {"type": "?"}}]}, "spec[0].spec.type"),
        ({"spec": [{"name": "a", "type": "text", "spec": "b"}]}, "spec[0].spec"),
    ],
)
async def test_a_wrong_structure_is_refused(make: Door, change: dict[str, Any], wrong: str) -> None:
    refusal = await make.post("/data-structures", NEW | change, 400)
    assert refusal["code"] == "SC400"
    assert f"'{wrong}'" in refusal["detail"][1]
    assert await names(make, CARE) == ["Survey answers record"]


async def test_a_specification_that_is_nested_very_deep_is_refused(make: Door) -> None:
    spec: list[dict[str, Any]] = [{"name": "a", "type": "text"}]
    for _ in range(100):
        spec = [{"name": "a", "type": "collection", "spec": spec}]
    assert (await make.post("/data-structures", NEW | {"spec": spec}, 400))["code"] == "SC400"


async def test_an_update_changes_what_is_given_and_replaces_the_whole_specification(make: Door) -> None:
    id_ = (await make.post("/data-structures", NEW))["dataStructure"]["id"]
    path = f"/data-structures/{id_}"
    renamed = (await make.patch(path, {"name": "Person"}))["dataStructure"]
    assert renamed == {"id": id_, **NEW, "name": "Person"}
    spec = [{"name": "phone", "type": "text"}]
    changed = (await make.patch(path, {"spec": spec, "strict": False}))["dataStructure"]
    assert changed == {"id": id_, "teamId": CARE, "name": "Person", "strict": False, "spec": spec}
    await make.patch(path, {"spec": [{"name": "phone"}]}, 400)
    await make.patch(path, {"name": ""}, 400)
    assert (await make.get(path))["dataStructure"] == changed


async def test_a_clone_is_a_structure_of_its_own_in_the_target_team(make: Door) -> None:
    original = (await make.post("/data-structures", NEW))["dataStructure"]
    path = f"/data-structures/{original['id']}"
    clone = (await make.post(f"{path}/clone", {"name": "Copy", "targetTeamId": MARKETING}))["dataStructure"]
    assert clone == original | {"id": clone["id"], "name": "Copy", "teamId": MARKETING}
    assert clone["id"] != original["id"]
    await make.patch(path, {"spec": []})
    assert (await make.get(f"/data-structures/{clone['id']}"))["dataStructure"]["spec"] == SPEC
    await make.post(f"{path}/clone", {"name": "Copy"}, 400)
    await make.post(f"{path}/clone", {"targetTeamId": MARKETING}, 400)
    await make.post(f"{path}/clone", {"name": "Copy", "targetTeamId": NOWHERE}, 403)


async def test_deleting_a_structure_that_nothing_uses_needs_no_confirmation(make: Door) -> None:
    id_ = (await make.post("/data-structures", NEW))["dataStructure"]["id"]
    assert await make.delete(f"/data-structures/{id_}") == {"dataStructure": id_}
    await make.get(f"/data-structures/{id_}", 403)
    await make.delete(f"/data-structures/{id_}", status=403)


async def test_deleting_a_structure_in_use_names_its_data_stores_and_hooks_first(make: Door) -> None:
    store = named(await make.get(f"/data-stores?teamId={OPERATIONS}"), "dataStores", "Stock levels")
    id_ = store["datastructureId"]
    hook = {"name": "Typed", "teamId": OPERATIONS, "typeName": "gateway-webhook", "udt": id_}
    hook_id = (await make.post("/hooks?useDefaults=requiredOnly", hook))["hook"]["id"]
    refusal = await make.delete(f"/data-structures/{id_}", status=406)
    assert (refusal["code"], refusal["status"]) == ("IM004", 406)
    assert refusal["metadata"] == [
        {"type": "dataStructure"},
        {
            "type": "dataStructureWithDataStores",
            "data": [{"dataStoreId": store["id"], "dataStoreName": "Stock levels"}],
        },
        {"type": "dataStructureWithHooks", "data": [{"hookId": hook_id, "hookName": "Typed"}]},
    ]
    await make.get(f"/data-structures/{id_}")
    assert await make.delete(f"/data-structures/{id_}?confirmed=true") == {"dataStructure": id_}
    assert (await make.get(f"/data-stores/{store['id']}"))["dataStore"] == store | {"datastructureId": None}
    assert (await make.get(f"/hooks/{hook_id}"))["hook"]["data"]["udt"] is None


async def test_a_structure_of_nobody_is_refused(make: Door) -> None:
    path = f"/data-structures/{NOWHERE}"
    await make.get(path, 403)
    await make.patch(path, {}, 403)
    await make.post(f"{path}/clone", {"name": "Copy", "targetTeamId": CARE}, 403)
    await make.post("/data-structures", NEW | {"teamId": NOWHERE}, 403)
    await make.get(f"/data-structures?teamId={NOWHERE}", 403)
    await make.get("/data-structures", 400)
    await make.get("/data-structures/first", 400)


async def test_a_deleted_team_takes_its_structures_with_it(make: Door) -> None:
    body = NEW | {"teamId": BACK_OFFICE}
    id_ = (await make.post("/data-structures", body))["dataStructure"]["id"]
    await make.delete(f"/teams/{BACK_OFFICE}?confirmed=true")
    await make.get(f"/data-structures/{id_}", 403)


async def test_the_gateway_does_not_let_it_through(client: httpx2.AsyncClient, maton: Door) -> None:
    assert (await client.get(f"/make/api/v2/data-structures?teamId={CARE}")).status_code == 404
    assert len((await maton.get(f"/make/api/v2/data-stores?teamId={CARE}"))["dataStores"]) == 1
