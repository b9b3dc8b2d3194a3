"""Tools that answer at once, whatever the client can do."""

import json
from collections.abc import Sequence
from typing import Any

from form import Called, Fixture, fixture, said
from material import png, wav
from mcp_types import (
    AudioContent,
    CallToolResult,
    EmbeddedResource,
    ImageContent,
    TextContent,
    TextResourceContents,
)


async def simple_text(_: Called) -> CallToolResult:
    """Answers with a text."""
    return said("This is a simple text response for testing.")


async def image_content(_: Called) -> CallToolResult:
    """Answers with a picture."""
    return said(ImageContent(data=png(), mime_type="image/png"))


async def audio_content(_: Called) -> CallToolResult:
    """Answers with a sound."""
    return said(AudioContent(data=wav(), mime_type="audio/wav"))


def _embedded(uri: str, mime_type: str, text: str) -> EmbeddedResource:
    return EmbeddedResource(resource=TextResourceContents(uri=uri, mime_type=mime_type, text=text))


async def embedded_resource(_: Called) -> CallToolResult:
    """Answers with a resource."""
    return said(_embedded("test://embedded-resource", "text/plain", "This is an embedded resource content."))


async def multiple_content_types(_: Called) -> CallToolResult:
    """Answers with a text, a picture and a resource."""
    return said(
        "Multiple content types test:",
        ImageContent(data=png(), mime_type="image/png"),
        _embedded("test://mixed-content-resource", "application/json", json.dumps({"test": "data", "value": 123})),
    )


async def error_handling(_: Called) -> CallToolResult:
    """Fails."""
    return CallToolResult(
        is_error=True, content=[TextContent(text="This tool intentionally returns an error for testing")]
    )


async def json_schema(_: Called) -> CallToolResult:
    """Takes what only JSON Schema 2020-12 can say."""
    return said("Taken.")


async def custom_header(called: Called) -> CallToolResult:
    """Takes an argument that a client repeats in a header."""
    return said(f"Region: {called.arguments.get('region')}")


_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "whereTo",
            "type": "object",
            "properties": {"city": {"type": "string"}, "postcode": {"type": "string"}},
        }
    },
    "properties": {
        "parcel": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "isExpress": {"type": "boolean"},
        "courier": {"type": "string"},
        "pickUpPoint": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["address"]}, {"required": ["pickUpPoint"]}]}],
    "if": {"properties": {"isExpress": {"const": True}}, "required": ["isExpress"]},
    "then": {"required": ["courier"]},
    "else": {"required": ["parcel"]},
    "additionalProperties": False,
}
"""Every keyword that must come through to the client."""
_HEADER: dict[str, Any] = {
    "type": "object",
    "properties": {"region": {"type": "string", "x-mcp-header": "Region"}},
    "required": ["region"],
}


def tools() -> Sequence[Fixture]:
    """The suite calls the first tool of a list without arguments: that one must be harmless."""
    return (
        fixture(simple_text),
        fixture(image_content),
        fixture(audio_content),
        fixture(embedded_resource),
        fixture(multiple_content_types),
        fixture(error_handling),
        fixture(json_schema, _SCHEMA, name="json_schema_2020_12_tool"),
        fixture(custom_header, _HEADER),
    )
