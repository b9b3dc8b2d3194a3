"""The prompts that the suite gets, and the completion of their arguments."""

from collections.abc import Sequence

from form import Context, texts
from material import png
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CompleteRequestParams,
    CompleteResult,
    Completion,
    ContentBlock,
    EmbeddedResource,
    GetPromptRequestParams,
    GetPromptResult,
    ImageContent,
    InputRequiredResult,
    ListPromptsResult,
    PaginatedRequestParams,
    Prompt,
    PromptArgument,
    PromptMessage,
    TextContent,
    TextResourceContents,
)
from rounds import asks, entered, question

_KNOWN = ("paris", "park", "party", "hello", "world")
"""What is suggested for an argument."""


def _prompt(name: str, description: str, *arguments: str) -> Prompt:
    return Prompt(
        name=name,
        description=description,
        arguments=[PromptArgument(name=argument, description="A text.", required=True) for argument in arguments],
    )


_PROMPTS = (
    _prompt("test_simple_prompt", "A text."),
    _prompt("test_prompt_with_arguments", "A text that holds its arguments.", "arg1", "arg2"),
    _prompt("test_prompt_with_embedded_resource", "A resource, and a text about it.", "resourceUri"),
    _prompt("test_prompt_with_image", "A picture, and a text about it."),
    _prompt("test_input_required_result_prompt", "A text that a person gives the context of."),
)


async def list_prompts(_ctx: Context, _params: PaginatedRequestParams | None) -> ListPromptsResult:
    return ListPromptsResult(prompts=list(_PROMPTS))


async def get_prompt(_ctx: Context, params: GetPromptRequestParams) -> GetPromptResult | InputRequiredResult:
    given = params.arguments or {}
    match params.name:
        case "test_simple_prompt":
            return _messages("This is a simple prompt for testing.")
        case "test_prompt_with_arguments":
            return _messages(f"Prompt with arguments: arg1='{given['arg1']}', arg2='{given['arg2']}'")
        case "test_prompt_with_embedded_resource":
            text = "Embedded resource content for testing."
            contents = TextResourceContents(uri=given["resourceUri"], mime_type="text/plain", text=text)
            return _messages(EmbeddedResource(resource=contents), "Please process the embedded resource above.")
        case "test_prompt_with_image":
            picture = ImageContent(data=png(), mime_type="image/png")
            return _messages(picture, "Please analyze the image above.")
        case "test_input_required_result_prompt":
            person = entered(params, "user_context")
            if person is None:
                return asks({"user_context": question("What context should the prompt use?", texts("context"))})
            return _messages(f"In the context of {person['context']}")
        case name:
            raise MCPError(INVALID_PARAMS, f"There is no prompt {name}.")


def _messages(*content: ContentBlock | str) -> GetPromptResult:
    parts: Sequence[ContentBlock] = [TextContent(text=part) if isinstance(part, str) else part for part in content]
    return GetPromptResult(messages=[PromptMessage(role="user", content=part) for part in parts])


async def complete(_ctx: Context, params: CompleteRequestParams) -> CompleteResult:
    values = [known for known in _KNOWN if known.startswith(params.argument.value)]
    return CompleteResult(completion=Completion(values=values, total=len(values), has_more=False))
