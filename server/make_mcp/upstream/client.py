"""Sends a permitted request and reads the answer. The one file that talks to the network."""

from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Any, cast

import anyio
import httpx2
from pydantic_core import from_json, to_json

from make_mcp.upstream.doors import Door, Doors, Exchange
from make_mcp.upstream.errors import BadAnswer, OutcomeUnknown, Refused, Unreachable
from make_mcp.upstream.guard import Guard
from make_mcp.upstream.hints import check_next, refusal
from make_mcp.upstream.permit import Answered, Permit
from make_mcp.upstream.platform import PLATFORM, hold_to_make
from make_tools import Endpoint, Request
from make_tools.wording import safe

# Below the 60 s after which hosts give up; above the 40 s that a responsive run may take.
DEADLINE = 45.0
"""Seconds for a whole exchange, however slowly its answer drips."""
LARGEST_ANSWER = 20_000_000
"""Bytes, unpacked. The largest answers are blueprints, which Make takes up to 3 MB of."""
TIMEOUT = httpx2.Timeout(DEADLINE, connect=5)

_SHORTEST_SECRET = 16
"""Characters. A shorter key would be a word of the language, as the practice account's is."""

_NOTHING_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)


class Upstreams:
    """The open doors, and the HTTP client behind them. Use it as an async context manager.

    `transport` stands in for the network: the sandbox in process. `deadline` is in seconds, for a whole exchange.
    """

    def __init__(
        self, doors: Doors, transport: httpx2.AsyncBaseTransport | None = None, *, deadline: float = DEADLINE
    ) -> None:
        self._doors = doors
        self._deadline = deadline
        self._guard = guard = Guard({base for door in doors.open.values() for base in _bases(door)})

        async def check(request: httpx2.Request) -> None:
            guard.check(str(request.url))

        self._client = httpx2.AsyncClient(
            transport=transport,
            timeout=TIMEOUT,
            # A redirect could take the key, and the body of a write, to another host.
            follow_redirects=False,
            # None is kept: a session that one call began must not stand behind the next.
            # http is for this machine alone: a proxy would get the key in clear.
            mounts={"http://": transport or httpx2.AsyncHTTPTransport()},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            # The address as it is about to leave, whatever was decided or normalised before.
            event_hooks={"request": [check]},
        )
        self.secrets = tuple(door.key for door in doors.open.values() if len(door.key) >= _SHORTEST_SECRET)
        """What must not stand in any answer or error."""

    async def __aenter__(self) -> "Upstreams":
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    def locate(self, endpoint: Endpoint[...], request: Request) -> str:
        """The address to which a request would go.

        Raises:
            NotConfigured: no key opens a door for it.
        """
        return self._doors.door(endpoint).url(endpoint, request)

    async def send(self, permit: Permit) -> Answered:
        """What Make answered.

        Raises:
            UpstreamError: see `errors.py` for each kind.
        """
        endpoint, request = permit.endpoint, permit.request
        door = self._doors.door(endpoint)
        if endpoint.api == "maton" and request.method != "GET" and request.path != PLATFORM:
            # The key opens every app of the account: a link is looked at before it is touched.
            look = Exchange(endpoint, door, changes=False)
            try:
                found = await self._exchange(look, Request("GET", request.path))
            except BadAnswer as error:
                raise Unreachable(str(error)) from None
            except Refused as error:
                if error.leaves_it_open:
                    # Of the look, that is: the write behind it has not left.
                    raise Unreachable(str(error)) from None
                raise
            hold_to_make(endpoint, found.data)
        answer = await self._exchange(Exchange(endpoint, door, changes=endpoint.effect != "read"), request)
        # What a write did is not judged afterwards: its answer is all that tells the agent of it.
        if endpoint.api == "maton" and endpoint.effect == "read":
            return Answered(hold_to_make(endpoint, answer.data), answer.status)
        return answer

    async def _exchange(self, exchange: Exchange, request: Request) -> Answered:
        endpoint, door = exchange.endpoint, exchange.door
        url = door.url(endpoint, request)
        # As it was put together: the client would tidy `a/../b` away. A hook of the client looks again.
        self._guard.check(url)
        try:
            with anyio.fail_after(self._deadline):
                async with self._client.stream(
                    request.method, url, headers=_headers(door, request), content=_content(request)
                ) as response:
                    body = await _body(exchange, response)
        except _NOTHING_SENT as error:
            raise Unreachable(
                f"{endpoint.name}: no connection to {httpx2.URL(url).host} ({type(error).__name__}). Nothing was sent. "
                "Check the network, the proxy settings and the base URL, then try again."
            ) from None
        except httpx2.InvalidURL:
            raise Unreachable(
                f"{endpoint.name}: its arguments make an address that is too long. Nothing was sent; ask for less at a time."
            ) from None
        except (httpx2.HTTPError, TimeoutError) as error:
            raise _no_answer(exchange, type(error).__name__) from None
        return Answered(_read(exchange, response, body), response.status_code)


