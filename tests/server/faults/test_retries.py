"""What is tried again, and how often: a look, for a reason that may pass."""

from email.utils import formatdate
from itertools import pairwise
from time import time

import pytest
from tests.server.faults.calls import CODES, READ, READS, Call, is_whole, seconds_in, told
from tests.server.faults.clock import Clock, calm
from tests.server.faults.manners import (
    HALF_A_BODY,
    HALF_A_CHUNK,
    HALF_A_HEAD,
    NO_LAST_CHUNK,
    RESET_IN_THE_BODY,
    Greeting,
    Manner,
    after,
    answer,
    closes_at_once,
    closes_in_the_head,
    hang,
    hang_up,
    reset,
)
from tests.server.faults.upstream import Upstream
from tests.server.network import calling

OK = answer({"scenario": {"id": 5}})
PASSING = [429, 502, 503, 504]
BREAKS: dict[str, Manner] = {
    "closed before the answer": hang_up, "reset before the answer": reset, "half a head": HALF_A_HEAD, "half a body": HALF_A_BODY,
    "half a chunk": HALF_A_CHUNK, "no last chunk": NO_LAST_CHUNK, "reset within the body": RESET_IN_THE_BODY,
}  # fmt: skip
GREETINGS: dict[str, Greeting] = {"closed at once": closes_at_once, "closed within the request": closes_in_the_head}
"""A backoff of ours is never longer, however often something was tried."""
LONGEST_BACKOFF = 10.0

by_tool = pytest.mark.parametrize("call", READS, ids=str)


async def gaps(upstream: Upstream, call: Call) -> list[float]:
    times = [request.at for request in upstream.of(call.path, call.method)]
    return [later - earlier for earlier, later in pairwise(times)]


# ---- F1, F2: 429


@by_tool
async def test_a_look_waits_as_long_as_it_is_told_and_then_succeeds(call: Call, clock: Clock):
    """F1: 429 with Retry-After 2, then 200."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(call.path, answer({"message": "Slow down"}, 429, retry_after="2"), OK)
        assert is_whole(await call.by(caller)) == {"scenario": {"id": 5}}
        (gap,) = await gaps(upstream, call)
    assert 2 <= gap < 4
    assert 2 <= clock.now < 4


@pytest.mark.parametrize("seconds", [0, 1, 7, 30])
async def test_every_wait_up_to_the_cap_is_kept_to(seconds: int, clock: Clock):
    """F1: as much as it asks for, and hardly more."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(READ.path, answer({}, 429, retry_after=str(seconds)), OK)
        is_whole(await READ.by(caller))
        (gap,) = await gaps(upstream, READ)
    assert seconds <= gap <= seconds * 1.25 + 1
    assert clock.now == pytest.approx(gap)


@pytest.mark.parametrize("status", [429, 503])
async def test_a_wait_as_a_date_is_honoured(status: int, clock: Clock):
    """F2: Retry-After as an HTTP date."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        # A date has whole seconds.
        upstream.on(READ.path, answer({}, status, retry_after=formatdate(time() + 20, usegmt=True)), OK)
        is_whole(await READ.by(caller))
        (gap,) = await gaps(upstream, READ)
    assert 15 < gap < 26
    assert clock.now < 26


async def test_a_date_that_has_passed_asks_for_no_wait(clock: Clock):
    """F2: the clock of the other side is behind."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(READ.path, answer({}, 429, retry_after=formatdate(time() - 3600, usegmt=True)), OK)
        is_whole(await READ.by(caller))
    assert clock.now <= LONGEST_BACKOFF


@by_tool
@pytest.mark.parametrize("wait", ["31", "3600", "999999999999999999999", "hour"])
async def test_a_wait_above_the_cap_is_told_and_not_sat_out(call: Call, wait: str, clock: Clock):
    """F2: Retry-After 3600, in seconds and as a date."""
    given = formatdate(time() + 3600, usegmt=True) if wait == "hour" else wait
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(call.path, answer({"message": "Requests limit exceeded"}, 429, retry_after=given), OK)
        text = told(await call.by(caller), call)
        assert len(upstream.of(call.path)) == 1
    assert clock.now == 0
    if wait == "hour":
        assert 3595 <= seconds_in(text) <= 3601
    elif len(wait) < 10:
        assert seconds_in(text) == int(wait)


