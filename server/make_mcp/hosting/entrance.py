"""The entrance: how callers sign in, as the plan says."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from mcp.server.auth.provider import TokenVerifier
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from make_mcp.hosting.addresses import Refused
from make_mcp.hosting.plan import Hosting
from make_mcp.signin.guard import SignIn


@dataclass(frozen=True, slots=True)
class Entrance:
    """What stands in front of the endpoint, and what is served beside it without sign-in."""

    verifier: TokenVerifier | None = None
    metadata_url: str | None = None
    open_routes: tuple[BaseRoute, ...] = ()

    def guard(self, app: ASGIApp, refused: Refused) -> ASGIApp:
        """The application, for callers who signed in; for everybody where nobody has to."""
        if self.verifier is None:
            return app
        return _Counted(SignIn(app, self.verifier, metadata_url=self.metadata_url), refused)


class _Counted:
    """A sign-in whose refusals are told."""

    def __init__(self, app: ASGIApp, refused: Refused) -> None:
        self._app = app
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in _REFUSALS:
                self._refused(_REFUSALS[message["status"]])
            await send(message)

        await self._app(scope, receive, watched)


_REFUSALS = {401: "sign_in", 403: "scope"}


@asynccontextmanager
async def entrance(hosting: Hosting) -> AsyncGenerator[Entrance]:
    """The entrance, as long as the context lasts: it keeps the issuer's keys fresh."""
    if hosting.token is not None:
        from make_mcp.signin.static import StaticToken

        yield Entrance(StaticToken(hosting.token))
        return
    if (issuer := hosting.issuer) is None:
        yield Entrance()
        return
    # Imported here: it brings cryptography along.
    from make_mcp.signin.jwks import IssuerKeys
    from make_mcp.signin.jwts import JwtVerifier
    from make_mcp.signin.metadata import metadata_routes, metadata_url

    async with IssuerKeys(issuer.issuer, hosting.jwks_url) as keys:
        yield Entrance(
            JwtVerifier(issuer, keys),
            metadata_url(issuer.resource),
            tuple(metadata_routes(issuer.resource, issuer.issuer)),
        )
