"""Every call ends, and when: the parts of an exchange have their time, and the whole has one too."""

import asyncio
import gc
import json
import warnings
from pathlib import Path

import pytest
from tests.server.faults.calls import (
    CREATE,
    DELETE,
    READ,
    READS,
    RUN,
    START,
    TEST,
    WRITES,
    Call,
    is_whole,
    says_nothing_was_sent,
    says_unknown,
    together,
    told,
)
from tests.server.faults.certificates import Authority
from tests.server.faults.clock import Clock, calm
from tests.server.faults.manners import (
    HANG_IN_THE_BODY,
    Exchange,
    after,
    answer,
    drip,
    endless,
    hang,
    never_reads,
    waits_for_the_end,
)
from tests.server.faults.upstream import Upstream
from tests.server.network import calling

pytestmark = pytest.mark.usefixtures("clock")

LEAST = b'{"ok":true}'


# ---- F13: the parts and the whole


@pytest.mark.parametrize("call", [*READS, *WRITES], ids=str)
@pytest.mark.parametrize("seconds", [45, 12])
async def test_an_answer_that_drips_ends_with_the_call(call: Call, seconds: int, clock: Clock):
    """F13: a byte each half second is never late, and the whole is: the total cuts it."""
    async with Upstream() as upstream, calling(None, upstream.make(timeout=seconds)) as caller:
        upstream.on(call.path, drip(0.5), method=call.method)
        began = clock.now
        outcome = await call.by(caller)
        assert clock.now - began == pytest.approx(seconds, abs=1)
        if call in READS:
            told(outcome, call, "unreachable")
        else:
            says_unknown(outcome, call)
        await calm()
        (request,) = upstream.of(call.path, call.method)
        assert request.left == pytest.approx(request.at + seconds, abs=0.5)


@pytest.mark.parametrize("call", [READ, START], ids=str)
async def test_an_answer_without_end_ends_with_the_call(call: Call, clock: Clock):
    """F13: chunks that never stop, each soon after the other, far below the cap."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(call.path, endless(b" ", every=5))
        outcome = await call.by(caller)
        assert clock.now == pytest.approx(45, abs=1)
        assert outcome.is_error
        assert len(upstream.of(call.path)) == 1


async def test_a_head_that_drips_ends_with_the_call(clock: Clock):
    """F13: the same before the body."""

    async def slow_head(exchange: Exchange) -> None:
        await exchange.send(b"HTTP/1.1 200 OK\r\n")
        for number in range(1000):
            await asyncio.sleep(1)
            await exchange.send(f"x-{number}: y\r\n".encode())

    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(START.path, slow_head)
        says_unknown(await START.by(caller), START)
        assert clock.now == pytest.approx(45, abs=1)


async def test_a_slow_answer_that_comes_in_time_is_taken(clock: Clock):
    """F13: the deadline is no shorter than it says."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(READ.path, drip(4, LEAST))
        assert is_whole(await READ.by(caller)) == {"ok": True}
        assert clock.now == pytest.approx(4 * len(LEAST), abs=0.5)
        assert len(upstream.arrived) == 1


async def test_a_look_that_gets_nothing_is_given_up_after_the_time_to_read():
    """F13: 30 s without a byte end a try, and what is left of the call is for another."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(READ.path, hang, after(1, answer(LEAST)))
        assert is_whole(await READ.by(caller)) == {"ok": True}
        first, second = upstream.arrived
        assert second.at - first.at == pytest.approx(31, abs=1)
        assert first.left == pytest.approx(first.at + 30, abs=0.1)


async def test_a_body_that_stops_is_given_up_after_the_time_to_read(clock: Clock):
    """F13: the time to read holds for each piece, of the body too."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(READ.path, HANG_IN_THE_BODY, answer(LEAST))
        assert is_whole(await READ.by(caller)) == {"ok": True}
        assert 30 <= clock.now <= 33


@pytest.mark.parametrize("call", [READ, START], ids=str)
async def test_a_connection_that_does_not_come_about_is_given_up_after_five_seconds(
    call: Call, authority: Authority, clock: Clock
):
    """F13: connecting has 5 s, TLS included, and does not take the time of the rest."""
    async with Upstream(tls=authority.server(), greetings=[never_reads] * 9) as upstream:
        async with calling(None, upstream.make()) as caller:
            says_nothing = await call.by(caller)
        tries = 3 if call is READ else 2
        assert upstream.connections == tries
        assert upstream.arrived == []
        assert 5 * tries <= clock.now <= 5 * tries + 5
        says_nothing_was_sent(says_nothing, call, "unreachable")


@pytest.mark.parametrize("how", ["cut", "given up"])
async def test_a_call_that_ends_while_it_connects_closes_what_it_had_opened(
    how: str, authority: Authority, clock: Clock
):
    """F13: the total is the total; and half a handshake is no connection that stays for the garbage collector to find."""
    ended: list[float] = []
    async with (
        Upstream(tls=authority.server(), greetings=[waits_for_the_end(ended)] * 9) as upstream,
        calling(None, upstream.make(timeout=3)) as caller,
    ):
        call = asyncio.ensure_future(START.by(caller))
        await asyncio.sleep(2)
        assert (upstream.connections, ended) == (1, [])
        if how == "given up":
            call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        assert clock.now == pytest.approx(2 if how == "given up" else 3, abs=0.1)
        await calm()
        closed = len(ended)
        # What was not closed must not be found in the middle of another test.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            del call
            gc.collect()
        assert closed == upstream.connections == 1


