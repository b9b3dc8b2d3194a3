"""A trace that goes on from an HTTP request to the message in it, and to what that sends to Make."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from tests.server.faults.calls import READ
from tests.server.network import BOTH_KEYS, Network, calling
from tests.server.telemetry.traced import Spans, is_below, traced_server

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"
OTHER = "1bf7651916cd43dd8448eb211c80319c"


@asynccontextmanager
async def over_http(spans: Spans) -> AsyncGenerator[httpx2.AsyncClient]:
    async with calling(Network(), BOTH_KEYS, observer=spans.observer) as caller:
        app = traced_server(caller).streamable_http_app(streamable_http_path="/mcp")
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://127.0.0.1:8000") as http,
        ):
            yield http


async def called(http: httpx2.AsyncClient, meta: dict[str, Any], **headers: str) -> None:
    version = "2026-07-28"
    own = {
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientInfo": {"name": "a test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    params = {"name": READ.tool, "arguments": READ.arguments, "_meta": {**own, **meta}}
    answered = await http.post(
        "/mcp",
        json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params},
        headers={
            "accept": "application/json, text/event-stream", "mcp-protocol-version": version, "mcp-method": "tools/call", "mcp-name": READ.tool,
            **headers,
        },
    )  # fmt: skip
    assert answered.status_code == 200, answered.text


async def test_the_trace_of_an_http_request_is_that_of_its_message(spans: Spans):
    async with over_http(spans) as http:
        await called(http, {}, traceparent=TRACEPARENT, tracestate="vendor=1")
    parent = spans.message.parent
    assert parent is not None
    assert (format(parent.trace_id, "032x"), format(parent.span_id, "016x")) == (TRACE, PARENT)
    assert dict(parent.trace_state) == {"vendor": "1"}
    assert is_below(spans.requests[0], spans.message)


async def test_the_trace_that_a_message_names_itself_goes_first(spans: Spans):
    async with over_http(spans) as http:
        await called(http, {"traceparent": f"00-{OTHER}-{PARENT}-01"}, traceparent=TRACEPARENT)
    parent = spans.message.parent
    assert parent is not None
    assert format(parent.trace_id, "032x") == OTHER


@pytest.mark.parametrize(
    "bad", ["", "nonsense", f"00-{'0' * 32}-{PARENT}-01", f"ff-{TRACE}-{PARENT}-01", TRACEPARENT + "-x" * 5000]
)
async def test_a_header_that_names_no_trace_begins_a_new_one(bad: str, spans: Spans):
    async with over_http(spans) as http:
        await called(http, {}, traceparent=bad)
    assert spans.message.parent is None
    assert is_below(spans.requests[0], spans.message)


async def test_one_request_leaves_nothing_of_its_trace_to_the_next(spans: Spans):
    async with over_http(spans) as http:
        await called(http, {}, traceparent=TRACEPARENT)
        spans.forget()
        await called(http, {})
    assert spans.message.parent is None
    assert TRACE not in json.dumps(spans.text)
