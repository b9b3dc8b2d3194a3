"""Sends a permitted request and reads the answer. The one file that talks to the network."""

import json
from types import TracebackType
from typing import Any, cast

import httpx2

from make_mcp.confirmation import Permit
from make_mcp.upstream.doors import Door, Doors
from make_mcp.upstream.errors import BadAnswer, OutcomeUnknown, Unreachable
from make_mcp.upstream.guard import Guard
from make_mcp.upstream.hints import check_next, refusal, safe
from make_mcp.upstream.platform import PLATFORM, hold_to_make
from make_tools import Endpoint, Request

# Below the 60 s after which hosts give up; above the 40 s that a responsive run may take.
TIMEOUT = httpx2.Timeout(45, connect=5)

_NOTHING_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)


class Upstreams:
    """The open doors, and the HTTP client behind them. Use it as an async context manager.

    `transport` stands in for the network: the sandbox in process.
    """

    def __init__(self, doors: Doors, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self._doors = doors
        self._guard = Guard({base for door in doors.open.values() for base in _bases(door)})
        self._client = httpx2.AsyncClient(
            transport=transport,
            timeout=TIMEOUT,
            # A redirect could take the key, and the body of a write, to another host.
            follow_redirects=False,
            headers={},
        )

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

    async def send(self, permit: Permit) -> dict[str, Any]:
        """The JSON object that Make answered; what is no object stands under `result`, an empty answer is `{}`.

        Raises:
            UpstreamError: see `errors.py` for each kind.
        """
        endpoint, request = permit.endpoint, permit.request
        door = self._doors.door(endpoint)
        if endpoint.api == "maton" and request.method != "GET" and request.path != PLATFORM:
            # The key opens every app of the account: a link is looked at before it is touched.
            hold_to_make(endpoint, await self._exchange(endpoint, door, Request("GET", request.path)))
        answer = await self._exchange(endpoint, door, request)
        return hold_to_make(endpoint, answer) if endpoint.api == "maton" else answer

    async def _exchange(self, endpoint: Endpoint[...], door: Door, request: Request) -> dict[str, Any]:
        url = door.url(endpoint, request)
        self._guard.check(url)
        try:
            response = await self._client.request(
                request.method, url, headers=_headers(door, request), content=_content(request)
            )
        except _NOTHING_SENT as error:
            raise Unreachable(
                f"{endpoint.name}: no connection to {httpx2.URL(url).host} ({type(error).__name__}). Nothing was sent. "
                "Check the network, the proxy settings and the base URL, then try again."
            ) from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise _no_answer(endpoint, type(error).__name__) from None
        return _read(endpoint, door, response)


def _bases(door: Door) -> list[str]:
    # The gateway's own API is one collection at the root of the host; the rest of the host is other apps.
    own = door.bases.get("maton")
    return [door.bases["make"], *([own + PLATFORM] if own is not None else [])]


def _headers(door: Door, request: Request) -> dict[str, str]:
    return {**door.headers, "content-type": "application/json"} if request.body is not None else dict(door.headers)


def _content(request: Request) -> bytes | None:
    if request.body is None:
        return None
    return json.dumps(request.body, ensure_ascii=False, separators=(",", ":")).encode()


def _no_answer(endpoint: Endpoint[...], why: str) -> Exception:
    if endpoint.effect == "read":
        return Unreachable(f"{endpoint.name}: no answer from Make ({why}). Nothing was changed; try again.")
    return OutcomeUnknown(
        f"{endpoint.name}: the request left and no answer came ({why}). It may have taken effect: do not repeat it "
        f"before you have checked. {check_next(endpoint)}"
    )


def _read(endpoint: Endpoint[...], door: Door, response: httpx2.Response) -> dict[str, Any]:
    body = response.content
    if response.is_redirect:
        raise BadAnswer(
            f"{endpoint.name}: {door.upstream} answered {response.status_code} and pointed elsewhere. That is not followed, "
            "since the key would go along. Check MAKE_ZONE and the base URL.",
            status=response.status_code,
        )
    if response.is_success and not body:
        return {}
    try:
        data: Any = json.loads(body)
    except (ValueError, RecursionError):
        data = None
    if not response.is_success:
        raise refusal(endpoint, door, response.status_code, data, safe(response.text))
    if data is None:
        told = "It may have taken effect. " + check_next(endpoint) if endpoint.effect != "read" else ""
        kind = response.headers.get("content-type", "no content type").split(";")[0]
        raise BadAnswer(
            f"{endpoint.name}: {door.upstream} answered {response.status_code} with {safe(kind)} in place of JSON: "
            f'"{safe(response.text)}". Check MAKE_ZONE and the base URL. {told}'.rstrip(),
            status=response.status_code,
        )
    return cast("dict[str, Any]", data) if isinstance(data, dict) else {"result": data}
