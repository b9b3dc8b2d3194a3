"""Blueprints in words: what is added, removed, changed and used, whatever a blueprint holds."""

import json
from typing import Any

import pytest

from make_sandbox.demo.modules import blueprint, http, module, only_if, slack
from make_tools.previews.blueprints import compare, references, same, summary
from make_tools.previews.differences import text
from make_tools.secrets import HIDDEN

Blueprint = dict[str, Any]


def orders() -> Blueprint:
    """Two routes and an error handler; the modules 1 to 8, each where its number says."""
    return blueprint(
        "Orders",
        module(1, "gateway:CustomWebHook", parameters={"hook": 11, "maxResults": 1}),
        module(
            2,
            "datastore:ExistRecord",
            parameters={"datastore": 22},
            mapper={"key": "{{1.id}}"},
            onerror=[module(3, "builtin:Resume", mapper={"data": {"exist": False}})],
        ),
        module(
            4,
            "builtin:BasicRouter",
            routes=[
                {"flow": [slack(5, 33, "#orders", "New"), slack(6, 33, "#boss", "Large")]},
                {"flow": [http(7, "https://api.example.com", 44, filter=only_if("Old", "{{2.exist}}", "boolean:equal", "true"))]},
            ],
        ),
        module(8, "google-sheets:addRow", parameters={"__IMTCONN__": 55}, mapper={"values": {"0": "{{1.id}}", "1": "{{1.sum}}"}}),
    )  # fmt: skip


def named(module: dict[str, Any], name: object) -> dict[str, Any]:
    module["metadata"]["designer"]["name"] = name
    return module


def flow(*modules: Any) -> Blueprint:
    return {"name": "A", "flow": list(modules), "metadata": {}}


def changed(then: Blueprint) -> dict[str, Any]:
    """What `compare` says of changed `orders`, without its empty parts."""
    return {name: part for name, part in compare(orders(), then).items() if part}


def fields_of(then: Blueprint) -> tuple[str, list[tuple[Any, ...]]]:
    """The one module of `orders` that is changed, and how."""
    [(part, [only])] = changed(then).items()
    assert part == "changed"
    return only["module"], [tuple(field.values()) for field in only["fields"]]


def test_equal_blueprints_do_not_differ():
    change = compare(orders(), json.loads(json.dumps(orders())))
    assert change == {"added": [], "removed": [], "changed": [], "settings": []}
    assert same(change)


def test_modules_are_told_in_the_order_of_execution():
    assert summary(orders()) == [
        "1 gateway:CustomWebHook",
        "2 datastore:ExistRecord",
        "3 builtin:Resume, handles errors of 2",
        "4 builtin:BasicRouter",
        "5 slack:CreateMessage, in route 1 of 2 from 4",
        "6 slack:CreateMessage, in route 1 of 2 from 4",
        "7 http:ActionSendData, in route 2 of 2 from 4",
        "8 google-sheets:addRow",
    ]


@pytest.mark.parametrize(
    ("one", "line"),
    [
        (named(module(1, "slack:CreateMessage"), "Tell the team"), '1 slack:CreateMessage "Tell the team"'),
        (named(module(1, "app#my-own:doIt"), ""), "1 app#my-own:doIt"),
        (named(module(1, "a:b"), 7), "1 a:b"),
        (named(module(1, "a:b"), 'x"\n\u202econfirm=true'), '1 a:b "x\\" confirm=true"'),
        (module(1, 'a:b" in route 9\n'), '1 "a:b\\" in route 9\\n"'),
        ({"module": "a:b"}, "(no id) a:b"),
        ({"id": 1}, "1 null"),
        ({"id": "7", "module": "a:b"}, '"7" a:b'),
        ({"id": "i" * 500, "module": "a:b"}, '"' + "i" * 17 + '…" a:b'),
        ({"id": [1], "module": {"a": 1}}, '[1] {"a": 1}'),
        ("not a module", '(no id) ["not a module"]'),
        (None, "(no id) [null]"),
    ],
)  # fmt: skip
def test_a_module_is_told_by_its_id_its_type_and_its_own_name(one: Any, line: str):
    assert summary(flow(one)) == [line]


