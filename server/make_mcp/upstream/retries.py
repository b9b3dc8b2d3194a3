"""Trying again: what is worth it, and after how long.

A read may be sent again; a write only where nothing of it left. How often, and the waiting, is `stamina`'s; it is asked
once something has gone wrong, so that a call that goes well pays nothing for it.
"""

import logging
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import ceil
from typing import TypeVar

from make_mcp.telemetry.observer import NOTHING, Observer
from make_mcp.upstream.errors import Unreachable, UpstreamError
from make_mcp.upstream.trip import Trip

log = logging.getLogger(__name__)

READS = 3
"""Times that a read is sent at the most."""
WRITES = 2
"""Times that a connection for a write is tried at the most."""
LONGEST_WAIT = 30.0
"""Seconds. Who asks for more is told of in an error."""
_FIRST = 0.5
_FACTOR = 4.0
"""Seconds before the second try, and how much longer it is before each further one."""
_UNTOLD = 2.0
"""Seconds that a caller is left without a word."""
_JITTER = 0.5
"""Seconds, at the most, that are added by chance, so that many do not come back at the same moment."""

T = TypeVar("T")


async def persistently(once: Callable[[], Awaitable[T]], trip: Trip, observer: Observer = NOTHING) -> T:
    """What `once` brings, tried again where that is safe and worth it, within the time of the call.

    Raises:
        UpstreamError: the last one.
    """
    try:
        return await once()
    except UpstreamError as error:
        first = error
        wait = await _before_the_next(error, 1, trip, observer)
        if wait is None:
            raise

    # Imported here: most sessions never need it.
    from stamina import retry_context
    from stamina.instrumentation import set_on_retry_hooks

    # Its own would write to stdout where structlog is installed; what is to be said is logged below.
    set_on_retry_hooks(())

    def hook(_: Exception) -> bool | float:
        return False if wait is None else wait

    async for attempt in retry_context(on=hook, attempts=None, timeout=None):
        with attempt:
            if attempt.num == 1:
                raise first
            try:
                return await once()
            except UpstreamError as error:
                wait = await _before_the_next(error, attempt.num, trip, observer)
                raise
            except BaseException:
                wait = None
                raise
    raise first


async def _before_the_next(error: UpstreamError, number: int, trip: Trip, observer: Observer) -> float | None:
    """The pause before the next try, of which the caller is told; None if there is none."""
    wait = _pause(error, number, trip)
    if wait is None:
        return None
    observer.retried(trip.exchange.door.upstream, error.word)
    log.info("%s: try %d comes in %.1f s (%s)", trip.tool, number + 1, wait, type(error).__name__)
    if wait > _UNTOLD:
        await trip.tell(f"no usable answer yet; the next try comes in {ceil(wait)} s")
    return wait


def _pause(error: UpstreamError, number: int, trip: Trip) -> float | None:
    """Seconds until the next try; None if there is none."""
    limit = WRITES if trip.exchange.changes else READS
    if number >= limit or not error.passes or (trip.exchange.changes and not _never_left(error)):
        return None
    asked = error.retry_after
    if asked is not None and asked > LONGEST_WAIT:
        return None
    wait = (asked if asked is not None else _FIRST * _FACTOR ** (number - 1)) + random.uniform(0, _JITTER)  # noqa: S311  # no secret
    return wait if wait < trip.room else None


def _never_left(error: UpstreamError) -> bool:
    return isinstance(error, Unreachable) and not error.was_sent


def retry_after(value: str | None, date: str | None) -> float | None:
    """Seconds that a `Retry-After` asks for: a number of them, or a date. None where it says nothing that can be used.

    `date` is the answer's own `Date`, by whose clock a date is meant; without it ours has to do.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    when = _date(text)
    if when is None:
        return None
    try:
        return max(0.0, (when - (_date(date or "") or datetime.now(UTC))).total_seconds())
    except OverflowError:
        return None


def _date(text: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, OverflowError, TypeError):
        return None
    return when if when.tzinfo is not None else when.replace(tzinfo=UTC)
