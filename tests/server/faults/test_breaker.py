"""A way that keeps failing is left alone for a while, and tried again by one request alone."""

import asyncio

import pytest
from tests.server.faults.calls import (
    READ,
    RUN,
    START,
    TEST,
    Call,
    is_whole,
    says_nothing_was_sent,
    seconds_in,
    together,
    told,
)
from tests.server.faults.clock import Clock
from tests.server.faults.manners import (
    HALF_A_BODY,
    Manner,
    after,
    answer,
    hang,
    hang_up,
    reset,
)
from tests.server.faults.upstream import Upstream
from tests.server.network import MATON_KEY, calling

from make_mcp.calls import Answer, Caller

pytestmark = pytest.mark.usefixtures("clock")

OK = answer({"ok": True})
BAD = answer({"message": "Oops"}, 500)
NEEDED = 10
OPEN = 30.0
FAILURES: dict[str, Manner] = {
    "500": BAD, "502": answer({}, 502), "503": answer(b"<html>", 503), "504": answer({}, 504), "408": answer({"message": "Late"}, 408),
    "429": answer({"message": "Slow down"}, 429), "closed": hang_up, "reset": reset, "half a body": HALF_A_BODY, "no answer": hang,
}  # fmt: skip


def says_open(outcome: Answer, call: Call) -> float:
    """Its wait in seconds."""
    return seconds_in(says_nothing_was_sent(outcome, call, "circuit_open"))


async def trip(caller: Caller, upstream: Upstream, manner: Manner = BAD, *, before: int = 0) -> None:
    """Opens the breaker by writes, of which each is one exchange. `before`: failures that there were already."""
    upstream.on_writes(manner)
    for _ in range(NEEDED - before):
        outcome = await START.by(caller)
        assert "circuit_open" not in told(outcome, START)
    upstream.on_writes(OK)
    upstream.arrived.clear()


@pytest.mark.parametrize("how", FAILURES)
async def test_ten_failures_open_it_and_then_nothing_is_sent(how: str, clock: Clock):
    """F16: open means an error at once and no request, whatever the call."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        await trip(caller, upstream, FAILURES[how])
        clock.restart()
        for call in (START, RUN, READ, TEST):
            assert 29 <= says_open(await call.by(caller), call) <= 30
        assert upstream.arrived == []
    assert clock.now == 0


async def test_ten_of_the_last_twenty_are_enough_and_nine_are_not(clock: Clock):
    """F16: successes between them do not hide them; older ones are forgotten."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        for _ in range(5):
            for manner in [BAD] * 9 + [OK] * 11:
                upstream.on_writes(manner)
                assert "circuit_open" not in (await START.by(caller)).text
        # The last twenty are nine failures and eleven successes; the next failure pushes the oldest of them out.
        for _ in range(9):
            for manner in (BAD, OK):
                upstream.on_writes(manner)
                assert "circuit_open" not in (await START.by(caller)).text
        upstream.arrived.clear()
        for manner in (BAD, OK, BAD, OK, BAD):
            upstream.on_writes(manner)
            if (await START.by(caller)).text.startswith(f"{START.tool}: circuit_open"):
                break
        else:
            pytest.fail("it did not open")
        assert len(upstream.arrived) <= 3
    assert clock.now == 0


async def test_the_tries_of_a_look_count_each():
    """F16: a look that is tried three times asks three times of the other side."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(None, answer({"message": "Oops"}, 503))
        outcomes = [await READ.by(caller) for _ in range(6)]
        assert len(upstream.arrived) == NEEDED
        assert "circuit_open" in outcomes[-1].text


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 406, 409, 413, 422, 424])
async def test_refusals_do_not_open_it(status: int, clock: Clock):
    """F16: they are answers; the other side is well."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on_writes(answer({"message": "No"}, status))
        upstream.on(READ.path, answer({"message": "No"}, status))
        for _ in range(30):
            for call in (START, READ):
                assert f"answered {status}" in told(await call.by(caller), call)
        assert len(upstream.arrived) == 60
    assert clock.now == 0


