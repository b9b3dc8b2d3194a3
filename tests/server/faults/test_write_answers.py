"""What the answer to a write means: not done, done in part, gone already, or nobody knows."""

from typing import Any

import pytest
from tests.server.faults.calls import (
    CLEAR,
    DELETE,
    RUN,
    START,
    WRITES,
    Call,
    is_whole,
    says_unknown,
    seconds_in,
    told,
)
from tests.server.faults.clock import Clock
from tests.server.faults.manners import (
    answer,
    hang,
    reset,
)
from tests.server.faults.upstream import SEEN, Upstream, tally
from tests.server.network import ENDPOINTS, calling

by_write = pytest.mark.parametrize("call", WRITES, ids=str)


# ---- F7, F8: the other side has answered


@by_write
@pytest.mark.parametrize("wait", ["2", "17", "3600"])
async def test_a_write_that_came_too_early_is_told_to_wait_and_does_not(call: Call, wait: str, clock: Clock):
    """F7: 429 on a write: no retry by itself, the error carries the wait, and that it was not done."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on_writes(answer({"message": "Requests limit for organization exceeded"}, 429, retry_after=wait))
        text = told(await call.by(caller), call)
        assert tally(upstream.writes) == {f"{call.method} {call.path}": 1}
    assert seconds_in(text) == int(wait)
    assert "429" in text
    assert "may have" not in text
    assert clock.now == 0


async def test_a_429_says_who_sent_it(clock: Clock):
    """F7: Make's words and the gateway's page are told apart as far as they can be."""
    async with Upstream() as upstream, calling(None, upstream.maton()) as caller:
        upstream.on_writes(answer(b"Too Many Requests", 429, content_type="text/plain"))
        text = told(await START.by(caller), START)
        assert len(upstream.writes) == 1
        assert "429" in text
        assert "Too Many Requests" in text
    assert clock.now == 0


async def test_a_write_to_a_paused_organization_is_told_that_waiting_does_not_help(clock: Clock):
    """F7: IM310 is no rate limit."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on_writes(answer({"message": "Organization is paused", "code": "IM310"}, 429, retry_after="5"))
        text = told(await START.by(caller), START)
        assert len(upstream.writes) == 1
    assert "IM310" in text
    assert "paused" in text
    assert clock.now == 0


@by_write
@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("body", ["json", "page"])
async def test_a_fault_over_there_leaves_a_write_open(call: Call, status: int, body: str, clock: Clock):
    """F8: 500, 502, 503 and 504 on a write: once, and it may have taken effect."""
    manner = answer({"message": "Oops"}, status) if body == "json" else answer(b"<h1>Oops</h1>", status)
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on_writes(manner)
        outcome = await call.by(caller)
        assert tally(upstream.writes) == {f"{call.method} {call.path}": 1}
    assert "may have taken effect" in says_unknown(outcome, call, status)
    assert clock.now == 0


@by_write
async def test_a_wait_that_comes_with_503_is_told(call: Call, clock: Clock):
    """F8: 503 with Retry-After."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on_writes(answer({"message": "Maintenance"}, 503, retry_after="120"))
        text = told(await call.by(caller), call)
        assert len(upstream.writes) == 1
    assert seconds_in(text) == 120
    assert "Maintenance" in text
    assert clock.now == 0


# ---- F12: deletion again


GONE = answer({"message": "Not found", "code": "SC404"}, 404)


@pytest.mark.parametrize("how", ["no answer", "502", "in time"])
async def test_what_an_unanswered_deletion_has_deleted_is_gone_and_that_is_a_success(how: str, clock: Clock):
    """F12: the agent asks for it again, and the target is not there any more."""
    broken = {"no answer": reset, "502": answer({"message": "Oops"}, 502), "in time": hang}[how]
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(DELETE.path, broken, method="DELETE")
        says_unknown(await DELETE.by(caller), DELETE, 502 if how == "502" else None)
        upstream.on(DELETE.path, GONE, method="GET")
        answer_to_it = is_whole(await DELETE.by(caller))
        assert answer_to_it["status"] == "already_gone"
        assert answer_to_it["nothingChanged"] is True
        assert tally(upstream.writes) == {"DELETE /hooks/5": 1}
    assert clock.now < 60


async def test_a_second_deletion_that_finds_nothing_is_a_success_too(clock: Clock):
    """F12: it was there for the preview, and the deletion that was on its way took it before the second one came."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(DELETE.path, reset, GONE, method="DELETE")
        says_unknown(await DELETE.by(caller), DELETE)
        code = is_whole(await caller.call(DELETE.tool, DELETE.arguments))["code"]
        # Each of the two looks of the confirmed call, before and after.
        upstream.on(DELETE.path, answer(SEEN), GONE, method="GET")
        outcome = is_whole(await caller.call(DELETE.tool, {**DELETE.arguments, "confirm": code}))
        assert outcome["status"] == "already_gone"
        assert tally(upstream.writes) == {"DELETE /hooks/5": 2}
    assert clock.now < 60