@pytest.mark.parametrize("seconds", [1, 20, 120])
async def test_the_timeout_is_what_the_operator_says(seconds: int, clock: Clock):
    """F13: `--timeout`."""
    async with Upstream() as upstream, calling(None, upstream.make(timeout=seconds)) as caller:
        upstream.on(RUN.path, hang)
        says_unknown(await RUN.by(caller), RUN)
        assert clock.now == pytest.approx(seconds, abs=0.1)


@pytest.mark.parametrize("call", [DELETE, START], ids=str)
async def test_a_call_that_looks_before_it_writes_ends_before_a_host_gives_up(call: Call, clock: Clock):
    """F13: hosts give up after 60 s. The looks of a preview, or the one before a deletion, are part of the time."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(None, after(11, answer({"hook": {"id": 5, "name": "Orders"}})), method="GET")
        upstream.on_writes(hang)
        began = clock.now
        preview = await caller.call(call.tool, call.arguments)
        assert clock.now - began < 60
        began = clock.now
        confirm = is_whole(preview).get("code", True)
        says_unknown(await caller.call(call.tool, {**call.arguments, "confirm": confirm}), call)
        assert clock.now - began < 60
        assert len(upstream.writes) == 1


async def test_a_preview_whose_looks_hang_ends_and_cannot_be_confirmed(clock: Clock):
    """F13: what could not be read is said; nothing is changed by it."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(None, hang)
        preview = is_whole(await caller.call(DELETE.tool, DELETE.arguments))
        assert clock.now < 60
        assert preview["nothingChanged"] is True
        assert "code" not in preview
        assert upstream.writes == []


async def test_calls_that_hang_do_not_hold_up_the_others(clock: Clock):
    """F13: each call has its own time."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(RUN.path, hang)
        finished: list[tuple[str, float]] = []

        async def timed(call: Call) -> object:
            outcome = await call.by(caller)
            finished.append((call.tool, clock.now))
            return outcome

        async with asyncio.TaskGroup() as tasks:
            for call in (RUN, RUN, READ, TEST, START):
                tasks.create_task(timed(call))
    assert {tool for tool, when in finished if when < 1} == {READ.tool, TEST.tool, START.tool}
    assert [round(when) for tool, when in finished if tool == RUN.tool] == [45, 45]


# ---- F14: runs


async def test_a_run_is_waited_for_as_long_as_make_lets_it_take(clock: Clock):
    """F14: Make answers a responsive run within 40 s; that is longer than any look may take."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(RUN.path, after(40, answer({"executionId": "7" * 32, "status": "1", "outputs": {"n": 1}})))
        assert is_whole(await RUN.by(caller))["outputs"] == {"n": 1}
        assert clock.now == pytest.approx(40, abs=0.1)
        assert len(upstream.writes) == 1


async def test_a_run_that_takes_longer_is_handed_over_by_its_execution_id():
    """F14: the id that Make gives in place of the outputs reaches the agent."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(RUN.path, after(40, answer({"executionId": "7" * 32})))
        assert is_whole(await RUN.by(caller)) == {"executionId": "7" * 32}


async def test_a_run_without_an_answer_is_open_and_its_log_tells(clock: Clock):
    """F14: cut at the total, the run may be in progress: `scenarios_logs` shows it."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(RUN.path, hang)
        text = says_unknown(await RUN.by(caller), RUN)
        assert "scenarios_logs" in text
        assert not any(word in text.lower() for word in ("stopped", "aborted", "cancelled"))
        assert clock.now == pytest.approx(45, abs=0.1)
        assert len(upstream.writes) == 1


async def test_a_run_that_the_caller_gives_up_is_not_called_stopped(tmp_path: Path):
    """F14: a cancelled call closes its connection and claims nothing; what is kept of it is that nobody knows."""
    kept = tmp_path / "audit.jsonl"
    async with Upstream() as upstream, calling(None, upstream.make(audit_log=kept)) as caller:
        upstream.on(RUN.path, hang)
        call = asyncio.ensure_future(RUN.by(caller))
        await upstream.has(1, RUN.path)
        assert not call.done()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await calm()
        (request,) = upstream.writes
        assert request.left == pytest.approx(request.at, abs=0.1)
        upstream.on(READ.path, answer({"scenario": {"id": 5}}))
        assert is_whole(await READ.by(caller)) == {"scenario": {"id": 5}}
    (line,) = kept.read_text().splitlines()
    entry = json.loads(line)
    assert (entry["tool"], entry["decision"], entry["outcome"]) == (RUN.tool, "confirmed", "unknown")


async def test_a_call_that_is_given_up_in_its_pause_sends_nothing_more():
    """F14: between two tries there is nothing to close, and no try follows."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(READ.path, answer({}, 429, retry_after="20"), answer(LEAST))
        call = asyncio.ensure_future(READ.by(caller))
        await upstream.has(1)
        await asyncio.sleep(10)
        assert not call.done()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await asyncio.sleep(60)
        assert len(upstream.arrived) == 1


async def test_many_calls_that_wait_end_each_at_its_time(clock: Clock):
    """F13: deadlines do not add up."""
    async with Upstream() as upstream, calling(None, upstream.make(timeout=30)) as caller:
        upstream.on(None, hang)
        outcomes = await together(*[lambda: CREATE.by(caller)] * 40)
        assert clock.now == pytest.approx(30, abs=0.2)
        assert len(upstream.writes) == 40
    for outcome in outcomes:
        says_unknown(outcome, CREATE)
