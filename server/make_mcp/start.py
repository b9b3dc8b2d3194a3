"""Where the process begins. Standard library only, so that nothing is imported before stdout is out of its reach.

stdout belongs to the protocol, or to what a command says with `say`. From here to the end of the process descriptor 1 is
stderr: what a library writes there, while it is imported or later, whether it prints, writes to the descriptor or starts a
child that does, cannot get between.
"""

import atexit
import os
import signal
import sys
from contextlib import suppress
from io import TextIOWrapper
from typing import TextIO

BY_SIGNAL = 128
"""What a shell adds to the number of the signal that ended a process."""


def main() -> int:
    """Runs the command of this process's arguments; its exit status.

    A command that SIGINT or SIGTERM ended has ended in good order by then. The process tells its parent, as usual, by ending
    with that signal (130 and 143 in a shell), or on Windows with that status.
    """
    _output.divert()
    status = [0]
    # What is registered first is done last.
    atexit.register(_end_by_signal, status)
    try:
        from make_mcp.cli import main as run

        status[0] = run()
    except KeyboardInterrupt:
        status[0] = BY_SIGNAL + signal.SIGINT
    finally:
        # Who reads it may be gone.
        with suppress(OSError, ValueError):
            out().flush()
        # While the interpreter winds up, a second Ctrl+C would show a traceback.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    return status[0]


class _Output:
    """What stdout was when the process began."""

    def __init__(self) -> None:
        self._kept: TextIO | None = None

    @property
    def stream(self) -> TextIO:
        return self._kept or sys.stdout

    def divert(self) -> None:
        """Points descriptor 1 at stderr. What stands in the buffer of `sys.stdout` is not ours, and goes there too."""
        stdout: TextIO | None = sys.stdout
        encoding, errors = ("utf-8", "strict") if stdout is None else (stdout.encoding, stdout.errors)
        is_prompt = isinstance(stdout, TextIOWrapper) and (stdout.line_buffering or stdout.write_through)
        # The process may have been started without one of the two.
        kept = _duplicate_or_nowhere(1)
        stderr = _duplicate_or_nowhere(2)
        os.dup2(stderr, 1)
        os.close(stderr)
        self._kept = open(  # noqa: SIM115  # a descriptor has no path, and it lasts as long as the process
            kept, "w", buffering=1 if is_prompt else -1, encoding=encoding, errors=errors, closefd=False
        )


_output = _Output()


def out() -> TextIO:
    """Where the output of a command goes: the stdout that the process was started with."""
    return _output.stream


def say(text: str = "", *, flush: bool = False) -> None:
    """Prints a line of a command's output. Everything else that prints lands on stderr."""
    print(text, file=out(), flush=flush)


def duplicate(descriptor: int) -> int:
    """The same, under a number above those of the standard streams, and not for children."""
    if sys.platform == "win32":
        return os.dup(descriptor)
    import fcntl

    return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 3)


def _duplicate_or_nowhere(descriptor: int) -> int:
    try:
        return duplicate(descriptor)
    except OSError:
        # It gets the lowest free number, and keeps that from whatever is opened next.
        return duplicate(os.open(os.devnull, os.O_WRONLY))


def _end_by_signal(status: list[int]) -> None:
    number = status[0] - BY_SIGNAL
    if number in {signal.SIGINT, signal.SIGTERM} and sys.platform != "win32":
        signal.signal(number, signal.SIG_DFL)
        # Where this process is the first of its container the system ignores it, and the status counts.
        os.kill(os.getpid(), number)
