"""Traces, where the environment of the process asks for them by the names that OpenTelemetry gives.

Those names are not ours alone: a host that is traced itself hands them on to every server that it starts. So what stands in
them is never a reason not to start: where it cannot be followed, a warning says why, and nothing is traced.
"""

import logging
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager

from make_mcp.settings import Settings
from make_mcp.telemetry.observer import NOTHING, Observer, together

log = logging.getLogger(__name__)

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_EXPORTER = "OTEL_TRACES_EXPORTER"
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_PROTOCOL = "http/protobuf"
_QUIET = ("opentelemetry", "urllib3", "requests")
"""They log the collector's address, and what it answers, again and again. What is to be said of it is said here."""


def is_wanted(environ: Mapping[str, str]) -> bool:
    """Whether this environment asks for traces."""
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    exporter = environ.get(_EXPORTER, "").strip()
    return exporter != "none" and bool(exporter or any(environ.get(name, "").strip() for name in _ENDPOINTS))


@contextmanager
def open_tracing(settings: Settings, environ: Mapping[str, str] = os.environ) -> Generator[Observer]:
    """What traces the requests to Make and Maton, each below the span of its MCP message; nothing where nobody wants it."""
    if not is_wanted(environ):
        yield NOTHING
        return
    traces = _opened(settings, environ)
    try:
        yield traces
    finally:
        traces.end()


def _opened(settings: Settings, environ: Mapping[str, str]) -> Observer:
    if (why := _unfit(environ)) is not None:
        log.warning("nothing is traced: %s", why)
        return NOTHING
    try:
        # Imported here: it is an extra, and takes a while.
        from make_mcp.telemetry.exporting import Exported
    except ImportError:
        asked = next(name for name in (*_ENDPOINTS, _EXPORTER) if environ.get(name))
        log.warning("nothing is traced, though %s is set: pip install 'make-mcp[traces]'", asked)
        return NOTHING
    # For good: what still tries when the process ends has nothing to say either.
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        return together(Exported.over_http(settings, environ))
    except ValueError:
        log.warning(
            "nothing is traced: one of the variables OTEL_EXPORTER_OTLP_*, OTEL_BSP_* or OTEL_SPAN_* does not fit"
        )
        return NOTHING


def _unfit(environ: Mapping[str, str]) -> str | None:
    """What of it cannot be followed, and what could be."""
    exporter = environ.get(_EXPORTER, "").strip() or "otlp"
    if exporter != "otlp":
        # `console` would write to stdout, which belongs to the protocol.
        return f"{_EXPORTER} is {exporter[:60]!a}; make-mcp takes otlp, or none"
    name = next((name for name in _PROTOCOLS if environ.get(name, "").strip()), None)
    if name is not None and (protocol := environ[name].strip()) != _PROTOCOL:
        return f"{name} is {protocol[:60]!a}; make-mcp takes {_PROTOCOL}"
    return None
