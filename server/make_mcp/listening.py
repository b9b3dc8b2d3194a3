"""Listens, serves an HTTP application, and ends in good order."""

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress

import anyio
import uvicorn
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from make_mcp.connections import Config, Connection, Crowd
from make_mcp.ending import Ending
from make_mcp.newcomers import turn_away
from make_mcp.settings import SettingsError

Finish = Callable[[Ending], Awaitable[None]]
"""Waits for what deserves a grace."""
_FLUSH = 0.1
"""Seconds for a client to take what is written to it at the end."""
_LINGER = 0.2
"""Seconds for a client who has just connected to say what they want."""
_HANDSHAKE = 0.02
"""Seconds from a client's first word to a connection that we know."""
_BACKLOG = 1024
"""Connections that wait for us at most."""


def bind(host: str, port: int) -> socket.socket:
    """A socket that has the address, and on which `begin` listens; port 0 takes any free one. Until then clients are refused.

    Raises:
        SettingsError: the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Without the protocol asyncio leaves Nagle's algorithm on, and each answer waits 40 ms for an acknowledgement.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise _cannot_listen(host, port, error) from None
    return bound


def begin(bound: socket.socket) -> None:
    """From here on a client that connects waits, and is not turned away. So nothing may fail any more before it is served.

    Raises:
        SettingsError: somebody else has begun to listen there meanwhile.
    """
    try:
        bound.listen(_BACKLOG)
    except OSError as error:
        host, port = bound.getsockname()[:2]
        raise _cannot_listen(host, port, error) from None


def listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        SettingsError: the address cannot be had.
    """
    bound = bind(host, port)
    try:
        begin(bound)
    except SettingsError:
        bound.close()
        raise
    return bound


def _cannot_listen(host: str, port: int, error: OSError) -> SettingsError:
    taken = "it is taken" if error.errno == errno.EADDRINUSE else error.strerror
    return SettingsError(f"cannot listen on {host}, port {port} ({taken}): choose another --port")


async def run(
    application: ASGIApp, listening: socket.socket, ending: Ending, finish: Finish, crowd: Crowd | None = None
) -> None:
    """Serves until the process is told to end, and ends as `_Server.shutdown` says. `crowd` counts the connections."""
    requests = Requests(application)
    config = Config(requests, crowd or Crowd())
    await _Server(config, requests, ending, finish).serve(sockets=[listening])


class Requests:
    """An application whose requests can all be ended at once, those that would never end by themselves too."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application
        self._open: set[_Request] = set()
        self._none_left = anyio.Event()
        self._is_ended = False

    async def end(self) -> None:
        """Ends every request, now and from now on; comes back when none is left."""
        self._is_ended = True
        for request in self._open:
            request.hang_up()
        with anyio.move_on_after(_FLUSH):
            await self._end()
        for request in self._open:
            request.cancel()
        await self._end()

    async def _end(self) -> None:
        while self._open:
            self._none_left = anyio.Event()
            await self._none_left.wait()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        request = _Request(receive, send)
        self._open.add(request)
        try:
            if self._is_ended:
                request.cancel()
            await request.run(self._application, scope)
        finally:
            self._open.remove(request)
            if not self._open:
                self._none_left.set()


class _Request:
    """A request that can be ended, wherever it stands."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._sent: Message | None = None
        self._all = anyio.CancelScope()
        self._receiving = anyio.CancelScope()
        self._is_whole = False
        self._is_ended = False

    def hang_up(self) -> None:
        """Has the application think that its client is gone, so that it puts everything away."""
        # In the middle of a request it would call that an error.
        if not self._is_whole:
            self.cancel()
        self._is_ended = True
        self._receiving.cancel()

    def cancel(self) -> None:
        self._is_ended = True
        self._all.cancel()

    async def run(self, application: ASGIApp, scope: Scope) -> None:
        # A client that goes away in the middle of its request has nobody to tell, and is no fault of ours.
        with self._all, suppress(ClientDisconnect):
            await application(scope, self.receive, self.send)
        if self._is_ended:
            await self._complete()

    async def receive(self) -> Message:
        if not self._is_ended:
            with anyio.CancelScope() as self._receiving:
                message = await self._receive()
                self._is_whole = not message.get("more_body", False)
                return message
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self._sent = message
        await self._send(message)

    async def _complete(self) -> None:
        """Brings the response to an end that its client can see."""
        # One that takes nothing any more is not waited for.
        with anyio.move_on_after(_FLUSH):
            if self._sent is None:
                headers = [(b"content-length", b"0"), (b"connection", b"close")]
                await self.send({"type": "http.response.start", "status": 503, "headers": headers})
            if self._sent is not None and (self._sent["type"] == "http.response.start" or self._sent.get("more_body")):
                await self.send({"type": "http.response.body", "body": b"", "more_body": False})


class _Server(uvicorn.Server):
    """uvicorn's server, told to end by `ending` in place of its own signal handlers."""

    def __init__(self, config: Config, requests: Requests, ending: Ending, finish: Finish) -> None:
        super().__init__(config)
        self._requests = requests
        self._ending = ending
        self._finish = finish

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def main_loop(self) -> None:
        while not self._ending.begun.is_set():
            # It keeps the date of the answers right.
            await self.on_tick(0)
            with anyio.move_on_after(1):
                await self._ending.begun.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Takes no new connections, lets finish what deserves it, cancels the rest, and lets answers leave."""
        for listening in sockets or ():
            turn_away(listening)
        # Who is on the way in comes in, and is made known: a server that closes drops whom it has just accepted.
        await anyio.sleep(_HANDSHAKE)
        for listening, server in zip(sockets or (), self.servers, strict=True):
            await self._let_in(listening)
            # Nothing waits between the last look and this.
            server.close()
        # Who is in has sent something, or is about to: a proxy would take a closed door for a failed call.
        with anyio.move_on_after(min(_LINGER, self._ending.grace)):
            while any(connection.is_arriving for connection in self._connections):  # noqa: ASYNC110  # uvicorn has no event for it
                await anyio.sleep(0.01)
        await self._finish(self._ending)
        await self._requests.end()
        for connection in self._connections:
            connection.shutdown()
        with anyio.move_on_after(_FLUSH):
            while self.server_state.connections:  # noqa: ASYNC110  # uvicorn has no event for it
                await anyio.sleep(0.01)
        await self.lifespan.shutdown()

    @property
    def _connections(self) -> list[Connection]:
        return [each for each in self.server_state.connections if isinstance(each, Connection)]

    async def _let_in(self, listening: socket.socket) -> None:
        """Takes the connections that the system has accepted for us; it would cut them off when we stop listening."""
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            for _ in range(_BACKLOG):
                connected, _ = listening.accept()
                connected.setblocking(False)
                await loop.connect_accepted_socket(self._connection, connected)

    def _connection(self) -> Connection:
        return Connection(self.config, self.server_state, self.lifespan.state)
