"""A client of the server with somebody in front of it: what they answer, what they were asked, and what was sent."""

import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, Self, TypeAlias, cast

import anyio
import anyio.lowlevel
import httpx2
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.context import ClientRequestContext
from mcp.client.sse import sse_client
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.message import SessionMessage
from mcp_types import (
    CLIENT_CAPABILITIES_META_KEY,
    CallToolResult,
    ElicitRequestFormParams,
    ElicitRequestParams,
    ElicitResult,
    ErrorData,
    InputRequiredResult,
    JSONRPCRequest,
    JSONRPCResponse,
    RequestId,
)
from tests.end_to_end.accounts import text_of
from tests.end_to_end.processes import PATIENCE, environment

Json: TypeAlias = dict[str, Any]
Typed: TypeAlias = str | int | float | bool | list[str] | None
FIELD = "typedName"


def asked_for(question: ElicitRequestFormParams) -> str:
    """What a person types who reads the form: what stands between its quotes, letter by letter."""
    described: str = question.requested_schema["properties"][FIELD]["description"]
    return described.removeprefix('Exactly: "').removesuffix('"')


def accepting(question: ElicitRequestFormParams) -> ElicitResult:
    return ElicitResult(action="accept", content={FIELD: asked_for(question)})


async def at_once(_: RequestId) -> None:
    """Nobody has to be waited for."""
    await anyio.lowlevel.checkpoint()


@dataclass
class Person:
    """Answers as they are told to, and remembers the questions."""

    answer: Callable[[ElicitRequestFormParams], ElicitResult | ErrorData] = accepting
    ponder: Callable[[RequestId], Awaitable[None]] = at_once
    """What they wait for before they answer a question, which has this id."""
    questions: list[ElicitRequestFormParams] = field(default_factory=list[ElicitRequestFormParams])

    async def __call__(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult | ErrorData:
        assert isinstance(params, ElicitRequestFormParams), "a link was shown"
        self.questions.append(params)
        await self.ponder(context.request_id)
        return self.answer(params)


Declared: TypeAlias = Literal["forms", "plain", "links", "nothing"]
DECLARED: Mapping[Declared, Json | None] = {"forms": {"form": {}}, "plain": {}, "links": {"url": {}}, "nothing": None}
"""What a client declares of elicitation, as it stands among its capabilities. `plain` is how it was before the choice."""


@dataclass
class Wire:
    """Between a client and its transport: declares what it is told to, and remembers the last call."""

    declared: Declared = "forms"
    last: Json = field(default_factory=dict[str, Any])
    stream: Any = None

    async def answer(self, question: RequestId, answer: ElicitResult) -> None:
        """Sends an answer past the client, whenever that is."""
        result = answer.model_dump(by_alias=True, mode="json", exclude_none=True)
        await self.stream.send(SessionMessage(JSONRPCResponse(jsonrpc="2.0", id=question, result=result)))

    def passes(self, request: JSONRPCRequest) -> None:
        params: Json = request.params or {}
        meta: Json = params.get("_meta") or {}
        if request.method == "initialize":
            params["capabilities"] = self._capabilities(params["capabilities"])
        if CLIENT_CAPABILITIES_META_KEY in meta:
            # The client hands the same object to every request, so that this is a new one.
            meta[CLIENT_CAPABILITIES_META_KEY] = self._capabilities(meta[CLIENT_CAPABILITIES_META_KEY])
        if request.method == "tools/call":
            self.last = params

    def _capabilities(self, capabilities: Json) -> Json:
        others = {name: value for name, value in capabilities.items() if name != "elicitation"}
        declared = DECLARED[self.declared]
        return others if declared is None else {**others, "elicitation": declared}


@dataclass
class _Writing:
    """A transport's stream, with a wire in front of it."""

    stream: Any
    wire: Wire

    async def send(self, item: Any, /) -> None:
        if isinstance(item.message, JSONRPCRequest):
            self.wire.passes(item.message)
        await self.stream.send(item)

    async def aclose(self) -> None:
        await self.stream.aclose()

    async def __aenter__(self) -> Self:
        await self.stream.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return await self.stream.__aexit__(kind, error, trace)


@asynccontextmanager
async def _watched(transport: AbstractAsyncContextManager[Any], wire: Wire) -> AsyncGenerator[Any]:
    async with transport as (reading, writing):
        wire.stream = writing
        yield reading, _Writing(writing, wire)


@dataclass(frozen=True)
class Heard:
    """What came of a call: data, an error in words (the tool's or the protocol's), or a question."""

    data: Json | None = None
    error: str | None = None
    question: InputRequiredResult | None = None

    @property
    def preview(self) -> Json:
        assert self.data is not None, self.error
        assert self.data["status"] == "confirmation_required"
        assert self.data["nothingChanged"] is True
        return self.data

    @property
    def done(self) -> bool:
        """Whether it claims that something was done."""
        return self.data is not None and self.data.get("nothingChanged") is not True


@dataclass
class Session:
    """One connection. `declared` is told anew with each request where the protocol has that, and else at its beginning."""

    client: Client
    wire: Wire
    person: Person
    declared: Declared

    async def call(self, tool: str, /, **arguments: Any) -> Heard:
        """A call as a client makes it, the question to the person included."""
        self.wire.declared = self.declared
        return await _heard(self.client.call_tool(tool, arguments))

    async def send(
        self, tool: str, arguments: Json, state: str | None, answers: Mapping[str, ElicitResult] | None
    ) -> Heard:
        """One request with what a client says is the answer to a question (2026-07-28)."""
        self.wire.declared = self.declared
        return await _heard(
            self.client.session.call_tool(
                tool,
                arguments,
                request_state=state,
                input_responses=None if answers is None else dict(answers),
                allow_input_required=True,
            )
        )

    async def send_again(self, request: Json) -> Heard:
        """A call that was sent before (`wire.last`) once more, with the state and the answer that it had."""
        brought: Json = request.get("inputResponses") or {}
        answers = {key: ElicitResult.model_validate(one) for key, one in brought.items()}
        return await self.send(request["name"], request["arguments"], request.get("requestState"), answers or None)


async def _heard(calling: Any) -> Heard:
    try:
        result: CallToolResult | InputRequiredResult = await calling
    except MCPError as error:
        return Heard(error=str(error))
    if isinstance(result, InputRequiredResult):
        return Heard(question=result)
    if result.is_error:
        return Heard(error=text_of(result))
    return Heard(data=cast("Json", result.structured_content))


@asynccontextmanager
async def session(
    server: str | StdioServerParameters,
    mode: str,
    declared: Declared = "forms",
    *,
    sse: bool = False,
    network: httpx2.AsyncClient | None = None,
) -> AsyncGenerator[Session]:
    """A client at a server: an address, or a command for stdio. `network` is how it gets to an address, if not by itself."""
    if isinstance(server, StdioServerParameters):
        transport: Any = stdio_client(server)
    else:
        transport = sse_client(server) if sse else streamable_http_client(server, http_client=network)
    wire, person = Wire(declared), Person()
    with anyio.fail_after(PATIENCE):
        async with Client(_watched(transport, wire), mode=mode, elicitation_callback=person) as client:
            yield Session(client, wire, person, declared)


def stdio(*arguments: str, **variables: str) -> StdioServerParameters:
    """A server that a client starts for itself."""
    return StdioServerParameters(
        command=sys.executable, args=["-m", "make_mcp", *arguments], env=environment(**variables)
    )
