"""The practice account of a task over HTTP, the same in each run: `python benchmarks/tasks/practice.py` prints its port.

It ends with its standard input.
"""

import asyncio
import os
import signal
import socket
import sys
from datetime import UTC, datetime, timedelta
from threading import Thread
from time import monotonic
from typing import Final

from starlette.applications import Starlette

import make_sandbox
from make_sandbox.server import serve_on

MOMENT: Final = datetime(2026, 3, 10, 8, tzinfo=UTC)
"""When every task begins: a Tuesday morning on which nothing is scheduled for the next three quarters of an hour."""
HASTE: Final = 10
"""So many seconds of the account pass in one second of ours: runs take one or two of them, and nobody should wait."""


class Clock:
    """It stands at MOMENT until it is started, so that the history before it is the same each time."""

    def __init__(self) -> None:
        self._begun: float | None = None

    def __call__(self) -> datetime:
        gone = 0 if self._begun is None else monotonic() - self._begun
        return MOMENT + timedelta(seconds=gone * HASTE)

    def start(self) -> None:
        self._begun = monotonic()


def account() -> Starlette:
    """The demo account at MOMENT, on a clock that goes from there."""
    clock = Clock()
    application = make_sandbox.create_app(clock=clock, limits=False)
    clock.start()
    return application


def _end_with_input() -> None:
    sys.stdin.read()
    # uvicorn closes what is open, and then lets the process end.
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        application = account()
        print(listening.getsockname()[1], flush=True)
        Thread(target=_end_with_input, daemon=True).start()
        asyncio.run(serve_on(listening, application))


if __name__ == "__main__":
    main()
