"""The sign-in in front of an application: no request gets past it without a token that was checked."""

import logging
from collections.abc import Mapping

from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken, TokenVerifier
from pydantic_core import to_json
from starlette.authentication import AuthCredentials
from starlette.types import ASGIApp, Receive, Scope, Send

from make_mcp.signin.header import NotSignedIn, token_of
from make_mcp.signin.scopes import SCOPES, may_read

log = logging.getLogger(__name__)

_INVALID = "The token is not valid here: it is unknown, too old, or made for somebody else. Get a new one."
_TOO_LITTLE = f"The token has no scope of this server: ask for {SCOPES[0]}, or for {SCOPES[1]} to change anything."


class SignIn:
    """Lets a request through that brings a token with a scope of ours; answers others with 401 or 403.

    Inside, `scope["user"]` is the SDK's `AuthenticatedUser`, and `get_access_token()` says who calls. `metadata_url` is where
    the issuer is named; None where there is none.
    """

    def __init__(self, app: ASGIApp, verifier: TokenVerifier, *, metadata_url: str | None = None) -> None:
        self._app = app
        self._signed_in = AuthContextMiddleware(app)
        self._verifier = verifier
        self._metadata_url = metadata_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            # Nothing of ours is served over anything else.
            await send({"type": "websocket.close", "code": 1008})
            return
        try:
            token = token_of(scope)
        except NotSignedIn as error:
            await self._refuse(send, 401, "invalid_token" if error.tried else None, str(error))
            return
        access = await self._verified(token)
        if access is None:
            await self._refuse(send, 401, "invalid_token", _INVALID)
        elif not may_read(access.scopes):
            await self._refuse(send, 403, "insufficient_scope", _TOO_LITTLE)
        else:
            known = {"user": AuthenticatedUser(access), "auth": AuthCredentials(access.scopes)}
            await self._signed_in({**scope, **known}, receive, send)

    async def _verified(self, token: str) -> AccessToken | None:
        try:
            return await self._verifier.verify_token(token)
        except Exception as error:  # whatever it is: who could not be checked stays outside
            # No traceback: it may show the token.
            log.log(logging.ERROR, "a token could not be checked: %s", type(error).__name__)
            return None

    async def _refuse(self, send: Send, status: int, error: str | None, why: str) -> None:
        """Answers in the form of RFC 6750; `error` is None where no token was brought."""
        challenge: Mapping[str, str | None] = {
            "error": error,
            "error_description": None if error is None else why,
            "scope": " ".join(SCOPES),
            "resource_metadata": self._metadata_url,
        }
        told = ", ".join(f'{name}="{value}"' for name, value in challenge.items() if value is not None)
        body = to_json({"error": error or "unauthorized", "error_description": why})
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            (b"www-authenticate", f"Bearer {told}".encode()),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
