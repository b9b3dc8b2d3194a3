"""Where the time of a call goes: make-mcp under cProfile, per call."""

import marshal
import os
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from client import Client
from servers import FOLDER, Server

CALLS: Final = 3_000
WARM_UP: Final = 200
SHOWN: Final = 25


@dataclass(frozen=True, kw_only=True)
class Cost:
    """One function: entries per call of a tool, its own and its cumulative microseconds per call."""

    name: str
    entries: float
    own: float
    cumulative: float


async def profile(server: Server) -> str:
    """Run `server`'s make-mcp under the profiler for 3,000 calls, one in flight; the heaviest functions as text."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "calls.prof"
        command = (sys.executable, str(FOLDER / "profile_server.py"), str(output))
        async with Client(command, server.environment, FOLDER) as client:
            await client.initialize()
            await client.burst([server.read(number) for number in range(1, WARM_UP + 1)], 1)
            os.kill(client.pid, signal.SIGUSR1)
            burst = await client.burst([server.read(number) for number in range(1_001, CALLS + 1_001)], 1)
        costs = read(output)
    total = sum(cost.own for cost in costs)
    head = (
        f"{CALLS:,} calls, one in flight, under the profiler: {burst.seconds / CALLS * 1e6:,.0f} us a call, "
        f"{total:,.0f} us of them in {sum(cost.entries for cost in costs):,.0f} function calls of the main thread"
    )
    own = sorted(costs, key=lambda cost: cost.own, reverse=True)
    cumulative = sorted(costs, key=lambda cost: cost.cumulative, reverse=True)
    return "\n\n".join([head, _listing("By own time", own), _listing("By cumulative time", cumulative)])


def read(path: Path) -> list[Cost]:
    """The profile's functions. cProfile's own format is (file, line, name) -> (_, entries, own, cumulative, _)."""
    found: dict[tuple[str, int, str], tuple[int, int, float, float, Any]] = marshal.loads(path.read_bytes())
    return [
        Cost(
            name=f"{'/'.join(Path(file).parts[-2:])}:{line} {name}" if line else name,
            entries=entries / CALLS,
            own=own / CALLS * 1e6,
            cumulative=cumulative / CALLS * 1e6,
        )
        for (file, line, name), (_, entries, own, cumulative, _) in found.items()
    ]


def _listing(title: str, costs: list[Cost]) -> str:
    lines = [f"{title}, microseconds per call", f"{'own':>8} {'cumul.':>8} {'entries':>8}  function"]
    lines += [f"{cost.own:8.1f} {cost.cumulative:8.1f} {cost.entries:8.1f}  {cost.name}" for cost in costs[:SHOWN]]
    return "\n".join(lines)
