"""Whose pace it is: the key's, the organization's by its licence, or the operator's."""

import asyncio
from typing import Any

import pytest
from tests.server.faults.calls import READ, RUN, Call, is_whole, seconds_in, together, told
from tests.server.faults.clock import Clock
from tests.server.faults.manners import Arrived, after, answer
from tests.server.faults.upstream import Upstream, most_in
from tests.server.network import MATON_KEY, calling

from make_mcp.callers import open_caller
from make_mcp.calls import Answer, Caller
from make_mcp.settings import load

pytestmark = pytest.mark.usefixtures("clock")

LIST = Call("scenarios_list", {"organizationId": 11}, "GET", "/scenarios")
OTHERS = Call("scenarios_list", {"organizationId": 12}, "GET", "/scenarios")
TEAM = Call("scenarios_list", {"teamId": 22}, "GET", "/scenarios")
LICENCE = Call("organizations_get", {"organizationId": 11}, "GET", "/organizations/11")
UNKNOWN = 60


def licensed(limit: object) -> dict[str, Any]:
    return {"organization": {"id": 11, "name": "Acme", "license": {"apiLimit": limit}}}


async def until_refused(caller: Caller, call: Call, most: int) -> tuple[int, Answer | None]:
    """How many calls went through, one after the other, and the answer that ended it."""
    for n in range(most):
        outcome = await call.by(caller)
        if outcome.is_error:
            return n, outcome
    return most, None


def at(requests: list[Arrived]) -> list[float]:
    return [request.at for request in requests]


async def test_an_organization_of_which_nothing_is_known_gets_sixty_a_minute(clock: Clock):
    """F17: one after the other; whatever the server asks by itself counts too."""
    async with Upstream() as upstream, calling(None, upstream.make(pace=None)) as caller:
        upstream.on(LICENCE.path, answer({"organization": {"id": 11, "name": "Acme"}}))
        through, refused = await until_refused(caller, LIST, 100)
        assert refused is not None
        assert 55 <= seconds_in(told(refused, LIST, "rate_limited")) <= 62
        assert "11" in refused.text
        assert UNKNOWN - 2 <= through <= UNKNOWN
        assert len(upstream.arrived) <= UNKNOWN
        assert clock.now == 0
        await asyncio.sleep(61)
        is_whole(await LIST.by(caller))
        assert most_in(60, at(upstream.arrived)) <= UNKNOWN


async def test_many_at_once_are_no_way_around_it(clock: Clock):
    """F17: the same at the same time."""
    async with Upstream() as upstream, calling(None, upstream.make(pace=None)) as caller:
        upstream.on(LICENCE.path, answer({}, 403))
        outcomes = await together(*[lambda: LIST.by(caller)] * 100)
        assert len(upstream.arrived) <= UNKNOWN
        assert sum(not outcome.is_error for outcome in outcomes) >= UNKNOWN - 2
        for outcome in outcomes:
            if outcome.is_error:
                told(outcome, LIST, "rate_limited")
    assert clock.now < 45


@pytest.mark.parametrize(("limit", "allowed"), [(240, 240), (30, 30), ("120", 120), (1000, 300)])
async def test_what_the_licence_says_holds_once_it_is_known(limit: int | str, allowed: int, clock: Clock):
    """F17: more than before or less."""
    async with Upstream() as upstream, calling(None, upstream.make(pace=None)) as caller:
        upstream.on(LICENCE.path, answer(licensed(limit)))
        is_whole(await LICENCE.by(caller))
        through, refused = await until_refused(caller, LIST, 300)
        # The call that told the licence may count or not; no more than that.
        assert allowed - 1 <= through <= allowed
        assert len(upstream.of(LIST.path)) == through
        assert (refused is None) is (allowed == 300)
    assert clock.now == 0


