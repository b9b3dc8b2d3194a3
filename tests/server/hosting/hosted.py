"""A server over HTTP in this process, put together as `make-mcp serve` does it, and what reaches MCP in it."""

import asyncio
import signal
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import anyio
import httpx2
from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from tests.end_to_end.processes import PATIENCE
from tests.server.faults.served import MODES, Era

from make_mcp.app import server_for
from make_mcp.ending import Ending
from make_mcp.hosting.application import PATHS
from make_mcp.hosting.entrance import entrance
from make_mcp.hosting.plan import plan
from make_mcp.hosting.serve import Beside, serve
from make_mcp.hosting.visitors import open_callers, reach_of
from make_mcp.listening import listen
from make_mcp.settings import load

Transport = Literal["http", "sse"]
Way = tuple[Transport, Era]
WAYS: list[Way] = [("http", "2026-07-28"), ("http", "2025-11-25"), ("sse", "2025-11-25")]
"""Every way in which a client reaches MCP over HTTP. SSE knows the older protocol alone."""
TOKEN = "kept-by-the-team_0123456789.~+/ab=="


@dataclass
class Hosted:
    """A server that listens on a free port of loopback."""

    transport: Transport
    port: int
    ending: Ending | None = None
    """None where it runs elsewhere."""
    heard: list[str] = field(default_factory=list[str])
    """The method of each message that reached MCP."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PATHS[self.transport]}"

    @asynccontextmanager
    async def client(self, era: Era, token: str | None = None, **options: Any) -> AsyncGenerator[Client]:
        """An official client, which brings this token."""
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(headers=headers, trust_env=False, timeout=PATIENCE) as http:
            over: AbstractAsyncContextManager[Any] = (
                sse_client(self.url, headers, timeout=PATIENCE)
                if self.transport == "sse"
                else streamable_http_client(self.url, http_client=http)
            )
            with anyio.fail_after(PATIENCE):
                async with Client(over, mode=MODES[era], **options) as client:
                    yield client


@asynccontextmanager
async def hosted(transport: Transport = "http", **flags: Any) -> AsyncGenerator[Hosted]:
    """A server with these settings, on a practice account unless they name an upstream."""
    if not {"maton_api_key", "make_api_key", "credentials_file"} & flags.keys():
        flags["sandbox"] = True
    settings = load({"transport": transport, **flags})
    hosting = plan(settings)
    ending = Ending(lambda _, __: None, grace=0)
    with listen("127.0.0.1", 0) as listening:
        server = Hosted(transport, listening.getsockname()[1], ending)

        async def hear(ctx: ServerRequestContext[Any], call_next: CallNext) -> HandlerResult:
            server.heard.append(ctx.method)
            return await call_next(ctx)

        async with open_callers(settings) as callers, entrance(hosting) as entered:
            mcp = server_for(callers, settings.code_key)
            mcp.middleware.insert(0, hear)
            # In a task group what fails in the test would be told as a group.
            running = asyncio.ensure_future(
                serve(mcp, hosting, listening, ending, Beside(entered, reach_of(settings, callers)))
            )
            try:
                yield server
            finally:
                ending.told(signal.SIGTERM)
                await running
