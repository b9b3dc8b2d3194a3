"""`make-mcp serve`, and `make-mcp` alone: serve MCP clients."""

import gc
import sys
from collections.abc import Generator
from contextlib import contextmanager

from make_mcp.settings import Settings
from make_mcp.stdio import Wire, claimed_wire


def serve(settings: Settings) -> int:
    """Serves until the client closes stdin, or the process is told to stop; 0, or 128 and the number of the signal."""
    if settings.transport != "stdio":
        with _quick_imports():
            return _run_http(settings)
    if sys.stdin is not None and sys.stdin.isatty():  # pyright: ignore[reportUnnecessaryComparison]  # None where it was closed
        sys.stderr.write(
            "make-mcp waits for an MCP client on stdin (end with Ctrl+C). `make-mcp --help` shows the commands.\n"
        )
    with claimed_wire() as wire, _quick_imports():
        return _run_stdio(settings, wire)


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


def _run_stdio(settings: Settings, wire: Wire) -> int:
    from make_mcp.app import build, open_caller
    from make_mcp.ending import Ending, run
    from make_mcp.stdio import streams

    async def serving(ending: Ending) -> None:
        async with (
            open_caller(settings, audit_on_stderr=True) as (caller, tools),
            streams(wire, ending) as (incoming, outgoing),
        ):
            server = build(caller, tools, settings.code_key)
            _settled()
            with ending.cancels():
                ending.heed_signals()
                await server.run(incoming, outgoing, server.create_initialization_options())
            # A terminal is read in a thread that nothing can call back.
            ending.nothing_left()

    return run(serving)


def _run_http(settings: Settings) -> int:
    from make_mcp.app import build, open_caller
    from make_mcp.ending import Ending, run
    from make_mcp.hosting import serve as serve_http
    from make_mcp.loopback import listen

    transport = "sse" if settings.transport == "sse" else "http"

    async def serving(ending: Ending) -> None:
        async with open_caller(settings, audit_on_stderr=True) as (caller, tools):
            server = build(caller, tools, settings.code_key)
            with listen(settings.host, settings.port) as listening:
                _settled()
                ending.heed_signals()
                await serve_http(server, transport, listening, ending)

    return run(serving)
