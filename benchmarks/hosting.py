"""Load over HTTP: `python benchmarks/hosting.py`. Calls per second and latency of 1, 16 and 64 clients at once.

make-mcp, with sign-in and everything else that stands in front of it, is held against a trivial server on the same SDK
(`trivial_server.py --http`): each call is one GET of the same local upstream. The servers take turns, and the table shows medians.
"""

import argparse
import asyncio
import re
import secrets
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Final

from client import Call
from http_client import LEGACY, MODERN, Place, Taken, burst
from run import machine, upstream
from servers import OURS, TRIVIAL, environment, ours, trivial

CLIENTS: Final = (1, 16, 64)
TARGET: Final = 0.5
"""Of the trivial server's calls per second."""
STARTING_SECONDS: Final = 60
ENDING_SECONDS: Final = 10
WARM_UP: Final = 200


@dataclass(frozen=True, kw_only=True)
class Contender:
    name: str
    port: int
    token: str | None
    read: Call


@dataclass(kw_only=True)
class Found:
    """What was measured of one server, in one era, with so many clients."""

    bursts: list[Taken] = field(default_factory=list[Taken])

    @property
    def rate(self) -> float:
        return median(each.rate for each in self.bursts)

    def latency(self, percent: int) -> float:
        """Milliseconds."""
        return 1000 * median(quantiles(each.latencies, n=100)[percent - 1] for each in self.bursts)


@asynccontextmanager
async def running(command: Sequence[str], variables: dict[str, str], told: str) -> AsyncGenerator[int]:
    """A server as a process; the port, which the first group of `told` finds in what it says."""
    process = await asyncio.create_subprocess_exec(
        *command, env=variables, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(STARTING_SECONDS):
            while (found := re.search(told.encode(), line := await process.stdout.readline())) is None:
                if not line:
                    raise RuntimeError(f"{command} ended before it served")
        yield int(found[1])
    finally:
        process.terminate()
        try:
            async with asyncio.timeout(ENDING_SECONDS):
                await process.communicate()
        except TimeoutError:
            process.kill()
            await process.communicate()


@asynccontextmanager
async def contenders(port: int) -> AsyncGenerator[list[Contender]]:
    token = secrets.token_hex(32)
    mine, least = ours(port), trivial(port)
    own = mine.environment | {"MAKE_MCP_AUTH_TOKEN": token, "MAKE_MCP_RATE_LIMIT": "100000/second"}
    serve = (*mine.command, "serve", "--transport", "http", "--port", "0", "--metrics-port", "0")
    async with (
        running(serve, own, r"serves http at http://127\.0\.0\.1:(\d+)") as our_port,
        running((*least.command, "--http"), least.environment | environment(), r"^(\d+)$") as their_port,
    ):
        yield [
            Contender(name=OURS, port=our_port, token=token, read=mine.read(1)),
            Contender(name=TRIVIAL, port=their_port, token=None, read=least.read(1)),
        ]


async def measure(rounds: int, calls: int) -> dict[tuple[str, str, int], Found]:
    found: dict[tuple[str, str, int], Found] = {}
    async with upstream() as port, contenders(port) as both:
        for era in (MODERN, LEGACY):
            for each in both:
                await burst(Place(port=each.port, era=era, token=each.token), [each.read] * WARM_UP, 4)
            for clients in CLIENTS:
                for _ in range(rounds):
                    for each in both:
                        place = Place(port=each.port, era=era, token=each.token)
                        taken = await burst(place, [each.read] * calls, clients)
                        found.setdefault((each.name, era, clients), Found()).bursts.append(taken)
    return found


def table(found: dict[tuple[str, str, int], Found]) -> tuple[str, bool]:
    """The table, and whether every row holds the target."""
    lines = [
        "| protocol | clients | make-mcp, calls/s | trivial, calls/s | share | make-mcp p50 / p95, ms | trivial p50 / p95, ms | |",
        "|---|---|---|---|---|---|---|---|",
    ]
    holds = True
    for era in (MODERN, LEGACY):
        for clients in CLIENTS:
            mine, theirs = found[OURS, era, clients], found[TRIVIAL, era, clients]
            share = mine.rate / theirs.rate
            holds = holds and share >= TARGET
            times = [f"{each.latency(50):.1f} / {each.latency(95):.1f}" for each in (mine, theirs)]
            lines.append(
                f"| {era} | {clients} | {mine.rate:,.0f} | {theirs.rate:,.0f} | {share:.0%} | {times[0]} | {times[1]} | "
                f"{'pass' if share >= TARGET else 'short'} |"
            )
    return "\n".join(lines), holds


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured (3; at most 9)")
    parser.add_argument("--calls", type=int, default=1500, help="calls of one burst (1500; at most 10000)")
    asked = parser.parse_args()
    found = await measure(min(max(asked.rounds, 1), 9), min(max(asked.calls, 128), 10_000))
    lines, holds = table(found)
    print(f"{machine()}; medians of {asked.rounds} bursts of {asked.calls} calls\n\n{lines}")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
