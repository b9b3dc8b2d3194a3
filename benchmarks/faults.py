"""All the ways in which the upstream of the soak misbehaves."""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

JSON: Final = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """A request that arrived whole. `number` is that of its call, empty where it holds none."""

    method: str
    target: str
    number: str


class Connection(Protocol):
    """What a fault can do with the connection of its exchange."""

    def say(self, data: bytes) -> None:
        """Write these bytes."""
        ...

    def after(self, seconds: float, data: bytes = b"", *, reset: bool = False) -> None:
        """Write these bytes later, or reset the connection then."""
        ...

    def close(self) -> None:
        """End it in order, once what was written is out."""
        ...

    def deafen(self) -> None:
        """Read nothing more."""
        ...

    def reset(self) -> None:
        """End it at once, with a reset."""
        ...


Happen = Callable[[Connection, Request, bytes], None]
"""What goes wrong: on this connection, with this request, which should have got these bytes."""


@dataclass(frozen=True)
class Fault:
    """A kind of fault. `weight`: how often, beside the others. `is_answer`: the client gets the answer that it should."""

    happen: Happen
    weight: int = 10
    is_answer: bool = False


def answer(body: bytes, status: str = "200 OK", kind: str = JSON, **headers: str | int) -> bytes:
    """An answer, framed as it should be."""
    named = {"content-type": kind, "content-length": len(body)}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


def refusal(status: str, retry_after: int | None = None) -> Happen:
    """An error in Make's own form."""
    body = json.dumps({"message": status.partition(" ")[2], "code": f"IM{status[:3]}"}).encode()
    return says(answer(body, status) if retry_after is None else answer(body, status, retry_after=retry_after))


def says(data: bytes) -> Happen:
    """These bytes in place of the answer; the connection stays open."""
    return lambda connection, _request, _good: connection.say(data)


def ends(data: bytes, *, with_reset: bool = False) -> Happen:
    """These bytes, and then the end of the connection."""

    def happen(connection: Connection, _request: Request, _good: bytes) -> None:
        if data:
            connection.say(data)
        if with_reset:
            connection.reset()
        else:
            connection.close()

    return happen


def _half(connection: Connection, _request: Request, good: bytes) -> None:
    connection.say(good[: len(good) - 20])
    connection.close()


def _half_reset(connection: Connection, _request: Request, good: bytes) -> None:
    connection.say(good[: len(good) - 20])
    # Bytes that are still on their way would be lost with the connection.
    connection.after(0.01, reset=True)


def _truncated(connection: Connection, _request: Request, good: bytes) -> None:
    connection.say(answer(good.partition(b"\r\n\r\n")[2][:-20]))


def _unread(connection: Connection, _request: Request, good: bytes) -> None:
    """The good answer; whatever is sent next on this connection is never read."""
    connection.deafen()
    connection.say(good)
    connection.after(0.02, reset=True)


def _closed_after(connection: Connection, _request: Request, good: bytes) -> None:
    """The good answer, and an end of the connection that nothing announced."""
    connection.say(good)
    connection.close()


def _hang(_connection: Connection, _request: Request, _good: bytes) -> None:
    """Nothing, until the client gives up."""


def _drip(connection: Connection, _request: Request, good: bytes) -> None:
    """The good answer, a byte at a time, and slower than anybody waits."""
    for number, byte in enumerate(good[:1000]):
        connection.after(0.25 * number, bytes([byte]))


def _late(connection: Connection, _request: Request, good: bytes) -> None:
    connection.after(0.7, good)


def _in_pieces(connection: Connection, _request: Request, good: bytes) -> None:
    for number in range(5):
        size = len(good) // 5 + 1
        connection.after(0.03 * number, good[number * size : (number + 1) * size])


_PAGE = (
    b"<!DOCTYPE html><html><head><title>Bad gateway</title></head><body>"
    + b"<p>Try again</p>" * 400
    + b"</body></html>"
)
_MANY = b"40000\r\n" + b"x" * 0x40000 + b"\r\n"
_OVERSIZED = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n" + _MANY * 24
_BOMB = gzip.compress(b" " * 60_000_000, 9)
_LOST = "http://127.0.0.1:1/elsewhere"

FAULTS: Final[dict[str, Fault]] = {
    "reset before the answer": Fault(ends(b"", with_reset=True)),
    "closed before the answer": Fault(ends(b"")),
    "the next request is not read": Fault(_unread, is_answer=True),
    "closed after the answer": Fault(_closed_after, is_answer=True),
    "half the headers": Fault(ends(b"HTTP/1.1 200 OK\r\ncontent-type: appl")),
    "half the body": Fault(_half),
    "half the body, reset": Fault(_half_reset),
    "half a chunk": Fault(ends(b'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n40\r\n{"a":')),
    "no HTTP": Fault(ends(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")),
    "hang": Fault(_hang, weight=1),
    "drip": Fault(_drip, weight=1),
    "late": Fault(_late, is_answer=True),
    "in pieces": Fault(_in_pieces, is_answer=True),
    "429, at once": Fault(refusal("429 Too Many Requests", retry_after=0)),
    "429, in a second": Fault(refusal("429 Too Many Requests", retry_after=1)),
    "500": Fault(refusal("500 Internal Server Error")),
    "502": Fault(refusal("502 Bad Gateway")),
    "502, a page": Fault(says(answer(_PAGE, "502 Bad Gateway", "text/html"))),
    "503": Fault(refusal("503 Service Unavailable")),
    "503, at once": Fault(refusal("503 Service Unavailable", retry_after=0)),
    "504": Fault(refusal("504 Gateway Timeout")),
    "HTML": Fault(says(answer(_PAGE, kind="text/html"))),
    "empty": Fault(says(answer(b""))),
    "broken JSON": Fault(says(answer(b'{"scenario": {"id": 5,,}}'))),
    "NaN": Fault(says(answer(b'{"scenario": {"id": NaN}}'))),
    "nested without end": Fault(says(answer(b"[" * 100_000))),
    "truncated JSON": Fault(_truncated),
    "wrong charset": Fault(says(answer('{"name": "\xe4\xf6\xfc"}'.encode("latin-1")))),
    "UTF-16": Fault(says(answer('{"name": "x"}'.encode("utf-16"), kind="application/json; charset=utf-16"))),
    "a promise of gzip": Fault(says(answer(b'{"a": 1}', content_encoding="gzip"))),
    "oversized by its length": Fault(says(answer(b"", content_length=30_000_000) + b"{" * 65_536)),
    "oversized in chunks": Fault(says(_OVERSIZED)),
    "oversized when unpacked": Fault(says(answer(_BOMB, content_encoding="gzip"))),
    "redirect": Fault(says(answer(b"", "302 Found", location="/elsewhere"))),
    "redirect that keeps the body": Fault(says(answer(b"", "307 Temporary Redirect", location=_LOST))),
}
WEIGHTS: Final = [fault.weight for fault in FAULTS.values()]
