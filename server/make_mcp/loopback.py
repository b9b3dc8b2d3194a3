"""Serves an HTTP application on an address of this machine."""

import errno
import socket

import uvicorn
from starlette.types import ASGIApp

from make_mcp.settings import SettingsError


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one. From here on a client that connects waits, and is not turned away.

    Raises:
        SettingsError: the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Without the protocol asyncio leaves Nagle's algorithm on, and each answer waits 40 ms for an acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        taken = "it is taken" if error.errno == errno.EADDRINUSE else error.strerror
        raise SettingsError(f"cannot listen on {host}, port {port} ({taken}): choose another --port") from None
    return listening


async def run(application: ASGIApp, listening: socket.socket) -> None:
    """Serves until the process is told to stop."""
    config = uvicorn.Config(
        application,
        # Ours goes to stderr; uvicorn's own access log would write addresses and session ids to stdout.
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    await uvicorn.Server(config).serve(sockets=[listening])
