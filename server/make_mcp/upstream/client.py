"""The way to Make: takes a permitted request there and brings back what it says.

What happens to a request, from the outside in: the deadline of its call; trying again where that is safe (`retries`); the
breaker of its door (`breaker`); its turn (`pacing`); a place among those in flight; the exchange (`wire`); what the answer
is (`judging`).
"""

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from urllib.parse import urlsplit

import anyio
import httpx2

from make_mcp.telemetry.observer import NOTHING, Observer
from make_mcp.upstream.breaker import Breaker
from make_mcp.upstream.doors import Door, Doors, Exchange
from make_mcp.upstream.errors import WHEN_DONE, BadAnswer, Held, Refused, Unreachable, UpstreamError
from make_mcp.upstream.guard import Guard
from make_mcp.upstream.judging import judge
from make_mcp.upstream.pacing.pace import Leave, Pace
from make_mcp.upstream.permit import Answered, Permit
from make_mcp.upstream.places import Places
from make_mcp.upstream.platform import PLATFORM, hold_to_make
from make_mcp.upstream.retries import LONGEST_WAIT, persistently
from make_mcp.upstream.telling import ended
from make_mcp.upstream.trip import FAIR, Trip
from make_mcp.upstream.wire import Reply, Wire, cut_off, never_left, no_answer
from make_tools import Endpoint, Request, Upstream

log = logging.getLogger(__name__)

DEADLINE = 45.0
"""Seconds for a call, all that it waits for included. Below the 60 s after which hosts give up; above the 40 s that a
responsive run may take."""


