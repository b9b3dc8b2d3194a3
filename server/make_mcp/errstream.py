"""stderr of a server: a host that does not read it must not stop the server.

A pipe holds 64 kB. When nobody reads it, the next line would wait for ever, and with it every call: so a line for which there
is no room is left out, and once there is room again it is said how many were.
"""

import os
import select
import stat
import sys
from collections.abc import Callable
from contextlib import suppress

_ATOMIC = 4096
"""Bytes that a pipe which takes any takes at once."""


class Stderr:
    """What logs are written to, in place of `sys.stderr`, and goes there.

    `told` makes the line about what was left out; without it that is one of text.
    """

    def __init__(self, told: Callable[[str], str] = "make-mcp: {}".format) -> None:
        self._told = told
        self._left_out = 0

    def write(self, text: str) -> int:
        """Writes the text if there is room for it now."""
        if self._left_out and _written(
            self._told(f"{self._left_out} lines were left out here, since nobody read them") + "\n"
        ):
            self._left_out = 0
        if not _written(text):
            self._left_out += 1
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""


def _written(text: str) -> bool:
    """False where there is no room now. Where nobody will ever read it, it is written for all that can be done."""
    # Closed, or missing: there is nowhere left to tell.
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.flush()
        pipe = _pipe()
        if pipe is None:
            sys.stderr.write(text)
            sys.stderr.flush()
            return True
        data = text.encode("utf-8", "backslashreplace")
        for begin in range(0, len(data), _ATOMIC):
            if not select.select([], [pipe], [], 0)[1]:
                return begin > 0
            os.write(pipe, data[begin : begin + _ATOMIC])
    return True


def _pipe() -> int | None:
    """The descriptor of stderr, if writing there can wait for a reader."""
    if sys.platform == "win32":
        return None
    try:
        descriptor = sys.stderr.fileno()
    except OSError:
        # A test's, or an embedding program's.
        return None
    mode = os.fstat(descriptor).st_mode
    return descriptor if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) else None
