"""What the tests of idempotency share: an upstream that numbers the writes that arrive, and calls that write."""

import asyncio
import json
from typing import Any

from tests.server.gates import PATIENCE
from tests.server.network import MAKE_TOKEN, Listener, changing

from make_mcp.calls import Answer, Caller

Json = dict[str, Any]
YES: Json = {"confirm": True}
CREATE: tuple[str, Json] = ("teams_create", {"name": "Crew", "organizationId": 11, **YES})
RUN: tuple[str, Json] = ("scenarios_run", {"scenarioId": 5, "data": {"a": 1}, **YES})
RENAME: tuple[str, Json] = ("hooks_rename", {"hookId": 5, "name": "Orders", **YES})
DELETE: tuple[str, Json] = ("hooks_delete", {"hookId": 5})


class Make(Listener):
    """Answers each write with its number; looks of hooks find one. `until` holds the answers of writes back."""

    def __init__(self, *instead: bytes | None, until: asyncio.Event | None = None) -> None:
        super().__init__(self._answered, for_tool="hooks_delete")
        self.instead: list[bytes | None] = list(instead)
        self.until = until
        self._arrivals = asyncio.Semaphore(0)

    async def arrival(self) -> None:
        """Waits for the next write to arrive."""
        await asyncio.wait_for(self._arrivals.acquire(), PATIENCE)

    @property
    def writes(self) -> int:
        return len(changing(self.requests))

    async def _answered(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = self.writes
        self._arrivals.release()
        if self.until is not None:
            await self.until.wait()
        instead = self.instead.pop(0) if self.instead else b""
        # None hangs up without a word.
        if instead is not None:
            writer.write(instead or http(200, json.dumps({"done": {"number": number, "rate": 0.1}}).encode()))
            await writer.drain()


def http(status: int, body: bytes, kind: str = "application/json") -> bytes:
    head = f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\nconnection: close\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def at(make: Listener) -> Json:
    return {"make_api_key": MAKE_TOKEN, "make_base_url": make.url}


def is_the_same(first: Answer, again: Answer) -> None:
    assert (again.text, again.data) == (first.text, first.data)
    assert not first.is_error
    assert json.loads(again.text) == again.data
    assert (first.is_repeated, again.is_repeated) == (False, True)


async def code(caller: Caller, tool: str, arguments: Json) -> Json:
    preview = (await caller.call(tool, arguments)).data
    assert preview is not None
    return {**arguments, "confirm": preview["code"]}
