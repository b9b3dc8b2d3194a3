"""Waiting for a run: how it ended, or that it goes on."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx2
import pytest
from tests.server.faults.clock import Clock
from tests.server.recipes.accounts import CALENDAR, DRAFTS, LEADS, WAYS, practice, proposed, refusal, told

from make_mcp.confirmation import Nobody

MOST = 480
"""Bytes of an answer."""
RUN = "a" * 32
ARGUMENTS: dict[str, Any] = {"scenarioId": 7, "executionId": RUN}
EXECUTION, LINE, LOG = f"/scenarios/7/executions/{RUN}", f"/scenarios/7/logs/{RUN}", "/scenarios/7/logs"
AT = "2026-03-09T10:00:00.000Z"


def with_the_loop() -> Any:
    """A clock of the practice account that goes as the event loop's."""
    loop, begun, moment = (
        asyncio.get_running_loop(),
        asyncio.get_running_loop().time(),
        datetime(2026, 3, 10, 8, tzinfo=UTC),
    )
    return lambda: moment + timedelta(seconds=loop.time() - begun)


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("way", WAYS)
async def test_a_run_that_was_begun_is_waited_for(way: str):
    async with practice(way, with_the_loop()) as account:
        id_ = await account.scenario(LEADS)
        begun = await account.do("scenarios_run", scenarioId=id_, data={"email": "ann@example.com", "budget": 500})
        found = await account.ask("scenarios_wait", scenarioId=id_, executionId=begun["executionId"])
        again = await account.ask("scenarios_wait", scenarioId=id_)
    assert found["executionId"] == begun["executionId"]
    assert found["status"] == "success"
    assert found["duration"] > 0
    # Nobody takes a run that ended before for the one that was just begun.
    assert again == found | {"note": "The last run that ended. executionId waits for one that has just begun."}
    if way == "maton":
        assert found["unread"] == ["What came out could not be read (404: the gateway may not pass it on)."]
    else:
        assert found["outputs"]["email"] == "ann@example.com"


@pytest.mark.parametrize("way", WAYS)
async def test_a_run_that_failed_leads_to_its_diagnosis(way: str):
    async with practice(way) as account:
        id_ = await account.scenario(CALENDAR)
        found = await account.ask("scenarios_wait", scenarioId=id_)
        assert found["status"] == "error"
        assert proposed(found) == [("scenarios_diagnose", {"scenarioId": id_, "executionId": found["executionId"]})]
        assert ("error" in found) == (way != "maton")
        assert await account.size("scenarios_wait", scenarioId=id_) <= MOST


async def test_a_scenario_that_never_ran_is_said_not_to_have_and_is_not_proposed_to_be_run():
    async with practice() as account:
        found = await account.ask("scenarios_wait", scenarioId=await account.scenario(DRAFTS))
        assert "403" in await account.refused("scenarios_wait", scenarioId=5)
    assert found == {"note": "No run has ended yet. executionId waits for one that has just begun."}


@dataclass(frozen=True)
class Listening(Nobody):
    """A client that hears how far it is."""

    heard: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])

    async def tell(self, seconds: float, message: str) -> None:
        self.heard.append((seconds, message))


async def test_a_run_that_make_does_not_know_at_first_is_waited_for_with_growing_pauses(clock: Clock):
    asked: list[float] = []

    def execution(_: httpx2.Request) -> httpx2.Response | dict[str, Any]:
        asked.append(clock.now)
        states = [
            refusal(404, "SC404"),
            refusal(404, "SC404"),
            {"status": "RUNNING"},
            {"status": "RUNNING"},
            {"status": "RUNNING"},
        ]
        return states[len(asked) - 1] if len(asked) <= len(states) else {"status": "SUCCESS", "outputs": {"n": 1}}

    async with told({EXECUTION: execution, LOG: {"scenarioLogs": []}}) as account:
        account.client = listening = Listening()
        found = await account.ask("scenarios_wait", **ARGUMENTS)
    assert found == {"executionId": RUN, "status": "success", "outputs": {"n": 1}}
    pauses = [later - earlier for earlier, later in pairwise(asked)]
    assert pauses == sorted(pauses)
    assert 1 <= pauses[0] < pauses[-1] <= 5
    assert [message for _, message in listening.heard][:2] == [
        "The run has not ended after 0 s",
        "The run has not ended after 1 s",
    ]
    assert len(listening.heard) == len(pauses)


