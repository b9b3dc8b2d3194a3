"""Answers what clients ask about prompts, resources and completions, and says what is wrong where they ask amiss."""

import logging
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import anyio
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.context import HandlerResult, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CompleteRequestParams,
    CompleteResult,
    GetPromptRequestParams,
    ListPromptsResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ReadResourceRequestParams,
    RequestParams,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from make_mcp.callers import Callers
from make_mcp.calls import Caller, renamed
from make_mcp.clients import client_of
from make_mcp.offers import completions, prompts, resources
from make_mcp.offers.names import Names
from make_mcp.offers.subjects import Unfit
from make_mcp.offers.visit import Visit
from make_mcp.signin.scopes import may_write
from make_mcp.upstream import UpstreamError
from make_tools import ArgumentError

log = logging.getLogger(__name__)

_RESOURCE_NOT_FOUND = -32002
"""What protocols before 2026-07-28 say of a resource that there is not."""
_LONGEST_URI = 2_000
Context = ServerRequestContext[Any]


class Answering:
    """Answers for these callers. What the keys of one show is kept for no other."""

    def __init__(self, callers: Callers) -> None:
        self._callers = callers
        # They go with the caller.
        self._names: WeakKeyDictionary[Caller, Names] = WeakKeyDictionary()

    async def answer(self, ctx: Context, params: RequestParams) -> HandlerResult:
        """The answer to one request.

        Raises:
            MCPError: what was asked for does not fit, or cannot be had. Its text holds nothing that must not leave.
        """
        async with self._visit(ctx) as visit:
            match params:
                case GetPromptRequestParams():
                    with _logged(visit, ctx):
                        return await prompts.prompt(visit, params.name, params.arguments)
                case ReadResourceRequestParams():
                    with _logged(visit, ctx):
                        return await resources.resource(visit, params.uri)
                case CompleteRequestParams():
                    return CompleteResult(completion=await completions.complete(visit, params.ref, params.argument))
                case _:
                    return _listed(visit, ctx.method)

    @asynccontextmanager
    async def _visit(self, ctx: Context) -> AsyncGenerator[Visit]:
        token, client = get_access_token(), client_of(ctx)
        async with self._callers.of(token) as served:
            caller = served.caller
            try:
                yield Visit(
                    caller=caller,
                    client=client,
                    use=caller.use(client),
                    present=served.present(may_write=token is None or may_write(token.scopes)),
                    names=self._names.setdefault(caller, Names()),
                    protocol=ctx.protocol_version,
                )
            except Exception as error:  # a fault of ours must not show its inside
                raise _told(error, ctx, caller.words) from None


@contextmanager
def _logged(visit: Visit, ctx: Context) -> Generator[None]:
    """A line on what was read for whom; what was asked for is the client's own word, and may be anything."""
    begun = anyio.current_time()
    try:
        yield
    finally:
        log.info("%s in %d ms, caller %s", ctx.method, (anyio.current_time() - begun) * 1000, visit.client.caller)


def _listed(visit: Visit, method: str) -> HandlerResult:
    match method:
        case "prompts/list":
            return ListPromptsResult(prompts=prompts.prompts(visit))
        case "resources/list":
            return ListResourcesResult(resources=resources.resources(visit))
        case _:
            return ListResourceTemplatesResult(resource_templates=resources.templates(visit))


def _told(error: Exception, ctx: Context, words: Callable[[str], str]) -> MCPError:
    """The error as the client gets it; `words` takes out of a text what must not leave."""
    match error:
        case resources.NoSuchResource():
            is_modern = ctx.protocol_version in MODERN_PROTOCOL_VERSIONS
            uri = words(error.uri[: 2 * _LONGEST_URI])[:_LONGEST_URI]
            return MCPError(INVALID_PARAMS if is_modern else _RESOURCE_NOT_FOUND, words(str(error)), {"uri": uri})
        case Unfit() | ArgumentError():
            return MCPError(INVALID_PARAMS, words(str(error)))
        case UpstreamError():
            # What it reads by the way may be no tool.
            return MCPError(INTERNAL_ERROR, words(renamed(ctx.method, str(error))))
        case _:
            log.error("%s failed inside make-mcp: %s", ctx.method, type(error).__name__)
            log.debug("%s failed inside make-mcp", ctx.method, exc_info=error)
            return MCPError(INTERNAL_ERROR, f"{ctx.method} failed inside make-mcp ({type(error).__name__}).")
