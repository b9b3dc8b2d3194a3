"""A clock for tests in which time matters: it stands still while anything happens, and jumps when nothing would.

Everything that waits in the event loop waits on it (deadlines of anyio, sleeps, the retries of stamina, the timeouts of
the HTTP client), over real sockets and without any change in what is tested. A test that uses the fixture `clock` runs on it,
and takes no longer for an hour than for a second.

It goes by what the loop itself can see. Before it jumps it waits a moment for the sockets of the loop, whose both ends are
in this process, and as long as it takes for work that the loop handed to threads, such as looking up a name.
"""

import asyncio
import selectors
import time
from asyncio import AbstractEventLoop
from collections.abc import Callable
from concurrent.futures import Executor
from selectors import SelectorKey
from typing import Any, TypeVarTuple

from anyio.to_thread import current_default_thread_limiter

Arguments = TypeVarTuple("Arguments")

_MOMENT = 0.01
"""Real seconds in which bytes get from one end of a loopback connection to the other."""
_PATIENCE = 60.0
"""Real seconds."""
_LONGEST = 3 * 3600.0
"""Seconds on the clock after which a test is given up: something in it waits again and again."""

Events = list[tuple[SelectorKey, int]]


class _Selector(selectors.DefaultSelector):
    """Asks the loop what to do when nothing is ready."""

    idle: Callable[[float | None, Callable[[float], Events]], Events]

    def select(self, timeout: float | None = None) -> Events:
        ready = super().select
        if timeout is not None and timeout <= 0:
            return ready(0)
        return self.idle(timeout, ready)


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop whose time passes only where it would have to wait.

    `patience`: real seconds, after which a test that nothing will move on fails.
    """

    def __init__(self, patience: float = _PATIENCE) -> None:
        selector = _Selector()
        selector.idle = self._idle
        self._patience = patience
        self._now = time.monotonic()
        self._latest = self._now + _LONGEST
        self._threads = 0
        self._given_up = False
        super().__init__(selector)

    def time(self) -> float:
        return self._now

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Arguments], Any], *args: *Arguments
    ) -> asyncio.Future[Any]:
        future = super().run_in_executor(executor, func, *args)
        self._threads += 1
        future.add_done_callback(self._thread_is_done)
        return future

    def _thread_is_done(self, _: asyncio.Future[Any]) -> None:
        self._threads -= 1

    def _idle(self, timeout: float | None, ready: Callable[[float], Events]) -> Events:
        if events := ready(_MOMENT):
            return events
        if timeout is None or self._threads or current_default_thread_limiter().borrowed_tokens:
            events = ready(self._patience)
            if not events:
                self._give_up("nothing is left that could move it on")
            return events
        self._now += timeout
        if self._now > self._latest:
            self._give_up(f"{_LONGEST / 3600:.0f} h passed on the clock")
        return []

    def _give_up(self, why: str) -> None:
        if not self._given_up:
            # Once: what cleans up after the test has to wait too.
            self._given_up = True
            raise TimeoutError(f"the test waits for ever: {why}")


class Clock:
    """What a test reads: seconds since it began."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = loop
        self._began = loop.time()

    @property
    def now(self) -> float:
        return self._loop.time() - self._began

    def restart(self) -> None:
        """Counts from here."""
        self._began = self._loop.time()


async def calm() -> None:
    """Comes back when all that can happen without time passing has happened.

    Only on this clock: there a sleep, however short, ends after everything that does not wait for time.
    """
    assert isinstance(asyncio.get_running_loop(), JumpingLoop)
    await asyncio.sleep(1e-6)
