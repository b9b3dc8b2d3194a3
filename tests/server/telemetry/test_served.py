"""A server as a process: what it counts, traces and logs while an official client uses it."""

import json
import re
import signal
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from tests.end_to_end.processes import PATIENCE, command, environment
from tests.server.faults.calls import DELETE, READ
from tests.server.faults.served import Era, Watched, client, serving
from tests.server.telemetry.collector import Collector
from tests.server.telemetry.scraping import Scrape

from make_mcp.audit import Entry
from make_mcp.audit_reading import read

ERAS: list[Era] = ["2026-07-28", "2025-11-25"]


@pytest.mark.parametrize("era", ERAS)
async def test_over_http_a_call_is_counted_and_traced_from_the_client_to_make(era: Era, tmp_path: Path):
    with Collector().listening() as collector:
        async with (
            Watched() as upstream,
            serving(
                "http", upstream, tmp_path, "--metrics-port", "0", "--log-level", "info", OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
                NO_PROXY="127.0.0.1",
            ) as served,
        ):  # fmt: skip
            async with client(served, era) as session:
                await session.call_tool(READ.tool, READ.arguments)
                await session.call_tool(DELETE.tool, DELETE.arguments)
                (url,) = {found[0] for line in served.stderr if (found := re.search(r"http://\S+/metrics", line))}
                metrics = Scrape(url)
                text = await anyio.to_thread.run_sync(lambda: metrics.text)
                assert f'make_mcp_calls_total{{outcome="ok",tool="{READ.tool}"}} 1.0' in text
                assert f'make_mcp_calls_total{{outcome="previewed",tool="{DELETE.tool}"}} 1.0' in text
                assert (
                    'make_mcp_confirmations_total{decision="previewed",effect="destroy",outcome="nothing_sent",reason=""} 1.0'
                    in text
                )
                assert f"make_mcp_sessions {0.0 if era == '2026-07-28' else 1.0}\n" in text
            served.process.send_signal(signal.SIGTERM)
            await served.ends()
    messages = {span.span_id: span for span in collector.spans if span.name.startswith("tools/call")}
    requests = [span for span in collector.spans if span.name.startswith("GET ")]
    assert {span.name for span in messages.values()} == {"tools/call scenarios_get", "tools/call hooks_delete"}
    assert {span.name for span in requests} >= {"GET /scenarios/{scenarioId}", "GET /hooks/{hookId}"}
    assert all(messages[span.parent_span_id].trace_id == span.trace_id for span in requests)
    traces = {span.trace_id.hex() for span in messages.values()}
    ended = [line for line in served.stderr if " INFO make_mcp.calls: " in line]
    assert {line.rpartition(", trace ")[2] for line in ended} == traces
    assert not any("traceparent" in request.headers for request in upstream.arrived)


async def test_over_stdio_every_line_of_stderr_is_json_and_traces_leave_at_the_end(tmp_path: Path):
    name, *arguments = command("serve", "--sandbox", "--log-format", "json", "--log-level", "debug")
    with Collector().listening() as collector:
        variables = environment(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, NO_PROXY="127.0.0.1")
        with (tmp_path / "stderr").open("w+", encoding="utf-8") as stderr, anyio.fail_after(PATIENCE):
            transport = stdio_client(StdioServerParameters(command=name, args=arguments, env=variables), errlog=stderr)
            async with Client(transport) as session:
                listed: Any = (await session.call_tool("organizations_list", {})).structured_content
                first = listed["organizations"][0]["id"]
                await session.call_tool("organizations_delete", {"organizationId": first})
            stderr.seek(0)
            lines = stderr.read().splitlines()
    told: list[dict[str, Any]] = [json.loads(line) for line in lines]
    calls = [each for each in told if each["logger"] == "make_mcp.calls"]
    assert [each["call"]["outcome"] for each in calls] == ["ok", "previewed"]
    (decided,) = (each for each in read(lines) if isinstance(each, Entry))
    assert (decided.tool, decided.decision) == ("organizations_delete", "previewed")
    spans = {span.trace_id.hex() for span in collector.spans if span.name.startswith("tools/call")}
    assert {each["trace_id"] for each in calls} == spans
    assert len(spans) == 2


async def test_nothing_is_counted_or_traced_that_nobody_asked_for(tmp_path: Path):
    async with Watched() as upstream, serving("http", upstream, tmp_path) as served:
        async with client(served, "2026-07-28") as session:
            await session.call_tool(READ.tool, READ.arguments)
        served.process.send_signal(signal.SIGTERM)
        await served.ends()
    assert not any("metrics" in line or "trace" in line for line in served.stderr)
