"""How many requests are in flight at once, over all doors.

A run can be in flight for 40 s. Some places are kept for what reads, so that many runs do not shut it out; and where
hundreds wait for a place, whoever comes then is told at once.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio

from make_mcp.telemetry.observer import NOTHING, Observer
from make_mcp.upstream.errors import WHEN_DONE, Held
from make_mcp.upstream.trip import Trip

PLACES = 64
FOR_WRITES = 48
MOST_WAITING = 1000


class Places:
    def __init__(self, observer: Observer = NOTHING) -> None:
        self._observer = observer
        self._all = anyio.Semaphore(PLACES, fast_acquire=True)
        self._writes = anyio.Semaphore(FOR_WRITES, fast_acquire=True)
        self._waiting = {True: 0, False: 0}
        """By whether they write: many who write are no queue for one who reads."""

    def has(self, trip: Trip) -> bool:
        """Whether there is one now."""
        return self._all.value > 0 and (self._writes.value > 0 or not trip.exchange.changes)

    @asynccontextmanager
    async def one(self, trip: Trip) -> AsyncGenerator[None]:
        """A place for one request.

        Raises:
            Held: too many wait for one, or none came free within the time of the call.
        """
        wanted = [self._writes, self._all] if trip.exchange.changes else [self._all]
        taken: list[anyio.Semaphore] = []
        begun = anyio.current_time()
        try:
            try:
                for places in wanted:
                    await self._take(places, trip)
                    taken.append(places)
            finally:
                self._observer.waited("place", anyio.current_time() - begun)
            yield
        finally:
            for places in taken:
                places.release()

    async def _take(self, places: anyio.Semaphore, trip: Trip) -> None:
        try:
            places.acquire_nowait()
        except anyio.WouldBlock:
            pass
        else:
            return
        kind = trip.exchange.changes
        if self._waiting[kind] >= MOST_WAITING:
            raise _busy(trip, f"{MOST_WAITING} calls wait already")
        self._waiting[kind] += 1
        try:
            with anyio.CancelScope(deadline=trip.until):
                await places.acquire()
                return
        finally:
            self._waiting[kind] -= 1
        raise _busy(trip, "no place came free in time")


def _busy(trip: Trip, why: str) -> Held:
    return Held(
        trip.tool,
        "busy",
        f"{PLACES} requests are in flight at once, and {why}. Nothing was sent. {WHEN_DONE}",
    )
