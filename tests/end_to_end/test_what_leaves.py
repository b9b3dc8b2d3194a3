"""The exact requests that leave for Make when an MCP client calls a tool, against the tables written from Make's pages."""

import json
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import parse_qsl

import pytest
from mcp import Client
from tests.end_to_end.accounts import Recorder, text_of
from tests.generated.documents import ENDPOINTS
from tests.tools.wire_cases import CASES
from tests.tools.wire_form import without_what_we_add

from make_mcp.absent import Absent
from make_mcp.answers import Shaping
from make_mcp.app import build
from make_mcp.calls import Caller
from make_mcp.confirmation import Gate, schema
from make_mcp.secrets import Credentials
from make_mcp.selection import tool
from make_mcp.settings import load
from make_mcp.upstream import Upstreams
from make_mcp.upstream.doors import Door, Doors, make_door, maton_door
from make_tools import GROUPS, Request, Upstream

TOOLS = {endpoint.name: endpoint for endpoint in ENDPOINTS}
TOKEN = "8f3c1d2e-0000-4000-8000-00000000abcd"
BASES = {
    ("maton", "make"): "https://gateway.example.com/make/api/v2",
    ("maton", "maton"): "https://gateway.example.com",
    ("make", "make"): "https://eu2.make.com/api/v2",
}
DOORS: Mapping[Upstream, Door] = {
    "maton": maton_door("https://gateway.example.com", "key-of-maton", "conn_1"),
    "make": make_door("https://eu2.make.com", TOKEN),
}


def query_of(request: Request) -> list[tuple[str, str]]:
    """A query as it stands on the wire: brackets and all, booleans as true and false, one pair for each item of a list."""

    def text(value: object) -> str:
        return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)

    listed = {k: cast("list[object]", v) if isinstance(v, list) else [v] for k, v in request.query.items()}
    return [(name, text(item)) for name, items in listed.items() for item in items]


@pytest.mark.parametrize("upstream", ["maton", "make"])
@pytest.mark.parametrize("case", CASES, ids=lambda c: c.tool)
async def test_a_confirmed_call_leaves_as_make_documents_it(case: Any, upstream: Any):
    endpoint = TOOLS[case.tool]
    taken = upstream if upstream in endpoint.upstreams else endpoint.upstreams[0]
    network = Recorder()
    async with Upstreams(Doors(DOORS, upstream), network) as upstreams:
        server = build(
            Caller(TOOLS, Gate(upstreams), Shaping(Credentials()), Absent(GROUPS, TOOLS, load({}))),
            [tool(e, schema("standard", e)) for e in ENDPOINTS],
        )
        async with Client(server) as client:
            arguments: Mapping[str, Any] = case.arguments
            if endpoint.effect != "read":
                preview = await client.call_tool(case.tool, dict(arguments))
                assert not preview.is_error
                assert {request.method for request in network.requests} <= {"GET"}, "a preview only looks"
                assert preview.structured_content is not None
                arguments = {**arguments, "confirm": preview.structured_content.get("code", True)}
            result = await client.call_tool(case.tool, dict(arguments))
    assert not result.is_error, text_of(result)
    *looks, sent = network.requests
    assert all(look.method == "GET" for look in looks)
    assert sent.method == case.request.method
    base = BASES[taken, endpoint.api]
    assert str(sent.url.copy_with(query=None)) == base + case.request.path
    query = parse_qsl(sent.url.query.decode(), keep_blank_values=True)
    assert sorted(without_what_we_add(query, case.request.query)) == sorted(query_of(case.request))
    body = sent.content
    assert (json.loads(body) if body else None) == case.request.body
    assert sent.headers["authorization"] == {"maton": "Bearer key-of-maton", "make": f"Token {TOKEN}"}[taken]
    assert sent.headers.get("maton-connection") == {"maton": "conn_1", "make": None}[taken]
    assert sent.headers["user-agent"].startswith("make-mcp/")
    assert ("content-type" in sent.headers) is (case.request.body is not None)
