"""Two keys that must be found nowhere, an upstream that gives back what it gets of them, and eyes that find every bit of them."""

import base64
import gzip
import json
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

from tests.server.faults.manners import Arrived, Exchange, Manner, head
from tests.server.faults.upstream import Upstream

MATON = "Jx9/Maton+5f1e~Kq83_Zp.w7-xT4hV"
MAKE = "c4a7d09f-5d3a-4f70-8e21-9b2f6c1e3b58"
KEYS = (MATON, MAKE)
_SEEN = 12
"""Characters of a key that are too many, wherever they stand."""


_WAYS: tuple[Callable[[str], str], ...] = (
    str,
    lambda c: quote(c, safe=""),
    lambda c: f"{ord(c):02x}",
    lambda c: f"%{ord(c):02x}",
    lambda c: f"\\u{ord(c):04x}",
)


def _traces() -> Iterator[str]:
    """Parts of the keys in lower case, in every way in which an upstream here writes them. So many characters hold one of them."""
    part, step = _SEEN * 2 // 3, _SEEN // 3
    for key in KEYS:
        for way in _WAYS:
            written = [way(c).lower() for c in key]
            yield from ("".join(written[at : at + part]) for at in range(0, len(key) - part + 1, step))
        for before in range(3):
            inner = base64.b64encode(b"\xa5" * before + key.encode() + b"\xa5" * 3).decode()[4:-5].lower()
            for at in range(0, len(inner) - 11, 4):
                yield from {inner[at : at + 12], quote(inner[at : at + 12], safe="").lower()}
                yield inner[at : at + 12].replace("+", "-").replace("/", "_")


TRACES = frozenset(_traces())


def found_in(text: str) -> list[str]:
    """What can be seen of a key in a text."""
    lower = text.lower()
    return [trace for trace in TRACES if trace in lower]


def forms(secret: str) -> dict[str, str]:
    """One text in all the ways that an error page or a debug block may hold it."""
    return {
        "plain": secret,
        "header": f"authorization: {secret}",
        "quoted": quote(secret, safe=""),
        "percent": "".join(f"%{ord(c):02x}" for c in secret),
        "base64": base64.b64encode(secret.encode()).decode(),
        "base64 behind one": base64.b64encode(b"x" + secret.encode()).decode(),
        "base64 behind two": base64.urlsafe_b64encode(b"xy" + secret.encode()).decode(),
        "basic": "Basic " + base64.b64encode(f"user:{secret}".encode()).decode(),
        "hex": secret.encode().hex(),
        "capitals": secret.upper(),
        "html": f"<b title='{secret}'>&#{ord(secret[0])};{secret[1:]}</b>",
        "json": json.dumps({"authorization": secret}),
        "escaped": "".join(f"\\u{ord(c):04x}" for c in secret),
    }


def sent(request: Arrived) -> str:
    """The key of a request."""
    return request.headers["authorization"].split(" ", 1)[1]


Echo = Callable[[Arrived], tuple[int, list[tuple[str, str]], bytes]]
_JSON = ("content-type", "application/json")


def everything(status: int) -> Echo:
    """Every form of the key in every field that a tool, a preview or an error reads; the thing that is looked at included."""

    def echo(request: Arrived) -> tuple[int, list[tuple[str, str]], bytes]:
        key, whole = sent(request), request.headers["authorization"]
        every = forms(key) | {f"whole {name}": text for name, text in forms(whole).items()}
        thing: dict[str, Any] = {
            "id": 5, "app": "make", "name": f"Orders {key}", "teamId": 22, "connection_id": "c1", "status": "ACTIVE", "url": key,
            "scenarioName": key, "subject": key, "reason": every["base64"], "more": every, key: [every["hex"], {whole: key}],
            "usedPackages": list(every.values()), "isActive": True, "scheduling": {"type": key}, "accountName": key,
        }  # fmt: skip
        single = (
            "hook",
            "scenario",
            "connection",
            "team",
            "organization",
            "user",
            "template",
            "dlq",
            "notification",
            "dataStore",
        )
        answer: dict[str, Any] = dict.fromkeys(single, thing) | {f"{name}s": [thing] for name in single}
        if status >= 400:
            answer = {
                "message": " ".join(every.values()), "detail": list(every.values()), "code": key[:20], "suberrors": [{"message": key}],
                "metadata": [{"type": key, "data": [{"scenarioId": key, "scenarioName": whole}]}], "debug": every,
            }  # fmt: skip
        headers = [
            _JSON,
            ("x-echo", whole),
            ("set-cookie", f"session={key}; Path=/"),
            ("retry-after", "1"),
            ("server", key),
        ]
        return status, headers, json.dumps(answer).encode()

    return echo


