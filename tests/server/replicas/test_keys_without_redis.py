"""F10 where Redis or a replica ends: what may have arrived is not sent again, and where nobody can tell nothing is sent."""

import asyncio
import logging
import subprocess
import sys
from collections.abc import Callable

import anyio.lowlevel
import pytest
from tests.end_to_end.processes import PATIENCE, environment
from tests.server.faults.redis.server import RedisServer, later, no_time
from tests.server.network import ENDPOINTS
from tests.server.numbered import CREATE, RUN, Make, is_the_same
from tests.server.replicas.sharing import (
    REFUSAL,
    callers,
    connections,
    ended,
    in_silence,
    kept,
    says_that_nobody_knows,
    until,
)

from make_mcp.idempotency import KeyRefused
from make_mcp.idempotency_in_redis import SAYS_SO_EVERY, SILENT_AFTER, InRedis

pytestmark = pytest.mark.redis

Break = Callable[[RedisServer], object]


def full(server: RedisServer) -> None:
    server.ask("CONFIG", "SET", "maxmemory", "1")


def takes_nothing(server: RedisServer) -> None:
    """It answers, and waits for a replica of its own with whatever is to be written."""
    server.ask("CONFIG", "SET", "min-replicas-to-write", 1)


def takes_all(server: RedisServer) -> None:
    server.ask("CONFIG", "SET", "min-replicas-to-write", 0)


def is_silent(server: RedisServer, name: str) -> None:
    """As if the replica had not said anything for long."""
    until_when = int(server.ask("HGET", name, "alive")) / 1000
    assert SILENT_AFTER - SAYS_SO_EVERY - 5 < until_when - server.time / 100 <= SILENT_AFTER + 1
    server.ask("HSET", name, "alive", 1)


async def has_looked(server: RedisServer) -> None:
    """Waits until one more question has come to Redis."""

    def questions() -> int:
        return server.ask("INFO", "commandstats")["cmdstat_evalsha"]["calls"]

    before = questions()
    await until(lambda: questions() > before)


# ---- A replica ends


def test_after_a_replica_that_died_under_way_nothing_is_sent_with_its_key(mortal: RedisServer):
    script = """
import asyncio, sys
from make_mcp.idempotency_in_redis import InRedis
from make_mcp.redis_connection import open_redis
from make_tools import GROUPS

endpoints = {endpoint.name: endpoint for group in GROUPS for endpoint in group.endpoints}

async def main():
    async with open_redis(sys.argv[1]) as connection:
        keys = InRedis(connection, b"s")
        async with keys.turn(endpoints["scenarios_run"], "local", "k1", b"x"):
            print("under way", flush=True)
            await asyncio.Event().wait()

asyncio.run(main())
"""
    process = subprocess.Popen(
        [sys.executable, "-c", script, mortal.url], stdout=subprocess.PIPE, text=True, env=environment()
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "under way\n"
    process.kill()
    process.communicate(timeout=PATIENCE)

    async def afterwards() -> None:
        async with connections(mortal, 1) as (connection,):
            keys = InRedis(connection, b"s", patience=0.1)
            with pytest.raises(KeyRefused, match="idempotency_in_progress"):
                await ended(keys, "k1", "")
            (name,) = mortal.keys
            is_silent(mortal, name)
            for _ in range(2):
                assert "outcome_unknown" in str(await kept(keys, "k1"))
            assert mortal.ask("TTL", name) > 86_000
            assert await ended(keys, "k2", "")

    asyncio.run(afterwards())


async def test_who_waits_for_a_replica_that_falls_silent_hears_that_nobody_knows(server: RedisServer):
    async with Make(until=asyncio.Event()) as make, callers(server, make) as (a, b):
        before = server.keys
        first = asyncio.ensure_future(a.call(*RUN, key="k1"))
        await make.arrival()
        (name,) = server.keys - before
        waits = asyncio.ensure_future(says_that_nobody_knows(b))
        await has_looked(server)
        while not waits.done():
            # Each time that it says something.
            server.ask("HSET", name, "alive", 1)
            await anyio.lowlevel.checkpoint()
        await waits
        assert make.writes == 1
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)


async def test_a_replica_that_was_silent_and_goes_on_has_the_last_word(server: RedisServer):
    until_then = asyncio.Event()
    async with Make(until=until_then) as make, callers(server, make) as (a, b):
        before = server.keys
        first = asyncio.ensure_future(a.call(*RUN, key="k1"))
        await make.arrival()
        (name,) = server.keys - before
        with no_time():
            # It has no time to say anything.
            is_silent(server, name)
            await says_that_nobody_knows(b)
        until_then.set()
        is_the_same(await first, await b.call(*RUN, key="k1"))
        assert make.writes == 1


async def test_a_replica_that_falls_silent_before_it_may_send_leaves_the_key_free(mortal: RedisServer):
    async with connections(mortal, 1) as (connection,):
        keys = InRedis(connection, b"s")
        mortal.hang()
        try:
            assert isinstance(await in_silence(ended(keys, "k1", "")), KeyRefused)
        finally:
            mortal.wake()
        # If Redis heard of it after all, it forgets that soon.
        for name in mortal.keys:
            assert 0 < mortal.ask("PTTL", name) <= SILENT_AFTER * 1000
            mortal.ask("DEL", name)
        assert await ended(keys, "k1", "")


# ---- Redis ends


