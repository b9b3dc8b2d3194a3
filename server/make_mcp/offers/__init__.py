"""What surrounds tools: prompts, resources, completions, icons, and the instructions of the server."""

from functools import cache
from typing import TYPE_CHECKING, Any

from mcp.server.context import HandlerResult, ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp_types import (
    CompleteRequestParams,
    GetPromptRequestParams,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    RequestParams,
)

from make_mcp.callers import Callers

if TYPE_CHECKING:
    from make_mcp.offers.answering import Answering

LISTS = ("prompts/list", "resources/list", "resources/templates/list")
"""The methods that list something beside tools. None of them asks Make anything."""
_TAKES: dict[str, type[RequestParams]] = {
    **dict.fromkeys(LISTS, PaginatedRequestParams),
    "prompts/get": GetPromptRequestParams,
    "resources/read": ReadResourceRequestParams,
    "completion/complete": CompleteRequestParams,
}


def add_offers(server: Server[Any], callers: Callers) -> None:
    """Gives the server the methods about prompts, resources and completions. None of them changes anything."""

    @cache
    def answering() -> "Answering":
        # Imported here: a host that wants tools does not wait for it.
        from make_mcp.offers.answering import Answering

        return Answering(callers)

    async def answer(ctx: ServerRequestContext[Any], params: RequestParams) -> HandlerResult:
        return await answering().answer(ctx, params)

    for method, takes in _TAKES.items():
        server.add_request_handler(method, takes, answer)