async def test_what_was_never_there_is_not_called_gone(clock: Clock):
    """F12: without an open deletion before it a 404 is an error."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        code = is_whole(await caller.call(DELETE.tool, DELETE.arguments))["code"]
        upstream.on(DELETE.path, GONE, method="DELETE")
        told(await caller.call(DELETE.tool, {**DELETE.arguments, "confirm": code}), DELETE)
        assert tally(upstream.writes) == {"DELETE /hooks/5": 1}
    assert clock.now < 1


# ---- F18: done in part


PARTLY: dict[str, Any] = {
    "dlqs": ["1" * 32],
    "error": {"name": "Error", "message": "Execution 2 is being retried", "stack": "at do-not-show.js:1"},
}
SEVERAL = Call(CLEAR.tool, {"scenarioId": 5, "ids": ["1" * 32, "2" * 32]}, "DELETE", CLEAR.path)


async def test_a_deletion_of_several_that_stopped_on_the_way_says_what_was_done(clock: Clock):
    """F18: 200 with an `error` inside: what Make said, what was done, and which tool shows the rest."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on_writes(answer(PARTLY))
        text = told(await SEVERAL.by(caller), SEVERAL)
        assert tally(upstream.writes) == {"DELETE /dlqs": 1}
    assert "Execution 2 is being retried" in text
    assert "1" * 32 in text
    assert ENDPOINTS[SEVERAL.tool].truth in text
    assert "do-not-show" not in text
    assert not any(words in text for words in ("othing was changed", "othing was sent"))
    assert clock.now == 0


async def test_a_deletion_of_several_that_went_well_is_a_success(clock: Clock):
    """F18: an `error` that is null is none."""
    for body in ({"dlqs": ["1" * 32, "2" * 32]}, {"dlqs": ["1" * 32], "error": None}):
        async with Upstream() as upstream, calling(None, upstream.make()) as caller:
            upstream.on_writes(answer(body))
            assert is_whole(await SEVERAL.by(caller)) == body
    assert clock.now == 0


async def test_a_run_that_ended_in_an_error_is_an_answer(clock: Clock):
    """F18: there the error is of what ran, and the call went well."""
    ran = {"executionId": "7" * 32, "status": "3", "error": {"message": "The module HTTP gave 500"}}
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on_writes(answer(ran))
        assert is_whole(await RUN.by(caller)) == ran
        assert len(upstream.writes) == 1
    assert clock.now == 0


# ---- F9: refusals of a write


@by_write
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 424])
async def test_a_write_that_was_refused_was_not_done(call: Call, status: int, clock: Clock):
    """F9: never tried again, and in the words of Make."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on_writes(answer({"message": "No way", "code": "SC1"}, status))
        text = told(await call.by(caller), call)
        assert len(upstream.writes) == 1
    assert f'{call.tool}: Make answered {status} SC1: "No way".' in text
    assert "may have taken effect" not in text
    assert clock.now == 0
