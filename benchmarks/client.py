"""A client that speaks JSON-RPC over a server's pipes, and costs the measurement as little as it can.

No MCP SDK and no task per call: requests are encoded before the clock starts, the next one is written from the
callback that sees an answer's last byte, and every answer is checked after the clock has stopped.
"""

import asyncio
import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, Final

PROTOCOL: Final = "2025-11-25"
# Hard limits: no burst is longer than this, whatever the caller asks for.
MAX_CALLS: Final = 20_000
MAX_SECONDS: Final = 120.0
ENDING_SECONDS: Final = 5.0


class ServerError(Exception):
    """The server ended, fell silent, or answered something else than what it was asked for."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One tools/call. `expects` is the id that the answer's text must carry; None checks for success only."""

    tool: str
    arguments: Mapping[str, Any]
    expects: int | None = None


@dataclass(frozen=True, kw_only=True)
class Burst:
    """What a burst of calls took, in seconds. `latencies` is filled at one call in flight only."""

    calls: int
    seconds: float
    latencies: list[float] = field(default_factory=list[float])

    @property
    def rate(self) -> float:
        return self.calls / self.seconds


class _Pipes(asyncio.SubprocessProtocol):
    """Sends the prepared messages, so many in flight, and keeps each answer as the bytes of its line."""

    def __init__(self) -> None:
        self.ended = asyncio.get_running_loop().create_future()
        self._tail = b""
        self._done: asyncio.Future[None] | None = None
        self._stdin: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.SubprocessTransport)
        stdin = transport.get_pipe_transport(0)
        assert isinstance(stdin, asyncio.WriteTransport)
        self._stdin = stdin

    def send(self, message: bytes) -> None:
        assert self._stdin is not None
        self._stdin.write(message)

    def exchange(self, messages: Sequence[bytes], in_flight: int) -> asyncio.Future[None]:
        """Begin; the future is done when as many lines came back as messages were sent."""
        assert self._stdin is not None
        self.lines: list[bytes] = []
        self.latencies: list[float] = []
        self._messages = messages
        self._expected = len(messages)
        self._timed = in_flight == 1
        self._done = asyncio.get_running_loop().create_future()
        self._next = min(in_flight, len(messages))
        self._sent = perf_counter()
        self._stdin.write(b"".join(messages[: self._next]))
        return self._done

    def pipe_data_received(self, fd: int, data: bytes) -> None:  # noqa: ARG002 - asyncio names it; it is stdout
        now = perf_counter()
        *lines, self._tail = (self._tail + data).split(b"\n")
        if not lines or self._done is None or self._done.done() or self._stdin is None:
            return
        self.lines += lines
        if self._timed:
            self.latencies.append(now - self._sent)
        free = self._next + len(lines)
        if ready := self._messages[self._next : free]:
            self._next += len(ready)
            message = b"".join(ready)
            self._sent = perf_counter()
            self._stdin.write(message)
        elif len(self.lines) >= self._expected:
            self._done.set_result(None)

    def process_exited(self) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_exception(ServerError("the server ended before it answered"))
        if not self.ended.done():
            self.ended.set_result(None)


