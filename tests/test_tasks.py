"""The ten tasks of benchmarks/tasks with our tools, against what Make's side took when it was measured last."""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from mcp import Client
from tests.conftest import ROOT
from tests.end_to_end.accounts import text_of
from tests.end_to_end.upstream import serving

import make_sandbox
from make_mcp.app import build
from make_mcp.callers import open_caller
from make_mcp.settings import load
from tasks import ours, theirs
from tasks.account import Account, reading
from tasks.figures import KEPT
from tasks.goals import GOALS, Goal
from tasks.measuring import Played, play, short
from tasks.playing import Agent, Answer, Ask, Json, Outcome
from tasks.practice import account as practice

FIGURES: Json = json.loads(KEPT.read_text(encoding="utf-8"))
BY_NAME = {goal.name: goal for goal in GOALS}


@asynccontextmanager
async def at_table() -> AsyncGenerator[tuple[Account, Ask]]:
    """A fresh account over HTTP, and our tools on it."""
    with serving(practice()) as address:
        settings = load({"make_api_key": make_sandbox.TOKEN, "make_base_url": address, "pace": "off"})
        async with (
            reading(address) as account,
            open_caller(settings) as (caller, tools),
            Client(build(caller, tools)) as client,
        ):

            async def ask(tool: str, arguments: Mapping[str, Any]) -> Answer:
                result = await client.call_tool(tool, dict(arguments))
                return Answer(text=text_of(result), is_error=bool(result.is_error))

            yield account, ask


@pytest.fixture(scope="module")
def table() -> dict[str, Played]:
    """What was played already."""
    return {}


async def played(goal: Goal, table: dict[str, Played]) -> Played:
    if goal.name in table:
        return table[goal.name]
    async with at_table() as (account, ask):
        table[goal.name] = await play(goal, ours.SCRIPTS[goal.name], account, ask)
    return table[goal.name]


@pytest.mark.parametrize("goal", GOALS, ids=lambda goal: goal.name)
async def test_a_task_reaches_its_goal_with_half_the_bytes_of_makes_tools_and_no_more_calls(
    goal: Goal, table: dict[str, Played]
):
    own, makes = await played(goal, table), FIGURES["tasks"][goal.name]
    limits = {"makes_calls": makes["calls"], "makes_size": makes["bytes"]}
    assert own.problems == ()
    assert own.outcome.missing == ""
    assert short(own.calls, own.size, **limits) == []


@pytest.mark.parametrize(
    ("calls", "size", "falls_short"),
    [(3, 500, []), (4, 500, ["4 calls instead of 3"]), (3, 501, ["501 bytes instead of 500"])],
)
def test_a_row_falls_short_with_a_call_more_or_a_byte_above_half(calls: int, size: int, falls_short: list[str]):
    assert short(calls, size, makes_calls=3, makes_size=1000) == falls_short


def test_both_sides_play_the_same_ten_tasks():
    names = [goal.name for goal in GOALS]
    assert len(names) == 10
    assert list(ours.SCRIPTS) == list(theirs.SCRIPTS) == names
    assert sorted(FIGURES["tasks"]) == sorted(names)


def test_the_figures_are_of_the_sdk_that_is_measured():
    package: Json = json.loads((ROOT / "benchmarks" / "node" / "package.json").read_text(encoding="utf-8"))
    assert FIGURES["sdk"] == f"@makehq/sdk {package['dependencies']['@makehq/sdk']}"


async def test_the_practice_account_of_a_task_is_the_same_each_time():
    states: list[Any] = []
    for _ in range(2):
        with serving(practice()) as address:
            async with reading(address) as account:
                state = await account.state()
        # A hook's address holds the port.
        states.append({thing: {k: v for k, v in row.items() if k != "url"} for thing, row in state.items()})
    assert states[0] == states[1]


CHANGING = ("retry", "delete_connection", "copy", "rename", "clean_up", "run")


@pytest.mark.parametrize("name", CHANGING)
async def test_who_reports_the_truth_and_does_nothing_has_not_reached_the_goal(name: str, table: dict[str, Played]):
    goal = BY_NAME[name]
    found = (await played(goal, table)).outcome.found

    async def idle(_: Agent) -> Outcome:
        return Outcome(found=found)

    async with at_table() as (account, ask):
        assert (await play(goal, idle, account, ask)).problems


@pytest.mark.parametrize("name", ["limit", "rename"])
async def test_whatever_else_is_changed_is_noticed(name: str):
    goal = BY_NAME[name]

    async def careless(agent: Agent) -> Outcome:
        outcome = await ours.SCRIPTS[name](agent)
        await agent.call("scenarios_stop", scenarioId=4667500, confirm=True)
        return outcome

    async with at_table() as (account, ask):
        problems = (await play(goal, careless, account, ask)).problems
    assert any("scenario 4667500.isActive" in problem for problem in problems)
    assert all("4667500" in problem for problem in problems)
