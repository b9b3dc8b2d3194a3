"""What the tests of the gate share: a practice account behind a wire that a test may cut, and a client with a person."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import httpx2
import pytest
from tests.server.network import ENDPOINTS

import make_sandbox
from make_mcp.audit import Entry
from make_mcp.confirmation import AnswerAwaited, Client, Codes, Done, Gate, NotConfirmed, Policy, Question, Reply, Told
from make_mcp.confirmation.used import InMemory
from make_mcp.upstream import Upstreams
from make_mcp.upstream.doors import Doors, make_door

Json = dict[str, Any]
Instead = Callable[[httpx2.Request], Awaitable[httpx2.Response | None]]
HOST = "https://make.sandbox.localhost"
API = "/api/v2"
TEAM = 388889
"""The one team of the empty account."""
_BLUEPRINT = """{"name": %s, "metadata": {"version": 1}, "flow": [{"id": 1, "module": "gateway:CustomWebHook", "version": 1,
"parameters": {"hook": %d, "maxResults": 1}, "mapper": {}, "metadata": {}}]}"""
PATIENCE = 30.0
"""Seconds until something that never comes makes a test fail."""


@dataclass
class Clock:
    """Unix seconds, which stand still until a test moves them."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def go(self, seconds: float) -> None:
        self.now += seconds


def typed(name: object) -> Reply:
    """A person who agrees, and what they type."""
    return Reply("accept", {"typedName": name})


@dataclass
class Person:
    """A client with a person, who replies as told.

    One that `waits` asks within the call, as before protocol 2026-07-28; another ends the call with the question, and brings
    the reply to a later call.
    """

    reply: Reply = field(default_factory=lambda: typed("Order intake"))
    waits: bool = True
    can_ask: bool = True
    may_write: bool = True
    caller: str = "local"
    name: str | None = "A client 1.0"
    meanwhile: Callable[[], Awaitable[object]] | None = None
    """What happens while the person reads."""
    questions: list[Question] = field(default_factory=list[Question])
    brings: set[str] = field(default_factory=set[str])
    """The questions to which the call brings the reply."""

    @property
    def line(self) -> str:
        return self.caller

    def answered(self, about: str) -> Reply | None:
        return self.reply if about in self.brings else None

    async def tell(self, seconds: float, message: str) -> None:
        pass

    async def ask(self, question: Question) -> Reply:
        self.questions.append(question)
        if self.meanwhile is not None:
            await self.meanwhile()
        if not self.waits:
            raise AnswerAwaited(question)
        return self.reply


class Wire(httpx2.AsyncBaseTransport):
    """The way to the practice account. What is sent is kept; `instead` may answer in the account's place, or break."""

    def __init__(self, account: httpx2.AsyncBaseTransport) -> None:
        self._account = account
        self.sent: list[httpx2.Request] = []
        self.instead: Instead | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        self.sent.append(request)
        if self.instead is not None and (response := await self.instead(request)) is not None:
            return response
        return await self.deliver(request)

    async def deliver(self, request: httpx2.Request) -> httpx2.Response:
        return await self._account.handle_async_request(request)

    @property
    def writes(self) -> list[str]:
        """What was sent beside looks."""
        return [f"{r.method} {_address(r)}" for r in self.sent if r.method != "GET"]

    def answers(self, method: str, response: httpx2.Response | Exception) -> None:
        """Lets each request of this method end so, before it reaches the account."""

        async def instead(request: httpx2.Request) -> httpx2.Response | None:
            if request.method != method:
                return None
            if isinstance(response, Exception):
                raise response
            return httpx2.Response(response.status_code, content=response.content, headers=response.headers)

        self.instead = instead

    def loses_answers(self, method: str) -> None:
        """Lets each request of this method take effect, and its answer get lost."""

        async def instead(request: httpx2.Request) -> httpx2.Response | None:
            if request.method != method:
                return None
            await self.deliver(request)
            raise httpx2.ReadTimeout("no answer came")

        self.instead = instead

    def reads(self, path: str, answer: object, status: int = 200) -> None:
        """Lets looks at a path get this answer."""

        async def instead(request: httpx2.Request) -> httpx2.Response | None:
            # In ASCII: JSON can hold what UTF-8 cannot.
            body = json.dumps(answer).encode()
            return (
                httpx2.Response(status, content=body) if request.method == "GET" and _address(request) == path else None
            )

        self.instead = instead


