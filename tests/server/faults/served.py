"""The server as a process beside an upstream in the loop of the test: its pipes, its end, and official clients of it."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

import anyio
import anyio.abc
from anyio.streams.buffered import BufferedByteReceiveStream
from mcp import Client
from mcp.client.session import ElicitationFnT
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCError, JSONRPCResponse, jsonrpc_message_adapter
from tests.end_to_end.processes import PATIENCE, command, environment
from tests.server.faults.upstream import Upstream

Json: TypeAlias = dict[str, Any]
Transport: TypeAlias = Literal["stdio", "http", "sse"]
Era: TypeAlias = Literal["2026-07-28", "2025-11-25"]
MODES: dict[Era, str] = {"2026-07-28": "auto", "2025-11-25": "legacy"}

REQUEST_CANCELLED = -32800
OPENING: list[Json] = [
    {
        "id": 0,
        "method": "initialize",
        "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}},
    },
    {"method": "notifications/initialized"},
]
"""How a client that writes its messages itself begins."""
SOON = 10.0
"""Seconds. Far more than the second that is promised, since the machine may be busy; far less than the 30 s and more for which
an upstream that hangs would be waited for.
"""


@dataclass
class Served:
    """A server that runs. `heard` is every message that clients got from it."""

    process: anyio.abc.Process
    transport: Transport
    audit_log: Path
    address: str = ""
    stderr: list[str] = field(default_factory=list[str])
    """What it said beside its address, line by line."""
    heard: list[Any] = field(default_factory=list[Any])
    said: anyio.Event = field(default_factory=anyio.Event)

    def decisions(self) -> list[Json]:
        """The lines of the audit log."""
        return [json.loads(line) for line in self.audit_log.read_text(encoding="utf-8").splitlines()]

    def results(self) -> int:
        """How many calls of tools were answered, for good or bad. Over HTTP the SDK ends the stream of a request that a client
        of 2025-11-25 has cancelled with a protocol error: that is none.
        """
        answers = [message.result for message in self.heard if isinstance(message, JSONRPCResponse)]
        errors = [message for message in self.heard if isinstance(message, JSONRPCError)]
        assert {error.error.code for error in errors} <= {REQUEST_CANCELLED}, errors
        return sum("content" in answer for answer in answers)

    async def ends(self) -> int:
        """Its status once it has ended, soon."""
        with anyio.fail_after(SOON):
            return await self.process.wait()

    async def lines(self) -> AsyncIterator[bytes]:
        """What it writes to stdout, line by line."""
        assert self.process.stdout is not None
        stream = BufferedByteReceiveStream(self.process.stdout)
        while True:
            try:
                yield await stream.receive_until(b"\n", 2**26)
            except (anyio.EndOfStream, anyio.IncompleteRead):
                return

    async def write(self, *messages: Json) -> None:
        """Writes to its stdin."""
        assert self.process.stdin is not None
        for message in messages:
            await self.process.stdin.send(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")

    async def close(self) -> None:
        """Closes its stdin."""
        assert self.process.stdin is not None
        await self.process.stdin.aclose()

    async def says(self, words: str) -> None:
        """Comes back once it has said so on stderr."""
        with anyio.fail_after(PATIENCE):
            while not any(words in line for line in self.stderr):
                self.said = anyio.Event()
                await self.said.wait()


class Waits:
    """Progress of a call: its first word is that it waits."""

    def __init__(self) -> None:
        self.told = anyio.Event()

    async def __call__(self, progress: float, total: float | None, message: str | None) -> None:  # noqa: ARG002  # the SDK calls it so
        self.told.set()


class Watched(Upstream):
    """An upstream that also says when a client has gone."""

    async def __aenter__(self) -> "Watched":
        await super().__aenter__()
        return self

    async def loses(self, path: str, method: str | None = None) -> None:
        """Comes back once the connection of the last such request is closed by the server, which must be soon."""
        request = self.of(path, method)[-1]
        with anyio.fail_after(SOON):
            while request.left is None:
                self._changed.clear()
                await self._changed.wait()


@asynccontextmanager
async def serving(
    transport: Transport, upstream: Upstream, folder: Path, *flags: str, **variables: str
) -> AsyncGenerator[Served]:
    """A server whose gateway is the upstream. Whatever the test does, it is gone afterwards."""
    log = folder / "audit.log"
    arguments = command("serve", "--transport", transport, "--port", "0", "--audit-log", str(log), *flags)
    ours = {"MATON_API_KEY": "a-key-for-tests-0000", "MATON_BASE_URL": upstream.url, "MAKE_MCP_PACE": "off"}
    process = await anyio.open_process(arguments, env=environment(**{**ours, **variables}))
    served = Served(process, transport, log)
    try:
        async with anyio.create_task_group() as tasks:
            await tasks.start(_listen, served)
            try:
                yield served
            finally:
                if process.returncode is None:
                    process.kill()
                with anyio.CancelScope(shield=True):
                    await process.wait()
    finally:
        with anyio.CancelScope(shield=True):
            await process.aclose()


async def _listen(served: Served, *, task_status: anyio.abc.TaskStatus[None]) -> None:
    """Keeps what it says on stderr, and returns once it says no more."""
    is_announced = served.transport == "stdio"
    if is_announced:
        task_status.started()
    assert served.process.stderr is not None
    stream = BufferedByteReceiveStream(served.process.stderr)
    while True:
        try:
            line = (await stream.receive_until(b"\n", 2**20)).decode("utf-8", "replace")
        except (anyio.EndOfStream, anyio.IncompleteRead):
            assert is_announced, f"the server did not start: {served.stderr}"
            return
        if "nobody signs in" in line:
            # So it is here, and it is said at each start.
            continue
        if is_announced or "make-mcp serves" not in line:
            served.stderr.append(line)
            served.said.set()
        else:
            served.address = line.split()[-1]
            is_announced = True
            task_status.started()


@asynccontextmanager
async def client(served: Served, era: Era, person: ElicitationFnT | None = None) -> AsyncGenerator[Client]:
    """An official client of the server."""
    if served.transport == "stdio":
        transport: AbstractAsyncContextManager[Any] = _pipes(served)
    elif served.transport == "http":
        transport = streamable_http_client(served.address)
    else:
        transport = sse_client(served.address)
    with anyio.fail_after(PATIENCE):
        async with Client(_recorded(transport, served), mode=MODES[era], elicitation_callback=person) as connected:
            yield connected


@asynccontextmanager
async def _recorded(transport: AbstractAsyncContextManager[Any], served: Served) -> AsyncGenerator[Any]:
    async with transport as (reading, writing), anyio.create_task_group() as tasks:
        passed, heard = anyio.create_memory_object_stream[Any](100)

        async def record() -> None:
            async with passed:
                async for item in reading:
                    if isinstance(item, SessionMessage):
                        served.heard.append(item.message)
                    await passed.send(item)

        tasks.start_soon(record)
        async with heard:
            yield heard, writing
        tasks.cancel_scope.cancel()


@asynccontextmanager
async def _pipes(served: Served) -> AsyncGenerator[Any]:
    """The transport of a client that has started the server itself. What is no message on stdout fails the test."""
    passed, reading = anyio.create_memory_object_stream[SessionMessage | Exception](100)
    writing, given = anyio.create_memory_object_stream[SessionMessage](0)

    async def read() -> None:
        async with passed:
            async for line in served.lines():
                await passed.send(SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False)))

    async def write() -> None:
        # A server that has ended takes nothing more.
        async with given:
            with suppress(anyio.ClosedResourceError, anyio.BrokenResourceError):
                async for item in given:
                    await served.write(json.loads(item.message.model_dump_json(by_alias=True, exclude_unset=True)))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(read)
        tasks.start_soon(write)
        async with reading, writing:
            yield reading, writing
        tasks.cancel_scope.cancel()
