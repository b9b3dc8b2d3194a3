"""Pacing: requests leave no faster than the other side takes them, so that they do not bounce off it.

Two budgets count: that of the credential (Maton takes ten requests a second for a key), and that of the Make organization
to which a request belongs (what its licence says a minute). Which organization that is, requests name or answers tell
(`make_tools.belonging`); a request of which nobody knows counts against none.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from math import ceil
from typing import Any

import anyio

from make_mcp.telemetry.observer import NOTHING, Observer
from make_mcp.upstream.doors import Door
from make_mcp.upstream.errors import Held
from make_mcp.upstream.pacing.slots import Rate, Slot, Slots
from make_mcp.upstream.pacing.turns import Turns
from make_mcp.upstream.trip import Trip
from make_tools import Request
from make_tools.belonging import Belongings

MATON = Rate(10, 1)
UNKNOWN_LICENCE = 60
"""Requests a minute of an organization whose licence has not been read: what the smallest paid plan allows."""
WORTH_ASKING = 20
"""Requests of an organization after which its licence is read, until an answer has told it: most plans allow more than 60."""
_READS_ARRIVE = 5.0
"""Seconds from its first bytes after which a read has arrived, answered or not: until then it may wait there with others."""
_WRITES_ARRIVE = 1.0
"""The same of a write, which is rarely one of many: a run is answered after 40 s, and others should not wait for that."""
_FOR_A_LICENCE = 3.0
"""Seconds."""
_MINUTE = 60
_MOST_QUEUES = 1000


class Leave:
    """Leave for one request: its slots in every budget that it counts against."""

    def __init__(self, slots: Slots, arrives_within: float) -> None:
        self._slots = slots
        self._arrives_within = arrives_within
        self.taken: list[Slot] = []

    def left(self) -> None:
        """Its first bytes go out now. Said again, they had not before."""
        for slot in self.taken:
            self._slots.left(slot, self._arrives_within)

    async def arrived(self) -> None:
        """Its answer has begun."""
        for slot in self.taken:
            await self._slots.arrived(slot)


@dataclass(frozen=True, slots=True)
class _Budget:
    kind: str
    """`fixed`, `organization`, `maton` or `make`."""
    key: str
    rate: Callable[[], Rate] | None
    """None where only the other side's own wish to be left alone counts."""
    whose: str


class Pace:
    """The pace of all doors. `fixed` takes the place of what Maton and Make allow."""

    def __init__(self, slots: Slots, fixed: Rate | None = None, observer: Observer = NOTHING) -> None:
        self._slots = slots
        self._fixed = fixed
        self._observer = observer
        self._belongings = Belongings()
        self._queues: dict[str, Turns] = {}
        self._sent: dict[int, int] = {}
        self._asking: dict[int, anyio.Event] = {}
        self._alone: dict[str, float] = {}

    @asynccontextmanager
    async def turn(self, trip: Trip) -> AsyncGenerator[Leave]:
        """Waits until the request may leave.

        Raises:
            Held: it would take longer than the call has.
        """
        leave = Leave(self._slots, _WRITES_ARRIVE if trip.exchange.changes else _READS_ARRIVE)
        try:
            for budget in self._budgets(trip):
                await self._wait(trip, budget, leave)
            yield leave
        finally:
            with anyio.CancelScope(shield=True):
                for slot in leave.taken:
                    await (self._slots.arrived(slot) if trip.has_left else self._slots.give_back(slot))

    async def _wait(self, trip: Trip, budget: _Budget, leave: Leave) -> None:
        """Waits for its turn in one budget."""
        begun = anyio.current_time()
        try:
            await self._in_peace(trip, budget)
            if budget.rate is not None:
                leave.taken.append(await self._queue(budget).take(trip, budget.rate))
        finally:
            self._observer.waited(budget.kind, anyio.current_time() - begun)

    def leave_alone(self, trip: Trip, seconds: float) -> None:
        """The other side asked for it: nothing of the same budget leaves for so long."""
        now = anyio.current_time()
        self._alone = {key: until for key, until in self._alone.items() if until > now}
        key = self._budgets(trip)[0].key
        self._alone[key] = max(self._alone.get(key, now), now + seconds)

    def learn(self, request: Request, data: Mapping[str, Any]) -> None:
        """Takes from an answer what belongs to which organization."""
        if self._fixed is None:
            self._belongings.learn(request, data)

    async def ask(self, trip: Trip, read: Callable[[Request], Awaitable[None]]) -> None:
        """Reads the licence of an organization that is much asked. Who comes meanwhile waits for it: most allow more than 60."""
        organization = self._organization(trip)
        if organization is None or self._belongings.allowed(organization) is not None:
            return
        under_way = self._asking.get(organization)
        if under_way is not None:
            with anyio.move_on_after(_FOR_A_LICENCE):
                await under_way.wait()
            return
        sent = self._sent.pop(organization, 0) + 1
        if len(self._sent) >= _MOST_QUEUES:
            self._sent.pop(next(iter(self._sent)))
        self._sent[organization] = sent
        if sent % WORTH_ASKING == 0:
            self._asking[organization] = anyio.Event()
            try:
                with anyio.move_on_after(_FOR_A_LICENCE):
                    await read(self._belongings.licence_request(organization))
            finally:
                self._asking.pop(organization).set()

    def _budgets(self, trip: Trip) -> list[_Budget]:
        """The slowest first: the last turn that is taken is that of the request which leaves at once."""
        door = trip.exchange.door
        own = _key_of(door)
        fixed = self._fixed
        if fixed is not None:
            return [_Budget("fixed", own, lambda: fixed, "the pace that the operator set")]
        budgets: list[_Budget] = []
        organization = self._organization(trip)
        if organization is not None:
            rate = partial(self._licensed, organization)
            budgets.append(
                _Budget("organization", f"organization:{organization}", rate, f"organization {organization}")
            )
        if door.upstream == "maton":
            budgets.append(_Budget("maton", own, lambda: MATON, "Maton"))
        return budgets or [_Budget("make", own, None, "Make")]

    def _licensed(self, organization: int) -> Rate:
        return Rate(self._belongings.allowed(organization) or UNKNOWN_LICENCE, _MINUTE)

    def _organization(self, trip: Trip) -> int | None:
        endpoint = trip.exchange.endpoint
        if self._fixed is not None or endpoint.api != "make" or not endpoint.metered:
            return None
        return self._belongings.organization(trip.request)

    def _queue(self, budget: _Budget) -> Turns:
        queue = self._queues.get(budget.key)
        if queue is None:
            if len(self._queues) >= _MOST_QUEUES:
                self._queues = {key: each for key, each in self._queues.items() if not each.is_idle}
            queue = self._queues[budget.key] = Turns(self._slots, budget.key, budget.whose)
        return queue

    async def _in_peace(self, trip: Trip, budget: _Budget) -> None:
        """Waits as long as the other side asked to be left alone."""
        who = trip.exchange.door.upstream.capitalize()
        while (wait := self._alone.get(budget.key, 0.0) - anyio.current_time()) > 0:
            if wait > trip.room:
                raise Held(
                    trip.tool,
                    "rate_limited",
                    f"{who} asked for a pause of {ceil(wait)} s more, longer than this call may take. Nothing was sent. "
                    f"Next: the same call in {ceil(wait)} s.",
                )
            await trip.pause(wait, f"{who} asked for a pause; {ceil(wait)} s more")


def _key_of(door: Door) -> str:
    # Shared by all that use the same key, and no secret itself.
    return f"{door.upstream}:{sha256(door.key.encode()).hexdigest()[:24]}"
