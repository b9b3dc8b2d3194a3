"""`make-mcp serve`, and `make-mcp` alone: serve MCP clients."""

import gc
import logging
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from make_mcp.settings import Settings
from make_mcp.stdio import Wire, claimed_wire


def serve(settings: Settings) -> int:
    """Serves until the client closes stdin, or the process is told to stop."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=settings.log_level.upper())
    # The SDK and the HTTP client log addresses with their query, and session ids, at INFO.
    for chatty in ("httpx2", "httpcore2", "mcp"):
        logging.getLogger(chatty).setLevel(logging.DEBUG if settings.log_level == "debug" else logging.WARNING)
    if settings.transport == "stdio":
        if sys.stdin is not None and sys.stdin.isatty():  # pyright: ignore[reportUnnecessaryComparison]  # None where it was closed
            sys.stderr.write(
                "make-mcp waits for an MCP client on stdin (end with Ctrl+C). `make-mcp --help` shows the commands.\n"
            )
        with claimed_wire() as wire, _quick_imports():
            _run_stdio(settings, wire)
    else:
        with _quick_imports():
            _run_http(settings)
    return 0


class OneLine(logging.Formatter):
    """Log lines in which no text of others begins a line: nothing there can pose as a line of the audit log."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # the standard library calls it so
        record.message = "".join(c if c.isprintable() else " " for c in record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802  # as above
        return "\n".join(f"    {line}" for line in super().formatException(ei).splitlines())

    def formatStack(self, stack_info: str) -> str:  # noqa: N802  # as above
        return "\n".join(f"    {line}" for line in super().formatStack(stack_info).splitlines())


@contextmanager
def _quick_imports() -> Generator[None]:
    """Imports make objects that stay: collecting garbage among them takes a fifth of the start."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _settled() -> None:
    gc.freeze()
    gc.enable()


def _run_stdio(settings: Settings, wire: Wire | None) -> None:
    import anyio

    from make_mcp.app import build, open_caller
    from make_mcp.stdio import streams

    async def run() -> None:
        async with (
            open_caller(settings, audit_on_stderr=True) as (caller, tools),
            streams(wire) as (incoming, outgoing),
        ):
            server = build(caller, tools, settings.code_key)
            _settled()
            await server.run(incoming, outgoing, server.create_initialization_options())

    anyio.run(run)


def _run_http(settings: Settings) -> None:
    import anyio

    from make_mcp.app import build, open_caller
    from make_mcp.hosting import serve as serve_http
    from make_mcp.loopback import listen

    transport = "sse" if settings.transport == "sse" else "http"

    async def run() -> None:
        async with open_caller(settings, audit_on_stderr=True) as (caller, tools):
            server = build(caller, tools, settings.code_key)
            with listen(settings.host, settings.port) as listening:
                _settled()
                await serve_http(server, transport, listening)

    anyio.run(run)
