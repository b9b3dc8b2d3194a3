"""Answers as bytes: such as a server of HTTP sends, such as none should, and anything else."""

import gzip
import json
import zlib
from collections.abc import Callable

from hypothesis import strategies as st

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner, max_size=4),
    max_leaves=20,
)
ERROR_KEYS = ("message", "code", "detail", "suberrors", "metadata", "error", "errors", "debug", "error_code", "x")
errors = st.dictionaries(st.sampled_from(ERROR_KEYS), values, max_size=5)
documents = st.one_of(values, errors).map(lambda value: json.dumps(value).encode())


@st.composite
def broken_documents(draw: st.DrawFn) -> bytes:
    document = bytearray(draw(documents))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(document)))
        document[place : place + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(document)


bodies = st.one_of(
    documents,
    broken_documents(),
    st.binary(max_size=200),
    st.sampled_from([b"", b"null", b"\xef\xbb\xbf{}", b"<!DOCTYPE html>error code: 1010</html>", b"[" * 5000, b'{"a":1}{"a":2}']),
    st.tuples(st.text(max_size=20), st.sampled_from(["utf-16", "utf-32", "latin-1", "utf-8"])).map(
        lambda pair: json.dumps(pair[0], ensure_ascii=False).encode(pair[1], "replace")
    ),
)  # fmt: skip
STATUSES = st.one_of(
    st.integers(100, 599).map(str),
    st.sampled_from(["200", "200", "200", "204", "206", "302", "304", "404", "429", "503", "0", "99", "600", "1000", "abc", ""]),
)  # fmt: skip
TYPES = st.one_of(
    st.sampled_from([
        b"application/json", b"application/json; charset=utf-8", b"application/json; charset=utf-16", b"text/html", b"",
        b"application/problem+json", b"text/html; charset=klingon", b"multipart/mixed; boundary=x", b"text/event-stream",
    ]),
    st.binary(max_size=20),
)  # fmt: skip
ENCODINGS = st.sampled_from([
    b"", b"identity", b"gzip", b"GZIP", b"x-gzip", b"deflate", b"br", b"zstd", b"gzip, gzip", b"gzip, deflate", b"identity, gzip",
    b"compress", b"\xff", b"gzip;q=1", b",",
])  # fmt: skip
PACKINGS = st.sampled_from(["as it is", "gzip", "zlib", "raw deflate", "gzip twice", "half of a gzip", "gzip and more"])


def _chunk(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(body), body) if body else b""


CHUNKED = b"transfer-encoding: chunked"
FRAMED: dict[str, Callable[[bytes], tuple[bytes, bytes]]] = {
    "length": lambda body: (b"content-length: %d" % len(body), body),
    "no length": lambda body: (b"", body),
    "too short a length": lambda body: (b"content-length: %d" % (len(body) // 2), body),
    "too long a length": lambda body: (b"content-length: %d" % (len(body) + 7), body),
    "negative length": lambda body: (b"content-length: -1", body),
    "no number for a length": lambda body: (b"content-length: \xb2", body),
    "a length of 30 digits": lambda body: (b"content-length: " + b"9" * 30, body),
    "two lengths": lambda body: (b"content-length: %d\r\ncontent-length: 1" % len(body), body),
    "chunked": lambda body: (CHUNKED, _chunk(body) + b"0\r\n\r\n"),
    "half a chunk": lambda body: (CHUNKED, b"%x\r\n%b" % (len(body) + 10, body)),
    "a chunk without end": lambda body: (CHUNKED, _chunk(body)),
    "a chunk size that is none": lambda body: (CHUNKED, b"zz\r\n" + body + b"\r\n0\r\n\r\n"),
    "chunked and a length": lambda body: (CHUNKED + b"\r\ncontent-length: 3", _chunk(body) + b"0\r\n\r\n"),
}
FRAMINGS = st.sampled_from(["length", "chunked", *FRAMED])
HEADERS = st.lists(
    st.sampled_from([
        b"retry-after: 0", b"retry-after: 2", b"retry-after: 30", b"retry-after: 31", b"retry-after: -1", b"retry-after: 1e9",
        b"retry-after: soon", b"retry-after: Fri, 31 Dec 9999 23:59:59 GMT", b"retry-after: Fri, 31 Feb 2026 25:61:61 GMT",
        b"retry-after: " + b"9" * 400, b"retry-after: \xb2", b"date: Thu, 01 Jan 1970 00:00:00 GMT", b"date: x", b"location: //evil.example/x",
        b"location: http://[", b"location: \xff", b"set-cookie: a=b", b"connection: close", b"connection: upgrade", b"upgrade: h2c",
        b"x: " + b"y" * 20_000, b"no colon here", b": no name", b" folded: x", b"content-length : 2", b"transfer-encoding: gzip",
    ]),
    max_size=3,
)  # fmt: skip


def packed(body: bytes, packing: str) -> bytes:
    match packing:
        case "gzip" | "gzip and more":
            return gzip.compress(body) + (b"more" if packing == "gzip and more" else b"")
        case "zlib":
            return zlib.compress(body)
        case "raw deflate":
            return zlib.compress(body)[2:-4]
        case "gzip twice":
            return gzip.compress(gzip.compress(body))
        case "half of a gzip":
            whole = gzip.compress(body)
            return whole[: len(whole) // 2]
        case _:
            return body


def framed(body: bytes, framing: str) -> bytes:
    """The headers that say where the body ends, and the body as it is sent."""
    ends, sent = FRAMED[framing](body)
    return ends + b"\r\n" * (2 if ends else 1) + sent


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    """Something like an answer, each of its parts right or wrong on its own."""
    version = draw(
        st.sampled_from([b"HTTP/1.1", b"HTTP/1.1", b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2", b"HTTP/9.9", b"http/1.1"])
    )
    head = (
        version
        + b" "
        + draw(STATUSES).encode()
        + draw(st.sampled_from([b" OK", b"", b" ", b" \xff\xfe", b" " + b"x" * 300]))
        + b"\r\n"
    )
    if kind := draw(TYPES):
        head += b"content-type: " + kind + b"\r\n"
    if encoding := draw(ENCODINGS):
        head += b"content-encoding: " + encoding + b"\r\n"
    head += b"".join(line + b"\r\n" for line in draw(HEADERS))
    return head + framed(packed(draw(bodies), draw(PACKINGS)), draw(FRAMINGS))


any_bytes = st.one_of(
    answers(),
    answers(),
    answers(),
    st.binary(max_size=300),
    st.binary(max_size=100).map(lambda rest: b"HTTP/1.1 200 OK\r\n" + rest),
    st.tuples(answers(), st.integers(0, 400)).map(lambda cut: cut[0][: cut[1]]),
    st.tuples(
        st.sampled_from([b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"]), answers()
    ).map(b"".join),
)
