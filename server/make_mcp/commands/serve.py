"""`make-mcp serve`, and `make-mcp` alone: serve MCP clients."""

import gc
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from make_mcp.settings import Settings, SettingsError, variable
from make_mcp.stdio import Wire, claimed_wire
from make_mcp.values import LOOPBACK

if TYPE_CHECKING:
    from make_mcp.telemetry.observer import Observer


def serve(settings: Settings) -> int:
    """Serves until the client closes stdin, or the process is told to stop; 0, or 128 and the number of the signal."""
    if settings.transport == "stdio":
        _nobody_listens(settings)
    else:
        with _quick_imports():
            return _run_http(settings)
    if sys.stdin is not None and sys.stdin.isatty():  # pyright: ignore[reportUnnecessaryComparison]  # None where it was closed
        sys.stderr.write(
            "make-mcp waits for an MCP client on stdin (end with Ctrl+C). `make-mcp --help` shows the commands.\n"
        )
    with claimed_wire() as wire, _quick_imports():
        return _run_stdio(settings, wire)


def _nobody_listens(settings: Settings) -> None:
    if settings.host not in LOOPBACK:
        raise SettingsError(
            f"{variable('host')} (--host) got {settings.host!r}, where nobody listens with {variable('transport')} stdio: add "
            "--transport http, or leave the host away"
        )


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
    from make_mcp.app import server_for
    from make_mcp.callers import Same, open_common, open_served
    from make_mcp.ending import Ending, run
    from make_mcp.stdio import streams
    from make_mcp.telemetry.observer import NOTHING
    from make_mcp.telemetry.tracing import open_tracing

    async def serving(ending: Ending) -> None:
        with open_tracing(settings) as observer:
            async with (
                open_common(settings, audit_on_stderr=True, observer=observer) as common,
                open_served(settings, common) as served,
                streams(wire, ending) as (incoming, outgoing),
            ):
                server = server_for(Same(served), settings.code_key, is_traced=observer is not NOTHING)
                _settled()
                with ending.cancels():
                    ending.heed_signals()
                    await server.run(incoming, outgoing, server.create_initialization_options())
                observer.end()
                # A terminal is read in a thread that nothing can call back.
                ending.nothing_left()

    return run(serving)


def _run_http(settings: Settings) -> int:
    from make_mcp.app import server_for
    from make_mcp.ending import Ending, run
    from make_mcp.hosting.entrance import entrance
    from make_mcp.hosting.plan import plan
    from make_mcp.hosting.serve import Beside
    from make_mcp.hosting.serve import serve as serve_http
    from make_mcp.hosting.visitors import open_callers, reach_of
    from make_mcp.listening import begin, bind
    from make_mcp.telemetry.observer import NOTHING, together
    from make_mcp.telemetry.tracing import open_tracing

    hosting = plan(settings)
    _may_open_more()

    async def serving(ending: Ending) -> None:
        with (
            bind(settings.host, settings.port) as listening,
            _metrics(settings) as (metrics, counted_at),
            open_tracing(settings) as traces,
        ):
            observer = together(metrics, traces)
            async with open_callers(settings, observer) as callers, entrance(hosting) as entered:
                server = server_for(callers, settings.code_key, is_traced=traces is not NOTHING)
                beside = Beside(entered, reach_of(settings, callers), observer, _announcing(settings))
                if counted_at is not None:
                    beside.announce(f"make-mcp counts at {counted_at}")
                _settled()
                ending.heed_signals()
                # Not before: who were let in while the rest may still fail would be lost with it.
                begin(listening)
                await serve_http(server, hosting, listening, ending, beside)

    return run(serving, hosting.grace)


def _may_open_more() -> None:
    """Takes the descriptors that the system would give: a usual shell leaves a process no more than 1,024."""
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _DESCRIPTORS)
        # Some systems allow less than they say.
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


_DESCRIPTORS = 65_536


def _announcing(settings: Settings) -> Callable[[str], None]:
    """Says where it serves, on stderr whatever the level of the logs is."""

    def announce(text: str) -> None:
        if settings.log_format == "json":
            from make_mcp.json_lines import line

            text = line("info", "make-mcp", text)
        sys.stderr.write(f"{text}\n")

    return announce


@contextmanager
def _metrics(settings: Settings) -> "Generator[tuple[Observer, str | None]]":
    """What counts, and the URL at which that is read."""
    from make_mcp.telemetry.observer import NOTHING

    if settings.metrics_port is None:
        yield NOTHING, None
        return
    from make_mcp.telemetry.prometheus import open_metrics

    with open_metrics(settings.host, settings.metrics_port) as counted:
        yield counted
