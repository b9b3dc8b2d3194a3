"""Calling hooks: what becomes of the data, and what the caller is answered."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sandbox.flows import EVERY_QUARTER, call, hooked, module, new_hook, new_store, stored, waiting
from tests.sandbox.practice import CARE, HARBOR, OPERATIONS, Clock, Door

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
SEQUENTIAL = {"sequential": True}
UNKNOWN_ADDRESS = "f" * 32


async def test_the_address_of_a_hook_takes_data_without_a_key(make: Door) -> None:
    hook = await new_hook(make)
    assert hook["url"] == f"http://sandbox/hook/{hook['udid']}"
    del make.client.headers["authorization"]
    answer = await call(make, hook, {"a": 1})
    assert (answer.status_code, answer.text) == (200, "Accepted")
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("method", METHODS)
async def test_every_method_delivers(make: Door, method: str) -> None:
    hook = await new_hook(make, method=True)
    answer = await call(make, hook, {"a": 1}, method=method, params={"b": "2"})
    assert answer.status_code == 200
    assert await waiting(make, hook) == [{"b": "2", "a": 1, "__IMTMETHOD__": method}]


@pytest.mark.parametrize("method", METHODS)
async def test_an_unknown_address_is_not_found(make: Door, method: str) -> None:
    answer = await make.client.request(method, f"/hook/{UNKNOWN_ADDRESS}")
    assert (answer.status_code, answer.text) == (404, "Not Found")


async def test_a_disabled_hook_refuses_data(make: Door) -> None:
    hook, id_ = await hooked(make)
    await make.post(f"/hooks/{hook['id']}/disable")
    answer = await call(make, hook, {"a": 1})
    assert (answer.status_code, answer.text) == (410, "There is no scenario listening for this webhook.")
    assert await waiting(make, hook) == []
    await make.post(f"/hooks/{hook['id']}/enable")
    assert (await call(make, hook, {"a": 1})).status_code == 200
    assert (await make.get(f"/hooks/{hook['id']}"))["hook"]["scenarioId"] == id_


async def test_a_hook_of_a_scenario_that_is_on_starts_a_run_at_once(make: Door, clock: Clock) -> None:
    hook, id_ = await hooked(make, module(2, "util:ComposeTransformer", {"value": "{{1.a}}"}))
    assert (await call(make, hook, {"a": 1})).text == "Accepted"
    assert await waiting(make, hook) == []
    clock.go(seconds=30)
    (line,) = await make.logs(id_)
    assert (line["type"], line["instant"], line["status"], line["operations"]) == ("auto", True, 1, 2)
    assert line["timestamp"] == "2026-04-14T12:00:00.000Z"


async def test_runs_of_hooks_go_on_beside_each_other(make: Door, clock: Clock) -> None:
    hook, id_ = await hooked(make)
    for number in range(3):
        await call(make, hook, {"n": number})
    assert await waiting(make, hook) == []
    clock.go(seconds=10)
    assert {line["timestamp"] for line in await make.logs(id_)} == {"2026-04-14T12:00:00.000Z"}
    assert len(await make.logs(id_)) == 3


async def test_a_sequential_scenario_takes_one_delivery_after_the_other(make: Door, clock: Clock) -> None:
    store = await new_store(make)
    add = module(2, "datastore:AddRecord", {"key": "{{1.n}}", "data": {}}, parameters={"datastore": store})
    hook, id_ = await hooked(make, add, settings=SEQUENTIAL)
    for number in range(3):
        await call(make, hook, {"n": number})
    assert await waiting(make, hook) == [{"n": 1}, {"n": 2}]
    clock.go(minutes=5)
    assert await waiting(make, hook) == []
    lines = (await make.logs(id_))[::-1]
    assert len(lines) == 3
    starts = [line["timestamp"] for line in lines]
    assert starts == sorted(set(starts))
    assert lines[1]["timestamp"] < "2026-04-14T12:00:05"
    assert set(await stored(make, store)) == {"0", "1", "2"}


async def test_a_stopped_sequential_scenario_takes_no_more(make: Door, clock: Clock) -> None:
    hook, id_ = await hooked(make, settings=SEQUENTIAL)
    await call(make, hook, {"n": 1})
    await call(make, hook, {"n": 2})
    await make.post(f"/scenarios/{id_}/stop")
    clock.go(minutes=5)
    assert await waiting(make, hook) == [{"n": 2}]
    assert len(await make.logs(id_)) == 1
    await make.post(f"/scenarios/{id_}/start")
    assert await waiting(make, hook) == []


async def test_deliveries_wait_until_their_scenario_is_started(make: Door, clock: Clock) -> None:
    hook, id_ = await hooked(make, start=False)
    await call(make, hook, {"n": 1})
    await call(make, hook, {"n": 2})
    assert await waiting(make, hook) == [{"n": 1}, {"n": 2}]
    assert (await make.get(f"/hooks/{hook['id']}"))["hook"]["queueCount"] == 2
    await make.post(f"/scenarios/{id_}/start")
    assert await waiting(make, hook) == []
    assert (await make.get(f"/hooks/{hook['id']}"))["hook"]["queueCount"] == 0
    clock.go(seconds=30)
    assert len(await make.logs(id_)) == 2


async def test_deliveries_wait_for_the_schedule_of_their_scenario(make: Door, clock: Clock) -> None:
    hook, id_ = await hooked(make, scheduling=EVERY_QUARTER)
    clock.go(minutes=5)
    await call(make, hook, {"n": 1})
    await call(make, hook, {"n": 2})
    assert len(await waiting(make, hook)) == 2
    assert await make.logs(id_) == []
    clock.go(minutes=11)
    assert await waiting(make, hook) == []
    lines = await make.logs(id_)
    assert [line["timestamp"] for line in lines] == ["2026-04-14T12:15:00.000Z"] * 2
    assert {line["instant"] for line in lines} == {False}
    clock.go(minutes=60)
    assert len(await make.logs(id_)) == 2


async def test_a_run_by_hand_takes_the_oldest_delivery(make: Door) -> None:
    last = module(2, "scenario-service:ReturnData", {"n": "{{1.n}}"})
    hook, id_ = await hooked(make, last, scheduling={"type": "on-demand"})
    await call(make, hook, {"n": 1})
    await call(make, hook, {"n": 2})
    answer = await make.post(f"/scenarios/{id_}/run", {"responsive": True})
    assert answer["outputs"] == {"n": 1}
    assert await waiting(make, hook) == [{"n": 2}]


async def test_a_full_queue_refuses_more(make: Door) -> None:
    hook = await new_hook(make)
    for number in range(hook["queueLimit"]):
        assert (await call(make, hook, {"n": number})).status_code == 200
    answer = await call(make, hook, {"n": "too many"})
    assert (answer.status_code, answer.text) == (400, "Queue is full.")
    queue = (await make.get(f"/hooks/{hook['id']}/incomings?pg[limit]=100"))["incomings"]
    assert [row["data"]["n"] for row in queue] == list(range(50))


async def test_nothing_runs_in_a_paused_organization(make: Door) -> None:
    team = (await make.get(f"/teams?organizationId={HARBOR}"))["teams"][0]["id"]
    hook = await new_hook(make, teamId=team)
    assert (await call(make, hook, {"n": 1})).text == "Accepted"
    assert await waiting(make, hook) == [{"n": 1}]


async def test_learning_takes_the_structure_and_starts_no_run(make: Door, clock: Clock) -> None:
    hook, id_ = await hooked(make)
    path = f"/hooks/{hook['id']}"
    assert await make.post(f"{path}/learn-start") == {"success": True}
    assert (await make.get(f"{path}/ping"))["learning"]
    body: dict[str, Any] = {"name": "x", "n": 1.5, "ok": True, "deep": {"a": "b"}, "rows": [{"c": 1}], "none": []}
    assert (await call(make, hook, body)).text == "Accepted"
    ping = await make.get(f"{path}/ping")
    assert not ping["learning"]
    structure = {field["name"]: field for field in ping["dataStructure"]}
    types = ["text", "number", "boolean", "collection", "array", "array"]
    assert [structure[name]["type"] for name in body] == types
    assert structure["deep"]["spec"] == [{"name": "a", "label": "a", "type": "text"}]
    assert structure["rows"]["spec"]["spec"][0]["name"] == "c"
    clock.go(minutes=1)
    assert await make.logs(id_) == []
    assert await waiting(make, hook) == []
    await call(make, hook, body)
    clock.go(minutes=1)
    assert len(await make.logs(id_)) == 1


async def test_learning_can_be_stopped(make: Door) -> None:
    hook = await new_hook(make)
    path = f"/hooks/{hook['id']}"
    await make.post(f"{path}/learn-start")
    assert await make.post(f"{path}/learn-stop") == {"success": True}
    ping = await make.get(f"{path}/ping")
    assert (ping["learning"], ping["dataStructure"]) == (False, None)
    await call(make, hook, {"a": 1})
    assert await waiting(make, hook) == [{"a": 1}]


async def test_a_replay_starts_with_what_the_hook_was_given(make: Door, clock: Clock) -> None:
    store = await new_store(make)
    fields: dict[str, Any] = {"key": "{{1.key}}", "data": {"n": "{{1.n}}"}, "overwrite": True}
    hook, id_ = await hooked(make, module(2, "datastore:AddRecord", fields, parameters={"datastore": store}))
    await call(make, hook, {"key": "k", "n": 1})
    clock.go(minutes=1)
    (line,) = await make.logs(id_)
    await make.delete(f"/data-stores/{store}/data", {"keys": ["k"]})
    assert await stored(make, store) == {}
    await make.send("POST", f"/scenarios/{id_}/replay", {"executionIds": [line["id"]]})
    assert await stored(make, store) == {"k": {"n": 1}}


async def test_the_demo_shop_can_be_called(make: Door, clock: Clock) -> None:
    scenario = await make.scenario("Order intake")
    hook, before = await make.hook(OPERATIONS, "New orders"), len(await make.logs(scenario["id"]))
    await call(make, hook, {"id": 1, "status": "paid", "total": 700, "sku": "A-1"})
    await call(make, hook, {"id": 2, "status": "open", "total": 700, "sku": "A-1"})
    clock.go(minutes=1)
    lines = await make.logs(scenario["id"])
    assert len(lines) == before + 2
    # The module in front of the filter, or all five.
    assert sorted(line["operations"] for line in lines[:2]) == [1, 5]


async def test_a_call_stands_in_for_a_mail(make: Door, clock: Clock) -> None:
    scenario = await make.scenario("Support mail triage")
    hook, before = await make.hook(CARE, "Support inbox"), len(await make.logs(scenario["id"]))
    answer = await make.client.post(f"/hook/{hook['udid']}", json={"subject": "Help", "text": "It broke."})
    assert answer.text == "Accepted"
    clock.go(minutes=1)
    assert len(await make.logs(scenario["id"])) == before + 1


async def test_a_deleted_hook_is_not_found_any_more(make: Door) -> None:
    hook, id_ = await hooked(make)
    await make.delete(f"/hooks/{hook['id']}?confirmed=true")
    assert (await call(make, hook, {})).status_code == 404
    assert (await make.get(f"/scenarios/{id_}"))["scenario"]["isinvalid"]


async def test_a_hook_that_lost_its_scenario_keeps_its_queue(make: Door) -> None:
    hook, id_ = await hooked(make, start=False)
    await call(make, hook, {"n": 1})
    await make.send("DELETE", f"/scenarios/{id_}")
    await call(make, hook, {"n": 2})
    assert await waiting(make, hook) == [{"n": 1}, {"n": 2}]


async def test_deliveries_happen_at_the_time_of_the_account(make: Door, clock: Clock) -> None:
    hook = await new_hook(make)
    clock.go(hours=1)
    await call(make, hook, {"n": 1})
    (row,) = (await make.get(f"/hooks/{hook['id']}/incomings"))["incomings"]
    assert row["created"] == "2026-04-14T13:00:00.000Z"
