"""A tool that a server has not: whoever calls it, or reads its name, is told what brings it."""

from typing import Any

import pytest
from tests.server.network import BOTH_KEYS, MAKE_KEY, MATON_ONLY, Network, calling, json_answer

from make_mcp.absent import Absent
from make_mcp.calls import UnknownTool
from make_mcp.selection import select
from make_mcp.settings import load
from make_tools import GROUPS


def absent(**flags: Any) -> Absent:
    settings = load(flags)
    return Absent(GROUPS, select(GROUPS, settings), settings)


FORBIDDEN = " and this server is read-only. Only its operator can switch that off."


@pytest.mark.parametrize(
    ("name", "flags", "expected"),
    [
        ("scenario_list", {}, "There is no tool `scenario_list`. Did you mean `scenarios_list`?"),
        ("qqqq", {}, "There is no tool `qqqq`. See tools/list."),
        ("qqqq", {"catalog": True}, "There is no tool `qqqq`. tools_search finds what there is."),
        ("", {}, "There is no tool ``. See tools/list."),
        ("a\nb", {}, "There is no tool `…`. See tools/list."),
        ("x" * 100_000, {}, "There is no tool `…`. See tools/list."),
        ("scenarios_delete", {"read_only": True}, f"`scenarios_delete` changes things,{FORBIDDEN}"),
        ("scenarios_delete", {"read_only": True, "tools": "users_me"}, f"`scenarios_delete` changes things,{FORBIDDEN}"),
        ("connections_update", {"read_only": True}, f"`connections_rename` changes things,{FORBIDDEN}"),
        ("scenarios_delete", {"toolsets": "users"}, "`scenarios_delete` is not on this server: its operator can add it with --toolsets users,scenarios."),
        ("scenarios_delete", {"toolsets": "catalog,users"}, "`scenarios_delete` is not on this server: its operator can add it with --toolsets catalog,users,scenarios."),
        ("find", {"toolsets": "users"}, "`find` is not on this server: its operator can add it with --toolsets users,account."),
        ("hooks_get", {"toolsets": "users,teams,hooks", "exclude_tools": "hooks_get"}, "`hooks_get` is not on this server: its operator left it out (--exclude-tools)."),
        ("hooks_rename", {"exclude_tools": "hooks_update"}, "`hooks_rename` is not on this server: its operator left it out (--exclude-tools)."),
        ("hooks_get", {"tools": "users_me"}, "`hooks_get` is not on this server: its operator can add it with --tools users_me,hooks_get."),
        ("hooks_get", {"tools": "users_me,hooks_get", "toolsets": "users"}, "`hooks_get` is not on this server: its operator can add it with --toolsets users,hooks."),
        ("hooks_get", {"tools": "users_me", "toolsets": "users"}, "`hooks_get` is not on this server: its operator can add it with --toolsets users,hooks --tools users_me,hooks_get."),
        ("hooks_get", {"toolsets": "users,teams,templates,scenarios"}, "`hooks_get` is not on this server: its operator can add it with --toolsets …,hooks."),
        ("users_me", {"exclude_tools": "users_me", "read_only": True}, "`users_me` is not on this server: its operator left it out (--exclude-tools)."),
        ("notifications_list", MATON_ONLY, "`notifications_list` is offered only by Make's own API, and needs MAKE_API_KEY and MAKE_ZONE."),
        ("maton_connections_get", MAKE_KEY, "`maton_connections_get` is offered only by the Maton gateway, and needs MATON_API_KEY."),
        # Words of other services, and of people; a tool that is not listed is there all the same.
        ("createWebhook", {}, "There is no tool `createWebhook`. Did you mean `hooks_create`? `hooks_create` is not listed, and can be called all the same."),
        ("createWebhook", {"toolsets": "all"}, "There is no tool `createWebhook`. Did you mean `hooks_create`?"),
        ("createWebhook", {"catalog": True}, "There is no tool `createWebhook`. Did you mean `hooks_create`?"),
        ("activate_scenario", {}, "There is no tool `activate_scenario`. Did you mean `scenarios_start`?"),
        ("deactivateScenario", {}, "There is no tool `deactivateScenario`. Did you mean `scenarios_stop`?"),
        ("run_scenario", {}, "There is no tool `run_scenario`. Did you mean `scenarios_run`?"),
        ("getScenarioLogs", {}, "There is no tool `getScenarioLogs`. Did you mean `scenarios_get` or `scenarios_logs`?"),
        ("createFolder", {}, "There is no tool `createFolder`. See tools/list."),
        ("delete", {}, "There is no tool `delete`. See tools/list."),
        ("remove_hook_now", {"toolsets": "all"}, "There is no tool `remove_hook_now`. Did you mean `hooks_delete`?"),
        # No tool that is not there is proposed, nor another in its place.
        ("createWebhook", {"read_only": True}, f"There is no tool `createWebhook`. `hooks_create` changes things,{FORBIDDEN}"),
        ("scenarios_delet", {"read_only": True, "tools": "users_me"}, f"There is no tool `scenarios_delet`. `scenarios_delete` changes things,{FORBIDDEN}"),
    ],
)  # fmt: skip
def test_a_call_to_a_tool_that_is_not_there_says_why(name: str, flags: dict[str, Any], expected: str):
    assert absent(**flags).why(name) == expected


