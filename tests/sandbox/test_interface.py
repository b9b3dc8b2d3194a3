"""`/scenarios/{scenarioId}/interface`: the inputs and outputs of a scenario."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.sandbox.practice import NOWHERE, OPERATIONS, Clock, Door

FIELDS: list[dict[str, Any]] = [
    {"name": "email", "type": "email", "required": True, "help": "Whom to write to.", "label": "Address"},
    {"name": "note", "type": "text", "multiline": True, "default": "none"},
    {"name": "tier", "type": "select", "options": [{"label": "Cold", "value": "cold"}, {"label": "Hot", "value": "hot"}]},
    {"name": "tags", "type": "array", "spec": {"type": "text"}},
    {
        "name": "customer",
        "type": "collection",
        "spec": [{"name": "id", "type": "uinteger", "required": True}, {"name": "city", "type": "text"}],
    },
    {"name": "lines", "type": "array", "spec": [{"name": "sku", "type": "text", "required": True}]},
    {"name": "anything", "type": "any"},
]  # fmt: skip
OUTPUT: list[dict[str, Any]] = [{"name": "sent", "type": "boolean"}]
EMPTY: dict[str, Any] = {"input": [], "output": []}
BLUEPRINT = json.dumps({"name": "Mail", "flow": [{"id": 1, "module": "json:ParseJSON"}], "metadata": {}})


async def new(make: Door, scheduling: str = "on-demand", **more: Any) -> int:
    body = {"teamId": OPERATIONS, "blueprint": BLUEPRINT, "scheduling": json.dumps({"type": scheduling}), **more}
    return (await make.post("/scenarios", body))["scenario"]["id"]


async def put(make: Door, id_: int, interface: Any, status: int = 200) -> Any:
    return await make.patch(f"/scenarios/{id_}/interface", {"interface": interface}, status)


async def read(make: Door, id_: int) -> dict[str, Any]:
    return (await make.get(f"/scenarios/{id_}/interface"))["interface"]


async def test_an_interface_comes_back_as_it_was_sent(make: Door, clock: Clock) -> None:
    id_ = await new(make)
    assert await read(make, id_) == EMPTY
    clock.go(minutes=1)
    interface = {"input": FIELDS, "output": OUTPUT}
    assert await put(make, id_, interface) == {"interface": interface}
    assert await read(make, id_) == interface
    metadata = (await make.get(f"/scenarios/{id_}/blueprint"))["response"]["metadata"]
    assert metadata == {"input_spec": FIELDS, "output_spec": OUTPUT}
    assert (await make.get(f"/scenarios/{id_}"))["scenario"]["lastEdit"] == "2026-04-14T12:01:00.000Z"


async def test_the_demo_scenario_shows_its_interface(make: Door) -> None:
    interface = await read(make, (await make.scenario("Lead scoring"))["id"])
    assert [field["name"] for field in interface["input"]] == ["email", "company", "budget"]
    assert [field["name"] for field in interface["output"]] == ["score", "tier", "email"]


async def test_a_part_that_is_not_given_stays_and_an_empty_one_goes(make: Door) -> None:
    id_ = await new(make)
    await put(make, id_, {"input": FIELDS, "output": OUTPUT})
    assert (await put(make, id_, {"output": []}))["interface"] == {"input": FIELDS, "output": []}
    assert (await put(make, id_, {"input": None}))["interface"] == EMPTY
    await make.post(f"/scenarios/{id_}/start")
    assert (await make.post(f"/scenarios/{id_}/run", {"data": {"any": 1}, "responsive": True}))["status"] == 1


async def test_inputs_need_on_demand_scheduling_first(make: Door) -> None:
    id_ = await new(make, "immediately")
    assert (await put(make, id_, {"input": FIELDS, "output": []}, 422))["code"] == "IM016"
    assert await read(make, id_) == EMPTY
    await put(make, id_, {"input": [], "output": OUTPUT})
    await make.patch(f"/scenarios/{id_}", {"scheduling": json.dumps({"type": "on-demand"})})
    await put(make, id_, {"input": FIELDS})
    refused = await make.patch(f"/scenarios/{id_}", {"scheduling": json.dumps({"type": "immediately"})}, 422)
    assert refused["code"] == "IM016"


async def test_an_interface_cannot_be_posted(make: Door) -> None:
    answer = await make.post(f"/scenarios/{await new(make)}/interface", {"interface": EMPTY}, 404)
    assert answer["code"] == "SC404"


WRONG: list[tuple[Any, str]] = [
    ([], "interface"),
    ({"input": {}}, "interface.input"),
    ({"input": "email"}, "interface.input"),
    ({"input": ["email"]}, "interface.input[0]"),
    ({"input": [None, None]}, "interface.input[1]"),
    ({"input": [{"type": "text"}]}, "interface.input[0].name"),
    ({"input": [{"name": 1}]}, "interface.input[0].name"),
    ({"output": [{"name": "a"}, {"name": "a"}]}, "interface.output[1].name"),
    ({"input": [{"name": "a", "type": "string"}]}, "interface.input[0].type"),
    ({"input": [{"name": "a", "type": ["text"]}]}, "interface.input[0].type"),
    ({"input": [{"name": "a", "required": "yes"}]}, "interface.input[0].required"),
    ({"input": [{"name": "a", "multiline": 1}]}, "interface.input[0].multiline"),
    ({"input": [{"name": "a", "help": {}}]}, "interface.input[0].help"),
    ({"input": [{"name": "a", "type": "select", "options": "x"}]}, "interface.input[0].options"),
    ({"input": [{"name": "a", "type": "array", "spec": {"type": "x"}}]}, "interface.input[0].spec.type"),
    ({"input": [{"name": "a", "type": "collection", "spec": [{}]}]}, "interface.input[0].spec[0].name"),
]


@pytest.mark.parametrize(("interface", "wrong"), WRONG)
async def test_a_wrong_interface_is_refused_with_its_place(make: Door, interface: Any, wrong: str) -> None:
    id_ = await new(make)
    answer = await put(make, id_, interface, 400)
    assert any(f"'{wrong}'" in problem for problem in answer["detail"][1:])
    assert await read(make, id_) == EMPTY


async def test_all_that_is_wrong_is_told_at_once(make: Door) -> None:
    answer = await put(make, await new(make), {"input": [{"type": "x"}], "output": [1]}, 400)
    assert answer["detail"][0] == "Validation failed for 3 parameter(s)."


async def test_fields_lie_only_so_deep_in_each_other(make: Door) -> None:
    field: dict[str, Any] = {"name": "a", "type": "text"}
    for _ in range(60):
        field = {"name": "a", "type": "collection", "spec": [field]}
    await put(make, await new(make), {"input": [field]}, 400)


async def test_the_body_needs_an_interface_and_the_scenario_a_team(make: Door) -> None:
    assert "'interface'" in (await make.patch(f"/scenarios/{await new(make)}/interface", EMPTY, 400))["detail"][1]
    await put(make, NOWHERE, EMPTY, 403)
    await make.get(f"/scenarios/{NOWHERE}/interface", 403)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({}, "Missing value of required parameter 'email'."),
        ({"tier": "warm"}, "Invalid value in parameter 'tier'."),
        ({"tier": {"value": "hot"}}, "Invalid value in parameter 'tier'."),
        ({"tags": ["a", 1]}, "Invalid text in parameter 'tags[1]'."),
        ({"tags": "a"}, "Invalid array in parameter 'tags'."),
        ({"customer": {"id": -1}}, "Invalid uinteger in parameter 'customer.id'."),
        ({"customer": {"city": "Oslo"}}, "Missing value of required parameter 'customer.id'."),
        ({"customer": []}, "Invalid collection in parameter 'customer'."),
        ({"lines": [{"sku": "a"}, {}]}, "Missing value of required parameter 'lines[1].sku'."),
        ({"unknown": 1}, "Unknown parameter 'unknown'."),
    ],
)
async def test_the_data_of_a_run_has_to_fit(make: Door, data: dict[str, Any], problem: str) -> None:
    id_ = await new(make)
    await put(make, id_, {"input": FIELDS, "output": OUTPUT})
    await make.post(f"/scenarios/{id_}/start")
    whole = {"email": "a@example.com"} | data if data else data
    answer = await make.post(f"/scenarios/{id_}/run", {"data": whole}, 400)
    assert answer["suberrors"] == [{"message": problem}]


async def test_data_that_fits_runs(make: Door) -> None:
    start = {"id": 1, "module": "scenario-service:StartSubscenario"}
    end = {"id": 2, "module": "scenario-service:ReturnData", "mapper": {"to": "{{1.email}}", "note": "{{1.note}}"}}
    plan: dict[str, Any] = {"name": "Mail", "flow": [start, end], "metadata": {}}
    id_ = await new(make, blueprint=json.dumps(plan))
    await put(make, id_, {"input": FIELDS, "output": [{"name": "to"}, {"name": "note"}]})
    await make.post(f"/scenarios/{id_}/start")
    customer = {"id": 4, "city": "Oslo"}
    data = {"email": "a@example.com", "tier": "hot", "tags": ["x"], "customer": customer, "lines": [{"sku": "a"}]}
    answer = await make.post(f"/scenarios/{id_}/run", {"data": data | {"anything": True}, "responsive": True})
    assert answer["outputs"] == {"to": "a@example.com", "note": "none"}


async def test_metadata_of_a_new_scenario_is_its_interface(make: Door) -> None:
    id_ = await new(make, metadata={"input_spec": FIELDS, "output_spec": OUTPUT})
    assert await read(make, id_) == {"input": FIELDS, "output": OUTPUT}


async def test_empty_metadata_wipes_the_interface_even_beside_a_new_name(make: Door) -> None:
    """Make's own SDK sends it with each change."""
    id_ = await new(make, metadata={"input_spec": FIELDS, "output_spec": OUTPUT})
    await make.patch(f"/scenarios/{id_}", {"name": "Renamed"})
    assert (await read(make, id_))["input"] == FIELDS
    await make.patch(f"/scenarios/{id_}", {"name": "Again", "metadata": {"input_spec": [], "output_spec": []}})
    assert await read(make, id_) == EMPTY


async def test_wrong_metadata_is_refused_with_its_place(make: Door) -> None:
    body = {"name": "Renamed", "metadata": {"input_spec": [{"name": "a", "type": "string"}], "output_spec": []}}
    answer = await make.patch(f"/scenarios/{await new(make)}", body, 400)
    assert "'metadata.input_spec[0].type'" in answer["detail"][1]
