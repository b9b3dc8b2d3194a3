"""The server as a process of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 60.0
"""Seconds. Long enough for a busy machine: no test waits for it unless something is broken."""


def environment(**variables: str) -> dict[str, str]:
    """This process's environment without any setting of ours, and with these variables."""
    ours = ("MAKE_", "MATON_")
    return {k: v for k, v in os.environ.items() if not k.startswith(ours)} | variables


def command(*arguments: str) -> Sequence[str]:
    return [sys.executable, "-m", "make_mcp", *arguments]


@contextmanager
def listening(
    *arguments: str, stderr: Path, variables: Mapping[str, str] | None = None
) -> Generator[tuple[subprocess.Popen[bytes], str]]:
    """A server that listens on a free port: the process, and the address that it announced."""
    with stderr.open("wb") as log:
        process = subprocess.Popen(command(*arguments), stdout=log, stderr=log, env=environment(**(variables or {})))
    try:
        yield process, _announced(process, stderr)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()


def _announced(process: subprocess.Popen[bytes], log: Path) -> str:
    import time

    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        text = log.read_text(encoding="utf-8", errors="replace")
        if found := re.search(r"http://[^\s]+", text):
            return found[0]
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise AssertionError(f"the server did not start: {log.read_text(encoding='utf-8', errors='replace')}")
