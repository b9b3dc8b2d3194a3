"""F10 between replicas: a write that is repeated under its key at another replica is sent once."""

import asyncio
from functools import partial

import anyio
import anyio.lowlevel
import pytest
from tests.server.faults.redis.server import RedisServer, later, no_time
from tests.server.gates import Person, typed
from tests.server.numbered import CREATE, DELETE, RENAME, RUN, YES, Json, Make, code, is_the_same
from tests.server.replicas.sharing import REFUSAL, callers, says_that_nobody_knows

from make_mcp.calls import Answer, Caller
from make_mcp.confirmation import AnswerAwaited
from make_mcp.idempotency_in_redis import SAYS_SO_EVERY

pytestmark = pytest.mark.redis


@pytest.mark.parametrize(("tool", "arguments"), [CREATE, RUN, RENAME], ids=lambda v: v if isinstance(v, str) else "")
async def test_the_same_write_with_the_same_key_is_sent_once_and_answered_alike(
    server: RedisServer, tool: str, arguments: Json
):
    async with Make() as make, callers(server, make) as (a, b):
        first = await a.call(tool, arguments, key="k1")
        for caller in (b, a, b):
            is_the_same(first, await caller.call(tool, dict(reversed(arguments.items())), key="k1"))
        assert make.writes == 1
        assert not (await b.call(tool, arguments, key="k2")).is_repeated
        assert not (await b.call(tool, arguments)).is_repeated
        assert make.writes == 3


async def test_a_deletion_that_is_repeated_elsewhere_gets_its_answer(server: RedisServer):
    async with Make() as make, callers(server, make) as (a, b):
        confirmed = await code(a, *DELETE)
        first = await a.call(DELETE[0], confirmed, key="k1")
        is_the_same(first, await b.call(DELETE[0], confirmed, key="k1"))
        assert make.writes == 1


async def test_a_key_stands_for_one_call_everywhere_under_way_and_after(server: RedisServer):
    until_then = asyncio.Event()
    others: list[tuple[str, Json]] = [("teams_create", {**CREATE[1], "name": "Other"}), RUN, RENAME]

    async def refused(caller: Caller) -> None:
        for tool, arguments in others:
            answer = await caller.call(tool, arguments, key="k1")
            assert answer.text.startswith(f"{tool}: idempotency_conflict: ")

    async with Make(until=until_then) as make, callers(server, make) as (a, b):
        first = asyncio.ensure_future(a.call(*CREATE, key="k1"))
        await make.arrival()
        await refused(b)
        until_then.set()
        await first
        await refused(b)
        assert make.writes == 1


async def test_each_caller_and_each_service_has_keys_of_its_own(server: RedisServer):
    async with Make() as make:
        async with callers(server, make) as (a, b):
            names = ["local", "anna", "anna\0k1", "\ud800"]
            answers = [await a.call(*CREATE, Person(caller=name), "k1") for name in names]
            assert len({answer.text for answer in answers}) == make.writes == len(names)
            for name, answer in zip(names, answers, strict=True):
                is_the_same(answer, await b.call(*CREATE, Person(caller=name), "k1"))
        async with callers(server, make, b"another account") as (_, b):
            assert not (await b.call(*CREATE, key="k1")).is_repeated
        assert make.writes == len(names) + 1


async def test_while_the_first_is_under_way_the_others_wait_for_it_wherever_they_are(server: RedisServer):
    until_then = asyncio.Event()
    async with Make(until=until_then) as make, callers(server, make) as (a, b):
        calls = [asyncio.ensure_future(caller.call(*CREATE, key="k1")) for caller in (a, b) * 32]
        await make.arrival()
        assert not any(call.done() for call in calls)
        until_then.set()
        answers = await asyncio.gather(*calls)
        assert make.writes == 1
    assert [answer.is_repeated for answer in answers].count(False) == 1
    assert len({answer.text for answer in answers}) == 1


async def test_of_those_who_waited_for_one_that_changed_nothing_the_next_one_is_the_first(server: RedisServer):
    until_then = asyncio.Event()
    async with Make(REFUSAL, REFUSAL, until=until_then) as make, callers(server, make) as (a, b):
        calls = [asyncio.ensure_future(caller.call(*RUN, key="k1")) for caller in (a, b) * 4]
        await make.arrival()
        until_then.set()
        answers = await asyncio.gather(*calls)
        assert make.writes == 3
    assert [answer.is_error for answer in answers].count(True) == 2
    assert [answer.is_repeated for answer in answers].count(True) == 5


