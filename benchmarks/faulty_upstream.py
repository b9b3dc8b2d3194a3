"""A local stand-in for Make's API that misbehaves and counts: `python faulty_upstream.py SHARE SEED`.

It listens on a free port of 127.0.0.1, prints that port as its first line, and ends when its standard input does. Whoever
drives it puts a number of eight digits into each call, in the address or in the body; an answer says in `asked` to which
method and number it belongs. In SHARE of the exchanges something goes wrong instead (`faults.py`), and a number that begins
with 9 is never answered. `/tally` tells what arrived, by number.
"""

import asyncio
import json
import random
import re
import socket
import struct
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from faults import FAULTS, WEIGHTS, Request, answer
from upstream import HOST

NEVER: Final = "9"
"""What the number of a call that is never answered begins with."""
LATE: Final = 0.1
"""The share of answers that come a few milliseconds late, so that they overtake one another."""
LARGE: Final = 40
"""One record in so many is large."""

_NUMBER: Final = re.compile(rb"(?<![0-9])[1-9][0-9]{7}(?![0-9])")
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_API: Final = re.compile(r"(?:/make)?/api/v2/([a-z-]+)(/[^/]+)?")
_RECORDS: Final = {
    "connections": "connection",
    "data-stores": "dataStore",
    "hooks": "hook",
    "scenarios": "scenario",
    "teams": "team",
    "templates": "template",
}


@dataclass
class Tally:
    """What arrived whole, by number; and what went wrong."""

    requests: int = 0
    reads: Counter[str] = field(default_factory=Counter[str])
    writes: Counter[str] = field(default_factory=Counter[str])
    faults: Counter[str] = field(default_factory=Counter[str])
    met: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """The faults that a number met with."""
    elsewhere: int = 0
    """Requests for anything that is not the API: a redirect that was followed."""
    hanging: int = 0
    """Exchanges that are not answered, and that the client has not given up."""
    held: list[float] = field(default_factory=list[float])
    """Seconds until the client gave up an exchange that is never answered."""

    def as_json(self) -> bytes:
        return json.dumps(vars(self)).encode()


def record(resource: str, number: int) -> dict[str, Any]:
    """One thing, with what a preview looks at."""
    thing: dict[str, Any] = {
        "id": number,
        "name": f"Thing {number}",
        "teamId": 7,
        "organizationId": 3,
        "isActive": False,
        "enabled": True,
        "typeName": "gateway-webhook",
        "scheduling": {"type": "on-demand"},
    }
    if number % LARGE == 0:
        thing["notes"] = f"{resource} {number} " * 8_000
    return thing


def good(request: Request) -> bytes:
    """What Make would answer, more or less, with a mark of whose answer it is."""
    data: dict[str, Any] = {"asked": f"{request.method} {request.number}"}
    found = _API.match(urlsplit(request.target).path)
    resource = found[1] if found else ""
    number = int(request.number or 7)
    if found and found[2] is None and request.method == "GET":
        data[resource.replace("data-stores", "dataStores")] = [record(resource, number)]
    else:
        data[_RECORDS.get(resource, "record")] = record(resource, number)
    return answer(json.dumps(data, separators=(",", ":")).encode())


class Serving(asyncio.Protocol):
    """One connection. The client sends its next request after the answer to the last."""

    tally = Tally()
    share = 0.0
    chance = random.Random()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._unread = b""
        self._hangs: float | None = None
        self._later: list[asyncio.TimerHandle] = []

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio names it; any end is one
        for handle in self._later:
            handle.cancel()
        if self._hangs is not None:
            self.tally.hanging -= 1
            self.tally.held.append(asyncio.get_running_loop().time() - self._hangs)

    def data_received(self, data: bytes) -> None:
        self._unread += data
        head, found, body = self._unread.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not found or len(body) < (int(length[1]) if length else 0):
            return
        self._unread = b""
        method, target, _ = head.decode("latin-1").split(" ", 2)
        number = _NUMBER.search(target.encode() + b" " + body)
        self._requested(Request(method, target, number[0].decode() if number else ""))

    def _requested(self, request: Request) -> None:
        tally = self.tally
        if request.target == "/tally":
            self.say(answer(tally.as_json()))
            return
        tally.requests += 1
        if _API.match(request.target) is None:
            tally.elsewhere += 1
        if request.number:
            (tally.reads if request.method == "GET" else tally.writes)[request.number] += 1
        if request.number.startswith(NEVER):
            self._hangs = asyncio.get_running_loop().time()
            tally.hanging += 1
        elif self.chance.random() < self.share:
            (kind,) = self.chance.choices(list(FAULTS), WEIGHTS)
            tally.faults[kind] += 1
            if request.number:
                tally.met[request.number].append(kind)
            FAULTS[kind].happen(self, request, good(request))
        elif self.chance.random() < LATE:
            self.after(self.chance.uniform(0.005, 0.03), good(request))
        else:
            self.say(good(request))

    def say(self, data: bytes) -> None:
        self._transport.write(data)

    def after(self, seconds: float, data: bytes = b"", *, reset: bool = False) -> None:
        def happen() -> None:
            if data:
                self.say(data)
            if reset:
                self.reset()

        self._later.append(asyncio.get_running_loop().call_later(seconds, happen))

    def close(self) -> None:
        self._transport.close()

    def deafen(self) -> None:
        self._transport.pause_reading()

    def reset(self) -> None:
        bare = self._transport.get_extra_info("socket")
        if bare.fileno() >= 0:
            bare.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()


async def main() -> None:
    Serving.share = float(sys.argv[1])
    Serving.chance = random.Random(int(sys.argv[2]))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Serving, HOST, 0, backlog=256)
    async with server:
        print(server.sockets[0].getsockname()[1], flush=True)
        ended = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(ended), sys.stdin)
        await ended.read()


if __name__ == "__main__":
    asyncio.run(main())
