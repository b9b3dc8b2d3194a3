"""Requests to an application behind the sign-in, as the server hands them over."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken, TokenVerifier
from starlette.types import Message, Receive, Scope, Send

from make_mcp.signin.guard import SignIn

METADATA_URL = "https://make.example.com/.well-known/oauth-protected-resource/mcp"


@dataclass
class Inside:
    """An application that notes who got in."""

    callers: list[AccessToken] = field(default_factory=list[AccessToken])
    scopes: list[Scope] = field(default_factory=list[Scope])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  # ASGI has it so
        self.scopes.append(scope)
        if scope["type"] == "lifespan":
            return
        access = get_access_token()
        assert access is not None
        assert isinstance(scope["user"], AuthenticatedUser)
        assert scope["user"].access_token is access
        self.callers.append(access)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})


@dataclass
class Answered:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def challenge(self) -> str:
        return self.headers["www-authenticate"]


async def ask(
    app: SignIn, *authorization: bytes | str, query: bytes = b"", method: str = "POST", path: str = "/mcp"
) -> Answered:
    """What a request with these Authorization headers gets."""
    sent: list[Message] = []
    values: Iterable[bytes] = (one if isinstance(one, bytes) else one.encode("latin-1") for one in authorization)
    headers = [(b"host", b"make.example.com"), *((b"authorization", value) for value in values)]
    scope: Scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": path, "raw_path": path.encode(),
        "query_string": query, "headers": headers, "scheme": "http", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
        "root_path": "",
    }  # fmt: skip

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    head = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answered(sent[0]["status"], head, sent[1]["body"])


def guarded(verifier: TokenVerifier, inside: Inside | None = None, metadata_url: str | None = None) -> SignIn:
    return SignIn(inside or Inside(), verifier, metadata_url=metadata_url)


async def status_of(verifier: TokenVerifier, token: str) -> int:
    """What the bearer of a token gets."""
    return (await ask(guarded(verifier), f"Bearer {token}")).status