@pytest.mark.parametrize(
    ("text", "flags", "expected"),
    [
        ("See scenarios_get, hooks_list, users_me.", {}, ""),
        ("See scenarios_get, then a_b_c and pg_limit.", {"toolsets": "all"}, ""),
        ("hooks_list, hooks_list", {"catalog": True}, ""),
        ("Next: connections_test.", {"toolsets": "scenarios"}, "`connections_test` is not on this server: its operator can add it with --toolsets scenarios,connections."),
        ("Next: connections_test or connections_get.", {"toolsets": "scenarios"}, "`connections_test` and `connections_get` are not on this server: its operator can add them with --toolsets scenarios,connections."),
        ("scenarios_start, then scenarios_run; users_me", {"read_only": True}, f"`scenarios_start` and `scenarios_run` change things,{FORBIDDEN}"),
        ("Next: `find`.", {"toolsets": "users"}, "`find` is not on this server: its operator can add it with --toolsets users,account."),
        ("You may find it there.", {"toolsets": "users"}, ""),
        ("notifications_get, notifications_list", MATON_ONLY, "`notifications_get` and `notifications_list` are offered only by Make's own API, and need MAKE_API_KEY and MAKE_ZONE."),
    ],
)  # fmt: skip
def test_a_text_that_names_such_a_tool_says_how_it_is_added(text: str, flags: dict[str, Any], expected: str):
    assert absent(**flags).note(text) == expected


def test_what_the_token_cannot_do_is_absent_too():
    settings = load(dict(MAKE_KEY))
    tools = select(GROUPS, settings)
    without = Absent(GROUPS, tools, settings, {"scenarios_start": "scenarios:write"}.get)
    told = "`scenarios_start` needs the scope scenarios:write, which the token of Make lacks."
    assert without.note("Next: scenarios_start.").startswith(told)
    assert without.note("Next: scenarios_stop.") == ""
    assert without.why("activateScenario").startswith(f"There is no tool `activateScenario`. {told}")


NOT_ACTIVE = {"message": "Scenario is not activated", "code": "IM325", "detail": "x"}
SWITCH_ON = (
    "`scenarios_start` is not on this server: its operator can add it with --tools scenarios_run,scenarios_start."
)


async def test_an_error_that_names_a_tool_which_is_not_there_ends_with_how_it_is_added():
    network = Network(lambda _: json_answer(NOT_ACTIVE, 422))
    async with calling(network, {**BOTH_KEYS, "tools": "scenarios_run"}) as caller:
        text = (await caller.call("scenarios_run", {"scenarioId": 5, "confirm": True})).text
    assert "scenarios_start" in text.split(" is not on this server")[0]
    assert "its operator can add" in text.rsplit(". ", 1)[-1]
    async with calling(network, dict(BOTH_KEYS)) as caller:
        assert "operator" not in (await caller.call("scenarios_run", {"scenarioId": 5, "confirm": True})).text


async def test_a_preview_that_names_one_says_so_in_a_note():
    network = Network(lambda _: json_answer({"scenario": {"id": 5, "name": "users_list", "isActive": True}}))
    async with calling(network, {**BOTH_KEYS, "tools": "scenarios_stop"}) as caller:
        answer = await caller.call("scenarios_stop", {"scenarioId": 5})
    assert answer.data is not None
    assert answer.data["note"].startswith("`users_list` is not on this server")


@pytest.mark.parametrize("old", ["connections_update", "dlqs_list"])
async def test_an_old_name_is_no_way_around_the_selection(old: str):
    async with calling(Network(), {**BOTH_KEYS, "tools": "users_me"}) as caller:
        with pytest.raises(UnknownTool, match="its operator can add it with --tools users_me,"):
            await caller.call(old, {})
