"""The connection that the pace, the codes and the keys of a process share."""

import logging

import anyio
import pytest
from tests.server.faults.redis.server import RedisServer
from tests.server.faults.redis.taking import TEN, take
from tests.server.replicas.sharing import connections, stores, until

from make_mcp.callers import open_common
from make_mcp.confirmation.used_in_redis import InRedis as Codes
from make_mcp.idempotency_in_redis import InRedis as Keys
from make_mcp.redis_connection import open_redis
from make_mcp.settings import SettingsError, load
from make_mcp.upstream.pacing.shared import RedisSlots

pytestmark = pytest.mark.redis

USES = ("pace", "codes", "keys")


@pytest.mark.parametrize("busy", USES)
async def test_one_use_that_waits_for_redis_keeps_no_other_from_it(server: RedisServer, busy: str):
    async with connections(server, 1) as (connection,), anyio.create_task_group() as tasks:
        for _ in range(40):
            tasks.start_soon(connection.share(busy).ask, lambda: connection.client.blpop("nothing-ever", 0), 60)
        await until(lambda: server.ask("CLIENT", "LIST").count("cmd=blpop") == 8)
        for other in set(USES) - {busy}:
            assert await connection.share(other).ask(connection.client.ping)
        tasks.cancel_scope.cancel()


async def test_what_was_cancelled_leaves_no_connection_behind(server: RedisServer):
    before = server.ask("CLIENT", "LIST").count("\n")
    async with connections(server, 1) as (connection,):
        share = connection.share("codes")
        for number in range(40):
            async with anyio.create_task_group() as tasks:
                for _ in range(20):
                    tasks.start_soon(share.ask, lambda: connection.client.blpop("nothing-ever", 0), 60)
                for _ in range(number):
                    await anyio.lowlevel.checkpoint()
                tasks.cancel_scope.cancel()
        assert await share.ask(connection.client.ping)
        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(share.ask, connection.client.ping)
    await until(lambda: server.ask("CLIENT", "LIST").count("\n") <= before)


async def test_pace_codes_and_keys_go_over_one_connection(server: RedisServer):
    async with connections(server, 1) as (connection,):
        slots, codes, keys = (
            await RedisSlots.on(connection),
            await Codes.open(connection),
            await Keys.open(connection, b"s"),
        )
        slot = await take(slots, "maton:of-this-test", TEN)
        await slots.give_back(slot)
        id_ = await codes.new_id()
        assert await codes.take(id_, 0)
        assert keys is not None
        # The next pace of the process counts in the same.
        assert connection.share("pace") is connection.share("pace")


async def test_a_redis_in_which_we_may_run_no_scripts_is_refused_at_the_start(mortal: RedisServer):
    mortal.ask("ACL", "SETUSER", "limited", "on", ">canary-81c1", "~*", "+@all", "-@scripting")
    url = f"redis://limited:canary-81c1@127.0.0.1:{mortal.port}/0"
    async with open_redis(url) as connection:
        for opening in (Codes.open(connection), Keys.open(connection, b"s"), RedisSlots.on(connection)):
            with pytest.raises(SettingsError) as caught:
                await opening
            told = str(caught.value)
            assert "(NoPermissionError)" in told
            assert "run scripts" in told
            assert "canary" not in told
            assert str(mortal.port) not in told
            assert caught.value.__suppress_context__


async def test_a_redis_that_forgets_when_it_is_full_is_warned_of(mortal: RedisServer, caplog: pytest.LogCaptureFixture):
    async with connections(mortal):
        assert not caplog.records
    mortal.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    async with connections(mortal, 1):
        (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "maxmemory-policy allkeys-lru" in record.getMessage()
    assert "noeviction" in record.getMessage()


async def test_what_stands_in_redis_says_whose_it_is_and_goes_away(mortal: RedisServer):
    async with stores(mortal) as (one, other):
        id_ = await one.new_id()
        await one.asked(id_)
        assert await other.take(id_, 0)
    assert len(mortal.keys) == 3
    for name in mortal.keys:
        assert name.startswith("make-mcp:")
        assert id_.hex() not in name
        assert id_.hex()[8:] not in str(mortal.ask("GET", name))
        assert 86_000 < mortal.ask("TTL", name) <= 86_400


async def test_that_codes_and_keys_are_not_shared_is_said_where_only_the_pace_is(
    server: RedisServer, caplog: pytest.LogCaptureFixture
):
    given = {"maton_api_key": "a-key", "transport": "http", "redis_url": server.url}
    async with open_common(load(given)):
        assert "MAKE_MCP_CONFIRM_KEY" in caplog.text
    caplog.clear()
    async with open_common(load({**given, "confirm_key": "k" * 40})):
        assert caplog.text == ""