def _address(request: httpx2.Request) -> str:
    return request.url.raw_path.decode().removeprefix(API)


@dataclass
class Bench:
    """A gate in front of an empty practice account, with its wire, its clock and its audit log."""

    gate: Gate
    wire: Wire
    clock: Clock
    codes: Codes
    entries: list[Entry]
    make: httpx2.AsyncClient
    """Make as somebody else uses it: nothing of this goes over the wire."""

    async def call(self, tool: str, client: Client, **arguments: Any) -> Done | Told:
        return await self.gate.call(ENDPOINTS[tool], arguments, client)

    async def preview(self, tool: str, client: Client, **arguments: Any) -> Json:
        """A call that must end in a preview."""
        told = await self.call(tool, client, **arguments)
        assert isinstance(told, Told)
        assert told.content["status"] == "confirmation_required"
        assert told.content["nothingChanged"] is True
        return told.content

    async def code(self, tool: str, client: Client, **arguments: Any) -> str:
        return cast("str", (await self.preview(tool, client, **arguments))["code"])

    async def refused(self, tool: str, client: Client, **arguments: Any) -> str:
        """The reason of a call that the gate must refuse."""
        with pytest.raises(NotConfirmed) as error:
            await self.call(tool, client, **arguments)
        return error.value.reason

    async def asked(self, tool: str, client: Person, **arguments: Any) -> Question:
        """The question with which a call must end; from then on the client brings the reply."""
        with pytest.raises(AnswerAwaited) as awaited:
            await self.call(tool, client, **arguments)
        client.brings.add(awaited.value.question.about)
        return awaited.value.question

    @property
    def audit(self) -> list[str]:
        """Each decision as one line."""
        return [
            e.decision + (f" by {e.by}" if e.by else "") + (f" ({e.reason})" if e.reason else "") + f": {e.outcome}"
            + (f" {e.status}" if e.status else "")
            for e in self.entries
        ]  # fmt: skip

    async def scenario(self, name: str = "Order intake") -> int:
        """A new scenario, which a hook starts."""
        return (await self.hook_and_scenario(name))[1]

    async def hook_and_scenario(self, name: str = "Order intake") -> tuple[int, int]:
        given = {"name": name[:100] or "hook", "teamId": TEAM, "typeName": "gateway-webhook"}
        made = await self.make.post("/hooks", json={**given, "headers": False, "method": False, "stringify": False})
        hook: int = made.json()["hook"]["id"]
        blueprint = _BLUEPRINT % (json.dumps(name), hook)
        body = {"blueprint": blueprint, "teamId": TEAM, "scheduling": '{"type":"immediately"}'}
        scenario: int = (await self.make.post("/scenarios", json=body)).json()["scenario"]["id"]
        return hook, scenario

    async def rename(self, scenario: int, name: str) -> None:
        (await self.make.patch(f"/scenarios/{scenario}", json={"name": name})).raise_for_status()

    async def is_there(self, path: str) -> bool:
        return (await self.make.get(path)).is_success


@asynccontextmanager
async def bench(policy: Policy = "standard", codes: Codes | None = None) -> AsyncGenerator[Bench]:
    account = httpx2.ASGITransport(make_sandbox.create_app(world="empty", limits=False))
    wire, clock, entries = Wire(account), Clock(), list[Entry]()
    codes = codes or Codes(None, InMemory(clock), clock)
    headers = {"authorization": f"Token {make_sandbox.TOKEN}"}
    doors = Doors({"make": make_door(HOST, make_sandbox.TOKEN)}, "make")
    async with (
        Upstreams(doors, wire) as upstreams,
        httpx2.AsyncClient(transport=account, base_url=HOST + API, headers=headers) as make,
    ):
        gate = Gate(upstreams, policy, codes, lambda record: entries.append(record.entry()))
        yield Bench(gate, wire, clock, codes, entries, make)


async def soon(event: asyncio.Event) -> None:
    """Waits for something that a test has set in motion."""
    await asyncio.wait_for(event.wait(), PATIENCE)
