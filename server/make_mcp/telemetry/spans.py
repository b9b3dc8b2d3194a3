"""The spans of what happens between an MCP message, whose own span is the SDK's, and Make's answer."""

import time
from collections.abc import Mapping
from typing import Any, cast

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from opentelemetry.context import attach, detach, get_current
from opentelemetry.trace import SpanKind, Status, StatusCode, TracerProvider, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from make_mcp import __version__
from make_mcp.telemetry.observer import Observer, Requested

_A_MOMENT = 0.001
"""Seconds. Who waited for less did not wait."""
_HEADERS = ("traceparent", "tracestate")


class Parented:
    """Middleware, in front of the SDK's: a message whose HTTP request names a trace belongs to that one.

    What the message itself names in its `_meta` goes first; the SDK sees to that.
    """

    def __init__(self) -> None:
        self._propagator = TraceContextTextMapPropagator()

    async def __call__(self, ctx: ServerRequestContext[Any], call_next: CallNext) -> HandlerResult:
        headers = getattr(ctx.request, "headers", None)
        if not isinstance(headers, Mapping) or _HEADERS[0] not in headers:
            return await call_next(ctx)
        given = cast("Mapping[str, str]", headers)
        named = {name: given[name] for name in _HEADERS if name in given}
        token = attach(self._propagator.extract(named, get_current()))
        try:
            return await call_next(ctx)
        finally:
            detach(token)


class Traces(Observer):
    """Makes a span of each request to Make or Maton, and of each time that one waited, when it is over."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("make-mcp", __version__)

    def called(self, tool: str | None, outcome: str, seconds: float) -> None:  # noqa: ARG002  # the message's span has them
        get_current_span().set_attribute("make_mcp.outcome", outcome)

    def requested(self, request: Requested) -> None:
        attributes: dict[str, str | int] = {
            "http.request.method": request.method,
            "server.address": request.host,
            "server.port": request.port,
            "url.template": request.template,
            "make_mcp.tool": request.tool,
            "make_mcp.upstream": request.upstream,
        }
        if request.status is not None:
            attributes["http.response.status_code"] = request.status
        if request.resent:
            attributes["http.request.resend_count"] = request.resent
        error = str(request.status) if request.error == "refused" else request.error
        if error is not None:
            attributes["error.type"] = error
        name = f"{request.method} {request.template}"
        self._span(name, SpanKind.CLIENT, attributes, request.seconds, failed=error is not None)

    def waited(self, what: str, seconds: float) -> None:
        if seconds >= _A_MOMENT:
            self._span(f"wait for {what}", SpanKind.INTERNAL, {"make_mcp.wait.for": what}, seconds)

    def _span(
        self, name: str, kind: SpanKind, attributes: Mapping[str, str | int], seconds: float, *, failed: bool = False
    ) -> None:
        end = time.time_ns()
        span = self._tracer.start_span(
            name, kind=kind, attributes=attributes, start_time=end - int(seconds * 1e9), record_exception=False
        )
        if failed:
            # A description would repeat what Make or somebody else said.
            span.set_status(Status(StatusCode.ERROR))
        span.end(end)
