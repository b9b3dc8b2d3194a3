"""The circuit breaker of a door: a way that keeps failing is left alone for a while.

Every call to a way that is down would take its whole deadline, and add to what the other side has to carry. So after
10 failures among the last 20 exchanges nothing is sent for 30 s; then one request is let through to see, and what becomes of
it decides. A failure is no answer, a fault there (5xx), 408 or 429; any other answer speaks for its health. What the caller
cancels says nothing.
"""

from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from math import ceil

import anyio

from make_mcp.telemetry.observer import NOTHING, BreakerState, Observer
from make_mcp.upstream.errors import Held, UpstreamError
from make_mcp.upstream.trip import Trip

LOOKED_AT = 20
"""Exchanges, the latest."""
TOO_MANY = 10
"""Failures among them."""
SECONDS = 30.0
"""For which nothing is sent."""


class Breaker:
    """One for each credential and host. `host` is named in its errors, `upstream` is what observers know."""

    def __init__(self, host: str, upstream: str = "", observer: Observer = NOTHING) -> None:
        self._host = host
        self._upstream = upstream
        self._observer = observer
        self._told: BreakerState = "closed"
        self._failed: deque[bool] = deque(maxlen=LOOKED_AT)
        self._opened: float | None = None
        self._probing = False

    def check(self, trip: Trip) -> None:
        """Raises Held while the breaker is open."""
        if self._opened is None:
            return
        left = self._opened + SECONDS - anyio.current_time()
        if left > 0 or self._probing:
            when = f"in {ceil(left)} s" if left > 0 else "once the one request that looks has been answered"
            raise Held(
                trip.tool,
                "circuit_open",
                f"Nothing was sent: {self._host} did not answer as it should {TOO_MANY} times of late, and is left alone for "
                f"now. Next: the same call {when}; if it lasts, run `make-mcp doctor`.",
            )

    @contextmanager
    def watch(self, trip: Trip) -> Generator[None]:
        """Around one exchange.

        Raises:
            Held: nothing is to be sent now.
        """
        self.check(trip)
        probes = self._opened is not None
        self._probing = self._probing or probes
        self._tell()
        try:
            yield
        except UpstreamError as error:
            # What was stopped on this side of the network says nothing of the other.
            if error.is_failure or trip.has_left:
                self._note(failed=error.is_failure, probes=probes)
            raise
        else:
            self._note(failed=False, probes=probes)
        finally:
            if probes:
                self._probing = False
            self._tell()

    def forget(self) -> None:
        """It is not used any more: nothing is known of the other side."""
        self._opened, self._probing = None, False
        self._tell()

    def _tell(self) -> None:
        """Tells the observer what has changed."""
        now: BreakerState = "closed" if self._opened is None else "half_open" if self._probing else "open"
        if now != self._told:
            self._observer.breaker(self._upstream, self._told, now)
            self._told = now

    def _note(self, *, failed: bool, probes: bool) -> None:
        if probes:
            self._failed.clear()
            self._opened = anyio.current_time() if failed else None
            return
        if self._opened is not None:
            # What left before it opened, and comes back only now.
            return
        self._failed.append(failed)
        if sum(self._failed) >= TOO_MANY:
            self._opened = anyio.current_time()
            self._failed.clear()
