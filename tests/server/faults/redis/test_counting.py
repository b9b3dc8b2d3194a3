"""Counting in a real Redis.

The tests of this folder run with `pytest -m redis`, or by `checks/redis_server.py`, which finds a redis-server.
"""

import asyncio

import anyio
import anyio.to_thread
import pytest
from tests.server.faults.redis.server import HastyLoop, RedisServer, later
from tests.server.faults.redis.taking import TEN, WINDOW, one, take, take_all, two, wait_of

from make_mcp.upstream.pacing.ledger import margin
from make_mcp.upstream.pacing.shared import RedisSlots
from make_mcp.upstream.pacing.slots import Rate

pytestmark = pytest.mark.redis

HOUR = 3600 * 100
"""Entries are hundredths of seconds."""


async def test_two_that_use_the_same_redis_share_a_budget(server: RedisServer, key: str):
    async with two(server) as (first, second):
        for slots in (first, second) * 5:
            await take(slots, key)
        for slots in (first, second):
            assert 0 < await wait_of(slots, key) <= WINDOW + 0.1
        await take(first, f"{key}-of-somebody-else")


async def test_after_the_wait_that_was_told_there_is_room_and_before_it_there_is_none(server: RedisServer, key: str):
    async with two(server) as (first, second):
        assert len(await take_all(first, key)) == 10
        wait = await wait_of(second, key)
        assert wait > 1.1, "what left within a second may arrive in less"
        later(wait - 0.2)
        shorter = await wait_of(second, key)
        assert 0 < shorter < 0.3
        later(shorter)
        await take(second, key)


async def test_what_came_one_by_one_becomes_free_one_by_one(server: RedisServer, key: str):
    async with one(server) as slots:
        for _ in range(10):
            await take(slots, key)
            later(0.1)
        later(await wait_of(slots, key))
        await take(slots, key)
        assert await wait_of(slots, key) > 0


async def test_a_longer_window_is_counted_as_well(server: RedisServer, key: str):
    rate = Rate(3, 30)
    async with two(server) as (first, second):
        for slots in (first, second, first):
            await take(slots, key, rate)
        assert 30 < await wait_of(second, key, rate) <= 30 + margin(rate) + 0.1
        later(29.9)
        wait = await wait_of(second, key, rate)
        assert 0 < wait < 2
        later(wait)
        await take(second, key, rate)


async def test_a_slot_that_is_given_back_is_free_at_once(server: RedisServer, key: str):
    async with two(server) as (first, second):
        taken = await take_all(first, key)
        assert await wait_of(second, key) > 0
        await first.give_back(taken[4])
        await take(second, key)
        assert await wait_of(second, key) > 0
        await first.give_back(taken[5])
        await take(first, key)


async def test_a_refusal_uses_nothing_up(server: RedisServer, key: str):
    async with two(server) as (first, second):
        await take_all(first, key)
        waits = [await wait_of(second, key) for _ in range(20)]
        later(max(waits))
        await take(second, key)


async def test_a_slot_of_a_request_that_left_is_not_given_back(server: RedisServer, key: str):
    async with two(server) as (first, second):
        taken = await take_all(first, key)
        await first.arrived(taken[0])
        await first.give_back(taken[0])
        assert await wait_of(second, key) > 0


async def test_a_late_request_counts_from_its_arrival(server: RedisServer, key: str):
    async with two(server) as (first, second):
        taken = await take_all(first, key)
        later(0.9)
        for slot in taken:
            await first.arrived(slot)
            await first.arrived(slot)
        later(0.5)
        assert 0.3 < await wait_of(second, key) < 0.9
        later(0.9)
        await take(second, key)


async def test_a_late_request_counts_once(server: RedisServer, key: str):
    async with one(server) as slots:
        taken = [await take(slots, key) for _ in range(3)]
        first = server.entries(key)
        later(0.5)
        for slot in taken:
            await slots.arrived(slot)
        assert [round((new - old) / 100, 1) for new, old in zip(server.entries(key), first, strict=True)] == [0.5] * 3


