"""Blueprints that hold anything: an answer always comes, soon, and no difference goes unseen."""

import json
import sys
from collections.abc import Callable
from copy import deepcopy
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from make_sandbox.demo.modules import blueprint, module, slack
from make_tools.previews.blueprints import MOST_FIELDS, MOST_LINES, compare, references, same, summary
from make_tools.previews.differences import text

Blueprint = dict[str, Any]
Anything = st.SearchStrategy[Any]

KEYS = [
    "id",
    "module",
    "flow",
    "routes",
    "onerror",
    "metadata",
    "designer",
    "name",
    "x",
    "orphans",
    "parameters",
    "mapper",
    "filter",
    "tools",
]
ODD: list[Any] = [None, 1, "text", [], [[1]], {"flow": {}}, {"flow": "x", "metadata": []}, {"flow": [[], None]}]

scalars: Anything = st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
anything: Anything = st.recursive(
    scalars | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=25,
)
mappers: Anything = st.dictionaries(st.sampled_from("abc"), scalars | st.lists(scalars, max_size=2), max_size=2)
positions: Anything = st.integers(0, 1).map(lambda x: {"designer": {"x": x}})


def flows(depth: int) -> Anything:
    inner = flows(depth - 1) if depth else st.just(list[Any]())
    parts: dict[str, Anything] = {"id": st.integers(1, 4), "module": st.sampled_from(["a:b", "c:d"])}
    route: dict[str, Anything] = {"flow": inner, "label": scalars}
    more: dict[str, Anything] = {
        "routes": st.lists(st.fixed_dictionaries(route), max_size=2),
        "onerror": inner,
        "filter": mappers,
        "mapper": mappers,
        "metadata": positions,
    }
    return st.lists(st.fixed_dictionaries(parts, optional=more), max_size=3)


blueprints: Anything = st.fixed_dictionaries({"name": st.text(max_size=3), "flow": flows(2), "metadata": mappers})


def places(value: Any) -> list[tuple[Any, Any]]:
    """Everything within a value: what holds it, and under which name or number."""
    found: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        found = [(value, key) for key in cast("dict[Any, Any]", value)]
    elif isinstance(value, list):
        found = [(value, number) for number in range(len(cast("list[Any]", value)))]
    return found + [place for holder, key in found for place in places(holder[key])]


def calls(work: Callable[[], object]) -> int:
    """How many functions a piece of work calls: the same on each machine."""
    count = 0

    def called(*_: object) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@given(anything, anything)
@settings(deadline=None)
def test_whatever_is_compared_an_answer_of_json_comes_out(now: Any, then: Any):
    for value in (compare(now, then), summary(now), references(now)):
        json.dumps(value, allow_nan=False).encode()


@given(anything | blueprints)
@settings(deadline=None)
def test_nothing_differs_from_itself(value: Any):
    assert same(compare(value, deepcopy(value)))


@given(blueprints, blueprints)
@settings(deadline=None)
def test_two_blueprints_differ_or_are_the_same(now: Blueprint, then: Blueprint):
    assert same(compare(now, then)) is (text(now) == text(then))


@given(blueprints, st.data())
@settings(deadline=None)
def test_no_change_goes_unseen_wherever_it_is(now: Blueprint, data: st.DataObject):
    then = deepcopy(now)
    holder, key = data.draw(st.sampled_from(places(then)))
    holder[key] = data.draw(scalars)
    assert same(compare(now, then)) is (text(now) == text(then))


@pytest.mark.parametrize("odd", ODD)
def test_what_is_no_blueprint_is_compared_all_the_same(odd: Any):
    real = blueprint("Real", module(1, "a:b"))
    assert same(compare(odd, real)) is same(compare(real, odd)) is False
    assert references(odd) == {"connections": [], "hooks": [], "dataStores": []}


def test_an_empty_error_handler_is_a_difference():
    without, empty = module(1, "a:b"), module(1, "a:b", onerror=[])
    [change] = compare({"flow": [without]}, {"flow": [empty]})["changed"]
    assert change["fields"] == [{"field": "onerror", "now": None, "then": "[]"}]


def test_no_depth_is_too_deep():
    flow: list[Any] = []
    for number in range(20_000):
        flow = [{"id": number, "module": "a:b", "onerror": flow}]
    mapper: Any = {"a": 1}
    for _ in range(20_000):
        mapper = {"a": [mapper]}
    change = compare({"flow": flow}, {"flow": [module(1, "c:d", mapper=mapper)], "metadata": mapper})
    assert change["removed"][-1] == "and 19,960 more"
    assert same(compare({"flow": flow, "x": mapper}, {"flow": flow, "x": mapper}))
    assert references({"flow": flow})["connections"] == []


def test_twice_the_modules_take_twice_the_work():
    def large(number: int, channel: str) -> Blueprint:
        inner = [slack(id_, 1, channel, "x" * 100) for id_ in range(number)]
        return blueprint("L", module(-1, "builtin:BasicRouter", routes=[{"flow": [one]} for one in inner]), *inner)

    some, many = (large(250, "#a"), large(250, "#b")), (large(500, "#a"), large(500, "#b"))
    assert calls(lambda: compare(*many)) < 2.2 * calls(lambda: compare(*some))


def test_too_much_is_counted():
    filled = {str(field): 1 for field in range(MOST_FIELDS + 7)}
    many = blueprint("M", *(module(number, "a:b", mapper=filled) for number in range(MOST_LINES + 7)))
    other = blueprint("M", *(module(number, "a:b") for number in range(MOST_LINES + 7)))
    added, removed, change = compare(None, many), compare(many, {}), compare(many, other)
    odd = compare({}, {str(number): 1 for number in range(MOST_LINES + 7)})
    more = {"field": "and 7 more", "now": "…", "then": "…"}
    assert added["added"][MOST_LINES:] == removed["removed"][MOST_LINES:] == ["and 7 more"]
    assert summary(many)[MOST_LINES:] == ["and 7 more"]
    assert change["changed"][MOST_LINES:] == [{"module": "and 7 more", "fields": []}]
    assert change["changed"][0]["fields"][MOST_FIELDS:] == [more]
    assert odd["settings"][MOST_LINES:] == [more]


def test_another_order_of_many_modules_is_one_line():
    many = [module(number, "a:b") for number in range(500)]
    order = compare(blueprint("M", *many), blueprint("M", *many[::-1])).get("order", "")
    assert order.startswith("in the main flow: 499, 498,")
    assert len(order) < 200


def test_a_name_of_ten_kilobytes_is_cut():
    one = module(1, "a:b")
    one["metadata"]["designer"]["name"] = "n" * 10_000
    [line] = summary(blueprint("B", one))
    assert len(line) <= 90