def _bases(door: Door) -> list[str]:
    # The gateway's own API is one collection at the root of the host; the rest of the host is other apps.
    own = door.bases.get("maton")
    return [door.bases["make"], *([own + PLATFORM] if own is not None else [])]


def _headers(door: Door, request: Request) -> dict[str, str]:
    return {**door.headers, "content-type": "application/json"} if request.body is not None else dict(door.headers)


def _content(request: Request) -> bytes | None:
    if request.body is None:
        return None
    return to_json(request.body)


def _no_answer(exchange: Exchange, why: str) -> Exception:
    endpoint = exchange.endpoint
    if not exchange.changes:
        return Unreachable(f"{endpoint.name}: no answer from Make ({why}). Nothing was changed; try again.")
    return OutcomeUnknown(
        f"{endpoint.name}: the request left and no answer came ({why}). It may have taken effect: do not repeat it "
        f"before you have checked. {check_next(endpoint)}"
    )


_WHO = {"maton": "Maton", "make": "Make"}


async def _body(exchange: Exchange, response: httpx2.Response) -> bytes:
    """The whole answer, unpacked as it comes: one that swells beyond all use is cut off before it fills the memory."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            told = (
                "It may have taken effect. " + check_next(exchange.endpoint)
                if exchange.changes
                else "Ask for less at a time."
            )
            raise BadAnswer(
                f"{exchange.endpoint.name}: the answer was cut off at {LARGEST_ANSWER // 10**6} MB. {told}",
                status=response.status_code,
            )
    return bytes(body)


def _read(exchange: Exchange, response: httpx2.Response, body: bytes) -> dict[str, Any]:
    endpoint, door = exchange.endpoint, exchange.door
    if response.is_redirect:
        raise BadAnswer(
            f"{endpoint.name}: {_WHO[door.upstream]} answered {response.status_code} in place of an answer. A redirect is not "
            "followed, since the key would go along. Check MAKE_ZONE and the base URL.",
            status=response.status_code,
        )
    if response.is_success and not body:
        return {}
    try:
        data: Any = _parse(body.removeprefix(b"\xef\xbb\xbf"))
    except ValueError:
        data = None
    # Whatever charset it claims to have: this is only to be looked at.
    text = safe(body[:2000].decode("utf-8", "replace"))
    if not response.is_success:
        raise refusal(exchange, response.status_code, data, text)
    if data is None:
        told = "It may have taken effect. " + check_next(endpoint) if exchange.changes else ""
        kind = safe(response.headers.get("content-type", "no content type").split(";")[0])
        what = "JSON that is broken, or none that can be used" if kind.endswith("json") else f"{kind} in place of JSON"
        raise BadAnswer(
            f"{endpoint.name}: {_WHO[door.upstream]} answered {response.status_code} with {what}: "
            f'"{text}". Check MAKE_ZONE and the base URL. {told}'.rstrip(),
            status=response.status_code,
        )
    return cast("dict[str, Any]", data) if isinstance(data, dict) else {"result": data}


_ENVELOPE = 8
"""Levels of nesting that a client reads around our data, and some to spare."""


def _parse(body: bytes) -> Any:
    """The JSON of an answer, if clients can read it too: they nest no deeper than 200, our envelope included.

    Raises:
        ValueError: it is no JSON, or deeper, or holds a number that is none.
    """
    data: Any = from_json(b"[" * _ENVELOPE + body + b"]" * _ENVELOPE, allow_inf_nan=False)
    for _ in range(_ENVELOPE):
        (data,) = data
    return data
