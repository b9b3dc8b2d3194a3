"""Recipes on the practice account, in process, through either way to Make; and on a network that answers as it is told."""

import json
import re
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx2
from tests.server.network import BOTH_KEYS, MAKE_KEY, MATON_ONLY, Network, calling, json_answer

import make_sandbox
from make_mcp.calls import NOBODY, Answer, Caller
from make_mcp.confirmation import Client
from make_mcp.recipes import RECIPES
from make_tools import GROUPS

Json = dict[str, Any]
BOTH, MAKE, MATON = "both", "make", "maton"
WAYS = (BOTH, MAKE, MATON)

ORDERS, INVOICES, LEADS, CALENDAR = "Order intake", "Paid invoices", "Lead scoring", "Content calendar"
DRAFTS, REFUNDS, BACKLOG, BACKUP = "Social post", "Refund", "Ticket backlog", "Inventory"
"""How names of scenarios of the practice account begin."""

_TOOLS = {tool.name: tool for tool in (*RECIPES, *(endpoint for group in GROUPS for endpoint in group.endpoints))}
_RECIPES = frozenset(recipe.name for recipe in RECIPES)
_STEP = re.compile(r"(?P<tool>[a-z_]+)(?: (?P<arguments>\{.*\}))?(?: with (?P<lacks>.+))?")
_FLAGS: Mapping[str, Mapping[str, Any]] = {BOTH: BOTH_KEYS, MAKE: MAKE_KEY, MATON: MATON_ONLY}
_KEYS = {
    BOTH: {"maton_api_key": make_sandbox.KEY, "make_api_key": make_sandbox.TOKEN, "make_zone": "eu1.make.com"},
    MAKE: {"make_api_key": make_sandbox.TOKEN, "make_zone": "eu1.make.com"},
    MATON: {"maton_api_key": make_sandbox.KEY},
}


def proposed(answer: Mapping[str, Any]) -> list[tuple[str, Json]]:
    """The calls that an answer proposes. Each names a tool that exists, with arguments that it takes, and none destroys."""
    found: list[tuple[str, Json]] = []
    for step in answer.get("next", []):
        match = _STEP.fullmatch(step)
        assert match is not None, step
        tool, arguments = _TOOLS[match["tool"]], json.loads(match["arguments"] or "{}")
        assert tool.effect != "destroy", step
        assert set(arguments) <= {argument.name for argument in tool.arguments}, step
        if not match["lacks"]:
            tool.parse(arguments)
        found.append((tool.name, arguments))
    return found


@dataclass(slots=True)
class Account:
    """A caller, and what left for Make."""

    caller: Caller
    sent: Sequence[httpx2.Request]
    client: Client = field(default_factory=lambda: NOBODY)

    async def call(self, tool: str, /, **arguments: Any) -> Answer:
        named = {name.rstrip("_"): value for name, value in arguments.items()}
        return await self.caller.call(tool, named, self.client)

    async def ask(self, tool: str, /, **arguments: Any) -> Json:
        """The answer of a call that must succeed. What it proposes is checked."""
        answer = await self.call(tool, **arguments)
        assert answer.data is not None, answer.text
        assert json.loads(answer.text) == answer.data
        if tool in _RECIPES:
            proposed(answer.data)
            # What Make's blueprints and outputs hold may be null.
            assert tool in {"scenarios_export", "scenarios_wait"} or ":null" not in answer.text
        return answer.data

    async def refused(self, tool: str, /, **arguments: Any) -> str:
        """The text of a call that must fail."""
        answer = await self.call(tool, **arguments)
        assert answer.is_error, answer.text
        return answer.text

    async def size(self, tool: str, /, **arguments: Any) -> int:
        """Bytes of an answer."""
        answer = await self.call(tool, **arguments)
        assert not answer.is_error, answer.text
        return len(answer.text.encode())

    async def scenario(self, begins: str) -> int:
        """The id of the scenario whose name begins so."""
        found = await self.ask("find", text=begins, kind="scenario")
        return found["found"][0]["id"]

    async def do(self, tool: str, /, **arguments: Any) -> Json:
        """A write, confirmed."""
        preview = await self.ask(tool, **arguments)
        return await self.ask(tool, **arguments, confirm=preview.get("code", True))


class _Recording(httpx2.AsyncBaseTransport):
    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self.inner = inner
        self.sent: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.sent.append(request)
        return await self.inner.handle_async_request(request)


@asynccontextmanager
async def practice(
    way: str = BOTH, clock: Callable[[], datetime] | None = None, **flags: Any
) -> AsyncGenerator[Account]:
    """A fresh practice account. Its clock is the machine's unless it gets one."""
    network = _Recording(httpx2.ASGITransport(make_sandbox.create_app(limits=False, clock=clock)))
    async with calling(network, {**_KEYS[way], **flags}) as caller:
        yield Account(caller, network.sent)


Answers = Mapping[str, Any]
"""By the path behind `/api/v2`: what Make says, which may be `refusal(...)`, or a function of the request."""


def refusal(status: int, code: str | None = None, message: str = "No") -> httpx2.Response:
    """What Make says in place of an answer; without a code the gateway."""
    return json_answer({"message": message} | ({"code": code} if code else {}), status)


@asynccontextmanager
async def told(answers: Answers, way: str = MAKE, **flags: Any) -> AsyncGenerator[Account]:
    """A network that knows these answers, and says of everything else that it is not there."""

    def respond(request: httpx2.Request) -> httpx2.Response:
        answer = answers.get(request.url.path.partition("/api/v2")[2], refusal(404, "SC404"))
        answer = answer(request) if callable(answer) else answer
        return answer if isinstance(answer, httpx2.Response) else json_answer(answer)

    network = Network(respond)
    async with calling(network, {**_FLAGS[way], **flags}) as caller:
        yield Account(caller, network.sent)
