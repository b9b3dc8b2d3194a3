"""A blueprint in outline: what follows what, what it uses, and none of its contents."""

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from make_sandbox.demo.modules import blueprint, http, module, only_if, slack
from make_tools.forms.outline import NoSuchModule, blueprint_answer, modules, outline
from make_tools.secrets import HIDDEN

Blueprint = dict[str, Any]


def orders() -> Blueprint:
    """A hook, a search with an error handler, a router with a filter on one of its routes, a sheet."""
    search = module(
        2,
        "datastore:ExistRecord",
        parameters={"datastore": 22},
        mapper={"key": "do-not-leak"},
        onerror=[module(3, "builtin:Resume", mapper={"data": {"exist": False}})],
    )
    search["metadata"]["designer"]["name"] = "Known already?"
    routes = [
        {"flow": [slack(5, 33, "#orders", "do-not-leak"), slack(6, 33, "#boss", "do-not-leak")]},
        {"flow": [http(7, "https://api.example.com", 44, filter=only_if("Old", "{{2.exist}}", "boolean:equal", "x"))]},
    ]
    hook = module(1, "gateway:CustomWebHook", parameters={"hook": 11, "maxResults": 1})
    return blueprint("Orders", hook, search, module(4, "builtin:BasicRouter", routes=routes))


def flow(*modules: Any) -> Blueprint:
    return {"name": "A", "flow": list(modules), "metadata": {}}


def entry(one: dict[str, Any]) -> dict[str, Any]:
    return outline(flow({"id": 1, "module": "a:b"} | one))["modules"][0]


def test_an_outline_says_what_follows_what_and_what_each_uses():
    assert outline(orders()) == {
        "name": "Orders",
        "modules": [
            {"id": 1, "module": "gateway:CustomWebHook", "hook": 11},
            {"id": 2, "module": "datastore:ExistRecord", "name": "Known already?", "next": [4], "onError": [3], "dataStore": 22},
            {"id": 3, "module": "builtin:Resume", "next": []},
            {"id": 4, "module": "builtin:BasicRouter", "next": [5, 7]},
            {"id": 5, "module": "slack:CreateMessage", "connection": 33},
            {"id": 6, "module": "slack:CreateMessage", "next": [], "connection": 33},
            {"id": 7, "module": "http:ActionSendData", "connection": 44, "filter": "Old"},
        ],
    }  # fmt: skip


def test_no_contents_of_a_module_and_no_place_on_the_canvas_are_in_it():
    told = json.dumps(outline(orders()))
    assert "do-not-leak" not in told
    assert not {"mapper", "designer", "parameters", "x", "version"} & set(json.loads(told)["modules"][1])
    assert len(told) < len(json.dumps(orders())) / 2


def test_after_a_branch_the_run_goes_on_behind_its_if_else():
    branches: list[Any] = [{"flow": [module(2, "a:b"), module(3, "a:b")]}, {"flow": []}, {"flow": [module(4, "a:b")]}]
    told = outline(flow(module(1, "builtin:BasicIfElse", branches=branches), module(5, "builtin:BasicMerge")))
    assert [(one["id"], one.get("next")) for one in told["modules"]] == [
        (1, [2, 5, 4]),
        (2, None),
        (3, [5]),
        (4, None),
        (5, None),
    ]


def test_a_branch_at_the_end_of_a_branch_goes_on_behind_both():
    inner = module(2, "builtin:BasicIfElse", branches=[{"flow": [module(3, "a:b")]}, {"flow": [module(4, "a:b")]}])
    told = outline(flow(module(1, "builtin:BasicIfElse", branches=[{"flow": [inner]}]), module(5, "a:b")))
    assert [(one["id"], one.get("next")) for one in told["modules"]][1:4] == [(2, [3, 4]), (3, [5]), (4, None)]


def test_what_stands_behind_a_router_runs_too():
    told = outline(flow(module(1, "builtin:BasicRouter", routes=[{"flow": [module(2, "a:b")]}]), module(3, "a:b")))
    assert [one.get("next") for one in told["modules"]] == [[2, 3], [], None]


def test_the_tools_of_an_agent_are_no_part_of_the_flow():
    agent = module(1, "ai:Run", tools=[{"flow": [module(2, "a:b")]}, {"flow": []}, {"flow": [module(3, "a:b")]}])
    told = outline(flow(agent, module(4, "a:b")))["modules"]
    assert told[0] == {"id": 1, "module": "ai:Run", "next": [4], "tools": [2, 3]}
    assert [one["next"] for one in told[1:3]] == [[], []]


