"""What MCP knows beside tools: prompts and resources. There are none yet; who asks gets empty lists, and an error that says so."""

from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    GetPromptRequestParams,
    ListPromptsResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
)

LISTS = ("prompts/list", "resources/list", "resources/templates/list")
"""The methods that list something beside tools."""
_Context = ServerRequestContext[Any]


def add_offers(server: Server[Any], words: Callable[[str], Awaitable[str]]) -> None:
    """Gives the server the methods about prompts and resources. `words` takes out of a text what must not leave."""

    async def prompt(_: _Context, params: GetPromptRequestParams) -> NoReturn:
        raise MCPError(
            INVALID_PARAMS, await words(f"There is no prompt {params.name[:80]!a}: this server has tools alone.")
        )

    async def resource(_: _Context, params: ReadResourceRequestParams) -> NoReturn:
        uri = await words(str(params.uri)[:2000])
        raise MCPError(INVALID_PARAMS, "There is no such resource: this server has tools alone.", {"uri": uri})

    server.add_request_handler(LISTS[0], PaginatedRequestParams, _prompts)
    server.add_request_handler(LISTS[1], PaginatedRequestParams, _resources)
    server.add_request_handler(LISTS[2], PaginatedRequestParams, _templates)
    server.add_request_handler("prompts/get", GetPromptRequestParams, prompt)
    server.add_request_handler("resources/read", ReadResourceRequestParams, resource)


async def _prompts(_: _Context, __: PaginatedRequestParams | None) -> ListPromptsResult:
    return ListPromptsResult(prompts=[])


async def _resources(_: _Context, __: PaginatedRequestParams | None) -> ListResourcesResult:
    return ListResourcesResult(resources=[])


async def _templates(_: _Context, __: PaginatedRequestParams | None) -> ListResourceTemplatesResult:
    return ListResourceTemplatesResult(resource_templates=[])
