"""Which tools a server has, and which of them it lists."""

from typing import Any

import pytest
from tests.server.network import (
    BOTH_KEYS,
    ENDPOINTS,
    MAKE_KEY,
    MAKE_TOKEN,
    MATON_KEY,
    MATON_ONLY,
    Network,
    calling,
)

from make_mcp.callers import open_caller
from make_mcp.calls import UnknownTool
from make_mcp.recipes import RECIPES
from make_mcp.selection import catalogue, listed, select, toolsets
from make_mcp.settings import SettingsError, load
from make_tools import GROUPS
from make_tools.usual import USUAL

# The table of DESIGN section 2, by hand, and what came later.
READING = {
    "users": "me list", "organizations": "list get usage", "teams": "list get usage", "scenarios": "list get logs",
    "connections": "list get test editable_parameters check_scopes", "data_stores": "list get", "hooks": "list get ping",
    "templates": "list get blueprint", "incomplete_executions": "list get", "notifications": "list get",
    "maton_connections": "list get",
}  # fmt: skip
WRITING = {
    "users": "update", "organizations": "create update delete", "teams": "create delete",
    "scenarios": "create clone update start stop run delete", "connections": "create rename set_data delete",
    "data_stores": "create update delete", "hooks": "create rename enable disable delete", "templates": "delete",
    "incomplete_executions": "retry retry_several delete", "notifications": "mark_read delete", "maton_connections": "create delete",
}  # fmt: skip
ONLY_MAKE = {
    "connections_set_data", "connections_editable_parameters", "connections_check_scopes",
    "notifications_list", "notifications_get", "notifications_mark_read", "notifications_delete",
    "scenarios_clone", "incomplete_executions_retry_several",
}  # fmt: skip
RECIPE_NAMES = {recipe.name for recipe in RECIPES}
EVERY = [tool.name for tool in catalogue(GROUPS)]


def names(table: dict[str, str]) -> set[str]:
    return {f"{group}_{action}" for group, actions in table.items() for action in actions.split()}


def selected(**flags: Any) -> list[str]:
    return list(select(GROUPS, load(flags)))


def shown(**flags: Any) -> list[str]:
    settings = load(flags)
    return list(listed(select(GROUPS, settings), settings))


def test_the_catalogue_is_the_table_of_the_design():
    assert (len(names(READING)), len(names(WRITING))) == (30, 33)
    assert set(ENDPOINTS) == names(READING) | names(WRITING)
    assert {"find", "account_overview", "scenarios_diagnose", "scenarios_export", "scenarios_wait"} == RECIPE_NAMES
    assert set(EVERY) == set(ENDPOINTS) | RECIPE_NAMES
    assert len(EVERY) == len(set(EVERY)) == 68


NO_MATON = {name for name in ENDPOINTS if name.startswith("maton_")}


@pytest.mark.parametrize(
    ("flags", "missing"),
    [
        ({}, set[str]()), (MATON_ONLY, ONLY_MAKE), (MAKE_KEY, NO_MATON), (BOTH_KEYS, set[str]()),
        ({"make_api_key": MAKE_TOKEN}, NO_MATON), ({"make_zone": "eu1"}, set[str]()),
        ({"maton_api_key": MATON_KEY, "make_zone": "eu1"}, ONLY_MAKE), ({"sandbox": True}, set[str]()),
        ({"sandbox": True, **MATON_ONLY}, set[str]()), ({**BOTH_KEYS, "prefer": "make"}, set[str]()),
        ({"maton_api_key": MATON_KEY, "make_api_key": MAKE_TOKEN}, set[str]()),
    ],
)  # fmt: skip
def test_a_key_opens_the_tools_that_its_way_offers(flags: dict[str, Any], missing: set[str]):
    found = set(EVERY) - missing
    assert set(selected(**flags)) == found
    assert set(shown(**flags, toolsets="all")) == found
    reading = (names(READING) | RECIPE_NAMES) - missing
    assert set(selected(**flags, read_only=True)) == set(shown(**flags, read_only=True, toolsets="all")) == reading


