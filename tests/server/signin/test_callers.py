"""Who a tool of the SDK's server sees as its caller, in both eras of the protocol."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp_types import CallToolRequestParams, CallToolResult, ListToolsResult, PaginatedRequestParams, TextContent, Tool
from tests.server.faults.served import MODES, Era
from tests.server.signin.issuer import Issuer, Seconds, issuing, signer

from make_mcp.signin.guard import SignIn
from make_mcp.signin.jwks import IssuerKeys

URL = "http://127.0.0.1:8000"
PEOPLE = [f"caller-{number}" for number in range(8)]


@asynccontextmanager
async def served(issuer: Issuer) -> AsyncGenerator[httpx2.ASGITransport]:
    """A server whose one tool says who calls it, once all of them do."""
    waiting: list[str] = []
    all_there = anyio.Event()

    async def list_tools(_: ServerRequestContext[Any], __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[Tool(name="who", input_schema={"type": "object"})])

    async def call_tool(_: ServerRequestContext[Any], params: CallToolRequestParams) -> CallToolResult:
        waiting.append(params.name)
        if len(waiting) == len(PEOPLE):
            all_there.set()
        await all_there.wait()
        access = get_access_token()
        assert access is not None
        return CallToolResult(content=[TextContent(type="text", text=f"{access.subject} {access.scopes}")])

    server = Server[Any]("test", on_list_tools=list_tools, on_call_tool=call_tool)
    application = server.streamable_http_app()
    async with application.router.lifespan_context(application), IssuerKeys(issuer.name) as keys:
        yield httpx2.ASGITransport(SignIn(application, issuer.verifier(keys, Seconds())))


@pytest.mark.parametrize("era", ["2026-07-28", "2025-11-25"])
async def test_callers_at_once_are_each_seen_as_themselves(era: Era):
    heard: dict[str, str] = {}
    async with issuing() as issuer, served(issuer) as transport:

        async def call(person: str) -> None:
            token = signer().sign(issuer.claims(sub=person))
            headers = {"authorization": f"Bearer {token}"}
            async with (
                httpx2.AsyncClient(transport=transport, headers=headers) as http,
                Client(streamable_http_client(f"{URL}/mcp", http_client=http), mode=MODES[era]) as client,
            ):
                (content,) = (await client.call_tool("who", {})).content
                assert isinstance(content, TextContent)
                heard[person] = content.text

        async with anyio.create_task_group() as tasks:
            for person in PEOPLE:
                tasks.start_soon(call, person)
    assert heard == {person: f"{person} ['make:read']" for person in PEOPLE}


async def test_nobody_gets_into_the_session_of_another():
    info = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
    ping = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
    async with (
        issuing() as issuer,
        served(issuer) as transport,
        httpx2.AsyncClient(transport=transport, base_url=URL) as http,
    ):

        async def post(person: str, message: dict[str, Any], **headers: str) -> httpx2.Response:
            token = signer().sign(issuer.claims(sub=person))
            named = {"authorization": f"Bearer {token}", "accept": "application/json, text/event-stream", **headers}
            return await http.post("/mcp", json=message, headers=named)

        begun = await post("anna", {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": info})
        session = {"mcp-session-id": begun.headers["mcp-session-id"], "mcp-protocol-version": "2025-11-25"}
        assert (await post("anna", ping, **session)).status_code == 200
        assert (await post("bert", ping, **session)).status_code == 404
        assert (await http.post("/mcp", json=ping, headers=session)).status_code == 401
