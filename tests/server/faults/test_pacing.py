"""No faster than the other side takes it: ten requests in any second for a key of the gateway, and everybody's turn comes."""

import asyncio
from itertools import pairwise

import pytest
from tests.server.faults.calls import CLEAR, DELETE, READ, START, is_whole, seconds_in, together, told
from tests.server.faults.certificates import Authority
from tests.server.faults.clock import Clock, calm
from tests.server.faults.manners import Arrived, after, answer, hang, never_reads, waits
from tests.server.faults.upstream import Upstream, most_in
from tests.server.gates import Person
from tests.server.network import calling

from make_mcp.calls import Answer, Caller
from make_mcp.confirmation import Nobody

pytestmark = pytest.mark.usefixtures("clock")

MANY = 64
SECOND = 10
"""Requests that the gateway takes in one."""


async def get(caller: Caller, number: int, by: str = "local") -> Answer:
    return await caller.call("scenarios_get", {"scenarioId": number}, Nobody(caller=by))


def number(request: Arrived) -> int:
    return int(request.path.rsplit("/", 1)[1])


def times(upstream: Upstream) -> list[float]:
    return [request.at for request in upstream.arrived]


def in_order(requests: list[Arrived]) -> bool:
    """Whether none came before one that was asked for earlier; those of the same moment have no order."""
    moments: dict[float, list[int]] = {}
    for request in requests:
        moments.setdefault(request.at, []).append(number(request))
    return all(max(earlier) < min(later) for earlier, later in pairwise(moments.values()))


# ---- The rate


async def test_never_more_than_ten_arrive_in_any_second_and_all_are_answered_in_order(clock: Clock):
    """F17: 64 at once on one key."""
    async with Upstream() as upstream, calling(None, upstream.maton(pace=None)) as caller:
        answers = await together(*[lambda n=n: get(caller, n) for n in range(1, MANY + 1)])
        assert sorted(map(number, upstream.arrived)) == list(range(1, MANY + 1))
        assert most_in(1, times(upstream)) == SECOND
        assert in_order(upstream.arrived)
    for one in answers:
        is_whole(one)
    # As fast as the rate lets them, and no faster.
    assert 6 <= clock.now < 9


async def test_each_gets_the_answer_to_its_own_call(clock: Clock):
    """F17: however they wait for one another."""
    async with Upstream() as upstream, calling(None, upstream.maton(pace=None)) as caller:
        for n in range(1, MANY + 1):
            upstream.on(f"/scenarios/{n}", after(n % 7 / 10, answer({"scenario": {"id": n}})))
        answers = await together(*[lambda n=n: get(caller, n) for n in range(1, MANY + 1)])
    assert [is_whole(one)["scenario"]["id"] for one in answers] == list(range(1, MANY + 1))
    assert clock.now < 20


async def test_those_who_waited_for_a_place_do_not_all_leave_at_once():
    """F17: a turn that was given long before the request leaves is none."""
    async with Upstream() as upstream, calling(None, upstream.maton(pace=None, timeout=300)) as caller:
        upstream.on(None, after(26, answer()))
        for one in await together(*[lambda n=n: get(caller, n) for n in range(1, 125)]):
            is_whole(one)
        assert most_in(1, times(upstream)) == SECOND


