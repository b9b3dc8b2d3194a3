"""The metrics as Prometheus reads them: over HTTP."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from prometheus_client.parser import text_string_to_metric_families
from tests.server.network import calling

from make_mcp.calls import Caller
from make_mcp.telemetry.prometheus import open_metrics

LOOPBACK = "127.0.0.1"


def _has_happened(sample: Any) -> bool:
    """Requests of which somebody waits for the first stand there as none."""
    return bool(sample.value) or "status" not in sample.labels


class Scrape:
    """What stands at an address of metrics."""

    def __init__(self, url: str) -> None:
        self.url = url

    @property
    def text(self) -> str:
        answer = httpx2.get(self.url, trust_env=False)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain")
        return answer.text

    def values(self, name: str) -> dict[tuple[str, ...], float]:
        """The values of a metric by its labels, in the order of their names; what has not happened yet is left out."""
        return {
            tuple(label for _, label in sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(self.text)
            for sample in family.samples
            if sample.name == name and _has_happened(sample)
        }

    def value(self, name: str, **labels: str) -> float:
        """The one value of a metric that has these labels."""
        (value,) = (
            sample.value
            for family in text_string_to_metric_families(self.text)
            for sample in family.samples
            if sample.name == name and _has_happened(sample) and labels.items() <= sample.labels.items()
        )
        return value


@asynccontextmanager
async def counted(
    network: httpx2.AsyncBaseTransport | None, flags: dict[str, Any]
) -> AsyncGenerator[tuple[Caller, Scrape]]:
    """The path of every call, and where its metrics are read."""
    with open_metrics(LOOPBACK, 0) as (metrics, url):
        async with calling(network, flags, observer=metrics) as caller:
            yield caller, Scrape(url)