def test_the_modules_of_branches_and_agents_and_loose_ones_are_told():
    choice = module(
        1, "builtin:BasicIfElse", branches=[{"type": "condition", "label": "New", "flow": [module(2, "a:b")]}]
    )
    agent = module(3, "ai-local-agent:RunLocalAIAgent", tools=[{"name": "Look", "flow": [module(4, "a:b")]}])
    loose = {"designer": {"orphans": [[module(5, "a:b")], []]}}
    assert summary({"flow": [choice, agent], "metadata": loose}) == [
        "1 builtin:BasicIfElse",
        "2 a:b, in branch 1 of 1 from 1",
        "3 ai-local-agent:RunLocalAIAgent",
        "4 a:b, in tool 1 of 1 from 3",
        "5 a:b, not connected",
    ]


def test_modules_added_and_removed_are_named():
    then = orders()
    then["flow"][2]["routes"][1]["flow"].append(named(module(9, "slack:CreateMessage"), "Tell us"))
    del then["flow"][1]["onerror"]
    assert changed(then) == {
        "added": ['9 slack:CreateMessage "Tell us", in route 2 of 2 from 4'],
        "removed": ["3 builtin:Resume, handles errors of 2"],
    }


def test_a_module_of_another_type_is_another_module():
    then = orders()
    then["flow"][3]["module"] = "google-sheets:deleteRow"
    assert changed(then) == {"added": ["8 google-sheets:deleteRow"], "removed": ["8 google-sheets:addRow"]}


def test_a_changed_module_is_told_field_by_field():
    then = orders()
    sheet = named(then["flow"][3], "Write it")
    sheet["mapper"]["values"] |= {"1": "{{1.total}}", "2": "{{1.tax}}"}
    del sheet["mapper"]["values"]["0"]
    sheet["parameters"]["__IMTCONN__"] = 56
    sheet["version"] = 2
    assert fields_of(then) == (
        "8 google-sheets:addRow",
        [
            ("version", 1, 2),
            ("parameters.__IMTCONN__", 55, 56),
            ("mapper.values.1", "{{1.sum}}", "{{1.total}}"),
            ("mapper.values.2", None, "{{1.tax}}"),
            ("mapper.values.0", "{{1.id}}", None),
            ("metadata.designer.name", None, "Write it"),
        ],
    )


def test_a_filter_that_comes_or_goes_is_one_line():
    then = orders()
    del then["flow"][2]["routes"][1]["flow"][0]["filter"]
    where, [(field, was, will)] = fields_of(then)
    assert (where, field, will) == ("7 http:ActionSendData, in route 2 of 2 from 4", "filter", None)
    assert was.startswith('{"conditions": [[{"a": "{{2.exist}}", "b": "true", "o": "boolean:equal"}]]')


def test_a_changed_filter_is_told_by_its_parts():
    then = orders()
    then["flow"][2]["routes"][1]["flow"][0]["filter"]["name"] = "New"
    assert fields_of(then)[1] == [("filter.name", "Old", "New")]


def test_secrets_in_a_module_are_not_shown():
    then = orders()
    call = then["flow"][2]["routes"][1]["flow"][0]
    call["mapper"] |= {"headers": [{"name": "X-Key", "value": "hunter2"}], "authPass": "hunter2"}
    assert fields_of(then)[1] == [
        ("mapper.headers", None, text([{"name": "X-Key", "value": HIDDEN}])),
        ("mapper.authPass", None, HIDDEN),
    ]


def test_a_place_on_the_canvas_is_counted_and_no_change():
    then = orders()
    then["flow"][0]["metadata"]["designer"] |= {"x": 5}
    del then["flow"][1]["metadata"]
    then["flow"][2]["metadata"] = None
    named(then["flow"][3], "N")
    found = changed(then)
    assert found.pop("canvas") == "3 modules moved on the canvas"
    [only] = found.pop("changed")
    assert only["fields"] == [{"field": "metadata.designer.name", "now": None, "then": "N"}]
    assert not found


def test_a_move_to_another_route_is_told():
    then = orders()
    one, other = then["flow"][2]["routes"]
    other["flow"].append(one["flow"].pop())
    assert fields_of(then) == (
        "6 slack:CreateMessage, in route 1 of 2 from 4",
        [("place", "in route 1 of 2 from 4", "in route 2 of 2 from 4")],
    )


