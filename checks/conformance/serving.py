"""Serves the fixtures as `make-mcp serve --transport http --port 0` serves its tools: `python checks/conformance/serving.py`.

It reads the same environment, and says its address on stderr.
"""

from collections.abc import Sequence
from typing import Any

import answering
import prompts
import resources
import rounds
import telling
from events import InMemory
from form import Answer, Called, Context, Fixture, fixture, said
from mcp.server.caching import CacheHint
from mcp.server.lowlevel.server import Server
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, PromptsListChanged, ToolsListChanged
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    EmptyResult,
    ListToolsResult,
    PaginatedRequestParams,
    SetLevelRequestParams,
)

from make_mcp.app import protect
from make_mcp.ending import Ending, run
from make_mcp.hosting.plan import plan
from make_mcp.hosting.serve import Beside, serve
from make_mcp.listening import listen
from make_mcp.settings import load

_CACHED = CacheHint(ttl_ms=60_000, scope="private")


def _changing(bus: InMemorySubscriptionBus) -> Sequence[Fixture]:
    """Tools that tell those who listen that a list has changed."""

    async def trigger_tool_change(_: Called) -> CallToolResult:
        """Says that the tools have changed."""
        await bus.publish(ToolsListChanged())
        return said("Said.")

    async def trigger_prompt_change(_: Called) -> CallToolResult:
        """Says that the prompts have changed."""
        await bus.publish(PromptsListChanged())
        return said("Said.")

    return fixture(trigger_tool_change), fixture(trigger_prompt_change)


def fixtures() -> Server[Any]:
    """An MCP server with everything that the suite looks for."""
    bus = InMemorySubscriptionBus()
    tools = {one.tool.name: one for one in (*answering.tools(), *telling.tools(), *rounds.tools(), *_changing(bus))}
    listing = ListToolsResult(tools=[one.tool for one in tools.values()])

    async def list_tools(_ctx: Context, _params: PaginatedRequestParams | None) -> ListToolsResult:
        return listing

    async def call_tool(ctx: Context, params: CallToolRequestParams) -> Answer:
        if params.name not in tools:
            raise MCPError(INVALID_PARAMS, f"There is no tool {params.name}.")
        return await tools[params.name].call(Called(ctx, params))

    async def set_level(_ctx: Context, _params: SetLevelRequestParams) -> EmptyResult:
        # The one client there is asks for all that the fixtures log.
        return EmptyResult()

    server = Server[Any](
        "make-mcp-fixtures",
        version="1",
        cache_hints={
            "tools/list": _CACHED,
            "prompts/list": _CACHED,
            "resources/list": _CACHED,
            "resources/templates/list": _CACHED,
            "resources/read": _CACHED,
        },
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_prompts=prompts.list_prompts,
        on_get_prompt=prompts.get_prompt,
        on_completion=prompts.complete,
        on_list_resources=resources.list_resources,
        on_list_resource_templates=resources.list_templates,
        on_read_resource=resources.read_resource,
        on_subscribe_resource=resources.subscribe,
        on_unsubscribe_resource=resources.unsubscribe,
        on_subscriptions_listen=ListenHandler(bus),
    )
    # As an argument of the constructor it warns that newer protocols have no logging.
    server.add_request_handler("logging/setLevel", SetLevelRequestParams, set_level)
    protect(server)
    return server


def serve_as_in_production(server: Server[Any]) -> int:
    """Serves it with everything that stands in front of our own tools, until the process is told to end; the exit status."""
    hosting = plan(load({"transport": "http"}))

    async def serving(ending: Ending) -> None:
        with listen("127.0.0.1", 0) as listening:
            ending.heed_signals()
            await serve(server, hosting, listening, ending, Beside(events=InMemory()))

    return run(serving, hosting.grace)


if __name__ == "__main__":
    raise SystemExit(serve_as_in_production(fixtures()))
