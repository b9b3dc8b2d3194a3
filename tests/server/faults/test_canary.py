"""A key goes through every tool, every error, DEBUG logs and a crash, and is found nowhere."""

import io
import json
import logging
import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp.client.context import ClientRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import ElicitRequestParams, ElicitResult
from tests.server.faults.calls import CREATE, DELETE, READ, START, TEST
from tests.server.faults.canary import (
    KEYS,
    MAKE,
    MANNERS,
    MATON,
    TRACES,
    both,
    clean,
    echoing,
    everything,
    forms,
    found_in,
    sent,
    upstream_that,
)
from tests.server.faults.clock import Clock
from tests.server.faults.served import OPENING, Era, Transport, client, serving
from tests.server.faults.upstream import Upstream
from tests.server.network import ENDPOINTS, calling
from tests.tools.wire_cases import CASES

from make_mcp.calls import Caller, UnknownTool
from make_mcp.logs import Net, OneLine
from make_mcp.secrets import HIDDEN
from make_mcp.settings import load

CALLS = {case.tool: case.arguments for case in CASES}


@pytest.fixture
def log() -> Generator[io.StringIO]:
    """What stderr would show at the level DEBUG, of this process and all of its libraries."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(OneLine("%(levelname)s %(name)s: %(message)s"))
    net = Net({})
    net.know(load({"maton_api_key": MATON, "make_api_key": MAKE, "make_zone": "eu1"}))
    handler.addFilter(net)
    root = logging.getLogger()
    levels = {logger: logger.level for logger in map(logging.getLogger, (None, "httpx2", "httpcore2", "mcp"))}
    for logger in levels:
        logger.setLevel(logging.DEBUG)
    root.addHandler(handler)
    try:
        yield written
    finally:
        root.removeHandler(handler)
        for logger, level in levels.items():
            logger.setLevel(level)


async def called(caller: Caller, tool: str, arguments: dict[str, Any]) -> int:
    """A call, and its confirmation where it writes. Whatever comes back is clean; how many answers hold a placeholder."""
    answers = [await caller.call(tool, arguments)]
    if ENDPOINTS[tool].effect != "read":
        code = (answers[0].data or {}).get("code", True)
        answers.append(await caller.call(tool, {**arguments, "confirm": code}))
    for answer in answers:
        clean(answer.text)
        clean(json.dumps(answer.data))
        clean(json.dumps(answer.data, ensure_ascii=False))
        assert answer.data is None or json.loads(answer.text) == answer.data
    return sum(HIDDEN in answer.text for answer in answers)


def test_the_eyes_of_this_test_see_every_form():
    for key in KEYS:
        for name, text in forms(key).items():
            assert found_in(f"x {text} y"), name
            assert found_in(f"x {text[: len(text) * 3 // 4]}…"), name
    assert not found_in(HIDDEN)
    assert len(TRACES) > 100


@pytest.mark.parametrize("prefer", ["maton", "make"])
@pytest.mark.parametrize("status", [200, 404])
async def test_every_tool_against_an_upstream_that_gives_the_key_back(
    status: int, prefer: str, clock: Clock, log: io.StringIO, tmp_path: Path
):
    """F32."""
    assert clock.now >= 0
    audit = tmp_path / "audit.log"
    hidden = 0
    async with upstream_that(echoing(everything(status))) as upstream:
        for tool, arguments in CALLS.items():
            # A breaker of its own for each, so that each gets as far as it can.
            async with calling(None, both(upstream, prefer, audit_log=audit)) as caller:
                hidden += await called(caller, tool, dict(arguments))
        keys = {sent(request) for request in upstream.arrived}
    assert keys == set(KEYS), "both doors were used, with their keys"
    assert hidden > len(CALLS) // 2, "the upstream's echo came as far as the answers"
    clean(audit.read_text(encoding="utf-8"))
    lines = clean(log.getvalue())
    assert "httpcore2" in lines
    assert HIDDEN in lines


@pytest.mark.parametrize("name", MANNERS)
async def test_every_error_on_the_way(name: str, clock: Clock, log: io.StringIO):
    """F32."""
    assert clock.now >= 0
    async with upstream_that(MANNERS[name]) as upstream:
        for call in (READ, TEST, START, CREATE, DELETE):
            for prefer in ("maton", "make"):
                async with calling(None, both(upstream, prefer)) as caller:
                    await called(caller, call.tool, call.arguments)
        # What writes gets its own answer too, and not its look's alone.
        upstream.on(None, echoing(everything(200)), method="GET")
        async with calling(None, both(upstream)) as caller:
            await called(caller, DELETE.tool, DELETE.arguments)
        assert upstream.arrived
    clean(log.getvalue())


def hostile(key: str) -> list[Any]:
    """Arguments that hold the key, none of which fits."""
    return [
        {key: 5}, {key: {key: key}}, {"scenarioId": key}, {"scenarioId": {key: key}}, {"scenarioId": 5, "fields": [key, 5]},
        {"scenarioId": f"5/{key}"}, {"scenarioId": 5, "fields": key}, {"scenarioId": 5, f"x{key}": None}, {"scenarioId": [key]},
    ]  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
async def test_arguments_that_hold_the_key(key: str, log: io.StringIO, tmp_path: Path):
    """F32."""
    audit = tmp_path / "audit.log"
    async with (
        upstream_that(echoing(everything(404))) as upstream,
        calling(None, both(upstream, audit_log=audit)) as caller,
    ):
        for tool in CALLS:
            for arguments in hostile(key):
                clean((await caller.call(tool, arguments)).text)
                clean((await caller.call(tool, {**arguments, "confirm": key})).text)
        with pytest.raises(UnknownTool) as unknown:
            await caller.call(key, {})
        clean(str(unknown.value))
        # A key can pass for an id of Maton's, and is then part of an address.
        for text in (key, key.encode().hex()):
            await called(caller, "maton_connections_delete", {"matonConnectionId": text})
            await called(caller, "hooks_rename", {"hookId": 5, "name": text})
            await called(caller, "connections_create", {"teamId": 5, "name": text, "type": "x", "data": {text: text}})
    clean(audit.read_text(encoding="utf-8"))
    clean(log.getvalue())


class Crashes(httpx2.AsyncBaseTransport):
    """A network that fails in a way that nobody expects, and says all that it knows."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        whole = {name: request.headers[name] for name in request.headers}
        error = RuntimeError(
            f"no idea what to do with {whole} for {request.url}?session_token={whole['authorization']}"
        )
        error.add_note(whole["authorization"].encode().hex())
        raise error from KeyError(whole["authorization"])


