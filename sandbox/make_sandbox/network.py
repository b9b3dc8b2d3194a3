"""A network in front of the practice account that is as bad as a real one, and that tells what goes through it."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from make_sandbox import control, errors

DROP = "drop"
UNCLEAR = (500, 502, 504)
"""Statuses after which nobody can tell whether the request was carried out: half of them come after it was."""

TAKES = (
    "takes what goes wrong and how often, as 429:0.05,503:0.02,drop:0.01. What: 429, 500 to 599, or drop (the connection "
    "breaks); how often: a share of the requests from 0 to 1, and 1 at most in all"
)


class Dropped(Exception):
    """The connection breaks before the answer. Whoever serves the application closes it without a word."""


def faults(text: str) -> dict[str, float]:
    """What goes wrong and how often, from `429:0.05,503:0.02,drop:0.01`.

    Raises:
        ValueError: the text says something else; its message says what it takes.
    """
    shares: dict[str, float] = {}
    for part in text.split(","):
        found = re.fullmatch(r"\s*(429|5[0-9]{2}|drop):([01]|[01]?\.[0-9]+)\s*", part)
        if found is None or found[1] in shares:
            raise ValueError(TAKES)
        shares[found[1]] = float(found[2])
    if sum(shares.values()) > 1 + 1e-9:
        raise ValueError(TAKES)
    return shares


@dataclass(kw_only=True)
class Network:
    """An ASGI application around the account's own.

    `latency` is the milliseconds that an answer takes at least; each takes up to a half more. `shares`
    comes from `faults`. `seed` decides which requests it befalls: the same requests in the same order fare the same
    way. `log` is told each request and its answer in one line. The account's own addresses (`/sandbox`) are spared.
    """

    account: ASGIApp
    latency: int = 0
    shares: Mapping[str, float] = field(default_factory=dict[str, float])
    seed: int = 0
    log: Callable[[str], None] | None = None

    def __post_init__(self) -> None:
        self.luck = random.Random(self.seed)  # noqa: S311 - chance for practice, no secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.account(scope, receive, send)
            return
        line = _Line(scope)
        spared = scope["path"] == control.ROOT or scope["path"].startswith(f"{control.ROOT}/")

        async def answer(message: Message) -> None:
            line.see(message)
            await send(message)

        try:
            if spared:
                await self.account(scope, receive, answer)
            else:
                await self._carry(scope, receive, answer)
        except Dropped:
            line.outcome = "dropped"
            raise
        finally:
            if self.log is not None:
                self.log(line.text())

    async def _carry(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._fault()
        wait = self.latency * self.luck.uniform(1, 1.5) / 1000
        if wait:
            await asyncio.sleep(wait)
        if fault is None:
            await self.account(scope, receive, send)
            return
        if (fault == DROP or int(fault) in UNCLEAR) and self.luck.random() < 0.5:
            await self.account(scope, receive, _swallow)
        if fault == DROP:
            raise Dropped
        await _refuse(int(fault), send)

    def _fault(self) -> str | None:
        point = self.luck.random()
        for fault, share in self.shares.items():
            point -= share
            if point < 0:
                return fault
        return None


async def _swallow(_: Message) -> None:
    """The answer that never arrives."""


async def _refuse(status: int, send: Send) -> None:
    """What a client gets in place of its answer: Make's own words for too many requests, else a page of whatever
    stands in front of Make, which is no JSON.
    """
    if status == 429:
        kind, body = b"application/json", json.dumps(errors.too_many_requests().body).encode()
    else:
        kind, body = b"text/html", f"<html><head><title>{status}</title></head><body>{status}</body></html>".encode()
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class _Line:
    """One line of the log: time, method, path with its query, status, size of the answer, milliseconds.

    Headers and bodies are not in it, and so no key.
    """

    def __init__(self, scope: Scope) -> None:
        query = scope["query_string"].decode("latin-1")
        self.asked = f"{scope['method']} {scope['path']}{'?' if query else ''}{query}"
        self.begin = time.perf_counter()
        self.outcome = "no answer"
        self.size = 0

    def see(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.outcome = str(message["status"])
        else:
            self.size += len(message.get("body", b""))

    def text(self) -> str:
        now = datetime.now().astimezone().strftime("%H:%M:%S")
        taken = (time.perf_counter() - self.begin) * 1000
        # A hook's address is all that is needed to use it.
        asked = re.sub(r"(/hook/[^/?]{6})[^/?]+", r"\1...", self.asked)
        printable = "".join(c if c.isprintable() else "?" for c in asked)
        return f"{now} {printable} -> {self.outcome}, {self.size} bytes, {taken:.0f} ms"
