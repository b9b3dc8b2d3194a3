"""A redis-server of the test's own, and a clock that a test can put forward."""

import asyncio
import shutil
import signal
import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from redis import Redis

PATIENCE = 60.0


class HastyLoop(asyncio.SelectorEventLoop):
    """An event loop on the machine's clock, until a test stops it or puts it forward."""

    ahead = 0.0
    """Seconds."""
    stopped_at: float | None = None

    def time(self) -> float:
        return (super().time() if self.stopped_at is None else self.stopped_at) + self.ahead


def _loop() -> HastyLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, HastyLoop)
    return loop


def later(seconds: float) -> None:
    """So much time passes at once for this process; for Redis none does."""
    _loop().ahead += seconds


@contextmanager
def no_time() -> Generator[None]:
    """No time passes but `later`, however busy the machine is: nothing that waits for time comes to an end."""
    loop = _loop()
    loop.stopped_at = loop.time() - loop.ahead
    try:
        yield
    finally:
        loop.stopped_at = None


@dataclass(eq=False)
class RedisServer:
    """It keeps nothing on disk, and listens on a free port of loopback. Use it as a context manager."""

    password: str | None = None
    port: int = 0
    processes: list[subprocess.Popen[str]] = field(default_factory=list[subprocess.Popen[str]])

    def __enter__(self) -> "RedisServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def url(self) -> str:
        user = "" if self.password is None else f":{self.password}@"
        return f"redis://{user}127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Starts it, where it was before if it was; comes back when it takes connections."""
        program = shutil.which("redis-server")
        assert program is not None, (
            "redis-server is not on the path: checks/redis_server.py finds one, and runs these tests"
        )
        if self.port == 0:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no"]
        if self.password is not None:
            options += ["--requirepass", self.password]
        process = subprocess.Popen([program, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.processes.append(process)
        assert process.stdout is not None
        said: list[str] = []
        for line in process.stdout:
            said.append(line)
            if "Ready to accept connections" in line:
                return
        raise AssertionError("redis-server did not start: " + "".join(said))

    def kill(self) -> None:
        """As a crash does it: every connection is gone, and all that it knew."""
        for process in self.processes:
            process.kill()
            process.wait(PATIENCE)
            assert process.stdout is not None
            process.stdout.close()
        self.processes.clear()

    def hang(self) -> None:
        """Connections stay, and nothing is answered."""
        self.processes[0].send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        self.processes[0].send_signal(signal.SIGCONT)

    def ask(self, *command: str | float) -> Any:
        """What it answers to a command of the test's own."""
        # redis leaves the types of its answers open.
        client = cast("Any", Redis(port=self.port, password=self.password, decode_responses=True, protocol=2))
        try:
            return client.execute_command(*command)
        finally:
            client.close()

    @property
    def keys(self) -> set[str]:
        return set(self.ask("KEYS", "*"))

    def entries(self, key: str) -> list[int]:
        """When the requests of a budget left, in hundredths of seconds; the last one first."""
        return [int(entry) for entry in self.ask("LRANGE", f"make-mcp:pace:{key}", 0, -1)]

    @property
    def time(self) -> int:
        """In hundredths of seconds, like an entry."""
        return int(self.ask("TIME")[0]) * 100
