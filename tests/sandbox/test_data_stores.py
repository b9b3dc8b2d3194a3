"""`/data-stores`."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sandbox.practice import CARE, MARKETING, NOWHERE, OPERATIONS, Door, named

SURVEY = 171423
"""The structure of the data store of Customer Care."""

NEW: dict[str, Any] = {"name": "New", "teamId": CARE, "datastructureId": SURVEY, "maxSizeMB": 2}


async def ids(make: Door, team: int) -> dict[str, int]:
    rows = (await make.get(f"/data-stores?teamId={team}"))["dataStores"]
    return {row["name"]: row["id"] for row in rows}


async def test_sizes_are_bytes_as_strings(make: Door) -> None:
    store = named(await make.get(f"/data-stores?teamId={MARKETING}"), "dataStores", "Suppressed")
    assert (store["records"], store["maxSize"]) == (1280, "16777216")
    assert isinstance(store["size"], str)
    assert 1280 * 40 < int(store["size"]) < 1280 * 400


async def test_a_new_store_is_empty_and_can_be_read(make: Door) -> None:
    store = (await make.post("/data-stores", NEW))["dataStore"]
    assert (store["records"], store["size"], store["maxSize"]) == (0, "0", "2097152")
    assert (await make.get(f"/data-stores/{store['id']}"))["dataStore"] == store


@pytest.mark.parametrize("name", ["name", "teamId", "datastructureId", "maxSizeMB"])
async def test_a_new_store_needs_each_of_its_fields(make: Door, name: str) -> None:
    body = {key: value for key, value in NEW.items() if key != name}
    assert f"'{name}'" in (await make.post("/data-stores", body, 400))["detail"][1]


async def test_a_store_that_does_not_fit_into_the_plan_is_refused(make: Door) -> None:
    assert (await make.post("/data-stores", NEW | {"maxSizeMB": 500}, 400))["code"] == "IM003"
    assert (await make.post("/data-stores", NEW | {"maxSizeMB": 0}, 400))["code"] == "SC400"
    store = (await make.post("/data-stores", NEW))["dataStore"]
    assert (await make.patch(f"/data-stores/{store['id']}", {"maxSizeMB": 500}, 400))["code"] == "IM003"


async def test_a_store_can_be_changed(make: Door) -> None:
    store = (await make.post("/data-stores", NEW))["dataStore"]
    changed = await make.patch(f"/data-stores/{store['id']}", {"name": "Newer", "maxSizeMB": 3})
    assert changed["dataStore"] == store | {"name": "Newer", "maxSize": "3145728"}
    assert (await make.get(f"/data-stores/{store['id']}"))["dataStore"] == changed["dataStore"]


@pytest.mark.parametrize(
    "body",
    [{}, {"ids": [1], "all": True}, {"exceptIds": [1]}, {"ids": ["1"]}, {"ids": 1}, {"all": "true"}],
)
async def test_a_batch_needs_ids_or_all_and_not_both(make: Door, body: dict[str, Any]) -> None:
    assert (await make.delete(f"/data-stores?teamId={CARE}", body, 400))["code"] == "SC400"
    assert len(await ids(make, CARE)) == 1


async def test_deleting_a_store_in_use_needs_a_confirmation_and_breaks_its_scenarios(make: Door) -> None:
    stock = (await ids(make, OPERATIONS))["Stock levels"]
    path = f"/data-stores?teamId={OPERATIONS}"
    refusal = await make.delete(path, {"ids": [stock]}, 406)
    assert [entry["type"] for entry in refusal["metadata"]] == ["dataStore", "dataStoreWithActiveScenarios"]
    names = {row["scenarioName"] for row in refusal["metadata"][1]["data"]}
    assert names == {"Order intake: webhook to Sheets and Slack", "Stock sync with the warehouse"}
    await make.get(f"/data-stores/{stock}")
    assert await make.delete(f"{path}&confirmed=true", {"ids": [stock]}) == {"dataStores": [stock]}
    await make.get(f"/data-stores/{stock}", 403)
    assert (await make.scenario("Stock sync"))["isinvalid"]


async def test_a_store_of_nobody_or_of_another_team_stops_the_whole_batch(make: Door) -> None:
    new = (await make.post("/data-stores", NEW))["dataStore"]["id"]
    foreign = (await ids(make, MARKETING))["Suppressed addresses"]
    for other in (foreign, NOWHERE):
        await make.delete(f"/data-stores?teamId={CARE}&confirmed=true", {"ids": [new, other]}, 403)
    await make.get(f"/data-stores/{new}")


async def test_all_but_some_can_be_deleted(make: Door) -> None:
    keep = (await make.post("/data-stores", NEW))["dataStore"]["id"]
    survey = (await ids(make, CARE))["Survey answers"]
    answer = await make.delete(f"/data-stores?teamId={CARE}&confirmed=true", {"all": True, "exceptIds": [keep]})
    assert answer == {"dataStores": [survey]}
    assert list((await ids(make, CARE)).values()) == [keep]


async def test_a_single_store_can_be_deleted_as_the_sdk_does_it(make: Door) -> None:
    new = (await make.post("/data-stores", NEW))["dataStore"]["id"]
    assert await make.delete(f"/data-stores/{new}") == {"dataStore": new}
    await make.get(f"/data-stores/{new}", 403)
    await make.delete(f"/data-stores/{new}?confirmed=true", status=403)


async def test_deleting_a_single_store_in_use_needs_a_confirmation_too(make: Door) -> None:
    stock = (await ids(make, OPERATIONS))["Stock levels"]
    refusal = await make.delete(f"/data-stores/{stock}", status=406)
    assert [entry["type"] for entry in refusal["metadata"]] == ["dataStore", "dataStoreWithActiveScenarios"]
    assert await make.delete(f"/data-stores/{stock}?confirmed=true") == {"dataStore": stock}
    assert (await make.scenario("Stock sync"))["isinvalid"]


async def test_a_store_has_a_structure_of_its_own_team_or_none(make: Door) -> None:
    foreign = named(await make.get(f"/data-structures?teamId={MARKETING}"), "dataStructures", "Suppressed")["id"]
    for structure in (foreign, NOWHERE):
        await make.post("/data-stores", NEW | {"datastructureId": structure}, 403)
    store = (await make.post("/data-stores", NEW | {"datastructureId": None}))["dataStore"]
    path = f"/data-stores/{store['id']}"
    await make.patch(path, {"datastructureId": foreign}, 403)
    assert (await make.get(path))["dataStore"]["datastructureId"] is None
    assert (await make.patch(path, {"datastructureId": SURVEY}))["dataStore"]["datastructureId"] == SURVEY
    assert (await make.patch(path, {"datastructureId": None}))["dataStore"]["datastructureId"] is None
