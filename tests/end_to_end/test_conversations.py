"""A model that says things twice, and a client that walks away while the person is asked: one thing is done once, or none.

Make is an account on loopback that counts what reaches it; the server is a process.
"""

from collections.abc import Generator
from functools import partial

import anyio
import pytest
from mcp_types import RequestId
from tests.end_to_end.people import Heard, accepting, at_once, session, stdio
from tests.end_to_end.processes import listening
from tests.end_to_end.upstream import Upstream, making

ERAS = {"2026-07-28": "auto", "2025-11-25": "legacy"}
TOOL = "scenarios_delete"


@pytest.fixture(scope="module")
def make() -> Generator[Upstream]:
    with making() as upstream:
        yield upstream


@pytest.fixture(scope="module")
def address(make: Upstream) -> Generator[str]:
    with listening("serve", "--transport", "http", "--port", "0", **make.variables) as server:
        yield server


def deleted(make: Upstream, before: int) -> list[str]:
    """What Make deleted, in this order."""
    return [one.address for one in make.written[before:] if one.method == "DELETE" and one.status == 200]


@pytest.mark.parametrize("era", ERAS)
async def test_a_conversation_that_is_repeated_deletes_one_thing_once(era: str, address: str, make: Upstream):
    """A model that lost its memory asks, confirms, asks again and confirms again, each call twice."""
    async with session(address, ERAS[era]) as at:
        at.person.answer = accepting
        id_ = make.scenario("Kept")
        others, before = make.scenarios() - {id_}, len(make.written)
        done: list[Heard] = []
        for _ in range(2):
            for preview in [await at.call(TOOL, scenarioId=id_) for _ in range(2)]:
                code = preview.preview["code"]
                done += [await at.call(TOOL, scenarioId=id_, confirm=code) for _ in range(2)]
        assert [heard.done for heard in done] == [True] + [False] * 7
        assert deleted(make, before) == [f"/scenarios/{id_}"]
        assert {one.address for one in make.written[before:]} == {f"/scenarios/{id_}"}
        assert make.scenarios() == others


@pytest.mark.parametrize("era", ERAS)
async def test_one_code_in_two_calls_at_the_same_moment_counts_once(era: str, address: str, make: Upstream):
    """Both are past the check of the code, and both persons say yes."""
    async with session(address, ERAS[era]) as at:
        id_ = make.scenario("Kept")
        before = len(make.written)
        code = (await at.call(TOOL, scenarioId=id_)).preview["code"]
        both = anyio.Event()

        async def meet(_: RequestId) -> None:
            if len(at.person.questions) == 2:
                both.set()
            await both.wait()

        at.person.ponder = meet
        heard: list[Heard] = []

        async def confirm() -> None:
            heard.append(await at.call(TOOL, scenarioId=id_, confirm=code))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(confirm)
            tasks.start_soon(confirm)
        assert sorted(answer.done for answer in heard) == [False, True]
        assert len(at.person.questions) == 2
        assert [(one.method, one.address) for one in make.written[before:]] == [("DELETE", f"/scenarios/{id_}")]


async def test_a_yes_that_comes_after_the_call_was_given_up_does_nothing(make: Upstream):
    """Before 2026-07-28 the call waits for the person. On stdio everything arrives in the order in which it was sent."""
    async with session(stdio("serve", **make.variables), "legacy") as at:
        id_ = make.scenario("Kept")
        before = len(make.written)
        code = (await at.call(TOOL, scenarioId=id_)).preview["code"]
        asked, question = anyio.Event(), list[RequestId]()

        async def never(id_of_question: RequestId) -> None:
            question.append(id_of_question)
            asked.set()
            await anyio.sleep_forever()

        at.person.ponder = never
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(partial(at.call, TOOL, scenarioId=id_, confirm=code))
            await asked.wait()
            tasks.cancel_scope.cancel()
        await at.wire.answer(question[0], accepting(at.person.questions[0]))
        # The code was not used, so that a call with a person who stays is the first to count.
        at.person.ponder = at_once
        assert (await at.call(TOOL, scenarioId=id_, confirm=code)).done
        assert [(one.method, one.address) for one in make.written[before:]] == [("DELETE", f"/scenarios/{id_}")]
