"""What the machine has set for OpenTelemetry must not decide; and the spans of a test stay in its process."""

import os
from collections.abc import Generator

import pytest
from tests.server.telemetry.traced import Spans, in_memory


@pytest.fixture(autouse=True)
def no_telemetry_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("OTEL_"):
            monkeypatch.delenv(name)


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Generator[Spans]:
    with in_memory(monkeypatch) as spans:
        yield spans
