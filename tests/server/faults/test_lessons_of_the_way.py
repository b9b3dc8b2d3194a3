"""What a hostile reviewer found on the way to Make, each held by the smallest case."""

import asyncio
from collections import Counter

import pytest
from tests.server.faults.calls import DELETE, READ, RUN, START, is_whole, says_unknown, together, told
from tests.server.faults.clock import Clock
from tests.server.faults.manners import after, answer
from tests.server.faults.upstream import Upstream
from tests.server.network import calling

pytestmark = pytest.mark.usefixtures("clock")

HOOK = {"hook": {"id": 5, "name": "Orders"}}


@pytest.mark.parametrize(
    "date", ["1 Jan 99999999999 00:00:00 GMT", "Mon, 01 Jan 2027 00:00:00 +99999999999999", "0 0 0", ""]
)
async def test_a_date_beyond_all_dates_says_nothing(date: str):
    """F2: neither as a wish to be left alone, nor as the time of the answer."""
    for headers in ({"retry-after": date}, {"retry-after": "Mon, 01 Jan 2027 00:00:00 GMT", "date": date}):
        async with Upstream() as upstream, calling(None, upstream.make()) as caller:
            upstream.on(None, answer({"message": "later"}, 429, **headers), answer(HOOK))
            written = await START.by(caller)
            assert written.text.startswith('scenarios_start: Make answered 429: "later".')
            upstream.on(None, answer({"message": "broken"}, 503, **headers))
            says_unknown(await START.by(caller), START, 503)


async def test_a_paused_organization_holds_nobody_else_back(clock: Clock):
    """F7: IM310 is no limit of the key, whatever the answer asks for."""
    async with Upstream() as upstream, calling(None, upstream.maton(pace=None)) as caller:
        upstream.on("/scenarios/5", answer({"message": "paused", "code": "IM310"}, 429, retry_after="20"))
        assert (await READ.by(caller)).is_error
        is_whole(await caller.call("users_me", {}))
    assert clock.now < 1


async def test_the_breaker_is_decided_by_the_one_that_looks(clock: Clock):
    """F16: what left before it opened comes back while the probe is under way, and says nothing."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(RUN.path, after(33, answer({"message": "late"}, 500)))
        upstream.on(START.path, answer({"message": "down"}, 500))
        late = asyncio.ensure_future(RUN.by(caller))
        await upstream.has(1, RUN.path)
        while "circuit_open" not in (await START.by(caller)).text:
            pass
        assert clock.now < 1
        await asyncio.sleep(31)
        upstream.on(READ.path, after(5, answer(HOOK)))
        is_whole(await READ.by(caller))
        says_unknown(await late, RUN, 500)
        is_whole(await READ.by(caller))


async def test_what_never_left_does_not_close_the_breaker(clock: Clock):
    """F16: an address that is too long is no answer of the other side."""
    too_long = {"teamId": 5, "filters": {"name": "x" * 70_000}}
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(None, answer({"message": "down"}, 503))
        while "circuit_open" not in (await READ.by(caller)).text:
            pass
        await asyncio.sleep(31)
        assert (await caller.call("scenarios_list", too_long)).is_error
        upstream.arrived.clear()
        await together(*[lambda: READ.by(caller)] * 5)
        # The one that looks, and its further tries at the most.
        assert len(upstream.arrived) <= 3
    assert clock.now > 30


async def test_those_who_wait_get_the_rate_of_the_licence_once_it_is_known(clock: Clock):
    """F17: the first thirty of an organization go by the usual pace."""
    licensed = answer({"organization": {"id": 7, "license": {"apiLimit": 1000}}})
    async with Upstream() as upstream, calling(None, upstream.make(pace=None)) as caller:
        upstream.on(None, after(0.5, answer({"teams": []})))
        upstream.on("/organizations/7", licensed)
        answers = await together(*[lambda: caller.call("teams_list", {"organizationId": 7})] * 150)
        assert Counter(one.is_error for one in answers) == {False: 150}
        assert len(upstream.of("/organizations/7")) == 1
    assert clock.now < 10


async def test_a_licence_that_could_not_be_read_is_asked_for_again(clock: Clock):
    """F17: one bad moment does not decide for the rest of the day."""
    licensed = answer({"organization": {"id": 7, "license": {"apiLimit": 1000}}})
    async with Upstream() as upstream, calling(None, upstream.make(pace=None)) as caller:
        upstream.on(None, answer({"teams": []}))
        upstream.on("/organizations/7", answer({"message": "broken"}, 500), licensed)
        for _ in range(120):
            is_whole(await caller.call("teams_list", {"organizationId": 7}))
        assert len(upstream.of("/organizations/7")) == 2
    assert clock.now < 70


async def test_a_deletion_that_waited_for_its_turn_looks_again(clock: Clock):
    """F23: what was agreed to is what is there when the request leaves, and the code is kept until then."""
    async with Upstream() as upstream, calling(None, upstream.maton(pace="10/minute")) as caller:
        upstream.on(DELETE.path, answer(HOOK), method="GET")
        upstream.on(DELETE.path, answer({"hook": 5}), method="DELETE")
        preview = (await caller.call(DELETE.tool, DELETE.arguments)).data
        assert preview is not None
        for _ in range(10 - len(upstream.arrived) - 1):
            await READ.by(caller)
        await asyncio.sleep(30)
        confirmed = {**DELETE.arguments, "confirm": preview["code"]}
        waiting = asyncio.ensure_future(caller.call(DELETE.tool, confirmed))
        await asyncio.sleep(5)
        upstream.on(DELETE.path, answer({"hook": {"id": 5, "name": "Payroll"}}), method="GET")
        answered = (await waiting).data
        assert answered is not None
        assert answered["target"]["name"] == "Payroll"
        assert upstream.writes == []
    assert clock.now > 50


async def test_a_code_is_not_used_up_by_a_call_that_was_held_back(clock: Clock):
    """F17: it says how long it would have to wait, and the same code is good then."""
    async with Upstream() as upstream, calling(None, upstream.maton(pace="20/minute", timeout=20)) as caller:
        upstream.on(DELETE.path, answer(HOOK), method="GET")
        upstream.on(DELETE.path, answer({"hook": 5}), method="DELETE")
        preview = (await caller.call(DELETE.tool, DELETE.arguments)).data
        assert preview is not None
        confirmed = {**DELETE.arguments, "confirm": preview["code"]}
        while len(upstream.arrived) < 19:
            await READ.by(caller)
        told(await caller.call(DELETE.tool, confirmed), DELETE, "rate_limited")
        await asyncio.sleep(61)
        is_whole(await caller.call(DELETE.tool, confirmed))
        assert len(upstream.writes) == 1
    assert clock.now > 60
