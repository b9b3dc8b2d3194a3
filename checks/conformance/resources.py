"""The resources that the suite lists, reads and subscribes to."""

import json
import re

from form import Context
from material import png
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    BlobResourceContents,
    EmptyResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    SubscribeRequestParams,
    TextResourceContents,
    UnsubscribeRequestParams,
)

_TEXT, _BINARY, _WATCHED = "test://static-text", "test://static-binary", "test://watched-resource"
_RESOURCES = (
    Resource(uri=_TEXT, name="static-text", description="A text.", mime_type="text/plain"),
    Resource(uri=_BINARY, name="static-binary", description="A picture.", mime_type="image/png"),
    Resource(uri=_WATCHED, name="watched-resource", description="A text to watch.", mime_type="text/plain"),
)
_TEMPLATE = ResourceTemplate(
    uri_template="test://template/{id}/data",
    name="template",
    description="A record for each id.",
    mime_type="application/json",
)


async def list_resources(_ctx: Context, _params: PaginatedRequestParams | None) -> ListResourcesResult:
    return ListResourcesResult(resources=list(_RESOURCES))


async def list_templates(_ctx: Context, _params: PaginatedRequestParams | None) -> ListResourceTemplatesResult:
    return ListResourceTemplatesResult(resource_templates=[_TEMPLATE])


async def read_resource(_ctx: Context, params: ReadResourceRequestParams) -> ReadResourceResult:
    uri = params.uri
    if uri == _BINARY:
        return ReadResourceResult(contents=[BlobResourceContents(uri=uri, mime_type="image/png", blob=png())])
    if uri == _TEXT:
        return _text(uri, "text/plain", "This is the content of the static text resource.")
    if uri == _WATCHED:
        return _text(uri, "text/plain", "This text does not change.")
    if found := re.fullmatch(r"test://template/([^/]+)/data", uri):
        record = {"id": found[1], "templateTest": True, "data": f"Data for ID: {found[1]}"}
        return _text(uri, "application/json", json.dumps(record))
    raise MCPError(INVALID_PARAMS, "There is no such resource.", {"uri": uri})


def _text(uri: str, mime_type: str, text: str) -> ReadResourceResult:
    return ReadResourceResult(contents=[TextResourceContents(uri=uri, mime_type=mime_type, text=text)])


async def subscribe(_ctx: Context, _params: SubscribeRequestParams) -> EmptyResult:
    # Nothing here ever changes, so that nobody ever has to be told.
    return EmptyResult()


async def unsubscribe(_ctx: Context, _params: UnsubscribeRequestParams) -> EmptyResult:
    return EmptyResult()
