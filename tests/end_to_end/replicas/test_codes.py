"""A deletion in two steps, of which each is another replica's.

The tests of this folder run with `pytest -m replicas`, or by `checks/replicas.py`, which finds nginx and a redis-server.
"""

from collections import Counter

import anyio
import httpx2
import pytest
from mcp_types import ElicitResult
from tests.end_to_end.people import FIELD, Heard, Session
from tests.end_to_end.processes import PATIENCE
from tests.end_to_end.replicas.stage import TOKEN, Stage, client, deletions
from tests.server.faults.upstream import Upstream

pytestmark = pytest.mark.replicas

TOOL = "hooks_delete"
AT_ONCE = 12


async def code(session: Session, id_: int) -> str:
    return (await session.call(TOOL, hookId=id_)).preview["code"]


async def test_a_code_of_one_replica_counts_at_the_other_and_once(stage: Stage, make: Upstream):
    first, second = stage.addresses
    async with client(first) as one, client(second) as other, client(stage.address) as any_:
        for id_, (giver, taker) in enumerate([(one, other), (other, one), (any_, any_), (any_, any_)], 1):
            given = await code(giver, id_)
            assert deletions(make, id_) == 0
            assert (await taker.call(TOOL, hookId=id_, confirm=given)).done
            for again in (one, other, any_):
                assert "The code was used before" in str((await again.call(TOOL, hookId=id_, confirm=given)).error)
            assert deletions(make, id_) == 1


async def test_a_question_of_one_replica_is_answered_at_the_other(stage: Stage, make: Upstream):
    first, second = stage.addresses
    async with client(first, "forms") as one, client(second, "forms") as other:
        given = {"hookId": 5, "confirm": await code(one, 5)}
        question = (await other.send(TOOL, given, None, None)).question
        assert question is not None
        assert question.input_requests is not None
        answers = dict.fromkeys(question.input_requests, ElicitResult(action="accept", content={FIELD: "Thing 5"}))
        assert deletions(make, 5) == 0
        assert (await one.send(TOOL, given, question.request_state, answers)).done
        for session in (one, other):
            again = await session.send(TOOL, given, question.request_state, answers)
            assert "The code was used before" in str(again.error)
        assert deletions(make, 5) == 1


async def test_a_person_is_asked_once_wherever_the_answer_arrives(stage: Stage, make: Upstream):
    async with client(stage.address, "forms") as session:
        for id_ in range(1, 5):
            assert (await session.call(TOOL, hookId=id_, confirm=await code(session, id_))).done
            assert len(session.person.questions) == id_
            assert deletions(make, id_) == 1
        session.person.answer = lambda _: ElicitResult(action="decline")
        given = await code(session, 5)
        assert "The person declined" in str((await session.call(TOOL, hookId=5, confirm=given)).error)
        for _ in stage.addresses:
            assert "The code was used before" in str((await session.call(TOOL, hookId=5, confirm=given)).error)
        assert deletions(make, 5) == 0


async def test_one_code_at_both_replicas_at_the_same_moment_counts_once(stage: Stage, make: Upstream):
    first, second = stage.addresses
    async with client(first) as one, client(second) as other, client(stage.address) as any_:
        for id_ in range(1, 5):
            given = await code(any_, id_)
            heard: list[Heard] = []

            async def submit(session: Session, id_: int = id_, given: str = given, heard: list[Heard] = heard) -> None:
                heard.append(await session.call(TOOL, hookId=id_, confirm=given))

            async with anyio.create_task_group() as tasks:
                for session in (one, other, any_) * (AT_ONCE // 3):
                    tasks.start_soon(submit, session)
            assert Counter(each.done for each in heard) == {True: 1, False: AT_ONCE - 1}
            assert all("The code was used before" in str(each.error) for each in heard if not each.done)
            assert deletions(make, id_) == 1


async def test_headers_that_say_something_else_than_the_call_are_refused(stage: Stage, make: Upstream):
    """By them a proxy knows what it may send twice."""
    async with client(stage.address) as session:
        await session.call("scenarios_get", scenarioId=5)
        meta = session.wire.last["_meta"]
    arguments = {"scenarioId": 5, "confirm": True}
    call = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "scenarios_run", "arguments": arguments, "_meta": meta},
    }
    true = [("mcp-protocol-version", "2026-07-28"), ("mcp-method", "tools/call"), ("mcp-name", "scenarios_run")]
    read = ("mcp-name", "scenarios_get")
    lies = [
        [*true[:2], read],
        [*true, read],
        [*true[:2], read, true[2]],
        [*true[:2], ("mcp-name", "SCENARIOS_GET")],
        [true[0], ("mcp-method", "tools/list"), true[2]],
        [("mcp-protocol-version", "2025-11-25"), true[1], read],
        [true[1], read],
    ]
    own = [("authorization", f"Bearer {TOKEN}"), ("accept", "application/json, text/event-stream")]
    async with httpx2.AsyncClient(trust_env=False, timeout=PATIENCE) as network:
        for headers in lies:
            refused = await network.post(stage.address, json=call, headers=[*own, *headers])
            assert refused.status_code == 400, (headers, refused.text)
        assert not make.writes
        assert (await network.post(stage.address, json=call, headers=[*own, *true])).status_code == 200
        assert len(make.writes) == 1