def test_modules_that_are_not_connected_stand_apart():
    loose = [
        [module(2, "a:b"), module(3, "builtin:BasicRouter", routes=[{"flow": [module(4, "a:b")]}])],
        [],
        [module(5, "a:b")],
    ]
    told = outline({"flow": [module(1, "a:b")], "metadata": {"designer": {"orphans": loose}}})
    assert [one["id"] for one in told["modules"]] == [1]
    assert [(one["id"], one.get("next")) for one in told["notConnected"]] == [(2, None), (3, None), (4, []), (5, None)]


@pytest.mark.parametrize(
    ("parameters", "types", "used"),
    [
        ({"__IMTCONN__": 1}, {}, {"connection": 1}),
        ({"__IMTCONN__": 1, "account": "2", "makeConnectionId": 1}, {}, {"connection": [1, 2]}),
        ({"__IMTHOOK__": 1, "hook": 1}, {}, {"hook": 1}),
        ({"datastore": 1}, {}, {"dataStore": 1}),
        ({"__IMTKEY__": 1}, {}, {"key": 1}),
        ({"auth": 1}, {"auth": "keychain:basicauth"}, {"key": 1}),
        ({"proxyKeychain": 1, "apiKeyKeychain": 2}, {}, {"key": [1, 2]}),
        ({"type": 1}, {"type": "udt"}, {"dataStructure": 1}),
        ({"sender": 1}, {"sender": "account:smtp"}, {"connection": 1}),
        ({"auth": "basic", "type": 1, "hook": None, "datastore": "{{1.id}}"}, {}, {}),
    ],
)  # fmt: skip
def test_what_a_module_uses_is_told_by_id(parameters: Any, types: dict[str, str], used: dict[str, Any]):
    declared = [{"name": name, "type": kind} for name, kind in types.items()]
    assert entry({"parameters": parameters, "metadata": {"parameters": declared}}) == {"id": 1, "module": "a:b"} | used


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (only_if("Paid", "{{1.status}}", "text:equal", "paid"), "Paid"),
        (only_if("", "{{1.status}}", "text:equal", "paid"), "{{1.status}} text:equal paid"),
        ({"conditions": [[{"a": "{{1.x}}", "o": "exist"}, {"a": "{{1.n}}", "o": "number:greater", "b": 5}], [{"a": "", "o": "e"}]]},
         '{{1.x}} exist and {{1.n}} number:greater 5 or "" e'),
        ({"conditions": [[{"a": "{{1.headers.authorization}}", "o": "text:equal", "b": "hunter2"}]]},
         f"{{{{1.headers.authorization}}}} text:equal {HIDDEN}"),
        ({"conditions": [[{"a": [1], "o": "x", "b": True}], [], "odd", [None, {"a": None}]]}, "… x True"),
        ({"conditions": [[{"a": 10**5000, "o": 10**20, "b": 10**18}]]}, f"… … {10**18}"),
        ({"name": 5, "conditions": []}, None),
        ("odd", None),
    ],
)  # fmt: skip
def test_a_filter_is_one_line(given: Any, line: str | None):
    assert entry({"filter": given}).get("filter") == line


def test_a_filter_is_short_whatever_its_conditions_hold():
    condition = {"a": "x" * 10_000, "o": "y\n\u202e", "b": "z"}
    line = entry({"filter": {"conditions": [[condition] * 1000] * 1000}})["filter"]
    assert len(line) == 160
    assert "\u202e" not in line


def test_a_module_is_given_whole_as_it_stands():
    whole = orders()
    assert modules(whole, [7, "2"]) == [whole["flow"][2]["routes"][1]["flow"][0], whole["flow"][1]]
    assert modules(whole, [4, 4]) == [whole["flow"][2]]
    assert modules(whole, []) == []
    assert modules(flow({"id": "7"}), [7]) == [{"id": "7"}]


def test_an_id_that_nobody_can_write_down_is_none():
    assert outline(flow({"id": 10**5000}, {"id": True}, {"id": 1.5})) == {"name": "A", "modules": [{}, {}, {}]}


def test_an_id_of_no_module_is_refused_with_those_that_there_are():
    with pytest.raises(NoSuchModule, match=r"^the blueprint has no module 8, 9: its modules are 1, 2, 3, 4, 5, 6, 7$"):
        modules(orders(), [1, 8, 9])
    with pytest.raises(NoSuchModule, match=r"none of its modules has an id$"):
        modules(flow({"module": "a:b"}), [1])
    with pytest.raises(NoSuchModule, match=r"and 900 more$"):
        modules(flow(*({"id": number} for number in range(1000))), ["x"])


ANSWER = {
    "code": "OK",
    "response": {"blueprint": orders(), "scheduling": {"type": "on-demand"}, "idSequence": 8, "created": "2026-05-01"},
}
TEMPLATE = {
    "blueprint": orders(),
    "controller": {"idSequence": 8},
    "scheduling": {"type": "on-demand"},
    "language": "en",
}


