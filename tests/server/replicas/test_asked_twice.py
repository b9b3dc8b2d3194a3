"""What is asked of Redis twice, too late, or for a key that is another's: each script by itself, and over a connection that breaks."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from tests.server.faults.redis.server import RedisServer
from tests.server.network import calling
from tests.server.numbered import RUN, Make, at, is_the_same
from tests.server.replicas.sharing import REFUSAL, callers, connections, stores

from make_mcp.confirmation.used_in_redis import InRedis as Codes
from make_mcp.idempotency_in_redis import SILENT_AFTER
from make_mcp.idempotency_in_redis import InRedis as Keys
from make_mcp.idempotency_scripts import BEGIN, BEGUN, HOLD, RELEASE, UNDER_WAY
from make_mcp.redis_connection import open_redis

pytestmark = pytest.mark.redis


@dataclass
class Bridge:
    """A way to Redis on which an answer can get lost."""

    server: RedisServer
    loses: int | None = None
    """The answer after so many others: then the connection breaks."""
    port: int = 0

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        redis_reader, redis_writer = await asyncio.open_connection("127.0.0.1", self.server.port)

        async def there() -> None:
            while data := await reader.read(65536):
                redis_writer.write(data)
            redis_writer.close()

        on_the_way = asyncio.ensure_future(there())
        try:
            while data := await redis_reader.read(65536):
                if self.loses is not None:
                    self.loses -= 1
                    if self.loses < 0:
                        self.loses = None
                        break
                writer.write(data)
        finally:
            on_the_way.cancel()
            redis_writer.close()
            writer.close()


@asynccontextmanager
async def bridge(server: RedisServer) -> AsyncGenerator[Bridge]:
    made = Bridge(server)
    listening = await asyncio.start_server(made.connected, "127.0.0.1", 0)
    async with listening:
        made.port = listening.sockets[0].getsockname()[1]
        yield made


async def test_a_code_whose_yes_got_lost_is_this_calls_all_the_same_and_nobody_elses(server: RedisServer):
    async with bridge(server) as way, open_redis(way.url) as connection, stores(server, 1) as (other,):
        store = await Codes.open(connection)
        id_ = await store.new_id()
        way.loses = 0
        assert await store.take(id_, 0)
        assert way.loses is None
        assert not await other.take(id_, 0)
        used = await store.new_id()
        assert await other.take(used, 0)
        way.loses = 0
        assert not await store.take(used, 0)


@pytest.mark.parametrize("behind", [0, 1, 2])
async def test_a_call_of_which_an_answer_of_redis_got_lost_is_sent_once(server: RedisServer, behind: int):
    """The answers to: it begins, it is taken, it ended."""
    until = asyncio.Event()
    space = uuid4().bytes
    async with Make(until=until) as make, bridge(server) as way, open_redis(way.url) as connection:
        keys = Keys(connection, space)
        async with calling(None, at(make), keys) as a, callers(server, make, space) as (b, _):
            # All scripts are known there.
            until.set()
            await a.call(*RUN, key="k0")
            until.clear()
            way.loses = behind if behind < 2 else None
            first = asyncio.ensure_future(a.call(*RUN, key="k1"))
            await make.arrival()
            await make.arrival()
            way.loses = 0 if behind == 2 else way.loses
            until.set()
            is_the_same(await first, await b.call(*RUN, key="k1"))
            assert way.loses is None
            assert make.writes == 2


async def script(connection: Any, text: str, *arguments: str | float) -> Any:
    return await connection.client.register_script(text)(
        [uuid4().hex if not arguments else arguments[0]], list(arguments[1:])
    )


async def test_a_yes_that_comes_too_late_is_none(server: RedisServer):
    # What was asked of a Redis that hung is carried out when it goes on; by then nobody waits for it.
    async with connections(server, 1) as (connection,):
        now = server.time * 10
        assert await script(connection, HOLD, "late", "me", "x", 1000, 1000, now - 5000) == 0
        assert "late" not in server.keys
        assert await script(connection, HOLD, "late", "me", "x", 1000, 1000, now + 5000) == 1


async def test_a_key_that_is_begun_goes_away_by_itself_and_is_nobody_elses_meanwhile(server: RedisServer):
    async with connections(server, 1) as (connection,):
        assert (await script(connection, BEGIN, "begun", "me", "x", 20_000))[0] == BEGUN
        state, now = await script(connection, BEGIN, "begun", "me", "x", 20_000)
        assert state == BEGUN
        assert abs(now - server.time * 10) < 2000
        assert 0 < server.ask("PTTL", "begun") <= SILENT_AFTER * 1000
        assert (await script(connection, BEGIN, "begun", "you", "x", 20_000))[:2] == [UNDER_WAY, b"x"]
        assert await script(connection, HOLD, "begun", "you", "x", 1000, 1000, now + 5000) == 0
        await script(connection, RELEASE, "begun", "you")
        assert server.ask("HGET", "begun", "holder") == "me"
        await script(connection, RELEASE, "begun", "me")
        assert "begun" not in server.keys


async def test_one_that_changed_nothing_does_not_free_the_key_that_another_has_by_now(mortal: RedisServer):
    until = asyncio.Event()
    async with Make(REFUSAL, until=until) as make, callers(mortal, make) as (a, b):
        first = asyncio.ensure_future(a.call(*RUN, key="k1"))
        await make.arrival()
        mortal.ask("FLUSHALL")
        until, make.until = make.until, asyncio.Event()
        second = asyncio.ensure_future(b.call(*RUN, key="k1"))
        await make.arrival()
        assert until is not None
        until.set()
        assert (await first).is_error
        assert any(name.startswith("make-mcp:key:") for name in mortal.keys)
        make.until.set()
        assert not (await second).is_error
