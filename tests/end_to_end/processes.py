"""The server as a process of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import IO

PATIENCE = 60.0
"""Seconds. Long enough for a busy machine: no test waits for it unless something is broken."""


def environment(**variables: str) -> dict[str, str]:
    """This process's environment without any setting of ours, and with these variables."""
    ours = ("MAKE_", "MATON_")
    return {k: v for k, v in os.environ.items() if not k.startswith(ours)} | variables


def command(*arguments: str) -> Sequence[str]:
    return [sys.executable, "-m", "make_mcp", *arguments]


@contextmanager
def listening(*arguments: str, **variables: str) -> Generator[str]:
    """A server that listens on a free port: the address that it announced."""
    with started(*arguments, **variables) as (address, _):
        yield address


@contextmanager
def started(*arguments: str, **variables: str) -> Generator[tuple[str, subprocess.Popen[bytes]]]:
    """The same, with the process: a test may end it."""
    process = subprocess.Popen(
        command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment(**variables)
    )
    output = process.stdout
    assert output is not None
    # What nobody reads would stop the process once its pipe is full.
    rest = Thread(target=output.read, daemon=True)
    try:
        address = _announced(output)
        rest.start()
        yield address, process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()
            if rest.ident is not None:
                rest.join(PATIENCE)
            output.close()


def _announced(output: IO[bytes]) -> str:
    """The first address that the server prints; it listens by then."""
    told: list[str] = []
    for line in output:
        told.append(line.decode("utf-8", "replace"))
        if found := re.search(r"http://[^\s]+", told[-1]):
            return found[0]
    raise AssertionError(f"the server did not start: {''.join(told)}")
