"""The stdio transport: JSON-RPC messages as lines, read and written in the event loop itself.

The SDK's own transport hands every message through worker threads, which costs four fifths of a call. This one waits on the
descriptors. Where they cannot be waited on (a terminal, a file, Windows) the SDK's transport serves instead.

While the wire is claimed, descriptor 0 is the null device and descriptor 1 is stderr, so that a stray print, of a library at
import or of a child process, cannot reach the protocol.
"""

import json
import os
import stat
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from mcp.shared.message import SessionMessage

LONGEST_MESSAGE = 64 * 2**20
"""Bytes. A line beyond it ends the connection: what sends it is no MCP client."""
_CHUNK = 2**18
_LAST_WORDS = 5.0
"""Seconds that a reader has for the rest of a message when the session is being cancelled."""


@dataclass(frozen=True, slots=True)
class Wire:
    """The two descriptors of the protocol, apart from 0 and 1."""

    incoming: int
    outgoing: int

    @property
    def can_be_waited_on(self) -> bool:
        """Pipes and sockets only: making a terminal non-blocking would do so for the shell behind it too."""
        modes = [os.fstat(fd).st_mode for fd in (self.incoming, self.outgoing)]
        return all(stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) for mode in modes)


@contextmanager
def claimed_wire() -> Generator[Wire | None]:
    """Takes descriptors 0 and 1 for the protocol and puts harmless ones in their place, until it ends.

    Call it before anything heavy is imported. None on Windows, where the SDK's transport does the like.
    """
    if sys.platform == "win32":
        yield None
        return
    import fcntl

    sys.stdout.flush()
    wire = Wire(fcntl.fcntl(0, fcntl.F_DUPFD_CLOEXEC, 3), fcntl.fcntl(1, fcntl.F_DUPFD_CLOEXEC, 3))
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.close(nowhere)
    os.dup2(2, 1)
    try:
        yield wire
    finally:
        sys.stdout.flush()
        os.dup2(wire.incoming, 0)
        os.dup2(wire.outgoing, 1)
        os.close(wire.incoming)
        os.close(wire.outgoing)


@asynccontextmanager
async def streams(wire: Wire | None) -> AsyncGenerator[tuple[Any, Any]]:
    """The read and the write stream for `Server.run`."""
    if wire is not None and wire.can_be_waited_on:
        was = {fd: os.get_blocking(fd) for fd in (wire.incoming, wire.outgoing)}
        try:
            for fd in was:
                os.set_blocking(fd, False)
            outgoing = Outgoing(wire.outgoing)
            yield Incoming(wire.incoming, outgoing.refuse), outgoing
        finally:
            for fd, blocking in was.items():
                os.set_blocking(fd, blocking)
        return
    import anyio
    from mcp.server.stdio import stdio_server

    files: tuple[Any, ...] = ()
    if wire is not None:
        files = (
            anyio.wrap_file(os.fdopen(wire.incoming, encoding="utf-8", errors="replace", closefd=False)),
            anyio.wrap_file(os.fdopen(wire.outgoing, "w", encoding="utf-8", closefd=False)),
        )
    async with stdio_server(*files) as pair:
        yield pair


class _Stream:
    """What the SDK asks of a stream beside its one verb."""

    closed = False

    async def aclose(self) -> None:
        self.closed = True

    async def __aenter__(self) -> Any:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


class Incoming(_Stream):
    """Messages from a non-blocking descriptor.

    A line that is no message is answered by `refuse`: whoever sent it would wait for ever otherwise.
    """

    def __init__(self, fd: int, refuse: Callable[[bytes], Awaitable[None]]) -> None:
        import anyio
        from mcp.shared.message import SessionMessage
        from mcp_types import jsonrpc_message_adapter

        self._fd = fd
        self._anyio = anyio
        self._refuse = refuse
        self._message = SessionMessage
        self._parse = jsonrpc_message_adapter.validate_json
        self._buffer = bytearray()
        self._searched = 0

    def __aiter__(self) -> "Incoming":
        return self

    async def __anext__(self) -> "SessionMessage":
        try:
            return await self.receive()
        except self._anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def receive(self) -> "SessionMessage":
        """The next message.

        Raises:
            anyio.EndOfStream: the client closed its end.
            anyio.ClosedResourceError: this stream was closed.
        """
        while True:
            line = await self._line()
            if line.strip():
                try:
                    return self._message(self._parse(line, by_name=False))
                except ValueError:
                    await self._refuse(line)

    async def _line(self) -> bytes:
        while True:
            if self.closed:
                raise self._anyio.ClosedResourceError
            end = self._buffer.find(b"\n", self._searched)
            if end >= 0:
                line = bytes(self._buffer[:end])
                del self._buffer[: end + 1]
                self._searched = 0
                return line
            self._searched = len(self._buffer)
            if self._searched > LONGEST_MESSAGE:
                raise self._anyio.EndOfStream
            await self._fill()

    async def _fill(self) -> None:
        try:
            chunk = os.read(self._fd, _CHUNK)
        except BlockingIOError:
            await self._anyio.wait_readable(self._fd)
            return
        except OSError:
            chunk = b""
        if not chunk:
            raise self._anyio.EndOfStream
        self._buffer += chunk


class Outgoing(_Stream):
    """Messages to a non-blocking descriptor, one line each, whole: a slow reader is waited for."""

    def __init__(self, fd: int) -> None:
        import anyio

        self._fd = fd
        self._anyio = anyio
        self._turn = anyio.Lock()

    async def send(self, item: "SessionMessage") -> None:
        """Writes one message.

        Raises:
            anyio.ClosedResourceError: this stream was closed.
            anyio.BrokenResourceError: nobody reads any more.
        """
        await self._send(item.message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n")

    async def refuse(self, line: bytes) -> None:
        """Answers a line that is no message, as JSON-RPC has it; one that wants no answer gets none."""
        try:
            sent: Any = json.loads(line)
            code, text = -32600, "Invalid Request"
        except (ValueError, RecursionError):
            sent = None
            code, text = -32700, "Parse error"
        if isinstance(sent, dict) and "method" in sent and "id" not in sent:
            return
        number: Any = cast("dict[str, Any]", sent).get("id") if isinstance(sent, dict) else None
        known = number if isinstance(number, int | str) and not isinstance(number, bool) else None
        told = f"{text}: this is no JSON-RPC message that can be read (UTF-8, nested no deeper than 200, no batches)"
        await self._send(
            json.dumps({"jsonrpc": "2.0", "id": known, "error": {"code": code, "message": told}}).encode() + b"\n"
        )

    async def _send(self, line: bytes) -> None:
        async with self._turn:
            if self.closed:
                raise self._anyio.ClosedResourceError
            left = memoryview(line)[self._write(line) :]
            try:
                while left:
                    await self._anyio.wait_writable(self._fd)
                    left = left[self._write(left) :]
            except self._anyio.get_cancelled_exc_class():
                # Half a line would make the rest of the conversation unreadable: it is ended first, if anybody reads.
                with self._anyio.move_on_after(_LAST_WORDS, shield=True):
                    while left:
                        await self._anyio.wait_writable(self._fd)
                        left = left[self._write(left) :]
                self.closed = self.closed or bool(left)
                raise

    def _write(self, data: bytes | memoryview) -> int:
        try:
            return os.write(self._fd, data)
        except BlockingIOError:
            return 0
        except OSError:
            self.closed = True
            raise self._anyio.BrokenResourceError from None
