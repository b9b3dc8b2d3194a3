"""What a fixture is: a tool that the suite knows by its name, and calls."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp_types import CallToolRequestParams, CallToolResult, ContentBlock, InputRequiredResult, TextContent, Tool

Context = ServerRequestContext[Any]
Answer = CallToolResult | InputRequiredResult


@dataclass(frozen=True, slots=True)
class Called:
    """A call of a tool."""

    ctx: Context
    params: CallToolRequestParams

    @property
    def arguments(self) -> Mapping[str, Any]:
        return self.params.arguments or {}


Call = Callable[[Called], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Fixture:
    """A tool, and what answers a call of it."""

    tool: Tool
    call: Call


def fixture(call: Call, schema: Mapping[str, Any] | None = None, *, name: str | None = None) -> Fixture:
    """The tool that is described as the function is. Without a name it has the function's; without a schema no arguments."""
    takes: dict[str, Any] = texts() if schema is None else dict(schema)
    tool = Tool(name=name or f"test_{getattr(call, '__name__', '')}", description=call.__doc__, input_schema=takes)
    return Fixture(tool, call)


def texts(*names: str) -> dict[str, Any]:
    """The schema of an object that must have these texts."""
    return {"type": "object", "properties": {name: {"type": "string"} for name in names}, "required": list(names)}


def said(*content: ContentBlock | str) -> CallToolResult:
    """A result that holds these."""
    return CallToolResult(content=[TextContent(text=part) if isinstance(part, str) else part for part in content])
