"""Hundreds of calls at once: each has its end, looks get through between slow writes, and too many are told."""

import asyncio
from collections import Counter

import pytest
from tests.server.faults.calls import (
    CODES,
    READ,
    RUN,
    START,
    TEST,
    Call,
    is_whole,
    says_nothing_was_sent,
    together,
    told,
)
from tests.server.faults.clock import Clock
from tests.server.faults.manners import after, answer, hang
from tests.server.faults.upstream import Upstream
from tests.server.network import calling

from make_mcp.calls import Answer
from make_mcp.upstream.places import FOR_WRITES

pytestmark = pytest.mark.usefixtures("clock")

OK = answer({"ok": True})


def kind(outcome: Answer, call: Call) -> str:
    """`ok`, or the code of the error."""
    if not outcome.is_error:
        return "ok"
    text = told(outcome, call)
    return next((code for code in CODES if f"{code}: " in text), text)


async def test_two_hundred_calls_against_a_slow_other_side_all_end(clock: Clock):
    """F15: answers that take 5 s: no deadlock, and none is lost."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(None, after(5, OK))
        outcomes = await together(*[lambda: READ.by(caller)] * 200)
        assert Counter(kind(outcome, READ) for outcome in outcomes) == {"ok": 200}
        assert len(upstream.arrived) == 200
        assert upstream.most_at_once < 200
    assert clock.now < 45


async def test_connections_are_not_left_behind(clock: Clock):
    """F15: those that are done are used again or closed."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        for _ in range(5):
            await together(*[lambda: READ.by(caller)] * 100)
        assert len(upstream.arrived) == 500
        assert upstream.connections < 300
    assert clock.now < 5


async def test_slow_writes_do_not_keep_looks_out(clock: Clock):
    """F15: 200 runs of 20 s each, and a look is answered at once all the same."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(RUN.path, after(20, OK))
        runs = [asyncio.ensure_future(RUN.by(caller)) for _ in range(200)]
        await upstream.has(1, RUN.path)
        for call in (READ, TEST) * 20:
            is_whole(await call.by(caller))
        for outcome in await together(*[lambda: READ.by(caller)] * 100):
            is_whole(outcome)
        assert clock.now < 2
        outcomes = await asyncio.gather(*runs)
        counts = Counter(kind(outcome, RUN) for outcome in outcomes)
        assert set(counts) <= {"ok", "busy", "outcome_unknown"}
        assert counts["ok"] >= 64
        # What was told that it is busy did not leave.
        assert len(upstream.of(RUN.path)) == counts["ok"] + counts["outcome_unknown"]
    assert clock.now <= 46


async def test_writes_that_wait_for_a_place_keep_no_turn_from_looks(clock: Clock):
    """F15: a turn whose request cannot leave yet is given back, so that the pace holds up nobody else for it."""
    async with Upstream() as upstream, calling(None, upstream.maton(pace=None)) as caller:
        upstream.on(RUN.path, after(15, OK))
        runs = [asyncio.ensure_future(RUN.by(caller)) for _ in range(FOR_WRITES + 20)]
        # Each of them has had its turn by now.
        await asyncio.sleep(10)
        assert len(upstream.of(RUN.path)) == FOR_WRITES
        is_whole(await READ.by(caller))
        assert clock.now < 11
        for outcome in await asyncio.gather(*runs):
            is_whole(outcome)


async def test_a_long_queue_of_writes_is_no_queue_for_looks(clock: Clock):
    """F15: where a thousand writes wait, more looks than have a place of their own are not turned away for it."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(RUN.path, after(30, OK))
        upstream.on(READ.path, after(1, OK))
        runs = [asyncio.ensure_future(RUN.by(caller)) for _ in range(1500)]
        await upstream.has(1, RUN.path)
        outcomes = await together(*[lambda: READ.by(caller)] * 60)
        assert Counter(kind(outcome, READ) for outcome in outcomes) == {"ok": 60}
        assert clock.now < 10
        for run in runs:
            run.cancel()
        await asyncio.gather(*runs, return_exceptions=True)


async def test_slow_looks_do_not_keep_writes_out(clock: Clock):
    """F15: the other way round a write has its turn too, in time."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(READ.path, after(5, OK))
        looks = [asyncio.ensure_future(READ.by(caller)) for _ in range(100)]
        await upstream.has(1)
        is_whole(await START.by(caller))
        assert clock.now < 15
        for outcome in await asyncio.gather(*looks):
            is_whole(outcome)


async def test_what_hangs_gives_its_place_back(clock: Clock):
    """F15: after a time in which nothing was answered everything goes on."""
    async with Upstream() as upstream, calling(None, upstream.make(timeout=20)) as caller:
        upstream.on(None, hang)
        outcomes = await together(*[lambda: RUN.by(caller)] * 200)
        counts = Counter(kind(outcome, RUN) for outcome in outcomes)
        assert set(counts) <= {"outcome_unknown", "busy"}
        assert counts["outcome_unknown"] == len(upstream.arrived)
        assert clock.now < 25
        upstream.on(None, OK)
        # The breaker has seen enough of it meanwhile.
        await asyncio.sleep(31)
        is_whole(await READ.by(caller))
        for outcome in await together(*[lambda: READ.by(caller)] * 100):
            is_whole(outcome)


async def test_what_is_given_up_gives_its_place_back(clock: Clock):
    """F15: places do not get lost with those who cancel, whether they waited or were on their way."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(None, hang)
        for _ in range(3):
            calls = [asyncio.ensure_future(call.by(caller)) for call in [READ, RUN] * 100]
            await asyncio.sleep(1)
            for one in calls:
                one.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
        assert len(upstream.arrived) >= 3 * 64
        upstream.on(None, OK)
        for call in (READ, RUN):
            for outcome in await together(*[lambda call=call: call.by(caller)] * 100):
                is_whole(outcome)
    assert clock.now < 5


async def test_where_too_many_wait_the_next_is_told_so(clock: Clock):
    """F15: `busy` at once in place of a wait without end; nothing of it was sent, and the others are served."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(None, after(3, OK))
        told_at: list[float] = []

        async def one() -> Answer:
            outcome = await READ.by(caller)
            if outcome.is_error:
                told_at.append(clock.now)
            return outcome

        outcomes = await together(*[one] * 1500)
        counts = Counter(kind(outcome, READ) for outcome in outcomes)
        # Those who were begun last may not have had the time for their answer.
        assert set(counts) <= {"ok", "busy", "unreachable"}
        assert counts["ok"] >= 200
        assert counts["busy"] >= 100
        assert len(upstream.arrived) == counts["ok"] + counts["unreachable"]
        assert min(told_at) == 0
        for outcome in outcomes:
            if kind(outcome, READ) == "busy":
                says_nothing_was_sent(outcome, READ, "busy")
        # It was a crowd of ours, and no failure of the other side.
        is_whole(await READ.by(caller))
    assert clock.now < 50


async def test_a_crowd_in_front_of_the_pace_is_told_too(clock: Clock):
    """F15: the queue for a key's turn has an end as well."""
    async with Upstream() as upstream, calling(None, upstream.maton(pace=None)) as caller:
        outcomes = await together(*[lambda: READ.by(caller)] * 2000)
        counts = Counter(kind(outcome, READ) for outcome in outcomes)
        assert set(counts) <= {"ok", "busy", "rate_limited"}
        assert counts["ok"] >= 400
        assert len(upstream.arrived) == counts["ok"]
    assert clock.now <= 45.1
