"""Serves MCP over HTTP until the process is told to end, and lets finish what is in flight then."""

import logging
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import anyio
import anyio.lowlevel
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.server.streamable_http import EventStore
from mcp.shared.exceptions import MCPError
from mcp_types import CONNECTION_CLOSED

from make_mcp.ending import Ending
from make_mcp.hosting.application import PATHS, Surroundings, application
from make_mcp.hosting.entrance import Entrance
from make_mcp.hosting.health import Health, Reach, nowhere
from make_mcp.hosting.plan import Hosting
from make_mcp.listening import Crowd, run
from make_mcp.telemetry.observer import NOTHING, Observer

log = logging.getLogger(__name__)

_CANCELLING = 0.2
"""Seconds for calls to end once they are cancelled. What works in a thread may take longer, and is left to the process's end."""
_TURNS = 100
"""Turns of the event loop in which a request gets from the socket to the call, or its answer back, through the tasks of the SDK:
there are ten or so."""


def _announce(text: str) -> None:
    sys.stderr.write(f"{text}\n")


@dataclass(frozen=True, slots=True)
class Beside:
    """What is there beside the MCP server."""

    entrance: Entrance = field(default_factory=Entrance)
    """How callers sign in."""
    reach: Reach = nowhere
    """Looks whether Make answers."""
    observer: Observer = NOTHING
    announce: Callable[[str], None] = _announce
    """Says where it serves."""
    events: EventStore | None = None
    """Keeps what was streamed to older clients; without it a broken stream is lost."""


async def serve(
    server: Server[Any],
    hosting: Hosting,
    listening: socket.socket,
    ending: Ending,
    beside: Beside | None = None,
) -> None:
    """Serves MCP clients until the process is told to end."""
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    calls = InFlight()
    server.middleware.insert(0, calls)
    beside = beside or Beside()
    around = Surroundings(
        port=port,
        health=Health(beside.reach, ending.begun.is_set),
        sign_in=lambda app: beside.entrance.guard(app, beside.observer.refused),
        open_routes=beside.entrance.open_routes,
        refused=beside.observer.refused,
        count_sessions=beside.observer.sessions,
        events=beside.events,
    )
    beside.announce(f"make-mcp serves {hosting.transport} at http://{shown}:{port}{PATHS[hosting.transport]}")
    if not hosting.signs_in:
        log.warning("nobody signs in: every program on this machine can call (--auth-token-file takes a token)")
    await run(application(server, hosting, around), listening, ending, calls.finish, Crowd(hosting.most_connections))


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
            while not ending.hurried.is_set():
                await self._end(ending.hurried)
                if await self._stays_quiet():
                    break
        self._is_over = True
        for call in self._calls:
            call.cancel()
        with anyio.move_on_after(_CANCELLING):
            await self._end()
        for _ in range(_TURNS):
            await anyio.lowlevel.checkpoint()

    async def _stays_quiet(self) -> bool:
        """Whether no call begins any more: requests that are in may be on their way here, through sign-in and the SDK."""
        for _ in range(_TURNS):
            if self._calls:
                return False
            await anyio.lowlevel.checkpoint()
        return not self._calls

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
