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
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

from make_mcp.start import duplicate, out

if TYPE_CHECKING:
    from mcp.shared.message import SessionMessage

    from make_mcp.ending import Ending

LONGEST_MESSAGE = 64 * 2**20
"""Bytes. A line beyond it ends the connection: what sends it is no MCP client."""
_CHUNK = 2**18
_LAST_WORDS = 0.3
"""Seconds for which a client that has closed its end, or a process that was told to end, is still written to."""


@dataclass(frozen=True, slots=True)
class Wire:
    """The two descriptors of the protocol, apart from 0 and 1."""

    incoming: int
    outgoing: int

    @property
    def can_be_waited_on(self) -> bool:
        """Pipes and sockets only: making a terminal non-blocking would do so for the shell behind it too."""
        if sys.platform == "win32":
            return False
        modes = [os.fstat(fd).st_mode for fd in (self.incoming, self.outgoing)]
        return all(stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) for mode in modes)


@contextmanager
def claimed_wire() -> Generator[Wire]:
    """Takes stdin and stdout for the protocol and puts harmless ones in their place, until it ends.

    Call it before anything heavy is imported.
    """
    out().flush()
    wire = Wire(duplicate(0), duplicate(out().fileno()))
    was = duplicate(1)
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.close(nowhere)
    os.dup2(2, 1)
    try:
        yield wire
    finally:
        # What a library wrote stands in the buffer.
        sys.stdout.flush()
        os.dup2(wire.incoming, 0)
        os.dup2(was, 1)
        for descriptor in (wire.incoming, wire.outgoing, was):
            os.close(descriptor)


@asynccontextmanager
async def streams(wire: Wire, ending: "Ending") -> AsyncGenerator[tuple[Any, Any]]:
    """The read and the write stream for `Server.run`."""
    if wire.can_be_waited_on:
        was = {fd: os.get_blocking(fd) for fd in (wire.incoming, wire.outgoing)}
        try:
            for fd in was:
                os.set_blocking(fd, False)
            outgoing = Outgoing(wire.outgoing)
            with ending.calls(outgoing.last_words):
                yield Incoming(wire.incoming, outgoing.refuse, outgoing.last_words), outgoing
        finally:
            for fd, blocking in was.items():
                os.set_blocking(fd, blocking)
        return
    import anyio
    from mcp.server.stdio import stdio_server

    async with stdio_server(
        anyio.wrap_file(os.fdopen(wire.incoming, encoding="utf-8", errors="replace", closefd=False)),
        anyio.wrap_file(os.fdopen(wire.outgoing, "w", encoding="utf-8", newline="\n", closefd=False)),
    ) as pair:
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

    A line that is no message is answered by `refuse`: whoever sent it would wait for ever otherwise. `ended` is called when the
    client has closed its end.
    """

    def __init__(
        self, fd: int, refuse: Callable[[bytes], Awaitable[None]], ended: Callable[[], None] = lambda: None
    ) -> None:
        import anyio
        from mcp.shared.message import SessionMessage
        from mcp_types import jsonrpc_message_adapter

        self._fd = fd
        self._anyio = anyio
        self._refuse = refuse
        self._ended = ended
        self._message = SessionMessage
        self._parse = jsonrpc_message_adapter.validate_json
        self._buffer = bytearray()
        self._searched = 0
        self._is_at_end = False

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
                    if not await self._is_told(line) and self._is_at_end:
                        raise self._anyio.EndOfStream from None

    async def _is_told(self, line: bytes) -> bool:
        """Answers a line that is no message; whether anybody took that. Who takes no answers may still send."""
        is_told = False
        # Reading goes on meanwhile: a client that takes no answers is still seen to go.
        async with self._anyio.create_task_group() as tasks:
            tasks.start_soon(self._read_on)
            with suppress(self._anyio.BrokenResourceError, self._anyio.ClosedResourceError):
                await self._refuse(line)
                is_told = True
            tasks.cancel_scope.cancel()
        return is_told

    async def _read_on(self) -> None:
        while not self._is_at_end and len(self._buffer) <= LONGEST_MESSAGE:
            await self._fill()

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
            if self._is_at_end or self._searched > LONGEST_MESSAGE:
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
        if not chunk and not self._is_at_end:
            self._is_at_end = True
            self._ended()
        self._buffer += chunk


class Outgoing(_Stream):
    """Messages to a non-blocking descriptor, one line each, whole: a slow reader is waited for, until the end is near."""

    def __init__(self, fd: int) -> None:
        import anyio

        self._fd = fd
        self._anyio = anyio
        self._turn = anyio.Lock()
        # Half a line would make the rest of the conversation unreadable: it is not given up with the call that it answers.
        self._whole = anyio.CancelScope(shield=True)
        self._until = float("inf")

    def last_words(self) -> None:
        """Says that the end is near: who reads has a moment left, and then nothing more is written."""
        self._until = min(self._until, self._anyio.current_time() + _LAST_WORDS)
        self._whole.deadline = self._until

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
            if not left:
                return
            with self._anyio.CancelScope(shield=True, deadline=self._until) as self._whole:
                while left:
                    await self._anyio.wait_writable(self._fd)
                    left = left[self._write(left) :]
            if left:
                self.closed = True
                raise self._anyio.BrokenResourceError

    def _write(self, data: bytes | memoryview) -> int:
        try:
            return os.write(self._fd, data)
        except BlockingIOError:
            return 0
        except OSError:
            self.closed = True
            raise self._anyio.BrokenResourceError from None
