"""The HTTP transports: Streamable HTTP, and SSE for clients that know nothing newer. Loopback only, for now."""

import socket
import sys
from typing import Any, Literal

from mcp.server.lowlevel.server import Server
from mcp.server.sse import SseServerTransport
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from make_mcp.loopback import run

PATHS = {"http": "/mcp", "sse": "/sse"}
_MESSAGES = "/messages/"


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


async def serve(server: Server[Any], transport: Literal["http", "sse"], listening: socket.socket) -> None:
    """Serves MCP clients until the process is told to stop."""
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    sys.stderr.write(f"make-mcp serves {transport} at http://{shown}:{port}{PATHS[transport]}\n")
    await run(application(server, transport, port), listening)
