"""What the environment may decide about the way to Make: a proxy, and whom to trust besides. Never whether to check."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.server.faults.calls import READ, START, is_whole, says_nothing_was_sent
from tests.server.faults.certificates import Authority
from tests.server.faults.certificates import authority as new_authority
from tests.server.faults.upstream import Upstream
from tests.server.network import MAKE_TOKEN, calling

pytestmark = pytest.mark.usefixtures("clock")

OFF: list[dict[str, str]] = [
    {"PYTHONHTTPSVERIFY": "0"}, {"SSL_VERIFY": "0"}, {"HTTPX_VERIFY": "false"}, {"HTTPX2_VERIFY": "0"}, {"REQUESTS_CA_BUNDLE": ""},
    {"CURL_CA_BUNDLE": ""}, {"SSL_CERT_FILE": ""}, {"SSL_CERT_DIR": ""}, {"NODE_TLS_REJECT_UNAUTHORIZED": "0"}, {"GIT_SSL_NO_VERIFY": "1"},
    {"VERIFY_SSL": "no"}, {"CURL_INSECURE": "1"}, {"SSL_NO_VERIFY": "1"}, {"PYTHONWARNINGS": "ignore"}, {},
]  # fmt: skip
"""What other programs take for leave not to look, and nothing."""


class Proxy:
    """A proxy for HTTPS on loopback: keeps what it is asked for and by whom, and connects where it leads."""

    def __init__(self, answer: bytes = b"HTTP/1.1 200 Connection established\r\n\r\n") -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.heads: list[str] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers = [writer]
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.heads.append(head)
            self.asked.append(head.split("\r\n")[0])
            method, target, _ = self.asked[-1].split(" ")
            writer.write(self.answer)
            if method != "CONNECT" or b" 200 " not in self.answer:
                return
            host, _, port = target.rpartition(":")
            far_reader, far_writer = await asyncio.open_connection(host, int(port))
            writers.append(far_writer)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_pass_on(reader, far_writer))
                tasks.create_task(_pass_on(far_reader, writer))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            for each in writers:
                each.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def proxying(proxy: Proxy) -> AsyncGenerator[Proxy]:
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(proxy.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


# ---- A proxy


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
async def test_a_proxy_of_the_environment_is_used(variable: str, authority: Authority, monkeypatch: pytest.MonkeyPatch):
    """F35: HTTPS_PROXY is honoured; the proxy learns the host, and nothing of what is said."""
    async with Upstream(tls=authority.server()) as upstream, proxying(Proxy()) as proxy:
        monkeypatch.setenv(variable, proxy.url)
        async with calling(None, upstream.make()) as caller:
            for call in (READ, START):
                is_whole(await call.by(caller))
        assert len(upstream.arrived) == 2
        assert set(proxy.asked) == {f"CONNECT 127.0.0.1:{upstream.port} HTTP/1.1"}
        assert not any(MAKE_TOKEN in head or "authorization" in head.lower() for head in proxy.heads)


async def test_a_host_that_is_to_be_reached_without_the_proxy_is(authority: Authority, monkeypatch: pytest.MonkeyPatch):
    """F35: NO_PROXY."""
    async with Upstream(tls=authority.server()) as upstream, proxying(Proxy()) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        async with calling(None, upstream.make()) as caller:
            is_whole(await READ.by(caller))
        assert (len(upstream.arrived), proxy.asked) == (1, [])


async def test_what_is_not_encrypted_never_goes_through_a_proxy(monkeypatch: pytest.MonkeyPatch):
    """F35: http is for this machine alone, and a proxy would read the key."""
    async with Upstream() as upstream, proxying(Proxy()) as proxy:
        for variable in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(variable, proxy.url)
        async with calling(None, upstream.make()) as caller:
            is_whole(await READ.by(caller))
        assert (len(upstream.arrived), proxy.heads) == (1, [])


@pytest.mark.parametrize("status", [b"403 Forbidden", b"407 Proxy Authentication Required", b"502 Bad Gateway"])
async def test_a_proxy_that_refuses_let_nothing_leave(
    status: bytes, authority: Authority, monkeypatch: pytest.MonkeyPatch
):
    """F35: and the error does not show what the proxy's address holds."""
    async with Upstream(tls=authority.server()) as upstream, proxying(Proxy(b"HTTP/1.1 %b\r\n\r\n" % status)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", "//somebody:pa55word@"))
        async with calling(None, upstream.make()) as caller:
            text = says_nothing_was_sent(await START.by(caller), START, "unreachable")
        assert "pa55word" not in text
        assert "proxy" in text.lower()
        assert upstream.connections == 0
        assert 1 <= len(proxy.asked) <= 2


async def test_a_proxy_that_is_not_there_let_nothing_leave(authority: Authority, monkeypatch: pytest.MonkeyPatch):
    """F35: nothing goes around it."""
    async with proxying(Proxy()) as gone:
        url = gone.url
    async with Upstream(tls=authority.server()) as upstream:
        monkeypatch.setenv("HTTPS_PROXY", url)
        async with calling(None, upstream.make()) as caller:
            for call in (READ, START):
                says_nothing_was_sent(await call.by(caller), call, "unreachable")
        assert upstream.connections == 0


async def test_a_netrc_is_not_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """F35: what stands there for this host is for other programs; the key is ours."""
    file = tmp_path / "netrc"
    file.write_text("machine 127.0.0.1 login somebody password pa55word\ndefault login anyone password pa55word\n")
    file.chmod(0o600)
    monkeypatch.setenv("NETRC", str(file))
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        is_whole(await READ.by(caller))
        (request,) = upstream.arrived
    assert request.headers["authorization"] == f"Token {MAKE_TOKEN}"


async def test_a_user_can_read_about_proxies_and_certificates():
    """F35: documented, with the names of the variables."""
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]
    text = "\n".join(document.read_text(encoding="utf-8") for document in documents)
    for name in ("HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE"):
        assert name in text, f"{name} is not documented"