class Upstreams:
    """The open doors, and the way through each. Use it as an async context manager.

    `transport` stands in for the network: the sandbox in process. `deadline` is in seconds, for a whole call. Without a
    `pace` requests leave as they come.
    """

    def __init__(
        self,
        doors: Doors,
        transport: httpx2.AsyncBaseTransport | None = None,
        *,
        deadline: float = DEADLINE,
        pace: Pace | None = None,
        observer: Observer = NOTHING,
    ) -> None:
        self._doors = doors
        self.deadline = deadline
        self._pace = pace
        self._observer = observer
        self._wire = Wire(Guard({base for door in doors.open.values() for base in _bases(door)}), transport)
        self._breakers: dict[Upstream, Breaker] = {
            name: Breaker(_host(door), name, observer) for name, door in doors.open.items()
        }
        self._places = Places(observer)
        self.secrets = tuple(door.key for door in doors.open.values())
        """What must not stand in any answer or error."""

    async def __aenter__(self) -> "Upstreams":
        await self._wire.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for breaker in self._breakers.values():
            breaker.forget()
        await self._wire.__aexit__(kind, error, trace)

    def locate(self, endpoint: Endpoint[...], request: Request) -> str:
        """The address to which a request would go.

        Raises:
            NotConfigured: no key opens a door for it.
        """
        return self._doors.door(endpoint).url(endpoint, request)

    def way(self, offering: Sequence[Upstream]) -> Upstream | None:
        """Which of the ways that offer a tool is taken; None where none of them is open."""
        return self._doors.way(offering)

    async def send(self, permit: Permit) -> Answered:
        """What Make answered.

        Raises:
            UpstreamError: see `errors.py` for each kind.
        """
        endpoint, request = permit.endpoint, permit.request
        door = self._doors.door(endpoint)
        if endpoint.api == "maton" and request.method != "GET" and request.path != PLATFORM:
            await self._look_first(permit, door)
        exchange = Exchange(endpoint, door, endpoint.effect != "read", permit.given)
        answer = await self._carry(permit, exchange, request)
        # What a write did is not judged afterwards: its answer is all that tells the agent of it.
        if endpoint.api == "maton" and endpoint.effect == "read":
            return Answered(hold_to_make(endpoint, answer.data), answer.status)
        return answer

    async def _look_first(self, permit: Permit, door: Door) -> None:
        """The key opens every app of the account: a link is looked at before it is touched."""
        look = Exchange(permit.endpoint, door, changes=False, given=permit.given)
        try:
            found = await self._carry(permit, look, Request("GET", permit.request.path))
        except BadAnswer as error:
            raise Unreachable(str(error)) from None
        except Refused as error:
            if error.leaves_it_open:
                # Of the look, that is: the write behind it has not left.
                raise Unreachable(str(error)) from None
            raise
        hold_to_make(permit.endpoint, found.data)

    async def _carry(self, permit: Permit, exchange: Exchange, request: Request) -> Answered:
        """One request and its answer, within the time of the call, however often it takes."""
        now = anyio.current_time()
        since = now if permit.since is None else permit.since
        trip = Trip(exchange, request, permit.caller, since, since + self.deadline)
        if request is permit.request:
            trip.on_leaving, trip.before = permit.leaves, permit.before
        return await persistently(lambda: self._once(trip), trip, self._observer)

    async def _once(self, trip: Trip) -> Answered:
        breaker = self._breakers[trip.exchange.door.upstream]
        breaker.check(trip)
        trip.has_left = False
        if self._pace is None:
            async with self._places.one(trip):
                return await self._exchange(trip, breaker)
        if not trip.is_for_the_pace:
            await self._pace.ask(trip, lambda wanted: self._read_licence(trip, wanted))
        async with self._turn(trip, self._pace) as leave:
            try:
                answer = await self._exchange(trip, breaker, leave)
            except UpstreamError as error:
                if error.passes and error.retry_after is not None and error.retry_after <= LONGEST_WAIT:
                    self._pace.leave_alone(trip, error.retry_after)
                raise
        self._pace.learn(trip.request, answer.data)
        return answer

    @asynccontextmanager
    async def _turn(self, trip: Trip, pace: Pace) -> AsyncGenerator[Leave]:
        """A place and a turn, together: a turn that is kept for later is none, since others count by when it was given."""
        if self._places.has(trip):
            # Who waits for a turn, perhaps for long, takes no place meanwhile.
            async with pace.turn(trip) as leave:
                if self._places.has(trip):
                    async with self._places.one(trip):
                        yield leave
                    return
        async with self._places.one(trip), pace.turn(trip) as leave:
            yield leave

    async def _exchange(self, trip: Trip, breaker: Breaker, leave: Leave | None = None) -> Answered:
        if trip.room <= 0:
            why = f"its turn did not come in time for a call of {self.deadline:g} s"
            raise Held(trip.tool, "busy", f"{why}. Nothing was sent. {WHEN_DONE}")
        if trip.before is not None:
            await trip.before()
            trip.before = None
        with breaker.watch(trip):
            begun = anyio.current_time()
            try:
                answer = await self._in_time(trip, begun, leave)
            except BaseException as error:
                self._tell(trip, error, begun)
                raise
            self._tell(trip, answer, begun)
            return answer

    async def _in_time(self, trip: Trip, begun: float, leave: Leave | None) -> Answered:
        url = trip.exchange.door.url(trip.exchange.endpoint, trip.request)
        with anyio.CancelScope(deadline=trip.until):
            reply = self._wire.exchange(trip, url, leave)
            return _judged(trip, await (trip.while_telling(reply) if trip.exchange.changes else reply))
        raise self._out_of_time(trip, anyio.current_time() - begun)

    def _tell(self, trip: Trip, with_: Answered | BaseException, begun: float) -> None:
        if self._observer is not NOTHING:
            self._observer.requested(ended(trip, with_, anyio.current_time() - begun))
        trip.sent += 1

    def _out_of_time(self, trip: Trip, had: float) -> UpstreamError:
        if not trip.has_left:
            return never_left(trip, f"within {self.deadline:g} s")
        error = no_answer(trip, f"within {self.deadline:g} s")
        # One that was begun when the call was nearly over says nothing about the other side.
        error.is_failure = had >= min(FAIR, self.deadline)
        return error

    async def _read_licence(self, trip: Trip, wanted: Request) -> None:
        """What it brings is learned; without it the usual pace has to do."""
        look = Exchange(trip.exchange.endpoint, trip.exchange.door, changes=False)
        with suppress(UpstreamError):
            await self._once(Trip(look, wanted, trip.caller, trip.since, trip.until, is_for_the_pace=True))


def _judged(trip: Trip, reply: Reply) -> Answered:
    try:
        return judge(trip, reply)
    except UpstreamError:
        raise
    except Exception as error:  # an answer that nobody thought of; what it was about must not be lost over it
        log.debug("an answer could not be judged", exc_info=error)
        raise cut_off(trip, reply.status, f"make-mcp stumbled over the answer ({type(error).__name__})") from None


def _bases(door: Door) -> list[str]:
    # The gateway's own API is one collection at the root of the host; the rest of the host is other apps.
    own = door.bases.get("maton")
    return [door.bases["make"], *([own + PLATFORM] if own is not None else [])]


def _host(door: Door) -> str:
    return urlsplit(door.bases["make"]).hostname or door.upstream
