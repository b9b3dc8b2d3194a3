"""The clock on the wall may jump: deadlines, pauses and paces do not follow it, and codes expire by it to the second."""

import asyncio
import time
from collections.abc import Callable
from email.utils import formatdate
from itertools import pairwise

import pytest
from tests.server.faults.calls import READ, RUN, START, Call, is_whole, says_unknown, seconds_in, together, told
from tests.server.faults.clock import Clock
from tests.server.faults.manners import (
    Exchange,
    Manner,
    after,
    answer,
    drip,
    hang,
)
from tests.server.faults.upstream import Upstream, most_in
from tests.server.gates import Clock as Wall
from tests.server.gates import Person, bench
from tests.server.network import calling

from make_mcp.confirmation import Codes, Done
from make_mcp.confirmation.codes import SECONDS
from make_mcp.confirmation.used import InMemory

pytestmark = pytest.mark.usefixtures("clock")

HOUR = 3600.0
OK = answer({"ok": True})
BOTH_WAYS = pytest.mark.parametrize("jump", [HOUR, -HOUR], ids=["forward", "back"])
Set = Callable[[float], None]


@pytest.fixture
def set_wall_clock(monkeypatch: pytest.MonkeyPatch) -> Set:
    """Moves what `time.time` says, by so many seconds."""
    real, moved = time.time, 0.0

    def move(seconds: float) -> None:
        nonlocal moved
        moved += seconds

    monkeypatch.setattr(time, "time", lambda: real() + moved)
    monkeypatch.setattr(time, "time_ns", lambda: int((real() + moved) * 1e9))
    return move


def jumping(move: Set, seconds: float, then: Manner) -> Manner:
    """The clock on the wall is set while the request is over there."""

    async def manner(exchange: Exchange) -> None:
        move(seconds)
        await then(exchange)

    return manner


@BOTH_WAYS
async def test_a_deadline_does_not_move(jump: float, clock: Clock, set_wall_clock: Set):
    """F36: the total of a call is by a clock that only goes forward."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        for manner in (hang, drip(0.5)):
            upstream.on(None, jumping(set_wall_clock, jump, manner))
            clock.restart()
            says_unknown(await RUN.by(caller), RUN)
            assert clock.now == pytest.approx(45, abs=0.2)


@BOTH_WAYS
async def test_an_answer_is_not_late_because_the_clock_was_set(jump: float, clock: Clock, set_wall_clock: Set):
    """F36: nor is the time to read moved."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        for call in (READ, START, RUN):
            upstream.on(call.path, jumping(set_wall_clock, jump, after(20, OK)))
            assert is_whole(await call.by(caller)) == {"ok": True}
        assert len(upstream.arrived) == 3
    assert clock.now == pytest.approx(60, abs=0.5)


@BOTH_WAYS
async def test_a_pause_before_another_try_does_not_move(jump: float, clock: Clock, set_wall_clock: Set):
    """F36: a wait in seconds is that many seconds, whatever the wall says meanwhile."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(READ.path, answer({}, 429, retry_after="20"), OK)
        look = asyncio.ensure_future(READ.by(caller))
        await upstream.has(1)
        await asyncio.sleep(5)
        set_wall_clock(jump)
        is_whole(await look)
        assert 20 <= clock.now <= 26
        upstream.on(READ.path, jumping(set_wall_clock, jump, answer({}, 503)), answer({}, 503), OK)
        clock.restart()
        is_whole(await READ.by(caller))
        assert 0 < clock.now < 20


@BOTH_WAYS
async def test_a_date_is_taken_by_the_clock_of_who_wrote_it(jump: float, clock: Clock):
    """F36: where the answer tells its own time, the two clocks may differ by an hour."""
    there = time.time() + jump
    headers = {"date": formatdate(there, usegmt=True), "retry_after": formatdate(there + 20, usegmt=True)}
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(READ.path, answer({}, 429, **headers), OK)
        is_whole(await READ.by(caller))
    assert 19 <= clock.now < 27


@BOTH_WAYS
async def test_a_pace_does_not_move(jump: float, clock: Clock, set_wall_clock: Set):
    """F36: an hour on the wall is no second of the gateway's."""
    async with Upstream() as upstream, calling(None, upstream.maton(pace=None)) as caller:
        calls = [asyncio.ensure_future(READ.by(caller)) for _ in range(64)]
        for _ in range(6):
            await asyncio.sleep(0.7)
            set_wall_clock(jump)
        for outcome in await asyncio.gather(*calls):
            is_whole(outcome)
        assert most_in(1, [request.at for request in upstream.arrived]) == 10
    assert 6 <= clock.now < 9


