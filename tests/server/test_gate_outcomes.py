"""What Make's answer to a confirmed write means: so already, gone already, or not known."""

import asyncio
from typing import Any

import httpx2
import pytest
from tests.server.gates import TEAM, Bench, Person, bench, soon, typed
from tests.server.network import json_answer

from make_mcp.confirmation import Done, Nobody, Told
from make_mcp.upstream import BadAnswer, OutcomeUnknown, Refused, Unreachable
from make_tools import ArgumentError

NOBODY = Nobody()
DELETE = "scenarios_delete"
LOST: dict[str, Any] = {"message": "Permission denied", "code": "SC403"}


def told(outcome: Done | Told) -> dict[str, Any]:
    assert isinstance(outcome, Told)
    return outcome.content


# So already


async def test_what_is_so_already_is_a_success_that_says_so():
    async with bench() as b:
        id_ = await b.scenario()
        for tool, words in (("scenarios_stop", "is not running"), ("scenarios_start", "already running")):
            if tool == "scenarios_start":
                assert isinstance(await b.call(tool, NOBODY, scenarioId=id_, confirm=True), Done)
            content = told(await b.call(tool, NOBODY, scenarioId=id_, confirm=True))
            assert content["status"] == "already_so"
            assert content["nothingChanged"] is True
            assert words in content["told"]
            assert b.audit[-1] == "confirmed by argument: already_so 422"


async def test_the_words_of_one_tool_are_no_success_of_another():
    async with bench() as b:
        id_ = await b.scenario()
        for tool, words in (
            ("scenarios_start", "is not running"),
            ("scenarios_stop", "already running"),
            ("scenarios_run", "already running"),
        ):
            b.wire.answers("POST", json_answer({"message": f"Scenario {words}"}, 422))
            with pytest.raises(Refused):
                await b.call(tool, NOBODY, scenarioId=id_, confirm=True)
            assert b.audit[-1] == "confirmed by argument: refused_by_make 422"


# Gone already, or not known


async def unanswered(b: Bench, id_: int, *, cancelled: bool = False) -> None:
    """A confirmed deletion that took effect, and whose answer never came."""
    code = await b.code(DELETE, NOBODY, scenarioId=id_)
    if not cancelled:
        b.wire.loses_answers("DELETE")
        with pytest.raises(OutcomeUnknown, match="outcome_unknown: "):
            await b.call(DELETE, NOBODY, scenarioId=id_, confirm=code)
    else:
        deleted = asyncio.Event()

        async def instead(request: httpx2.Request) -> None:
            if request.method == "DELETE":
                await b.wire.deliver(request)
                deleted.set()
                await asyncio.Event().wait()

        b.wire.instead = instead
        call = asyncio.ensure_future(b.call(DELETE, NOBODY, scenarioId=id_, confirm=code))
        await soon(deleted)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    b.wire.instead = None
    assert b.audit[-1] == "confirmed by code: unknown"


@pytest.mark.parametrize("cancelled", [False, True])
async def test_what_a_call_without_an_answer_has_deleted_is_gone_and_that_is_a_success(cancelled: bool):
    async with bench() as b:
        id_ = await b.scenario()
        before = await b.code(DELETE, NOBODY, scenarioId=id_)
        await unanswered(b, id_, cancelled=cancelled)
        for confirm in (None, True, before):
            content = told(await b.call(DELETE, NOBODY, scenarioId=id_, confirm=confirm))
            assert content["status"] == "already_gone"
            assert content["nothingChanged"] is True
            assert b.audit[-1].endswith(": already_so")
        assert b.wire.writes == [f"DELETE /scenarios/{id_}"]


async def test_a_call_that_finds_its_target_gone_is_not_logged_as_refused():
    async with bench() as b:
        id_ = await b.scenario()
        await unanswered(b, id_)
        await b.call(DELETE, NOBODY, scenarioId=id_)
        assert not b.audit[-1].startswith("refused")


@pytest.mark.parametrize("failure", [json_answer({"message": "m"}, 502), httpx2.Response(200, content=b"<html>")])
async def test_an_answer_that_tells_nothing_leaves_the_outcome_open_too(failure: httpx2.Response):
    async with bench() as b:
        id_ = await b.scenario()
        code = await b.code(DELETE, NOBODY, scenarioId=id_)
        b.wire.answers("DELETE", failure)
        with pytest.raises((Refused, BadAnswer)):
            await b.call(DELETE, NOBODY, scenarioId=id_, confirm=code)
        b.wire.instead = None
        # It is there: the next call is as any other.
        assert "code" in await b.preview(DELETE, NOBODY, scenarioId=id_)
        (await b.make.delete(f"/scenarios/{id_}")).raise_for_status()
        assert told(await b.call(DELETE, NOBODY, scenarioId=id_))["status"] == "already_gone"


