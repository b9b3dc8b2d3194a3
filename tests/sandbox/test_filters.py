"""Filters and routes: which modules of a scenario run."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sandbox.flows import (
    computed,
    if_equal,
    module,
    operations,
    returns,
)
from tests.sandbox.practice import Door


async def test_a_filter_stops_what_is_behind_it(make: Door) -> None:
    flow = [returns(answer="passed") | {"filter": if_equal("{{1.kind}}", "good")}]
    assert await computed(make, *flow, data={"kind": "good"}) == {"answer": "passed"}
    assert await computed(make, *flow, data={"kind": "bad"}) == {}
    assert await operations(make, *flow, data={"kind": "good"}) == 2
    assert await operations(make, *flow, data={"kind": "bad"}) == 1


@pytest.mark.parametrize(
    ("left", "operator", "right", "passes"),
    [
        ("{{1.n}}", "number:greater", "5", True),
        ("{{1.n}}", "number:less", "5", False),
        ("{{1.n}}", "number:greaterorequal", "{{1.n}}", True),
        ("{{1.word}}", "text:equal", "Alpha", True),
        ("{{1.word}}", "text:equal", "alpha", False),
        ("{{1.word}}", "text:equal:ci", "alpha", True),
        ("{{1.word}}", "text:contain", "lph", True),
        ("{{1.word}}", "text:notcontain", "lph", False),
        ("{{1.word}}", "text:startwith", "Al", True),
        ("{{1.word}}", "text:endwith", "Al", False),
        ("{{1.flag}}", "boolean:equal", "true", True),
        ("{{1.word}}", "exist", None, True),
        ("{{1.missing}}", "exist", None, False),
        ("{{1.missing}}", "notexist", None, True),
        ("{{1.list}}", "array:contain", "b", True),
        ("{{1.day}}", "date:less", "2026-02-01", True),
        ("{{1.word}}", "some:operator", "x", True),
    ],
)
async def test_operators_of_filters(make: Door, left: str, operator: str, right: str | None, passes: bool) -> None:
    condition = {"a": left, "o": operator} | ({} if right is None else {"b": right})
    data: dict[str, Any] = {"n": 7, "word": "Alpha", "flag": True, "list": ["a", "b"], "day": "2026-01-05"}
    last = returns(answer="passed") | {"filter": {"name": "", "conditions": [[condition]]}}
    assert await computed(make, last, data=data) == ({"answer": "passed"} if passes else {})


async def test_conditions_are_an_or_of_ands(make: Door) -> None:
    def equal(name: str, value: str) -> dict[str, str]:
        return {"a": f"{{{{1.{name}}}}}", "o": "text:equal", "b": value}

    conditions = [[equal("a", "1"), equal("b", "1")], [equal("a", "2")]]
    last = returns(answer="passed") | {"filter": {"name": "", "conditions": conditions}}
    assert await computed(make, last, data={"a": "1", "b": "1"}) == {"answer": "passed"}
    assert await computed(make, last, data={"a": "1", "b": "2"}) == {}
    assert await computed(make, last, data={"a": "2", "b": "2"}) == {"answer": "passed"}


async def test_a_router_takes_the_routes_whose_filters_pass(make: Door) -> None:
    router = module(
        2,
        "builtin:BasicRouter",
        routes=[
            {"flow": [module(3, "util:SetVariable2", {"name": "a", "value": 1}, filter=if_equal("{{1.way}}", "left"))]},
            {"flow": [returns(answer="right") | {"filter": if_equal("{{1.way}}", "right")}]},
        ],
    )
    assert await computed(make, router, data={"way": "right"}) == {"answer": "right"}
    assert await computed(make, router, data={"way": "left"}) == {}
    assert await operations(make, router, data={"way": "nowhere"}) == 2


async def test_a_filter_that_needs_an_apps_answer_passes(make: Door) -> None:
    app = module(2, "http:ActionSendData", {"url": "https://api.example.com/", "method": "get"})
    last = returns(answer="passed") | {"filter": if_equal("{{2.data.kind}}", "good")}
    assert await computed(make, app, last) == {"answer": "passed"}
