"""One HTTP connection: who connects says soon what they want, and makes room for others."""

import asyncio
from dataclasses import dataclass
from math import inf
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_WITHIN = 10.0
"""Seconds for the head of a request to arrive once its first byte, or the connection, is there. uvicorn itself waits for ever."""
IDLE = 75.0
"""Seconds for which a connection is kept after an answer: longer than proxies keep theirs (a minute, as a rule), so that none of
them writes a request to one in the moment in which we close it.
"""
TAKEN_WITHIN = 60.0
"""Seconds in which a client has to take as much of its answers as the system does not keep for it. uvicorn itself waits for ever."""
BEYOND = "beyond"
"""In the state of each request over a connection that is one too many."""
_TOLD_SO = 100
"""Connections beyond the most over which a request is answered, if only with that. Those beyond are cut off."""
_BEYOND_WITHIN = 1.0
"""Seconds for the head of a request over such a connection: there is no room for those who say nothing."""


@dataclass(slots=True)
class Crowd:
    """How many connections are open, and how many there may be."""

    most: float = inf
    open: int = 0


class Config(uvicorn.Config):
    """uvicorn's configuration, with what a connection of ours needs."""

    def __init__(self, app: Any, crowd: Crowd) -> None:
        super().__init__(
            app,
            # One implementation whatever else is installed, and the stricter one: it refuses a second Host.
            http=Connection,
            ws="none",
            # Ours goes to stderr; uvicorn's own access log would write addresses and session ids to stdout.
            log_config=None,
            access_log=False,
            server_header=False,
            # Who is behind a proxy is not believed, and makes no difference.
            proxy_headers=False,
            timeout_keep_alive=int(IDLE),
        )
        self.crowd = crowd


class Gathering(asyncio.Transport):
    """Sends as one what is written in one turn of the event loop.

    uvicorn writes the head of an answer and its body one after the other. A process that is killed between the two would leave a
    proxy with half an answer, which has begun for the client too: the proxy could ask nobody else any more.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._written: list[bytes | bytearray | memoryview] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self._written:
            self._loop.call_soon(self._send)
        self._written.append(data)

    def _send(self) -> None:
        written, self._written = self._written, []
        self._transport.write(b"".join(written))

    def close(self) -> None:
        self._send()
        self._transport.close()

    def abort(self) -> None:
        self._written.clear()
        self._transport.abort()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)


class Connection(H11Protocol):
    """A connection whose requests must begin in time, and whose answers leave as wholes."""

    _deadline: asyncio.TimerHandle | None = None
    _slow: asyncio.TimerHandle | None = None
    _head_within = HEAD_WITHIN

    @property
    def is_new(self) -> bool:
        """Whether no request has come over it yet."""
        return cast("object", self.cycle) is None

    @property
    def is_arriving(self) -> bool:
        """Whether no request has come over it yet, or one has not come as a whole."""
        return self.is_new or (self.cycle.more_body and not self.cycle.response_complete)

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]  # as uvicorn has it
        # Whatever the system does not take at once is watched, however little: a connection that is closed waits for that for ever.
        transport.set_write_buffer_limits(high=0)
        super().connection_made(Gathering(transport, self.loop))
        self._crowd.open += 1
        if self._crowd.open > self._crowd.most:
            # Who was let in stays so, however many come later.
            self.app_state = {**self.app_state, BEYOND: True}
            self._head_within = _BEYOND_WITHIN
            if self._crowd.open > self._crowd.most + _TOLD_SO:
                # What the process may open is for Make and for Redis too.
                self.transport.abort()
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._slow = self.loop.call_later(TAKEN_WITHIN, self.transport.abort)

    def resume_writing(self) -> None:
        self._is_taken()
        super().resume_writing()

    def _is_taken(self) -> None:
        if self._slow is not None:
            self._slow.cancel()
            self._slow = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._crowd.open -= 1
        self._unwatch()
        self._is_taken()
        super().connection_lost(exc)

    @property
    def _crowd(self) -> Crowd:
        return cast("Config", self.config).crowd

    def _watch(self) -> None:
        """Gives the head of the next request its time, unless one is being answered or uvicorn's own time runs."""
        is_answering = not self.is_new and not self.cycle.response_complete
        if is_answering or self.timeout_keep_alive_task is not None or self.transport.is_closing():
            self._unwatch()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self._head_within, self.transport.close)

    def _unwatch(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
