"""A redis-server that replicas share."""

from collections.abc import Generator
from typing import Any

import pytest
from tests.server.faults.redis.server import HastyLoop, RedisServer


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return "asyncio", {"loop_factory": HastyLoop}


@pytest.fixture(scope="session")
def server() -> Generator[RedisServer]:
    """One for all tests: none of them may end it."""
    with RedisServer() as running:
        yield running


@pytest.fixture
def mortal() -> Generator[RedisServer]:
    """One that a test may end, and that wants a password."""
    with RedisServer("canary-password-81c0") as running:
        yield running