@pytest.mark.parametrize("limit", [0, -5, "many", None, [], 10**12, 1.5, True])
async def test_a_licence_that_says_nothing_of_use_changes_nothing(limit: object):
    """F17: sixty a minute, as before."""
    async with Upstream() as upstream, calling(None, upstream.make(pace=None)) as caller:
        upstream.on(LICENCE.path, answer(licensed(limit)))
        is_whole(await LICENCE.by(caller))
        await until_refused(caller, LIST, 100)
        assert UNKNOWN - 2 <= len(upstream.arrived) <= UNKNOWN


async def test_a_busy_organization_is_asked_what_it_may(clock: Clock):
    """F17: nobody has to call a tool for it."""
    async with Upstream() as upstream, calling(None, upstream.make(pace=None)) as caller:
        upstream.on(LICENCE.path, answer(licensed(120)))
        through, _ = await until_refused(caller, LIST, 110)
        assert through == 110
        assert len(upstream.of(LICENCE.path)) == 1
    assert clock.now == 0


async def test_a_licence_that_does_not_come_holds_up_nobody(clock: Clock):
    """F17: the question is ours, and the call is not."""
    async with Upstream() as upstream, calling(None, upstream.make(pace=None)) as caller:
        upstream.on(LICENCE.path, after(3600, answer(licensed(120))))
        through, _ = await until_refused(caller, LIST, 50)
        assert through == 50
    assert clock.now < 10


async def test_each_organization_has_its_own_budget(clock: Clock):
    """F17: one that is used up takes nothing from another."""
    async with Upstream() as upstream, calling(None, upstream.make(pace=None)) as caller:
        for one in (11, 12):
            upstream.on(f"/organizations/{one}", answer({"organization": {"id": one}}))
        await until_refused(caller, LIST, 100)
        through, _ = await until_refused(caller, OTHERS, 50)
        assert through == 50
        # Their wait is no other call's: what belongs to neither goes at once.
        is_whole(await caller.call("users_me", {}))
    assert clock.now == 0


async def test_what_belongs_to_an_organization_counts_for_it():
    """F17: by its team, as soon as an answer has told whose that is."""
    async with Upstream() as upstream, calling(None, upstream.make(pace=None)) as caller:
        upstream.on("/teams", answer({"teams": [{"id": 22, "name": "Crew", "organizationId": 11}]}))
        upstream.on(LICENCE.path, answer({"organization": {"id": 11}}))
        is_whole(await caller.call("teams_list", {"organizationId": 11}))
        _, refused = await until_refused(caller, TEAM, 100)
        assert refused is not None
        told(refused, TEAM, "rate_limited")
        told(await LIST.by(caller), LIST, "rate_limited")
        assert len(upstream.arrived) <= UNKNOWN


async def test_a_run_does_not_count(clock: Clock):
    """F17: Make does not count runs, so that they neither wait nor take from what there is."""
    async with Upstream() as upstream, calling(None, upstream.make(pace=None)) as caller:
        upstream.on(LIST.path, answer({"scenarios": [{"id": 5, "teamId": 22}]}))
        upstream.on(LICENCE.path, answer({"organization": {"id": 11}}))
        for _ in range(30):
            is_whole(await LIST.by(caller))
        for _ in range(50):
            is_whole(await RUN.by(caller))
        await until_refused(caller, LIST, 100)
        told(await READ.by(caller), READ, "rate_limited")
        is_whole(await RUN.by(caller))
        counted = [request for request in upstream.arrived if request.path != RUN.path]
        assert UNKNOWN - 2 <= len(counted) <= UNKNOWN
    assert clock.now == 0


async def test_behind_the_gateway_both_budgets_hold(clock: Clock):
    """F17: the key's and the organization's."""
    async with Upstream() as upstream, calling(None, upstream.maton(pace=None)) as caller:
        upstream.on(LICENCE.path, answer({"organization": {"id": 11}}))
        outcomes = await together(*[lambda: LIST.by(caller)] * 80)
        assert most_in(1, at(upstream.arrived)) <= 10
        assert most_in(60, at(upstream.arrived)) <= UNKNOWN
        assert sum(not outcome.is_error for outcome in outcomes) >= UNKNOWN - 2
    assert clock.now < 45