@pytest.mark.parametrize("spoil", [RedisServer.kill, full, takes_nothing], ids=lambda spoil: spoil.__name__)
async def test_where_nobody_can_tell_whether_it_came_before_nothing_is_sent(mortal: RedisServer, spoil: Break):
    async with Make() as make, callers(mortal, make) as (a, _):
        spoil(mortal)
        answer = await a.call(*CREATE, key="k1")
        assert answer.is_error
        assert answer.text.startswith("teams_create: idempotency_unavailable: ")
        assert "Nothing was sent" in answer.text
        assert "same key" in answer.text
        assert str(mortal.port) not in answer.text
        assert make.writes == 0
        # What brings none is none of its business.
        assert not (await a.call(*CREATE)).is_error
        assert not (await a.call("hooks_get", {"hookId": 5}, key="k1")).is_error
        assert make.writes == 1


async def test_an_answer_that_cannot_be_noted_is_given_and_its_key_stays_unknown(
    mortal: RedisServer, caplog: pytest.LogCaptureFixture
):
    until_then = asyncio.Event()
    async with Make(until=until_then) as make, callers(mortal, make) as (a, b):
        first = asyncio.ensure_future(a.call(*RUN, key="k1"))
        await make.arrival()
        (name,) = mortal.keys
        takes_nothing(mortal)
        until_then.set()
        assert not (await first).is_error
        (record,) = caplog.records
        assert record.levelno == logging.WARNING
        assert "could not be noted in Redis (ResponseError)" in record.getMessage()
        takes_all(mortal)
        is_silent(mortal, name)
        for caller in (a, b):
            await says_that_nobody_knows(caller)
        assert make.writes == 1


async def test_how_a_call_ended_is_noted_in_a_redis_that_is_full_by_then(mortal: RedisServer):
    until_then = asyncio.Event()
    async with Make(until=until_then) as make, callers(mortal, make) as (a, b):
        first = asyncio.ensure_future(a.call(*RUN, key="k1"))
        await make.arrival()
        full(mortal)
        until_then.set()
        assert not (await first).is_error
        mortal.ask("CONFIG", "SET", "maxmemory", 0)
        is_the_same(first.result(), await b.call(*RUN, key="k1"))


async def test_a_redis_that_hangs_meanwhile_does_not_hold_the_answer_back(mortal: RedisServer):
    until_then = asyncio.Event()
    async with Make(until=until_then) as make, callers(mortal, make) as (a, b):
        first, second = (asyncio.ensure_future(a.call(*RUN, key=key)) for key in ("k1", "k2"))
        await make.arrival()
        await make.arrival()
        mortal.hang()
        try:
            until_then.set()
            # Here time has to pass.
            await asyncio.gather(first, second)
        finally:
            mortal.wake()
        assert make.writes == 2
        for answer, key in zip((first.result(), second.result()), ("k1", "k2"), strict=True):
            assert not answer.is_error
            # Redis may have heard of the end when it went on, or not.
            for name in mortal.keys:
                if name.startswith("make-mcp:key:") and mortal.ask("HEXISTS", name, "alive"):
                    mortal.ask("HSET", name, "alive", 1)
            again = await b.call(*RUN, key=key)
            assert again.is_repeated
        assert make.writes == 2


async def test_a_key_under_way_that_redis_forgot_is_told_to_it_again(mortal: RedisServer):
    until_then = asyncio.Event()
    async with Make(until=until_then) as make, callers(mortal, make) as (a, b):
        first = asyncio.ensure_future(a.call(*RUN, key="k1"))
        await make.arrival()
        mortal.kill()
        mortal.start()
        later(SAYS_SO_EVERY)
        await until(lambda: bool(mortal.keys))
        second = asyncio.ensure_future(b.call(*RUN, key="k1"))
        until_then.set()
        is_the_same(await first, await second)
        assert make.writes == 1


async def test_how_a_call_ended_is_noted_also_where_redis_forgot_that_it_was_under_way(mortal: RedisServer):
    until_then = asyncio.Event()
    async with Make(until=until_then) as make, callers(mortal, make) as (a, b):
        first = asyncio.ensure_future(a.call(*RUN, key="k1"))
        await make.arrival()
        mortal.ask("FLUSHALL")
        until_then.set()
        is_the_same(await first, await b.call(*RUN, key="k1"))


async def test_a_call_that_redis_forgot_does_not_write_over_the_one_that_came_after_it(
    mortal: RedisServer, caplog: pytest.LogCaptureFixture
):
    async with connections(mortal) as (one, other):
        first, second = InRedis(one, b"s"), InRedis(other, b"s")
        async with first.turn(ENDPOINTS[RUN[0]], "local", "k1", b"x") as turn:
            mortal.ask("FLUSHALL")
            assert await ended(second, "k1", "of the second")
            turn.outcome = "done"
            turn.answered("of the first", is_error=False)
        assert await kept(first, "k1") == "of the second"
    (record,) = caplog.records
    assert "had forgotten" in record.getMessage()


async def test_a_refusal_that_cannot_be_noted_leaves_the_key_unknown_and_not_free(mortal: RedisServer):
    # Nobody but the replica knows that nothing was changed.
    until_then = asyncio.Event()
    async with Make(REFUSAL, until=until_then) as make, callers(mortal, make) as (a, b):
        first = asyncio.ensure_future(a.call(*RUN, key="k1"))
        await make.arrival()
        takes_nothing(mortal)
        until_then.set()
        assert "422" in (await first).text
        takes_all(mortal)
        (name,) = mortal.keys
        is_silent(mortal, name)
        await says_that_nobody_knows(b)
        assert make.writes == 1
