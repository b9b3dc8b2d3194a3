"""One exchange over HTTP: the request as it leaves, and the answer as far as it may come. The one file that talks to the network."""

import ssl
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Any

import anyio
import httpx2
from pydantic_core import to_json

from make_mcp.settings import SettingsError
from make_mcp.upstream import tls
from make_mcp.upstream.doors import Door
from make_mcp.upstream.errors import BadAnswer, GuardError, OutcomeUnknown, Unreachable
from make_mcp.upstream.guard import Guard
from make_mcp.upstream.hints import AGAIN, may_have, outcome_unknown, smaller
from make_mcp.upstream.pacing.pace import Leave
from make_mcp.upstream.trip import Trip
from make_tools import Request

CONNECT = 5.0
"""Seconds for a connection, TLS included."""
READ = 30.0
"""Seconds between two pieces of an answer to a read. A write has what is left of its call: a run takes 40 s."""
LARGEST = 5_000_000
"""Bytes of an answer, unpacked."""
LARGEST_BULKY = 20_000_000
"""Bytes of an answer that holds blueprints, of which Make takes up to 3 MB each."""
_LARGEST_ERROR = 200_000
"""Bytes of an answer that is only looked at for its message."""
_KEPT = 20
"""Connections that stay open for the next request, for the five seconds that `httpx2` keeps them."""
_ENCODINGS = "gzip, deflate"
"""What is unpacked piece by piece. Others hand out whatever a few bytes swell to in one piece."""
_UNPACKED = frozenset({"", "identity", "gzip", "deflate"})

_NEVER_LEFT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)
_UNFIT = "the answer is packed in a way that was not asked for"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: httpx2.Headers
    body: bytes
    is_whole: bool = True
    """False where the body was cut at the most that is read of an error."""


class Wire:
    """The HTTP client. `transport` stands in for the network: the sandbox in process."""

    def __init__(self, guard: Guard, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self._guard = guard
        self._tells_steps = transport is None
        with _environment():
            context = tls.context()
            self._reads = _client(guard, transport, context, kept=_KEPT)
            # A write gets a connection of its own: one that was kept can be closed in the moment in which it is used, and can
            # hold bytes that the other side sent too many, which would pass for the answer.
            self._writes = _client(guard, transport, context, kept=0)

    async def __aenter__(self) -> "Wire":
        await self._reads.__aenter__()
        await self._writes.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._writes.__aexit__(kind, error, trace)
        await self._reads.__aexit__(kind, error, trace)

    async def exchange(self, trip: Trip, url: str, leave: Leave | None = None) -> Reply:
        """Sends the request, and reads the answer up to the cap. `leave` hears when it really leaves, and when it has arrived.

        Raises:
            Unreachable, OutcomeUnknown: no answer, or half of one.
            BadAnswer: it is too large, or cannot be unpacked.
        """
        request, exchange = trip.request, trip.exchange
        # As it was put together: the client would tidy `a/../b` away. A hook of the client looks again.
        try:
            self._guard.check(url)
        except GuardError as error:
            trip.has_left = False
            raise GuardError(f"{trip.tool}: guard: {error}") from None
        content = None if request.body is None else to_json(request.body)
        timeout = httpx2.Timeout(None, connect=CONNECT, read=None if exchange.changes else READ)
        client = self._writes if exchange.changes else self._reads
        if not self._tells_steps:
            trip.leave()
        try:
            async with client.stream(
                request.method,
                url,
                headers=_headers(exchange.door, request),
                content=content,
                timeout=timeout,
                extensions={"trace": _Watch(trip, leave)},
            ) as response:
                if leave is not None:
                    await leave.arrived()
                try:
                    body = await _body(trip, response)
                except httpx2.DecodingError:
                    raise cut_off(trip, response.status_code, "the answer is packed, and cannot be unpacked") from None
                return Reply(response.status_code, response.headers, body, is_whole=len(body) <= _cap(trip, response))
        except _NEVER_LEFT as error:
            trip.has_left = False
            raise never_left(trip, f"to {httpx2.URL(url).host} ({type(error).__name__})") from None
        except httpx2.InvalidURL:
            trip.has_left = False
            raise _too_long(trip) from None
        except httpx2.HTTPError as error:
            raise no_answer(trip, type(error).__name__) from None


def _client(
    guard: Guard, transport: httpx2.AsyncBaseTransport | None, context: ssl.SSLContext, *, kept: int
) -> httpx2.AsyncClient:
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=kept)

    async def check(request: httpx2.Request) -> None:
        guard.check(str(request.url))

    return httpx2.AsyncClient(
        transport=transport,
        verify=context,
        limits=limits,
        # A redirect could take the key, and the body of a write, to another host.
        follow_redirects=False,
        # http is for this machine alone: a proxy would get the key in clear.
        mounts={"http://": transport or httpx2.AsyncHTTPTransport(verify=context, limits=limits)},
        # None is kept: a session that one call began must not stand behind the next.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        headers={"accept-encoding": _ENCODINGS},
        # The address as it is about to leave, whatever was decided or normalised before.
        event_hooks={"request": [check]},
    )


