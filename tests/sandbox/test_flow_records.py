"""What runs read from data stores and write into them."""

from __future__ import annotations

from typing import Any

from tests.sandbox.flows import (
    START,
    computed,
    module,
    new_scenario,
    new_store,
    returns,
    run,
    stored,
)
from tests.sandbox.practice import Door


def on(id_: int, name: str, store: int, mapper: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """A module of a data store."""
    return module(id_, f"datastore:{name}", mapper, parameters={"datastore": store}, **parts)


async def test_runs_write_and_read_records(make: Door) -> None:
    store = await new_store(make)
    fields: dict[str, Any] = {"key": "{{1.sku}}", "data": {"left": "{{1.left}}"}}
    flow = [on(2, "ExistRecord", store, {"key": "{{1.sku}}"}), on(3, "AddRecord", store, fields | {"overwrite": True})]
    flow += [on(4, "GetRecord", store, {"key": "{{1.sku}}"}), returns(before="{{2.exist}}", left="{{4.left}}")]
    id_ = await new_scenario(make, [START, *flow])
    assert (await run(make, id_, {"sku": "A1", "left": 5}))["outputs"] == {"before": False, "left": 5}
    assert (await run(make, id_, {"sku": "A1", "left": 4}))["outputs"] == {"before": True, "left": 4}
    assert await stored(make, store) == {"A1": {"left": 4}}
    assert (await make.get(f"/data-stores/{store}"))["dataStore"]["records"] == 1


async def test_a_second_record_of_a_key_fails_unless_it_may_overwrite(make: Door) -> None:
    store = await new_store(make)
    id_ = await new_scenario(make, [START, on(2, "AddRecord", store, {"key": "{{1.key}}", "data": {"a": 1}})])
    assert (await run(make, id_, {"key": "K"}))["status"] == 1
    answer = await run(make, id_, {"key": "K"})
    assert (answer["status"], answer["error"]["name"]) == (3, "DuplicateDataError")
    assert await stored(make, store) == {"K": {"a": 1}}


async def test_records_are_changed_searched_and_deleted(make: Door) -> None:
    store = await new_store(make)
    await make.post(f"/data-stores/{store}/data", {"key": "one", "data": {"n": 1, "kind": "x"}})
    await make.post(f"/data-stores/{store}/data", {"key": "two", "data": {"n": 2, "kind": "x"}})
    update = on(2, "UpdateRecord", store, {"key": "{{1.key}}", "data": {"n": "{{1.n}}"}})
    await computed(make, update, data={"key": "one", "n": 10})
    await computed(make, update, data={"key": "three", "n": 10})
    assert await stored(make, store) == {"one": {"n": 10, "kind": "x"}, "two": {"n": 2, "kind": "x"}}
    insert = on(2, "UpdateRecord", store, {"key": "three", "data": {"n": 3}, "upsert": True})
    await computed(make, insert)
    search = on(2, "SearchRecord", store, {"filter": [[{"a": "n", "o": "number:less", "b": "{{1.below}}"}]]})
    found = returns(key="{{2.key}}", n="{{2.data.n}}")
    assert await computed(make, search, found, data={"below": 3}) == {"key": "two", "n": 2}
    assert await computed(make, search, found, data={"below": 0}) == {}
    await computed(make, on(2, "DeleteRecord", store, {"key": "two"}))
    assert set(await stored(make, store)) == {"one", "three"}
    assert await computed(make, on(2, "DeleteAllRecords", store, {}), returns(n="{{2.count}}")) == {"n": 2}
    assert await stored(make, store) == {}
    assert (await make.get(f"/data-stores/{store}"))["dataStore"]["size"] == "0"


async def test_what_an_app_would_answer_is_not_written(make: Door) -> None:
    store = await new_store(make)
    app = module(2, "http:ActionSendData", {"url": "https://api.example.com/", "method": "get"})
    await computed(make, app, on(3, "AddRecord", store, {"key": "{{2.data.sku}}", "data": {"a": 1}}))
    await computed(make, app, on(3, "AddRecord", store, {"key": "k", "data": {"a": "{{2.data.sku}}"}}))
    assert await stored(make, store) == {}


async def test_a_full_store_fails_the_run(make: Door) -> None:
    store = await new_store(make)
    add = on(2, "AddRecord", store, {"key": "k", "data": {"text": "{{1.text}}"}})
    id_ = await new_scenario(make, [START, add])
    answer = await run(make, id_, {"text": "x" * 1_100_000})
    assert answer["status"] == 3
    assert await stored(make, store) == {}


async def test_stored_values_are_never_read_as_expressions(make: Door) -> None:
    store = await new_store(make)
    await make.post(f"/data-stores/{store}/data", {"key": "k", "data": {"text": "{{1.secret}}"}})
    flow = [on(2, "GetRecord", store, {"key": "k"}), returns(text="{{2.text}}")]
    assert await computed(make, *flow, data={"secret": "s"}) == {"text": "{{1.secret}}"}
