"""Manners: what an upstream does with a request, or with a connection before any request."""

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast


@dataclass(eq=False)
class Arrived:
    """One request, as it arrived. `path` is without the API's prefix; the names of `headers` are in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    at: float
    """By the clock of the loop, when the last byte of it was read."""
    connection: int
    """The number of its connection, from 1 on."""
    left: float | None = None
    """When the client closed the connection without waiting for the end of the answer."""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(eq=False)
class Exchange:
    """A request, and the way back."""

    request: Arrived
    writer: asyncio.StreamWriter
    keeps_open: bool = True

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, status: int, body: bytes, headers: Iterable[tuple[str, str]] = ()) -> None:
        await self.send(head(status, [*headers, ("content-length", str(len(body)))]) + body)

    def hang_up(self) -> None:
        self.keeps_open = False

    def reset(self) -> None:
        """Closes the connection as a crash does, not as a farewell."""
        bare: socket.socket = self.writer.get_extra_info("socket")
        bare.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()
        self.keeps_open = False


Manner = Callable[[Exchange], Awaitable[None]]
"""What is done with a request."""
Greeting = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bool]]
"""What is done with a connection before any request is read of it; whether it goes on after that."""


def head(status: int, headers: Iterable[tuple[str, str]] = ()) -> bytes:
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unknown"
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


# ---- Manners


def answer(data: object = None, status: int = 200, **headers: str) -> Manner:
    """An answer of bytes as they are, or of JSON. Headers are written with underscores for dashes."""
    body = data if isinstance(data, bytes) else json.dumps({"ok": True} if data is None else data).encode()
    named = {"content-type": "application/json"} | {n.replace("_", "-"): v for n, v in headers.items()}

    async def manner(exchange: Exchange) -> None:
        await exchange.answer(status, body, named.items())

    return manner


def after(seconds: float, then: Manner) -> Manner:
    async def manner(exchange: Exchange) -> None:
        await asyncio.sleep(seconds)
        await then(exchange)

    return manner


def drip(every: float, body: bytes = b'{"ok":true}' + b" " * 1000) -> Manner:
    """The head at once, then a byte each so many seconds."""

    async def manner(exchange: Exchange) -> None:
        await exchange.send(head(200, [("content-type", "application/json"), ("content-length", str(len(body)))]))
        for byte in body:
            await asyncio.sleep(every)
            await exchange.send(bytes([byte]))

    return manner


async def hang(_: Exchange) -> None:
    """Never an answer."""
    await asyncio.Event().wait()


async def hang_up(exchange: Exchange) -> None:
    """The connection closed, and no byte before."""
    exchange.hang_up()


async def keep_open(_: Exchange) -> None:
    """Nothing more: the connection waits for the next request."""


async def reset(exchange: Exchange) -> None:
    exchange.reset()


def raw(data: bytes, then: Manner = hang_up) -> Manner:
    """These bytes, and then the end of the connection."""

    async def manner(exchange: Exchange) -> None:
        await exchange.send(data)
        await then(exchange)

    return manner


def endless(chunk: bytes, every: float = 0) -> Manner:
    """An answer in chunks, without end."""

    async def manner(exchange: Exchange) -> None:
        await exchange.send(head(200, [("content-type", "application/json"), ("transfer-encoding", "chunked")]))
        while True:
            await exchange.send(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            await asyncio.sleep(every)

    return manner


_JSON = [("content-type", "application/json")]
HALF_A_BODY = raw(head(200, [*_JSON, ("content-length", "100")]) + b'{"ok":')
HALF_A_CHUNK = raw(head(200, [*_JSON, ("transfer-encoding", "chunked")]) + b'40\r\n{"ok":')
NO_LAST_CHUNK = raw(head(200, [*_JSON, ("transfer-encoding", "chunked")]) + b'b\r\n{"ok":true}\r\n')
HALF_A_HEAD = raw(b"HTTP/1.1 200 OK\r\ncontent-type: applica")
NO_HTTP = raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
RESET_IN_THE_BODY = raw(head(200, [*_JSON, ("content-length", "100")]) + b'{"ok":', then=reset)
HANG_IN_THE_HEAD = raw(b"HTTP/1.1 200 OK\r\ncontent-type: applica", then=hang)
HANG_IN_THE_BODY = raw(head(200, [*_JSON, ("content-length", "100")]) + b'{"ok":', then=hang)


# ---- Greetings


async def closes_at_once(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    writer.close()
    return False


async def closes_in_the_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Reads the beginning of a request."""
    await reader.read(10)
    writer.close()
    return False


def waits(seconds: float) -> Greeting:
    """Lets a client wait so long for the handshake of TLS."""

    async def greeting(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        # What were read before the handshake begins would be lost to it; that begins to read by itself.
        cast("asyncio.ReadTransport", writer.transport).pause_reading()
        await asyncio.sleep(seconds)
        return True

    return greeting


async def never_reads(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> bool:
    """Takes the connection and nothing more. In TLS that is before the handshake: nothing of a request has left."""
    await asyncio.Event().wait()
    return False


def waits_for_the_end(ended: list[float]) -> Greeting:
    """Takes what comes and says nothing, and notes when the client closes the connection."""

    async def greeting(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> bool:
        while await reader.read(65536):
            pass
        ended.append(asyncio.get_running_loop().time())
        return False

    return greeting