# ---- Whom to trust


@pytest.mark.parametrize("variables", OFF, ids=lambda v: "-".join(f"{n}={x}" for n, x in v.items()) or "nothing")
async def test_nothing_in_the_environment_switches_the_check_off(
    variables: dict[str, str], authority: Authority, monkeypatch: pytest.MonkeyPatch
):
    """F35: a certificate that nobody vouches for ends it before the key leaves."""
    monkeypatch.delenv("SSL_CERT_FILE")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    async with Upstream(tls=authority.server()) as upstream, calling(None, upstream.make()) as caller:
        for call in (READ, START):
            says_nothing_was_sent(await call.by(caller), call, "unreachable")
        assert upstream.connections > 0
        assert upstream.arrived == []


async def test_a_ca_of_ones_own_is_trusted_if_the_operator_says_so(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
):
    """F35: a custom CA file is allowed, as companies have one."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    async with Upstream(tls=authority.server()) as upstream, calling(None, upstream.make()) as caller:
        for call in (READ, START):
            is_whole(await call.by(caller))
        assert len(upstream.arrived) == 2


@pytest.mark.parametrize("fault", ["another authority", "another host", "expired"])
async def test_a_ca_of_ones_own_does_not_make_everything_right(
    fault: str, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """F35: the name, the dates and the signature count as ever."""
    address = "127.0.0.2" if fault == "another host" else "127.0.0.1"
    trusted = new_authority(tmp_path, address=address, expired=fault == "expired")
    shown = authority if fault == "another authority" else trusted
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted.file))
    async with Upstream(tls=shown.server()) as upstream, calling(None, upstream.make()) as caller:
        says_nothing_was_sent(await START.by(caller), START, "unreachable")
        assert upstream.arrived == []
