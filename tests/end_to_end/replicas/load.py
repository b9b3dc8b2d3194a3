"""Many clients that call without a pause, until a test has seen enough."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

import anyio
from tests.end_to_end.people import Session
from tests.end_to_end.replicas.stage import Stage, client

CLIENTS = 8
MOST = 20_000
"""Calls, whatever happens: a test that does not end would be worse than one that fails."""


@dataclass
class Load:
    """What was called, and what failed of it. Each write has an id of its own."""

    writes: bool
    is_over: bool = False
    reads: int = 0
    written: list[int] = field(default_factory=list[int])
    failures: list[str] = field(default_factory=list[str])
    _ids: "count[int]" = field(default_factory=lambda: count(1000))
    _more: anyio.Event = field(default_factory=anyio.Event)

    @property
    def calls(self) -> int:
        return self.reads + len(self.written)

    async def goes_on(self, calls: int = 40) -> None:
        """Comes back after so many more calls."""
        enough = self.calls + calls
        while self.calls < enough and not self.is_over:
            self._more = anyio.Event()
            await self._more.wait()

    async def run(self, session: Session) -> None:
        while not self.is_over:
            assert self.calls < MOST
            id_ = next(self._ids)
            if self.writes and id_ % 2:
                self.written.append(id_)
                heard = await session.call("scenarios_start", scenarioId=id_, confirm=True)
            else:
                self.reads += 1
                heard = await session.call("scenarios_get", scenarioId=id_)
            if heard.data is None:
                self.failures.append(f"{id_}: {heard.error}")
            self._more.set()


@asynccontextmanager
async def load(stage: Stage, *, writes: bool) -> AsyncGenerator[Load]:
    """Clients that read, and write too if so, through nginx as long as the context lasts."""
    running = Load(writes)

    async def one() -> None:
        async with client(stage.address) as session:
            await running.run(session)

    async with anyio.create_task_group() as tasks:
        for _ in range(CLIENTS):
            tasks.start_soon(one)
        await running.goes_on()
        yield running
        running.is_over = True
