"""Replicas that end, are killed and start again, while clients call."""

import asyncio
import signal
from functools import partial

import anyio
import anyio.to_thread
import pytest
from tests.end_to_end.people import Heard, Session
from tests.end_to_end.replicas.load import load
from tests.end_to_end.replicas.stage import Stage, client, deletions
from tests.server.faults.manners import Exchange, answer
from tests.server.faults.upstream import Upstream, tally

pytestmark = pytest.mark.replicas

ROUNDS = 2
HELD = range(1, 31)
"""Ids of what is under way when a replica is killed: enough that each replica has some."""


class Holding:
    """A Make that answers nothing until it is told to."""

    def __init__(self) -> None:
        self.goes_on = asyncio.Event()

    async def __call__(self, exchange: Exchange) -> None:
        await self.goes_on.wait()
        await answer()(exchange)


async def test_no_call_fails_while_each_replica_ends_and_starts_again(stage: Stage, make: Upstream):
    async with load(stage, writes=True) as calls:
        for _ in range(ROUNDS):
            for replica in stage.replicas:
                await anyio.to_thread.run_sync(replica.end)
                await calls.goes_on()
                await anyio.to_thread.run_sync(replica.start)
                await calls.goes_on()
    assert not calls.failures
    assert tally(make.writes) == {f"POST /scenarios/{id_}/start": 1 for id_ in calls.written}


async def test_reads_outlive_the_replica_that_is_killed(stage: Stage, make: Upstream):
    holding = Holding()
    for id_ in HELD:
        make.on(f"/scenarios/{id_}", holding)
    heard: list[Heard] = []
    async with load(stage, writes=False) as calls, client(stage.address) as session:

        async def read(id_: int) -> None:
            heard.append(await session.call("scenarios_get", scenarioId=id_))

        async with anyio.create_task_group() as tasks:
            for id_ in HELD:
                tasks.start_soon(read, id_)
            for id_ in HELD:
                await make.has(1, f"/scenarios/{id_}")
            await anyio.to_thread.run_sync(partial(stage.replicas[0].end, signal.SIGKILL))
            # Those that were with it arrive anew.
            await calls.goes_on()
            holding.goes_on.set()
        await anyio.to_thread.run_sync(stage.replicas[0].start)
        await calls.goes_on()
    assert not calls.failures
    assert [each.error for each in heard] == [None] * len(HELD)
    again = [id_ for id_ in HELD if len(make.of(f"/scenarios/{id_}")) == 2]
    assert again, "the killed replica had none of them"
    assert len(again) < len(HELD), "it had all of them"


async def test_what_was_being_written_by_the_replica_that_is_killed_is_not_written_again(stage: Stage, make: Upstream):
    holding = Holding()
    make.on_writes(holding)
    done: dict[int, bool] = {}
    async with load(stage, writes=False) as calls, client(stage.address) as session:
        codes = {id_: (await session.call("hooks_delete", hookId=id_)).preview["code"] for id_ in HELD}

        async def delete(id_: int) -> None:
            done[id_] = (await session.call("hooks_delete", hookId=id_, confirm=codes[id_])).done

        async with anyio.create_task_group() as tasks:
            for id_ in HELD:
                tasks.start_soon(delete, id_)
            for id_ in HELD:
                await make.has(1, f"/hooks/{id_}", "DELETE")
            await anyio.to_thread.run_sync(partial(stage.replicas[0].end, signal.SIGKILL))
            holding.goes_on.set()
        assert set(done.values()) == {True, False}
        await _each_is_used(session, codes)
        await anyio.to_thread.run_sync(stage.replicas[0].start)
        await _each_is_used(session, codes)
        assert [deletions(make, id_) for id_ in HELD] == [1] * len(HELD)
        # What it did not get an answer to is confirmed anew.
        lost = min(id_ for id_ in HELD if not done[id_])
        assert (await session.call("hooks_delete", hookId=lost, confirm=await _code(session, lost))).done
        assert deletions(make, lost) == 2
    assert not calls.failures


async def _code(session: Session, id_: int) -> str:
    return (await session.call("hooks_delete", hookId=id_)).preview["code"]


async def _each_is_used(session: Session, codes: dict[int, str]) -> None:
    for id_, code in codes.items():
        assert "The code was used before" in str((await session.call("hooks_delete", hookId=id_, confirm=code)).error)