@pytest.mark.parametrize("answer", [ANSWER, TEMPLATE], ids=["scenario", "template"])
def test_an_answer_is_an_outline_the_whole_or_single_modules(answer: dict[str, Any]):
    shown = blueprint_answer(answer)
    assert list(shown) == ["outline", "scheduling", "bytes", "note"]
    assert shown["outline"] == outline(orders())
    assert shown["bytes"] == len(json.dumps(orders(), separators=(",", ":")))
    whole = blueprint_answer(answer, whole=True)
    assert whole["blueprint"] == orders()
    assert "code" not in whole
    assert whole["scheduling"] == {"type": "on-demand"}
    assert blueprint_answer(answer, module_ids=[1]) == {"modules": [orders()["flow"][0]]}
    with pytest.raises(NoSuchModule):
        blueprint_answer(answer, module_ids=[99])


@pytest.mark.parametrize("answer", [{}, {"code": "OK", "response": None}, {"response": {"blueprint": [1]}}])
def test_an_answer_without_a_blueprint_stays_as_it_is(answer: dict[str, Any]):
    assert blueprint_answer(answer) == answer
    assert blueprint_answer(answer, whole=True, module_ids=[1]) == answer


KEYS = ["id", "module", "flow", "routes", "branches", "tools", "onerror", "metadata", "designer", "name", "orphans", "parameters",
        "filter", "conditions", "a", "o", "b", "hook", "__IMTCONN__", "type"]  # fmt: skip
anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=25,
)


@given(anything)
def test_whatever_it_is_the_outline_is_one(odd: Any):
    for whole in (odd, flow(odd), {"flow": odd}):
        told = outline(whole)
        assert isinstance(told["modules"], list)
        entries: list[dict[str, Any]] = [*told["modules"], *told.get("notConnected", [])]
        assert all(set(one) <= {"id", "module", "name", "next", "tools", "onError", "connection", "hook", "dataStore", "key",
                                "dataStructure", "filter"} for one in entries)  # fmt: skip
        ids = [one["id"] for one in entries if "id" in one]
        assert len(modules(whole, ids)) >= len(set(map(str, ids)))


def built(draw: Any, numbers: Iterator[int], deepest: int) -> list[dict[str, Any]]:
    """A sequence of modules with ids that occur once."""
    found: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(0, 3))):
        one: dict[str, Any] = {"id": next(numbers), "module": "a:b"}
        kind = draw(st.sampled_from(["", "", "onerror", "routes", "branches"])) if deepest else ""
        if kind == "onerror":
            one["onerror"] = built(draw, numbers, deepest - 1)
        elif kind:
            one[kind] = [{"flow": built(draw, numbers, deepest - 1)} for _ in range(draw(st.integers(1, 3)))]
        found.append(one)
    return found


def successors(flow: list[Any], after: list[int]) -> Iterator[tuple[int, list[int]]]:
    """Of each module by id the modules that run after it, said again and simply."""
    for place, one in enumerate(flow):
        then = [flow[place + 1]["id"]] if place + 1 < len(flow) else after
        yield from successors(one.get("onerror", []), [])
        for route in one.get("routes", []):
            yield from successors(route["flow"], [])
        for branch in one.get("branches", []):
            yield from successors(branch["flow"], then)
        routed = [route["flow"][0]["id"] for route in one.get("routes", []) if route["flow"]]
        branched = [
            number
            for branch in one.get("branches", [])
            for number in ([branch["flow"][0]["id"]] if branch["flow"] else then)
        ]
        yield one["id"], list(dict.fromkeys([*routed, *branched, *([] if branched or "branches" in one else then)]))


@given(st.data())
def test_what_runs_after_a_module_can_be_read_from_the_outline(data: st.DataObject):
    steps = built(data.draw, iter(range(1, 10_000)), 3)
    entries = outline(flow(*steps))["modules"]
    usual = {one["id"]: [then["id"]] for one, then in pairwise(entries)}
    read = {one["id"]: one.get("next", usual.get(one["id"], [])) for one in entries}
    assert read == dict(successors(steps, []))


@pytest.mark.parametrize("kind", ["routes", "branches", "tools", "onerror"])
def test_no_depth_is_too_deep(kind: str):
    deepest: dict[str, Any] = {"id": 0}
    for number in range(1, 20_001):
        flow_of = [deepest, {"id": -number}]
        deepest = {"id": number, kind: flow_of if kind == "onerror" else [{"flow": flow_of}]}
    told = blueprint_answer({"blueprint": flow(deepest)})
    assert len(told["outline"]["modules"]) == 40_001
    assert "bytes" not in told


def test_no_router_has_too_many_routes():
    wide = {"id": 0, "routes": [{"flow": [{"id": number}]} for number in range(1, 20_001)]}
    assert len(outline(flow(wide))["modules"][0]["next"]) == 20_000
