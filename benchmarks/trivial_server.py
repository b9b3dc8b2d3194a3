"""The least that one can serve: two tools on the SDK's low-level server, over the SDK's own transports.

It is what make-mcp is held against: the same SDK and HTTP client, nothing else. BENCHMARK_UPSTREAM is the base URL. Over stdio,
or with `--http` over Streamable HTTP on a free port of 127.0.0.1, which it prints as its first line.
"""

import asyncio
import os
import socket
import sys
from typing import Any

import httpx2
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)

READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=True)
TOOLS = [
    Tool(
        name="canned",
        title="Canned text",
        description="Answer with a fixed text.",
        input_schema={"type": "object", "properties": {}},
        annotations=READS,
    ),
    Tool(
        name="get",
        title="Get",
        description="Send one GET and pass its body on.",
        input_schema={
            "type": "object",
            "properties": {"path": {"type": "string", "description": "Path and query."}},
            "required": ["path"],
        },
        annotations=READS,
    ),
]


async def main() -> None:
    async with httpx2.AsyncClient(base_url=os.environ["BENCHMARK_UPSTREAM"]) as http:

        async def list_tools(_: ServerRequestContext[Any], __: PaginatedRequestParams | None) -> ListToolsResult:
            return ListToolsResult(tools=TOOLS)

        async def call_tool(_: ServerRequestContext[Any], params: CallToolRequestParams) -> CallToolResult:
            if params.name == "canned":
                return CallToolResult(content=[TextContent(text="The same text, whatever was asked.")])
            response = await http.get((params.arguments or {})["path"])
            response.raise_for_status()
            return CallToolResult(content=[TextContent(text=response.text)])

        server = Server[Any]("trivial", on_list_tools=list_tools, on_call_tool=call_tool)
        if "--http" in sys.argv:
            await over_http(server)
            return
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())


async def over_http(server: Server[Any]) -> None:
    import uvicorn

    # With the protocol named, or asyncio leaves Nagle's algorithm on and each answer takes 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        print(listening.getsockname()[1], flush=True)
        await uvicorn.Server(uvicorn.Config(server.streamable_http_app(), log_level="error")).serve([listening])


if __name__ == "__main__":
    asyncio.run(main())
