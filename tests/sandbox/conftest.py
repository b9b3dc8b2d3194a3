"""A practice account for each test, spoken to over plain HTTP, on a clock that the test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
from tests.sandbox.practice import Clock, Door

import make_sandbox


@pytest.fixture
def anyio_backend() -> str:
    """The practice account runs under uvicorn, so under asyncio."""
    return "asyncio"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def client(clock: Clock) -> AsyncIterator[httpx2.AsyncClient]:
    """A client without any key."""
    app = make_sandbox.create_app(clock=clock, limits=False)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://sandbox") as client:
        yield client


@pytest.fixture
def make(client: httpx2.AsyncClient) -> Door:
    """Make's own API, with the token."""
    client.headers["authorization"] = f"Token {make_sandbox.TOKEN}"
    return Door(client, "/api/v2")


@pytest.fixture
def maton(client: httpx2.AsyncClient) -> Door:
    """Maton, with the key: `/connections`, and Make below `/make/api/v2`."""
    client.headers["authorization"] = f"Bearer {make_sandbox.KEY}"
    return Door(client, "")