@pytest.mark.parametrize("slow", [1, 10])
async def test_what_takes_long_to_connect_counts_from_when_it_leaves(
    slow: int, authority: Authority, monkeypatch: pytest.MonkeyPatch
):
    """F17: a handshake can take seconds, and the next connection none."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    upstream = Upstream(tls=authority.server(), greetings=[waits(3.5)] * slow)
    async with upstream, calling(None, upstream.maton(pace=None)) as caller:
        for one in await together(*[lambda n=n: get(caller, n) for n in range(1, MANY + 1)]):
            is_whole(one)
        assert most_in(1, times(upstream)) == SECOND


@pytest.mark.parametrize(
    "slow", [range(10), range(0, 64, 3), range(5, 40), range(64)], ids=["first", "some", "middle", "all"]
)
async def test_what_is_long_on_its_way_counts_when_it_arrives(slow: range):
    """F17: requests that left in different seconds can arrive in one, where the way takes longer for some."""
    lag = dict.fromkeys(slow, 0.9)
    async with Upstream(lag=lambda n: lag.get(n, 0)) as upstream, calling(None, upstream.maton(pace=None)) as caller:
        answers = await together(*[lambda n=n: get(caller, n) for n in range(1, MANY + 1)])
        assert len(upstream.arrived) == MANY
        assert most_in(1, times(upstream)) <= SECOND
    assert not any(one.is_error for one in answers)


async def test_tries_and_looks_count_as_much_as_what_was_asked_for():
    """F17: the other side counts requests, and not calls."""
    async with Upstream() as upstream, calling(None, upstream.maton(pace=None)) as caller:
        for n in range(100, 105):
            upstream.on(f"/scenarios/{n}", answer({}, 503), answer({"scenario": {"id": n}}))
        calls = [lambda n=n: get(caller, n) for n in range(100, 115)]
        calls += [lambda call=call: call.by(caller) for call in [DELETE, START, CLEAR] * 5]
        answers = await together(*calls)
        assert len(upstream.arrived) > 15 + 5 + 15 + 10
        assert most_in(1, times(upstream)) <= SECOND
    for one in answers:
        is_whole(one)


async def test_a_slow_other_side_does_not_slow_the_pace_down_for_ever(clock: Clock):
    """F17: what is waiting for its answer has arrived."""
    async with Upstream() as upstream, calling(None, upstream.maton(pace=None)) as caller:
        upstream.on(None, after(20, answer({"ok": True})))
        answers = await together(*[lambda n=n: get(caller, n) for n in range(1, 41)])
        assert most_in(1, times(upstream)) <= SECOND
    assert not any(one.is_error for one in answers)
    assert clock.now < 40


async def test_after_a_rest_the_whole_second_is_there_again(clock: Clock):
    """F17: and no more than that, however long the rest was."""
    async with Upstream() as upstream, calling(None, upstream.maton(pace=None)) as caller:
        for rest in (0, 0.5, 1, 60):
            await asyncio.sleep(rest)
            await together(*[lambda n=n: get(caller, n) for n in range(1, 16)])
        assert most_in(1, times(upstream)) == SECOND
        assert len(upstream.arrived) == 60
    assert clock.now < 70


# ---- Order


async def test_one_who_asks_for_little_does_not_stand_behind_one_who_asks_for_much():
    """F17: two callers, fair between them, in order within each."""
    async with Upstream() as upstream, calling(None, upstream.maton(pace=None)) as caller:
        much = [lambda n=n: get(caller, n, by="alice") for n in range(1, 51)]
        little = [lambda n=n: get(caller, n, by="bob") for n in range(101, 106)]
        await together(*much, *little)
        order = [number(request) for request in upstream.arrived]
        of_bob = [place for place, n in enumerate(order) if n > 100]
        # Ten of hers left before he came; from then on each has one in turn.
        assert max(of_bob) < 10 + 2 * 5 + 1
        assert in_order([request for request in upstream.arrived if number(request) <= 100])
        assert in_order([request for request in upstream.arrived if number(request) > 100])


async def test_three_callers_share_what_there_is():
    """F17: as long as all of them wait, none gets ahead of the others by more than one."""
    async with Upstream() as upstream, calling(None, upstream.maton(pace=None)) as caller:
        names = ("alice", "bob", "carol")
        await together(
            *[lambda n=n, k=k, name=name: get(caller, 100 * k + n, by=name)
              for k, name in enumerate(names, 1) for n in range(1, 21)]
        )  # fmt: skip
        waited = upstream.arrived[10:40]
        counts = [sum(number(request) // 100 == k for request in waited) for k in (1, 2, 3)]
        assert max(counts) - min(counts) <= 2


async def test_of_one_caller_a_session_that_asks_for_little_does_not_stand_behind_another():
    """F17: without sign-in all sessions are one caller, and still none has to wait for the others."""

    class Session(Person):
        @property
        def line(self) -> str:
            return f"{self.caller} {self.name}"

    async with Upstream() as upstream, calling(None, upstream.make(pace="5/second", timeout=90)) as caller:
        sessions = [Session(name="one")] * 60 + [Session(name="other")]
        await together(
            *[lambda n=n, session=session: caller.call("scenarios_get", {"scenarioId": n}, session)
              for n, session in enumerate(sessions, 1)]
        )  # fmt: skip
        order = [number(request) for request in upstream.arrived]
        assert len(order) == 61
        # Five left at once, and one was the first in turn already.
        assert order.index(61) <= 7


# ---- Waiting


async def test_those_who_give_up_leave_their_place_to_the_others(clock: Clock):
    """F17: waiters cancel cleanly."""
    async with Upstream() as upstream, calling(None, upstream.maton(pace=None)) as caller:
        calls = {n: asyncio.ensure_future(get(caller, n)) for n in range(1, 41)}
        await asyncio.sleep(0.5)
        assert len(upstream.arrived) == SECOND
        given_up = [n for n in range(11, 41) if n % 3]
        for n in given_up:
            calls[n].cancel()
        done = await asyncio.gather(*calls.values(), return_exceptions=True)
        assert [n for n, one in enumerate(done, 1) if isinstance(one, asyncio.CancelledError)] == given_up
        assert sorted(map(number, upstream.arrived)) == [n for n in range(1, 41) if n not in given_up]
        assert most_in(1, times(upstream)) <= SECOND
        assert in_order(upstream.arrived)
        assert clock.now < 1.5
        # Nothing of them is left behind.
        await asyncio.sleep(2)
        clock.restart()
        is_whole(await get(caller, 99))
    assert clock.now == 0


@pytest.mark.parametrize("pause", [0.1, 0, None], ids=["one by one", "as the next is called", "in one moment"])
async def test_the_first_of_those_who_wait_can_give_up_too(pause: float | None, clock: Clock):
    """F17: the others do not wait for one who has gone, even as it became the first."""
    async with Upstream() as upstream, calling(None, upstream.maton(pace=None)) as caller:
        calls = [asyncio.ensure_future(get(caller, n)) for n in range(1, 16)]
        await upstream.has(SECOND)
        await calm()
        for one in calls[10:14]:
            one.cancel()
            if pause is not None:
                await asyncio.sleep(pause)
        done = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(one) for one in done[10:]] == [asyncio.CancelledError] * 4 + [Answer]
        assert len(upstream.arrived) == 11
    assert clock.now < 1.5


async def test_what_never_left_does_not_count(authority: Authority, monkeypatch: pytest.MonkeyPatch, clock: Clock):
    """F17: ten are given up over their handshakes, and the next ten do not wait for them."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    upstream = Upstream(tls=authority.server(), greetings=[never_reads] * SECOND)
    async with upstream, calling(None, upstream.maton(pace=None)) as caller:
        calls = [asyncio.ensure_future(get(caller, n)) for n in range(1, 11)]
        await asyncio.sleep(0.5)
        assert upstream.connections == SECOND
        for one in calls:
            one.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        for one in await together(*[lambda n=n: get(caller, n) for n in range(11, 21)]):
            is_whole(one)
        assert len(upstream.arrived) == SECOND
    assert clock.now < 1