@pytest.mark.parametrize("door", ["make", "maton"])
async def test_nobody_runs_into_a_limit_that_another_has_met(door: str, clock: Clock):
    """F17: a wait that the other side asked for holds for all who would meet the same limit."""
    async with Upstream() as upstream:
        flags = upstream.make(pace=None) if door == "make" else upstream.maton(pace=None)
        async with calling(None, flags) as caller:
            upstream.on(READ.path, answer({"message": "Too many"}, 429, retry_after="20"), answer({"ok": True}))
            met = asyncio.ensure_future(READ.by(caller))
            await upstream.has(1)
            await asyncio.sleep(1)
            for outcome in await together(*[lambda: caller.call("users_me", {})] * 5, lambda: met):
                is_whole(outcome)
        first, *others = at(upstream.arrived)
        assert len(others) == 6
        assert min(others) - first >= 20
    assert clock.now < 25


# ---- The operator's own


async def test_without_a_pace_everything_leaves_at_once(clock: Clock):
    """F17: `--pace off`."""
    async with Upstream() as upstream, calling(None, upstream.maton(pace="off")) as caller:
        upstream.on(None, after(1, answer({"ok": True})))
        outcomes = await together(*[lambda: LIST.by(caller)] * 60)
        assert len(set(at(upstream.arrived))) == 1
    assert not any(outcome.is_error for outcome in outcomes)
    assert clock.now == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("door", ["make", "maton"])
async def test_a_pace_of_the_operator_takes_the_place_of_all_others(door: str, clock: Clock):
    """F17: `--pace 5/second`, for either way to Make; runs count there too."""
    async with Upstream() as upstream:
        flags = upstream.make(pace="5/second") if door == "make" else upstream.maton(pace="5/second")
        async with calling(None, flags) as caller:
            outcomes = await together(*[lambda: LIST.by(caller), lambda: RUN.by(caller)] * 40)
        assert most_in(1, at(upstream.arrived)) == 5
        assert len(upstream.arrived) == 80
    assert not any(outcome.is_error for outcome in outcomes)
    assert 15 <= clock.now < 17


async def test_a_pace_may_be_faster_than_what_is_usual(clock: Clock):
    """F17: for an account whose limits the operator knows."""
    async with Upstream() as upstream, calling(None, upstream.maton(pace="100/second")) as caller:
        outcomes = await together(*[lambda: LIST.by(caller)] * 100)
        assert len(upstream.arrived) == 100
    assert not any(outcome.is_error for outcome in outcomes)
    assert clock.now < 1


async def test_two_doors_do_not_wait_for_each_other(clock: Clock):
    """F17: what the gateway's key has used up is not Make's."""
    async with Upstream() as gateway, Upstream() as make:
        flags = {**make.make(pace=None), "maton_api_key": MATON_KEY, "maton_base_url": gateway.url}
        async with calling(None, flags) as caller:
            await together(*[lambda: READ.by(caller)] * 10)
            is_whole(await caller.call("notifications_list", {}))
            assert clock.now == 0
        assert (len(gateway.arrived), len(make.arrived)) == (10, 1)


async def test_the_practice_account_has_no_pace_unless_it_is_given_one(clock: Clock):
    """F17: nobody else is on it."""
    async with open_caller(load({"sandbox": True})) as (caller, _):
        outcomes = await together(*[lambda: caller.call("users_me", {})] * 100)
        assert not any(outcome.is_error for outcome in outcomes)
        assert clock.now == 0
    async with open_caller(load({"sandbox": True, "pace": "2/second"})) as (caller, _):
        outcomes = await together(*[lambda: caller.call("users_me", {})] * 7)
        assert not any(outcome.is_error for outcome in outcomes)
    assert 3 <= clock.now < 4
