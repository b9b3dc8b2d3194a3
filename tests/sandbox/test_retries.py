"""Where a retry goes on: at the module that failed, with what the run had brought so far."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.sandbox.flows import if_equal, module, new_scenario
from tests.sandbox.practice import OPERATIONS, Door

NOWHERE = module(4, "http:ActionSendData", {"url": "https://nowhere.invalid/"})
INPUTS: list[dict[str, Any]] = [{"name": "sku", "type": "text", "required": True}]


async def failed(make: Door, *before: dict[str, Any], after: list[dict[str, Any]] | None = None) -> tuple[int, str]:
    """A scenario whose run came as far as a call of nowhere: its id and that of its incomplete execution."""
    start = module(1, "scenario-service:StartSubscenario")
    flow = [start, *before, NOWHERE, *(after or [])]
    scenario = await new_scenario(make, flow, settings={"dlq": True}, inputs=INPUTS)
    answer = await make.post(f"/scenarios/{scenario}/run", {"data": {"sku": "A-1"}, "responsive": True})
    assert answer["status"] == 3
    (dlq,) = (await make.get(f"/dlqs?scenarioId={scenario}"))["dlqs"]
    return scenario, dlq["id"]


async def mend(make: Door, dlq: str) -> None:
    """Lets the call go somewhere that exists."""
    stored = (await make.get(f"/dlqs/{dlq}/blueprint"))["response"]["blueprint"]
    blueprint = json.dumps(stored).replace("nowhere.invalid", "api.example.com")
    await make.patch(f"/dlqs/{dlq}", {"blueprint": blueprint})


async def retry(make: Door, scenario: int, dlq: str) -> dict[str, Any]:
    """The line of a retry in the log of its scenario."""
    before = {line["id"] for line in await make.logs(scenario)}
    await make.post(f"/dlqs/{dlq}/retry")
    (line,) = (line for line in await make.logs(scenario) if line["id"] not in before)
    return line


async def store(make: Door) -> int:
    body = {"name": "Counted", "teamId": OPERATIONS, "datastructureId": None, "maxSizeMB": 1}
    return (await make.post("/data-stores", body))["dataStore"]["id"]


async def records(make: Door, store_id: int) -> list[dict[str, Any]]:
    return (await make.get(f"/data-stores/{store_id}/data"))["records"]


def add(id_: int, store_id: int, key: str, **data: str) -> dict[str, Any]:
    parameters = {"datastore": store_id}
    return module(id_, "datastore:AddRecord", {"key": key, "data": data}, parameters=parameters)


async def test_what_was_done_before_the_failure_is_not_done_again(make: Door) -> None:
    store_id = await store(make)
    scenario, dlq = await failed(make, add(2, store_id, "{{1.sku}}", seen="yes"))
    assert [record["key"] for record in await records(make, store_id)] == ["A-1"]
    await mend(make, dlq)
    line = await retry(make, scenario, dlq)
    assert (line["status"], line["operations"]) == (1, 1)
    assert (await make.get(f"/dlqs/{dlq}"))["dlq"]["resolved"]
    assert len(await records(make, store_id)) == 1


async def test_the_modules_behind_the_failure_have_what_came_before_it(make: Door) -> None:
    store_id = await store(make)
    before = module(2, "util:SetVariable2", {"name": "colour", "value": "red {{1.sku}}"})
    after = [
        module(5, "util:GetVariable2", {"name": "colour"}),
        add(6, store_id, "{{var.input.sku}}", sku="{{1.sku}}", colour="{{5.colour}}", first="{{2.colour}}"),
    ]
    scenario, dlq = await failed(make, before, after=after)
    await mend(make, dlq)
    assert (await retry(make, scenario, dlq))["status"] == 1
    (record,) = await records(make, store_id)
    assert record["key"] == "A-1"
    assert record["data"] == {"sku": "A-1", "colour": "red A-1", "first": "red A-1"}


async def test_a_retry_that_fails_again_goes_on_there_the_next_time(make: Door) -> None:
    store_id = await store(make)
    scenario, dlq = await failed(make, add(2, store_id, "once", seen="yes"))
    for _ in range(2):
        assert (await retry(make, scenario, dlq))["status"] == 3
    await mend(make, dlq)
    assert (await retry(make, scenario, dlq))["status"] == 1
    assert (await make.get(f"/dlqs/{dlq}"))["dlq"]["attempts"] == 3


async def test_it_goes_on_inside_of_a_route_and_takes_the_routes_behind_it(make: Door) -> None:
    store_id = await store(make)
    routes = [
        {"flow": [add(11, store_id, "first", seen="yes")]},
        {"flow": [add(12, store_id, "shut", seen="no") | {"filter": if_equal("{{1.sku}}", "B-2")}]},
        {"flow": [add(13, store_id, "second", seen="yes"), module(14, "http:ActionSendData", NOWHERE["mapper"])]},
        {"flow": [add(15, store_id, "third", seen="yes")]},
    ]
    router = module(3, "builtin:BasicRouter", routes=routes)
    scenario = await new_scenario(
        make,
        [module(1, "scenario-service:StartSubscenario"), router],
        settings={"dlq": True},
        inputs=INPUTS,
    )
    await make.post(f"/scenarios/{scenario}/run", {"data": {"sku": "A-1"}, "responsive": True})
    (dlq,) = (await make.get(f"/dlqs?scenarioId={scenario}"))["dlqs"]
    assert {record["key"] for record in await records(make, store_id)} == {"first", "second"}
    await mend(make, dlq["id"])
    assert (await retry(make, scenario, dlq["id"]))["operations"] == 2
    assert {record["key"] for record in await records(make, store_id)} == {"first", "second", "third"}


@pytest.mark.parametrize("left", [[], [module(9, "http:ActionSendData", {"url": "https://api.example.com/"})]])
async def test_a_blueprint_without_the_failed_module_runs_from_its_beginning(
    make: Door, left: list[dict[str, Any]]
) -> None:
    scenario, dlq = await failed(make)
    blueprint: dict[str, Any] = {
        "name": "Other",
        "flow": [module(1, "scenario-service:StartSubscenario"), *left],
        "metadata": {},
    }
    await make.patch(f"/dlqs/{dlq}", {"blueprint": json.dumps(blueprint)})
    line = await retry(make, scenario, dlq)
    assert (line["status"], line["operations"]) == (1, 1 + len(left))