async def test_nobody_waits_longer_than_their_patience_and_hears_why_meanwhile(server: RedisServer):
    words: list[tuple[float, str]] = []

    class Listens(Person):
        async def tell(self, seconds: float, message: str) -> None:
            words.append((seconds, message))

    async with Make(until=asyncio.Event()) as make, callers(server, make, patience=20) as (a, b):
        first = asyncio.ensure_future(a.call(*RUN, key="k1"))
        await make.arrival()
        with no_time():
            second = asyncio.ensure_future(b.call(*RUN, Listens(), "k1"))
            while not second.done():
                # Redis is quicker than that, and whoever asked it gets to hear it.
                later(0.05)
                server.ask("PING")
                for _ in range(10):
                    await anyio.lowlevel.checkpoint()
        answer = await second
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
    assert answer.text.startswith("scenarios_run: idempotency_in_progress: ")
    assert " 20 s" in answer.text
    assert [int(seconds) for seconds, _ in words] == [2, 7, 12, 17]
    assert all("earlier call with this idempotency key" in word for _, word in words)


async def test_what_changed_nothing_is_not_kept(server: RedisServer):
    async with Make(REFUSAL) as make, callers(server, make) as (a, b):
        assert (await a.call(*RUN, key="k1")).is_error
        assert (await a.call("teams_create", {**CREATE[1], "name": 5}, key="k1")).is_error
        assert not (await a.call(*CREATE, key="k2")).is_error
        first = await b.call(*RUN, key="k1")
        is_the_same(first, await a.call(*RUN, key="k1"))
        assert make.writes == 3


@pytest.mark.parametrize("waits", [True, False])
async def test_a_question_to_a_person_takes_up_no_key(server: RedisServer, waits: bool):
    async with Make() as make, callers(server, make) as (a, _):
        # Codes are no matter of this test: those of each of the two are its own.
        async def asked(person: Person) -> Answer:
            confirmed = await code(a, *DELETE)
            if not waits:
                with pytest.raises(AnswerAwaited) as awaited:
                    await a.call(DELETE[0], confirmed, person, "k1")
                person.brings.add(awaited.value.question.about)
            return await a.call(DELETE[0], confirmed, person, "k1")

        assert (await asked(Person(typed("another"), waits=waits))).is_error
        assert not (await asked(Person(typed("Orders"), waits=waits))).is_error
        assert make.writes == 1


async def test_what_may_have_arrived_is_not_sent_again(server: RedisServer):
    async with Make(None) as make, callers(server, make) as (a, b):
        assert "outcome_unknown" in (await a.call(*RUN, key="k1")).text
        for caller in (b, a):
            await says_that_nobody_knows(caller)
        assert make.writes == 1


async def test_after_a_call_whose_session_ended_under_way_that_is_noted_too(server: RedisServer):
    # Nobody has to find out that the replica is silent, for which there would be no time.
    async with Make(until=asyncio.Event()) as make, callers(server, make, patience=5) as (a, b):
        async with anyio.create_task_group() as session:
            session.start_soon(partial(a.call, *RUN, key="k1"))
            await make.arrival()
            session.cancel_scope.cancel()
        await says_that_nobody_knows(b)


async def test_after_a_call_that_was_cancelled_under_way_nobody_sends_it_again(server: RedisServer):
    async with Make(until=asyncio.Event()) as make, callers(server, make) as (a, b):
        first = asyncio.ensure_future(a.call(*RUN, key="k1"))
        await make.arrival()
        waits = asyncio.ensure_future(b.call(*RUN, key="k1"))
        first.cancel()
        assert (await waits).is_repeated
        with pytest.raises(asyncio.CancelledError):
            await first
        await says_that_nobody_knows(b)
        assert make.writes == 1


async def test_who_waits_for_a_person_keeps_the_key_for_as_long_as_that_takes(server: RedisServer):
    # A question can stay open for minutes, and nothing is sent meanwhile.
    async with Make(until=asyncio.Event()) as make, callers(server, make) as (a, _):
        before = server.keys
        call = asyncio.ensure_future(a.call("scenarios_start", {"scenarioId": 5, **YES}, key="k1"))
        await make.arrival()
        (name,) = server.keys - before
        for _ in range(3):
            was = server.ask("HGET", name, "alive")
            for _ in range(400):
                later(SAYS_SO_EVERY / 250)
                await anyio.lowlevel.checkpoint()
                if server.ask("HGET", name, "alive") != was:
                    break
            assert int(server.ask("HGET", name, "alive")) > int(was)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
