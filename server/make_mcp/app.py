"""The MCP server: lists the tools of a caller and hands their calls on. Built from parts, with no state of its own."""

import os
from collections.abc import Sequence
from typing import Any

from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.caching import CacheHint
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, CallToolRequestParams, ListToolsResult, PaginatedRequestParams, Tool

from make_mcp import __version__
from make_mcp.callers import Callers, Same, Served
from make_mcp.calls import Answer, Caller, UnknownTool
from make_mcp.clients import asked, client_of, key_of
from make_mcp.confirmation import AnswerAwaited
from make_mcp.confirmation.codes import SECONDS
from make_mcp.idempotency import REPEATED
from make_mcp.offers import LISTS, add_offers, icons
from make_mcp.offers.instructions import instructions
from make_mcp.signin.scopes import may_write

_LISTED_FOR = 3_600_000
"""Milliseconds: the listing is the same for a caller as long as the server runs."""


def build(caller: Caller, tools: Sequence[Tool], key: str | None = None) -> Server[Any]:
    """The MCP server of these tools, for any transport, and the same for everybody. `key` as in `server_for`."""
    return server_for(Same(Served(caller, tuple(tools))), key)


def server_for(callers: Callers, key: str | None = None, *, is_traced: bool = False) -> Server[Any]:
    """The MCP server of these callers, for any transport.

    `key` is shared by servers of which each may get the answer to another's question; without one it is made here.
    """

    async def list_tools(_ctx: ServerRequestContext[Any], _params: PaginatedRequestParams | None) -> ListToolsResult:
        token = get_access_token()
        async with callers.of(token) as served:
            tools = await served.listing()
            if token is None or may_write(token.scopes):
                return ListToolsResult(tools=tools)
            return ListToolsResult(tools=[each for each in tools if served.caller.reads(each.name)])

    async def call_tool(ctx: ServerRequestContext[Any], params: CallToolRequestParams) -> dict[str, Any]:
        try:
            client, key = client_of(ctx, params), key_of(params)
            async with callers.of(get_access_token()) as served:
                answer = await served.caller.call(params.name, params.arguments or {}, client, key)
        except UnknownTool as error:
            if ctx.request is None:
                raise MCPError(code=INVALID_PARAMS, message=str(error)) from None
            # Over HTTP that error is the status 400, which many clients take for a fault of the connection: the model would
            # never read which tool was meant.
            answer = Answer(str(error), None)
        except AnswerAwaited as awaited:
            return asked(awaited.question)
        # In the protocol's own form: the SDK checks it against the negotiated version either way (and drops what that
        # version does not know), and models would be built only to be taken apart again.
        result: dict[str, Any] = {
            "resultType": "complete",
            "content": [{"type": "text", "text": answer.text}],
            "isError": answer.is_error,
        }
        if answer.data is not None:
            result["structuredContent"] = answer.data
        if answer.is_repeated:
            result["_meta"] = {REPEATED: True}
        return result

    server = Server[Any](
        "make-mcp",
        version=__version__,
        title="Make",
        instructions=instructions(callers.usual),
        icons=icons.icon(icons.SERVER),
        # The listing is the same as long as the server runs.
        cache_hints={name: CacheHint(ttl_ms=_LISTED_FOR, scope="private") for name in ("tools/list", *LISTS)},
        on_list_tools=list_tools,
        # No argument of ours is repeated in a header. Without this the SDK would make the whole listing before each call over
        # HTTP, to see whether one is.
        get_tool_input_schema=lambda _: None,
    )
    server.add_request_handler("tools/call", CallToolRequestParams, call_tool)

    add_offers(server, callers)
    protect(server, key, is_traced=is_traced)
    server.middleware.append(icons.once)
    return server


def protect(server: Server[Any], key: str | None = None, *, is_traced: bool = False) -> None:
    """Gives a server the middleware that every server of ours has; `key` as in `server_for`."""
    # The SDK traces every message; where nothing collects the traces, that is time for nothing.
    if not is_traced:
        server.middleware.clear()
    else:
        from make_mcp.telemetry.spans import Parented

        server.middleware.insert(0, Parented())
    # What a client keeps for us between a question and its answer: sealed, and bound to the call and the caller.
    keys = [os.urandom(32) if key is None else key.encode()]
    security = RequestStateSecurity(keys=keys, ttl=SECONDS)
    server.middleware.append(RequestStateBoundary(security, default_audience=server.name))
