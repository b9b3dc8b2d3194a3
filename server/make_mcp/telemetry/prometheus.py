"""The address at which Prometheus reads the metrics: a port of its own, since it is not for clients."""

import errno
import io
import logging
import socket
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from socketserver import TCPServer, ThreadingMixIn
from threading import Thread
from typing import Any, cast
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from make_mcp.settings import SettingsError, variable
from make_mcp.telemetry.observer import Observer, together

log = logging.getLogger(__name__)

PATH = "/metrics"
_PATIENCE = 10.0
"""Seconds that one who connects has to ask."""
_SOON = 0.1
"""Seconds within which the server notices that it is to end."""
_PACKAGE = "needs the package prometheus-client, 0.21 or later: pip install 'make-mcp[metrics]'"


@contextmanager
def open_metrics(host: str, port: int) -> Generator[tuple[Observer, str]]:
    """What counts, and the URL at which it is read, in a thread of its own. Port 0 takes any free one.

    Raises:
        SettingsError: the address cannot be had, or the package is missing.
    """
    setting = f"{variable('metrics_port')} (--metrics-port)"
    try:
        # Imported here: it is an extra.
        import prometheus_client

        from make_mcp.telemetry.metrics import Metrics
    except ImportError:
        raise SettingsError(f"{setting} {_PACKAGE}") from None
    # When each series began would be as many series again, which hardly anybody reads.
    prometheus_client.disable_created_metrics()
    metrics = Metrics()
    # The package leaves the types of WSGI open.
    application: _Application = cast("Any", prometheus_client).make_wsgi_app(metrics.registry)
    try:
        server = _Server(host, port, application)
    except OSError as error:
        taken = "it is taken" if error.errno == errno.EADDRINUSE else error.strerror
        raise SettingsError(
            f"{setting} is {port}, and there is no listening on {host} at that port ({taken}): choose another port, or 0 for any"
        ) from None
    thread = Thread(target=server.serve_forever, args=(_SOON,), name="make-mcp metrics", daemon=True)
    thread.start()
    try:
        shown = f"[{host}]" if ":" in host else host
        url = f"http://{shown}:{server.server_port}{PATH}"
        log.info("metrics at %s", url)
        yield together(metrics), url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


_Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    # Else a port that another process has would be shared with it, where the standard library wants that.
    allow_reuse_port = False

    def __init__(self, host: str, port: int, metrics: _Application) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)
        self.set_app(_only_there(metrics))

    def server_bind(self) -> None:
        # The standard library would look up the name of the address here, which can take as long as a resolver likes.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]
        self.setup_environ()

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002  # the standard library's own form
        # Whoever asked has gone. A traceback would go to stderr, past the logs.
        log.debug("a request for the metrics came to nothing")


class _Handler(WSGIRequestHandler):
    timeout = _PATIENCE

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the standard library's own form
        """It would go to stderr, past the logs."""

    def get_stderr(self) -> io.StringIO:
        # As above.
        return io.StringIO()


def _only_there(metrics: _Application) -> _Application:
    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == PATH:
            return metrics(environ, start_response)
        start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
        return [f"The metrics are at {PATH}.\n".encode()]

    return application
