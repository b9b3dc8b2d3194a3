"""How a process that serves comes to its end: because its work is done, or because a signal says so.

The first signal begins the end, in good order: calls are cancelled, what they leave is written to the audit log, connections
to Make are closed. The second one leaves no grace. A thread outside the event loop sees to it that the end comes, whatever
hangs: a name being looked up, a read of a terminal, a log that nobody reads.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from threading import Thread
from types import FrameType
from typing import NoReturn

import anyio

from make_mcp.start import BY_SIGNAL

GRACE = 0.6
"""Seconds that calls over HTTP have to finish once the process was told to end, unless the operator says otherwise. The rest
of the second is for the end."""
_LIMIT = 4.4
"""Seconds from the end of the grace to the end of a process that hangs: long enough for a busy machine to write its audit log."""
_LAST = 0.3
"""Seconds for what is left once nothing can be lost any more, and after a second signal."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM, *((signal.SIGBREAK,) if sys.platform == "win32" else ()))


class Ending:
    """The end of one process, as what it serves sees it."""

    def __init__(self, limit: Callable[[float, int], None], grace: float = GRACE) -> None:
        """`limit` sees to it that the process ends within so many seconds, with that status."""
        self.begun = anyio.Event()
        """The process was told to end."""
        self.hurried = anyio.Event()
        """It was told so again: no grace any more."""
        self.status = 0
        """0, or 128 and the number of the signal."""
        self.grace = grace
        self._limit = limit
        self._then: list[Callable[[], None]] = []
        self._loop = asyncio.get_running_loop()

    def heed_signals(self) -> None:
        """Hears signals from here on. Before it there is nothing to spoil, and they end the process at once."""
        for number in _SIGNALS:
            signal.signal(number, self.told)

    @contextmanager
    def cancels(self) -> Generator[None]:
        """Cancels what is within when the process is told to end."""
        with anyio.CancelScope() as scope, self.calls(scope.cancel):
            yield

    @contextmanager
    def calls(self, then: Callable[[], None]) -> Generator[None]:
        """Calls `then` when the process is told to end, if what is within still runs; the last one that was added first."""
        self._then.append(then)
        try:
            yield
        finally:
            self._then.remove(then)

    def nothing_left(self) -> None:
        """Says that no call is in flight any more and everything is written: what still hangs may be cut off."""
        for number in _SIGNALS:
            # From here on a signal has nothing to spoil; and the watchdog ends the process as the first one would have.
            signal.signal(number, signal.SIG_DFL)
        self._limit(_LAST, self.status)

    def told(self, number: int, _: FrameType | None = None) -> None:
        """Hears a signal."""
        again = self.status != 0
        self.status = self.status or BY_SIGNAL + number
        self._limit(_LAST if again else _LIMIT + self.grace, self.status)
        # A loop that is closed already needs to hear nothing.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.hurried.set if again else self._begin)

    def _begin(self) -> None:
        self.begun.set()
        for then in reversed(self._then):
            then()


def run(serve: Callable[[Ending], Awaitable[None]], grace: float | None = None) -> int:
    """Runs `serve` until it returns, which it soon does once a signal came; the exit status: 0, or 128 and its number.

    `grace` is for calls over HTTP, in seconds.

    Whatever `serve` raises comes through.
    """
    # At once, and not as an exception somewhere in what is being opened.
    before = {number: signal.signal(number, signal.SIG_DFL) for number in _SIGNALS}
    watchdog = _Watchdog()

    async def heeding() -> int:
        ending = Ending(watchdog.limit, GRACE if grace is None else grace)
        await serve(ending)
        ending.nothing_left()
        return ending.status

    try:
        # In here threads that hang would be waited for.
        return anyio.run(heeding)
    finally:
        watchdog.over()
        for number, handler in before.items():
            signal.signal(number, handler)


class _Watchdog:
    """Ends the process when its time is up, even if the event loop stands still."""

    def __init__(self) -> None:
        # Its put may be interrupted by itself: a signal can come at any moment.
        self._limits: SimpleQueue[tuple[float, int] | None] = SimpleQueue()
        self._thread = Thread(target=self._watch, name="make-mcp watchdog", daemon=True)
        self._thread.start()

    def limit(self, seconds: float, status: int) -> None:
        """Gives the process so many seconds from now, unless it has less already."""
        self._limits.put((time.monotonic() + seconds, status))

    def over(self) -> None:
        self._limits.put(None)
        self._thread.join()

    def _watch(self) -> None:
        until: float | None = None
        status = 0
        while True:
            left = None if until is None else max(0.0, until - time.monotonic())
            try:
                limit = self._limits.get(timeout=left)
            except Empty:
                _exit(status)
            if limit is None:
                return
            until, status = (limit[0] if until is None else min(until, limit[0])), limit[1]


def _exit(status: int) -> NoReturn:
    if status and sys.platform != "win32":
        # As `start.main` does it. It has no effect as long as the signal is still heard, and in a container's first process.
        os.kill(os.getpid(), status - BY_SIGNAL)
    os._exit(status)
