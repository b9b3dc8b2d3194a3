"""The older HTTP transport, with one stream for each session: deprecated by the protocol, and served for clients that know nothing newer."""

from collections.abc import Callable
from typing import Any

from mcp.server.lowlevel.server import Server
from mcp.server.sse import SseServerTransport
from mcp.server.transport_security import TransportSecuritySettings
from starlette.types import Receive, Scope, Send

from make_mcp.hosting.addresses import Refused
from make_mcp.hosting.crowds import no_room

MESSAGES = "/messages/"


class Sse:
    """Its two endpoints."""

    def __init__(self, server: Server[Any], largest_body: int, most_sessions: int, refused: Refused) -> None:
        # Hosts and origins are checked before, and more strictly.
        checked = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        self._transport = SseServerTransport(MESSAGES, checked, largest_body)
        self._server = server
        self._most_sessions = most_sessions
        self._refused = refused
        self.sessions = 0
        """Streams that are open."""

    async def stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The stream that a client opens; it lasts as long as the session."""
        if self.sessions >= self._most_sessions:
            await no_room(send, self._most_sessions, self._refused)
            return
        self.sessions += 1
        try:
            async with self._transport.connect_sse(scope, receive, send) as (incoming, outgoing):
                await self._server.run(incoming, outgoing, self._server.create_initialization_options())
        finally:
            self.sessions -= 1

    @property
    def messages(self) -> Callable[..., Any]:
        """What a client posts."""
        return self._transport.handle_post_message
