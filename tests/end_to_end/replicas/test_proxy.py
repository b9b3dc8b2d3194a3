"""What nginx does with a request: whom it asks, whom it asks next, and what it lets nobody ask. The replicas are made up."""

import ssl
from collections.abc import AsyncGenerator, Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import anyio
import httpx2
import pytest
from tests.end_to_end.processes import PATIENCE
from tests.end_to_end.replicas.processes import DEPLOY, Place, Program, nginx
from tests.server.faults.certificates import authority
from tests.server.faults.manners import Exchange, Manner, answer, hang_up, head, reset
from tests.server.faults.upstream import Upstream

from make_mcp.hosting.plan import Hosting
from make_tools import GROUPS

pytestmark = pytest.mark.replicas

NOW = {"mcp-protocol-version": "2026-07-28"}
READ = {**NOW, "mcp-method": "tools/call", "mcp-name": "scenarios_get"}
WRITE = {**READ, "mcp-name": "scenarios_run"}
DIES: dict[str, Manner] = {"hangs up": hang_up, "resets": reset}


@dataclass
class Pair:
    """Two replicas of the test's own behind nginx, and a client. The next request goes to the first one that listens."""

    proxy: Program
    places: tuple[Place, Place]
    address: str


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Generator[Pair]:
    with closing(Place()) as place, closing(Place()) as one, closing(Place()) as other:
        proxy = nginx(tmp_path_factory.mktemp("nginx"), place, [one, other])
        with closing(proxy):
            proxy.start()
            yield Pair(proxy, (one, other), f"http://{place.name}")


@pytest.fixture
async def network(pair: Pair) -> AsyncGenerator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=pair.address, trust_env=False, timeout=PATIENCE) as client:
        yield client


@pytest.fixture
async def both(pair: Pair) -> AsyncGenerator[list[Upstream]]:
    one, other = pair.places
    async with Upstream(port=one.port) as first, Upstream(port=other.port) as second:
        yield [first, second]


def arrived(replicas: list[Upstream]) -> int:
    return sum(len(each.arrived) for each in replicas)


READS = [e.name for group in GROUPS for e in group.endpoints if e.effect == "read"]
WRITES = [e.name for group in GROUPS for e in group.endpoints if e.effect != "read"]
AGAIN = [
    *({**READ, "mcp-name": name} for name in READS),
    {**NOW, "mcp-method": "server/discover"},
    {**NOW, "mcp-method": "tools/list"},
]
ONCE = [
    *({**READ, "mcp-name": name} for name in WRITES),
    # What is not known to change nothing.
    {**READ, "mcp-name": "scenarios_get_and_run"},
    {**READ, "mcp-name": "=?base64?c2NlbmFyaW9zX2dldA==?="},
    {**NOW, "mcp-method": "tools/call"},
    {**NOW, "mcp-method": "prompts/get", "mcp-name": "scenarios_get"},
    {**NOW, "mcp-method": "subscriptions/listen"},
    # In older protocols no server looks whether these headers are true.
    {**READ, "mcp-protocol-version": "2025-11-25"},
    {name: value for name, value in READ.items() if name != "mcp-protocol-version"},
    {**READ, "mcp-protocol-version": "2027-01-01"},
    {},
]


def told(headers: dict[str, str]) -> str:
    return " ".join(headers.values()) or "nothing"


@pytest.mark.parametrize("manner", DIES)
@pytest.mark.parametrize("headers", AGAIN, ids=told)
async def test_what_only_reads_is_asked_of_the_other_when_one_dies(
    both: list[Upstream], network: httpx2.AsyncClient, headers: dict[str, str], manner: str
):
    one, other = both
    for dying, living in ((one, other), (other, one)):
        dying.on(None, DIES[manner])
        living.on(None, answer({"ok": True}))
        for _ in both:
            assert (await network.post("/mcp", json={"id": 1}, headers=headers)).json() == {"ok": True}
    # Each pair of requests meets both, and one of the two is asked once more.
    assert arrived(both) == 6
    assert {each.body for replica in both for each in replica.arrived} == {b'{"id":1}'}


@pytest.mark.parametrize("manner", DIES)
@pytest.mark.parametrize("headers", ONCE, ids=told)
async def test_what_may_write_is_never_sent_twice(
    both: list[Upstream], network: httpx2.AsyncClient, headers: dict[str, str], manner: str
):
    for replica in both:
        replica.on(None, DIES[manner])
    answered = await network.post("/mcp", json={"id": 1}, headers=headers)
    assert answered.status_code == 502
    assert "look whether it did before you repeat it" in answered.json()["error"]["message"]
    assert arrived(both) == 1


@pytest.mark.parametrize("headers", [READ, WRITE, {}], ids=told)
async def test_whatever_reached_nobody_is_sent_to_who_is_there(
    pair: Pair, network: httpx2.AsyncClient, headers: dict[str, str]
):
    for place in pair.places:
        async with Upstream(port=place.port) as living:
            for number in range(1, 5):
                assert (await network.post("/mcp", json={}, headers=headers)).status_code == 200
                assert arrived([living]) == number
    assert (await network.post("/mcp", json={}, headers=headers)).status_code == 502


async def test_one_that_could_not_be_reached_is_asked_again_at_once(pair: Pair, network: httpx2.AsyncClient):
    # The one comes back when the other goes: who leaves out the one that failed a moment ago has nobody left.
    for place in pair.places * 3:
        async with Upstream(port=place.port):
            assert (await network.post("/mcp", json={}, headers=WRITE)).status_code == 200


