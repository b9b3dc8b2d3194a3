"""From the MCP request to the upstream request: one trace, and nothing in it that is not for everybody's eyes."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.shared._otel import otel_span
from mcp_types import INTERNAL_ERROR
from opentelemetry.trace import SpanKind, StatusCode
from tests.server.faults.calls import CREATE, READ, RUN, START, is_whole, together
from tests.server.faults.manners import answer, hang, hang_up
from tests.server.faults.upstream import Upstream
from tests.server.network import BOTH_KEYS, ENDPOINTS, MATON_KEY, SECRETS, Network, calling, failing
from tests.server.telemetry.traced import Spans, attributes, is_below, traced_server

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"
OTHER = "1bf7651916cd43dd8448eb211c80319c"


@asynccontextmanager
async def client(
    spans: Spans, network: httpx2.AsyncBaseTransport | None, flags: dict[str, Any], mode: str = "auto"
) -> AsyncGenerator[Client]:
    async with (
        calling(network, flags, observer=spans.observer) as caller,
        Client(traced_server(caller), mode=mode) as client,
    ):
        spans.forget()
        yield client


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_request_to_make_is_a_span_below_that_of_its_message(mode: str, spans: Spans):
    async with Upstream() as upstream, client(spans, None, upstream.make(), mode) as session:
        await session.call_tool(READ.tool, READ.arguments)
        (request,) = spans.requests
        assert is_below(request, spans.message)
        assert spans.message.name == "tools/call scenarios_get"
        assert attributes(spans.message)["make_mcp.outcome"] == "ok"
        assert request.name == "GET /scenarios/{scenarioId}"
        assert attributes(request) == {
            "http.request.method": "GET", "http.response.status_code": 200, "server.address": "127.0.0.1", "server.port": upstream.port,
            "url.template": "/scenarios/{scenarioId}", "make_mcp.tool": "scenarios_get", "make_mcp.upstream": "make",
        }  # fmt: skip
        assert request.status.status_code is StatusCode.UNSET
        assert request.start_time is not None
        assert spans.message.start_time is not None
        assert (
            spans.message.start_time <= request.start_time <= (request.end_time or 0) <= (spans.message.end_time or 0)
        )


async def test_no_header_of_a_trace_goes_to_make(spans: Spans):
    async with Upstream() as upstream, client(spans, None, upstream.make()) as session:
        await session.call_tool(
            READ.tool, READ.arguments, meta={"traceparent": TRACEPARENT, "tracestate": "a=1", "baggage": "b=2"}
        )
        (arrived,) = upstream.arrived
        assert set(arrived.headers) <= {
            "host",
            "accept",
            "accept-encoding",
            "authorization",
            "connection",
            "user-agent",
        }
        assert TRACE not in str(arrived)


async def test_what_a_message_names_as_its_trace_is_its_parent(spans: Spans):
    async with client(spans, Network(), BOTH_KEYS) as session:
        await session.call_tool(READ.tool, READ.arguments, meta={"traceparent": TRACEPARENT})
    parent = spans.message.parent
    assert parent is not None
    assert (format(parent.trace_id, "032x"), format(parent.span_id, "016x")) == (TRACE, PARENT)
    assert is_below(spans.requests[0], spans.message)


@pytest.mark.usefixtures("clock")
async def test_each_try_is_a_span_of_its_own_and_says_how_often_it_was_sent_before(spans: Spans):
    async with Upstream() as upstream, calling(None, upstream.make(), observer=spans.observer) as caller:
        upstream.on(READ.path, answer({}, 503, retry_after="0"), hang_up, answer({"scenario": {"id": 5}}))
        with otel_span("tools/call x", kind=SpanKind.SERVER):
            is_whole(await READ.by(caller))
    told = [(attributes(span), span.status.status_code) for span in spans.requests]
    assert [each.get("http.request.resend_count") for each, _ in told] == [None, 1, 2]
    assert [each.get("error.type") for each, _ in told] == ["503", "unreachable", None]
    assert [each.get("http.response.status_code") for each, _ in told] == [503, None, 200]
    assert [status for _, status in told] == [StatusCode.ERROR, StatusCode.ERROR, StatusCode.UNSET]
    assert all(is_below(span, spans.message) for span in spans.requests)


@pytest.mark.parametrize(
    ("manner", "error", "status"),
    [
        (answer({"message": "No"}, 403), "403", 403), (answer(b"<html>"), "bad_upstream_response", 200), (hang_up, "outcome_unknown", None),
        (answer({}, 302, location="https://evil.example/"), "bad_upstream_response", 302),
    ],
)  # fmt: skip
async def test_an_error_is_told_by_its_kind_alone(manner: Any, error: str, status: int | None, spans: Spans):
    async with Upstream() as upstream, calling(None, upstream.make(), observer=spans.observer) as caller:
        upstream.on_writes(manner)
        await START.by(caller)
    (request,) = spans.requests
    told = attributes(request)
    assert (told["error.type"], told.get("http.response.status_code")) == (error, status)
    assert request.status.status_code is StatusCode.ERROR
    assert (request.status.description, tuple(request.events)) == (None, ())


async def test_a_call_that_is_given_up_leaves_a_span(spans: Spans):
    async with Upstream() as upstream, calling(None, upstream.make(), observer=spans.observer) as caller:
        upstream.on(None, hang)
        call = asyncio.ensure_future(RUN.by(caller))
        await upstream.has(1)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
    assert [attributes(span)["error.type"] for span in spans.requests] == ["cancelled"]


async def test_looks_and_licences_have_templates_too(spans: Spans):
    async with Upstream() as upstream, calling(None, upstream.make(pace=None), observer=spans.observer) as caller:
        await caller.call("hooks_delete", {"hookId": 5})
        for _ in range(20):
            await caller.call("teams_list", {"organizationId": 4711})
    names = {span.name for span in spans.requests}
    assert {"GET /hooks/{hookId}", "GET /teams", "GET /organizations/{id}"} <= names
    assert not any(character.isdigit() for name in names for character in name)


@pytest.mark.usefixtures("clock")
async def test_time_that_a_request_waited_is_a_span_before_it(spans: Spans):
    async with Upstream() as upstream, calling(None, upstream.maton(pace=None), observer=spans.observer) as caller:
        with otel_span("tools/call x", kind=SpanKind.SERVER):
            await together(*[lambda n=n: caller.call(READ.tool, {"scenarioId": n}) for n in range(1, 12)])
    (waited,) = spans.of(SpanKind.INTERNAL)
    assert waited.name == "wait for maton"
    assert attributes(waited) == {"make_mcp.wait.for": "maton"}
    assert is_below(waited, spans.message)
    assert 0.9 < ((waited.end_time or 0) - (waited.start_time or 0)) / 1e9 < 1.2


async def test_an_idempotent_call_that_is_repeated_has_no_request_below_it(spans: Spans):
    async with calling(Network(), BOTH_KEYS, observer=spans.observer) as caller:
        for expected in (1, 0):
            spans.forget()
            with otel_span("tools/call x", kind=SpanKind.SERVER):
                await caller.call(CREATE.tool, {**CREATE.arguments, "confirm": True}, key="once")
            assert len(spans.requests) == expected
            assert attributes(spans.message)["make_mcp.outcome"] == ("ok" if expected else "repeated")


# Nothing that is not for everybody's eyes


async def test_no_argument_answer_or_secret_stands_in_any_span(spans: Spans):
    canary = 7_130_131_317
    made_up = Network(lambda _: httpx2.Response(418, json={"message": "canary-of-make", "code": "canary"}))
    async with client(spans, made_up, BOTH_KEYS) as session:
        for name, endpoint in ENDPOINTS.items():
            given: dict[str, Any] = {
                a.name: canary if a.name.endswith("Id") else f"canary-{a.name}"
                for a in endpoint.arguments
                if a.required
            }
            for confirm in ({}, {"confirm": True}, {"confirm": "canary-code"}):
                await session.call_tool(name, {**given, **(confirm if endpoint.effect != "read" else {})})
        made_up.respond = failing(ValueError("canary of a fault"))
        await session.call_tool(READ.tool, {"scenarioId": canary})
    assert len(spans.requests) > 50
    assert not any(secret in spans.text for secret in (*SECRETS, "canary", str(canary)))
    assert all(not span.events and span.status.description is None for span in spans.all)


async def test_the_name_of_a_tool_that_there_is_not_is_cut_and_holds_no_key(spans: Spans):
    async with client(spans, Network(), BOTH_KEYS) as session:
        for name in (f"nope_{MATON_KEY}", "x" * 5000):
            with pytest.raises(Exception, match="tool"):
                await session.call_tool(name, {})
    assert len(spans.of(SpanKind.SERVER)) == 2
    assert MATON_KEY not in spans.text
    assert all(len(span.name) <= 200 for span in spans.all)
    assert {attributes(span)["make_mcp.outcome"] for span in spans.of(SpanKind.SERVER)} == {"unknown_tool"}


async def test_what_the_sdk_notes_of_a_fault_stays_here(spans: Spans):
    async with calling(Network(), BOTH_KEYS, observer=spans.observer) as caller:
        server = traced_server(caller)

        async def breaks(ctx: ServerRequestContext[Any], call_next: CallNext) -> HandlerResult:
            if ctx.method == "tools/call":
                raise RuntimeError(f"canary {MATON_KEY}")
            return await call_next(ctx)

        server.middleware.append(breaks)
        async with Client(server) as session:
            spans.forget()
            with pytest.raises(Exception, match=r".") as error:
                await session.call_tool(READ.tool, READ.arguments)
    assert getattr(error.value, "code", INTERNAL_ERROR) == INTERNAL_ERROR
    assert attributes(spans.message)["error.type"] == "RuntimeError"
    assert "canary" not in spans.text
