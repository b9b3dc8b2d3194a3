"""A Redis that ends, hangs or refuses, while it is used and at the start."""

import logging
from collections.abc import Callable

import anyio
import anyio.lowlevel
import pytest
from tests.server.faults.redis.server import PATIENCE, RedisServer, later
from tests.server.faults.redis.taking import TEN, WINDOW, one, take, take_all, two

from make_mcp.settings import SettingsError
from make_mcp.upstream.pacing.shared import ANSWERS_WITHIN, ASKED_AGAIN_AFTER, RedisSlots

pytestmark = pytest.mark.redis

PASSWORD = "canary-password-81c0"


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


async def test_without_redis_each_process_keeps_the_rate_alone_until_redis_is_back(
    mortal: RedisServer, key: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG, "make_mcp")
    async with two(mortal) as (first, second):
        for _ in range(4):
            await take(first, key)
        mortal.kill()
        # What left while Redis counted is not forgotten.
        assert len(await take_all(first, key)) == 6
        assert len(await take_all(second, key)) == 10
        later(ASKED_AGAIN_AFTER)
        assert len(await take_all(first, key)) == 10
        assert len(warnings(caplog)) == 2, "one for each of the two, however often they ask"
        mortal.start()
        later(20)
        assert len(await take_all(first, key)) == 10
        later(0.1)
        assert len(await take_all(second, key)) == 0
        assert len(mortal.entries(key)) == 10
        assert abs(mortal.entries(key)[0] - mortal.time) < 1000, "the clock of Redis was not asked for again"
        assert len(warnings(caplog)) == 2
        mortal.kill()
        later(WINDOW + ANSWERS_WITHIN)
        assert len(await take_all(first, key)) == 10
        assert len(warnings(caplog)) == 3, "another outage"
        assert PASSWORD not in caplog.text
        assert str(mortal.port) not in caplog.text
        assert PASSWORD not in repr(first) + repr(vars(first))


async def test_redis_that_hangs_holds_up_one_call_for_a_second(
    server: RedisServer, key: str, caplog: pytest.LogCaptureFixture
):
    # Here time has to pass.
    async with RedisSlots.open(server.url) as slots:
        await take(slots, key)
        server.hang()
        try:
            async with anyio.create_task_group() as tasks:
                for _ in range(5):
                    tasks.start_soon(slots.take, key, TEN)
                await anyio.wait_all_tasks_blocked()
                tasks.cancel_scope.cancel()
            began = anyio.current_time()
            assert len(await take_all(slots, key)) == 9
            assert anyio.current_time() - began >= ANSWERS_WITHIN
        finally:
            server.wake()
        later(ASKED_AGAIN_AFTER)
        late = await take(slots, key)
        assert len(warnings(caplog)) == 1
        assert len(server.entries(key)) >= 2
        await slots.give_back(late)


async def test_a_caller_that_is_cancelled_while_it_asks_leaves_nothing_open(server: RedisServer, key: str):
    # Here too: anyio finds out in a moment of real time who waits.
    async with RedisSlots.open(server.url) as slots:
        await take(slots, key)
        server.hang()
        try:
            async with anyio.create_task_group() as tasks:
                for _ in range(12):
                    tasks.start_soon(slots.take, key, TEN)
                await anyio.wait_all_tasks_blocked()
                tasks.cancel_scope.cancel()
        finally:
            server.wake()
        # What was sent counts for a while, as it should: nobody knows what came of it.
        later(WINDOW + 1)
        assert len(await take_all(slots, key)) == 10
    with anyio.fail_after(PATIENCE):
        while server.ask("CLIENT", "LIST").count("\n") > 1:
            await anyio.lowlevel.checkpoint()


async def test_redis_that_refuses_to_write_is_an_outage_too(
    mortal: RedisServer, key: str, caplog: pytest.LogCaptureFixture
):
    async with one(mortal) as slots:
        mortal.ask("CONFIG", "SET", "maxmemory", "1")
        assert len(await take_all(slots, key)) == 10
        assert "(OutOfMemoryError)" in warnings(caplog)[0]
        mortal.ask("CONFIG", "SET", "maxmemory", "0")
        later(ASKED_AGAIN_AFTER + WINDOW)
        await take(slots, key)
        assert len(mortal.entries(key)) == 1


# ---- The start


def wrong_password(server: RedisServer) -> None:
    server.password = f"not-{PASSWORD}"


def read_only(server: RedisServer) -> None:
    server.ask("CONFIG", "SET", "maxmemory", "1")


def gone(server: RedisServer) -> None:
    server.kill()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [(wrong_password, "name or the password"), (read_only, "(OutOfMemoryError)"), (gone, "(ConnectionError)")],
)
async def test_nothing_starts_where_redis_does_not_count(
    mortal: RedisServer, spoil: Callable[[RedisServer], None], says: str
):
    spoil(mortal)
    with pytest.raises(SettingsError) as caught:
        async with RedisSlots.open(mortal.url):
            pass
    assert says in str(caught.value)
    assert "MAKE_MCP_REDIS_URL" in str(caught.value)
    assert caught.value.__suppress_context__
    assert not any(secret in str(caught.value) for secret in (PASSWORD, str(mortal.port)))