@contextmanager
def _environment() -> Generator[None]:
    """Says which variables do not fit, and nothing of what they hold: a proxy's address can hold a password."""
    try:
        yield
    except OSError:
        raise SettingsError(_NO_AUTHORITIES) from None
    except ImportError:
        raise SettingsError(f"{_PROXIES} a SOCKS proxy, for which a package is missing: {_MEND}") from None
    except (ValueError, httpx2.InvalidURL):
        raise SettingsError(f"{_PROXIES} what is no address of a proxy: {_MEND}") from None


_PROXIES = "one of HTTPS_PROXY, HTTP_PROXY and ALL_PROXY (also in small letters) names"
_MEND = "give one as http://host:port, or none; nothing was started"
_NO_AUTHORITIES = "SSL_CERT_FILE or SSL_CERT_DIR names what cannot be read, or holds no certificates in PEM; mend them or unset them; nothing was started"


class _Watch:
    """Hears of each step of the HTTP client: a connection can take seconds, and the pace counts from the first bytes."""

    def __init__(self, trip: Trip, leave: Leave | None) -> None:
        self._trip = trip
        self._leave = leave
        self._opened: Any = None

    async def __call__(self, step: str, told: Mapping[str, Any]) -> None:
        if step.endswith(".send_request_headers.started"):
            self._trip.leave()
            if self._leave is not None:
                self._leave.left()
        elif step.endswith(".connect_tcp.complete"):
            self._opened = told["return_value"]
        elif step.endswith(".start_tls.failed") and self._opened is not None:
            # The client forgets a connection whose handshake is cancelled, and leaves it open.
            with anyio.CancelScope(shield=True):
                await self._opened.aclose()


def never_left(trip: Trip, why: str) -> Unreachable:
    """There was no connection."""
    return Unreachable(
        f"{trip.tool}: unreachable: no connection {why}. Nothing was sent. The network, the proxy settings or the base URL may be "
        f"wrong. {AGAIN}",
        was_sent=False,
    )


def no_answer(trip: Trip, why: str) -> Unreachable | OutcomeUnknown:
    """The request left, and no answer came, or half of one."""
    if not trip.exchange.changes:
        return Unreachable(f"{trip.tool}: unreachable: no answer from Make ({why}). Nothing was changed. {AGAIN}")
    told = may_have(trip.exchange.endpoint, trip.exchange.given)
    return OutcomeUnknown(f"{trip.tool}: outcome_unknown: the request left and no answer came ({why}). {told}")


def _too_long(trip: Trip) -> Unreachable:
    error = Unreachable(
        f"{trip.tool}: invalid_arguments: they make an address that is too long. Nothing was sent. Next: the same call with less "
        "in its longest argument.",
        was_sent=False,
    )
    # Nobody was asked.
    error.passes = error.is_failure = False
    return error


def _headers(door: Door, request: Request) -> dict[str, str]:
    return {**door.headers, "content-type": "application/json"} if request.body is not None else dict(door.headers)


def _cap(trip: Trip, response: httpx2.Response) -> int:
    if not response.is_success:
        return _LARGEST_ERROR
    return LARGEST_BULKY if trip.exchange.endpoint.bulky else LARGEST


async def _body(trip: Trip, response: httpx2.Response) -> bytes:
    """The answer, unpacked as it comes: one that swells beyond all use is cut off before it fills the memory."""
    cap = _cap(trip, response)
    if response.headers.get("content-encoding", "").strip().lower() not in _UNPACKED:
        raise cut_off(trip, response.status_code, _UNFIT)
    length = response.headers.get("content-length", "")
    if response.is_success and length.isascii() and length.isdigit() and int(length[:20]) > cap:
        raise _too_large(trip, response.status_code, cap)
    pieces: list[bytes] = []
    size = 0
    async for chunk in response.aiter_bytes():
        pieces.append(chunk)
        size += len(chunk)
        if size > cap:
            if response.is_success:
                # The error's traceback holds this frame until garbage is collected, and with it what the frame holds.
                pieces.clear()
                del chunk
                raise _too_large(trip, response.status_code, cap)
            # It is only looked at.
            break
    return b"".join(pieces)[: cap + 1]


def _too_large(trip: Trip, status: int, cap: int) -> BadAnswer:
    return cut_off(trip, status, f"the answer was cut off at {cap // 10**6} MB", smaller(trip.exchange))


def cut_off(trip: Trip, status: int, why: str, following: str = AGAIN) -> BadAnswer:
    """`following` is what to do next after a read."""
    exchange = trip.exchange
    told = (
        outcome_unknown(exchange.endpoint, exchange.given) if exchange.changes else f"Nothing was changed. {following}"
    )
    return BadAnswer(f"{trip.tool}: bad_upstream_response: {why} (status {status}). {told}", status=status)
