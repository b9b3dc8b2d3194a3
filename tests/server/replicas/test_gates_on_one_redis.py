"""The gates of two replicas in front of one account, with one Redis: what was said at one counts at the other."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from tests.server.faults.redis.server import RedisServer
from tests.server.gates import HOST, Bench, Person, bench, typed
from tests.server.replicas.sharing import in_silence, stores

import make_sandbox
from make_mcp.confirmation import Codes, Done, Gate, Nobody, NotConfirmed, Policy, Reply
from make_mcp.upstream import Upstreams
from make_mcp.upstream.doors import Doors, make_door

pytestmark = pytest.mark.redis

KEY = b"a key that several processes share"
DELETE = "scenarios_delete"
NOBODY = Nobody()


@asynccontextmanager
async def two(server: RedisServer, policy: Policy = "standard") -> AsyncGenerator[tuple[Bench, Bench]]:
    """The same account, wire and log, behind two gates."""
    async with stores(server) as (one, other), bench(policy, Codes(KEY, one)) as first:
        doors = Doors({"make": make_door(HOST, make_sandbox.TOKEN)}, "make")
        async with Upstreams(doors, first.wire) as way:
            codes = Codes(KEY, other)
            gate = Gate(way, policy, codes, lambda record: first.entries.append(record.entry()))
            yield first, replace(first, gate=gate, codes=codes)


async def test_a_preview_at_one_is_confirmed_at_the_other_and_counts_once(server: RedisServer):
    async with two(server) as (a, b):
        for maker, taker in ((a, b), (b, a), (a, a)):
            id_ = await a.scenario()
            code = await maker.code(DELETE, NOBODY, scenarioId=id_)
            assert isinstance(await taker.call(DELETE, NOBODY, scenarioId=id_, confirm=code), Done)
            for again in (a, b):
                assert await again.refused(DELETE, NOBODY, scenarioId=id_, confirm=code) == "used"
        assert len(a.wire.writes) == 3


async def test_of_64_calls_with_one_code_through_two_gates_one_is_carried_out(server: RedisServer):
    async with two(server) as (a, b):
        id_ = await a.scenario()
        code = await a.code(DELETE, NOBODY, scenarioId=id_)
        calls = (gate.call(DELETE, NOBODY, scenarioId=id_, confirm=code) for gate in (a, b) * 32)
        ended = await asyncio.gather(*calls, return_exceptions=True)
        assert sum(isinstance(each, Done) for each in ended) == 1
        assert a.wire.writes == [f"DELETE /scenarios/{id_}"]


async def test_a_question_at_one_is_not_taken_back_at_the_other(server: RedisServer):
    async with two(server) as (a, b):
        id_ = await a.scenario()
        person = Person(waits=False)
        code = await a.code(DELETE, person, scenarioId=id_)
        await a.asked(DELETE, person, scenarioId=id_, confirm=code)
        for gate in (b, a):
            assert await gate.refused(DELETE, NOBODY, scenarioId=id_, confirm=code) == "person_required"
        assert a.wire.writes == []
        # The person's own answer counts at either.
        assert isinstance(await b.call(DELETE, person, scenarioId=id_, confirm=code), Done)
        assert await a.refused(DELETE, person, scenarioId=id_, confirm=code) == "used"


@pytest.mark.parametrize("waits", [True, False])
async def test_a_no_at_one_is_a_no_at_the_other(server: RedisServer, waits: bool):
    async with two(server) as (a, b):
        id_ = await a.scenario()
        person = Person(Reply("decline", {}), waits=waits)
        code = await a.code(DELETE, person, scenarioId=id_)
        if not waits:
            await b.asked(DELETE, person, scenarioId=id_, confirm=code)
        assert await a.refused(DELETE, person, scenarioId=id_, confirm=code) == "declined"
        assert await b.refused(DELETE, Person(typed("Order intake")), scenarioId=id_, confirm=code) == "used"
        assert a.wire.writes == []


Break = Callable[[RedisServer], object]


def full(server: RedisServer) -> None:
    server.ask("CONFIG", "SET", "maxmemory", "1")


@pytest.mark.parametrize("spoil", [RedisServer.kill, full], ids=lambda spoil: spoil.__name__)
@pytest.mark.parametrize("moment", ["before the code is checked", "while the person reads", "before the question"])
async def test_where_redis_does_not_note_a_code_nothing_is_sent(mortal: RedisServer, moment: str, spoil: Break):
    async def break_it() -> None:
        spoil(mortal)

    async with two(mortal) as (a, b):
        id_ = await a.scenario()
        person = Person(typed("Order intake"))
        code = await a.code(DELETE, person, scenarioId=id_)
        match moment:
            case "before the code is checked":
                await break_it()
            case "while the person reads":
                person.meanwhile = break_it
            case _:
                # The target is looked at between the check of the code and the question.
                b.wire.instead = answering_after(break_it)
        assert await b.refused(DELETE, person, scenarioId=id_, confirm=code) == "store"
        assert b.wire.writes == []
        assert b.audit[-1] == "refused (store): nothing_sent"
        assert len(person.questions) == (moment == "while the person reads")


def answering_after(deed: Callable[[], Awaitable[None]]):
    async def instead(_: object) -> None:
        await deed()

    return instead


async def test_without_redis_what_needs_no_code_goes_on_and_a_preview_is_shown(mortal: RedisServer):
    async with two(mortal) as (a, b):
        id_ = await a.scenario()
        mortal.kill()
        assert isinstance(await b.call("scenarios_start", NOBODY, scenarioId=id_, confirm=True), Done)
        code = await a.code(DELETE, NOBODY, scenarioId=id_)
        assert await a.refused(DELETE, NOBODY, scenarioId=id_, confirm=code) == "store"
        mortal.start()
        assert await b.refused(DELETE, NOBODY, scenarioId=id_, confirm=code) == "before_restart"
        # A replica that has not heard yet of the new Redis hears of it with its preview.
        code = await a.code(DELETE, NOBODY, scenarioId=id_)
        assert isinstance(await b.call(DELETE, NOBODY, scenarioId=id_, confirm=code), Done)


async def test_a_redis_that_hangs_lets_nothing_through(mortal: RedisServer):
    async with two(mortal) as (a, b):
        id_ = await a.scenario()
        code = await a.code(DELETE, NOBODY, scenarioId=id_)
        mortal.hang()
        try:
            ended = await in_silence(b.call(DELETE, NOBODY, scenarioId=id_, confirm=code))
        finally:
            mortal.wake()
        assert isinstance(ended, NotConfirmed)
        assert ended.reason == "store"
        assert b.wire.writes == []
        assert isinstance(await a.call(DELETE, NOBODY, scenarioId=id_, confirm=code), Done)