def page(status: int, before: int = 0) -> Echo:
    """HTML that begins with so many letters, so that a text that is cut is cut within the key."""

    def echo(request: Arrived) -> tuple[int, list[tuple[str, str]], bytes]:
        text = "m" * before + sent(request) + "n" * 400 + " ".join(forms(sent(request)).values())
        return status, [("content-type", f"text/html; charset={sent(request)}")], text.encode()

    return echo


def message(status: int, before: int, form: str) -> Echo:
    """An error whose message is cut within the key."""

    def echo(request: Arrived) -> tuple[int, list[tuple[str, str]], bytes]:
        text = "m" * before + forms(sent(request))[form] + "n" * 900
        return status, [_JSON], json.dumps({"message": text, "code": "SC400"}).encode()

    return echo


def redirect(status: int) -> Echo:
    def echo(request: Arrived) -> tuple[int, list[tuple[str, str]], bytes]:
        host = sent(request).encode().hex()[:60]
        return status, [("location", f"https://{host}.example.com/{sent(request)}?key={sent(request)}")], b""

    return echo


def typed(request: Arrived) -> tuple[int, list[tuple[str, str]], bytes]:
    """The key as the type of the answer."""
    return 200, [("content-type", f"{sent(request)}/{request.headers['authorization']}")], b"no JSON"


def packed(request: Arrived) -> tuple[int, list[tuple[str, str]], bytes]:
    text = json.dumps(forms(sent(request))).encode()
    return 500, [_JSON, ("content-encoding", "gzip")], gzip.compress(text)


def broken(request: Arrived) -> tuple[int, list[tuple[str, str]], bytes]:
    return 200, [_JSON], f'{{"scenario": "{sent(request)}", "n":'.encode()


def listed(request: Arrived) -> tuple[int, list[tuple[str, str]], bytes]:
    return 200, [_JSON], json.dumps([*forms(sent(request)).values()]).encode()


def error_inside(request: Arrived) -> tuple[int, list[tuple[str, str]], bytes]:
    key = sent(request)
    return (
        200,
        [_JSON],
        json.dumps({"error": {"message": "m" * 185 + key}, key: key, "dlqs": [key], "debug": key}).encode(),
    )


ECHOES: dict[str, Echo] = (
    {f"everything, {status}": everything(status) for status in (200, 400, 401, 403, 404, 406, 422, 424, 429, 500, 503)}
    | {f"a page, {status}, cut at {at}": page(status, at) for status in (200, 401, 403, 502) for at in (0, 180, 190, 1985)}
    | {f"a message cut at {at}, {form}": message(400, at, form) for at in (380, 390, 590) for form in ("plain", "base64", "hex", "percent")}
    | {f"a redirect, {status}": redirect(status) for status in (301, 302, 307, 308)}
    | {"a type": typed, "packed": packed, "broken": broken, "a list": listed, "an error inside": error_inside}
)  # fmt: skip


def echoing(echo: Echo) -> Manner:
    async def manner(exchange: Exchange) -> None:
        status, headers, body = echo(exchange.request)
        await exchange.answer(status, body, headers)

    return manner


async def no_http(exchange: Exchange) -> None:
    """The key where the protocol has no place for it."""
    key = sent(exchange.request)
    await exchange.send(f"HTTP/1.1 {key} {key}\r\n{key}\r\n\r\n".encode())
    exchange.hang_up()


async def no_header(exchange: Exchange) -> None:
    key = sent(exchange.request)
    await exchange.send(f"HTTP/1.1 200 {key}\r\n{key}\r\n{key} : x\r\n\r\n".encode())
    exchange.hang_up()


async def no_chunk(exchange: Exchange) -> None:
    await exchange.send(
        head(200, [_JSON, ("transfer-encoding", "chunked")]) + sent(exchange.request).encode() + b"\r\n"
    )
    exchange.hang_up()


async def cut_off(exchange: Exchange) -> None:
    await exchange.send(head(200, [_JSON, ("content-length", "9999")]) + sent(exchange.request).encode())
    exchange.reset()


MANNERS: dict[str, Manner] = {name: echoing(echo) for name, echo in ECHOES.items()} | {
    "no HTTP": no_http, "no header": no_header, "no chunk": no_chunk, "cut off": cut_off,
}  # fmt: skip


def clean(text: str) -> str:
    assert not (traces := found_in(text)), f"{traces[:3]} in {text[:2000]}"
    return text


def both(upstream: Upstream, prefer: str = "maton", **flags: Any) -> dict[str, Any]:
    """Settings with both doors at this upstream, and a canary behind each."""
    doors = {
        "maton_api_key": MATON,
        "maton_base_url": upstream.url,
        "make_api_key": MAKE,
        "make_base_url": upstream.url,
    }
    return {**doors, "prefer": prefer, "pace": "off", "reveal": True, **flags}


@asynccontextmanager
async def upstream_that(manner: Manner) -> AsyncGenerator[Upstream]:
    async with Upstream() as upstream:
        upstream.on(None, manner)
        yield upstream
