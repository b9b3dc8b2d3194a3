"""A clean environment for each test: what the machine has set must not decide, nor how busy it is.

Tests that use `clock` run on a clock of their own (`tests/server/faults/clock.py`); the others on the machine's.
"""

import asyncio
import os
from typing import Any

import hypothesis
import pytest
from tests.server.faults.clock import Clock, JumpingLoop

hypothesis.settings.register_profile("server", deadline=None)
hypothesis.settings.load_profile("server")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.upper().startswith(("MAKE_", "MATON_")) or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)


@pytest.fixture
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    return ("asyncio", {"loop_factory": JumpingLoop} if "clock" in request.fixturenames else {})


@pytest.fixture
async def clock() -> Clock:
    return Clock(asyncio.get_running_loop())
