"""What would take a run for ever, or make something without end: each comes to an end, and always to the same one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.sandbox.flows import call, hooked, module, new_hook, new_scenario, new_store, stored, waiting
from tests.sandbox.practice import CARE, MARKETING, Door, named

TOO_LARGE, INTERRUPTED = "DataSizeLimitExceededError", "ExecutionInterruptedError"
X = [{"name": "x", "type": "any"}]


def compose(id_: int, value: Any, **parts: Any) -> dict[str, Any]:
    return module(id_, "util:ComposeTransformer", {"value": value}, **parts)


def chain(first: int, number: int, value: str) -> list[dict[str, Any]]:
    """Modules each of which makes something of the value of the one before: `p` stands for it."""
    return [
        compose(first, "{{emptyarray}}"),
        *(compose(id_, json.loads(value.replace("p", f"{id_ - 1}.value"))) for id_ in range(first + 1, first + number)),
    ]


def json_of(id_: int, value: str) -> dict[str, Any]:
    return module(id_, "json:CreateJSON", {"object": value})


async def run(make: Door, flow: list[dict[str, Any]], x: Any = None, **parts: Any) -> dict[str, Any]:
    scenario = await new_scenario(make, flow, inputs=X, **parts)
    return await make.post(f"/scenarios/{scenario}/run", {"data": {"x": x}, "responsive": True})


def error(answer: dict[str, Any]) -> str:
    assert answer["status"] == 3, answer["status"]
    return answer["error"]["name"]


DOUBLED = '{"a": "{{p}}", "b": "{{p}}"}'
GROWING: dict[str, list[dict[str, Any]]] = {
    "collections that double": [*chain(1, 28, DOUBLED), json_of(40, "{{28.value}}")],
    "two that are compared": [
        *chain(1, 32, DOUBLED),
        *chain(41, 32, DOUBLED),
        compose(90, "{{32.value = 72.value}}"),
    ],
    "arrays that double": [
        compose(1, "{{split(var.input.x; emptystring)}}"),
        *(compose(id_, f"{{{{merge({id_ - 1}.value; {id_ - 1}.value)}}}}") for id_ in range(2, 27)),
    ],
    "collections in each other": chain(1, 1_500, '{"a": "{{p}}"}'),
    "arrays in each other": chain(1, 1_500, '"{{add(emptyarray; p)}}"'),
    "one large array, many times": [
        compose(1, "{{split(var.input.x; emptystring)}}"),
        compose(2, "{{merge(" + ";".join(["1.value"] * 100) + ")}}"),
    ],
    "long texts side by side": [compose(1, "{{var.input.x}}" * 200)],
}


@pytest.mark.parametrize("flow", GROWING.values(), ids=GROWING)
async def test_what_grows_without_end_fails_where_it_becomes_too_large(make: Door, flow: list[dict[str, Any]]) -> None:
    assert error(await run(make, flow, "x" * 10_000)) == TOO_LARGE


async def test_an_error_handler_may_take_care_of_what_is_too_large(make: Door) -> None:
    large = "{{var.input.x}}" * 200
    resumed = compose(1, large, onerror=[module(2, "builtin:Resume", {"value": "less"})])
    back = module(3, "scenario-service:ReturnData", {"out": "{{1.value}}"})
    answer = await run(make, [resumed, back], "x" * 10_000, outputs=[{"name": "out", "type": "text"}])
    assert (answer["status"], answer["outputs"]) == (2, {"out": "less"})
    without_end = compose(1, large, onerror=[module(2, "builtin:Resume", {"value": large})])
    answer = await run(make, [without_end, back], "x" * 10_000, outputs=[{"name": "out", "type": "text"}])
    assert (answer["status"], answer["outputs"]) == (2, {})


def many(number: int, value: str) -> list[dict[str, Any]]:
    return [compose(id_, value) for id_ in range(1, number + 1)]


LONG = "x " * 450_000
ROWS = ",".join(str(place) for place in range(20_000))
CONDITIONS = [{"a": "{{var.input.x}}", "o": "text:equal:ci", "b": "{{var.input.x}}!"}] * 2_000
BUSY: dict[str, tuple[list[dict[str, Any]], Any]] = {
    "JSON read again and again": (many(200, "{{length(parseJSON(var.input.x))}}"), "[" + '"word", ' * 90_000 + "0]"),
    "many expressions in one text": ([compose(1, "".join(f"{{{{x+{number}}}}}" for number in range(140_000)))], ""),
    "words": (many(50, "{{length(startcase(var.input.x))}}"), LONG),
    "joined texts": (many(40, "{{length(var.input.x + 1" + " + 1" * 2_000 + ")}}"), LONG),
    "compared texts": ([compose(1, ""), compose(2, "", filter={"conditions": [CONDITIONS]})], LONG),
    "a text that is searched": (many(300, "{{indexOf(var.input.x; substring(var.input.x; 0; 90) + \"!\")}}"), LONG),
    "an array that is searched": (many(50, "{{contains(map(var.input.x; \"a\"); var.input.x)}}"), [{"a": "row"}] * 3_000),
    "time zones": (many(300, '{{formatDate(now; "D"; "' + '") + formatDate(now; "D"; "'.join(f"Nowhere/{n}" for n in range(50)) + '")}}'), None),
    "an array in many bundles": (many(3_000, "{{var.input.x}}"), [1] * 90_000),
    "many modules": (many(10_000, "1"), None),
}  # fmt: skip


@pytest.mark.parametrize(("flow", "x"), BUSY.values(), ids=BUSY)
async def test_a_run_that_works_too_much_is_interrupted(make: Door, flow: list[dict[str, Any]], x: Any) -> None:
    assert error(await run(make, flow, x)) == INTERRUPTED


async def test_no_error_handler_helps_a_run_that_has_no_work_left(make: Door) -> None:
    handlers = [module(1_001, "util:SetVariable2", {"name": "a", "value": "b"}), module(1_002, "builtin:Resume", {})]
    flow = [one | {"onerror": handlers} for one in many(50, "{{length(startcase(var.input.x))}}")]
    assert error(await run(make, flow, LONG)) == INTERRUPTED


async def test_a_data_store_is_not_searched_for_ever(make: Door) -> None:
    store = {"datastore": await new_store(make)}
    add = [
        module(id_, "datastore:AddRecord", {"key": f"k{id_}", "data": {"n": id_}}, parameters=store)
        for id_ in range(1, 1_001)
    ]
    assert (await run(make, add))["status"] == 1
    assert len(await stored_keys(make, store["datastore"])) == 1_000
    rows = [[{"a": "n", "o": "number:equal", "b": "5"}]]
    search = [module(id_, "datastore:SearchRecord", {"filter": rows}, parameters=store) for id_ in range(1, 1_001)]
    back = module(2_000, "scenario-service:ReturnData", {"out": "{{3.key}}"})
    assert (await run(make, [*search[:20], back], outputs=[{"name": "out", "type": "text"}]))["outputs"] == {
        "out": "k5"
    }
    assert error(await run(make, search)) == INTERRUPTED


async def stored_keys(make: Door, store: int) -> list[str]:
    keys: list[str] = []
    while True:
        page = (await make.get(f"/data-stores/{store}/data?pg[limit]=100&pg[offset]={len(keys)}"))["records"]
        keys.extend(row["key"] for row in page)
        if not page:
            return keys


async def test_an_interrupted_run_can_be_retried_with_what_it_had_room_for(make: Door) -> None:
    flow = [compose(1, "{{var.input.x}}"), *many(201, "{{length(parseJSON(var.input.x))}}")[1:]]
    scenario = await new_scenario(make, flow, inputs=X, settings={"dlq": True})
    data = {"x": "[" + "1, " * 90_000 + "0]"}
    answer = await make.post(f"/scenarios/{scenario}/run", {"data": data, "responsive": True})
    assert error(answer) == INTERRUPTED
    (dlq,) = (await make.get(f"/dlqs?scenarioId={scenario}"))["dlqs"]
    await make.post(f"/dlqs/{dlq['id']}/retry")


@pytest.mark.parametrize(
    ("expression", "x", "expected"),
    [
        ("length(map(split(first(var.input.x); emptystring); last(var.input.x)))", ["r" * 10_000, "." * 10_000], 10_000),
        ("formatDate(now; var.input.x)", "[" * 900, "[" * 900),
        ("formatDate(now; var.input.x)", "[at] D [[a]", "at 14 [a"),
        ("length(map(split(var.input.x; \",\"); \"a\"; \"a\"; var.input.x))", ROWS, 0),
        ("length(split(var.input.x; \",\"))", ROWS, 20_000),
        ("length(startcase(var.input.x))", LONG, 900_000),
        ("get(var.input.x; \"a.b.c\")", {"a": {"b": {"c": 5}}}, 5),
    ],
)  # fmt: skip
async def test_large_things_are_worked_out_all_the_same(make: Door, expression: str, x: Any, expected: Any) -> None:
    back = module(1, "scenario-service:ReturnData", {"out": f"{{{{{expression}}}}}"})
    answer = await run(make, [back], x, outputs=[{"name": "out", "type": "any"}])
    assert answer["outputs"] == {"out": expected}


async def test_the_form_of_a_date_has_a_length(make: Door) -> None:
    back = module(1, "scenario-service:ReturnData", {"out": "{{formatDate(now; var.input.x)}}"})
    answer = await run(make, [back], "[" * 200_000, outputs=[{"name": "out", "type": "text"}])
    assert answer["outputs"] == {"out": "Sample out"}


async def test_an_ordinary_run_does_not_meet_its_bounds(make: Door) -> None:
    row = {"name": "Ann", "items": [{"sku": f"A-{n}", "price": n} for n in range(100)], "note": "x" * 2_000}
    store = {"datastore": await new_store(make)}
    flow = [
        part
        for id_ in range(1, 600, 3)
        for part in (
            compose(id_, '{{upper(var.input.x.name) + " " + sum(map(var.input.x.items; "price"))}}'),
            module(id_ + 1, "datastore:AddRecord", {"key": f"k{id_}", "data": "{{var.input.x}}"}, parameters=store),
            module(id_ + 2, "datastore:GetRecord", {"key": f"k{id_}"}, parameters=store),
        )
    ]
    back = module(1_000, "scenario-service:ReturnData", {"out": "{{598.value}} {{600.name}}"})
    answer = await run(make, [*flow, back], row, outputs=[{"name": "out", "type": "text"}])
    assert (answer["status"], answer["outputs"]) == (1, {"out": "ANN 4950 Ann"})


async def test_a_text_of_a_megabyte_can_be_handled_a_few_times(make: Door) -> None:
    steps = [compose(id_, "{{trim(lower(var.input.x))}}") for id_ in range(1, 6)]
    back = module(9, "scenario-service:ReturnData", {"out": "{{length(5.value)}}"})
    answer = await run(make, [*steps, back], LONG, outputs=[{"name": "out", "type": "number"}])
    assert answer["outputs"] == {"out": len(LONG) - 1}


async def test_braces_without_end_hide_no_caller_of_a_function(make: Door) -> None:
    function = named(await make.get(f"/functions?teamId={MARKETING}"), "functions", "clampScore")
    blueprint: dict[str, Any] = {
        "name": "Braces",
        "flow": [compose(1, "{{clampScore(1)}} " + "{" * 100_000)],
        "metadata": {},
    }
    body = {"teamId": MARKETING, "blueprint": json.dumps(blueprint), "scheduling": '{"type": "on-demand"}'}
    scenario = (await make.post("/scenarios", body))["scenario"]["id"]
    found = (await make.get(f"/functions/{function['id']}"))["function"]["scenarios"]
    assert scenario in [row["id"] for row in found]
    await make.delete(f"/functions/{function['id']}", status=406)
    await make.delete(f"/functions/{function['id']}?confirmed=true")


@pytest.mark.parametrize("filling", ["/* ", "/[", "a ", "/a[b", "`${", "'", "1.", "$"])
async def test_a_function_has_a_length(make: Door, filling: str) -> None:
    head, tail = 'function f(a = "', '") { return a; }'
    room = 5_000 - len(head) - len(tail)
    filled = (filling * room)[:room]
    for text in (filled, filled + filling):
        code = f"{head}{text}{tail}"
        checked = await make.post(f"/functions/eval?teamId={CARE}", {"code": code})
        fits = len(code) <= 5_000
        assert checked["success"] is fits
        body = {"name": "f", "description": "", "code": code}
        answer = await make.post(f"/functions?teamId={CARE}", body, 200 if fits else 400)
        assert fits or answer["code"] == "IM005"


async def test_too_long_code_changes_nothing(make: Door) -> None:
    body = {"name": "f", "description": "", "code": "function f(a) { return a; }"}
    function = (await make.post(f"/functions?teamId={CARE}", body))["function"]
    refusal = await make.patch(f"/functions/{function['id']}", {"code": body["code"] + " " * 5_000}, 400)
    assert refusal["code"] == "IM005"
    assert (await make.get(f"/functions/{function['id']}"))["function"]["code"] == body["code"]


async def test_a_hook_takes_a_form_of_many_lines_and_fields(make: Door) -> None:
    hook = await new_hook(make)
    form = {"content-type": "multipart/form-data; boundary=b"}
    field = b'--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n' + b"\n" * 1_000_000
    await call(make, hook, content=field + b"\r\n--b--\r\n", headers=form)
    await call(make, hook, content=field, headers=form)
    await call(make, hook, content=b"--b\r\n" * 20_000, headers=form)
    plain = {"content-type": "application/x-www-form-urlencoded"}
    await call(make, hook, content=b"a&" * 20_000, headers=plain)
    assert [set(data) for data in await waiting(make, hook)] == [{"a"}, {"value"}, {"value"}, {"value"}]


async def test_a_filter_that_knows_nothing_of_its_right_side_finds_every_record(make: Door) -> None:
    store = await new_store(make)
    parameters = {"datastore": store}
    rows = [[{"a": "{{n}}", "o": "number:equal", "b": "{{2.answer}}"}]]
    hook, _ = await hooked(
        make,
        module(3, "datastore:AddRecord", {"key": "a", "data": {"n": 1}}, parameters=parameters),
        module(2, "http:ActionSendData", {"url": "https://example.com"}),
        module(4, "datastore:SearchRecord", {"filter": rows}, parameters=parameters),
        module(5, "datastore:AddRecord", {"key": "found {{4.key}}", "data": {}}, parameters=parameters),
    )
    await call(make, hook, {})
    assert set(await stored(make, store)) == {"a", "found a"}
