"""Records of data stores that have a structure."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sandbox.practice import CARE, Door

SPEC: list[dict[str, Any]] = [
    {"name": "email", "type": "text", "required": True},
    {"name": "age", "type": "uinteger"},
    {"name": "plan", "type": "select", "options": [{"label": "Free", "value": "free"}]},
    {"name": "since", "type": "date"},
    {"name": "vip", "type": "boolean"},
    {"name": "address", "type": "collection", "spec": [{"name": "city", "type": "text", "required": True}]},
    {"name": "tags", "type": "array", "spec": {"type": "text"}},
    {"name": "orders", "type": "array", "spec": [{"name": "total", "type": "number"}]},
]


async def new_store(make: Door, spec: list[dict[str, Any]], *, strict: bool = False) -> str:
    """The path of the records of a new data store with a structure."""
    body = {"name": "Contact", "teamId": CARE, "strict": strict, "spec": spec}
    structure = (await make.post("/data-structures", body))["dataStructure"]["id"]
    store = {"name": "New", "teamId": CARE, "datastructureId": structure, "maxSizeMB": 1}
    return f"/data-stores/{(await make.post('/data-stores', store))['dataStore']['id']}/data"


async def put(make: Door, path: str, body: Any, status: int = 200) -> Any:
    response = await make.send("PUT", path, body)
    assert response.status_code == status, response.text
    return response.json()


async def test_a_record_without_data_has_nulls(make: Door) -> None:
    path = await new_store(make, [{"name": "price", "type": "number"}, {"name": "unit", "type": "text"}])
    assert await make.post(path, {"key": "a"}) == {"key": "a", "data": {"price": None, "unit": None}}
    required = await new_store(make, [{"name": "price", "type": "number", "required": True}])
    assert (await make.post(required, {"key": "a"}, 400))["code"] == "IM005"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({}, "Missing value of required parameter 'email'."),
        ({"email": None}, "Missing value of required parameter 'email'."),
        ({"email": 1}, "Invalid text in parameter 'email'."),
        ({"email": "a", "age": "30"}, "Invalid uinteger in parameter 'age'."),
        ({"email": "a", "age": 1.5}, "Invalid uinteger in parameter 'age'."),
        ({"email": "a", "age": -1}, "Invalid uinteger in parameter 'age'."),
        ({"email": "a", "age": True}, "Invalid uinteger in parameter 'age'."),
        ({"email": "a", "plan": "gold"}, "Invalid value in parameter 'plan'."),
        ({"email": "a", "since": "yesterday"}, "Invalid date in parameter 'since'."),
        ({"email": "a", "vip": "yes"}, "Invalid boolean in parameter 'vip'."),
        ({"email": "a", "address": "Brno"}, "Invalid collection in parameter 'address'."),
        ({"email": "a", "address": {}}, "Missing value of required parameter 'address.city'."),
        ({"email": "a", "tags": "x"}, "Invalid array in parameter 'tags'."),
        ({"email": "a", "tags": ["x", 1]}, "Invalid text in parameter 'tags[1]'."),
        ({"email": "a", "orders": [{"total": "1"}]}, "Invalid number in parameter 'orders[0].total'."),
    ],
)
async def test_a_record_has_to_fit_the_structure(make: Door, data: dict[str, Any], problem: str) -> None:
    path = await new_store(make, SPEC)
    good = {"email": "a@example.com", "age": 3, "plan": "free", "since": "2026-04-01", "vip": True, "more": [1]}
    good |= {"address": {"city": "Brno"}, "tags": ["x"], "orders": [{"total": 1.5}]}
    await make.post(path, {"key": "good", "data": good})
    for refusal in (
        await make.post(path, {"key": "bad", "data": data}, 400),
        await put(make, f"{path}/good", data, 400),
    ):
        assert refusal["code"] == "IM005"
        assert refusal["suberrors"] == [{"message": problem}]
    assert (await make.get(path))["records"] == [{"key": "good", "data": good}]


async def test_a_change_is_checked_together_with_what_is_there(make: Door) -> None:
    path = await new_store(make, SPEC)
    await make.post(path, {"key": "ann", "data": {"email": "a@example.com"}})
    assert (await make.patch(f"{path}/ann", {"age": 3}))["data"] == {"email": "a@example.com", "age": 3}
    await make.patch(f"{path}/ann", {"email": None}, 400)


async def test_a_strict_structure_refuses_fields_that_it_does_not_name(make: Door) -> None:
    path = await new_store(make, SPEC, strict=True)
    await make.post(path, {"key": "ann", "data": {"email": "a@example.com"}})
    for data in ({"email": "a", "more": 1}, {"email": "a", "address": {"city": "Brno", "more": 1}}):
        assert (await make.post(path, {"data": data}, 400))["code"] == "IM005"
    await make.patch(f"{path}/ann", {"more": 1}, 400)
    assert (await make.get(path))["strict"]


async def test_a_new_structure_counts_for_new_records_only(make: Door) -> None:
    path = await new_store(make, [])
    before = (await make.get(path.removesuffix("/data")))["dataStore"]["datastructureId"]
    await make.delete(f"/data-structures/{before}?confirmed=true")
    await make.post(path, {"key": "old", "data": {"age": "thirty"}})
    body = {"name": "Contact", "teamId": CARE, "strict": True, "spec": [{"name": "age", "type": "number"}]}
    structure = (await make.post("/data-structures", body))["dataStructure"]["id"]
    await make.patch(path.removesuffix("/data"), {"datastructureId": structure})
    assert (await make.get(path))["records"] == [{"key": "old", "data": {"age": "thirty"}}]
    await make.post(path, {"data": {"age": "thirty"}}, 400)
    await make.delete(f"/data-structures/{structure}?confirmed=true")
    await make.post(path, {"data": {"age": "thirty"}})
