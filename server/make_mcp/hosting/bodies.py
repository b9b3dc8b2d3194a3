"""The bodies of requests: JSON alone, of a bounded size, and there within a bounded time."""

import re

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from make_mcp.hosting.addresses import Refused
from make_mcp.hosting.refusals import refuse

MEGABYTE = 1_000_000
_JSON = b"application/json"
MOST_VALUES = 100_000
"""Far more than a blueprint has. Checking a million values, and saying of each what is wrong with it, takes a gigabyte and seconds
in which nobody else is served.
"""
_TEXTS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\Z)', re.DOTALL)
"""What stands in quotes, whose commas separate nothing."""


class Bodies:
    """Reads the whole body before anything is done with it; nothing is where the client goes meanwhile.

    `largest` is in bytes, `within` in seconds.
    """

    def __init__(self, app: ASGIApp, largest: int, within: float, refused: Refused) -> None:
        self._app = app
        self._largest = largest
        self._within = within
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        kind, _, _ = headers.get(b"content-type", b"").partition(b";")
        # Other methods take no body; who sends one with them all the same gets no more room and time for it.
        if scope["method"] == "POST" and kind.strip().lower() != _JSON:
            await self._refuse(send, 415, "body", "The body of a request is JSON: send Content-Type: application/json.")
            return
        declared = headers.get(b"content-length", b"")
        if declared.isdigit() and int(declared) > self._largest:
            await self._too_large(send)
            return
        whole: Message | None = None
        with anyio.move_on_after(self._within):
            whole = await self._read(receive)
        if whole is None:
            why = f"The request did not arrive as a whole within {self._within:g} s."
            await self._refuse(send, 408, "slow", why)
        elif len(whole.get("body", b"")) > self._largest:
            await self._too_large(send)
        elif _has_too_many_values(whole.get("body", b"")):
            why = f"The request has more than {MOST_VALUES:,} values. Send less at once; a blueprint may also be one text of JSON."
            await self._refuse(send, 413, "values", why)
        elif whole["type"] == "http.request":
            await self._app(scope, _Replayed(whole, receive).receive, send)

    async def _read(self, receive: Receive) -> Message:
        """The whole body in one message, or the one that says that the client is gone. It stops soon after it is too large."""
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return message
            body += message.get("body", b"")
            if not message.get("more_body", False) or len(body) > self._largest:
                return {"type": "http.request", "body": bytes(body), "more_body": False}

    async def _too_large(self, send: Send) -> None:
        size = self._largest / MEGABYTE
        why = f"The request has more than {size:g} MB. Send less at once; the operator of the server can allow more (--max-body)."
        await self._refuse(send, 413, "size", why)

    async def _refuse(self, send: Send, status: int, reason: str, why: str) -> None:
        self._refused(reason)
        # What may still come is not read.
        await refuse(send, status, why, [(b"connection", b"close")])


class _Replayed:
    """What was read, and then whatever comes."""

    def __init__(self, first: Message, receive: Receive) -> None:
        self._first: Message | None = first
        self._receive = receive

    async def receive(self) -> Message:
        first, self._first = self._first, None
        return await self._receive() if first is None else first


def _has_too_many_values(body: bytes) -> bool:
    return body.count(b",") > MOST_VALUES and _TEXTS.sub(b"", body).count(b",") > MOST_VALUES
