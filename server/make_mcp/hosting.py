"""The HTTP transports: Streamable HTTP, and SSE for clients that know nothing newer. Loopback only, for now."""

import socket
import sys
from typing import Any, Literal

import anyio
import anyio.lowlevel
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.server.sse import SseServerTransport
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.exceptions import MCPError
from mcp_types import CONNECTION_CLOSED
from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from make_mcp.ending import Ending
from make_mcp.loopback import run

PATHS = {"http": "/mcp", "sse": "/sse"}
_MESSAGES = "/messages/"
_CANCELLING = 0.2
"""Seconds for calls to end once they are cancelled. What works in a thread may take longer, and is left to the process's end."""
_TURNS = 100
"""Turns of the event loop in which an answer gets from the call to the socket, through the tasks of the SDK: there are ten or so."""


def application(server: Server[Any], transport: Literal["http", "sse"], port: int) -> Starlette:
    """The ASGI application. Only requests addressed to this machine by a loopback name, and no web page, get through."""
    security = TransportSecuritySettings(
        # Exact names with the port: the SDK's wildcard lets `localhost:3000.evil.com` through.
        allowed_hosts=[f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")],
        allowed_origins=[],
    )
    if transport == "http":
        return server.streamable_http_app(streamable_http_path=PATHS["http"], transport_security=security)
    sse = SseServerTransport(_MESSAGES, security_settings=security)

    return Starlette(
        routes=[
            Route(PATHS["sse"], _SseEndpoint(server, sse), methods=["GET"]),
            Mount(_MESSAGES, sse.handle_post_message),
        ]
    )


class _SseEndpoint:
    """The stream that an SSE client opens; it lasts as long as the session."""

    def __init__(self, server: Server[Any], sse: SseServerTransport) -> None:
        self._server = server
        self._sse = sse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._sse.connect_sse(scope, receive, send) as (incoming, outgoing):
            await self._server.run(incoming, outgoing, self._server.create_initialization_options())


async def serve(
    server: Server[Any], transport: Literal["http", "sse"], listening: socket.socket, ending: Ending
) -> None:
    """Serves MCP clients until the process is told to end."""
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    calls = InFlight()
    server.middleware.insert(0, calls)
    sys.stderr.write(f"make-mcp serves {transport} at http://{shown}:{port}{PATHS[transport]}\n")
    await run(application(server, transport, port), listening, ending, calls.finish)


class InFlight:
    """Middleware that knows which tools are being called. A stream that a client holds open is none of that."""

    def __init__(self) -> None:
        self._calls: set[anyio.CancelScope] = set()
        self._none_left = anyio.Event()
        self._is_over = False

    async def __call__(self, ctx: ServerRequestContext[Any], call_next: CallNext) -> HandlerResult:
        if ctx.method != "tools/call":
            return await call_next(ctx)
        if self._is_over:
            raise MCPError(CONNECTION_CLOSED, "The server ends: nothing was done.")
        with anyio.CancelScope() as call:
            self._calls.add(call)
            try:
                return await call_next(ctx)
            finally:
                self._calls.remove(call)
                if not self._calls:
                    self._none_left.set()
        raise MCPError(
            CONNECTION_CLOSED,
            "The server ended while this call was under way. If it changes something, check before you repeat it.",
        )

    async def finish(self, ending: Ending) -> None:
        """Gives the calls a grace, cancels what is left, and comes back when their answers are on the way."""
        with anyio.move_on_after(ending.grace):
            await self._end(ending.hurried)
        self._is_over = True
        for call in self._calls:
            call.cancel()
        with anyio.move_on_after(_CANCELLING):
            await self._end()
        for _ in range(_TURNS):
            await anyio.lowlevel.checkpoint()

    async def _end(self, hurried: anyio.Event | None = None) -> None:
        """Comes back when no call is in flight, or when it is hurried."""
        async with anyio.create_task_group() as tasks:

            async def heed(event: anyio.Event) -> None:
                await event.wait()
                tasks.cancel_scope.cancel()

            if hurried is not None:
                tasks.start_soon(heed, hurried)
            while self._calls:
                self._none_left = anyio.Event()
                await self._none_left.wait()
            tasks.cancel_scope.cancel()