async def test_an_answer_that_took_long_does_not_mean_that_the_request_did(server: RedisServer, key: str):
    # A run is answered after 40 s, and arrived as quickly as any other.
    async with one(server) as slots:
        run = await take(slots, key)
        later(40)
        await slots.arrived(run)
        assert len(server.entries(key)) == 1
        assert server.entries(key)[0] < server.time + 100
        assert len(await take_all(slots, key)) == 10


async def test_where_others_wait_too_nobody_takes_all_that_comes_free(server: RedisServer, key: str):
    async with RedisSlots.open(server.url) as third, two(server) as (first, second):
        await take_all(third, key)
        later(max(await wait_of(first, key), await wait_of(second, key)))
        for _ in range(4):
            await take(first, key)
            assert 0 < await wait_of(first, key) <= 0.05
            await take(second, key)
            later(0.05)


async def test_those_who_wait_for_the_same_slot_are_not_told_the_same_time(server: RedisServer, key: str):
    async with two(server) as (first, second):
        await take_all(first, key)
        due = [anyio.current_time() + await wait_of(second, key) for _ in range(20)]
        assert max(due) - min(due) > 0.012, "more than the grain of the entries"


# ---- What Redis holds


async def test_what_stands_in_redis_says_whose_it_is_and_goes_away(server: RedisServer, key: str):
    async with one(server) as slots:
        late = await take(slots, key)
        later(0.5)
        # Now it is moved, and for a moment there is no list.
        await slots.arrived(late)
    assert f"make-mcp:pace:{key}" in server.keys
    assert all(name.startswith("make-mcp:pace:") for name in server.keys)
    for name in server.keys:
        assert 0 < server.ask("TTL", name) <= 7200


async def test_scripts_that_redis_forgot_are_given_to_it_again(server: RedisServer, key: str):
    async with one(server) as slots:
        server.ask("SCRIPT", "FLUSH")
        assert len(await take_all(slots, key)) == 10
        assert await wait_of(slots, key) > 0


async def test_a_connection_that_redis_closed_in_between_is_no_outage(
    server: RedisServer, key: str, caplog: pytest.LogCaptureFixture
):
    async with one(server) as slots:
        await take(slots, key)
        server.ask("CLIENT", "KILL", "TYPE", "normal")
        await take(slots, key)
    assert len(server.entries(key)) == 2
    assert not caplog.records


# ---- Clocks


async def test_processes_whose_clocks_differ_share_a_budget(server: RedisServer, key: str):
    async def elsewhere() -> int:
        later(12_345)
        async with one(server) as slots:
            return len(await take_all(slots, key))

    def process() -> int:
        with asyncio.Runner(loop_factory=HastyLoop) as runner:
            return runner.run(elsewhere())

    async with one(server) as slots:
        for _ in range(6):
            await take(slots, key)
        assert await anyio.to_thread.run_sync(process) == 4
        assert await wait_of(slots, key) > 0


async def test_a_clock_that_runs_away_is_set_again_by_that_of_redis(server: RedisServer, key: str):
    async with two(server) as (first, second):
        # A machine that slept: the clock of its processes stood still, and that of Redis did not. Here it is the reverse.
        later(3600)
        await take(first, key)
        assert abs(server.entries(key)[0] - server.time) < HOUR / 2
        assert len(await take_all(second, key)) == 9


@pytest.mark.parametrize("number", [10, 3])
async def test_redis_whose_clock_went_back_locks_nobody_out(server: RedisServer, key: str, number: int):
    async with two(server) as (first, second):
        for _ in range(number):
            server.ask("LPUSH", f"make-mcp:pace:{key}", server.time + HOUR)
        taken = await take_all(first, key)
        assert len(taken) == 10 - number
        waited = 0.0
        while isinstance(wait := await second.take(key, TEN), float):
            waited += wait
            later(wait)
            assert waited < 10
        assert waited > 1, "nobody knows how many left within the last second"
        assert len(await take_all(first, key)) + len(await take_all(second, key)) <= 9
