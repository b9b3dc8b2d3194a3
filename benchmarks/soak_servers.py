"""The servers that a soak drives: make-mcp as a process, and connections to it over each transport and protocol era."""

import asyncio
import itertools
import json
import sys
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from mcp import Client, MCPError
from mcp_types import TextContent

from client import ENDING_SECONDS, ServerError
from measure import resident
from servers import TOKEN, environment
from upstream import HOST

ERAS: Final = {"legacy": "2025-11-25", "modern": "2026-07-28"}
SECONDS_FOR_A_CALL: Final = 5.0
"""That the server gives it: a few exchanges in a thousand hang for as long."""
LONGEST_LINE: Final = 64 * 2**20
STARTING_SECONDS: Final = 60
KEPT_WORDS: Final = 50


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came back for one call. `refused`: an error of the protocol, and no result."""

    text: str
    data: dict[str, Any] | None = None
    is_error: bool = False
    refused: bool = False


class Wire(Protocol):
    """One connection to the server. A call that is cancelled is cancelled as the protocol has it."""

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> Reply: ...


@dataclass(frozen=True)
class Footprint:
    """What a process holds: bytes of resident memory, and open descriptors."""

    memory: int
    descriptors: int


@dataclass
class Running:
    """A server while it runs, and what it said on stderr."""

    process: asyncio.subprocess.Process
    wires: list[Wire] = field(default_factory=list[Wire])
    strays: list[str] = field(default_factory=list[str])
    """What it sent that answers nothing."""
    words: list[str] = field(default_factory=list[str])
    exit_code: int | None = None

    def footprint(self) -> Footprint:
        memory = resident(self.process.pid)
        if memory is None:
            raise ServerError("a soak needs /proc")
        return Footprint(memory, sum(1 for _ in Path(f"/proc/{self.process.pid}/fd").iterdir()))

    async def listen(self, stream: asyncio.StreamReader, announced: asyncio.Future[str]) -> None:
        """Reads stderr to its end; the first address that stands there is announced."""
        while raw := await stream.readline():
            line = raw.decode("utf-8", "replace").rstrip()
            if not announced.done() and "http://" in line:
                announced.set_result(line[line.index("http://") :].split()[0])
            # It says at its start that nobody signs in, which is so here.
            elif len(self.words) < KEPT_WORDS and "nobody signs in" not in line:
                self.words.append(line)

    async def hear(self, stream: asyncio.StreamReader) -> None:
        """Reads the stdout of a server that has nothing to say there."""
        while line := await stream.readline():
            self.strays.append(repr(line[:200]))


@asynccontextmanager
async def running(transport: str, eras: tuple[str, ...], port: int) -> AsyncGenerator[Running]:
    """make-mcp in front of the upstream at `port`, with a connection for each era (over stdio one alone)."""
    with tempfile.TemporaryDirectory() as folder:
        base = f"http://{HOST}:{port}"
        own = environment(
            MAKE_API_KEY=TOKEN,
            MAKE_BASE_URL=base,
            MAKE_MCP_PACE="off",
            MAKE_MCP_TOOLSETS="all",
            MAKE_MCP_TIMEOUT=f"{SECONDS_FOR_A_CALL:g}",
            MAKE_MCP_AUDIT_LOG=str(Path(folder) / "audit"),
        )
        command = [sys.executable, "-m", "make_mcp"]
        pipe = asyncio.subprocess.PIPE
        if transport == "http":
            command += ["serve", "--transport", "http", "--port", "0"]
        process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, stderr=pipe, env=own, limit=LONGEST_LINE
        )
        assert process.stderr is not None
        assert process.stdout is not None
        found = Running(process)
        announced: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        listening = [asyncio.create_task(found.listen(process.stderr, announced))]
        if transport == "http":
            listening.append(asyncio.create_task(found.hear(process.stdout)))
        try:
            connections = _http(found, eras, announced) if transport == "http" else _stdio(found, *eras)
            async with connections:
                yield found
            await _ended(found, transport)
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            await asyncio.gather(*listening)
            announced.cancel()


async def _ended(found: Running, transport: str) -> None:
    """Ends it as its host does. The exit code stays None where it does not heed that."""
    assert found.process.stdin is not None
    if transport == "http":
        found.process.terminate()
    found.process.stdin.close()
    with suppress(TimeoutError):
        found.exit_code = await asyncio.wait_for(found.process.wait(), ENDING_SECONDS)


@asynccontextmanager
async def _http(found: Running, eras: tuple[str, ...], announced: asyncio.Future[str]) -> AsyncGenerator[None]:
    address = await asyncio.wait_for(announced, STARTING_SECONDS)
    if not eras:
        yield
        return
    mode = ERAS["modern"] if eras[0] == "modern" else "legacy"
    async with Client(address, mode=mode) as client, _http(found, eras[1:], announced):
        if client.protocol_version != ERAS[eras[0]]:
            raise ServerError(f"asked for {ERAS[eras[0]]}, and got {client.protocol_version}")
        found.wires.insert(0, Official(client))
        yield


class Official:
    """The official client."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> Reply:
        try:
            result = await self._client.call_tool(tool, dict(arguments))
        except MCPError as error:
            return Reply(text=str(error), is_error=True, refused=True)
        text = "".join(part.text for part in result.content if isinstance(part, TextContent))
        return Reply(text=text, data=result.structured_content, is_error=bool(result.is_error))


