"""The queue in front of a budget: first come, first served within a caller, and one of each caller in turn."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

import anyio

from make_mcp.upstream.errors import WHEN_DONE, Held
from make_mcp.upstream.pacing.slots import Rate, Slot, Slots
from make_mcp.upstream.trip import Trip

MOST_WAITING = 1000
"""Requests in front of one budget. Whoever comes then is better told at once."""


@dataclass(slots=True, eq=False)
class _Waiter:
    caller: str
    called: anyio.Event


class Turns:
    """Those who wait for one budget. `whose` says what the budget is, in the words of its errors."""

    def __init__(self, slots: Slots, key: str, whose: str) -> None:
        self._slots = slots
        self._key = key
        self._whose = whose
        self._lines: dict[str, deque[_Waiter]] = {}
        self._first: _Waiter | None = None
        """The one who is asking for a slot; the others wait in their lines."""
        self._opens = 0.0
        """When the first one expects theirs."""

    @property
    def is_idle(self) -> bool:
        return self._first is None

    async def take(self, trip: Trip, allowed: Callable[[], Rate]) -> Slot:
        """Leave for this request, when it is its turn. What is `allowed` may change meanwhile.

        Raises:
            Held: that would take longer than the call has; or too many wait.
        """
        me = _Waiter(trip.caller.line, anyio.Event())
        if self._first is None:
            self._first = me
        else:
            await self._stand(me, trip, allowed)
        try:
            while True:
                rate = allowed()
                found = await self._slots.take(self._key, rate)
                if isinstance(found, Slot):
                    return found
                self._opens = anyio.current_time() + found
                self._fits(trip, rate, found)
                await trip.pause(found, self._why(rate, found))
        finally:
            self._next()

    async def _stand(self, me: _Waiter, trip: Trip, allowed: Callable[[], Rate]) -> None:
        """Comes back as the first."""
        line = self._lines.get(me.caller, deque())
        mine = len(line) + 1
        ahead = sum(min(len(other), mine) for caller, other in self._lines.items() if caller != me.caller) + mine
        if sum(map(len, self._lines.values())) >= MOST_WAITING:
            raise Held(
                trip.tool,
                "busy",
                f"{MOST_WAITING} requests wait for {self._whose} already. Nothing was sent. {WHEN_DONE}",
            )
        rate = allowed()
        seconds = max(0.0, self._opens - anyio.current_time()) + ahead // rate.amount * rate.seconds
        self._fits(trip, rate, seconds)
        line.append(me)
        self._lines[me.caller] = line
        try:
            while not me.called.is_set():
                self._fits(trip, rate, 0.0 if trip.room > 0 else seconds)
                await trip.pause(trip.room, self._why(rate, seconds), me.called, expected=seconds)
        except BaseException:
            if self._first is me:
                self._next()
            else:
                self._leave(me)
            raise

    def _leave(self, me: _Waiter) -> None:
        line = self._lines[me.caller]
        line.remove(me)
        if not line:
            del self._lines[me.caller]

    def _next(self) -> None:
        self._first = None
        if not self._lines:
            return
        # Whose line was served goes behind the others.
        caller, line = next(iter(self._lines.items()))
        del self._lines[caller]
        self._first = line.popleft()
        if line:
            self._lines[caller] = line
        self._first.called.set()

    def _fits(self, trip: Trip, rate: Rate, seconds: float) -> None:
        if seconds <= trip.room:
            return
        raise Held(
            trip.tool,
            "rate_limited",
            f"{self._whose} takes {rate}, and this request would have to wait for {ceil(seconds)} s, longer than the call may take. "
            f"Nothing was sent. Next: the same call in {ceil(seconds)} s, or one call for more (a list, a larger `limit`).",
        )

    def _why(self, rate: Rate, seconds: float) -> str:
        return f"waiting for a turn: {self._whose} takes {rate}; about {max(1, round(seconds))} s"
