"""What is told of a request when it has ended: nothing by which anybody could know what it was about."""

from urllib.parse import urlsplit

from make_mcp.telemetry.observer import Requested
from make_mcp.upstream.errors import BadAnswer, Refused, UpstreamError
from make_mcp.upstream.permit import Answered
from make_mcp.upstream.trip import Trip


def ended(trip: Trip, with_: Answered | BaseException, seconds: float) -> Requested:
    """The end of a request: its answer, or what was raised in its place."""
    endpoint, door = trip.exchange.endpoint, trip.exchange.door
    address = urlsplit(door.bases[endpoint.api])
    return Requested(
        tool=endpoint.name,
        upstream=door.upstream,
        host=address.hostname or "",
        port=address.port or (443 if address.scheme == "https" else 80),
        method=trip.request.method,
        template=_template(trip),
        status=with_.status if isinstance(with_, Answered | Refused | BadAnswer) else None,
        error=None if isinstance(with_, Answered) else word(with_),
        seconds=seconds,
        resent=trip.sent,
    )


def word(error: BaseException) -> str:
    """What went wrong, in a word."""
    if isinstance(error, UpstreamError):
        return error.word
    return "fault" if isinstance(error, Exception) else "cancelled"


def _template(trip: Trip) -> str:
    if not trip.is_for_the_pace:
        return trip.exchange.endpoint.public_path
    # What the pace reads is no endpoint of the call: names stay, and ids go.
    return "/".join("{id}" if any(map(str.isdigit, part)) else part for part in trip.request.path.split("/"))
