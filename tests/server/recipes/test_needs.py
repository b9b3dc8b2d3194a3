"""What a blueprint needs around it."""

import json
from typing import Any

import pytest

from make_mcp.recipes.needs import custom_apps, custom_functions, hidden, used
from make_mcp.redaction import AT_MAKE, WITHIN
from make_sandbox.mapping.builtin_functions import FUNCTIONS


def blueprint(*modules: dict[str, Any]) -> dict[str, Any]:
    return {"name": "S", "flow": list(modules), "metadata": {}}


def expression(text: object) -> dict[str, Any]:
    return blueprint({"id": 1, "module": "a:b", "mapper": {"deep": [{"text": text}]}})


def test_what_modules_use_is_told_once_each_in_their_order():
    modules = [
        {"id": 1, "module": "a:b", "parameters": {"hook": 9, "__IMTCONN__": 5}},
        {
            "id": 2,
            "module": "a:b",
            "parameters": {"__IMTCONN__": 4},
            "onerror": [{"id": 3, "parameters": {"datastore": 8}}],
        },
        {"id": 4, "module": "a:b", "parameters": {"__IMTCONN__": 5}},
    ]
    assert used(blueprint(*modules)) == {"hooks": [9], "connections": [5, 4], "dataStores": [8]}


def test_apps_of_ones_own_are_known_by_their_prefix():
    modules = [{"module": "app#mine:do"}, {"module": "app#mine:other"}, {"module": "http:Do"}, {"module": 5}]
    assert custom_apps(blueprint(*modules)) == ["app#mine"]


def test_functions_that_make_does_not_have_are_the_teams():
    assert custom_functions(expression('{{clampScore(3.result)}} and {{upper(mine( 1.a ); "other(1)")}}')) == [
        "clampScore",
        "mine",
    ]
    assert custom_functions(expression("{{if(1.a = `b(c)`; lower(2.list[1].first(x)); 5)}} call(me)")) == []
    assert custom_functions(expression(5)) == []


def test_no_function_that_the_practice_account_knows_is_taken_for_a_teams_own():
    calls = "".join(f"{{{{{name}(1.a)}}}}" for name in FUNCTIONS)
    assert custom_functions(expression(calls)) == []


def test_the_places_of_what_was_hidden_are_told():
    modules = [
        {"id": 1, "mapper": {"url": f"https://{WITHIN}@a.example", "list": ["x", AT_MAKE]}},
        {"parameters": {"token": AT_MAKE}},
    ]
    assert hidden(blueprint(*modules)) == ["flow.0.mapper.url", "flow.0.mapper.list.1", "flow.1.parameters.token"]


def test_a_blueprint_may_be_anything():
    deep: Any = "{{mine(1)}}"
    for _ in range(5000):
        deep = [deep]
    nothing: list[Any] = []
    odds: tuple[Any, ...] = (
        None,
        5,
        "x",
        nothing,
        {"flow": 5},
        {"flow": [None, 5, nothing, {"module": None, "parameters": nothing}]},
        {"flow": [{"mapper": deep}]},
    )
    for odd in odds:
        assert used(odd) == {}
        assert custom_apps(odd) == []
        hidden(odd)
    assert custom_functions({"flow": deep}) == ["mine"]
    json.dumps(used({"flow": [{"parameters": {"__IMTCONN__": 10**400}}]}))


@pytest.mark.parametrize(
    "text",
    [
        "{{" * 500_000,
        "{{a" * 300_000,
        "{{" + '"\\' * 500_000 + "}}",
        "{{" + '"' * 999_999 + "}}",
        "{{" + "`\\" * 500_000 + "}}",
        "{{" + "a " * 500_000 + "}}",
        "{{" + "a" * 1_000_000 + " " * 1_000_000 + "}}",
        "{{" + "a." * 500_000 + "}}",
        "{{}}" * 250_000,
        "{{a" + "}" * 1_000_000,
    ],
    ids=range(10),
)
def test_a_megabyte_of_anything_is_read_once(text: str):
    # If it were read again from each place where something could begin, this would take hours.
    assert custom_functions(expression(text + "{{mine(1)}}"))[-1:] in (["mine"], [])
    assert custom_functions(expression("{{mine(1)}}" + text))[0] == "mine"


def test_a_quote_without_an_end_goes_to_the_end():
    assert custom_functions(expression('{{mine("a\nb(1)\\"c(2) " & d(3); "e(4); f(5)}} {{g(`h(6)}}')) == [
        "mine",
        "d",
        "g",
    ]


def test_a_long_name_is_not_written_out_for_all_that_stands_below_it():
    held = {"x" * 1_000_000: [AT_MAKE] + ["y"] * 1_000_000}
    # Each of them with its place would be a terabyte.
    (place,) = hidden({"flow": held})
    assert len(place) == 200
