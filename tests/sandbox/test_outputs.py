"""What a run computes: outputs, filters and routes, and the records that it writes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.sandbox.flows import (
    START,
    computed,
    module,
    new_scenario,
    returns,
    run,
)
from tests.sandbox.practice import Clock, Door

NAME = [{"name": "name", "type": "text", "required": True}]
GREETING = [{"name": "greeting", "type": "text"}]


@pytest.mark.parametrize("text", ["Hello, {{var.input.name}}!", "Hello, {{1.name}}!"])
async def test_outputs_are_computed_from_the_inputs(make: Door, text: str) -> None:
    id_ = await new_scenario(make, [START, returns(greeting=text)], inputs=NAME, outputs=GREETING)
    assert (await run(make, id_, {"name": "John Doe"}))["outputs"] == {"greeting": "Hello, John Doe!"}
    assert (await run(make, id_, {"name": "Ann"}))["outputs"] == {"greeting": "Hello, Ann!"}


async def test_the_detail_of_an_execution_has_the_same_outputs(make: Door, clock: Clock) -> None:
    id_ = await new_scenario(make, [START, returns(greeting="Hello, {{1.name}}!")], inputs=NAME, outputs=GREETING)
    execution = (await make.post(f"/scenarios/{id_}/run", {"data": {"name": "Ann"}}))["executionId"]
    clock.go(seconds=30)
    detail = await make.get(f"/scenarios/{id_}/executions/{execution}")
    assert detail == {"status": "SUCCESS", "outputs": {"greeting": "Hello, Ann!"}}


async def test_an_input_that_is_not_given_has_its_default(make: Door) -> None:
    fields = [{"name": "name", "type": "text", "default": "nobody"}]
    id_ = await new_scenario(make, [START, returns(greeting="{{1.name}}")], inputs=fields, outputs=GREETING)
    assert (await run(make, id_))["outputs"] == {"greeting": "nobody"}
    assert (await run(make, id_, {"name": "Ann"}))["outputs"] == {"greeting": "Ann"}


async def test_outputs_have_the_types_of_the_interface(make: Door) -> None:
    outputs = [
        {"name": "total", "type": "number"},
        {"name": "text", "type": "text"},
        {"name": "flag", "type": "boolean"},
        {"name": "tags", "type": "array"},
        {"name": "unmapped", "type": "text"},
    ]
    flow = [
        START,
        returns(
            total="{{var.input.a}}{{var.input.b}}",
            text="{{var.input.b}}",
            flag="true",
            tags='{{split("a,b"; ",")}}',
            surplus="not declared",
        ),
    ]
    id_ = await new_scenario(make, flow, outputs=outputs)
    expected = {"total": 12, "text": "2", "flag": True, "tags": ["a", "b"], "unmapped": None}
    assert (await run(make, id_, {"a": 1, "b": 2}))["outputs"] == expected


async def test_a_scenario_that_returns_nothing_has_no_outputs(make: Door) -> None:
    id_ = await new_scenario(make, [START], outputs=GREETING)
    assert (await run(make, id_))["outputs"] == {}


async def test_what_an_app_would_answer_is_made_up(make: Door) -> None:
    app = module(2, "http:ActionSendData", {"url": "https://api.example.com/", "method": "get"})
    flow = [START, app, returns(greeting="{{2.data.text}}", score="{{2.data.score}}", name="{{1.name}}")]
    outputs = [*GREETING, {"name": "score", "type": "number"}, {"name": "name", "type": "text"}]
    id_ = await new_scenario(make, flow, outputs=outputs)
    first = (await run(make, id_, {"name": "Ann"}))["outputs"]
    assert first["name"] == "Ann"
    assert isinstance(first["score"], int)
    assert isinstance(first["greeting"], str)
    assert (await run(make, id_, {"name": "Ann"}))["outputs"] == first


async def test_tools_and_json_compute_their_bundles(make: Door) -> None:
    outputs = await computed(
        make,
        module(2, "util:SetVariable2", {"name": "total", "value": "{{1.price * 2}}", "scope": "roundtrip"}),
        module(3, "util:SetVariables", {"variables": [{"name": "a", "value": "x{{2.total}}"}]}),
        module(4, "util:GetVariable2", {"name": "total"}),
        module(5, "util:ComposeTransformer", {"value": "{{3.a}}!"}),
        module(6, "json:ParseJSON", {"json": '{"list": [{"n": {{1.price}}}]}'}),
        module(7, "json:CreateJSON", {"object": {"price": "{{1.price}}"}}),
        returns(
            set="{{2.total}}", many="{{3.a}}", got="{{4.total}}", made="{{5.value}}", parsed="{{6.list[1].n}}",
            json="{{7.json}}",
        ),
        data={"price": 21},
    )  # fmt: skip
    assert outputs == {"set": 42, "many": "x42", "got": 42, "made": "x42!", "parsed": 21, "json": '{"price": 21}'}


async def test_an_iterator_hands_its_first_item_on(make: Door) -> None:
    flow = [
        module(2, "builtin:BasicFeeder", {"array": "{{1.rows}}"}),
        returns(first="{{2.n}}", of="{{2.__IMTLENGTH__}}"),
    ]
    assert await computed(make, *flow, data={"rows": [{"n": 5}, {"n": 6}]}) == {"first": 5, "of": 2}
    assert await computed(make, *flow, data={"rows": []}) == {}


@pytest.mark.parametrize(("text", "name"), [("{broken", "DataError"), ("", "BundleValidationError")])
async def test_json_that_is_none_fails_the_run(make: Door, text: str, name: str) -> None:
    id_ = await new_scenario(make, [START, module(2, "json:ParseJSON", {"json": "{{1.text}}"}), returns(x="{{2.a}}")])
    answer = await run(make, id_, {"text": text})
    assert (answer["status"], answer["error"]["name"]) == (3, name)
    assert answer["error"]["causeModule"]["name"] == "json:ParseJSON"
    assert (await run(make, id_, {"text": '{"a": 1}'}))["outputs"] == {"x": 1}


async def test_a_resume_goes_on_with_its_own_bundle(make: Door) -> None:
    broken = module(2, "http:ActionSendData", {"url": "https://a.invalid/"})
    resume = [module(3, "builtin:Resume", {"data": {"open": "{{1.name}} instead"}})]
    id_ = await new_scenario(make, [START, broken | {"onerror": resume}, returns(x="{{2.data.open}}")])
    answer = await run(make, id_, {"name": "this"})
    assert (answer["status"], answer["outputs"]) == (2, {"x": "this instead"})


async def test_an_ignore_ends_the_flow(make: Door) -> None:
    broken = module(2, "http:ActionSendData", {"url": "https://a.invalid/"})
    flow = [broken | {"onerror": [module(3, "builtin:Ignore")]}, returns(x="never")]
    id_ = await new_scenario(make, [START, *flow])
    answer = await run(make, id_, {})
    assert (answer["status"], answer["outputs"]) == (2, {})


async def test_mappings_of_any_form_do_no_harm(make: Door) -> None:
    odd: list[Any] = [None, 5, "x", [], {"a": None}]
    for mapper in odd:
        modules = ["datastore:AddRecord", "util:SetVariables", "json:ParseJSON", "builtin:BasicFeeder"]
        flow = [START, *({"id": n, "module": name, "mapper": mapper} for n, name in enumerate(modules, start=2))]
        id_ = await new_scenario(make, flow)
        assert "executionId" in await run(make, id_, {"x": json.dumps(mapper)})
