"""Ten thousand scenarios, as a client of the protocol asks for all of them."""

import json

import httpx2
import pytest
from mcp import Client
from mcp_types import TextContent
from tests.server.network import ENDPOINTS, MAKE_KEY, Network, calling, json_answer

from make_mcp.app import build
from make_mcp.confirmation import schema
from make_mcp.selection import tool

MANY = 10_000


def page(request: httpx2.Request) -> httpx2.Response:
    limit, offset = (int(request.url.params.get(f"pg[{name}]", 0)) for name in ("limit", "offset"))
    numbers = range(offset + 1, min(offset + limit, MANY) + 1)
    scenarios = [{"id": n, "name": f"Orders of shop {n}", "isActive": n % 3 > 0, "dlqCount": n % 5} for n in numbers]
    return json_answer({"scenarios": scenarios, "pg": {"limit": limit, "offset": offset}})


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_all_of_ten_thousand_take_one_call_stay_below_the_cap_say_so_and_show_progress(mode: str):
    seen: list[tuple[float, str | None]] = []

    async def heard(progress: float, total: float | None, message: str | None) -> None:
        assert total is None
        seen.append((progress, message))

    network = Network(page)
    listed = [tool(endpoint, schema("standard", endpoint)) for endpoint in ENDPOINTS.values()]
    async with calling(network, MAKE_KEY) as caller, Client(build(caller, listed), mode=mode) as client:
        await client.list_tools()
        told = await client.call_tool("scenarios_list", {"teamId": 5, "all": True}, progress_callback=heard)
    (block,) = told.content
    assert isinstance(block, TextContent)
    assert told.structured_content == json.loads(block.text)
    assert len(block.text.encode()) <= 25_000
    shown = len(told.structured_content["scenarios"])
    assert shown > 200
    assert told.structured_content["more"] is True
    assert told.structured_content["nextOffset"] == shown
    assert f"Go on with `offset`: {shown}" in told.structured_content["note"]
    # One word a page, and each says more than the one before.
    assert len(seen) == len(network.sent) > 1
    assert [message for _, message in seen] == [f"{n}00 scenarios so far" for n in range(1, len(seen) + 1)]
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
