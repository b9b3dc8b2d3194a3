"""Redis goes and comes back, while clients call."""

import anyio.to_thread
import pytest
from tests.end_to_end.people import Heard, Session
from tests.end_to_end.replicas.load import load
from tests.end_to_end.replicas.stage import Stage, client, deletions
from tests.server.faults.upstream import Upstream, tally

pytestmark = pytest.mark.replicas

USED, UNUSED, MADE_MEANWHILE, NEW = 1, 2, 3, 4


async def _code(session: Session, id_: int) -> str:
    return (await session.call("hooks_delete", hookId=id_)).preview["code"]


async def _delete(session: Session, id_: int, code: str) -> Heard:
    return await session.call("hooks_delete", hookId=id_, confirm=code)


async def test_without_redis_reads_go_on_and_nothing_is_deleted(stage: Stage, make: Upstream):
    async with load(stage, writes=True) as calls, client(stage.address) as session:
        codes = {id_: await _code(session, id_) for id_ in (USED, UNUSED)}
        assert (await _delete(session, USED, codes[USED])).done
        await anyio.to_thread.run_sync(stage.redis.kill)
        await calls.goes_on()
        codes[MADE_MEANWHILE] = await _code(session, MADE_MEANWHILE)
        for id_, code in codes.items():
            # Each at both.
            for _ in stage.replicas:
                refused = await _delete(session, id_, code)
                assert "the Redis of --redis-url did not answer" in str(refused.error)
        assert len(make.of(method="DELETE")) == 1
        await anyio.to_thread.run_sync(stage.redis.start)
        await calls.goes_on()
        # It has forgotten what was used: no code of before counts any more, at either.
        for id_, code in codes.items():
            for _ in stage.replicas:
                assert not (await _delete(session, id_, code)).done
        assert len(make.of(method="DELETE")) == 1
        assert (await _delete(session, NEW, await _code(session, NEW))).done
        assert deletions(make, NEW) == 1
    assert not calls.failures
    assert tally(make.of(method="POST")) == {f"POST /scenarios/{id_}/start": 1 for id_ in calls.written}


async def test_a_replica_that_cannot_start_takes_no_call_with_it(stage: Stage, make: Upstream):
    async with load(stage, writes=True) as calls:
        await anyio.to_thread.run_sync(stage.redis.kill)
        await anyio.to_thread.run_sync(stage.replicas[0].end)
        # It finds no Redis, says so and ends.
        await anyio.to_thread.run_sync(stage.replicas[0].fail)
        await calls.goes_on()
        await anyio.to_thread.run_sync(stage.redis.start)
        await anyio.to_thread.run_sync(stage.replicas[0].start)
        await calls.goes_on()
    assert not calls.failures
    assert tally(make.writes) == {f"POST /scenarios/{id_}/start": 1 for id_ in calls.written}
