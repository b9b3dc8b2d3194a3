"""Who calls, and whether a person can be asked there: what a client declares, and what counts as its answer."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client as McpClient
from mcp.client.session import ClientRequestContext, ElicitationFnT
from mcp.server.auth.middleware.auth_context import auth_context_var
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.server.runner import modern_on_request
from mcp.shared.direct_dispatcher import create_direct_dispatcher_pair
from mcp_types import (
    CLIENT_CAPABILITIES_META_KEY,
    CLIENT_INFO_META_KEY,
    PROTOCOL_VERSION_META_KEY,
    CallToolRequestParams,
    ElicitRequestParams,
    ElicitResult,
    ErrorData,
    ListToolsResult,
    PaginatedRequestParams,
)

from make_mcp.clients import KEY, InRounds, InSession, client_of
from make_mcp.confirmation import AnswerAwaited, Question, Reply

Json = dict[str, Any]
FORM = {"type": "object", "properties": {"typedName": {"type": "string"}}, "required": ["typedName"]}
QUESTION = Question("the code", "Delete scenario 5.", "Order intake")
YES = ElicitResult(action="accept", content={"typedName": "Order intake"})
VERSION = "2026-07-28"


def rounds(state: str | None = None, answer: object = None) -> InRounds:
    return InRounds("local", None, True, state, answer)


async def test_in_rounds_an_answer_counts_only_with_the_state_of_its_own_question():
    assert rounds("the code", YES).answered("the code") == Reply("accept", {"typedName": "Order intake"})
    # Forged at the first call, of another code, or no answer at all.
    for client in (
        rounds(None, YES),
        rounds("", YES),
        rounds("another code", YES),
        rounds("the code "),
        rounds("the code"),
    ):
        assert client.answered("the code") is None
        with pytest.raises(AnswerAwaited) as awaited:
            await client.ask(QUESTION)
        assert awaited.value.question is QUESTION


def test_in_rounds_what_is_no_answer_of_a_form_does_not_count():
    odd: list[object] = [
        "accept",
        True,
        {},
        {"action": "accept", "content": {"typedName": "Order intake"}},
        [YES],
        YES.model_dump(),
    ]
    for answer in odd:
        assert rounds("the code", answer).answered("the code") is None


def test_in_rounds_a_no_without_a_form_is_a_no():
    for action in ("decline", "cancel"):
        assert rounds("the code", ElicitResult(action=action)).answered("the code") == Reply(action, {})


@asynccontextmanager
async def sees(found: list[InRounds | InSession]) -> AsyncGenerator[Callable[[Json], Any]]:
    """A server that notes the client of each call; hands out a way to call it as a client of 2026-07-28."""

    async def call_tool(ctx: ServerRequestContext[Any], params: CallToolRequestParams) -> Json:
        found.append(client_of(ctx, params))
        return {"resultType": "complete", "content": []}

    server = Server[Any]("test")
    server.add_request_handler("tools/call", CallToolRequestParams, call_tool)
    near, far = create_direct_dispatcher_pair()

    async def ignore(*_: object) -> None:
        pass

    async def call(params: Json) -> Any:
        return await near.send_raw_request("tools/call", {"name": "x", "arguments": {}, **params})

    async with anyio.create_task_group() as tasks:
        await tasks.start(near.run, ignore, ignore)
        await tasks.start(far.run, modern_on_request(server, {}), ignore)
        yield call
        near.close()
        far.close()


def meta(capabilities: Json) -> Json:
    info = {"name": "Desk", "version": "2"}
    return {
        "_meta": {
            PROTOCOL_VERSION_META_KEY: VERSION,
            CLIENT_INFO_META_KEY: info,
            CLIENT_CAPABILITIES_META_KEY: capabilities,
        }
    }


@pytest.mark.parametrize(
    ("capabilities", "can_ask"),
    [
        ({}, False), ({"sampling": {}}, False), ({"elicitation": {"url": {}}}, False),
        ({"elicitation": {}}, True), ({"elicitation": {"form": {}}}, True), ({"elicitation": {"form": {}, "url": {}}}, True),
    ],
    ids=str,
)  # fmt: skip
async def test_only_a_client_that_declared_forms_is_asked(capabilities: Json, can_ask: bool):
    found: list[InRounds | InSession] = []
    async with sees(found) as call:
        await call(meta(capabilities))
    (client,) = found
    assert isinstance(client, InRounds)
    assert client.can_ask is can_ask
    assert client.waits is False
    assert (client.caller, client.name) == ("local", "Desk 2")


async def test_the_answer_is_the_one_under_our_own_key():
    found: list[InRounds | InSession] = []
    answer = {"action": "accept", "content": {"typedName": "Order intake"}}
    async with sees(found) as call:
        for key in (KEY, "another"):
            await call({**meta({"elicitation": {}}), "requestState": "the code", "inputResponses": {key: answer}})
    assert [client.answered("the code") is not None for client in found] == [True, False]


async def replies(callback: ElicitationFnT | None) -> tuple[InSession, list[Reply]]:
    """A client of a protocol before 2026-07-28, and what asking it yields."""
    found: list[InSession] = []
    got: list[Reply] = []

    async def call_tool(ctx: ServerRequestContext[Any], params: CallToolRequestParams) -> Json:
        client = client_of(ctx, params)
        assert isinstance(client, InSession)
        found.append(client)
        if client.can_ask:
            got.append(await client.ask(QUESTION))
        return {"content": []}

    async def list_tools(_ctx: ServerRequestContext[Any], _params: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[])

    server = Server[Any]("test", on_list_tools=list_tools)
    server.add_request_handler("tools/call", CallToolRequestParams, call_tool)
    async with McpClient(server, mode="legacy", elicitation_callback=callback) as client:
        await client.call_tool("x", {})
    return found[0], got


async def test_within_a_call_a_person_is_asked_where_the_client_declared_it():
    client, got = await replies(None)
    assert not client.can_ask
    assert got == []
    assert client.waits is True
    assert not client.answered("the code")

    async def accept(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        assert isinstance(context, ClientRequestContext)
        assert params.message == QUESTION.message
        return YES

    client, got = await replies(accept)
    assert client.can_ask
    assert got == [Reply("accept", {"typedName": "Order intake"})]


async def test_within_a_call_what_is_no_answer_is_a_form_that_was_closed():
    async def fail(context: ClientRequestContext, params: ElicitRequestParams) -> ErrorData:
        assert isinstance(context, ClientRequestContext)
        return ErrorData(code=-32000, message=f"no window for {params.message}")

    assert (await replies(fail))[1] == [Reply("cancel", {})]


def token(client_id: str, subject: str | None = None, **claims: str) -> AuthenticatedUser:
    return AuthenticatedUser(AccessToken(token="t", client_id=client_id, scopes=[], subject=subject, claims=claims))


async def caller_of(user: AuthenticatedUser | None) -> str:
    found: list[InRounds | InSession] = []
    reset = auth_context_var.set(user)
    try:
        async with sees(found) as call:
            await call(meta({}))
    finally:
        auth_context_var.reset(reset)
    return found[0].caller


async def test_each_principal_is_another_caller():
    users = [
        None, token("local"), token("a"), token("b"), token("a", "anna"), token("a", "bert"), token("a", "anna", iss="x"),
        token("a", iss="anna"), token("a", iss="x"),
    ]  # fmt: skip
    callers = [await caller_of(user) for user in users]
    assert callers[0] == "local"
    assert len(set(callers)) == len(users)
    assert await caller_of(token("a", "anna")) == callers[4]


@asynccontextmanager
async def over_http(
    found: list[InRounds | InSession],
) -> AsyncGenerator[Callable[[Json, Json], Awaitable[httpx2.Response]]]:
    """A server over HTTP that notes the client of each call; hands out a way to post messages, with headers."""

    async def call_tool(ctx: ServerRequestContext[Any], params: CallToolRequestParams) -> Json:
        found.append(client_of(ctx, params))
        return {"resultType": "complete", "content": []}

    server = Server[Any]("test")
    server.add_request_handler("tools/call", CallToolRequestParams, call_tool)
    application = server.streamable_http_app(json_response=True)
    url = "http://127.0.0.1:8000"
    async with (
        application.router.lifespan_context(application),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(application), base_url=url) as http,
    ):

        async def post(message: Json, headers: Json) -> httpx2.Response:
            headers = {"accept": "application/json, text/event-stream", **headers}
            response = await http.post("/mcp", json={"jsonrpc": "2.0", **message}, headers=headers)
            return response.raise_for_status()

        yield post


async def test_over_http_each_older_session_queues_by_itself_and_is_the_same_caller():
    found: list[InRounds | InSession] = []
    async with over_http(found) as post:
        sessions: list[Json] = []
        for _ in range(2):
            info = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "Desk", "version": "2"}}
            begun = await post({"id": 0, "method": "initialize", "params": info}, {})
            sessions.append({"mcp-session-id": begun.headers["mcp-session-id"], "mcp-protocol-version": "2025-11-25"})
            await post({"method": "notifications/initialized"}, sessions[-1])
        for number, session in enumerate([*sessions, *sessions], 1):
            await post({"id": number, "method": "tools/call", "params": {"name": "x", "arguments": {}}}, session)
    first, second, third, fourth = (client.line for client in found)
    assert (first, second) == (third, fourth)
    assert first != second
    assert {client.caller for client in found} == {"local"}


async def test_without_a_session_a_caller_queues_as_one():
    assert rounds().line == rounds().caller
    client, _ = await replies(None)
    assert client.line == client.caller


async def test_the_parts_of_a_principal_do_not_run_together():
    assert await caller_of(token("a b", "d", iss="c")) != await caller_of(token("a", "d", iss="b c"))