async def test_requests_take_turns_and_those_of_older_clients_stay(both: list[Upstream], network: httpx2.AsyncClient):
    for headers in (READ, WRITE):
        before = [len(each.arrived) for each in both]
        for _ in range(6):
            await network.post("/mcp", json={}, headers=headers)
        assert [len(each.arrived) - was for each, was in zip(both, before, strict=True)] == [3, 3]
    before = [len(each.arrived) for each in both]
    for headers in ({}, {"mcp-protocol-version": "2025-11-25", "mcp-session-id": "1"}, {"mcp-session-id": "2"}):
        await network.post("/mcp", json={}, headers=headers)
        await network.get("/mcp", headers=headers)
    assert sorted(len(each.arrived) - was for each, was in zip(both, before, strict=True)) == [0, 6]


async def test_a_replica_gets_the_request_as_it_was_sent(both: list[Upstream], network: httpx2.AsyncClient):
    own = {
        **READ,
        "host": "make.example.com",
        "authorization": "Bearer t",
        "mcp-session-id": "5",
        "origin": "https://a.b",
    }
    await network.post("/mcp?x=1", json={"a": "ä"}, headers=own)
    (request,) = [each for replica in both for each in replica.arrived]
    assert (request.method, request.path, request.query, request.json) == ("POST", "/mcp", "x=1", {"a": "ä"})
    assert {name: request.headers[name] for name in own} == own
    assert request.headers["connection"] == "close"


@pytest.mark.parametrize("path", ["/mcp", "/mcp/"])
async def test_there_is_one_endpoint_however_people_write_it(
    both: list[Upstream], network: httpx2.AsyncClient, path: str
):
    for headers in (READ, WRITE, {}):
        assert (await network.post(path, json={}, headers=headers)).status_code == 200
    assert [each.path for replica in both for each in replica.arrived] == ["/mcp"] * 3


@pytest.mark.parametrize("path", ["/ready", "/metrics", "/", "/mcp/x", "/sse", "/-reads", "/-once", "/mcp/../ready"])
async def test_nobody_asks_what_is_not_for_the_public(both: list[Upstream], network: httpx2.AsyncClient, path: str):
    for method in ("GET", "POST"):
        assert (await network.request(method, path)).status_code == 404
    assert arrived(both) == 0


@pytest.mark.parametrize("path", ["/health", "/.well-known/oauth-protected-resource/mcp"])
async def test_what_is_public_passes(both: list[Upstream], network: httpx2.AsyncClient, path: str):
    assert (await network.get(path)).status_code == 200
    (request,) = [each for replica in both for each in replica.arrived]
    assert request.path == path


async def test_a_body_may_be_as_large_as_a_replica_takes_it(both: list[Upstream], network: httpx2.AsyncClient):
    largest = Hosting("http", None).largest_body
    assert (await network.post("/mcp", content=b"x" * largest, headers=READ)).status_code == 200
    refused = await network.post("/mcp", content=b"x" * (largest + 1), headers=READ)
    assert refused.status_code == 413
    assert "4 MB" in refused.json()["error"]["message"]
    assert [len(each.body) for replica in both for each in replica.arrived] == [largest]


@pytest.mark.parametrize("headers", [READ, WRITE, {}], ids=told)
async def test_a_stream_passes_as_it_comes(both: list[Upstream], network: httpx2.AsyncClient, headers: dict[str, str]):
    heard = anyio.Event()

    async def stream(exchange: Exchange) -> None:
        kind = [("content-type", "text/event-stream"), ("x-accel-buffering", "no"), ("connection", "close")]
        await exchange.send(head(200, kind) + b"data: 1\n\n")
        await heard.wait()
        await exchange.send(b"data: 2\n\n")
        exchange.hang_up()

    for replica in both:
        replica.on(None, stream)
    async with network.stream("POST", "/mcp", json={}, headers=headers) as answered:
        assert answered.headers["x-accel-buffering"] == "no"
        chunks = answered.aiter_bytes()
        assert await anext(chunks) == b"data: 1\n\n"
        heard.set()
        assert b"".join([each async for each in chunks]) == b"data: 2\n\n"


async def test_an_answer_is_taken_off_a_replica_whose_client_is_slow(both: list[Upstream], network: httpx2.AsyncClient):
    large = answer({"ok": "x" * 24_000_000})
    sent = anyio.Event()

    async def whole(exchange: Exchange) -> None:
        await large(exchange)
        sent.set()

    for replica in both:
        replica.on(None, whole)
    async with network.stream("POST", "/mcp", json={}, headers=READ) as answered:
        # Nobody reads it here yet.
        with anyio.fail_after(PATIENCE):
            await sent.wait()
        assert len(await answered.aread()) > 24_000_000


async def test_it_speaks_tls_where_its_lines_are_put_in(tmp_path: Path):
    ours = authority(tmp_path)
    lines = [line for line in (DEPLOY / "nginx.conf").read_text(encoding="utf-8").splitlines() if "#tls " in line]
    assert len(lines) >= 5
    with closing(Place()) as place, closing(Place()) as one, closing(Place()) as other:
        more = {line: line.replace("#tls ", "") for line in lines}
        own = {
            "listen 8443 ssl": f"listen {place.name} ssl",
            "/run/secrets/tls_certificate;": f"{ours.server_file};",
            "/run/secrets/tls_key;": f"{ours.server_file};",
            "listen 8080;": "",
        }
        with closing(nginx(tmp_path, place, [one, other], {**more, **own})) as proxy:
            proxy.start()
            context = ssl.create_default_context(cafile=ours.file)
            async with (
                Upstream(port=one.port) as replica,
                httpx2.AsyncClient(base_url=f"https://{place.name}", verify=context, trust_env=False) as client,
            ):
                answered = await client.post("/mcp", json={}, headers=READ)
                assert answered.status_code == 200
                assert "max-age" in answered.headers["strict-transport-security"]
                assert len(replica.arrived) == 1