@pytest.mark.parametrize(
    "garbage",
    ["", "soon", "-5", "-1", "1e3", "0x10", "2,3", "NaN", "inf", "5 s", "Tomorrow, 99 Foo 9999 99:99:99", "\u00b2", "5" * 5000],
)  # fmt: skip
async def test_a_wait_that_is_none_leaves_it_to_a_backoff_of_our_own(garbage: str, clock: Clock):
    """F2: garbage and negative numbers in Retry-After."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(READ.path, answer({}, 429, retry_after=garbage), OK)
        outcome = await READ.by(caller)
        if outcome.is_error:
            # Digits without end are a number all the same, and above the cap.
            assert garbage.startswith("5" * 10)
            told(outcome, READ)
        else:
            (gap,) = await gaps(upstream, READ)
            assert 0 < gap <= LONGEST_BACKOFF
    assert clock.now <= LONGEST_BACKOFF


async def test_our_own_backoff_grows_and_is_not_the_same_for_everybody(clock: Clock):
    """F2: jitter, so that those who were turned away together do not come back together."""
    first: list[float] = []
    second: list[float] = []
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        for _ in range(12):
            # Successes between them, so that nothing takes it for an outage.
            upstream.arrived.clear()
            upstream.on(READ.path, answer({}, 502), answer({}, 502), *[OK] * 9)
            for _ in range(9):
                is_whole(await READ.by(caller))
            one, two, *_ = await gaps(upstream, READ)
            first.append(one)
            second.append(two)
    assert all(0 < gap <= LONGEST_BACKOFF for gap in first + second)
    assert len(set(first)) > 6
    assert sum(second) > sum(first)
    assert clock.now > 0


# ---- F3: what may pass


@by_tool
@pytest.mark.parametrize("status", PASSING)
async def test_a_status_that_may_pass_is_tried_again(call: Call, status: int, clock: Clock):
    """F3: 429, 502, 503 and 504, then 200."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(
            call.path, answer(b"<html>Bad gateway</html>", status, content_type="text/html"), answer({}, status), OK
        )
        assert is_whole(await call.by(caller)) == {"scenario": {"id": 5}}
        assert len(upstream.of(call.path)) == 3
    assert 0 < clock.now <= 2 * LONGEST_BACKOFF


@by_tool
@pytest.mark.parametrize("how", BREAKS)
async def test_a_connection_that_breaks_is_no_end_for_a_look(call: Call, how: str, clock: Clock):
    """F3: reset, half a body and their like, then 200."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(call.path, BREAKS[how], OK)
        assert is_whole(await call.by(caller)) == {"scenario": {"id": 5}}
        assert len(upstream.of(call.path)) == 2
    assert clock.now <= LONGEST_BACKOFF


@by_tool
@pytest.mark.parametrize("how", GREETINGS)
async def test_a_connection_that_is_closed_on_the_way_is_no_end_for_a_look(call: Call, how: str, clock: Clock):
    """F3: closed before the request was read, or within it."""
    async with Upstream(greetings=[GREETINGS[how]]) as upstream, calling(None, upstream.make()) as caller:
        upstream.on(call.path, OK)
        assert is_whole(await call.by(caller)) == {"scenario": {"id": 5}}
        assert (upstream.connections, len(upstream.arrived)) == (2, 1)
    assert clock.now <= LONGEST_BACKOFF


@by_tool
@pytest.mark.parametrize("status", PASSING)
async def test_a_status_that_does_not_pass_is_tried_three_times(call: Call, status: int, clock: Clock):
    """F3: three tries in all, and then what the other side said."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(call.path, answer({"message": "Not today", "code": "IM900"}, status))
        text = told(await call.by(caller), call)
        assert len(upstream.of(call.path)) == 3
    assert "Not today" in text
    assert str(status) in text
    assert clock.now <= 2 * LONGEST_BACKOFF