@pytest.mark.parametrize("tool", CALLS)
async def test_a_crash_inside(tool: str, log: io.StringIO):
    """F32."""
    flags = {"maton_api_key": MATON, "make_api_key": MAKE, "make_zone": "eu1", "pace": "off"}
    async with calling(Crashes(), flags) as caller:
        await called(caller, tool, dict(CALLS[tool]))
        failed = await caller.call("scenarios_get", {"scenarioId": 5})
    assert failed.text.startswith("scenarios_get failed inside make-mcp (RuntimeError).")
    lines = clean(log.getvalue())
    assert "no idea what to do with" in lines, "at DEBUG the traceback is shown"
    assert "Traceback" in lines


async def test_nothing_that_is_made_of_the_settings_shows_a_key():
    """F32."""
    async with upstream_that(echoing(everything(200))) as upstream, calling(None, both(upstream)) as caller:
        clean(repr(load(both(upstream))))
        seen: set[int] = set()
        waiting: list[Any] = [caller]
        while waiting:
            one = waiting.pop()
            if id(one) in seen or not type(one).__module__.startswith("make_mcp"):
                continue
            seen.add(id(one))
            clean(repr(one))
            waiting += getattr(one, "__dict__", {}).values()
            waiting += [getattr(one, slot) for slot in getattr(one, "__slots__", ()) if hasattr(one, slot)]
        assert len(seen) > 5


