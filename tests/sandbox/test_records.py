"""`/data-stores/{dataStoreId}/data`."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from tests.sandbox.practice import CARE, MARKETING, NOWHERE, OPERATIONS, Door, named


async def new_store(make: Door) -> str:
    """The path of the records of a new data store without a structure."""
    store = {"name": "New", "teamId": CARE, "datastructureId": None, "maxSizeMB": 1}
    return f"/data-stores/{(await make.post('/data-stores', store))['dataStore']['id']}/data"


async def numbers(make: Door, path: str) -> tuple[int, int]:
    """How many records the store says that it has, and how many bytes."""
    store = (await make.get(path.removesuffix("/data")))["dataStore"]
    return store["records"], int(store["size"])


async def put(make: Door, path: str, body: Any, status: int = 200) -> Any:
    response = await make.send("PUT", path, body)
    assert response.status_code == status, response.text
    return response.json()


def size(key: str, data: Any) -> int:
    return len((key + json.dumps(data, separators=(",", ":"), ensure_ascii=False)).encode())


async def test_a_page_has_ten_records_and_the_structure_beside_them(make: Door) -> None:
    store = named(await make.get(f"/data-stores?teamId={OPERATIONS}"), "dataStores", "Stock levels")
    answer = await make.get(f"/data-stores/{store['id']}/data")
    assert set(answer) == {"records", "spec", "strict", "count", "pg"}
    assert (answer["count"], answer["strict"], answer["pg"]) == (412, False, {"limit": 10, "offset": 0})
    assert [set(record) for record in answer["records"]] == [{"key", "data"}] * 10
    structure = (await make.get(f"/data-structures/{store['datastructureId']}"))["dataStructure"]
    assert answer["spec"] == structure["spec"]
    assert all({"product", "quantity"} <= set(record["data"]) for record in answer["records"])


async def test_pages_put_together_are_all_records(make: Door) -> None:
    store = named(await make.get(f"/data-stores?teamId={MARKETING}"), "dataStores", "Suppressed")
    keys: list[str] = []
    for offset in (0, 500, 1000):
        answer = await make.get(f"/data-stores/{store['id']}/data?pg[limit]=500&pg[offset]={offset}")
        assert answer["pg"] == {"limit": 500, "offset": offset}
        keys += [record["key"] for record in answer["records"]]
    assert len(set(keys)) == len(keys) == answer["count"] == store["records"]
    assert all(key.endswith("@example.com") for key in keys)


@pytest.mark.parametrize("query", ["pg[limit]=0", "pg[limit]=-1", "pg[offset]=-1", "pg[limit]=ten"])
async def test_a_wrong_page_is_refused(make: Door, query: str) -> None:
    path = await new_store(make)
    assert (await make.get(f"{path}?{query}", 400))["code"] == "SC400"


async def test_the_numbers_of_every_demo_store_are_those_of_its_records(make: Door) -> None:
    for team in (OPERATIONS, MARKETING, CARE):
        for store in (await make.get(f"/data-stores?teamId={team}"))["dataStores"]:
            records = (await make.get(f"/data-stores/{store['id']}/data?pg[limit]=2000"))["records"]
            assert len(records) == store["records"] > 0
            assert sum(size(record["key"], record["data"]) for record in records) == int(store["size"])


async def test_a_record_can_be_made_read_changed_replaced_and_deleted(make: Door) -> None:
    path = await new_store(make)
    data = {"name": "Ann", "age": 30}
    assert await make.post(path, {"key": "ann", "data": data}) == {"key": "ann", "data": data}
    assert (await make.get(path))["records"] == [{"key": "ann", "data": data}]
    assert await make.patch(f"{path}/ann", {"age": 31}) == {"key": "ann", "data": {"name": "Ann", "age": 31}}
    assert await put(make, f"{path}/ann", {"city": "Brno"}) == {"key": "ann", "data": {"city": "Brno"}}
    assert (await make.get(path))["records"] == [{"key": "ann", "data": {"city": "Brno"}}]
    assert await make.delete(path, {"keys": ["ann"]}) == {"keys": ["ann"]}
    assert (await make.get(path))["records"] == []


@pytest.mark.parametrize("body", [{}, {"key": None}, {"data": {"a": 1}}, {"key": "", "data": {}}])
async def test_a_record_without_a_key_gets_one_of_twelve_digits(make: Door, body: dict[str, Any]) -> None:
    path = await new_store(make)
    first, second = await make.post(path, body), await make.post(path, body)
    assert first["key"] != second["key"]
    assert len(first["key"]) == 12
    int(first["key"], 16)
    assert (await make.get(path))["count"] == 2


async def test_a_key_that_is_there_is_not_made_again(make: Door) -> None:
    path = await new_store(make)
    await make.post(path, {"key": "ann", "data": {"age": 30}})
    assert (await make.post(path, {"key": "ann", "data": {"age": 31}}, 400))["code"] == "IM005"
    assert (await make.get(path))["records"] == [{"key": "ann", "data": {"age": 30}}]
    other = await new_store(make)
    await make.post(other, {"key": "ann", "data": {}})


async def test_a_replacement_makes_a_record_that_is_not_there_and_a_change_does_not(make: Door) -> None:
    path = await new_store(make)
    assert (await make.patch(f"{path}/bo", {"age": 1}, 404))["code"] == "SC404"
    assert await put(make, f"{path}/bo", {"age": 1}) == {"key": "bo", "data": {"age": 1}}
    assert (await make.get(path))["count"] == 1


@pytest.mark.parametrize(
    "key",
    [
        "a b",
        "a/b",
        "/",
        "a//b/",
        "ü€😀",
        "50%",
        "%2F",
        "a?b=c#d",
        "a+b",
        "line\nbreak\n",
        "..",
        "x" * 500,
        "A.a@example.com",
    ],
)
async def test_a_key_may_hold_any_characters(make: Door, key: str) -> None:
    path = await new_store(make)
    await make.post(path, {"key": key, "data": {"a": 1}})
    one = f"{path}/{quote(key, safe='').replace('.', '%2E')}"
    assert await make.patch(one, {"b": 2}) == {"key": key, "data": {"a": 1, "b": 2}}
    assert await put(make, one, {"c": 3}) == {"key": key, "data": {"c": 3}}
    assert (await make.get(path))["records"] == [{"key": key, "data": {"c": 3}}]
    assert await make.delete(path, {"keys": [key]}) == {"keys": [key]}


async def test_keys_differ_by_their_capitals(make: Door) -> None:
    path = await new_store(make)
    for key in ("b", "A", "a", "B"):
        await make.post(path, {"key": key, "data": {}})
    assert [record["key"] for record in (await make.get(path))["records"]] == ["A", "a", "B", "b"]


@pytest.mark.parametrize("body", [{"key": 1}, {"data": []}, {"data": "a"}, [], "a"])
async def test_a_wrong_new_record_is_refused(make: Door, body: Any) -> None:
    path = await new_store(make)
    assert (await make.post(path, body, 400))["code"] == "SC400"
    assert (await make.get(path))["count"] == 0


@pytest.mark.parametrize("body", [[], "a", [{"a": 1}]])
async def test_the_body_of_a_change_is_an_object(make: Door, body: Any) -> None:
    path = await new_store(make)
    await make.post(path, {"key": "ann", "data": {}})
    await make.patch(f"{path}/ann", body, 400)
    await put(make, f"{path}/ann", body, 400)


async def test_number_and_size_follow_the_records(make: Door) -> None:
    path = await new_store(make)
    assert await numbers(make, path) == (0, 0)
    await make.post(path, {"key": "ann", "data": {"name": "Änn"}})
    assert await numbers(make, path) == (1, size("ann", {"name": "Änn"}))
    await put(make, f"{path}/bo", {"age": 1})
    assert await numbers(make, path) == (2, size("ann", {"name": "Änn"}) + size("bo", {"age": 1}))
    await make.patch(f"{path}/bo", {"age": 100})
    assert await numbers(make, path) == (2, size("ann", {"name": "Änn"}) + size("bo", {"age": 100}))
    await make.delete(path, {"keys": ["ann", "ann", "nobody"]})
    assert await numbers(make, path) == (1, size("bo", {"age": 100}))
    await make.delete(f"{path}?confirmed=true", {"all": True})
    assert await numbers(make, path) == (0, 0)


async def test_a_full_store_takes_nothing_more(make: Door) -> None:
    path = await new_store(make)
    await make.post(path, {"key": "large", "data": {"text": "x" * 900_000}})
    before = await numbers(make, path)
    assert (await make.post(path, {"data": {"text": "x" * 200_000}}, 400))["code"] == "IM003"
    assert (await put(make, f"{path}/large", {"text": "x" * 1_100_000}, 400))[
        "message"
    ] == "Not enough space in storage."
    assert await numbers(make, path) == before
    assert (await make.get(path))["count"] == 1
    await put(make, f"{path}/large", {"text": "x" * 100})
    await make.post(path, {"data": {"text": "x" * 200_000}})


async def test_a_store_cannot_be_made_smaller_than_its_records(make: Door) -> None:
    path = await new_store(make)
    store = path.removesuffix("/data")
    await make.patch(store, {"maxSizeMB": 3})
    await make.post(path, {"key": "large", "data": {"text": "x" * 1_500_000}})
    assert (await make.patch(store, {"maxSizeMB": 1}, 400))["code"] == "IM003"
    await make.patch(store, {"maxSizeMB": 2})


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"keys": ["a"], "all": True},
        {"exceptKeys": ["a"]},
        {"keys": [1]},
        {"keys": "a"},
        {"all": "true"},
        {"all": False},
    ],
)
async def test_a_deletion_needs_keys_or_all_and_not_both(make: Door, body: dict[str, Any]) -> None:
    path = await new_store(make)
    await make.post(path, {"key": "a", "data": {}})
    assert (await make.delete(f"{path}?confirmed=true", body, 400))["code"] == "SC400"
    assert (await make.get(path))["count"] == 1


async def test_deleting_all_records_needs_a_confirmation_and_may_keep_some(make: Door) -> None:
    path = await new_store(make)
    for key in ("a", "b", "c"):
        await make.post(path, {"key": key, "data": {}})
    for body in ({"all": True}, {"all": True, "exceptKeys": ["b"]}):
        assert (await make.delete(path, body, 406))["code"] == "IM004"
    assert (await make.get(path))["count"] == 3
    answer = await make.delete(f"{path}?confirmed=true", {"all": True, "exceptKeys": ["b", "nobody"]})
    assert answer == {"keys": ["a", "c"]}
    assert [record["key"] for record in (await make.get(path))["records"]] == ["b"]


async def test_the_records_of_nobody_are_refused(make: Door) -> None:
    path = f"/data-stores/{NOWHERE}/data"
    await make.get(path, 403)
    await make.post(path, {"data": {}}, 403)
    await make.patch(f"{path}/a", {}, 403)
    await put(make, f"{path}/a", {}, 403)
    await make.delete(path, {"keys": ["a"]}, 403)
    await make.get("/data-stores/first/data", 400)


async def test_a_single_record_cannot_be_read_and_has_no_empty_key(make: Door) -> None:
    path = await new_store(make)
    await make.post(path, {"key": "a", "data": {}})
    await make.get(f"{path}/a", 404)
    await put(make, f"{path}/", {}, 404)


async def test_records_go_with_their_store(make: Door) -> None:
    path = await new_store(make)
    store = path.removesuffix("/data")
    await make.post(path, {"key": "a", "data": {}})
    await make.delete(store)
    await make.get(path, 403)
    assert (await make.get(await new_store(make)))["records"] == []