async def test_a_call_that_is_given_up_as_it_leaves_keeps_its_place_in_the_count():
    """F17: it may have arrived, and then the other side counts it."""
    async with Upstream() as upstream, calling(None, upstream.maton(pace=None)) as caller:
        upstream.on(None, hang)
        calls = [asyncio.ensure_future(get(caller, n)) for n in range(1, 31)]
        for wanted in (10, 20, 30):
            await upstream.has(wanted)
            for one in calls[wanted - 10 : wanted]:
                one.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        assert len(upstream.arrived) == 30
        assert most_in(1, times(upstream)) <= SECOND


async def test_a_wait_beyond_the_deadline_is_told_at_once(clock: Clock):
    """F17: an error with the wait, and nobody sits it out."""
    async with Upstream() as upstream, calling(None, upstream.make(pace="10/minute")) as caller:
        for n in range(1, 11):
            is_whole(await get(caller, n))
        for call in (READ, START):
            text = told(await call.by(caller), call, "rate_limited")
            assert 55 <= seconds_in(text) <= 62
            assert "othing was sent" in text
        assert len(upstream.arrived) == 10
    assert clock.now == 0


async def test_a_queue_that_is_too_long_for_the_time_is_told_at_once(clock: Clock):
    """F17: whoever cannot be served in time is not let wait for it."""
    async with Upstream() as upstream, calling(None, upstream.make(pace="1/second", timeout=10)) as caller:
        refused: list[float] = []

        async def one(n: int) -> Answer:
            outcome = await get(caller, n)
            if outcome.is_error:
                refused.append(clock.now)
            return outcome

        answers = await together(*[lambda n=n: one(n) for n in range(1, MANY + 1)])
        served = [outcome for outcome in answers if not outcome.is_error]
        assert 9 <= len(served) <= 12
        assert len(upstream.arrived) == len(served)
        for outcome in answers:
            if outcome.is_error:
                told(outcome, READ, "rate_limited")
        assert sum(when < 0.1 for when in refused) >= len(refused) - 3
    assert clock.now <= 10.1