class Client:
    """One running server. Use as `async with`: the process is always ended."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], folder: Path | None = None) -> None:
        self._command = command
        self._environment = dict(environment)
        self._folder = folder
        self._number = 0
        self.ended_by_itself = True

    async def __aenter__(self) -> "Client":
        # A file, not a pipe: nobody has to read along, and its end explains a failure.
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __aexit__
        loop = asyncio.get_running_loop()
        self._transport, self._pipes = await loop.subprocess_exec(
            _Pipes, *self._command, env=self._environment, cwd=self._folder, stderr=self._errors
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await self.end()
        finally:
            self._transport.close()
            self._errors.close()

    @property
    def pid(self) -> int:
        return self._transport.get_pid()

    async def end(self) -> None:
        """Close the server's input, as a host does, and see to it that the process ends."""
        stdin = self._transport.get_pipe_transport(0)
        assert isinstance(stdin, asyncio.WriteTransport)
        stdin.close()
        for stop in (self._transport.terminate, self._transport.kill):
            await asyncio.wait([self._pipes.ended], timeout=ENDING_SECONDS)
            if self._pipes.ended.done():
                return
            self.ended_by_itself = False
            stop()
        await self._pipes.ended

    async def initialize(self) -> dict[str, Any]:
        """The handshake of the protocol eras before 2026-07-28."""
        client = {"name": "make-mcp-benchmarks", "version": "1"}
        result = await self.request(
            "initialize", {"protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": client}
        )
        self._pipes.send(_encode({"jsonrpc": "2.0", "method": "notifications/initialized"}))
        return result

    async def list_tools(self) -> tuple[list[dict[str, Any]], int]:
        """All tools, and the bytes of the whole answers that carried them."""
        tools: list[dict[str, Any]] = []
        size, cursor = 0, None
        while True:
            result = await self.request("tools/list", {"cursor": cursor} if cursor else {})
            size += len(self._pipes.lines[0])
            tools += result["tools"]
            if (cursor := result.get("nextCursor")) is None:
                return tools, size

    async def request(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """The result. Raises ServerError for anything else."""
        answer = await self.answer(method, params)
        if "result" not in answer:
            raise ServerError(f"{method} was answered with {str(answer)[:300]}")
        return answer["result"]

    async def answer(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """The whole answer: it holds a `result` or an `error`."""
        self._number += 1
        message = {"jsonrpc": "2.0", "id": self._number, "method": method, "params": params}
        await self._exchange([_encode(message)])
        answer = json.loads(self._pipes.lines[0])
        if answer.get("id") != self._number:
            raise ServerError(f"{method} was answered with {str(answer)[:300]}")
        return answer

    async def call(self, call: Call) -> tuple[str, int]:
        """The text of one call's answer, and the bytes of the whole answer."""
        result = await self.request("tools/call", {"name": call.tool, "arguments": call.arguments})
        return _text(result, call), len(self._pipes.lines[0])

    async def burst(self, calls: Sequence[Call], in_flight: int) -> Burst:
        """Make the calls, so many in flight, and check every answer once the clock has stopped.

        Raises:
            ServerError: an answer is missing, is an error, or is not about what was asked for.
        """
        if len(calls) > MAX_CALLS:
            raise ValueError(f"a burst has at most {MAX_CALLS} calls")
        asked = {self._number + step: call for step, call in enumerate(calls, start=1)}
        self._number += len(calls)
        messages = [
            _encode(
                {
                    "jsonrpc": "2.0",
                    "id": number,
                    "method": "tools/call",
                    "params": {"name": call.tool, "arguments": call.arguments},
                }
            )
            for number, call in asked.items()
        ]
        begun = perf_counter()
        await self._exchange(messages, in_flight)
        seconds = perf_counter() - begun
        for line in self._pipes.lines:
            answer = json.loads(line)
            call = asked.pop(answer.get("id"), None)
            if call is None or "result" not in answer:
                raise ServerError(f"not an answer to any call in flight: {str(answer)[:300]}")
            _text(answer["result"], call)
        return Burst(calls=len(calls), seconds=seconds, latencies=self._pipes.latencies)

    async def _exchange(self, messages: Sequence[bytes], in_flight: int = 1) -> None:
        done = self._pipes.exchange(messages, in_flight)
        try:
            async with asyncio.timeout(MAX_SECONDS):
                await done
        except TimeoutError:
            raise ServerError(f"{len(self._pipes.lines)} of {len(messages)} answers{self._complaint()}") from None
        except ServerError as error:
            raise ServerError(f"{error}{self._complaint()}") from None

    def _complaint(self) -> str:
        self._errors.seek(0)
        last = self._errors.read().decode(errors="replace").strip().splitlines()[-1:]
        return f"; its last words: {last[0][:300]}" if last else ""


def _encode(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def _text(result: Mapping[str, Any], call: Call) -> str:
    text = "".join(part.get("text", "") for part in result["content"])
    if result.get("isError", False):
        raise ServerError(f"{call.tool} failed: {text[:300]}")
    if call.expects is not None and not re.search(rf'"id":\s*{call.expects}\b', text):
        raise ServerError(f"{call.tool} answered about something else than {call.expects}: {text[:300]}")
    return text
