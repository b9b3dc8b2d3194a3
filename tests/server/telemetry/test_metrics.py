"""What is counted is what happened, and holds nothing that is not for everybody's eyes."""

import asyncio

import pytest
from tests.server.faults.calls import CREATE, DELETE, READ, RENAME, RUN, START, is_whole, together
from tests.server.faults.clock import Clock
from tests.server.faults.manners import HALF_A_BODY, after, answer, hang, hang_up
from tests.server.faults.upstream import Upstream
from tests.server.network import BOTH_KEYS, ENDPOINTS, MATON_KEY, SECRETS, Network, calling
from tests.server.telemetry.scraping import LOOPBACK, Scrape, counted

from make_mcp.calls import UnknownTool
from make_mcp.telemetry.prometheus import open_metrics

pytestmark = pytest.mark.usefixtures("clock")

CALLS = "make_mcp_calls_total"
REQUESTS = "make_mcp_upstream_requests_total"
OPEN = "make_mcp_breaker_open"
BAD = answer({"message": "Oops"}, 500)


async def test_calls_are_counted_by_tool_and_by_how_they_ended():
    async with Upstream() as upstream, counted(None, upstream.make()) as (caller, metrics):
        for _ in range(3):
            is_whole(await READ.by(caller))
        await caller.call(READ.tool, {"scenarioId": "five"})
        upstream.on(READ.path, answer({"message": "Not found", "code": "SC404"}, 404))
        await READ.by(caller)
        await caller.call(START.tool, START.arguments)
        await START.by(caller)
        upstream.on_writes(answer({"message": "Scenario is already running"}, 400))
        await START.by(caller)
        await DELETE.by(caller)
        await caller.call(DELETE.tool, {**DELETE.arguments, "confirm": "ABCD-EFGH"})
        upstream.on_writes(answer(b"<html>"))
        await RENAME.by(caller)
        upstream.on_writes(hang_up)
        await RUN.by(caller)
        assert metrics.values(CALLS) == {
            ("ok", READ.tool): 3, ("arguments", READ.tool): 1, ("refused", READ.tool): 1, ("previewed", START.tool): 1,
            ("ok", START.tool): 1, ("already_so", START.tool): 1, ("previewed", DELETE.tool): 1, ("refused", DELETE.tool): 1,
            ("not_confirmed", DELETE.tool): 1, ("bad_upstream_response", RENAME.tool): 1, ("outcome_unknown", RUN.tool): 1,
        }  # fmt: skip
        assert metrics.value("make_mcp_call_duration_seconds_count", tool=READ.tool) == 5


async def test_a_repeated_call_is_counted_as_one():
    async with Upstream() as upstream, counted(None, upstream.make()) as (caller, metrics):
        for _ in range(3):
            is_whole(await caller.call(CREATE.tool, {**CREATE.arguments, "confirm": True}, key="once"))
        assert metrics.values(CALLS) == {("ok", CREATE.tool): 1, ("repeated", CREATE.tool): 2}
        assert metrics.value(REQUESTS, method="POST") == 1


async def test_a_tool_that_there_is_not_never_becomes_a_label():
    async with counted(Network(), BOTH_KEYS) as (caller, metrics):
        for name in ("nope", "scenarios_gett", MATON_KEY, 'x"} 1\nmake_mcp_calls_total{tool="y'):
            with pytest.raises(UnknownTool):
                await caller.call(name, {})
        assert metrics.values(CALLS) == {("unknown_tool", "unknown"): 4}
        assert "unknown" not in ENDPOINTS
        assert metrics.values("make_mcp_call_duration_seconds_count") == {}


async def test_a_call_that_is_given_up_is_counted_too():
    async with Upstream() as upstream, counted(None, upstream.make()) as (caller, metrics):
        upstream.on(None, hang)
        call = asyncio.ensure_future(RUN.by(caller))
        await upstream.has(1)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        assert metrics.values(CALLS) == {("cancelled", RUN.tool): 1}
        assert metrics.values(REQUESTS) == {("POST", "cancelled", "make"): 1}


async def test_requests_are_counted_by_what_was_answered_and_timed(clock: Clock):
    async with Upstream() as upstream, counted(None, upstream.make()) as (caller, metrics):
        upstream.on(READ.path, after(3, answer({"scenario": {"id": 5}})))
        is_whole(await READ.by(caller))
        for manner in (answer({"message": "No"}, 403), BAD, HALF_A_BODY, hang_up, answer(b"<html>"), answer([], 200)):
            upstream.on_writes(manner)
            await START.by(caller)
        assert metrics.values(REQUESTS) == {
            ("GET", "200", "make"): 1, ("POST", "403", "make"): 1, ("POST", "500", "make"): 1,
            ("POST", "outcome_unknown", "make"): 2, ("POST", "bad_upstream_response", "make"): 2,
        }  # fmt: skip
        assert metrics.value("make_mcp_upstream_request_duration_seconds_sum", method="GET") == pytest.approx(
            3, abs=0.1
        )
        assert metrics.value("make_mcp_call_duration_seconds_sum", tool=READ.tool) == pytest.approx(3, abs=0.1)
    assert clock.now >= 3