@BOTH_WAYS
async def test_a_budget_of_a_minute_does_not_move(jump: float, clock: Clock, set_wall_clock: Set):
    """F36: nor is it full for an hour."""
    async with Upstream() as upstream, calling(None, upstream.make(pace="10/minute")) as caller:
        for outcome in await together(*[lambda: READ.by(caller)] * 10):
            is_whole(outcome)
        set_wall_clock(jump)
        assert 55 <= seconds_in(told(await READ.by(caller), READ, "rate_limited")) <= 62
        await asyncio.sleep(60.5)
        is_whole(await READ.by(caller))
        assert most_in(60, [request.at for request in upstream.arrived]) == 10
    assert clock.now < 62


@BOTH_WAYS
async def test_the_breaker_stays_open_for_as_long_as_it_does(jump: float, set_wall_clock: Set):
    """F36: half a minute, no hour and no moment."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on_writes(answer({}, 500))
        await together(*[lambda: START.by(caller)] * 10)
        set_wall_clock(jump)
        told(await READ.by(caller), READ, "circuit_open")
        await asyncio.sleep(29)
        set_wall_clock(jump)
        told(await READ.by(caller), READ, "circuit_open")
        await asyncio.sleep(1.1)
        is_whole(await READ.by(caller))


@BOTH_WAYS
async def test_a_clock_that_is_set_in_the_middle_costs_no_call(jump: float, clock: Clock, set_wall_clock: Set):
    """F36: everything at once: looks, tries, a pace."""
    async with Upstream() as upstream, calling(None, upstream.maton(pace=None)) as caller:
        upstream.on(READ.path, jumping(set_wall_clock, jump, answer({}, 502)), jumping(set_wall_clock, -jump, OK), OK)
        for outcome in await together(*[lambda call=call: call.by(caller) for call in (READ, START, RUN) * 10]):
            is_whole(outcome)
        gaps = [later - earlier for earlier, later in pairwise(request.at for request in upstream.arrived)]
        assert max(gaps) < 3
    assert clock.now < 10


# ---- Codes: by the clock on the wall, and to the second


DELETE = Call("scenarios_delete", {}, "DELETE", "")


@pytest.mark.parametrize(
    ("age", "good"),
    [
        (0, True),
        (SECONDS - 1, True),
        (SECONDS - 0.001, True),
        (SECONDS, False),
        (SECONDS + 1, False),
        (HOUR, False),
        (-HOUR, False),
    ],
)
async def test_a_code_is_good_until_its_last_second(age: float, good: bool):
    """F36: the expiry stands in the code as a time of the wall; a clock that was set back far makes it no longer good."""
    wall = Wall()
    async with bench(codes=Codes(None, InMemory(wall), wall)) as b:
        id_ = await b.scenario()
        person = Person(can_ask=False)
        code = await b.code(DELETE.tool, person, scenarioId=id_)
        wall.go(age)
        if good:
            assert isinstance(await b.call(DELETE.tool, person, scenarioId=id_, confirm=code), Done)
            assert not await b.is_there(f"/scenarios/{id_}")
        else:
            assert await b.refused(DELETE.tool, person, scenarioId=id_, confirm=code) == "expired"
            assert await b.is_there(f"/scenarios/{id_}")


async def test_a_code_is_used_once_however_the_clock_is_set():
    """F36: a clock that goes back does not give a used code its use again."""
    wall = Wall()
    async with bench(codes=Codes(None, InMemory(wall), wall)) as b:
        id_ = await b.scenario()
        person = Person(can_ask=False)
        code = await b.code(DELETE.tool, person, scenarioId=id_)
        assert isinstance(await b.call(DELETE.tool, person, scenarioId=id_, confirm=code), Done)
        sent = len(b.wire.writes)
        for jump in (0, SECONDS - 1, HOUR, -HOUR - SECONDS):
            wall.go(jump)
            assert await b.refused(DELETE.tool, person, scenarioId=id_, confirm=code) in {"used", "expired"}
        assert len(b.wire.writes) == sent


async def test_the_wait_of_a_code_is_not_the_time_of_a_call(clock: Clock):
    """F36: while the wall stands still for a test, the clock of deadlines goes on."""
    wall = Wall()
    async with bench(codes=Codes(None, InMemory(wall), wall)) as b:
        id_ = await b.scenario()
        person = Person(can_ask=False)
        code = await b.code(DELETE.tool, person, scenarioId=id_)
        await asyncio.sleep(HOUR)
        assert isinstance(await b.call(DELETE.tool, person, scenarioId=id_, confirm=code), Done)
    assert clock.now == pytest.approx(HOUR, abs=1)
