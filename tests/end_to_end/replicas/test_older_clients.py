"""Clients of protocols before 2026-07-28, whose sessions live in one replica each."""

import signal
from functools import partial

import anyio
import anyio.to_thread
import httpx2
import pytest
from tests.end_to_end.people import Session
from tests.end_to_end.processes import PATIENCE
from tests.end_to_end.replicas.stage import TOKEN, Stage, client, deletions
from tests.server.faults.served import OPENING
from tests.server.faults.upstream import Upstream

pytestmark = pytest.mark.replicas

LEGACY = "legacy"
HEADERS = {"authorization": f"Bearer {TOKEN}", "accept": "application/json, text/event-stream"}
CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "scenarios_get", "arguments": {"scenarioId": 5}},
}


async def _open(network: httpx2.AsyncClient, address: str) -> str:
    """A new session: its id."""
    first, then = ({"jsonrpc": "2.0", **message} for message in OPENING)
    session: str = (await network.post(address, json=first)).raise_for_status().headers["mcp-session-id"]
    (await network.post(address, json=then, headers=_of(session))).raise_for_status()
    return session


def _of(session: str) -> dict[str, str]:
    return {"mcp-session-id": session, "mcp-protocol-version": "2025-11-25"}


async def test_sessions_of_one_address_stay_with_one_replica(stage: Stage, make: Upstream):
    async with client(stage.address, mode=LEGACY) as one, client(stage.address, "forms", LEGACY) as other:

        async def work(session: Session, id_: int) -> None:
            code = (await session.call("hooks_delete", hookId=id_)).preview["code"]
            assert (await session.call("hooks_delete", hookId=id_, confirm=code)).done

        async with anyio.create_task_group() as tasks:
            for id_ in range(1, 9):
                tasks.start_soon(work, (one, other)[id_ % 2], id_)
        # The question went to its client over the stream of the call, and the answer found the way back.
        assert len(other.person.questions) == 4
        assert [deletions(make, id_) for id_ in range(1, 9)] == [1] * 8


async def test_a_session_is_unknown_to_the_other_replica_and_ends_with_its_own(stage: Stage, make: Upstream):
    first, second = stage.addresses
    async with httpx2.AsyncClient(headers=HEADERS, trust_env=False, timeout=PATIENCE) as network:
        session = await _open(network, first)
        assert (await network.post(first, json=CALL, headers=_of(session))).status_code == 200
        assert (await network.post(second, json=CALL, headers=_of(session))).status_code == 404
        await anyio.to_thread.run_sync(partial(stage.replicas[0].end, signal.SIGTERM))
        # By the protocol, 404 is the sign to begin a new one.
        through_nginx = await _open(network, stage.address)
        assert (await network.post(stage.address, json=CALL, headers=_of(through_nginx))).status_code == 200
        assert (await network.post(stage.address, json=CALL, headers=_of(session))).status_code == 404
    assert len(make.of("/scenarios/5")) == 2
