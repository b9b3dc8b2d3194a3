"""HTTP as a hostile client writes it, byte by byte, and MCP's messages in it."""

import json
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import anyio
from anyio.abc import SocketStream
from mcp_types import CLIENT_CAPABILITIES_META_KEY, CLIENT_INFO_META_KEY, PROTOCOL_VERSION_META_KEY
from tests.end_to_end.processes import PATIENCE
from tests.server.faults.served import Era

Header = tuple[str, str]
_CLIENT = {"name": "raw", "version": "1"}
_META = {PROTOCOL_VERSION_META_KEY: "2026-07-28", CLIENT_CAPABILITIES_META_KEY: {}, CLIENT_INFO_META_KEY: _CLIENT}
JSON: Header = ("content-type", "application/json")
ACCEPT: Header = ("accept", "application/json, text/event-stream")
INITIALIZE: dict[str, Any] = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": _CLIENT},
}  # fmt: skip
LIST: dict[str, Any] = {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}}


@dataclass(frozen=True)
class Reply:
    status: int
    headers: tuple[Header, ...]
    body: bytes = b""

    def all(self, name: str) -> list[str]:
        return [value for each, value in self.headers if each == name]

    def one(self, name: str) -> str | None:
        found = self.all(name)
        assert len(found) < 2, self.headers
        return found[0] if found else None

    @property
    def told(self) -> str:
        """The words of a refusal, which has the form of the protocol's errors."""
        assert self.one("content-type") == "application/json"
        refusal = json.loads(self.body)
        assert refusal["jsonrpc"] == "2.0"
        assert refusal["id"] is None
        message: str = refusal["error"]["message"]
        return message

    @property
    def results(self) -> list[dict[str, Any]]:
        """The answers of MCP in it, as JSON or as a stream of events."""
        if self.one("content-type") == "application/json":
            return [json.loads(self.body)]
        lines = self.body.decode().splitlines()
        return [json.loads(line.removeprefix("data:")) for line in lines if line.startswith("data:")]


class Line:
    """One connection."""

    def __init__(self, stream: SocketStream) -> None:
        self._stream = stream
        self._read = b""

    async def send(self, data: bytes) -> None:
        await self._stream.send(data)

    async def ask(self, data: bytes) -> Reply:
        await self.send(data)
        return await self.reply()

    async def head(self) -> Reply:
        """The next answer, without its body."""
        text = (await self._until(b"\r\n\r\n")).decode("latin-1")
        first, *lines = text.removesuffix("\r\n\r\n").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        return Reply(int(first.split()[1]), tuple((name.lower(), value.strip()) for name, _, value in pairs))

    async def reply(self) -> Reply:
        """The next answer as a whole."""
        with anyio.fail_after(PATIENCE):
            head = await self.head()
            while head.status == 100:
                head = await self.head()
            if head.one("transfer-encoding") == "chunked":
                body = b""
                while size := int(await self._until(b"\r\n"), 16):
                    body += (await self._exactly(size + 2))[:-2]
                await self._until(b"\r\n")
            else:
                body = await self._exactly(int(head.one("content-length") or 0))
            return Reply(head.status, head.headers, body)

    async def event(self) -> str:
        """The data of the next event of a stream."""
        with anyio.fail_after(PATIENCE):
            while True:
                line = await self._until(b"\r\n")
                if line.startswith(b"data:"):
                    return line.removeprefix(b"data:").strip().decode()

    async def ends(self) -> bytes:
        """What comes until the server closes the connection."""
        try:
            while data := await self._stream.receive():
                self._read += data
        except (anyio.EndOfStream, anyio.BrokenResourceError):
            pass
        return self._read

    async def _until(self, mark: bytes) -> bytes:
        while mark not in self._read:
            self._read += await self._stream.receive()
        found, _, self._read = self._read.partition(mark)
        return found + mark

    async def _exactly(self, size: int) -> bytes:
        while len(self._read) < size:
            self._read += await self._stream.receive()
        found, self._read = self._read[:size], self._read[size:]
        return found


@asynccontextmanager
async def connected(port: int) -> AsyncGenerator[Line]:
    async with await anyio.connect_tcp("127.0.0.1", port) as stream:
        yield Line(stream)


async def once(port: int, data: bytes) -> Reply:
    """The answer to the one request of a connection."""
    async with connected(port) as line:
        return await line.ask(data)


def request(
    method: str, path: str, headers: Iterable[Header], body: bytes | None = None, version: str = "HTTP/1.1"
) -> bytes:
    """A request with these headers and no others, but for the size of its body."""
    given = [*headers, *([] if body is None else [("content-length", str(len(body)))])]
    lines = [f"{method} {path} {version}", *(f"{name}: {value}" for name, value in given), "", ""]
    return "\r\n".join(lines).encode("latin-1") + (body or b"")


def to(port: int) -> Header:
    return ("host", f"127.0.0.1:{port}")


def bearer(token: str | None) -> list[Header]:
    return [] if token is None else [("authorization", f"Bearer {token}")]


def opening(era: Era, headers: Iterable[Header], path: str = "/mcp") -> bytes:
    """The first request of a client: a listing, or the handshake that opens a session."""
    if era == "2025-11-25":
        return request("POST", path, [ACCEPT, JSON, *headers], json.dumps(INITIALIZE).encode())
    return modern("tools/list", {}, headers, path)


def modern(method: str, params: dict[str, Any], headers: Iterable[Header], path: str = "/mcp") -> bytes:
    """A request of protocol 2026-07-28."""
    named = [("mcp-name", params["name"])] if "name" in params else []
    own = [("mcp-protocol-version", "2026-07-28"), ("mcp-method", method), *named]
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": _META}}
    return request("POST", path, [ACCEPT, JSON, *own, *headers], json.dumps(body).encode())


def in_session(message: dict[str, Any], session: str, headers: Iterable[Header]) -> bytes:
    """A message of an older client in its session."""
    own = [("mcp-protocol-version", "2025-11-25"), ("mcp-session-id", session)]
    return request("POST", "/mcp", [ACCEPT, JSON, *own, *headers], json.dumps(message).encode())
