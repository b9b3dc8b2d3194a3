"""What is measured of one server, and the numbers that come out."""

import asyncio
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any, Final

import httpx2

from client import Call, Client, ServerError
from servers import FOLDER, Server, environment
from upstream import FIRST_SCENARIO, SCENARIOS

LISTED: Final = ("name", "title", "description", "inputSchema", "annotations")
SUBPROCESS_SECONDS: Final = 120
IMPORT: Final = "import mcp.server.lowlevel; print(flush=True)"


@dataclass(frozen=True, kw_only=True)
class Load:
    """How much is measured. All of it is bounded: client.MAX_CALLS and MAX_SECONDS hold whatever stands here."""

    rounds: int
    starts: int
    warm_up: int
    calls_at_1: int
    calls_at_16: int
    memory_from: int
    memory_to: int


FULL: Final = Load(
    rounds=5,
    starts=2,
    warm_up=300,
    calls_at_1=1_000,
    calls_at_16=2_000,
    memory_from=1_000,
    memory_to=10_000,
)
QUICK: Final = Load(
    rounds=2,
    starts=1,
    warm_up=100,
    calls_at_1=250,
    calls_at_16=500,
    memory_from=500,
    memory_to=1_500,
)


@dataclass(frozen=True, kw_only=True)
class ToolSizes:
    """Bytes of the five fields that a model is shown of a tool, as compact JSON in UTF-8."""

    count: int
    total: int
    largest: int
    largest_name: str

    @property
    def average(self) -> float:
        return self.total / self.count


@dataclass(kw_only=True)
class Figures:
    """One server's numbers: seconds, calls per second and bytes. Lists: an entry per round (or per start)."""

    tools: ToolSizes | None = None
    shared: ToolSizes | None = None
    list_answer: int | None = None
    usual: ToolSizes | None = None
    usual_answer: int | None = None
    starts: list[float] = field(default_factory=list[float])
    rate_1: list[float] = field(default_factory=list[float])
    rate_16: list[float] = field(default_factory=list[float])
    scenario_16: list[float] = field(default_factory=list[float])
    canned: list[float] = field(default_factory=list[float])
    p50: list[float] = field(default_factory=list[float])
    p99: list[float] = field(default_factory=list[float])
    rss_early: int | None = None
    rss_late: int | None = None
    scenarios_text: int | None = None
    scenarios_answer: int | None = None
    requests_per_call: float | None = None
    odd: list[str] = field(default_factory=list[str])


@dataclass(kw_only=True)
class Baselines:
    """What a call and a start cost at least: a bare GET (p50, p99 of each round) and the SDK's import, in seconds."""

    get_p50: list[float] = field(default_factory=list[float])
    get_p99: list[float] = field(default_factory=list[float])
    sdk_import: list[float] = field(default_factory=list[float])


def sizes(tools: list[dict[str, Any]]) -> ToolSizes | None:
    shown = {tool["name"]: {name: tool[name] for name in LISTED if name in tool} for tool in tools}
    each = {name: _bytes(entry) for name, entry in shown.items()}
    if not each:
        return None
    name = max(each, key=lambda name: each[name])
    return ToolSizes(count=len(each), total=sum(each.values()), largest=each[name], largest_name=name)


async def sizes_of(server: Server, figures: Figures) -> None:
    """The bytes of tools/list and of 50 scenarios. Leaves warm file caches and bytecode for the starts to come."""
    async with Client(server.command, server.listing_environment, FOLDER) as client:
        await client.initialize()
        tools, figures.list_answer = await client.list_tools()
    figures.tools = sizes(tools)
    figures.shared = (
        sizes([tool for tool in tools if tool["name"].startswith(server.shared)]) if server.shared else None
    )
    if server.usual_environment is not None:
        async with Client(server.command, server.usual_environment, FOLDER) as client:
            await client.initialize()
            usual, figures.usual_answer = await client.list_tools()
        figures.usual = sizes(usual)
    async with Client(server.command, server.environment, FOLDER) as client:
        await client.initialize()
        text, figures.scenarios_answer = await client.call(server.scenarios)
    figures.scenarios_text = len(text.encode())
    ids = {int(found) for found in re.findall(r'"id":\s*([0-9]+)', text)}
    if missing := set(range(FIRST_SCENARIO, FIRST_SCENARIO + SCENARIOS)) - ids:
        figures.odd.append(f"its list of {SCENARIOS} scenarios lacks {len(missing)} of them")


