"""F10 between processes: `make-mcp call --idempotency-key`, each time a process of its own."""

import asyncio
import json
import signal
import sqlite3
import stat
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.end_to_end.processes import PATIENCE, command, environment
from tests.server.gates import Clock
from tests.server.network import ENDPOINTS, MAKE_TOKEN, calling
from tests.server.numbered import CREATE, DELETE, RUN, Make, at, code, http, is_the_same

from make_mcp.commands.keys import InFile, folder
from make_mcp.idempotency import LARGEST_ALL, SECONDS, KeyRefused

WRITE = ("call", "--json", RUN[0], "scenarioId=5", "confirm=true")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@asynccontextmanager
async def begun(make: Make, state: Path, *arguments: str, **more: str) -> AsyncGenerator[asyncio.subprocess.Process]:
    variables = {"MAKE_API_KEY": MAKE_TOKEN, "MAKE_BASE_URL": make.url, "XDG_STATE_HOME": str(state)}
    process = await asyncio.create_subprocess_exec(
        *command(*arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment(**{**variables, "LOCALAPPDATA": str(state), **more}),
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def ran(make: Make, state: Path, *arguments: str, **more: str) -> tuple[int | None, str, str]:
    """A command's status, what it printed, and what it said."""
    async with begun(make, state, *arguments, **more) as process:
        out, told = await asyncio.wait_for(process.communicate(), PATIENCE)
        return process.returncode, out.decode(), told.decode()


async def test_a_command_that_is_repeated_with_its_key_sends_once_and_prints_the_same(tmp_path: Path):
    """F10: a script that is run again."""
    async with Make() as make:
        status, first, told = await ran(make, tmp_path, *WRITE, "--idempotency-key", "k1")
        assert (status, json.loads(first)["done"]["number"], told) == (0, 1, "")
        status, again, told = await ran(make, tmp_path, *WRITE, "--idempotency-key", "k1")
        assert (status, again) == (0, first)
        assert "nothing was sent" in told
        assert make.writes == 1
        status, out, told = await ran(make, tmp_path, *WRITE, "data={}", "--idempotency-key", "k1")
        assert (status, out) == (1, "")
        assert "idempotency_conflict" in told
        # Another account, where the key stands for nothing yet.
        other = {"MAKE_API_KEY": MAKE_TOKEN.replace("1", "2")}
        assert (await ran(make, tmp_path, *WRITE, "--idempotency-key", "k1", **other))[0] == 0
        assert (await ran(make, tmp_path, *WRITE))[0] == 0
        assert make.writes == 3


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
async def test_after_a_command_that_was_ended_under_way_nothing_is_sent_with_its_key(
    tmp_path: Path, how: signal.Signals
):
    """F10, F24: a process that ended without a word may have sent it."""
    until = asyncio.Event()
    async with Make(until=until) as make:
        async with begun(make, tmp_path, *WRITE, "--idempotency-key", "k1") as process:
            await make.arrival()
            process.send_signal(how)
            await asyncio.wait_for(process.communicate(), PATIENCE)
        until.set()
        status, out, told = await ran(make, tmp_path, *WRITE, "--idempotency-key", "k1")
        assert (status, out) == (1, "")
        assert "outcome_unknown" in told
        assert "new key" in told
        assert ENDPOINTS[RUN[0]].truth in told
        assert make.writes == 1
        status, _, told = await ran(make, tmp_path, *WRITE, "--idempotency-key", "k2")
        assert (status, told) == (0, "")


async def test_where_keys_cannot_be_kept_nothing_is_sent(tmp_path: Path):
    """F10: a key that is not kept would be none."""
    (tmp_path / "make-mcp").write_text("no folder")
    async with Make() as make:
        status, out, told = await ran(make, tmp_path, *WRITE, "--idempotency-key", "k1")
        assert (status, out) == (2, "")
        assert "--idempotency-key needs the file" in told
        assert make.writes == 0


async def test_on_the_practice_account_a_key_ends_with_the_command(tmp_path: Path):
    async with Make() as make:
        status, _, told = await ran(make, tmp_path, "call", "users_me", "--sandbox", "--idempotency-key", "k1")
        assert (status, told) == (0, "")
    assert not (tmp_path / "make-mcp").exists()


async def test_the_file_is_for_its_owner_alone_and_holds_no_key(tmp_path: Path):
    async with Make() as make:
        await ran(make, tmp_path, *WRITE, "--idempotency-key", "a-key-of-ours")
    kept = tmp_path / "make-mcp" / "idempotency.sqlite3"
    if sys.platform != "win32":
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    content = kept.read_bytes()
    assert b"number" in content
    for secret in (b"a-key-of-ours", MAKE_TOKEN.encode()):
        assert secret not in content


def test_keys_are_kept_where_programs_keep_their_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for variable in ("XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(tmp_path))
    assert folder() == tmp_path / "make-mcp"
    for variable in ("XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(variable)
    assert Path.home() in folder().parents


async def test_a_file_remembers_as_the_memory_of_a_server_does(path: Path):
    """F10: once, with its answer, for each caller; a refusal and a preview not at all."""
    async with Make(b"", b"", http(422, b'{"message":"Not now."}')) as make:
        async with calling(None, at(make), InFile(path, "a")) as caller:
            first = await caller.call(*CREATE, key="k1")
            deleted = await caller.call(DELETE[0], await code(caller, *DELETE), key="k2")
            assert (await caller.call(*RUN, key="k3")).is_error
        # As if in another process.
        async with calling(None, at(make), InFile(path, "a")) as caller:
            is_the_same(first, await caller.call(*CREATE, key="k1"))
            is_the_same(deleted, await caller.call(DELETE[0], await code(caller, *DELETE), key="k2"))
            assert (await caller.call(*RUN, key="k1")).is_error
            assert make.writes == 3
            assert not (await caller.call(*CREATE, key="k3")).is_repeated
        async with calling(None, at(make), InFile(path, "b")) as caller:
            assert not (await caller.call(*CREATE, key="k1")).is_repeated
        assert make.writes == 5


async def test_a_file_forgets_after_a_day_and_holds_no_more_than_a_bounded_amount(path: Path):
    """F10: bounded in time, number and size."""
    clock = Clock()
    most = LARGEST_ALL // 900_000
    keys = InFile(path, "a", clock, most=most + 2)
    endpoint = ENDPOINTS[RUN[0]]

    async def once(key: str, text: str, call: bytes = b"x") -> bool:
        """Whether it was the first."""
        async with keys.turn(endpoint, "local", key, call) as turn:
            turn.outcome = "done"
            turn.answered(text, is_error=False)
            return turn.before is None

    assert await once("old", "x")
    clock.go(SECONDS - 1)
    assert not await once("old", "x")
    with pytest.raises(KeyRefused):
        await once("old", "x", b"another")
    clock.go(1)
    assert await once("old", "x", b"another")
    for number in range(most + 3):
        clock.go(1)
        assert await once(f"k{number}", "a" * 900_000)
    with sqlite3.connect(path) as database:
        rows = database.execute("SELECT LENGTH(text) FROM calls ORDER BY until DESC").fetchall()
    database.close()
    assert [length for (length,) in rows] == [900_000] * most + [None, None]
    assert not await once("k1", "")
    assert await once("k0", "")
