"""Which tools a server has, and why it has not the others."""

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
from make_mcp.selection import select, why_not
from make_mcp.settings import SettingsError, load
from make_tools import GROUPS

# The table of DESIGN section 2, by hand.
READING = {
    "users": "me list", "organizations": "list get usage", "teams": "list get usage", "scenarios": "list get logs",
    "connections": "list get test editable_parameters check_scopes", "data_stores": "list get", "hooks": "list get ping",
    "templates": "list get blueprint", "incomplete_executions": "list get", "notifications": "list get",
    "maton_connections": "list get",
}  # fmt: skip
WRITING = {
    "users": "update", "organizations": "create update delete", "teams": "create delete",
    "scenarios": "create update start stop run delete", "connections": "create rename set_data delete",
    "data_stores": "create update delete", "hooks": "create rename enable disable delete", "templates": "delete",
    "incomplete_executions": "retry delete", "notifications": "mark_read delete", "maton_connections": "create delete",
}  # fmt: skip
ONLY_MAKE = {
    "connections_set_data", "connections_editable_parameters", "connections_check_scopes",
    "notifications_list", "notifications_get", "notifications_mark_read", "notifications_delete",
}  # fmt: skip


def names(table: dict[str, str]) -> set[str]:
    return {f"{group}_{action}" for group, actions in table.items() for action in actions.split()}


def selected(**flags: Any) -> list[str]:
    return list(select(GROUPS, load(flags)))


def reason(name: str, **flags: Any) -> str:
    settings = load(flags)
    return why_not(name, GROUPS, select(GROUPS, settings), settings)


def test_the_catalogue_is_the_table_of_the_design():
    assert (len(names(READING)), len(names(WRITING))) == (30, 31)
    assert set(ENDPOINTS) == names(READING) | names(WRITING)


@pytest.mark.parametrize(
    ("flags", "count"),
    [
        ({}, 61), (MATON_ONLY, 54), (MAKE_KEY, 57), (BOTH_KEYS, 61), ({"make_api_key": MAKE_TOKEN}, 57),
        ({"make_zone": "eu1"}, 61), ({"maton_api_key": MATON_KEY, "make_zone": "eu1"}, 54), ({"sandbox": True}, 61),
        ({"sandbox": True, **MATON_ONLY}, 61), ({**BOTH_KEYS, "prefer": "make"}, 61),
        ({"maton_api_key": MATON_KEY, "make_api_key": MAKE_TOKEN}, 61),
    ],
)  # fmt: skip
def test_a_key_opens_the_tools_that_its_way_offers(flags: dict[str, Any], count: int):
    found = set(selected(**flags))
    assert len(found) == count
    missing = set(ENDPOINTS) - found
    assert missing == ({54: ONLY_MAKE, 57: {n for n in ENDPOINTS if n.startswith("maton_")}}.get(count, set()))
    assert set(selected(**flags, read_only=True)) == found & names(READING)


def test_a_key_in_a_file_opens_the_same_tools(tmp_path: Any):
    (tmp_path / "key").write_text(MATON_KEY, encoding="utf-8")
    assert len(selected(maton_api_key_file=str(tmp_path / "key"))) == 54
    assert len(selected(make_api_key_file=str(tmp_path / "key"))) == 57


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


def test_read_only_wins_over_everything_that_names_a_tool():
    everything = ",".join(ENDPOINTS)
    groups = ",".join(group.name for group in GROUPS)
    assert set(selected(tools=everything, toolsets=groups, read_only=True)) == names(READING)


def test_read_only_from_the_environment_cannot_be_left_out_by_flags(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAKE_MCP_READ_ONLY", "true")
    assert set(selected(tools=",".join(ENDPOINTS))) == names(READING)
    monkeypatch.setenv("MAKE_MCP_READ_ONLY", "maybe")
    with pytest.raises(SettingsError, match="MAKE_MCP_READ_ONLY"):
        selected()


def test_the_order_is_that_of_the_catalogue_whatever_the_operator_wrote():
    catalogue = list(ENDPOINTS)
    assert selected() == selected() == catalogue
    assert selected(tools="hooks_list,users_me,teams_list") == ["users_me", "teams_list", "hooks_list"]
    assert selected(toolsets="hooks,users") == [n for n in catalogue if n.startswith(("users_", "hooks_"))]
    assert selected(exclude_tools="users_me") == catalogue[1:]


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ({"toolsets": "scenario"}, "there is no toolset 'scenario': did you mean scenarios?"),
        ({"toolsets": "users,hook"}, "there is no toolset 'hook': did you mean hooks?"),
        ({"toolsets": "xyz"}, "there is no toolset 'xyz': there are connections, data_stores,"),
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


@pytest.mark.parametrize(
    ("name", "flags", "expected"),
    [
        ("scenario_list", {}, "There is no tool `scenario_list`. Did you mean `scenarios_list`?"),
        ("qqqq", {}, "There is no tool `qqqq`. See tools/list."),
        ("", {}, "There is no tool ``. See tools/list."),
        ("a\nb", {}, "There is no tool `…`. See tools/list."),
        ("x" * 100_000, {}, "There is no tool `…`. See tools/list."),
        ("scenarios_delete", {"read_only": True}, "`scenarios_delete` changes things, and this server is read-only."),
        ("scenarios_delete", {"read_only": True, "tools": "users_me"}, "`scenarios_delete` changes things, and this server is read-only."),
        ("scenarios_delete", {"toolsets": "users"}, "`scenarios_delete` was switched off by the operator"),
        ("users_me", {"exclude_tools": "users_me", "read_only": True}, "`users_me` was switched off by the operator"),
        ("notifications_list", MATON_ONLY, "`notifications_list` is offered only by Make's own API, and needs MAKE_API_KEY and MAKE_ZONE."),
        ("maton_connections_get", MAKE_KEY, "`maton_connections_get` is offered only by the Maton gateway, and needs MATON_API_KEY."),
        # No tool that is not there is proposed.
        ("scenarios_delet", {"read_only": True, "tools": "users_me"}, "There is no tool `scenarios_delet`. See tools/list."),
    ],
)  # fmt: skip
def test_a_call_to_a_tool_that_is_not_there_says_why(name: str, flags: dict[str, Any], expected: str):
    assert reason(name, **flags).startswith(expected)


async def test_a_read_only_server_neither_lists_nor_previews_nor_sends_a_write():
    network = Network()
    async with calling(network, {**BOTH_KEYS, "read_only": True}) as caller:
        for name in names(WRITING):
            for arguments in ({}, {"confirm": True}, {"scenarioId": 5, "confirm": True}):
                with pytest.raises(UnknownTool, match="read-only"):
                    await caller.call(name, arguments)
    assert network.sent == []
    async with open_caller(load({"sandbox": True, "read_only": True})) as (_, tools):
        assert {tool.name for tool in tools} == names(READING)
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)
