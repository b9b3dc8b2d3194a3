"""Used codes in a real Redis: once is once, for all replicas, and through whatever happens to Redis.

The tests of this folder run with `pytest -m redis`, or by `checks/redis_server.py`, which finds a redis-server.
"""

import asyncio
import subprocess
import sys
from collections import Counter
from functools import partial

import pytest
from tests.end_to_end.processes import PATIENCE, environment
from tests.server.faults.redis.server import RedisServer
from tests.server.replicas.sharing import in_silence, stores, until

from make_mcp.confirmation import Codes, NotConfirmed
from make_mcp.confirmation.codes import Claim
from make_mcp.confirmation.used import Forgotten
from make_mcp.confirmation.used_in_redis import InRedis
from make_mcp.redis_connection import open_redis
from make_mcp.settings import SettingsError
from make_tools import Request

pytestmark = pytest.mark.redis

KEY = b"a key that several processes share"
CLAIM = Claim("scenarios_delete", Request("DELETE", "/scenarios/5"), "local")


async def new_code(codes: Codes) -> str:
    return codes.make(CLAIM, None, id_=await codes.new_id())


async def reason(codes: Codes, code: str) -> str:
    """Why a code is refused."""
    with pytest.raises(NotConfirmed) as error:
        await codes.take(await codes.check(code, CLAIM))
    return error.value.reason


async def test_the_first_takes_a_code_and_nobody_after_it_anywhere(server: RedisServer):
    async with stores(server, 3) as (one, two, three):
        id_, other = await one.new_id(), await two.new_id()
        assert not await three.has(id_)
        assert await two.take(id_, 0)
        for store in (one, two, three):
            assert await store.has(id_)
            assert not await store.take(id_, 0)
            assert not await store.has(other)
        assert await one.take(other, 0)


async def test_each_new_id_is_another(server: RedisServer):
    async with stores(server) as (one, two):
        ids = {await store.new_id() for store in (one, two) for _ in range(100)}
    assert len(ids) == 200
    assert {len(id_) for id_ in ids} == {16}


async def test_of_64_calls_at_the_same_moment_one_takes_the_code(server: RedisServer):
    async with stores(server) as (one, two):
        for _ in range(5):
            id_ = await one.new_id()
            won = await asyncio.gather(*(store.take(id_, 0) for store in (one, two) * 32))
            assert won.count(True) == 1


def test_of_two_processes_that_bring_the_same_codes_at_the_same_moment_one_takes_each(server: RedisServer):
    script = """
import asyncio, sys
from make_mcp.confirmation import Codes, NotConfirmed
from make_mcp.confirmation.codes import Claim
from make_mcp.confirmation.used_in_redis import InRedis
from make_mcp.redis_connection import open_redis
from make_tools import Request

claim = Claim("scenarios_delete", Request("DELETE", "/scenarios/5"), "local")

async def take(codes, code):
    try:
        await codes.take(await codes.check(code, claim))
    except NotConfirmed as error:
        assert error.reason == "used", error.reason
        return
    print(code, flush=True)

async def main():
    async with open_redis(sys.argv[1]) as connection:
        codes = Codes(sys.argv[2].encode(), await InRedis.open(connection))
        print("ready", flush=True)
        for code in sys.stdin.readline().split():
            await asyncio.gather(*(take(codes, code) for _ in range(32)))

asyncio.run(main())
"""

    async def made() -> list[str]:
        async with stores(server, 1) as (store,):
            codes = Codes(KEY, store)
            return [await new_code(codes) for _ in range(10)]

    given = asyncio.run(made())
    command = [sys.executable, "-c", script, server.url, KEY.decode()]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment())
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(" ".join(given) + "\n")
        process.stdin.flush()
    taken: Counter[str] = Counter()
    for process in processes:
        told, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
        taken.update(told.split())
    assert taken == Counter(given)


async def test_what_a_person_was_asked_they_all_know(server: RedisServer):
    async with stores(server) as (one, two):
        id_, other = await one.new_id(), await one.new_id()
        assert not await two.was_asked(id_)
        await one.asked(id_)
        await two.asked(id_)
        assert await one.was_asked(id_)
        assert await two.was_asked(id_)
        assert not await two.was_asked(other)
        assert not await two.has(id_), "a question is no use"


async def test_a_connection_that_redis_closed_in_between_is_no_outage(server: RedisServer):
    async with stores(server, 1) as (store,):
        id_ = await store.new_id()
        server.ask("CLIENT", "KILL", "TYPE", "normal")
        assert await store.take(id_, 0)
        server.ask("SCRIPT", "FLUSH")
        assert await store.has(id_)


# ---- Redis forgets


async def is_another_life(before: str, used: str, codes: list[Codes]) -> None:
    """What was made before counts nowhere, and what any of them makes now counts with all of them."""
    for each in codes:
        assert await reason(each, used) == "before_restart"
        assert await reason(each, before) == "before_restart"
    for maker in codes:
        for taker in codes:
            code = await new_code(maker)
            await taker.take(await taker.check(code, CLAIM))
            assert await reason(maker, code) == "used"


async def test_a_code_that_was_made_before_redis_was_started_anew_does_not_count_again(mortal: RedisServer):
    async with stores(mortal) as opened:
        codes = [Codes(KEY, store) for store in opened]
        before, used = await new_code(codes[0]), await new_code(codes[1])
        await codes[0].take(await codes[0].check(used, CLAIM))
        mortal.kill()
        mortal.start()
        await is_another_life(before, used, codes)
    # Nor at a replica that never knew the old one.
    async with stores(mortal, 1) as (store,):
        assert await reason(Codes(KEY, store), used) == "before_restart"