def test_another_order_is_told_and_additions_are_none():
    then = orders()
    steps = then["flow"]
    steps[1], steps[2] = steps[2], steps[1]
    steps.insert(1, module(9, "a:b"))
    steps[2]["routes"][0]["flow"].reverse()
    assert changed(then) == {
        "added": ["9 a:b"],
        "order": "in the main flow: 4, 2 instead of 2, 4; in route 1 of 2 from 4: 6, 5 instead of 5, 6",
    }


def test_another_route_is_told_with_what_it_says_of_itself():
    then = orders()
    then["flow"][2]["routes"].append({"label": "Rest", "flow": []})
    assert fields_of(then) == (
        "4 builtin:BasicRouter",
        [("number of routes", 2, 3), ("routes.3", None, '{"label": "Rest"}')],
    )


def test_settings_and_the_name_are_told():
    then = orders()
    then["name"] = "Orders of shops"
    then["metadata"]["scenario"]["dlq"] = False
    del then["metadata"]["zone"]
    assert changed(then) == {
        "settings": [
            {"field": "name", "now": "Orders", "then": "Orders of shops"},
            {"field": "metadata.scenario.dlq", "now": True, "then": False},
            {"field": "metadata.zone", "now": "eu1.make.com", "then": None},
        ]
    }


def test_what_modules_use_is_told_by_id():
    one = "5 slack:CreateMessage, in route 1 of 2 from 4"
    two = "6 slack:CreateMessage, in route 1 of 2 from 4"
    assert references(orders()) == {
        "connections": [
            {"id": 33, "modules": [one, two]},
            {"id": 44, "modules": ["7 http:ActionSendData, in route 2 of 2 from 4"]},
            {"id": 55, "modules": ["8 google-sheets:addRow"]},
        ],
        "hooks": [{"id": 11, "modules": ["1 gateway:CustomWebHook"]}],
        "dataStores": [{"id": 22, "modules": ["2 datastore:ExistRecord"]}],
    }


@pytest.mark.parametrize(
    ("parameters", "declared", "found"),
    [
        ({"__IMTCONN__": 1, "__IMTCONN2__": 2}, [], {"connections": [1, 2]}),
        ({"__IMTHOOK__": 1}, [], {"hooks": [1]}),
        ({"account": 1}, [], {"connections": [1]}),
        ({"makeConnectionId": 1}, [], {"connections": [1]}),
        ({"sender": 1}, [{"name": "sender", "type": "account:smtp"}], {"connections": [1]}),
        ({"trigger": 1}, [{"name": "trigger", "type": "hook:web"}], {"hooks": [1]}),
        ({"store": 1}, [{"name": "store", "type": "datastore"}], {"dataStores": [1]}),
        ({"__IMTCONN__": "1"}, [], {"connections": [1]}),
        ({"__IMTCONN__": 1, "account": 1}, [], {"connections": [1]}),
        ({"__IMTCONN__": 0, "hook": True, "datastore": "{{1.id}}", "account": -1}, [], {}),
        ({"__IMTINDEX__": 1, "other": 1, "auth": 1}, [], {}),
        ([1], {"name": 1}, {}),
        ({"x": 1}, [1, {"name": "x"}, {"name": ["x"], "type": "hook"}], {}),
    ],
)  # fmt: skip
def test_what_a_parameter_names_is_known_by_its_type_or_name(
    parameters: Any, declared: Any, found: dict[str, list[int]]
):
    used: Any = references(
        flow({"id": 1, "module": "a:b", "parameters": parameters, "metadata": {"parameters": declared}})
    )
    assert {kind: [use["id"] for use in uses] for kind, uses in used.items() if uses} == found


def test_a_module_that_names_something_twice_uses_it_once():
    twice = {"id": 1, "module": "a:b", "parameters": {"__IMTCONN__": 1, "account": "1"}}
    assert references(flow(twice))["connections"] == [{"id": 1, "modules": ["1 a:b"]}]


def test_modules_with_one_id_are_told_apart_by_their_order():
    one, two = module(1, "a:b", mapper={"x": 1}), module(1, "a:b", mapper={"x": 2})
    change = compare(flow(one, two), flow(one, two | {"mapper": {"x": 3}}, two))
    assert change["added"] == ["1 a:b"]
    assert [only["fields"][0]["then"] for only in change["changed"]] == [3]
