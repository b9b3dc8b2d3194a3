"""Processes that stand together on loopback: a port that stays theirs, a replica, nginx."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import IO

from tests.conftest import ROOT
from tests.end_to_end.processes import PATIENCE, command, environment

DEPLOY = ROOT / "deploy"


class Place:
    """A free port of loopback. Nobody else gets it as long as this is open, also while whoever listens there is started anew."""

    def __init__(self) -> None:
        # Bound and not listening: the one for whom it is may bind it too, as this allows, and the system gives it to nobody.
        self._held = socket.socket()
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.bind(("127.0.0.1", 0))
        self.port: int = self._held.getsockname()[1]

    @property
    def name(self) -> str:
        return f"127.0.0.1:{self.port}"

    def close(self) -> None:
        self._held.close()


@dataclass
class Program:
    """A process that is up once it has said certain words on stderr. What it says is kept."""

    arguments: Sequence[str]
    variables: Mapping[str, str]
    ready: str
    said: list[str] = field(default_factory=list[str])
    _process: subprocess.Popen[bytes] | None = None
    _reader: Thread | None = None
    _up: Event = field(default_factory=Event)

    def begin(self) -> None:
        """Starts it, and does not wait for it."""
        self._up = Event()
        self._process = subprocess.Popen(
            self.arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=dict(self.variables)
        )
        assert self._process.stderr is not None
        self._reader = Thread(target=self._read, args=(self._process.stderr, self._up))
        self._reader.start()

    def wait(self) -> None:
        """Comes back when it is up."""
        assert self._up.wait(PATIENCE), "".join(self.said)
        assert any(self.ready in line for line in self.said), "".join(self.said)

    def start(self) -> None:
        self.begin()
        self.wait()

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def fail(self) -> None:
        """Starts it where it cannot be started; comes back when it has given up."""
        self.begin()
        assert self._process is not None
        assert self._reader is not None
        assert self._process.wait(PATIENCE) == 2
        self._reader.join(PATIENCE)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Ends it with a signal; its status once it is gone. It is gone whatever happens."""
        assert self._process is not None
        try:
            self._process.send_signal(number)
            return self._process.wait(PATIENCE)
        finally:
            self._process.kill()
            self._process.wait(PATIENCE)
            assert self._reader is not None
            self._reader.join(PATIENCE)

    def close(self) -> None:
        if self.is_running:
            self.end()

    def _read(self, stream: IO[bytes], up: Event) -> None:
        # Ready from now on, not from an earlier start on.
        with stream, suppress(ValueError):
            for line in stream:
                self.said.append(line.decode("utf-8", "replace"))
                if self.ready in self.said[-1]:
                    up.set()
        up.set()


def replica(place: Place, *flags: str, **variables: str) -> Program:
    """A replica at its place."""
    arguments = command("serve", "--transport", "http", "--port", str(place.port), *flags)
    return Program(arguments, environment(**variables), "make-mcp serves http at")


def nginx(folder: Path, place: Place, replicas: Sequence[Place], more: Mapping[str, str] | None = None) -> Program:
    """Nginx with deploy/nginx.conf, in which its own address and those of the replicas are put, and whatever else."""
    program = shutil.which("nginx")
    assert program is not None, "nginx is not on the path: checks/replicas.py finds one, and runs these tests"
    own = {"listen 8080;": f"listen {place.name};", "error_log stderr warn;": "error_log stderr notice;"} | dict(
        more or {}
    )
    own |= {f"make-mcp-{number}:8000": each.name for number, each in enumerate(replicas, 1)}
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for was, now in own.items():
        assert was in text
        text = text.replace(was, now)
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    shutil.copy(DEPLOY / "nginx-reads.conf", folder)
    # It would give up the rights of the superuser, and then find its own folder closed.
    user = "user root;" if os.geteuid() == 0 else ""
    options = ["-p", str(folder), "-c", str(folder / "nginx.conf")]
    return Program([program, *options, "-g", f"daemon off; {user}"], os.environ, "start worker process")
