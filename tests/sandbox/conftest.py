"""A practice account for each test, spoken to over plain HTTP, on a clock that the test moves."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

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


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the demo account as it is at the tests' noon. Filling one takes longer than most tests do."""
    database = tmp_path_factory.mktemp("sandbox") / "demo.sqlite3"
    make_sandbox.create_app(database, clock=Clock())
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return database


@pytest.fixture
async def client(clock: Clock, filled: Path, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    """A client without any key, of an account of its own."""
    database = tmp_path / "account.sqlite3"
    shutil.copyfile(filled, database)
    app = make_sandbox.create_app(database, clock=clock, limits=False)
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
