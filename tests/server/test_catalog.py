"""Three tools in place of a listing: what they find, and that a call through them is a call of the tool that is meant."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client.context import ClientRequestContext
from mcp_types import CallToolResult, ElicitRequestFormParams, ElicitRequestParams, ElicitResult
from pydantic_core import to_json
from tests.end_to_end.accounts import text_of
from tests.end_to_end.people import accepting
from tests.server.network import ENDPOINTS, WRITES

from make_mcp.app import server_for
from make_mcp.callers import Same, Served, open_common, open_served
from make_mcp.confirmation import Nobody
from make_mcp.idempotency import KEY, REPEATED
from make_mcp.selection import catalogue
from make_mcp.settings import load
from make_tools import GROUPS

SEARCH, READ, WRITE = "tools_search", "tools_call_read", "tools_call_write"
TEAM = 388889
EVERY = {tool.name for tool in catalogue(GROUPS)}


@asynccontextmanager
async def serving(**flags: Any) -> AsyncGenerator[Served]:
    settings = load({"sandbox": True, "catalog": True, **flags})
    async with open_common(settings) as common, open_served(settings, common) as served:
        yield served


async def found(served: Served, **arguments: Any) -> Any:
    answer = await served.caller.call(SEARCH, arguments)
    assert answer.data is not None, answer.text
    assert json.loads(answer.text) == answer.data
    return answer.data


async def told(served: Served, tool: str, **arguments: Any) -> str:
    answer = await served.caller.call(tool, arguments)
    assert answer.is_error
    return answer.text


# ---- The listing


@pytest.mark.parametrize("flags", [{"catalog": True}, {"toolsets": "catalog"}, {"toolsets": "catalog,all"}], ids=str)
async def test_three_small_tools_are_listed(flags: dict[str, Any]):
    settings = load({"sandbox": True, **flags})
    async with open_common(settings) as common, open_served(settings, common) as served:
        tools = await served.listing()
    assert [tool.name for tool in tools] == [SEARCH, READ, WRITE]
    listed = [tool.model_dump(by_alias=True, mode="json", exclude_none=True) for tool in tools]
    assert len(to_json({"tools": listed})) < 2000
    hints = {tool.name: tool.annotations for tool in tools}
    assert [hint is not None and hint.read_only_hint for hint in hints.values()] == [True, True, False]
    assert [hint is not None and hint.destructive_hint for hint in hints.values()] == [False, False, True]
    assert all(tool.title and tool.description and tool.output_schema == {"type": "object"} for tool in tools)


@pytest.mark.parametrize("flags", [{"read_only": True}, {"tools": "users_me,hooks_list"}], ids=str)
async def test_where_nothing_can_be_changed_there_is_no_tool_for_it(flags: dict[str, Any]):
    async with serving(**flags) as served:
        assert [tool.name for tool in await served.listing()] == [SEARCH, READ]
        text = await told(served, READ, name="scenarios_stop", arguments={"scenarioId": 5})
        assert "`scenarios_stop`" in text
        assert "operator" in text


async def test_schemas_of_answers_can_be_left_out():
    async with serving(no_output_schemas=True) as served:
        assert all(tool.output_schema is None for tool in await served.listing())


# ---- Finding


async def test_without_a_query_the_groups_are_shown_with_the_names_of_their_tools():
    async with serving() as served:
        groups = (await found(served))["groups"]
        assert {name for names in groups.values() for name in names} == EVERY
        assert list(groups) == ["account", *(group.name for group in GROUPS)]
        assert len((await served.caller.call(SEARCH, {})).text) < 2500


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("why did a scenario fail", "scenarios_diagnose"), ("retry failed run", "incomplete_executions_retry"),
        ("webhook", "hooks_list"), ("delete connection", "connections_delete"), ("switch a scenario off", "scenarios_stop"),
        ("scenarios_export", "scenarios_export"), ("dlqs_list", "incomplete_executions_list"), ("CONNECTIONS_GET", "connections_get"),
        ("members of a team", "users_list"), ("copy scenario", "scenarios_clone"), ("mark notifications read", "notifications_mark_read"),
    ],
)  # fmt: skip
async def test_words_find_the_tool_that_is_meant(query: str, first: str):
    async with serving() as served:
        answer = await found(served, query=query)
    assert first in [tool["name"] for tool in answer["tools"][:3]], [tool["name"] for tool in answer["tools"]]


async def test_the_best_come_with_what_they_take_and_the_others_with_a_word():
    async with serving() as served:
        answer = await found(served, query="delete")
        entries = answer["tools"]
        assert 3 < len(entries) <= 8
        assert [("inputSchema" in entry) for entry in entries] == [True] * 3 + [False] * (len(entries) - 3)
        best = entries[0]["inputSchema"]
        assert best["properties"]["confirm"]["type"] == "string"
        assert all(entry["effect"] == ENDPOINTS[entry["name"]].effect for entry in entries)
        within = await found(served, query="delete", group="hooks")
        assert within["tools"][0]["name"] == "hooks_delete"
        assert all(entry["name"].startswith("hooks_") for entry in within["tools"])
        members = await found(served, group="hooks")
        assert [entry["name"] for entry in members["tools"]] == [e.name for e in GROUPS[6].endpoints]


async def test_what_is_not_there_is_not_found():
    async with serving(toolsets="catalog,users", exclude_tools="users_update") as served:
        assert (await found(served))["groups"] == {"users": ["users_me", "users_list"]}
        assert (await found(served, query="hooks"))["tools"] == []
        assert "without arguments shows what there is" in (await found(served, query="qqqq"))["note"]
        assert "`group` takes one of users" in await told(served, SEARCH, group="hooks")
        assert "did you mean `query`?" in await told(served, SEARCH, quary="x")


async def test_what_is_found_stays_below_the_byte_cap():
    async with serving(max_result_bytes=2000) as served:
        for query in ("delete", "scenario", "list", "a team's connections and hooks and users"):
            assert len((await served.caller.call(SEARCH, {"query": query})).text.encode()) <= 2000


# ---- Calling


async def test_a_read_answers_as_the_tool_itself_does():
    async with serving() as served:
        for arguments in (None, {}, {"fields": ["id"]}, '{"fields": ["id"]}'):
            given = json.loads(arguments) if isinstance(arguments, str) else arguments or {}
            through = await served.caller.call(READ, {"name": "users_me", "arguments": arguments})
            assert through == await served.caller.call("users_me", given)
        assert "takes a whole number" in await told(served, READ, name="teams_list", arguments={"organizationId": "5"})


async def test_reading_and_writing_have_a_door_each():
    async with serving() as served:
        for name, endpoint in ENDPOINTS.items():
            wrong, right = (WRITE, READ) if endpoint.effect == "read" else (READ, WRITE)
            text = await told(served, wrong, name=name, arguments={"confirm": True})
            assert text.startswith(f"{wrong}: {name} ")
            assert f"Next: {right} with the same name and arguments." in text


async def test_an_unknown_tool_gets_the_nearest_name_and_the_form_is_checked():
    async with serving() as served:
        assert "Did you mean `scenarios_list`? Next: tools_search." in await told(served, READ, name="scenario_list")
        assert "There is no tool `tools_search`" in await told(served, READ, name=SEARCH)
        assert "`name` is missing" in await told(served, READ)
        answer = await served.caller.call(WRITE, {"tool": "scenarios_stop", "arguments": {}})
        assert "there is no argument `tool` (did you mean `name`?)" in answer.text
        assert "there is no argument `args` (did you mean `arguments`?)" in await told(
            served, READ, name="users_me", args={}
        )
        assert "takes an object" in await told(served, READ, name="users_me", arguments=[])
        assert "a string that is no JSON" in await told(served, READ, name="users_me", arguments="{")
        assert "`confirm` stands inside `arguments`" in await told(served, WRITE, name="scenarios_stop", confirm=True)


async def test_a_write_is_previewed_and_confirmed_inside_the_arguments():
    async with serving() as served:
        hook = {"teamId": TEAM, "name": "Trial"}
        preview = (await served.caller.call(WRITE, {"name": "hooks_create", "arguments": hook})).data
        assert preview is not None
        assert (preview["status"], preview["tool"]) == ("confirmation_required", "hooks_create")
        assert preview["toConfirm"].endswith("`confirm` stands inside `arguments`.")
        done = await served.caller.call(WRITE, {"name": "hooks_create", "arguments": {**hook, "confirm": True}})
        assert done.data is not None
        gone = {"hookId": done.data["hook"]["id"]}
        coded = await served.caller.call(WRITE, {"name": "hooks_delete", "arguments": gone})
        assert coded.data is not None
        assert json.loads(coded.text) == coded.data
        # A code is good for the tool, whichever way it is called.
        deleted = await served.caller.call("hooks_delete", {**gone, "confirm": coded.data["code"]})
        assert deleted.data == {"hook": gone["hookId"]}


async def test_a_preview_at_the_cap_stays_below_it():
    async with serving(max_result_bytes=2000) as served:
        blueprint: dict[str, Any] = {"name": "Long", "flow": [], "metadata": {"x": "y" * 5000}}
        given: dict[str, Any] = {"teamId": 1, "blueprint": blueprint, "scheduling": {"type": "on-demand"}}
        answer = await served.caller.call(WRITE, {"name": "scenarios_create", "arguments": given})
        assert answer.data is not None
        assert len(answer.text.encode()) <= 2000


async def test_decisions_stand_in_the_log_under_the_tool_that_was_meant(tmp_path: Path):
    log = tmp_path / "audit.log"
    async with serving(audit_log=str(log)) as served:
        for name in ("connections_update", "hooks_rename"):
            arguments = {"hookId" if name == "hooks_rename" else "connectionId": 1, "name": "x"}
            await served.caller.call(WRITE, {"name": name, "arguments": arguments})
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [line["tool"] for line in lines] == ["connections_rename", "hooks_rename"]


# ---- Over the protocol


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_person_is_asked_and_idempotency_keys_count(mode: str):
    questions: list[ElicitRequestParams] = []

    async def person(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        assert context.request_id is not None
        questions.append(params)
        assert isinstance(params, ElicitRequestFormParams)
        return accepting(params)

    async with serving() as served, Client(server_for(Same(served)), mode=mode, elicitation_callback=person) as client:

        async def call(tool: str, name: str, arguments: dict[str, Any], **more: Any) -> CallToolResult:
            return await client.call_tool(tool, {"name": name, "arguments": arguments}, **more)

        given = {"organizationId": 2767268, "name": "Trial", "confirm": True}
        first, again = [await call(WRITE, "teams_create", given, meta={KEY: "k1"}) for _ in range(2)]
        assert first.structured_content == again.structured_content is not None
        assert (again.meta or {}).get(REPEATED) is True
        gone = {"teamId": first.structured_content["team"]["id"]}
        preview = (await call(WRITE, "teams_delete", gone)).structured_content
        assert preview is not None
        assert questions == []
        done = await call(WRITE, "teams_delete", {**gone, "confirm": preview["code"]})
        assert not done.is_error, text_of(done)
        assert len(questions) == 1
        assert (await call(READ, "users_me", {})).structured_content is not None


async def test_a_caller_who_may_only_read_finds_and_calls_nothing_that_writes():
    async with serving() as served:
        assert served.caller.reads(SEARCH)
        assert served.caller.reads(READ)
        assert not served.caller.reads(WRITE)
        reader = Nobody(may_write=False)
        groups = (await served.caller.call(SEARCH, {}, reader)).data
        assert groups is not None
        writing = {endpoint.name for endpoint in WRITES}
        assert not writing & {name for names in groups["groups"].values() for name in names}
        refused = await served.caller.call(WRITE, {"name": "scenarios_stop", "arguments": {"scenarioId": 5}}, reader)
        assert "insufficient_scope" in refused.text
