"""F10: what Redis keeps of calls with a key, how much of it, and for how long."""

import asyncio

import pytest
from tests.server.faults.redis.server import RedisServer
from tests.server.gates import Person
from tests.server.numbered import CREATE, RUN, Make
from tests.server.replicas.sharing import callers, connections, ended, kept, until

from make_mcp.idempotency import LARGEST, SECONDS, KeyRefused
from make_mcp.idempotency_in_redis import InRedis

pytestmark = pytest.mark.redis


async def test_what_stands_in_redis_holds_no_key_and_no_caller_and_goes_away(mortal: RedisServer):
    async with Make(until=asyncio.Event()) as make, callers(mortal, make, b"the-space-of-ours") as (a, _):
        under_way = asyncio.ensure_future(a.call(*RUN, Person(caller="anna@example.com"), "a-key-of-ours"))
        await make.arrival()
        make.until = None
        assert not (await a.call(*CREATE, Person(caller="anna@example.com"), "another-of-ours")).is_error
        names = mortal.keys
        content = [str(mortal.ask("HGETALL" if mortal.ask("TYPE", name) == "hash" else "TYPE", name)) for name in names]
        assert any('"number"' in one for one in content), "the answer"
        assert len(names) == 5
        for name in names:
            assert name.startswith("make-mcp:key")
            assert SECONDS - 60 < mortal.ask("TTL", name) <= SECONDS
        for secret in ("anna", "ours", "Crew"):
            assert secret not in "".join([*names, *content])
        under_way.cancel()
        await asyncio.gather(under_way, return_exceptions=True)


async def a_moment(server: RedisServer) -> None:
    """By the clock of Redis, so that one end is later than another."""
    before = server.ask("TIME")
    await until(lambda: (server.ask("TIME")[0] - before[0]) * 1e6 + server.ask("TIME")[1] - before[1] > 2000)


async def test_beyond_the_memory_of_a_caller_answers_go_first_and_then_keys(mortal: RedisServer):
    async with connections(mortal, 1) as (connection,):
        keys = InRedis(connection, b"s", most=4, largest=30)
        for number in range(4):
            assert await ended(keys, f"k{number}", "a" * 10)
            # What others keep is theirs.
            assert await ended(keys, f"k{number}", "b" * 10, f"caller {number}")
            await a_moment(mortal)
        assert [await kept(keys, f"k{number}") for number in range(4)] == ["(no answer)", *["a" * 10] * 3]
        assert await ended(keys, "k4", "")
        assert [await kept(keys, f"k{number}") for number in range(5)] == [None, *["a" * 10] * 3, "(no answer)"]
        await a_moment(mortal)
        assert await ended(keys, "k5", "a" * 31)
        assert [await kept(keys, f"k{number}") for number in range(6)] == [None, None, *["(no answer)"] * 4]
        for number in range(4):
            assert await kept(keys, f"k{number}", f"caller {number}") == "b" * 10


async def test_what_goes_into_the_memory_comes_out_of_it(mortal: RedisServer):
    async with connections(mortal, 1) as (connection,):
        keys = InRedis(connection, b"s", most=5, largest=1000)
        for number in range(60):
            await ended(keys, f"k{number}", "a" * (number * 37 % 400 + 1))
        (sizes,) = (mortal.ask("HGETALL", name) for name in mortal.keys if name.endswith(":sizes"))
        entries = [mortal.ask("HGETALL", name) for name in mortal.keys if name.startswith("make-mcp:key:")]
    texts = [len(entry["text"]) for entry in entries if "text" in entry]
    assert len(entries) == 5
    assert 0 < sum(texts) <= 1000
    assert int(sizes.pop("")) == sum(map(int, sizes.values())) == sum(texts)
    assert len(sizes) == len(texts)


async def test_an_answer_comes_back_as_it_was_whatever_stands_in_it(server: RedisServer):
    async with connections(server, 1) as (connection,):
        keys = InRedis(connection, b"whatever")
        for number, text in enumerate(("{}", "Zoë ключ 🙂", "\ud800", "\0\r\n$5", "a" * LARGEST)):
            await ended(keys, f"k{number}", text)
            assert await kept(keys, f"k{number}") == text
        await ended(keys, "larger", "a" * (LARGEST + 1))
        assert await kept(keys, "larger") == "(no answer)"


async def test_what_is_no_key_is_refused_before_redis_is_asked(mortal: RedisServer):
    async with connections(mortal, 1) as (connection,):
        keys = InRedis(connection, b"s")
        mortal.kill()
        with pytest.raises(KeyRefused, match="invalid_idempotency_key"):
            await ended(keys, "", "")