async def test_both_ways_are_told_apart():
    flags = {**BOTH_KEYS, "maton_connection": "21fd90f9"}
    async with counted(Network(), flags) as (caller, metrics):
        await caller.call("scenarios_get", {"scenarioId": 5})
        await caller.call("notifications_list", {})
        await caller.call("maton_connections_list", {})
        assert metrics.values(REQUESTS) == {("GET", "200", "make"): 1, ("GET", "200", "maton"): 2}


async def test_what_never_had_a_connection_is_unreachable(clock: Clock):
    async with Upstream() as upstream:
        flags = upstream.make()
    async with counted(None, flags) as (caller, metrics):
        await READ.by(caller)
        assert metrics.values(REQUESTS) == {("GET", "unreachable", "make"): 3}
        assert metrics.values("make_mcp_retries_total") == {("unreachable", "make"): 2}
    assert clock.now > 0


async def test_each_further_try_is_counted_with_its_reason():
    async with Upstream() as upstream, counted(None, upstream.make()) as (caller, metrics):
        upstream.on(READ.path, answer({}, 503), hang_up, answer({"scenario": {"id": 5}}))
        is_whole(await READ.by(caller))
        assert metrics.values("make_mcp_retries_total") == {("refused", "make"): 1, ("unreachable", "make"): 1}
        assert metrics.values(REQUESTS) == {
            ("GET", "200", "make"): 1, ("GET", "503", "make"): 1, ("GET", "unreachable", "make"): 1,
        }  # fmt: skip


async def test_the_breakers_that_are_open_are_counted_until_they_close(clock: Clock):
    async with Upstream() as upstream, counted(None, upstream.make()) as (caller, metrics):
        assert metrics.values(OPEN) == {("make",): 0, ("maton",): 0}
        upstream.on_writes(BAD)
        for _ in range(10):
            await START.by(caller)
        assert metrics.values(OPEN) == {("make",): 1, ("maton",): 0}
        for _ in range(5):
            await START.by(caller)
        assert metrics.value(CALLS, tool=START.tool, outcome="circuit_open") == 5
        assert sum(metrics.values(REQUESTS).values()) == 10, "nothing was sent, and nothing counted"
        await asyncio.sleep(30.001)
        await START.by(caller)
        upstream.on_writes(answer({"ok": True}))
        assert metrics.value(OPEN, upstream="make") == 1
        await asyncio.sleep(30.001)
        upstream.on_writes(after(5, answer({"ok": True})))
        probe = asyncio.ensure_future(START.by(caller))
        await upstream.has(12)
        assert metrics.value(OPEN, upstream="make") == 1
        is_whole(await probe)
        assert metrics.values(OPEN) == {("make",): 0, ("maton",): 0}
        changes = metrics.values("make_mcp_breaker_changes_total")
        assert changes == {("closed", "make"): 1, ("half_open", "make"): 2, ("open", "make"): 2}
    assert clock.now < 70


async def test_a_look_that_is_given_up_leaves_its_breaker_open():
    async with Upstream() as upstream, counted(None, upstream.make()) as (caller, metrics):
        upstream.on_writes(BAD)
        for _ in range(10):
            await START.by(caller)
        await asyncio.sleep(30.001)
        upstream.on(RUN.path, hang)
        probe = asyncio.ensure_future(RUN.by(caller))
        await upstream.has(11)
        probe.cancel()
        await asyncio.gather(probe, return_exceptions=True)
        changes = metrics.values("make_mcp_breaker_changes_total")
        assert changes == {("half_open", "make"): 1, ("open", "make"): 2}
        assert metrics.value(OPEN, upstream="make") == 1


async def test_breakers_of_several_keys_add_up_and_one_that_is_gone_does_not_stay_open():
    with open_metrics(LOOPBACK, 0) as (observer, url):
        metrics = Scrape(url)
        async with Upstream() as upstream, calling(None, upstream.make(), observer=observer) as one:
            upstream.on_writes(BAD)
            async with calling(None, upstream.make(), observer=observer) as other:
                for _ in range(10):
                    await START.by(one)
                    await START.by(other)
                assert metrics.value(OPEN, upstream="make") == 2
            assert metrics.value(OPEN, upstream="make") == 1
        assert metrics.value(OPEN, upstream="make") == 0