async def test_a_pause_of_the_organization_does_not_open_it():
    """F16: IM310 is an answer about one organization."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on_writes(answer({"message": "Paused", "code": "IM310"}, 429))
        for _ in range(30):
            assert "IM310" in told(await START.by(caller), START)
        assert len(upstream.arrived) == 30


async def test_what_callers_give_up_does_not_open_it():
    """F16: their patience says nothing about the other side."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(None, hang)
        calls = [asyncio.ensure_future(call.by(caller)) for call in [READ, RUN] * 15]
        await upstream.has(30)
        for one in calls:
            one.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        upstream.on(None, OK)
        is_whole(await READ.by(caller))
        is_whole(await RUN.by(caller))


async def test_after_half_a_minute_one_request_looks_and_closes_it(clock: Clock):
    """F16: half-open, and the others wait for what becomes of it with an error, not with a request."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        await trip(caller, upstream)
        await asyncio.sleep(OPEN - 1)
        assert says_open(await READ.by(caller), READ) <= 1
        assert upstream.arrived == []
        await asyncio.sleep(1.001)
        upstream.on(READ.path, after(5, OK))
        probe = asyncio.ensure_future(READ.by(caller))
        await upstream.has(1)
        for call in (START, TEST, READ):
            told(await call.by(caller), call, "circuit_open")
        assert len(upstream.arrived) == 1
        is_whole(await probe)
        for outcome in await together(*[lambda: START.by(caller)] * 20):
            is_whole(outcome)
    assert clock.now < 40


async def test_many_that_come_at_the_end_send_one_request():
    """F16: they come at the same moment, and one of them looks."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        await trip(caller, upstream)
        await asyncio.sleep(OPEN + 0.001)
        upstream.on(None, after(1, OK))
        outcomes = await together(*[lambda: TEST.by(caller)] * 50)
        assert len(upstream.arrived) == 1
        assert sum(not outcome.is_error for outcome in outcomes) == 1
        is_whole(await TEST.by(caller))


async def test_a_look_that_fails_opens_it_again():
    """F16: for as long as before."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        await trip(caller, upstream)
        for _ in range(3):
            await asyncio.sleep(OPEN + 0.001)
            upstream.on_writes(BAD)
            upstream.arrived.clear()
            assert "500" in told(await START.by(caller), START)
            assert says_open(await START.by(caller), START) >= 29
            assert len(upstream.arrived) == 1
        upstream.on_writes(OK)
        await asyncio.sleep(OPEN + 0.001)
        is_whole(await START.by(caller))


async def test_a_look_that_is_given_up_leaves_it_to_another():
    """F16: a caller who cancels the one request that looks does not keep everybody out for good."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        await trip(caller, upstream)
        await asyncio.sleep(OPEN + 0.001)
        upstream.on(RUN.path, hang)
        probe = asyncio.ensure_future(RUN.by(caller))
        await upstream.has(1)
        probe.cancel()
        await asyncio.gather(probe, return_exceptions=True)
        is_whole(await START.by(caller))


async def test_a_refusal_of_the_look_closes_it():
    """F16: whoever says 404 is well."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        await trip(caller, upstream)
        await asyncio.sleep(OPEN + 0.001)
        upstream.on(READ.path, answer({"message": "Not found"}, 404))
        told(await READ.by(caller), READ)
        is_whole(await START.by(caller))


async def test_each_door_has_its_own():
    """F16: one for each credential and host."""
    async with Upstream() as gateway, Upstream() as make:
        flags = {**make.make(), "maton_api_key": MATON_KEY, "maton_base_url": gateway.url}
        async with calling(None, flags) as caller:
            await trip(caller, gateway)
            told(await READ.by(caller), READ, "circuit_open")
            is_whole(await caller.call("notifications_list", {}))
            assert (len(gateway.arrived), len(make.arrived)) == (0, 1)


async def test_it_ends_the_waiting_of_a_look_that_is_on_its_way():
    """F16: the next try of a look finds it open, and sends nothing."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(READ.path, answer({}, 503, retry_after="10"), OK)
        look = asyncio.ensure_future(READ.by(caller))
        await upstream.has(1)
        await trip(caller, upstream, before=1)
        outcome = await look
        assert outcome.is_error
        assert upstream.arrived == []


async def test_a_preview_says_that_nothing_could_be_read():
    """F16: a deletion is not confirmed while nobody can look at its target."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        await trip(caller, upstream)
        preview = is_whole(await caller.call("hooks_delete", {"hookId": 5}))
        assert preview["nothingChanged"] is True
        assert "code" not in preview
        assert upstream.arrived == []
