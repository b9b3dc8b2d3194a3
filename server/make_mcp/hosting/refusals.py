"""Refusals of HTTP requests before MCP sees them: a status, and why in words that say what to do."""

from collections.abc import Sequence

from mcp_types import INVALID_REQUEST
from pydantic_core import to_json
from starlette.types import Send

Headers = Sequence[tuple[bytes, bytes]]


async def refuse(send: Send, status: int, why: str, headers: Headers = ()) -> None:
    """Answers in the form of the protocol's own errors, which clients show."""
    body = to_json({"jsonrpc": "2.0", "id": None, "error": {"code": INVALID_REQUEST, "message": why}})
    own = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*own, *headers]})
    await send({"type": "http.response.body", "body": body})
