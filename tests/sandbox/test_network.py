"""A network as bad as a real one in front of the account, and the log of what goes through it."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import anyio
import httpx2
import pytest
from tests.sandbox.practice import NORTHWIND

import make_sandbox
from make_sandbox.network import Network, faults
from make_sandbox.server import root, serve_on

TOKEN = {"authorization": f"Token {make_sandbox.TOKEN}"}


@asynccontextmanager
async def over(network: Network) -> AsyncGenerator[httpx2.AsyncClient]:
    """A client that speaks to the account behind a network over a real connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = root("127.0.0.1", listening.getsockname()[1])
        async with anyio.create_task_group() as group:
            group.start_soon(serve_on, listening, network)
            async with httpx2.AsyncClient(base_url=address, headers=TOKEN, timeout=60) as client:
                yield client
            group.cancel_scope.cancel()


def behind(**options: Any) -> AbstractAsyncContextManager[httpx2.AsyncClient]:
    """The same, to a fresh account behind a network that is like this."""
    return over(Network(account=make_sandbox.create_app(limits=False), **options))


async def fates(client: httpx2.AsyncClient, requests: int, path: str = "/api/v2/users/me") -> Counter[str]:
    """What became of so many requests: the status of the answer, or the name of the client's error."""
    seen: Counter[str] = Counter()
    for _ in range(requests):
        try:
            seen[str((await client.get(path)).status_code)] += 1
        except httpx2.TransportError as error:
            seen[type(error).__name__] += 1
    return seen


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("429:0.05,503:0.02,drop:0.01", {"429": 0.05, "503": 0.02, "drop": 0.01}),
        ("drop:1", {"drop": 1.0}),
        (" 500:.5 , 502:0.5 ", {"500": 0.5, "502": 0.5}),
        ("429:0", {"429": 0.0}),
    ],
)
def test_faults_are_read(text: str, shares: dict[str, float]) -> None:
    assert faults(text) == shares


@pytest.mark.parametrize(
    "text", ["", "429", "429:", "429:2", "429:-1", "404:0.1", "200:0.1", "lost:0.1", "429:0.6,503:0.6", "429:0.1,429:0.1", "429:0.1;503:0.1"]
)  # fmt: skip
def test_other_faults_are_refused_with_what_is_taken(text: str) -> None:
    with pytest.raises(ValueError, match=r"takes what goes wrong and how often, as 429:0\.05,503:0\.02,drop:0\.01"):
        faults(text)


async def test_requests_fare_as_often_badly_as_was_asked_for() -> None:
    async with behind(shares={"429": 0.2, "503": 0.2, "drop": 0.2}) as client:
        seen = await fates(client, 150)
    assert seen.keys() == {"200", "429", "503", "RemoteProtocolError"}
    assert all(12 <= number <= 50 for fate, number in seen.items() if fate != "200"), seen


async def test_the_same_seed_brings_the_same_luck() -> None:
    async def statuses(seed: int) -> list[int]:
        async with behind(shares={"503": 0.5}, seed=seed) as client:
            return [(await client.get("/api/v2/users/me")).status_code for _ in range(30)]

    first = await statuses(1)
    assert await statuses(1) == first
    assert await statuses(2) != first


async def test_too_many_requests_are_told_as_make_tells_it_and_a_broken_server_is_no_json() -> None:
    async with behind(shares={"429": 1.0}) as client:
        answer = await client.get("/api/v2/users/me")
        assert answer.json()["message"].startswith("Requests limit for organization exceeded")
    async with behind(shares={"503": 1.0}) as client:
        answer = await client.get("/api/v2/users/me")
        assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html")


@pytest.mark.parametrize("fault", ["drop", "500", "502", "504"])
async def test_after_an_unclear_outcome_the_write_may_have_happened_or_not(fault: str) -> None:
    network = Network(account=make_sandbox.create_app(limits=False), shares={fault: 1.0})
    async with over(network) as client:
        for number in range(20):
            try:
                body = {"name": f"Team {number}", "organizationId": NORTHWIND}
                assert (await client.post("/api/v2/teams", json=body)).status_code == int(fault)
            except httpx2.RemoteProtocolError:
                assert fault == "drop"
        network.shares = {}
        answer = await client.get(f"/api/v2/teams?organizationId={NORTHWIND}")
    assert 3 < len(answer.json()["teams"]) < 23


@pytest.mark.parametrize("fault", ["429", "503"])
async def test_a_request_that_was_turned_away_has_not_happened(fault: str) -> None:
    network = Network(account=make_sandbox.create_app(limits=False), shares={fault: 1.0})
    transport = httpx2.ASGITransport(network)
    async with httpx2.AsyncClient(transport=transport, base_url="http://sandbox", headers=TOKEN) as client:
        for _ in range(10):
            await client.post("/api/v2/teams", json={"name": "Never", "organizationId": NORTHWIND})
        network.shares = {}
        teams = (await client.get(f"/api/v2/teams?organizationId={NORTHWIND}")).json()["teams"]
    assert len(teams) == 3


async def test_an_answer_takes_at_least_as_long_as_was_asked_for() -> None:
    async with behind(latency=120) as client:
        begin = time.perf_counter()
        await client.get("/api/v2/users/me")
        assert time.perf_counter() - begin >= 0.12


async def test_the_accounts_own_addresses_are_spared() -> None:
    async with behind(shares={"drop": 1.0}) as client:
        assert await fates(client, 5, "/sandbox") == {"200": 5}


async def test_each_request_and_its_answer_is_one_line_without_any_key() -> None:
    lines: list[str] = []
    async with behind(log=lines.append) as client:
        found = await client.get("/api/v2/users/me?cols[]=id")
        missing = await client.get("/api/v2/no%0Asuch%1Bpath")
        await client.post("/hook/0123456789abcdef0123456789abcdef?a=1", json={})
        await client.post("/api/v2/users/me/api-tokens", json={"label": "secret label", "scope": []})
    async with behind(log=lines.append, shares={"drop": 1.0}) as client:
        await fates(client, 1)
    assert [line.split(" ", 1)[1].rsplit(",", 1)[0] for line in lines[:2]] == [
        f"GET /api/v2/users/me?cols[]=id -> 200, {len(found.content)} bytes",
        f"GET /api/v2/no?such?path -> 404, {len(missing.content)} bytes",
    ]
    assert "POST /hook/012345...?a=1 -> 404" in lines[2]
    assert "-> dropped, 0 bytes" in lines[4]
    assert not any(make_sandbox.TOKEN in line or "secret label" in line or not line.isprintable() for line in lines)