@asynccontextmanager
async def _stdio(found: Running, era: str) -> AsyncGenerator[None]:
    pipes = Pipes(found, era)
    reading = asyncio.create_task(pipes.read())
    try:
        async with asyncio.timeout(STARTING_SECONDS):
            await pipes.begin()
        found.wires.append(pipes)
        yield
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading


class Pipes:
    """JSON-RPC lines over the pipes of the process; what no client would notice is noted as a stray."""

    def __init__(self, found: Running, era: str) -> None:
        self._found = found
        self._modern = era == "modern"
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._cancelled: set[int] = set()
        self._crossed: set[int] = set()
        """Cancelled in the very moment in which the answer came."""

    async def begin(self) -> None:
        """The handshake, in the era that has one."""
        if self._modern:
            return
        client = {"name": "make-mcp-soak", "version": "1"}
        asked = {"protocolVersion": ERAS["legacy"], "capabilities": {}, "clientInfo": client}
        answer = await self._request("initialize", asked)
        if answer.get("result", {}).get("protocolVersion") != ERAS["legacy"]:
            raise ServerError(f"initialize was answered with {str(answer)[:300]}")
        self._send({"method": "notifications/initialized"})

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> Reply:
        answer = await self._request("tools/call", {"name": tool, "arguments": arguments})
        if "error" in answer:
            return Reply(text=str(answer["error"].get("message")), is_error=True, refused=True)
        result = answer["result"]
        text = "".join(part.get("text", "") for part in result["content"])
        return Reply(text=text, data=result.get("structuredContent"), is_error=result.get("isError", False))

    async def _request(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        number = next(self._numbers)
        if self._modern:
            params["_meta"] = {
                "io.modelcontextprotocol/protocolVersion": ERAS["modern"],
                "io.modelcontextprotocol/clientInfo": {"name": "make-mcp-soak", "version": "1"},
                "io.modelcontextprotocol/clientCapabilities": {},
            }
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        self._send({"id": number, "method": method, "params": params})
        try:
            return await waiting
        except asyncio.CancelledError:
            if number not in self._crossed:
                self._cancelled.add(number)
            self._send({"method": "notifications/cancelled", "params": {"requestId": number}})
            raise
        finally:
            del self._waiting[number]

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self._found.process.stdin is not None
        self._found.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")

    async def read(self) -> None:
        """Hands each line to the call that it answers, to the end of stdout."""
        assert self._found.process.stdout is not None
        while line := await self._found.process.stdout.readline():
            try:
                message: dict[str, Any] = json.loads(line)
            except ValueError:
                self._found.strays.append(repr(line[:200]))
                continue
            number = message.get("id")
            waiting = self._waiting.get(number) if isinstance(number, int) else None
            if waiting is not None and not waiting.done():
                waiting.set_result(message)
            elif waiting is not None and waiting.cancelled() and number not in self._crossed:
                self._crossed.add(message["id"])
            elif number in self._cancelled:
                # It was on its way already, and comes once at the most.
                self._cancelled.discard(number)
            elif not message.get("method", "").startswith("notifications/"):
                self._found.strays.append(repr(line[:200]))
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(ServerError("the server ended before it answered"))