async def start(server: Server, figures: Figures) -> None:
    """From the start of the process to the last byte of the tools, with a handshake between, as hosts do it."""
    begun = perf_counter()
    async with Client(server.command, server.environment, FOLDER) as client:
        await client.initialize()
        await client.list_tools()
        figures.starts.append(perf_counter() - begun)
    if not client.ended_by_itself:
        figures.odd.append("did not end when its input closed")


async def calls(server: Server, figures: Figures, load: Load, base_url: str) -> None:
    """One round: latency and rate at one call in flight, rate at 16."""
    ids = iter(range(100_001, 1_000_000))

    def some(count: int, call: Callable[[int], Call] = server.read) -> list[Call]:
        return [call(next(ids)) for _ in range(count)]

    async with Client(server.command, server.environment, FOLDER) as client:
        await client.initialize()
        await client.burst(some(load.warm_up), 4)
        before = await requests_so_far(base_url)
        one = await client.burst(some(load.calls_at_1), 1)
        many = await client.burst(some(load.calls_at_16), 16)
        figures.requests_per_call = (await requests_so_far(base_url) - before) / (one.calls + many.calls)
        if server.scenario is not None:
            figures.scenario_16.append((await client.burst(some(load.calls_at_16, server.scenario), 16)).rate)
        if server.canned is not None:
            figures.canned.append((await client.burst([server.canned] * load.calls_at_1, 1)).rate)
    figures.rate_1.append(one.rate)
    figures.rate_16.append(many.rate)
    figures.p50.append(median(one.latencies))
    figures.p99.append(quantiles(one.latencies, n=100)[-1])


async def memory(server: Server, figures: Figures, load: Load) -> None:
    """Resident memory after few and after many calls of one process, 16 in flight."""
    step = 500
    async with Client(server.command, server.environment, FOLDER) as client:
        await client.initialize()
        for done in range(step, load.memory_to + 1, step):
            await client.burst([server.read(100_000 + done - step + number) for number in range(step)], 16)
            if done == load.memory_from:
                figures.rss_early = resident(client.pid)
        figures.rss_late = resident(client.pid)


def resident(pid: int) -> int | None:
    """Bytes of resident memory; None where there is no /proc."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except FileNotFoundError:
        return None
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS:"))


async def baselines(found: Baselines, load: Load, base_url: str) -> None:
    """One round of the two floors, each in a process of its own."""
    for _ in range(load.starts):
        _, seconds = await run(sys.executable, "-c", IMPORT)
        found.sdk_import.append(seconds)
    script = str(FOLDER / "bare_http.py")
    printed, _ = await run(sys.executable, script, base_url, str(load.calls_at_1))
    latencies: list[float] = json.loads(printed)
    found.get_p50.append(median(latencies))
    found.get_p99.append(quantiles(latencies, n=100)[-1])


async def run(*command: str) -> tuple[bytes, float]:
    """What a child of ours prints, and the seconds until its first line. It is waited for, and always ended."""
    pipe = asyncio.subprocess.PIPE
    begun = perf_counter()
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, env=environment(), limit=1 << 24)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(SUBPROCESS_SECONDS):
            printed = await process.stdout.readline()
            seconds = perf_counter() - begun
            printed += await process.stdout.read()
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if not printed:
        raise ServerError(f"{command[1]} printed nothing")
    return printed, seconds


async def requests_so_far(base_url: str) -> int:
    """How many requests the upstream has answered."""
    async with httpx2.AsyncClient(trust_env=False) as http:
        return (await http.get(f"{base_url}/count")).json()["count"]


def _bytes(value: Any) -> int:
    return len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())