def test_a_key_in_a_file_opens_the_same_tools(tmp_path: Any):
    (tmp_path / "key").write_text(MATON_KEY, encoding="utf-8")
    assert set(selected(maton_api_key_file=str(tmp_path / "key"))) == set(EVERY) - ONLY_MAKE
    assert set(selected(make_api_key_file=str(tmp_path / "key"))) == set(EVERY) - NO_MATON


async def test_a_token_without_its_zone_lists_the_tools_and_each_call_names_the_variable():
    network = Network()
    async with calling(network, {"make_api_key": MAKE_TOKEN}) as caller:
        text = (await caller.call("users_me", {})).text
    assert "MAKE_API_KEY is set, MAKE_ZONE is not" in text
    assert network.sent == []


NARROWED: list[tuple[dict[str, Any], set[str]]] = [
    ({"toolsets": "users"}, {"users_me", "users_list", "users_update"}),
    ({"toolsets": "users,templates", "read_only": True}, {"users_me", "users_list"} | {f"templates_{a}" for a in ("list", "get", "blueprint")}),
    ({"tools": "users_me,hooks_delete"}, {"users_me", "hooks_delete"}),
    ({"tools": "users_me,hooks_delete", "read_only": True}, {"users_me"}),
    ({"tools": "hooks_delete", "read_only": True}, set()),
    ({"toolsets": "users", "tools": "users_me,hooks_list"}, {"users_me"}),
    ({"toolsets": "users", "exclude_tools": "users_me"}, {"users_list", "users_update"}),
    ({"tools": "users_me", "exclude_tools": "users_me"}, set()),
    ({"toolsets": "notifications", **MATON_ONLY}, set()),
    ({"toolsets": "maton_connections,users", **MAKE_KEY}, {"users_me", "users_list", "users_update"}),
    ({"tools": "users_me,users_me"}, {"users_me"}),
]  # fmt: skip


@pytest.mark.parametrize(("flags", "expected"), NARROWED)
def test_the_operator_narrows_the_tools_and_never_widens_them(flags: dict[str, Any], expected: set[str]):
    assert set(selected(**flags)) == expected
    assert set(shown(**flags)) == expected


def test_read_only_wins_over_everything_that_names_a_tool():
    everything = ",".join(EVERY)
    groups = ",".join(toolsets(GROUPS))
    assert set(selected(tools=everything, toolsets=groups, read_only=True)) == names(READING) | RECIPE_NAMES


def test_read_only_from_the_environment_cannot_be_left_out_by_flags(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAKE_MCP_READ_ONLY", "true")
    assert set(selected(tools=",".join(EVERY))) == names(READING) | RECIPE_NAMES
    monkeypatch.setenv("MAKE_MCP_READ_ONLY", "maybe")
    with pytest.raises(SettingsError, match="MAKE_MCP_READ_ONLY"):
        selected()


def test_the_order_is_that_of_the_catalogue_whatever_the_operator_wrote():
    assert selected() == selected() == EVERY
    assert selected(tools="hooks_list,users_me,teams_list") == ["users_me", "teams_list", "hooks_list"]
    assert selected(toolsets="hooks,users") == [n for n in EVERY if n.startswith(("users_", "hooks_"))]
    assert selected(exclude_tools=EVERY[0]) == EVERY[1:]
    assert shown() == [name for name in EVERY if name in shown()]


def test_the_right_tool_comes_first():
    assert EVERY[:2] == ["account_overview", "find"]
    for group in GROUPS:
        members = [tool.name for tool in catalogue(GROUPS) if tool.group == group.name]
        recipes = [recipe.name for recipe in RECIPES if recipe.group == group.name]
        assert members == [*recipes, *(endpoint.name for endpoint in group.endpoints)]


DEFAULT = set(USUAL) | RECIPE_NAMES


def test_without_a_choice_the_usual_tools_are_listed_and_all_others_can_be_called():
    assert len(USUAL) == len(set(USUAL))
    assert set(USUAL) <= set(ENDPOINTS)
    assert set(shown()) == DEFAULT
    assert len(DEFAULT) <= 40
    assert set(shown(read_only=True)) == DEFAULT - names(WRITING)
    assert set(shown(exclude_tools="scenarios_run,scenarios_diagnose")) == DEFAULT - {
        "scenarios_run",
        "scenarios_diagnose",
    }
    assert set(shown(**MATON_ONLY)) == DEFAULT - ONLY_MAKE
    assert set(selected(exclude_tools="scenarios_run")) == set(EVERY) - {"scenarios_run"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("default", DEFAULT), ("all", set(EVERY)), ("all,default", set(EVERY)), ("all,hooks", set(EVERY)),
        ("account", {"find", "account_overview"}), ("default,users", DEFAULT | {"users_update"}),
        ("account,users", {"find", "account_overview", "users_me", "users_list", "users_update"}),
        ("catalog,users", {"users_me", "users_list", "users_update"}),
    ],
)  # fmt: skip
def test_toolsets_are_added_up_and_nothing_else_can_be_called(given: str, expected: set[str]):
    assert set(selected(toolsets=given)) == set(shown(toolsets=given)) == expected


