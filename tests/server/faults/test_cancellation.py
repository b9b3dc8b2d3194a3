"""A call that its client takes back ends at Make too, over each transport and in both protocol eras, and the next one works.

Official clients of the server as a process, in front of an upstream that never answers: only a cancellation ends what waits.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.client.context import ClientRequestContext
from mcp_types import ElicitRequestParams, ElicitResult
from tests.end_to_end.accounts import text_of
from tests.server.faults.manners import hang
from tests.server.faults.served import SOON, Era, Json, Served, Transport, Waits, Watched, client, serving

Way = tuple[Transport, Era]
BY_NOTIFICATION: list[Way] = [
    ("stdio", "2026-07-28"), ("stdio", "2025-11-25"), ("sse", "2026-07-28"), ("sse", "2025-11-25"),
]  # fmt: skip
BY_CLOSING: list[Way] = [("http", "2026-07-28")]
IN_A_SESSION: list[Way] = [("http", "2025-11-25")]
EVERY_WAY = [*BY_NOTIFICATION, *BY_CLOSING, *IN_A_SESSION]

READ = ("scenarios_get", {"scenarioId": 5})
WRITE = ("scenarios_start", {"scenarioId": 5, "confirm": True})


async def taken_back(
    connected: Client, call: tuple[str, Json], when: Callable[[], Awaitable[Any]], **more: Any
) -> None:
    """Makes a call and takes it back as soon as `when` says so."""
    async with anyio.create_task_group() as tasks:

        async def make() -> None:
            answer = await connected.call_tool(*call, **more)
            raise AssertionError(f"answered: {answer}")

        tasks.start_soon(make)
        await when()
        tasks.cancel_scope.cancel()


async def goes_on(connected: Client, served: Served, results: int = 0) -> None:
    """The next call works, and it is the next one that is answered: `results` is how many were before."""
    for number in (1, 2):
        assert not (await connected.call_tool("users_me", {})).is_error
        assert served.results() == results + number
    assert served.stderr == []


async def taken_back_at_make(
    way: Way, call: tuple[str, Json], path: str, folder: Path, checks: Callable[[Served], None]
) -> None:
    async with Watched() as upstream:
        upstream.on(path, hang)
        async with serving(way[0], upstream, folder) as served, client(served, way[1]) as connected:
            await taken_back(connected, call, lambda: upstream.has(1, path))
            await upstream.loses(path)
            await goes_on(connected, served)
            assert len(upstream.of(path)) == 1
            checks(served)


def no_decision(served: Served) -> None:
    assert served.decisions() == []


def one_unknown(served: Served) -> None:
    decisions = [(one["tool"], one["decision"], one["outcome"]) for one in served.decisions()]
    assert decisions == [("scenarios_start", "confirmed", "unknown")]


@pytest.mark.parametrize("way", BY_NOTIFICATION, ids="-".join)
async def test_a_read_that_is_cancelled_by_a_notification_ends_at_make(way: Way, tmp_path: Path):
    """F20: the upstream connection is closed, no answer is sent, the next call works."""
    await taken_back_at_make(way, READ, "/scenarios/5", tmp_path, no_decision)


@pytest.mark.parametrize("way", BY_CLOSING, ids="-".join)
async def test_a_read_ends_at_make_when_its_stream_is_closed(way: Way, tmp_path: Path):
    """F21: closing the stream of an answer is how a client of 2026-07-28 takes its request back."""
    await taken_back_at_make(way, READ, "/scenarios/5", tmp_path, no_decision)


@pytest.mark.parametrize("way", IN_A_SESSION, ids="-".join)
async def test_a_read_of_a_session_over_http_ends_at_make(way: Way, tmp_path: Path):
    """F22: the notification comes with a request of its own, for the same session."""
    await taken_back_at_make(way, READ, "/scenarios/5", tmp_path, no_decision)


@pytest.mark.parametrize("way", EVERY_WAY, ids="-".join)
async def test_a_write_that_is_taken_back_ends_at_make_and_counts_as_unknown(way: Way, tmp_path: Path):
    """F23: the request is aborted like any other, and the audit log says that nobody knows what it did."""
    await taken_back_at_make(way, WRITE, "/scenarios/5/start", tmp_path, one_unknown)


@pytest.mark.parametrize("way", EVERY_WAY, ids="-".join)
async def test_a_code_stays_used_when_its_call_is_taken_back(way: Way, tmp_path: Path):
    """F23: it may have deleted what it was for, so that it must not be good for another try."""
    async with Watched() as upstream:
        upstream.on("/hooks/5", hang, method="DELETE")
        async with serving(way[0], upstream, tmp_path) as served, client(served, way[1]) as connected:
            preview = (await connected.call_tool("hooks_delete", {"hookId": 5})).structured_content
            assert preview is not None
            again = ("hooks_delete", {"hookId": 5, "confirm": preview["code"]})
            await taken_back(connected, again, lambda: upstream.has(1, "/hooks/5", "DELETE"))
            await upstream.loses("/hooks/5", "DELETE")
            await goes_on(connected, served, results=1)
            second = await connected.call_tool(*again)
            assert second.is_error
            assert "used" in text_of(second)
            assert len(upstream.writes) == 1
            assert [one["outcome"] for one in served.decisions()] == ["nothing_sent", "unknown", "nothing_sent"]


class Silent:
    """A person who never answers."""

    def __init__(self) -> None:
        self.asked = anyio.Event()
        self.left_alone = anyio.Event()

    async def __call__(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:  # noqa: ARG002  # the SDK calls it so
        self.asked.set()
        try:
            await anyio.sleep_forever()
        finally:
            self.left_alone.set()
        raise AssertionError


@pytest.mark.parametrize("way", [way for way in EVERY_WAY if way[1] == "2025-11-25"], ids="-".join)
async def test_a_call_that_waits_for_a_person_is_taken_back(way: Way, tmp_path: Path):
    """F20: nothing is sent, and the person is not asked any more."""
    person = Silent()
    async with Watched() as upstream:
        async with serving(way[0], upstream, tmp_path) as served, client(served, way[1], person) as connected:
            preview = (await connected.call_tool("hooks_delete", {"hookId": 5})).structured_content
            assert preview is not None
            await taken_back(connected, ("hooks_delete", {"hookId": 5, "confirm": preview["code"]}), person.asked.wait)
            with anyio.fail_after(SOON):
                await person.left_alone.wait()
            await goes_on(connected, served, results=1)
            last = served.decisions()[-1]
            assert (last["decision"], last["reason"], last["outcome"]) == ("refused", "cancelled", "nothing_sent")
        assert upstream.writes == []


@pytest.mark.parametrize("way", EVERY_WAY, ids="-".join)
async def test_a_call_that_waits_for_its_turn_is_taken_back(way: Way, tmp_path: Path):
    """F20: it never leaves, and what needs no turn is answered."""
    waits = Waits()
    async with Watched() as upstream:
        slow = {"MAKE_MCP_PACE": "1/minute", "MAKE_MCP_TIMEOUT": "120"}
        async with serving(way[0], upstream, tmp_path, **slow) as served, client(served, way[1]) as connected:
            assert not (await connected.call_tool("users_me", {})).is_error
            await taken_back(connected, READ, waits.told.wait, progress_callback=waits)
            assert "takes a whole number" in text_of(await connected.call_tool("scenarios_get", {"scenarioId": "5"}))
            assert served.results() == 2
            assert served.stderr == []
        assert len(upstream.arrived) == 1