async def test_waiting_for_a_turn_is_timed_by_the_budget(clock: Clock):
    async with Upstream() as upstream, counted(None, upstream.maton(pace=None)) as (caller, metrics):
        await together(*[lambda n=n: caller.call(READ.tool, {"scenarioId": n}) for n in range(1, 16)])
        assert metrics.value("make_mcp_wait_seconds_count", **{"for": "maton"}) == 15
        assert metrics.value("make_mcp_wait_seconds_sum", **{"for": "maton"}) == pytest.approx(5, abs=0.5)
        assert metrics.value("make_mcp_wait_seconds_bucket", **{"for": "maton"}, le="0.005") == 10
        assert metrics.value("make_mcp_wait_seconds_count", **{"for": "place"}) == 15
    assert clock.now >= 1


@pytest.mark.parametrize(("pace", "budget"), [("5/second", "fixed"), (None, "make")])
async def test_each_kind_of_budget_has_its_own_name(pace: str | None, budget: str):
    async with Upstream() as upstream, counted(None, upstream.make(pace=pace)) as (caller, metrics):
        is_whole(await READ.by(caller))
        is_whole(await caller.call("teams_list", {"organizationId": 11}))
        others = {"fixed": 0, "make": 1}[budget]
        waits = metrics.values("make_mcp_wait_seconds_count")
        assert waits == {("place",): 2, (budget,): 2 - others} | ({("organization",): 1} if others else {})


async def test_who_waits_for_longer_than_the_call_may_take_has_waited_too(clock: Clock):
    async with Upstream() as upstream, counted(None, upstream.make(pace="1/minute", timeout=30)) as (caller, metrics):
        is_whole(await READ.by(caller))
        await READ.by(caller)
        assert metrics.value("make_mcp_wait_seconds_count", **{"for": "fixed"}) == 2
        assert metrics.value(CALLS, outcome="rate_limited") == 1
    assert clock.now < 1


async def test_waiting_for_a_place_is_timed(clock: Clock):
    async with Upstream() as upstream, counted(None, upstream.make()) as (caller, metrics):
        upstream.on(READ.path, after(2, answer({"scenario": {"id": 5}})))
        await together(*[lambda: READ.by(caller)] * 65)
        assert metrics.value("make_mcp_wait_seconds_count", **{"for": "place"}) == 65
        assert metrics.value("make_mcp_wait_seconds_bucket", **{"for": "place"}, le="0.005") == 64
        assert metrics.value("make_mcp_wait_seconds_sum", **{"for": "place"}) == pytest.approx(2, abs=0.1)
    assert clock.now >= 4


async def test_decisions_are_counted_in_the_words_of_the_audit_log():
    async with Upstream() as upstream, counted(None, upstream.make()) as (caller, metrics):
        is_whole(await READ.by(caller))
        is_whole(await START.by(caller))
        is_whole(await DELETE.by(caller))
        await caller.call(DELETE.tool, {**DELETE.arguments, "confirm": True})
        await caller.call(DELETE.tool, {**DELETE.arguments, "confirm": "ABCD-EFGH"})
        await caller.call(DELETE.tool, {"hookId": -1})
        upstream.on_writes(answer({"message": "No"}, 403))
        await START.by(caller)
        decided = metrics.values("make_mcp_confirmations_total")
        # By decision, effect, outcome and reason.
        assert decided == {
            ("confirmed", "write", "done", ""): 1, ("previewed", "destroy", "nothing_sent", ""): 2, ("confirmed", "destroy", "done", ""): 1,
            ("refused", "destroy", "nothing_sent", "no_code"): 1, ("refused", "destroy", "nothing_sent", "arguments"): 1,
            ("confirmed", "write", "refused_by_make", ""): 1,
        }  # fmt: skip


async def test_nothing_in_the_metrics_is_a_secret_or_an_id():
    async with Upstream() as upstream, counted(None, {**upstream.make(), **upstream.maton()}) as (caller, metrics):
        canary = 7_130_131_317
        for manner in (
            answer({"ok": True}),
            answer({"message": "canary-of-make", "code": "canary-code"}, 418),
            answer(b"canary"),
        ):
            upstream.on(None, manner)
            for name, endpoint in ENDPOINTS.items():
                required = [a for a in endpoint.arguments if a.required]
                given = {a.name: canary if a.name.endswith("Id") else f"canary-{a.name}" for a in required}
                await caller.call(name, given)
                await caller.call(name, {**given, "confirm": True})
        text = metrics.text
        assert len(metrics.values(CALLS)) > len(ENDPOINTS)
        assert not any(secret in text for secret in (*SECRETS, "canary", str(canary), LOOPBACK))
