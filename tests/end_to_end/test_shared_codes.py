"""Codes in several processes, and after a restart: with a key and a store of their own, and without.

Make is an account on loopback that counts what reaches it; each server is a process.
"""

import time
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import anyio
import anyio.to_thread
import httpx2
import pytest
from mcp_types import ElicitResult
from tests.end_to_end.people import FIELD, Declared, Heard, Json, Session, session
from tests.end_to_end.processes import PATIENCE, started
from tests.end_to_end.upstream import Upstream, making

ROUNDS = 8
KEY = "a key that nobody guesses, ".replace(" ", "-") + "0123456789"
TOOL = "scenarios_delete"


@pytest.fixture(scope="module")
def make() -> Generator[Upstream]:
    with making() as upstream:
        yield upstream


@dataclass
class Server:
    """A process that listens, and a client of it."""

    process: Popen[bytes]
    client: Session

    async def code(self, id_: int) -> str:
        return (await self.client.call(TOOL, scenarioId=id_)).preview["code"]

    async def delete(self, id_: int, code: str) -> Heard:
        return await self.client.call(TOOL, scenarioId=id_, confirm=code)


@contextmanager
def _process(make: Upstream, shared: Mapping[str, str]) -> Generator[tuple[str, Popen[bytes]]]:
    with started("serve", "--transport", "http", "--port", "0", **make.variables, **shared) as server:
        yield server


@asynccontextmanager
async def serving(make: Upstream, shared: Mapping[str, str], declared: Declared = "nothing") -> AsyncGenerator[Server]:
    with _process(make, shared) as (address, process):
        async with session(address, "auto", declared) as client:
            yield Server(process, client)


def sharing(directory: Path) -> dict[str, str]:
    """What processes have in common that take each other's codes."""
    return {"MAKE_MCP_CONFIRM_KEY": KEY, "MAKE_MCP_CONFIRM_STORE": str(directory / "used")}


def deletions(make: Upstream, id_: int) -> int:
    """How often Make was asked to delete it."""
    return sum((one.method, one.address) == ("DELETE", f"/scenarios/{id_}") for one in make.written)


@asynccontextmanager
async def two(
    make: Upstream, shared: Mapping[str, str], declared: Declared = "nothing"
) -> AsyncGenerator[tuple[Server, Server]]:
    async with AsyncExitStack() as open_:
        first = await open_.enter_async_context(serving(make, shared, declared))
        yield first, await open_.enter_async_context(serving(make, shared, declared))


async def test_processes_that_share_a_key_and_a_store_take_each_others_codes_once(make: Upstream, tmp_path: Path):
    async with two(make, sharing(tmp_path)) as (one, other):
        for giver, taker in ((one, other), (other, one)):
            id_ = make.scenario("Kept")
            code = await giver.code(id_)
            assert (await taker.delete(id_, code)).done
            for server in (giver, taker):
                assert "The code was used before" in str((await server.delete(id_, code)).error)
            assert deletions(make, id_) == 1


async def test_one_code_at_two_processes_at_the_same_moment_counts_once(make: Upstream, tmp_path: Path):
    async with two(make, sharing(tmp_path)) as (one, other):
        for _ in range(ROUNDS):
            id_ = make.scenario("Kept")
            code = await one.code(id_)
            # Both have checked the code and look at the target, which is as it was: now only the store can tell them apart.
            make.gather(f"/scenarios/{id_}", 2)
            heard: list[Heard] = []

            async def submit(server: Server, id_: int = id_, code: str = code, heard: list[Heard] = heard) -> None:
                heard.append(await server.delete(id_, code))

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(submit, one)
                tasks.start_soon(submit, other)
            assert sorted(answer.done for answer in heard) == [False, True]
            (refused,) = (answer for answer in heard if not answer.done)
            assert "The code was used before" in str(refused.error)
            assert deletions(make, id_) == 1


