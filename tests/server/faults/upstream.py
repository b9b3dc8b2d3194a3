"""An upstream on loopback that misbehaves as a test says, and keeps all that it receives.

It lives in the event loop of the test, and so on the clock of the test. What a path does is a list of manners, one for each
request; the last of them stays. Without any, a look gets something that every preview can use, and a write `{"ok": true}`.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from ssl import SSLContext
from typing import Any

from tests.server.faults.manners import Arrived, Exchange, Greeting, Manner, answer
from tests.server.network import LINK, MAKE_TOKEN, MATON_KEY

PREFIXES = ("/make/api/v2", "/api/v2")
SEEN: dict[str, Any] = {"hook": {"id": 5, "name": "Orders"}, **LINK}
"""What a look gets."""


@dataclass(eq=False)
class Upstream:
    """Use it as an async context manager; it listens on a free port of loopback.

    With `tls` it speaks HTTPS. `greetings` are for the first connections, one for each.
    """

    tls: SSLContext | None = None
    greetings: list[Greeting] = field(default_factory=list[Greeting])
    arrived: list[Arrived] = field(default_factory=list[Arrived])
    connections: int = 0
    in_progress: int = 0
    most_at_once: int = 0
    """Requests of which the answer was awaited at the same time."""
    port: int = 0
    lag: Callable[[int], float] = lambda _: 0
    """Seconds that a request is on its way, by its number from 0 on."""
    targets: list[str] = field(default_factory=list[str])
    """The address of each request as it stood in its first line."""

    def __post_init__(self) -> None:
        self._manners: dict[tuple[str | None, str | None], list[Manner]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._begun = count()
        self._changed = asyncio.Event()

    async def __aenter__(self) -> "Upstream":
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port, backlog=1000)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    # -- what a test says

    def on(self, path: str | None, *manners: Manner, method: str | None = None) -> None:
        """What the requests of a path get, one manner for each and the last one for good; None stands for any."""
        self._manners[method, path] = list(manners)

    def on_writes(self, *manners: Manner) -> None:
        for method in ("POST", "PATCH", "PUT", "DELETE"):
            self.on(None, *manners, method=method)

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def make(self, **flags: Any) -> dict[str, Any]:
        """Settings whose door to Make is here, and which hold nothing back unless told to."""
        return {"make_api_key": MAKE_TOKEN, "make_base_url": self.url, "pace": "off", **flags}

    def maton(self, **flags: Any) -> dict[str, Any]:
        """Settings whose gateway is here."""
        return {"maton_api_key": MATON_KEY, "maton_base_url": self.url, "pace": "off", **flags}

    # -- what a test reads

    def of(self, path: str | None = None, method: str | None = None) -> list[Arrived]:
        return [a for a in self.arrived if path in {None, a.path} and method in {None, a.method}]

    @property
    def writes(self) -> list[Arrived]:
        """What arrived beside looks."""
        return [a for a in self.arrived if a.method != "GET"]

    async def has(self, number: int, path: str | None = None, method: str | None = None) -> None:
        """Comes back once so many such requests are there."""
        while len(self.of(path, method)) < number:
            self._changed.clear()
            await self._changed.wait()

    # -- what it does

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            await self._serve(self.connections, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        except asyncio.CancelledError:
            # Only this upstream cancels it, when it closes; the server of Python 3.11 would call that an error.
            writer.transport.abort()
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if number <= len(self.greetings) and not await self.greetings[number - 1](reader, writer):
            return
        if self.tls is not None:
            await writer.start_tls(self.tls)
        begun = b""
        while (request := await self._read(number, begun, reader)) is not None:
            self.arrived.append(request)
            self._changed.set()
            exchange = Exchange(request, writer)
            begun = await self._exchange(exchange, reader)
            if not exchange.keeps_open or request.left is not None:
                return

    async def _read(self, number: int, begun: bytes, reader: asyncio.StreamReader) -> Arrived | None:
        try:
            text = (begun + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.IncompleteReadError:
            return None
        first, *lines = text.removesuffix("\r\n\r\n").split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        await asyncio.sleep(self.lag(next(self._begun)))
        self.targets.append(target)
        path, _, query = target.partition("?")
        for prefix in PREFIXES:
            if path.startswith(prefix + "/"):
                path = path.removeprefix(prefix)
                break
        return Arrived(method, path, query, headers, body, asyncio.get_running_loop().time(), number)

    async def _exchange(self, exchange: Exchange, reader: asyncio.StreamReader) -> bytes:
        """Answers, and watches the client meanwhile. Gives back what it sent already of its next request."""
        request = exchange.request
        self.in_progress += 1
        self.most_at_once = max(self.most_at_once, self.in_progress)
        answering = asyncio.ensure_future(self._manner(request)(exchange))
        watching = asyncio.ensure_future(reader.read(1))
        try:
            await asyncio.wait({answering, watching}, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done() and watching.exception() is None and watching.result():
                # The client is ahead: it does not wait for the end of one before it begins another.
                await answering
            if answering.done():
                await answering
                return await watching if exchange.keeps_open else b""
            request.left = asyncio.get_running_loop().time()
            self._changed.set()
            return b""
        finally:
            self.in_progress -= 1
            for task in (answering, watching):
                task.cancel()
                with suppress(asyncio.CancelledError, ConnectionError):
                    await task

    def _manner(self, request: Arrived) -> Manner:
        for key in (
            (request.method, request.path),
            (None, request.path),
            (request.method, None),
            (None, None),
        ):
            if (manners := self._manners.get(key)) is not None:
                return manners.pop(0) if len(manners) > 1 else manners[0]
        return answer(SEEN if request.method == "GET" else None)


# ---- Counting


def most_in(seconds: float, times: Sequence[float]) -> int:
    """The largest number of these times within any span of so many seconds, the later end of the span left out."""
    ordered = sorted(times)
    most = first = 0
    for number, time in enumerate(ordered):
        while time - ordered[first] >= seconds - 1e-9:
            first += 1
        most = max(most, number - first + 1)
    return most


def tally(requests: Iterable[Arrived]) -> Counter[str]:
    """How often each request arrived: `{"POST /scenarios/5/start": 1}`."""
    return Counter(f"{request.method} {request.path}" for request in requests)
