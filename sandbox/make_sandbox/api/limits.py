"""How many requests may come: Make's limit per organization and minute, and Maton's per second.

Make answers the first request too many with 429 until the minute is over; it names no limit in its headers and no
moment to come back. A minute begins with the first request that is counted in it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from make_sandbox import errors
from make_sandbox.model.store import Document

MINUTE = 60.0
GATEWAY_REQUESTS = 10
"""Requests a second to the Maton gateway, documented."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """The requests since a moment."""

    start: float
    requests: int


@dataclass(kw_only=True)
class Limits:
    """Counts in memory: a process that starts anew has seen no request, and two on one file count apart.

    `elapsed` says in seconds how time goes by; it starts anywhere.
    """

    elapsed: Callable[[], float]
    windows: dict[object, Window] = field(default_factory=dict[object, Window])

    def organization(self, organization: Document) -> None:
        """Counts a request about an organization; its license says how many it may have in a minute."""
        if not self._admit(organization["id"], organization["license"]["apiLimit"], MINUTE):
            raise errors.too_many_requests()

    def gateway(self) -> None:
        """Counts a request to the gateway."""
        if not self._admit("gateway", GATEWAY_REQUESTS, 1.0):
            raise errors.maton(429, "Rate limit exceeded: 10 requests per second.")

    def _admit(self, who: object, limit: int, seconds: float) -> bool:
        now = self.elapsed()
        window = self.windows.get(who)
        if window is None or now - window.start >= seconds:
            window = Window(start=now, requests=0)
        self.windows[who] = Window(start=window.start, requests=window.requests + 1)
        return window.requests < limit


class Elapsed:
    """Time as the limits see it: what has really gone by, or what the account's clock was moved on, if that is more.

    So a stopped clock does not keep an account shut for ever, and one that is moved on need not be waited for.
    """

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer = timer
        self._total = 0.0
        self._real = timer()
        self._shown: datetime | None = None

    def __call__(self) -> float:
        return self._total

    def see(self, shown: datetime) -> None:
        """Told at each request what the account's clock shows."""
        real = self._timer()
        moved = 0.0 if self._shown is None else (shown - self._shown).total_seconds()
        self._total += max(real - self._real, moved, 0.0)
        self._real, self._shown = real, shown
