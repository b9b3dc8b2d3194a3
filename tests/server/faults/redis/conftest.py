"""A redis-server for the tests that count in one."""

from collections.abc import Generator
from typing import Any
from uuid import uuid4

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


@pytest.fixture
def key() -> str:
    """A budget that no other test knows."""
    return f"maton:{uuid4().hex}"
