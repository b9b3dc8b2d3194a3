"""Clients of every older protocol get prompts and resources in a form that theirs knows."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCResponse, jsonrpc_message_adapter

from make_mcp.app import build
from make_mcp.callers import open_caller
from make_mcp.settings import load

VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
KNOW_LINKS = {"2025-06-18", "2025-11-25"}


class Raw:
    """A client that writes its messages itself."""

    def __init__(self, sending: Any, receiving: Any) -> None:
        self._sending = sending
        self._receiving = receiving
        self._number = 0

    async def tell(self, method: str, **more: Any) -> None:
        message = jsonrpc_message_adapter.validate_python({"jsonrpc": "2.0", "method": method, **more})
        await self._sending.send(SessionMessage(message))

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        await self.tell(method, id=self._number, params=params)
        answer = (await self._receiving.receive()).message
        assert isinstance(answer, JSONRPCResponse), answer
        return answer.result


@asynccontextmanager
async def speaking(version: str) -> AsyncGenerator[Raw]:
    to_server, incoming = anyio.create_memory_object_stream[Any](10)
    outgoing, from_server = anyio.create_memory_object_stream[Any](10)
    async with (
        to_server, incoming, outgoing, from_server,
        open_caller(load({"sandbox": True})) as (caller, tools),
        anyio.create_task_group() as tasks,
    ):  # fmt: skip
        server = build(caller, tools)
        tasks.start_soon(server.run, incoming, outgoing, server.create_initialization_options())
        with anyio.fail_after(60):
            client = Raw(to_server, from_server)
            who = {"name": "old", "version": "1"}
            opened = await client.ask("initialize", protocolVersion=version, capabilities={}, clientInfo=who)
            assert opened["protocolVersion"] == version
            await client.tell("notifications/initialized")
            yield client
        tasks.cancel_scope.cancel()


@pytest.mark.parametrize("version", VERSIONS)
async def test_each_gets_what_its_protocol_knows(version: str):
    async with speaking(version) as client:
        assert len((await client.ask("prompts/list"))["prompts"]) == 4
        assert (await client.ask("resources/list"))["resources"][0]["uri"] == "make://account"
        assert len((await client.ask("resources/templates/list"))["resourceTemplates"]) == 2
        given = {"scenario": "refund", "change": "another subject"}
        changed = await client.ask("prompts/get", name="change_scenario_safely", arguments=given)
        kinds = [one["content"]["type"] for one in changed["messages"]]
        assert kinds == (["text", "resource_link"] if version in KNOW_LINKS else ["text"])
        reviewed = await client.ask("prompts/get", name="review_account", arguments={})
        assert [one["content"]["type"] for one in reviewed["messages"]] == ["text", "resource"]
        account = await client.ask("resources/read", uri="make://account")
        assert account["contents"] == [reviewed["messages"][1]["content"]["resource"]]
        ref = {"type": "ref/prompt", "name": "diagnose_scenario"}
        offered = await client.ask("completion/complete", ref=ref, argument={"name": "scenario", "value": "refund"})
        assert len(offered["completion"]["values"]) == 1
