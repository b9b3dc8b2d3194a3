"""Measure make-mcp beside a trivial server and Make's own SDK: `python benchmarks/run.py [--quick]`. See README.md."""

import argparse
import asyncio
import json
import os
import platform
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

from client import ServerError
from measure import FULL, QUICK, Baselines, Figures, Load, baselines, calls, memory, sizes_of, start
from profiling import profile
from report import Row, rows, spread, table
from servers import ALL, FOLDER, NAMES, OURS, NotMeasuredError, Server, environment
from upstream import HOST

MAX_ROUNDS: Final = 20
TOTAL_SECONDS: Final = 1_800


@asynccontextmanager
async def upstream() -> AsyncGenerator[int]:
    """The local upstream in its own process; yields its port."""
    pipe = asyncio.subprocess.PIPE
    script = str(FOLDER / "upstream.py")
    process = await asyncio.create_subprocess_exec(sys.executable, script, stdin=pipe, stdout=pipe, env=environment())
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield int(await process.stdout.readline())
    finally:
        process.stdin.close()
        try:
            async with asyncio.timeout(5):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


class Run:
    """One run: all figures, the floors, and why a server has no figures (or no complete ones)."""

    def __init__(self, load: Load, port: int) -> None:
        self.load = load
        self.base_url = f"http://{HOST}:{port}"
        self._port = port
        self._servers: list[Server] = []
        self.figures: dict[str, Figures] = {}
        self.floors = Baselines()
        self.reasons: dict[str, str] = {}

    async def measure(self, names: list[str]) -> None:
        """Rounds go round the servers, so that noise hits all alike. A server that fails drops out; the run goes on."""
        for name in names:
            try:
                self._servers.append(ALL[name](self._port))
            except NotMeasuredError as error:
                self.reasons[name] = str(error)
            self.figures[name] = Figures()
        await self._each(sizes_of)
        for number in range(self.load.rounds):
            print(f"round {number + 1} of {self.load.rounds}", file=sys.stderr)
            await baselines(self.floors, self.load, self.base_url)
            await self._each(self._round)
            self._servers = self._servers[1:] + self._servers[:1]
        print("memory", file=sys.stderr)
        await self._each(partial(memory, load=self.load))

    async def _round(self, server: Server, figures: Figures) -> None:
        for _ in range(self.load.starts):
            await start(server, figures)
        await calls(server, figures, self.load, self.base_url)

    async def _each(self, part: Callable[[Server, Figures], Awaitable[None]]) -> None:
        for server in tuple(self._servers):
            try:
                await part(server, self.figures[server.name])
            except (ServerError, OSError) as error:
                self.reasons[server.name] = str(error)
                self._servers.remove(server)


def machine() -> str:
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    python = f"Python {platform.python_version()}, mcp {version('mcp')}, httpx2 {version('httpx2')}"
    return f"{python}, {os.cpu_count()} cores{load}"


def as_json(run: Run, lines: list[Row], where: str) -> str:
    """Every number of the run, for comparing runs of one machine."""
    return json.dumps(
        {
            "machine": where,
            "figures": {name: asdict(found) for name, found in run.figures.items()},
            "floors": asdict(run.floors),
            "rows": [
                {"what": line.what, "numbers": dict(line.numbers), "limit": line.limit, "verdict": line.verdict}
                for line in lines
            ],
        },
        indent=2,
    )


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about 20 seconds in all; for a first look")
    parser.add_argument("--rounds", type=int, metavar="N", help=f"rounds, at most {MAX_ROUNDS}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every number to FILE")
    parser.add_argument("--server", choices=NAMES, help="measure this one only")
    parser.add_argument("--profile", action="store_true", help="where make-mcp's time goes, and nothing else")
    return parser.parse_args()


async def main() -> int:
    asked = arguments()
    load = QUICK if asked.quick else FULL
    if asked.rounds is not None:
        load = replace(load, rounds=min(max(asked.rounds, 1), MAX_ROUNDS))
    names = [NAMES[asked.server]] if asked.server else list(ALL)
    async with asyncio.timeout(TOTAL_SECONDS), upstream() as port:
        if asked.profile:
            try:
                print(await profile(ALL[OURS](port)))
            except ServerError as error:
                print(error, file=sys.stderr)
                return 1
            return 0
        where = machine()
        run = Run(load, port)
        await run.measure(names)
    lines = rows(run.figures, run.floors, load)
    print(f"{where}; medians of {load.rounds} rounds\n\n{table(lines, run.reasons)}\n\n{spread(run.figures)}")
    for name, found in run.figures.items():
        for odd in sorted(set(found.odd)):
            print(f"{name}: {odd}")
    if asked.json:
        asked.json.write_text(as_json(run, lines, where) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
