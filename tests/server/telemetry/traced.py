"""Spans that stay in the process, of the SDK's own tracer and of ours."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import mcp.shared._otel
import pytest
from mcp.server._otel import OpenTelemetryMiddleware
from mcp.server.lowlevel.server import Server
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from tests.server.network import ENDPOINTS, SECRETS

from make_mcp.app import build
from make_mcp.calls import Caller
from make_mcp.redaction import without_secrets_of_others
from make_mcp.secrets import Credentials
from make_mcp.selection import tool
from make_mcp.telemetry.exporting import Discreet
from make_mcp.telemetry.observer import Observer, together
from make_mcp.telemetry.spans import Parented, Traces


class Spans:
    """What has ended, as it leaves."""

    def __init__(self, exporter: InMemorySpanExporter, observer: Observer) -> None:
        self._exporter = exporter
        self.observer = observer

    @property
    def all(self) -> list[ReadableSpan]:
        return list(self._exporter.get_finished_spans())

    def forget(self) -> None:
        self._exporter.clear()

    def of(self, kind: SpanKind) -> list[ReadableSpan]:
        return [span for span in self.all if span.kind is kind and not span.name.startswith("MCP send ")]

    @property
    def message(self) -> ReadableSpan:
        """The span of the one tool that was called."""
        (span,) = (span for span in self.of(SpanKind.SERVER) if span.name.startswith("tools/call"))
        return span

    @property
    def requests(self) -> list[ReadableSpan]:
        """The spans of requests to Make and Maton."""
        return self.of(SpanKind.CLIENT)

    @property
    def text(self) -> str:
        return "\n".join(span.to_json() for span in self.all)


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def is_below(span: ReadableSpan, other: ReadableSpan) -> bool:
    """Whether the other is its parent."""
    assert span.context is not None
    assert other.context is not None
    return (
        span.parent is not None
        and span.parent.span_id == other.context.span_id
        and span.context.trace_id == other.context.trace_id
    )


@contextmanager
def in_memory(monkeypatch: pytest.MonkeyPatch) -> Generator[Spans]:
    """Traces everything in here, and through the net that stands in front of every exporter."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    credentials = Credentials(SECRETS)
    net = Discreet(exporter, lambda text: without_secrets_of_others(credentials.without(text)))
    provider.add_span_processor(SimpleSpanProcessor(net))
    # A process has one provider for good, and these tests have many.
    monkeypatch.setattr(mcp.shared._otel, "_tracer", provider.get_tracer("mcp-python-sdk"))
    yield Spans(exporter, together(Traces(provider)))
    provider.shutdown()


def traced_server(caller: Caller) -> Server[Any]:
    """As the app builds it where traces are wanted."""
    server = build(caller, [tool(endpoint, {"type": "object"}) for endpoint in ENDPOINTS.values()])
    inner = [each for each in server.middleware if not isinstance(each, OpenTelemetryMiddleware | Parented)]
    server.middleware[:] = [Parented(), OpenTelemetryMiddleware(), *inner]
    return server