@pytest.mark.parametrize(
    ("transport", "era"), [("stdio", "2026-07-28"), ("stdio", "2025-11-25"), ("http", "2026-07-28")]
)
async def test_everything_that_a_process_writes_and_how_it_was_started(transport: Transport, era: Era, tmp_path: Path):
    """F32, F33."""
    asked: list[str] = []

    async def person(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:  # noqa: ARG001  # the SDK calls it so
        asked.append(params.model_dump_json())
        return ElicitResult(action="decline")

    async with (
        upstream_that(echoing(everything(200))) as upstream,
        serving(transport, upstream, tmp_path, "--log-level", "debug", "--reveal", **variables(upstream)) as served,
    ):
        if sys.platform == "linux":
            clean(await anyio.Path(f"/proc/{served.process.pid}/cmdline").read_text(encoding="utf-8"))
        async with client(served, era, person) as at:
            for status in (200, 404):
                upstream.on(None, echoing(everything(status)))
                for tool, arguments in CALLS.items():
                    answer = await at.call_tool(tool, dict(arguments))
                    if ENDPOINTS[tool].effect != "read":
                        preview: dict[str, Any] = answer.structured_content or {}
                        await at.call_tool(tool, {**arguments, "confirm": preview.get("code", True)})
            for key in KEYS:
                for arguments in hostile(key):
                    await at.call_tool("scenarios_get", arguments)
                if transport == "stdio":
                    with pytest.raises(MCPError):
                        await at.call_tool(key, {})
                else:
                    assert (await at.call_tool(key, {})).is_error
            for name in ("no HTTP", "cut off", "a page, 502, cut at 190", "a redirect, 302", "everything, 500"):
                upstream.on(None, MANNERS[name])
                await at.call_tool(START.tool, {**START.arguments, "confirm": True})
        served.process.terminate()
        await served.ends()
    assert {sent(request) for request in upstream.arrived} == set(KEYS)
    heard = "\n".join(message.model_dump_json(by_alias=True) for message in served.heard)
    assert HIDDEN in clean(heard)
    assert asked
    clean("".join(asked))
    stderr = clean("".join(served.stderr))
    assert "DEBUG httpcore2" in stderr
    assert transport == "stdio" or "INFO uvicorn.error" in stderr
    assert HIDDEN in stderr
    clean(served.audit_log.read_text(encoding="utf-8"))


async def test_lines_that_are_no_messages_or_no_methods(tmp_path: Path):
    """F32: what the SDK says by itself, on stdout and on stderr."""
    async with (
        Upstream() as upstream,
        serving("stdio", upstream, tmp_path, "--log-level", "debug", **variables(upstream)) as served,
    ):
        await served.write(*OPENING)
        assert served.process.stdin is not None
        for number, key in enumerate(KEYS, 10):
            given: list[Any] = [
                {"name": {key: key}},
                {"name": "users_me", "arguments": key},
                {"name": key},
                {key: 1},
                {},
            ]
            await served.write(
                *({"id": number * 10 + at, "method": "tools/call", "params": one} for at, one in enumerate(given))
            )
            await served.write(
                {"method": "notifications/cancelled", "params": {"requestId": key, "reason": key}},
                {"id": number * 10 + 9, "method": "resources/read", "params": {"uri": f"x://{key}"}},
            )
            await served.process.stdin.send(f'{{"broken {key}\n"{key}"\n[{{"{key}": 1}}]\n'.encode())
        await served.close()
        with anyio.fail_after(60):
            told = [line.decode() async for line in served.lines()]
        await served.ends()
    assert len(told) >= 15
    clean("\n".join(told))
    assert "DEBUG" in clean("".join(served.stderr))


def variables(upstream: Upstream) -> dict[str, str]:
    return {
        "MATON_API_KEY": MATON, "MAKE_API_KEY": MAKE, "MAKE_BASE_URL": upstream.url, "COLUMNS": "400", "PYTHONUTF8": "1",
        "PATH": os.environ.get("PATH", ""),
    }  # fmt: skip
