"""The health check of a container: a process that looks whether the server of its environment answers."""

import http.server
import threading
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from make_mcp.alive import main


@contextmanager
def answering(status: int) -> Generator[int]:
    """A server that gives this status for /health; its port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the standard library calls it so
            self.send_response(status if self.path == "/health" else 404)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as above
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("transport", ["http", "sse"])
@pytest.mark.parametrize("host", [None, "127.0.0.1", "0.0.0.0", "localhost"])
def test_a_server_that_answers_is_alive(transport: str, host: str | None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAKE_MCP_TRANSPORT", transport)
    if host is not None:
        monkeypatch.setenv("MAKE_MCP_HOST", host)
    with answering(200) as port:
        monkeypatch.setenv("MAKE_MCP_PORT", str(port))
        assert main() == 0
    assert main() == 1


def test_a_server_that_answers_otherwise_is_not(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAKE_MCP_TRANSPORT", "http")
    with answering(503) as port:
        monkeypatch.setenv("MAKE_MCP_PORT", str(port))
        assert main() == 1


def test_over_stdio_nobody_can_ask(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAKE_MCP_PORT", "1")
    assert main() == 0
