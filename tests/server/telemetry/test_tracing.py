"""When traces are made, how they leave, and that a collector that is not there holds up nothing."""

import subprocess
import sys
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from tests.end_to_end.processes import PATIENCE, environment
from tests.server.network import MATON_KEY
from tests.server.telemetry.collector import Collector

from make_mcp import __version__
from make_mcp.settings import load
from make_mcp.telemetry.exporting import Discreet
from make_mcp.telemetry.observer import NOTHING
from make_mcp.telemetry.tracing import is_wanted, open_tracing

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
NOWHERE = "http://127.0.0.1:9/canary-path"


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({}, False), ({ENDPOINT: "http://collector:4318"}, True), ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"}, True),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True), ({"OTEL_TRACES_EXPORTER": "none"}, False), ({"OTEL_TRACES_EXPORTER": ""}, False),
        ({ENDPOINT: ""}, False), ({ENDPOINT: " "}, False), ({ENDPOINT: "http://c", "OTEL_TRACES_EXPORTER": "none"}, False),
        ({ENDPOINT: "http://c", "OTEL_SDK_DISABLED": "true"}, False), ({ENDPOINT: "http://c", "OTEL_SDK_DISABLED": "TRUE"}, False),
        ({ENDPOINT: "http://c", "OTEL_SDK_DISABLED": "false"}, True), ({"OTEL_SERVICE_NAME": "x"}, False),
        ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://c"}, False), ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, False),
    ],
)  # fmt: skip
def test_only_who_asks_for_traces_gets_them(environ: dict[str, str], wanted: bool):
    assert is_wanted(environ) is wanted


