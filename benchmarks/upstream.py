"""A local stand-in for Make's API that costs as little as possible: `python upstream.py`.

It listens on a free port of 127.0.0.1, prints that port as its first line, answers every GET below /api/v2 at once from
prepared bytes, and ends when its standard input does, so that it never outlives the process that measures.

- `/api/v2/scenarios/N` and `/api/v2/data-stores/N`: one record of about 8 kB that carries the id N.
- `/api/v2/scenarios/N/blueprint`: a blueprint of about 8 kB.
- `/api/v2/scenarios?...`: 50 scenarios; `cols[]`, `pg[limit]` and `pg[offset]` do what they do at Make.
- any other path below /api/v2: a record of about 8 kB under `record`.
- `/count`: how many requests below /api/v2 were answered so far.
"""

import asyncio
import json
import re
import sys
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

HOST: Final = "127.0.0.1"
PREFIX: Final = "/api/v2"
RECORD_BYTES: Final = 8_000
SCENARIOS: Final = 50
FIRST_SCENARIO: Final = 925_001

_APPS = (
    "google-sheets", "slack", "http", "json", "gateway", "hubspotcrm", "openai-gpt-3", "airtable", "notion", "shopify",
)  # fmt: skip
_RECORD = re.compile(rf"{PREFIX}/(?P<kind>scenarios|data-stores)/(?P<id>[0-9]+)")


def scenario(number: int) -> dict[str, Any]:
    """Every column of one scenario, in the shape and at the length in which Make answers them."""
    user = {"id": 40_117, "name": "Alex Morgan", "email": "alex.morgan@example.com"}
    return {
        "id": number,
        "name": f"Orders to the warehouse sheet {number}",
        "teamId": 1,
        "hookId": None,
        "deviceId": None,
        "deviceScope": None,
        "concept": False,
        "description": "Takes each paid order, adds a row to the warehouse sheet and tells the team.",
        "folderId": 118 + number % 7,
        "isinvalid": False,
        "islinked": number % 3 > 0,
        "isActive": number % 3 > 0,
        "islocked": False,
        "isPaused": number % 11 == 0,
        "usedPackages": [_APPS[(number + step) % len(_APPS)] for step in range(4)],
        "lastEdit": "2026-03-14T09:26:53.589Z",
        "scheduling": {"type": "indefinitely", "interval": 900},
        "iswaiting": False,
        "dlqCount": number % 5,
        "createdByUser": user,
        "updatedByUser": user,
        "nextExec": "2026-03-14T09:45:00.000Z",
        "created": "2025-11-02T18:00:12.041Z",
        "scenarioVersion": 7,
        "moduleSequenceId": 12,
        "type": "scenario",
    }


def data_store(number: int) -> dict[str, Any]:
    return {"id": number, "name": "Orders", "teamId": 1, "records": 1_204, "size": "412310", "maxSize": "1048576"}


def padded(record: dict[str, Any]) -> dict[str, Any]:
    """The record with custom properties (small objects, as Make has them) until it is about RECORD_BYTES long."""
    properties: list[dict[str, Any]] = []
    padded_record = {**record, "customProperties": properties}
    size = len(_compact(padded_record))
    while size < RECORD_BYTES:
        step = len(properties)
        properties.append(
            {
                "key": f"property{step:03}",
                "label": f'Cost centre "{step}"',
                "value": step * 17,
                "required": step % 2 == 0,
            }
        )
        size += len(_compact(properties[-1])) + 1
    return padded_record


def _compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _answer(body: bytes, status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@cache
def _template(kind: str, digits: int) -> tuple[bytes, bytes]:
    """The answer for one record, cut where an id of so many digits stands."""
    marker = int("9" * digits)
    record = {"scenario": padded(scenario(1))} if kind == "scenarios" else {"dataStore": padded(data_store(1))}
    next(iter(record.values()))["id"] = marker
    before, _, after = _answer(_compact(record)).partition(f'"id":{marker}'.encode())
    return before + b'"id":', after


@cache
def _scenario_list(query: str) -> bytes:
    asked = parse_qs(query)
    offset = int(asked.get("pg[offset]", ["0"])[0])
    limit = int(asked.get("pg[limit]", ["500"])[0])
    columns = {column for value in asked.get("cols[]", ["*"]) for column in value.split(",")}
    rows = [scenario(FIRST_SCENARIO + step) for step in range(SCENARIOS)][offset : offset + limit]
    if "*" not in columns:
        rows = [{name: value for name, value in row.items() if name in columns} for row in rows]
    page = {"sortBy": "proprietal", "limit": limit, "sortDir": "desc", "offset": offset}
    return _answer(_compact({"scenarios": rows, "pg": page}))


_BLUEPRINT = _answer(
    _compact(
        {"code": "OK", "response": {"blueprint": padded({"name": "Orders", "flow": [], "metadata": {"version": 1}})}}
    )
)
_ANY = _answer(_compact({"record": padded({"id": 1})}))
_REFUSED = _answer(
    _compact({"detail": "Only GET below /api/v2 is served here.", "message": "Not found"}), "404 Not Found"
)


class Upstream(asyncio.Protocol):
    """One keep-alive connection. `requests` counts over all of them."""

    requests = 0

    def __init__(self) -> None:
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        *heads, self._unread = (self._unread + data).split(b"\r\n\r\n")
        for head in heads:
            method, target, _ = head.split(b" ", 2)
            self._transport.write(self._respond(target.decode()) if method == b"GET" else _REFUSED)

    def _respond(self, target: str) -> bytes:
        if target == "/count":
            return _answer(_compact({"count": Upstream.requests}))
        if not target.startswith(PREFIX):
            return _REFUSED
        Upstream.requests += 1
        path, _, query = target.partition("?")
        if record := _RECORD.fullmatch(path):
            before, after = _template(record["kind"], len(record["id"]))
            return before + record["id"].encode() + after
        if path == f"{PREFIX}/scenarios" and query:
            return _scenario_list(urlsplit(target).query)
        return _BLUEPRINT if path.endswith("/blueprint") else _ANY


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Upstream, HOST, 0)
    async with server:
        print(server.sockets[0].getsockname()[1], flush=True)
        ended = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(ended), sys.stdin)
        await ended.read()


if __name__ == "__main__":
    asyncio.run(main())
