"""Very many calls, of all kinds, at an upstream that misbehaves: `python benchmarks/soak.py`. See README.md."""

import argparse
import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Any, Final

import httpx2

from client import ENDING_SECONDS, ServerError
from servers import FOLDER, environment
from soak_calls import Workload
from soak_checks import Row, kinds, rows, table
from soak_servers import Footprint, Running, running
from upstream import HOST

IN_FLIGHT: Final = 16
MOST_CALLS: Final = 1_000_000
WARM_UP: Final = 0.1
"""The share of the calls after which the first footprint is taken."""
IDLE_SECONDS: Final = 6.0
"""After which connections that nobody uses are closed, by the server and towards it."""
SETTLING_SECONDS: Final = 30
RIDES: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "stdio": (("legacy",), ("modern",)),
    "http": (("legacy", "modern"),),
}
"""The servers for each transport, by the eras of the connections to each. Over stdio a process has one connection."""


@asynccontextmanager
async def upstream(faults: float, seed: int) -> AsyncGenerator[int]:
    """The misbehaving upstream in its own process; yields its port."""
    pipe = asyncio.subprocess.PIPE
    command = [sys.executable, str(FOLDER / "faulty_upstream.py"), str(faults), str(seed)]
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, env=environment())
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield int(await process.stdout.readline())
    finally:
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), ENDING_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()


async def tally_of(port: int) -> dict[str, Any]:
    async with httpx2.AsyncClient(trust_env=False, timeout=60) as http:
        return (await http.get(f"http://{HOST}:{port}/tally")).json()


async def settled(found: Running, work: Workload, like: Footprint | None = None) -> Footprint:
    """What the server holds when nothing goes on, once it holds no more than `like`, or some time later."""
    until = asyncio.get_running_loop().time() + SETTLING_SECONDS
    await asyncio.sleep(IDLE_SECONDS)
    for wire in found.wires:
        # Connections that have expired are closed when the next one is asked for.
        await work.reach(wire)
    while like is not None and asyncio.get_running_loop().time() < until:
        now = found.footprint()
        if now.descriptors <= like.descriptors:
            return now
        await asyncio.sleep(0.5)
    return found.footprint()


async def ride(transport: str, eras: tuple[str, ...], calls: int, faults: float, seed: int) -> list[Row]:
    """One server from its start to its end."""
    async with upstream(faults, seed) as port:
        begun = perf_counter()
        async with running(transport, eras, port) as found:
            work = Workload(found.wires, seed)
            await work.run(int(calls * WARM_UP), IN_FLIGHT)
            early = await settled(found, work)
            await work.run(calls, IN_FLIGHT)
            seconds = perf_counter() - begun
            late = await settled(found, work, early)
        tally = await tally_of(port)
    checked = list(rows(work, tally, found, early, late))
    print(
        f"\n## {transport}, {' and '.join(eras)}: {seconds:.0f} s\n\n{table(checked)}\n\n{kinds(work, tally)}",
        flush=True,
    )
    return checked


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=50_000, metavar="N", help="calls over each transport (50000)")
    parser.add_argument("--transport", choices=["stdio", "http", "both"], default="both")
    parser.add_argument("--faults", type=float, default=0.05, metavar="SHARE", help="exchanges that go wrong (0.05)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="what is drawn by chance (1)")
    return parser.parse_args()


async def main() -> int:
    asked = arguments()
    transports = list(RIDES) if asked.transport == "both" else [asked.transport]
    found: list[Row] = []
    for transport in transports:
        for eras in RIDES[transport]:
            calls = min(max(asked.calls, 100), MOST_CALLS) // len(RIDES[transport])
            try:
                found += await ride(transport, eras, calls, asked.faults, asked.seed)
            except ServerError as error:
                print(f"\n## {transport}, {' and '.join(eras)}\n\n{error}", flush=True)
                return 1
    return 1 if any(row.verdict == "short" for row in found) else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
