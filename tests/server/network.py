"""A network of our own: what leaves for Make is recorded, and what comes back is the test's to say."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self

import httpx2

from make_mcp.absent import Absent
from make_mcp.answers import Shaping
from make_mcp.callers import open_gate
from make_mcp.calls import Answer, Caller
from make_mcp.idempotency import Keys
from make_mcp.secrets import Credentials, keys_of
from make_mcp.selection import select
from make_mcp.settings import Settings, load
from make_mcp.telemetry.observer import NOTHING, Observer
from make_mcp.upstream import Upstreams
from make_mcp.upstream.doors import open_doors
from make_mcp.upstream.pacing.opening import open_pace
from make_tools import GROUPS, Endpoint

MATON_KEY = "canary-maton-key-5f1e"
MAKE_TOKEN = "0c0ffee0-ca4a-4b1d-9e77-000000000001"
OAUTH_TOKEN = "canary-oauth-token-77aa"
SECRETS = (MATON_KEY, MAKE_TOKEN, OAUTH_TOKEN)

BOTH_KEYS = {"maton_api_key": MATON_KEY, "make_api_key": MAKE_TOKEN, "make_zone": "eu1.make.com"}
MAKE_KEY = {"make_api_key": MAKE_TOKEN, "make_zone": "eu1.make.com"}
MATON_ONLY = {"maton_api_key": MATON_KEY}

ENDPOINTS: dict[str, Endpoint[...]] = {endpoint.name: endpoint for group in GROUPS for endpoint in group.endpoints}
READS = [endpoint for endpoint in ENDPOINTS.values() if endpoint.effect == "read"]
WRITES = [endpoint for endpoint in ENDPOINTS.values() if endpoint.effect != "read"]

LINK = {"connection": {"id": "21fd90f9", "app": "make"}}

SEEN = b'{"hook":{"id":5,"name":"Orders"}}'
"""What a look of a preview gets, where it is not what a test is about."""

Respond = Callable[[httpx2.Request], httpx2.Response]


def json_answer(data: object, status: int = 200) -> httpx2.Response:
    return httpx2.Response(status, json=data)


def _usual(request: httpx2.Request) -> httpx2.Response:
    # The gateway's own links are looked at before they are touched.
    return json_answer(
        LINK if request.method == "GET" and request.url.path.startswith("/connections/") else {"ok": True}
    )


class Network(httpx2.MockTransport):
    """Records every request, and answers as it is told."""

    def __init__(self, respond: Respond = _usual) -> None:
        self.sent: list[httpx2.Request] = []
        self.respond = respond
        super().__init__(self._record)

    def _record(self, request: httpx2.Request) -> httpx2.Response:
        self.sent.append(request)
        return self.respond(request)


def always(status: int = 200, content: bytes = b"", **headers: str) -> Respond:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: httpx2.Response(status, content=content, headers=named)


def behind_looks(tool: str, respond: Respond) -> Respond:
    """The same, but for the looks of a tool's preview: what it does then is what `respond` gets."""
    answers_looks = ENDPOINTS[tool].effect != "read"
    return lambda request: (
        httpx2.Response(200, content=SEEN) if answers_looks and request.method == "GET" else respond(request)
    )


def failing(error: Exception) -> Respond:
    def respond(_: httpx2.Request) -> httpx2.Response:
        raise error

    return respond


def _loaded(flags: dict[str, Any]) -> Settings:
    """The settings, which take longer to read than a call; nothing changes them."""
    environment = {name: value for name, value in os.environ.items() if name.startswith(("MAKE_", "MATON_"))}
    known = repr((sorted(flags.items()), sorted(environment.items())))
    if known not in _SETTINGS:
        _SETTINGS[known] = load(flags)
    return _SETTINGS[known]


_SETTINGS: dict[str, Settings] = {}


@asynccontextmanager
async def calling(
    network: httpx2.AsyncBaseTransport | None,
    flags: dict[str, Any],
    keys: Keys | None = None,
    observer: Observer = NOTHING,
) -> AsyncGenerator[Caller]:
    """The path of every call, with these settings, over this network; None is the real one."""
    settings = _loaded(flags)
    tools = select(GROUPS, settings)
    async with (
        # Nothing here is in a hurry, and no other side has a pace, unless a test is about it.
        open_pace(settings if "pace" in flags else settings.model_copy(update={"pace": "off"}), observer) as pace,
        Upstreams(open_doors(settings), network, deadline=settings.timeout, pace=pace, observer=observer) as upstreams,
    ):
        with open_gate(settings, upstreams) as gate:
            credentials = Credentials([*upstreams.secrets, *keys_of(settings)])
            shaping = Shaping(credentials, settings.reveal, settings.max_result_bytes)
            yield Caller(tools, gate, shaping, Absent(GROUPS, tools, settings), keys, observer=observer)


def body_of(request: httpx2.Request) -> Any:
    return json.loads(request.content) if request.content else None


Answering = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Listener:
    """A loopback server that hands each connection to `answer`, and counts the requests that arrived.

    With `for_tool` the looks of that tool's preview are answered, so that what it does then is what `answer` gets.
    """

    def __init__(self, answer: Answering, for_tool: str | None = None) -> None:
        self._answer = answer
        self._answers_looks = for_tool is not None and ENDPOINTS[for_tool].effect != "read"
        self.requests: list[bytes] = []
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def read_request(self, reader: asyncio.StreamReader) -> bytes:
        """One whole request; empty where the client has gone."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return b""
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        body = await reader.readexactly(int(lengths[0].split(b":")[1])) if lengths else b""
        self.requests.append(head + body)
        return head + body

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await self.read_request(reader)
            if self._answers_looks and request.startswith(b"GET "):
                writer.write(
                    b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b" % (len(SEEN), SEEN)
                )
                await writer.drain()
            elif request:
                await self._answer(reader, writer)
        finally:
            writer.close()


async def carried_out(caller: Caller, tool: str, arguments: Mapping[str, Any]) -> Answer:
    """A call that is confirmed as its preview says; one that reads needs no preview."""
    if ENDPOINTS[tool].effect == "read":
        return await caller.call(tool, arguments)
    preview = (await caller.call(tool, arguments)).data
    assert preview is not None
    return await caller.call(tool, {**arguments, "confirm": preview.get("code", True)})


def changing(requests: Iterable[bytes]) -> list[bytes]:
    """The requests that do more than look."""
    return [request for request in requests if not request.startswith(b"GET ")]