@by_tool
@pytest.mark.parametrize("how", BREAKS)
async def test_a_connection_that_keeps_breaking_is_tried_three_times(call: Call, how: str, clock: Clock):
    """F3: three tries in all, and then nothing was changed."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(call.path, BREAKS[how])
        text = told(await call.by(caller), call, "unreachable")
        assert len(upstream.of(call.path)) == 3
    assert "othing was changed" in text
    assert clock.now <= 2 * LONGEST_BACKOFF


async def test_a_look_that_hangs_is_given_up_within_the_total(clock: Clock):
    """F3: the deadline holds for all the tries together."""
    async with Upstream() as upstream, calling(None, upstream.make(timeout=45)) as caller:
        upstream.on(READ.path, hang)
        told(await READ.by(caller), READ, "unreachable")
        assert len(upstream.of(READ.path)) == 2
        assert clock.now == pytest.approx(45, abs=0.5)
        await calm()
        assert all(request.left is not None for request in upstream.arrived)


async def test_waiting_counts_against_the_total_too(clock: Clock):
    """F3: three waits of 30 s do not fit, and a wait that passes the deadline is not begun."""
    async with Upstream() as upstream, calling(None, upstream.make(timeout=45)) as caller:
        upstream.on(READ.path, answer({"message": "Slow down"}, 429, retry_after="30"))
        text = told(await READ.by(caller), READ)
        assert len(upstream.of(READ.path)) == 2
    assert seconds_in(text) == 30
    assert 30 <= clock.now <= 45


async def test_a_slow_fault_leaves_no_time_for_another_try(clock: Clock):
    """F3: a try is not begun that could not end."""
    async with Upstream() as upstream, calling(None, upstream.make(timeout=10)) as caller:
        upstream.on(READ.path, after(9.9, answer({"message": "Not today"}, 503, retry_after="5")))
        text = told(await READ.by(caller), READ)
        assert len(upstream.of(READ.path)) == 1
    assert seconds_in(text) == 5
    assert clock.now == pytest.approx(9.9, abs=0.2)


# ---- What is not tried again


@by_tool
@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 406, 408, 409, 413, 422, 424, 500, 501])
async def test_what_does_not_pass_by_itself_is_asked_for_once(call: Call, status: int, clock: Clock):
    """F9: refusals are never tried again; nor is a 500, which says that it broke and not that it was busy."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(call.path, answer({"message": "No", "code": "SC1"}, status, retry_after="1"), OK)
        text = told(await call.by(caller), call)
        assert len(upstream.of(call.path)) == 1
    assert f'answered {status} SC1: "No' in text
    assert clock.now == 0


async def test_a_pause_is_no_rate_limit(clock: Clock):
    """F2: 429 with IM310 means that the organization is paused: waiting does not help, whatever Retry-After says."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(READ.path, answer({"message": "Paused", "code": "IM310"}, 429, retry_after="1"), OK)
        text = told(await READ.by(caller), READ)
        assert len(upstream.of(READ.path)) == 1
    assert "429 IM310" in text
    assert "paused" in text
    assert clock.now == 0


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, ["MATON_API_KEY"]), (403, ["scenarios:read"]), (404, ["scenarios_list"]), (400, ["maton_connections_list"])],
)
async def test_a_refusal_says_what_to_mend_and_not_what_else_stood_there(status: int, words: list[str], clock: Clock):
    """F9: Maton's 401, 403, 404 and 400 without a connection: once, the key or the link to mend, no dump of the body."""
    inside = "do-not-show"
    body = {"message": "No active connection", "debug": {"stack": inside}, "stack": inside, "headers": {"x": inside}}
    async with Upstream() as upstream, calling(None, upstream.maton()) as caller:
        upstream.on(READ.path, answer(body, status), OK)
        text = told(await READ.by(caller), READ)
        assert len(upstream.arrived) == 1
    assert all(word in text for word in words), text
    assert inside not in text
    assert text.split(": ")[1] not in CODES
    assert clock.now == 0
