"""How much there may be at once: connections, sessions, and requests of one caller."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

import anyio
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser, AuthorizationContext, authorization_context
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from make_mcp.clients import principal
from make_mcp.connections import BEYOND
from make_mcp.hosting.addresses import Refused
from make_mcp.hosting.refusals import refuse
from make_mcp.upstream.pacing.slots import Rate

_REMEMBERED = 10_000
"""Callers."""
_WITH_SESSIONS = {"", *HANDSHAKE_PROTOCOL_VERSIONS}
"""Versions of the protocol that have sessions; their first request may name none."""


class Connections:
    """Refuses requests over connections that are more than the `most` that there may be."""

    def __init__(self, app: ASGIApp, most: int, refused: Refused) -> None:
        self._app = app
        self._most = most
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope.get("state", {}).get(BEYOND):
            await self._app(scope, receive, send)
            return
        self._refused("connections")
        why = f"{self._most} connections are open, which is as many as this server takes (--max-connections). Try again soon."
        await refuse(send, 503, why, [(b"retry-after", b"1"), (b"connection", b"close")])


@dataclass(frozen=True, slots=True)
class Room:
    """For sessions. `owners` says whose each of them is, where callers can be told apart: then none has more than a quarter."""

    most: int
    owners: Mapping[str, AuthorizationContext]

    @property
    def share(self) -> int:
        return max(1, self.most // 4)

    def has_their_share(self, scope: Scope) -> bool:
        """Whether a request would open one session too many for its caller."""
        user = scope.get("user")
        headers = dict(scope["headers"])
        version = headers.get(b"mcp-protocol-version", b"").decode("latin-1")
        opens = b"mcp-session-id" not in headers and version in _WITH_SESSIONS
        if not opens or not self.owners or not isinstance(user, AuthenticatedUser):
            return False
        mine = authorization_context(user)
        return sum(owner == mine for owner in self.owners.values()) >= self.share


class Sessions:
    """Says in our own words that there is no room for a session; the SDK, which counts them, says 503 for nothing else."""

    def __init__(self, app: ASGIApp, room: Room, refused: Refused) -> None:
        self._app = app
        self._room = room
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._room.has_their_share(scope):
            self._refused("sessions")
            why = (
                f"You have {self._room.share} sessions open, which is as many as one caller may have here (a quarter of "
                "--max-sessions). End some, or wait until they do."
            )
            await refuse(send, 429, why, [(b"retry-after", b"30")])
            return
        is_full = False

        async def watched(message: Message) -> None:
            nonlocal is_full
            is_full = is_full or message.get("status") == 503
            if not is_full:
                await send(message)

        await self._app(scope, receive, watched)
        if is_full:
            await no_room(send, self._room.most, self._refused)


async def no_room(send: Send, most: int, refused: Refused) -> None:
    """Refuses to open a session beyond the `most` that there may be."""
    refused("sessions")
    why = (
        f"{most} sessions are open, which is as many as this server takes (--max-sessions). Try again later; clients of protocol "
        "2026-07-28 over Streamable HTTP need none."
    )
    await refuse(send, 503, why, [(b"retry-after", b"30")])


class Rates:
    """Refuses requests of a caller who sends them faster than the rate; all of one span may come at once."""

    def __init__(self, app: ASGIApp, rate: Rate, refused: Refused) -> None:
        self._app = app
        self._rate = rate
        self._refused = refused
        self._paid_until: OrderedDict[str, float] = OrderedDict()
        """By caller, when what they have sent would be through at a steady pace."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (wait := self._wait(_caller(scope))) <= 0:
            await self._app(scope, receive, send)
            return
        self._refused("rate")
        why = (
            f"This server takes {self._rate} from one caller (--rate-limit). Nothing was done; go on in {ceil(wait)} s."
        )
        await refuse(send, 429, why, [(b"retry-after", str(ceil(wait)).encode())])

    def _wait(self, caller: str) -> float:
        """Counts a request, unless it comes too early; then the seconds until it does not."""
        now = anyio.current_time()
        until = max(self._paid_until.pop(caller, now), now)
        after = until + self._rate.seconds / self._rate.amount
        wait = after - now - self._rate.seconds
        self._paid_until[caller] = until if wait > 0 else after
        if len(self._paid_until) > _REMEMBERED:
            self._paid_until.popitem(last=False)
        return wait


def _caller(scope: Scope) -> str:
    user = scope.get("user")
    return principal(user.access_token if isinstance(user, AuthenticatedUser) else None)
