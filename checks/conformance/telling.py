"""Tools that tell or ask the client something while their call waits: logs, progress, sampling, forms, a broken stream."""

from collections.abc import Sequence
from typing import Any

from form import Called, Context, Fixture, fixture, said, texts
from mcp.shared.exceptions import MCPError
from mcp.shared.message import ServerMessageMetadata
from mcp_types import (
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    CallToolResult,
    ClientCapabilities,
    CreateMessageRequest,
    CreateMessageRequestParams,
    CreateMessageResult,
    ElicitResult,
    MissingRequiredClientCapabilityErrorData,
    SamplingCapability,
    SamplingMessage,
    TextContent,
)


async def _log(ctx: Context, text: str) -> None:
    await ctx.session.send_log_message("info", text, related_request_id=ctx.request_id)  # pyright: ignore[reportDeprecated]  # the suite asks for it, and older clients have nothing else


async def tool_with_logging(called: Called) -> CallToolResult:
    """Logs three messages."""
    for text in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await _log(called.ctx, text)
    return said("Logged.")


async def logging_tool(called: Called) -> CallToolResult:
    """Logs a message, which a client gets that asked for messages."""
    await _log(called.ctx, "Seen by who asked for it")
    return said("Logged.")


async def tool_with_progress(called: Called) -> CallToolResult:
    """Reports its progress."""
    for progress in (0, 50, 100):
        await called.ctx.session.report_progress(progress, 100)
    return said("Done.")


async def sampling(called: Called) -> CallToolResult:
    """Asks the client's model."""
    _needs_sampling(called.ctx)
    result = await called.ctx.session.send_request(
        model_request(called.arguments["prompt"], 100),
        CreateMessageResult,
        metadata=ServerMessageMetadata(related_request_id=called.ctx.request_id),
    )
    return said(f"LLM response: {model_text(result)}")


def model_request(prompt: str, most_tokens: int) -> CreateMessageRequest:
    message = SamplingMessage(role="user", content=TextContent(text=prompt))
    return CreateMessageRequest(params=CreateMessageRequestParams(messages=[message], max_tokens=most_tokens))


def model_text(result: CreateMessageResult) -> str:
    return result.content.text if isinstance(result.content, TextContent) else result.content.type


async def missing_capability(called: Called) -> CallToolResult:
    """Works for clients alone that have a model."""
    _needs_sampling(called.ctx)
    return said("The client has a model.")


def _needs_sampling(ctx: Context) -> None:
    capabilities = ctx.session.client_capabilities
    if capabilities is None or capabilities.sampling is None:
        needed = MissingRequiredClientCapabilityErrorData(
            required_capabilities=ClientCapabilities(sampling=SamplingCapability())
        )
        raise MCPError(
            MISSING_REQUIRED_CLIENT_CAPABILITY,
            "This tool needs sampling.",
            needed.model_dump(by_alias=True, exclude_none=True),
        )


async def _form(ctx: Context, message: str, schema: dict[str, Any]) -> ElicitResult:
    return await ctx.session.elicit_form(message, schema, ctx.request_id)


async def elicitation(called: Called) -> CallToolResult:
    """Asks the person who uses the client."""
    schema: dict[str, Any] = texts("username", "email")
    schema["properties"]["username"]["description"] = "User's response"
    schema["properties"]["email"]["description"] = "User's email address"
    result = await _form(called.ctx, called.arguments["message"], schema)
    return said(f"User response: action: {result.action}, content: {result.content}")


_DEFAULTS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "default": "John Doe"},
        "age": {"type": "integer", "default": 30},
        "score": {"type": "number", "default": 95.5},
        "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
        "verified": {"type": "boolean", "default": True},
    },
}
"""A default of each kind."""


async def elicitation_sep1034_defaults(called: Called) -> CallToolResult:
    """Asks with a form that is filled in already."""
    return _completed(await _form(called.ctx, "Is this right?", _DEFAULTS))


def _titled(titles: dict[str, str]) -> list[dict[str, str]]:
    return [{"const": value, "title": title} for value, title in titles.items()]


_OPTIONS = ["option1", "option2", "option3"]
_ENUMS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "untitledSingle": {"type": "string", "enum": _OPTIONS},
        "titledSingle": {
            "type": "string",
            "oneOf": _titled({"value1": "First Option", "value2": "Second Option", "value3": "Third Option"}),
        },
        "legacyEnum": {
            "type": "string",
            "enum": ["opt1", "opt2", "opt3"],
            "enumNames": ["Option One", "Option Two", "Option Three"],
        },
        "untitledMulti": {"type": "array", "items": {"type": "string", "enum": _OPTIONS}},
        "titledMulti": {
            "type": "array",
            "items": {
                "anyOf": _titled({"value1": "First Choice", "value2": "Second Choice", "value3": "Third Choice"})
            },
        },
    },
}
"""The five ways to let a person choose."""


async def elicitation_sep1330_enums(called: Called) -> CallToolResult:
    """Asks a person to choose, in each of the ways that there are."""
    return _completed(await _form(called.ctx, "Which?", _ENUMS))


def _completed(result: ElicitResult) -> CallToolResult:
    return said(f"Elicitation completed: action={result.action}, content={result.content}")


async def reconnection(called: Called) -> CallToolResult:
    """Breaks its stream before it answers; the client gets the answer when it comes back."""
    if called.ctx.close_sse_stream is not None:
        await called.ctx.close_sse_stream()
    return said("Answered after the stream had ended.")


def tools() -> Sequence[Fixture]:
    return (
        fixture(tool_with_logging),
        fixture(logging_tool),
        fixture(tool_with_progress),
        fixture(sampling, texts("prompt")),
        fixture(missing_capability),
        fixture(elicitation, texts("message")),
        fixture(elicitation_sep1034_defaults),
        fixture(elicitation_sep1330_enums),
        fixture(reconnection),
    )
