"""Old names of tools: those of Make's own pages. They are not listed, and a call under one is a call under the new name."""

import json
from pathlib import Path

import pytest
from tests.server.network import BOTH_KEYS, ENDPOINTS, Network, calling, carried_out, json_answer
from tests.server.numbered import Make, at, is_the_same

from make_mcp.callers import open_caller
from make_mcp.commands.call import read_values
from make_mcp.settings import load

OLD = {
    "connections_update": "connections_rename", "hooks_update": "hooks_rename", "dlqs_list": "incomplete_executions_list",
    "dlqs_get": "incomplete_executions_get", "dlqs_retry": "incomplete_executions_retry",
    "dlqs_delete": "incomplete_executions_delete",
}  # fmt: skip


def test_these_are_the_old_names():
    assert {old: endpoint.name for endpoint in ENDPOINTS.values() for old in endpoint.formerly} == OLD


async def test_they_are_not_listed():
    async with open_caller(load({"sandbox": True, "toolsets": "all"})) as (caller, tools):
        assert not {tool.name for tool in tools} & set(OLD)
        assert caller.reads("dlqs_list")
        assert not caller.reads("dlqs_retry")


@pytest.mark.parametrize(("old", "new"), OLD.items())
async def test_a_call_under_one_says_and_sends_what_a_call_under_the_new_name_does(old: str, new: str):
    given = {"connectionId": 5, "name": "x"} if "connections" in old else {"hookId": 5, "name": "x"}
    given = {"scenarioId": 5, "ids": ["a" * 32]} if old == "dlqs_delete" else given
    given = {"scenarioId": 5} if old == "dlqs_list" else given
    given = {"incompleteExecutionId": "a" * 32} if old in {"dlqs_get", "dlqs_retry"} else given
    sent: list[list[str]] = []
    texts: list[str] = []
    for name in (old, new):
        network = Network()
        async with calling(network, dict(BOTH_KEYS)) as caller:
            texts.append((await caller.call(name, given)).text)
            texts.append((await caller.call(name, {"nope": 1})).text)
        sent.append([f"{request.method} {request.url}" for request in network.sent])
    assert sent[0] == sent[1]
    assert texts[1] == texts[3]
    assert texts[1].startswith(f"{new} was not called")
    first, second = (json.loads(text) for text in (texts[0], texts[2]))
    assert {k: v for k, v in first.items() if k != "code"} == {k: v for k, v in second.items() if k != "code"}


async def test_a_code_and_an_idempotency_key_count_under_either():
    runs = {
        "dlqs": [{"id": "a" * 32, "reason": "x", "created": "2026-01-01T00:00:00.000Z"}],
        "scenario": {"id": 5, "name": "S"},
    }
    network = Network(lambda request: json_answer(runs if request.method == "GET" else {"dlqs": ["a" * 32]}))
    given = {"scenarioId": 5, "ids": ["a" * 32]}
    async with calling(network, dict(BOTH_KEYS)) as caller:
        preview = (await caller.call("dlqs_delete", given)).data
        assert preview is not None
        assert preview["tool"] == "incomplete_executions_delete"
        done = await caller.call("incomplete_executions_delete", {**given, "confirm": preview["code"]})
        assert not done.is_error, done.text
        assert "used before" in (await caller.call("dlqs_delete", {**given, "confirm": preview["code"]})).text
    async with Make() as make, calling(None, at(make)) as caller:
        renaming = {"hookId": 5, "name": "Orders", "confirm": True}
        first = await caller.call("hooks_update", renaming, key="k1")
        is_the_same(first, await caller.call("hooks_rename", renaming, key="k1"))
        assert make.writes == 1


async def test_the_audit_log_and_the_command_line_know_the_new_name(tmp_path: Path):
    log = tmp_path / "audit.log"
    async with open_caller(load({"sandbox": True, "audit_log": str(log)})) as (caller, _):
        await caller.call("hooks_update", {"hookId": 1, "name": "x"})
    assert json.loads(log.read_text(encoding="utf-8"))["tool"] == "hooks_rename"
    # A name of digits stays text, as the tool takes it.
    assert read_values("hooks_update", ["hookId=5", "name=007"]) == {"hookId": 5, "name": "007"}
    assert read_values("find", ["text=007"]) == {"text": "007"}


async def test_a_confirmed_write_under_an_old_name_leaves_once():
    network = Network()
    async with calling(network, dict(BOTH_KEYS)) as caller:
        assert not (await carried_out(caller, "hooks_rename", {"hookId": 5, "name": "x"})).is_error
        assert not (await caller.call("hooks_update", {"hookId": 5, "name": "y", "confirm": True})).is_error
    assert [request.method for request in network.sent if request.method != "GET"] == ["PATCH", "PATCH"]
