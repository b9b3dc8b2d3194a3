"""How spans leave: over OTLP, with what nobody should read taken out. It needs OpenTelemetry's SDK and exporter."""

import logging
from collections.abc import Callable, Mapping, Sequence
from threading import Thread

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Status
from opentelemetry.util.types import AttributeValue

from make_mcp import __version__
from make_mcp.redaction import without_secrets_of_others
from make_mcp.secrets import Credentials, keys_in, keys_of
from make_mcp.settings import Settings
from make_mcp.telemetry.spans import Traces

log = logging.getLogger(__name__)

FLUSH = 1.0
"""Seconds for what is held back at the end: a collector that is not there must not hold up the end of the process."""
_LONGEST = 200
"""Characters of a name or an attribute. Some are the client's own, such as the name of a tool that there is not."""


class Exported(Traces):
    """Spans that go to a processor, and all of this process with them: the SDK's own of MCP messages."""

    def __init__(self, processor: SpanProcessor, environ: Mapping[str, str]) -> None:
        # Its own end at the exit of the process could wait for half a minute.
        self._provider = TracerProvider(resource=_resource(environ), shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        trace.set_tracer_provider(self._provider)
        super().__init__(self._provider)
        self._is_over = False

    @classmethod
    def over_http(cls, settings: Settings, environ: Mapping[str, str]) -> "Exported":
        """In batches, over OTLP, as the environment says.

        Raises:
            ValueError: a variable of OpenTelemetry does not fit.
        """
        credentials = Credentials([*keys_in(environ), *keys_of(settings)])

        def words(text: str) -> str:
            return without_secrets_of_others(credentials.without(text))

        return cls(BatchSpanProcessor(Discreet(OTLPSpanExporter(), words)), environ)

    def end(self) -> None:
        if not self._is_over:
            self._is_over = True
            thread = Thread(target=self._provider.shutdown, name="make-mcp traces", daemon=True)
            thread.start()
            thread.join(FLUSH)


def _resource(environ: Mapping[str, str]) -> Resource:
    given = {SERVICE_VERSION: __version__}
    if not environ.get("OTEL_SERVICE_NAME") and f"{SERVICE_NAME}=" not in environ.get("OTEL_RESOURCE_ATTRIBUTES", ""):
        given[SERVICE_NAME] = "make-mcp"
    return Resource.create(given)


class Discreet(SpanExporter):
    """The last net in front of an exporter: of each span leaves what it was, when, and how it ended, without secrets.

    What the SDK notes of an exception, and the words of an error, stay here: they are for the client, and may repeat what it
    sent. That nothing can be delivered is logged once.
    """

    def __init__(self, exporter: SpanExporter, words: Callable[[str], str]) -> None:
        self._exporter = exporter
        self._words = words
        self._is_failing = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export([self._clean(span) for span in spans])
        failed = result is not SpanExportResult.SUCCESS
        if failed and not self._is_failing:
            log.warning("traces do not reach their collector, or it does not take them; they are lost until it does")
        elif self._is_failing and not failed:
            log.info("traces reach their collector again")
        self._is_failing = failed
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return self._exporter.force_flush(timeout_millis)

    def _clean(self, span: ReadableSpan) -> ReadableSpan:
        return ReadableSpan(
            name=self._text(span.name),
            context=span.context,
            parent=span.parent,
            resource=span.resource,
            attributes={name: self._value(value) for name, value in (span.attributes or {}).items()},
            kind=span.kind,
            status=Status(span.status.status_code),
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=span.instrumentation_scope,
        )

    def _value(self, value: AttributeValue) -> AttributeValue:
        # No span here has a sequence for a value.
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        return self._words(text)[:_LONGEST]