def test_the_catalogue_alone_narrows_nothing():
    assert selected(toolsets="catalog") == selected(catalog=True) == EVERY
    assert set(selected(catalog=True, toolsets="default")) == DEFAULT


def test_a_recipe_needs_one_of_its_ways():
    for flags in (MATON_ONLY, MAKE_KEY):
        assert set(selected(**flags)) >= RECIPE_NAMES


def test_a_tool_is_chosen_and_left_out_by_its_old_name_too():
    assert selected(tools="connections_update,dlqs_retry") == ["connections_rename", "incomplete_executions_retry"]
    assert selected(exclude_tools="hooks_update,hooks_rename") == [name for name in EVERY if name != "hooks_rename"]


def test_no_old_name_is_the_name_of_another_tool():
    old = [name for endpoint in ENDPOINTS.values() for name in endpoint.formerly]
    assert len(old) == len(set(old)) == 6
    assert not set(old) & set(EVERY)


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ({"toolsets": "defualt"}, "there is no toolset 'defualt': did you mean default?"),
        ({"toolsets": "scenario"}, "there is no toolset 'scenario': did you mean scenarios?"),
        ({"toolsets": "users,hook"}, "there is no toolset 'hook': did you mean hooks?"),
        ({"toolsets": "xyz"}, "there is no toolset 'xyz': there are account, users, organizations,"),
        ({"tools": "scenario_list"}, "there is no tool 'scenario_list': did you mean scenarios_list?"),
        ({"tools": "users"}, "there is no tool 'users': did you mean users_"),
        ({"exclude_tools": "scenarios_deleet"}, "there is no tool 'scenarios_deleet': did you mean scenarios_delete?"),
        ({"exclude_tools": "SCENARIOS_DELETE"}, "there is no tool 'SCENARIOS_DELETE'"),
        ({"tools": "users_me;teams_list"}, "there is no tool 'users_me;teams_list'"),
        ({"tools": "users_me\nusers_list"}, "there is no tool 'users_me\\nusers_list'"),
        # A name that exists, and that the key does not reach, is no misspelling.
        ({"exclude_tools": "scenarios_delete", "tools": "nope_nope", **MATON_ONLY}, "there is no tool 'nope_nope'"),
    ],
)  # fmt: skip
def test_a_misspelt_name_stops_the_start_and_the_nearest_is_offered(flags: dict[str, Any], expected: str):
    with pytest.raises(SettingsError) as error:
        selected(**flags)
    assert str(error.value).startswith(expected)
    assert "\n" not in str(error.value)


def test_a_name_that_the_key_does_not_reach_is_not_misspelt():
    assert selected(exclude_tools="notifications_delete", **MATON_ONLY)
    assert selected(tools="notifications_delete,users_me", **MATON_ONLY) == ["users_me"]


async def test_a_read_only_server_neither_lists_nor_previews_nor_sends_a_write():
    network = Network()
    async with calling(network, {**BOTH_KEYS, "read_only": True}) as caller:
        for name in names(WRITING):
            for arguments in ({}, {"confirm": True}, {"scenarioId": 5, "confirm": True}):
                with pytest.raises(UnknownTool, match="read-only"):
                    await caller.call(name, arguments)
    assert network.sent == []
    async with open_caller(load({"sandbox": True, "read_only": True, "toolsets": "all"})) as (_, tools):
        assert {tool.name for tool in tools} == names(READING) | RECIPE_NAMES
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)
