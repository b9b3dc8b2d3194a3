"""The ASGI application. From the outside in: health; connections; names and origins; sign-in; the rate; bodies; MCP."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from mcp.server.lowlevel.server import Server
from mcp.server.streamable_http import EventStore
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from make_mcp.hosting.addresses import Addresses, Refused
from make_mcp.hosting.bodies import Bodies
from make_mcp.hosting.crowds import Connections, Rates, Room, Sessions
from make_mcp.hosting.health import Health, nowhere
from make_mcp.hosting.plan import Hosting
from make_mcp.hosting.sse import MESSAGES, Sse

PATHS = {"http": "/mcp", "sse": "/sse"}
_BACK_IN = 100
"""Milliseconds after which a client is asked to come back whose stream ended."""
SignIn = Callable[[ASGIApp], ASGIApp]
"""Puts the sign-in in front of an application."""
_HEADERS = (
    "authorization",
    "content-type",
    "mcp-protocol-version",
    "mcp-session-id",
    "mcp-method",
    "mcp-name",
    "last-event-id",
    "traceparent",
    "tracestate",
)
"""What a web page may send beside what every page may."""


def _nobody_signs_in(app: ASGIApp) -> ASGIApp:
    return app


def _nobody_listens(_: str) -> None:
    pass


def _nobody_counts(_: Callable[[], int]) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the application needs from around it, beside what it serves and how."""

    port: int
    """On which it listens."""
    health: Health = field(default_factory=lambda: Health(nowhere))
    sign_in: SignIn = _nobody_signs_in
    open_routes: tuple[BaseRoute, ...] = ()
    """What is served without sign-in: the metadata that says where to get a token."""
    refused: Refused = _nobody_listens
    events: EventStore | None = None
    """Keeps what was streamed to older clients, for those who come back for it; without it a broken stream is lost."""
    count_sessions: Callable[[Callable[[], int]], None] = _nobody_counts
    """Takes what tells how many sessions are open."""


def application(server: Server[Any], hosting: Hosting, around: Surroundings) -> ASGIApp:
    """The application that serves this MCP server; every middleware is on, whatever the server is."""
    sessions: StreamableHTTPSessionManager | None = None
    if hosting.transport == "http":
        sessions = StreamableHTTPSessionManager(
            server,
            # Hosts and origins are checked before, and more strictly.
            security_settings=TransportSecuritySettings(enable_dns_rebinding_protection=False),
            max_request_body_size=hosting.largest_body,
            session_idle_timeout=hosting.session_idle,
            max_sessions=hosting.most_sessions,
            event_store=around.events,
            retry_interval=_BACK_IN if around.events is not None else None,
        )
        # The SDK has no way to ask it.
        open_sessions = sessions._server_instances  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # as said
        owners = sessions._session_owners  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # as said
        around.count_sessions(lambda: len(open_sessions))
        room = Room(hosting.most_sessions, owners if hosting.issuer is not None else {})
        endpoint = _guarded(Sessions(StreamableHTTPASGIApp(sessions), room, around.refused), hosting, around)
        routes: list[BaseRoute] = [Route(path, endpoint) for path in _with_slash(PATHS["http"])]
    else:
        sse = Sse(server, hosting.largest_body, hosting.most_sessions, around.refused)
        around.count_sessions(lambda: sse.sessions)
        stream = _guarded(sse.stream, hosting, around)
        messages = _guarded(sse.messages, hosting, around)
        routes = [
            *(Route(path, stream, methods=["GET"]) for path in _with_slash(PATHS["sse"])),
            *(Route(path, messages) for path in _with_slash(MESSAGES)),
        ]

    @asynccontextmanager
    async def running(_: Starlette) -> AsyncGenerator[None]:
        if sessions is None:
            yield
            return
        async with sessions.run():
            yield

    inner = Starlette(routes=[*around.open_routes, *routes], lifespan=running)
    # It would send a client on to http, with the call in clear, wherever TLS ends before us.
    inner.router.redirect_slashes = False
    served: ASGIApp = inner
    if hosting.origins:
        served = CORSMiddleware(
            served,
            allow_origins=sorted(hosting.origins),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=_HEADERS,
            expose_headers=["mcp-session-id", "www-authenticate", "retry-after"],
        )
    served = Addresses(served, hosting.hosts_at(around.port), hosting.origins_at(around.port), around.refused)
    served = Connections(served, hosting.most_connections, around.refused)
    return _Watched(served, around.health)


def _with_slash(path: str) -> tuple[str, str]:
    """Both ways in which people write it."""
    bare = path.rstrip("/")
    return bare, f"{bare}/"


def _guarded(app: Callable[[Scope, Receive, Send], Awaitable[None]], hosting: Hosting, around: Surroundings) -> ASGIApp:
    inner: ASGIApp = Bodies(app, hosting.largest_body, hosting.body_within, around.refused)
    if hosting.rate is not None:
        inner = Rates(inner, hosting.rate, around.refused)
    return _Endpoint(around.sign_in(inner))


class _Endpoint:
    """An application that a route takes as one, and not as a function of a request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


class _Watched:
    """Answers those who watch the server before anything else is asked of them."""

    def __init__(self, app: ASGIApp, health: Health) -> None:
        self._app = app
        self._health = Starlette(
            routes=[
                Route("/health", health.alive, methods=["GET"]),
                Route("/ready", health.ready, methods=["GET"]),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_health = scope["type"] == "http" and scope["path"] in {"/health", "/ready"}
        await (self._health if is_health else self._app)(scope, receive, send)