async def test_the_answer_to_the_question_of_one_process_counts_at_the_other_and_once(make: Upstream, tmp_path: Path):
    async with two(make, sharing(tmp_path), "forms") as (one, other):
        id_ = make.scenario("Kept")
        given = {"scenarioId": id_, "confirm": await one.code(id_)}
        question = (await other.client.send(TOOL, given, None, None)).question
        assert question is not None
        assert question.input_requests is not None
        answers = dict.fromkeys(question.input_requests, ElicitResult(action="accept", content={FIELD: "Kept"}))
        assert deletions(make, id_) == 0
        assert (await one.client.send(TOOL, given, question.request_state, answers)).done
        for server in (one, other):
            again = await server.client.send(TOOL, given, question.request_state, answers)
            assert "The code was used before" in str(again.error)
        assert deletions(make, id_) == 1


async def test_a_no_at_one_process_is_final_at_the_other(make: Upstream, tmp_path: Path):
    async with two(make, sharing(tmp_path), "forms") as (one, other):
        id_ = make.scenario("Kept")
        code = await one.code(id_)
        one.client.person.answer = lambda _: ElicitResult(action="decline")
        assert "The person declined" in str((await one.delete(id_, code)).error)
        assert "The code was used before" in str((await other.delete(id_, code)).error)
        assert other.client.person.questions == []
        assert deletions(make, id_) == 0


async def test_without_a_shared_key_another_process_refuses_a_code(make: Upstream):
    async with two(make, {}) as (one, other):
        id_ = make.scenario("Kept")
        # Made by the one that was started first, and after the other was.
        code = await one.code(id_)
        assert "The code was made by another make-mcp process" in str((await other.delete(id_, code)).error)
        assert deletions(make, id_) == 0
        assert (await one.delete(id_, code)).done, "it was refused, and is not used up"


async def test_without_a_key_a_restart_ends_all_codes(make: Upstream):
    id_ = make.scenario("Kept")
    async with serving(make, {}) as server:
        code = await server.code(id_)
        made = int(time.time())
        # A code knows its second. The next process is to be started in a later one.
        while int(time.time()) == made:
            await server.code(id_)
    async with serving(make, {}) as restarted:
        refused = await restarted.delete(id_, code)
        assert "The code was made before this server was started" in str(refused.error)
        assert deletions(make, id_) == 0
        assert (await restarted.delete(id_, await restarted.code(id_))).done


async def test_with_a_key_and_a_store_codes_outlive_a_restart_and_stay_used(make: Upstream, tmp_path: Path):
    shared = sharing(tmp_path)
    first, second = make.scenario("Kept"), make.scenario("Kept")
    async with serving(make, shared) as server:
        used, unused = await server.code(first), await server.code(second)
        assert (await server.delete(first, used)).done
    async with serving(make, shared) as restarted:
        assert "The code was used before" in str((await restarted.delete(first, used)).error)
        assert (await restarted.delete(second, unused)).done
    assert (deletions(make, first), deletions(make, second)) == (1, 1)


async def _post(address: str, params: Json) -> None:
    """A call whose answer never comes: the SDK's client does not outlive its server, so that this one is by hand."""
    headers = {
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": TOOL,
    }
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    async with httpx2.AsyncClient(trust_env=False, timeout=PATIENCE) as client:
        with pytest.raises(httpx2.TransportError):
            await client.post(address, json=body, headers=headers)


async def test_a_process_that_is_killed_after_it_took_a_code_does_not_give_it_back(make: Upstream, tmp_path: Path):
    shared = sharing(tmp_path)
    id_ = make.scenario("Kept")
    left = make.lose(f"/scenarios/{id_}")
    with _process(make, shared) as (address, process):
        async with session(address, "auto", "nothing") as client:
            code = await Server(process, client).code(id_)
            confirmed = {**client.wire.last, "arguments": {"scenarioId": id_, "confirm": code}}
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_post, address, confirmed)
            assert await anyio.to_thread.run_sync(left.wait, PATIENCE)
            process.kill()
    make.found(f"/scenarios/{id_}")
    assert make.has(f"/scenarios/{id_}"), "the request got lost with the process"
    async with serving(make, shared) as restarted:
        refused = await restarted.delete(id_, code)
        assert "The code was used before" in str(refused.error)
        assert "read what is true now" in str(refused.error)
        assert deletions(make, id_) == 1
        assert (await restarted.delete(id_, await restarted.code(id_))).done
    assert deletions(make, id_) == 2