@pytest.mark.parametrize(
    ("seconds", "allowed", "shortest", "longest"),
    [(None, 45, 25, 30), (10, 45, 5, 10), (600, 45, 33, 39), (600, 300, 288, 294), (None, 6, 2, 4)],
)
async def test_a_run_that_goes_on_ends_the_call_in_time(
    clock: Clock, seconds: int | None, allowed: int, shortest: float, longest: float
):
    more = {} if seconds is None else {"seconds": seconds}
    async with told({EXECUTION: {"status": "RUNNING"}}, timeout=allowed) as account:
        found = await account.ask("scenarios_wait", **ARGUMENTS, **more)
        size = len(str(found))
    assert shortest <= clock.now <= longest
    assert found == {"executionId": RUN, "status": "running", "waited": round(clock.now), "next": found["next"]}
    assert proposed(found) == [("scenarios_wait", ARGUMENTS)]
    assert size <= MOST


@pytest.mark.usefixtures("clock")
async def test_a_run_that_nobody_knows_is_not_said_to_go_on():
    async with told({LOG: {"scenarioLogs": []}}) as account:
        found = await account.ask("scenarios_wait", **ARGUMENTS, seconds=5)
    assert found["status"] == "unknown"
    assert "or the id is wrong" in found["note"]
    assert [tool for tool, _ in proposed(found)] == ["scenarios_wait", "scenarios_logs"]


@pytest.mark.usefixtures("clock")
async def test_through_the_gateway_the_log_tells_the_end_and_the_detail_is_asked_for_once():
    looks = 0

    def logs(_: httpx2.Request) -> dict[str, Any]:
        nonlocal looks
        looks += 1
        ended = [{"id": RUN, "status": 2, "timestamp": AT, "duration": 5, "operations": 3}]
        return {"scenarioLogs": ended if looks > 3 else []}

    async with told({EXECUTION: refusal(404), LINE: refusal(404), LOG: logs}, "maton") as account:
        found = await account.ask("scenarios_wait", **ARGUMENTS)
        details = [request for request in account.sent if request.url.path.endswith(EXECUTION)]
    assert {name: found[name] for name in ("status", "timestamp", "duration", "operations")} == {
        "status": "warning", "timestamp": AT, "duration": 5, "operations": 3,
    }  # fmt: skip
    assert len(details) == 1


@pytest.mark.usefixtures("clock")
async def test_what_is_no_answer_to_the_question_is_an_error():
    async with told({EXECUTION: refusal(401, "IM015")}) as account:
        assert "401" in await account.refused("scenarios_wait", **ARGUMENTS)


async def test_large_outputs_are_cut_to_the_cap():
    outputs = {"rows": [{"n": n, "text": "x" * 50} for n in range(2000)]}
    async with told({EXECUTION: {"status": "SUCCESS", "outputs": outputs}}) as account:
        found = await account.ask("scenarios_wait", **ARGUMENTS)
        assert await account.size("scenarios_wait", **ARGUMENTS) <= 25_000
    assert found["status"] == "success"
    assert "outputs.rows shows" in found["note"]


async def test_outputs_keep_every_character():
    async with told({EXECUTION: {"status": "SUCCESS", "outputs": {"text": "a\u200bb", "none": None}}}) as account:
        assert (await account.ask("scenarios_wait", **ARGUMENTS))["outputs"] == {"text": "a\u200bb", "none": None}
