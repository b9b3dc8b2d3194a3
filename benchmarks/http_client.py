"""A client over HTTP that costs the measurement as little as it can: requests are encoded before the clock starts.

Each client has a connection of its own, which it keeps, and one call in flight, as an agent has. Every answer is read, and
checked once the clock has stopped.
"""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final

from client import MAX_CALLS, MAX_SECONDS, Call, ServerError

MODERN: Final = "2026-07-28"
LEGACY: Final = "2025-11-25"
_META: Final = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": {"name": "make-mcp-benchmarks", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What a burst took: seconds in all, and of each call."""

    seconds: float
    latencies: list[float]

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a server is, the era that is spoken with it, and the token that it wants."""

    port: int
    era: str
    token: str | None = None

    def request(self, message: Mapping[str, Any], session: str | None = None) -> bytes:
        """One POST."""
        body = json.dumps(message, separators=(",", ":")).encode()
        lines = [*self._head("POST", session), f"Content-Length: {len(body)}"]
        if self.era == MODERN or message["method"] != "initialize":
            lines.append(f"MCP-Protocol-Version: {self.era}")
        if self.era == MODERN:
            lines.append(f"Mcp-Method: {message['method']}")
            if "name" in message["params"]:
                lines.append(f"Mcp-Name: {message['params']['name']}")
        return "\r\n".join([*lines, "", ""]).encode() + body

    def ended(self, session: str) -> bytes:
        """The end of a session, which the server would keep for a while otherwise."""
        lines = [*self._head("DELETE", session), f"MCP-Protocol-Version: {self.era}", "Content-Length: 0"]
        return "\r\n".join([*lines, "", ""]).encode()

    def _head(self, method: str, session: str | None) -> list[str]:
        lines = [
            f"{method} /mcp HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            "Content-Type: application/json",
            "Accept: application/json, text/event-stream",
        ]
        if self.token is not None:
            lines.append(f"Authorization: Bearer {self.token}")
        if session is not None:
            lines.append(f"Mcp-Session-Id: {session}")
        return lines

    def call(self, number: int, call: Call, session: str | None) -> bytes:
        params: dict[str, Any] = {"name": call.tool, "arguments": call.arguments}
        if self.era == MODERN:
            params["_meta"] = _META
        return self.request({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}, session)


class _Connection:
    """One kept connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def ask(self, request: bytes) -> tuple[bytes, bytes]:
        """The head and the body of the answer."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        if (length := _LENGTH.search(head)) is not None:
            return head, await self._reader.readexactly(int(length[1]))
        body = b""
        while size := int((await self._reader.readline()).strip() or b"0", 16):
            body += await self._reader.readexactly(size)
            await self._reader.readexactly(2)
        await self._reader.readexactly(2)
        return head, body

    def close(self) -> None:
        self._writer.close()


async def burst(place: Place, calls: Sequence[Call], clients: int) -> Taken:
    """Makes the calls, spread over so many clients, each with one in flight.

    Raises:
        ServerError: an answer is missing, is an error, or is not about what was asked for.
    """
    if len(calls) > MAX_CALLS:
        raise ValueError(f"a burst has at most {MAX_CALLS} calls")
    async with asyncio.timeout(MAX_SECONDS):
        connections = [_Connection(*await asyncio.open_connection("127.0.0.1", place.port)) for _ in range(clients)]
        try:
            sessions = [await _opened(place, connection) for connection in connections]
            numbered = list(enumerate(calls, start=1))
            shares = [numbered[place_::clients] for place_ in range(clients)]
            ready = [
                [(number, call, place.call(number, call, session)) for number, call in share]
                for share, session in zip(shares, sessions, strict=True)
            ]
            answers: list[tuple[int, Call, bytes, bytes, float]] = []

            async def one(connection: _Connection, share: list[tuple[int, Call, bytes]]) -> None:
                for number, call, request in share:
                    begun = perf_counter()
                    head, body = await connection.ask(request)
                    answers.append((number, call, head, body, perf_counter() - begun))

            begun = perf_counter()
            await asyncio.gather(*(one(*each) for each in zip(connections, ready, strict=True)))
            seconds = perf_counter() - begun
            for connection, session in zip(connections, sessions, strict=True):
                if session is not None:
                    await connection.ask(place.ended(session))
        finally:
            for connection in connections:
                connection.close()
    for number, call, head, body, _ in answers:
        _check(number, call, head, body)
    if len(answers) != len(calls):
        raise ServerError(f"{len(answers)} of {len(calls)} answers")
    return Taken(seconds=seconds, latencies=[each[-1] for each in answers])


async def _opened(place: Place, connection: _Connection) -> str | None:
    """The id of a new session; None where the era has none."""
    if place.era == MODERN:
        return None
    client = {"name": "make-mcp-benchmarks", "version": "1"}
    params = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": client}
    head, _ = await connection.ask(place.request({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}))
    found = re.search(rb"\r\nmcp-session-id: *(\S+)\r\n", head, re.IGNORECASE)
    if found is None:
        raise ServerError(f"no session: {head[:200]!r}")
    session = found[1].decode()
    await connection.ask(
        place.request({"jsonrpc": "2.0", "method": "notifications/initialized", "params": {}}, session)
    )
    return session


def _check(number: int, call: Call, head: bytes, body: bytes) -> None:
    if not head.startswith(b"HTTP/1.1 200"):
        raise ServerError(f"{head.splitlines()[0]!r}: {body[:300]!r}")
    data = next((line[5:] for line in body.splitlines() if line.startswith(b"data:") and len(line) > 10), body)
    answer = json.loads(data)
    result = answer.get("result")
    if answer.get("id") != number or result is None or result.get("isError"):
        raise ServerError(f"call {number} was answered with {str(answer)[:300]}")
    text = "".join(part.get("text", "") for part in result["content"])
    if call.expects is not None and not re.search(rf'"id":\s*{call.expects}\b', text):
        raise ServerError(f"{call.tool} answered about something else than {call.expects}: {text[:300]}")