async def test_a_deletion_that_comes_second_to_one_without_an_answer_finds_it_gone():
    async with bench() as b:
        id_ = await b.scenario()
        code = await b.code(DELETE, NOBODY, scenarioId=id_)
        at_make, gone = asyncio.Event(), asyncio.Event()

        async def instead(request: httpx2.Request) -> None:
            if request.method == "DELETE":
                at_make.set()
                await soon(gone)

        b.wire.instead = instead
        second = asyncio.ensure_future(b.call(DELETE, NOBODY, scenarioId=id_, confirm=code))
        await soon(at_make)
        await unanswered(b, id_)
        gone.set()
        assert told(await second)["status"] == "already_gone"
        assert b.audit[-1] == "confirmed by code: already_so 403"


@pytest.mark.parametrize("status", [403, 404])
async def test_a_refusal_without_such_a_history_stays_a_refusal(status: int):
    async with bench() as b:
        id_, other = await b.scenario(), await b.scenario()
        await unanswered(b, other)
        code = await b.code(DELETE, NOBODY, scenarioId=id_)
        b.wire.answers("DELETE", json_answer(LOST, status))
        with pytest.raises(Refused):
            await b.call(DELETE, NOBODY, scenarioId=id_, confirm=code)
        assert b.audit[-1] == f"confirmed by code: refused_by_make {status}"
        b.wire.answers("GET", json_answer(LOST, status))
        assert "notRead" in await b.preview(DELETE, NOBODY, scenarioId=id_)
        # Nor is the history of one caller, or of one tool, that of another.
        for tool, client, arguments in (
            (DELETE, Person(caller="x"), {"scenarioId": other}),
            ("teams_delete", NOBODY, {"teamId": TEAM}),
        ):
            assert "notRead" in await b.preview(tool, client, **arguments)


async def test_a_deletion_that_never_left_is_no_history():
    async with bench() as b:
        id_ = await b.scenario()
        code = await b.code(DELETE, NOBODY, scenarioId=id_)
        b.wire.answers("DELETE", httpx2.ConnectError("no route"))
        with pytest.raises(Unreachable):
            await b.call(DELETE, NOBODY, scenarioId=id_, confirm=code)
        b.wire.instead = None
        (await b.make.delete(f"/scenarios/{id_}")).raise_for_status()
        assert "notRead" in await b.preview(DELETE, NOBODY, scenarioId=id_)


async def test_what_was_read_a_moment_ago_is_not_told_to_be_gone():
    async with bench() as b:
        id_ = await b.scenario()
        b.wire.answers("DELETE", httpx2.ReadTimeout("slow"))
        with pytest.raises(OutcomeUnknown):
            await b.call(DELETE, NOBODY, scenarioId=id_, confirm=await b.code(DELETE, NOBODY, scenarioId=id_))
        b.wire.answers("DELETE", json_answer(LOST, 403))
        code = await b.code(DELETE, NOBODY, scenarioId=id_)
        with pytest.raises(Refused):
            await b.call(DELETE, NOBODY, scenarioId=id_, confirm=code)


async def test_what_could_never_be_read_is_not_told_to_be_gone():
    async with bench() as b:
        id_ = await b.scenario()

        async def instead(request: httpx2.Request) -> httpx2.Response:
            if request.method == "GET":
                return json_answer(LOST, 403)
            raise httpx2.ReadTimeout("slow")

        b.wire.instead = instead
        with pytest.raises(OutcomeUnknown):
            await b.call(DELETE, NOBODY, scenarioId=id_, confirm=await b.code(DELETE, NOBODY, scenarioId=id_))
        assert told(await b.call(DELETE, NOBODY, scenarioId=id_))["status"] == "confirmation_required"


async def test_a_write_that_is_cancelled_under_way_is_logged_as_unknown_and_its_code_stays_used():
    async with bench("strict") as b:
        id_ = await b.scenario()
        code = await b.code("scenarios_start", NOBODY, scenarioId=id_)
        left = asyncio.Event()

        async def instead(request: httpx2.Request) -> None:
            if request.method == "POST":
                left.set()
                await asyncio.Event().wait()

        b.wire.instead = instead
        call = asyncio.ensure_future(b.call("scenarios_start", NOBODY, scenarioId=id_, confirm=code))
        await soon(left)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert b.audit[-1] == "confirmed by code: unknown"
        b.wire.instead = None
        assert await b.refused("scenarios_start", NOBODY, scenarioId=id_, confirm=code) == "used"


async def test_the_log_keeps_ids_and_nothing_else_of_a_call():
    async with bench() as b:
        id_ = await b.scenario("Secret plan")
        call = {"scenarioId": id_, "name": "canary-7c1", "description": "canary-7c2"}
        await b.call("scenarios_update", NOBODY, **call)
        await b.call("scenarios_update", NOBODY, **call, confirm=True)
        person = Person(typed("canary-7c3"))
        code = await b.code(DELETE, person, scenarioId=id_)
        assert await b.refused(DELETE, person, scenarioId=id_, confirm=code) == "wrong_name"
        with pytest.raises(ArgumentError):
            await b.call(DELETE, person, scenarioId="canary-7c4")
        lines = [entry.to_json() for entry in b.entries]
        assert len(lines) == 5
        assert not any(secret in line for line in lines for secret in ("canary", "Secret", code))
        assert [entry.target for entry in b.entries] == [{"scenarioId": id_}] * 4 + [{}]
