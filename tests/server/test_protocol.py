"""An answer and an error as the protocol carries them."""

import json
import re

import pytest
from mcp import Client
from mcp_types import TextContent
from tests.server.network import ENDPOINTS, MAKE_KEY, Network, always, calling

from make_mcp.app import build
from make_mcp.confirmation import schema
from make_mcp.selection import tool

READ, READ_ARGUMENTS = "scenarios_get", {"scenarioId": 5}


async def test_the_protocol_carries_the_same_data_twice_and_an_unknown_tool_is_its_own_error():
    network = Network(always(200, b'{"uid":225874569526501080000,"a":[1.5]}'))
    async with calling(network, MAKE_KEY) as caller:
        listed = [tool(endpoint, schema("standard", endpoint)) for endpoint in ENDPOINTS.values()]
        async with Client(build(caller, listed)) as client:
            result = await client.call_tool(READ, READ_ARGUMENTS)
            (text,) = result.content
            assert isinstance(text, TextContent)
            assert json.loads(text.text) == result.structured_content == {"uid": "225874569526501080000", "a": [1.5]}
            network.respond = always(404, b'{"message":"Not found"}')
            result = await client.call_tool(READ, READ_ARGUMENTS)
            assert (result.is_error, result.structured_content) == (True, None)
            with pytest.raises(
                Exception, match=re.escape("There is no tool `scenario_get`. Did you mean `scenarios_get`?")
            ):
                await client.call_tool("scenario_get", {})