async def test_a_code_that_was_made_before_redis_was_emptied_does_not_count_again(mortal: RedisServer):
    async with stores(mortal) as opened:
        codes = [Codes(KEY, store) for store in opened]
        before, used = await new_code(codes[0]), await new_code(codes[1])
        await codes[0].take(await codes[0].check(used, CLAIM))
        mortal.ask("FLUSHALL")
        await is_another_life(before, used, codes)


async def test_a_code_does_not_count_again_where_another_redis_takes_over_that_had_not_heard_of_its_use():
    with RedisServer() as primary, RedisServer() as second:
        primary.ask("CONFIG", "SET", "repl-diskless-sync-delay", 0)
        second.ask("CONFIG", "SET", "repl-diskless-load", "swapdb")
        async with stores(primary, 1) as (store,):
            codes = Codes(KEY, store)
            used = await new_code(codes)
            held = await codes.check(used, CLAIM)
            second.ask("REPLICAOF", "127.0.0.1", primary.port)
            await until(lambda: second.ask("GET", "make-mcp:life") == primary.ask("GET", "make-mcp:life"))
            second.ask("REPLICAOF", "NO", "ONE")
            await codes.take(held)
            async with stores(second, 1) as (other,):
                assert await reason(Codes(KEY, other), used) == "before_restart"
            # The first one is still there, and knows.
            assert await reason(codes, used) == "used"


async def test_the_text_says_that_nobody_can_tell_whether_it_was_used(mortal: RedisServer):
    async with stores(mortal, 1) as (store,):
        codes = Codes(KEY, store)
        code = await new_code(codes)
        mortal.ask("FLUSHALL")
        with pytest.raises(
            NotConfirmed, match=r"nobody can tell any more whether it was used.*Next: the same call without"
        ):
            await codes.check(code, CLAIM)


async def test_an_id_that_was_made_without_the_store_does_not_count(server: RedisServer):
    async with stores(server, 1) as (store,):
        before = server.keys
        for use in (store.has, store.was_asked, store.asked, partial(store.take, until=0)):
            with pytest.raises(Forgotten):
                await use(bytes(16))
        assert server.keys == before


# ---- Redis does not answer


async def fails(store: InRedis, id_: bytes) -> None:
    with pytest.raises(OSError, match=r"Error$"):
        await store.has(id_)
    with pytest.raises(OSError, match=r"Error$"):
        await store.take(id_, 0)
    with pytest.raises(OSError, match=r"Error$"):
        await store.asked(id_)
    with pytest.raises(OSError, match=r"Error$"):
        await store.was_asked(id_)
    assert len(await store.new_id()) == 16


async def test_without_redis_no_code_counts_and_the_reason_is_the_store(
    mortal: RedisServer, caplog: pytest.LogCaptureFixture
):
    async with stores(mortal, 1) as (store,):
        codes = Codes(KEY, store)
        code = await new_code(codes)
        id_ = await store.new_id()
        mortal.kill()
        await fails(store, id_)
        with pytest.raises(NotConfirmed) as error:
            await codes.check(code, CLAIM)
        assert error.value.reason == "store"
        assert "Redis" in str(error.value)
        assert "--confirm-store" not in str(error.value)
        assert "(ConnectionError)" in caplog.records[-1].getMessage()
        assert str(mortal.port) not in str(error.value) + caplog.text


async def test_a_redis_that_takes_nothing_lets_no_code_count(mortal: RedisServer):
    async with stores(mortal, 1) as (store,):
        code = await new_code(Codes(KEY, store))
        mortal.ask("CONFIG", "SET", "maxmemory", "1")
        await fails(store, await store.new_id())
        assert await reason(Codes(KEY, store), code) == "store"
        mortal.ask("CONFIG", "SET", "maxmemory", "0")
        codes = Codes(KEY, store)
        await codes.take(await codes.check(code, CLAIM))


async def test_a_redis_that_hangs_is_not_waited_for_and_its_late_yes_lets_nothing_through(mortal: RedisServer):
    async with stores(mortal) as (one, two):
        id_ = await one.new_id()
        mortal.hang()
        try:
            for store in (one, two):
                assert isinstance(await in_silence(store.take(id_, 0)), OSError)
        finally:
            mortal.wake()
        # Whether Redis still got to hear of them or not: from now on it is one more at the most.
        again = [await store.take(id_, 0) for store in (one, two)]
        assert again.count(True) <= 1
        assert await one.has(id_)


async def test_a_code_of_a_preview_without_redis_counts_when_redis_is_back_and_has_forgotten_nothing(
    mortal: RedisServer,
):
    async with stores(mortal, 1) as (store,):
        codes = Codes(KEY, store)
        mortal.hang()
        try:
            id_ = await in_silence(codes.new_id())
        finally:
            mortal.wake()
        assert isinstance(id_, bytes)
        await codes.take(await codes.check(codes.make(CLAIM, None, id_=id_), CLAIM))


async def test_with_a_wrong_password_nothing_starts(mortal: RedisServer):
    mortal.password = "not-this"
    with pytest.raises(SettingsError, match="name or the password"):
        async with open_redis(mortal.url):
            pass