def test_nobody_who_did_not_ask_gets_an_observer():
    with open_tracing(load({"sandbox": True}), {}) as traces:
        assert traces is NOTHING


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"OTEL_TRACES_EXPORTER": "console"}, "OTEL_TRACES_EXPORTER is 'console'; make-mcp takes otlp, or none"),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "OTEL_EXPORTER_OTLP_PROTOCOL is 'grpc'; make-mcp takes http/protobuf"),
        (
            {"OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/json"},
            "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL is 'http/json'; make-mcp takes http/protobuf",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_followed_is_told_and_no_reason_not_to_serve(
    more: dict[str, str], told: str, caplog: pytest.LogCaptureFixture
):
    with open_tracing(load({"sandbox": True}), {ENDPOINT: NOWHERE, **more}) as traces:
        assert traces is NOTHING
    assert caplog.messages == [f"nothing is traced: {told}"]


@pytest.mark.parametrize("module", ["opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http.trace_exporter"])
def test_without_the_packages_it_says_what_to_install(module: str):
    done = process(f"sys.modules[{module!r}] = None", "assert traces is NOTHING", **{ENDPOINT: NOWHERE})
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == [
        f"WARNING nothing is traced, though {ENDPOINT} is set: pip install 'make-mcp[traces]'"
    ]


def process(before: str, within: str, after: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """A process of its own, since each has one provider of traces for good. `within` is what it does with `traces`."""
    script = f"""
import logging, sys, time
from make_mcp.settings import load
from make_mcp.telemetry.observer import NOTHING, Requested
from make_mcp.telemetry.tracing import open_tracing
logging.basicConfig(level="DEBUG", format="%(levelname)s %(message)s")
{before}
with open_tracing(load({{"sandbox": True}})) as traces:
    {within}
    began = time.monotonic()
{after}
print(time.monotonic() - began)
"""
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False,
        env={**environment(NO_PROXY="127.0.0.1"), **variables},
    )  # fmt: skip


ONE = """traces.requested(Requested(
        tool="scenarios_get", upstream="make", host="eu1.make.com", port=443, method="GET", template="/scenarios/{scenarioId}", status=200,
        error=None, seconds=0.2, resent=0,
    ))"""


def test_what_is_held_back_reaches_the_collector_at_the_end():
    with Collector(200).listening() as collector:
        done = process(
            "", ONE, MAKE_MCP_LOG_LEVEL="debug", OTEL_EXPORTER_OTLP_HEADERS="x-api-key=canary-header", **{ENDPOINT: collector.url}
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    ((path, headers, request),) = collector.arrived
    assert (path, headers["content-type"], headers["x-api-key"]) == (
        "/v1/traces",
        "application/x-protobuf",
        "canary-header",
    )
    (spans,) = request.resource_spans
    told = {each.key: each.value.string_value for each in spans.resource.attributes}
    assert (told["service.name"], told["service.version"]) == ("make-mcp", __version__)
    (span,) = spans.scope_spans[0].spans
    assert span.name == "GET /scenarios/{scenarioId}"
    assert 0.19e9 < span.end_time_unix_nano - span.start_time_unix_nano < 0.21e9


@pytest.mark.parametrize(
    "named", [{"OTEL_SERVICE_NAME": "our-make"}, {"OTEL_RESOURCE_ATTRIBUTES": "service.name=our-make,team=a"}]
)
def test_an_operators_own_name_for_the_service_counts(named: dict[str, str]):
    with Collector(200).listening() as collector:
        done = process("", ONE, **{ENDPOINT: collector.url}, **named)
    assert done.returncode == 0, done.stderr
    ((_, _, request),) = collector.arrived
    assert "our-make" in {each.value.string_value for each in request.resource_spans[0].resource.attributes}


@pytest.mark.parametrize("status", [None, 401, 503])
def test_a_collector_that_takes_nothing_is_told_of_once_and_holds_up_nothing(status: int | None):
    within = f"for _ in range(40):\n        {ONE.replace(chr(10), chr(10) + '    ')}"
    fast = {"OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "1", "OTEL_EXPORTER_OTLP_HEADERS": "authorization=canary-token"}
    with Collector(status or 200).listening() as collector:
        endpoint = NOWHERE if status is None else collector.url
        done = process("", within, **fast, **{ENDPOINT: endpoint})
    assert done.returncode == 0, done.stderr
    # The second of the end, and some for a busy machine. The exporter by itself would try for ten.
    assert float(done.stdout) < 8
    assert "canary" not in done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("WARNING")]
    # Where the exporter still tries, there is nothing to be told yet.
    assert told in (
        [],
        ["WARNING traces do not reach their collector, or it does not take them; they are lost until it does"],
    )
    assert len(done.stderr.splitlines()) == len(told)
    assert status != 401 or told, "this one is not tried again"


@pytest.mark.parametrize(
    "name", ["OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_EXPORTER_OTLP_COMPRESSION", "OTEL_BSP_MAX_QUEUE_SIZE"]
)
def test_a_variable_that_does_not_fit_keeps_nobody_from_serving(name: str):
    done = process("", "pass", **{ENDPOINT: NOWHERE, name: "canary"})
    assert done.returncode == 0, done.stderr
    assert "canary" not in done.stderr
    assert "Traceback" not in done.stderr


class Says(SpanExporter):
    def __init__(self, *results: SpanExportResult) -> None:
        self._results = list(results)
        self.exported = 0

    def export(self, spans: Any) -> SpanExportResult:
        self.exported += len(spans)
        return self._results.pop(0)


def test_an_outage_is_told_at_its_beginning_and_its_end(caplog: pytest.LogCaptureFixture):
    caplog.set_level("INFO")
    good, bad = SpanExportResult.SUCCESS, SpanExportResult.FAILURE
    says = Says(good, bad, bad, bad, good, good, bad)
    net = Discreet(says, str)
    for _ in range(7):
        net.export([ReadableSpan("x")])
    assert says.exported == 7
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO", "WARNING"]


def test_the_net_takes_keys_out_of_names_and_attributes():
    kept: list[ReadableSpan] = []

    class Keeps(SpanExporter):
        def export(self, spans: Any) -> SpanExportResult:
            kept.extend(spans)
            return SpanExportResult.SUCCESS

    def words(text: str) -> str:
        return text.replace(MATON_KEY, "[hidden]")

    Discreet(Keeps(), words).export(
        [ReadableSpan(f"a {MATON_KEY}", attributes={"b": MATON_KEY, "c": 5, "d": "x" * 500})]
    )
    (span,) = kept
    assert span.name == "a [hidden]"
    assert dict(span.attributes or {}) == {"b": "[hidden]", "c": 5, "d": "x" * 200}
