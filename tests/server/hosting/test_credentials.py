"""The file of callers' keys while the server runs, and what callers with keys of their own do not have in common."""

import json
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from tests.end_to_end.accounts import text_of
from tests.server.faults.clock import Clock
from tests.server.faults.manners import answer
from tests.server.faults.upstream import Upstream
from tests.server.hosting.hosted import Hosted
from tests.server.hosting.team import Team, keep
from tests.server.hosting.test_callers import keys, shared

from make_mcp.idempotency import KEY as IDEMPOTENCY_KEY

pytestmark = pytest.mark.usefixtures("clock")

WAY = ("http", "2026-07-28")
LATER = 6.0
"""Seconds after which a change of the file counts."""
NOBODY = "keeps no key of Make or Maton for you"
FINE = answer({"scenario": {"id": 5}})


@asynccontextmanager
async def serving(folder: Path, *names: str) -> AsyncGenerator[tuple[Hosted, Upstream, Team]]:
    log = folder / "audit.log"
    async with shared(WAY, folder, keys(*names), audit_log=log) as (server, upstream, people):
        upstream.on(None, FINE)
        yield server, upstream, people


async def read(server: Hosted, people: Team, name: str) -> str | None:
    """Reads a scenario as this caller: None where it came, else what they are told."""
    async with server.client("2026-07-28", people.token(name)) as client:
        result = await client.call_tool("scenarios_get", {"scenarioId": 5})
        return text_of(result) if result.is_error else None


def used(upstream: Upstream) -> list[str]:
    """The keys of the requests that arrived, and forgets them."""
    found = [one.headers["authorization"].removeprefix("Bearer ") for one in upstream.arrived]
    upstream.arrived.clear()
    return found


# ---- The file


async def test_a_caller_who_is_added_can_call_soon(tmp_path: Path):
    async with serving(tmp_path, "anna") as (server, upstream, people):
        assert NOBODY in (await read(server, people, "bert") or "")
        keep(tmp_path / "keys.json", keys("anna", "bert"))
        await anyio.sleep(LATER)
        assert await read(server, people, "bert") is None
        assert used(upstream) == [keys("bert")["bert"]["MATON_API_KEY"]]


async def test_a_caller_who_is_removed_cannot_call_soon_after(tmp_path: Path):
    async with serving(tmp_path, "anna", "bert") as (server, upstream, people):
        assert await read(server, people, "bert") is None
        keep(tmp_path / "keys.json", keys("anna"))
        await anyio.sleep(LATER)
        used(upstream)
        for _ in range(3):
            assert NOBODY in (await read(server, people, "bert") or "")
        assert used(upstream) == []
        assert await read(server, people, "anna") is None


async def test_a_key_that_is_exchanged_is_used_soon(tmp_path: Path):
    async with serving(tmp_path, "anna") as (server, upstream, people):
        assert await read(server, people, "anna") is None
        keep(tmp_path / "keys.json", {"anna": {"MATON_API_KEY": "another-key-of-anna-52a0"}})
        await anyio.sleep(LATER)
        used(upstream)
        assert await read(server, people, "anna") is None
        assert used(upstream) == ["another-key-of-anna-52a0"]


async def test_a_key_in_a_file_of_its_own_is_exchanged_too(tmp_path: Path):
    """Where a secret store puts it."""
    secret = tmp_path / "secret"
    secret.write_text("first-key-of-anna-4411\n", encoding="utf-8")
    async with serving(tmp_path, "bert") as (server, upstream, people):
        keep(tmp_path / "keys.json", {"anna": {"MATON_API_KEY_FILE": str(secret)}})
        await anyio.sleep(LATER)
        assert await read(server, people, "anna") is None
        secret.write_text("second-key-of-anna-4411\n", encoding="utf-8")
        await anyio.sleep(LATER)
        assert await read(server, people, "anna") is None
        assert used(upstream) == ["first-key-of-anna-4411", "second-key-of-anna-4411"]
        # For a moment there is none, while it is being exchanged.
        secret.unlink()
        await anyio.sleep(LATER)
        assert await read(server, people, "anna") is None
        assert used(upstream) == ["second-key-of-anna-4411"]


BROKEN = {
    "no JSON": '{"anna": ',
    "empty": "",
    "no object": "[]",
    "an unknown name": '{"anna": {"MAKE_KEY": "broken-key-0001"}}',
    "a name twice": '{"anna": {"MATON_API_KEY": "broken-key-0001"}, "anna": {"MATON_API_KEY": "broken-key-0002"}}',
    "no key": '{"anna": {}}',
    "not UTF-8": "\udcff",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
async def test_a_file_that_is_broken_for_a_moment_locks_nobody_out(
    text: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    """Neither who called just before nor who has not called yet. It is said once, and without a key."""
    file = tmp_path / "keys.json"
    async with serving(tmp_path, "anna", "bert", "carla") as (server, upstream, people):
        assert await read(server, people, "anna") is None
        caplog.clear()
        file.write_text(text, encoding="utf-8", errors="surrogateescape")
        await anyio.sleep(LATER)
        for _ in range(3):
            for name in ("bert", "anna"):
                assert await read(server, people, name) is None
            assert NOBODY in (await read(server, people, "nobody") or "")
            await anyio.sleep(LATER)
        said = [each for each in caplog.records if each.levelno >= logging.WARNING]
        assert len(said) == 1, caplog.text
        assert "--credentials-file" in said[0].message
        assert "broken-key" not in caplog.text
        keep(file, keys("bert"))
        await anyio.sleep(LATER)
        assert NOBODY in (await read(server, people, "anna") or "")
        assert await read(server, people, "bert") is None
        assert set(used(upstream)) == {one["MATON_API_KEY"] for one in keys("anna", "bert").values()}


async def test_a_file_that_is_gone_for_a_moment_locks_nobody_out(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    file = tmp_path / "keys.json"
    async with serving(tmp_path, "anna", "bert") as (server, _, people):
        assert await read(server, people, "anna") is None
        caplog.clear()
        file.unlink()
        await anyio.sleep(LATER)
        for _ in range(3):
            for name in ("bert", "anna"):
                assert await read(server, people, name) is None
            await anyio.sleep(LATER)
        assert len([each for each in caplog.records if each.levelno >= logging.WARNING]) == 1, caplog.text
        keep(file, keys("bert"))
        await anyio.sleep(LATER)
        assert NOBODY in (await read(server, people, "anna") or "")


# ---- What callers do not share


async def test_the_breaker_of_one_key_does_not_hold_up_another(tmp_path: Path, clock: Clock):
    async with serving(tmp_path, "anna", "bert") as (server, upstream, people):
        upstream.on(None, answer({"message": "down"}, 500))
        anna_is_told = [await read(server, people, "anna") for _ in range(12)]
        assert "circuit_open" in (anna_is_told[-1] or "")
        sent = len(used(upstream))
        upstream.on(None, FINE)
        clock.restart()
        assert await read(server, people, "bert") is None
        assert "circuit_open" in (await read(server, people, "anna") or "")
        assert clock.now < 10
        assert sent >= 10
        assert used(upstream) == [keys("bert")["bert"]["MATON_API_KEY"]]


async def test_the_pace_of_one_key_does_not_hold_up_another(tmp_path: Path, clock: Clock):
    async with shared(WAY, tmp_path, keys("anna", "bert"), pace="1/minute") as (server, upstream, people):
        upstream.on(None, FINE)
        assert await read(server, people, "anna") is None
        clock.restart()
        assert await read(server, people, "bert") is None
        assert clock.now < 10
        assert len(upstream.arrived) == 2


async def preview(client: Client) -> dict[str, Any]:
    content = (await client.call_tool("hooks_delete", {"hookId": 5})).structured_content
    assert content is not None
    return content


async def test_a_code_of_one_caller_is_refused_for_another(tmp_path: Path):
    """S6: though both have a key that could do it."""
    async with serving(tmp_path, "anna", "bert") as (server, upstream, people):
        upstream.on("/hooks/5", answer({"hook": {"id": 5, "name": "Orders"}}))
        async with (
            server.client("2026-07-28", people.token("anna")) as anna,
            server.client("2026-07-28", people.token("bert")) as bert,
        ):
            code = (await preview(anna))["code"]
            result = await bert.call_tool("hooks_delete", {"hookId": 5, "confirm": code})
            assert result.is_error
            assert upstream.writes == []
            # It is as good as before for who it was made for.
            assert not (await anna.call_tool("hooks_delete", {"hookId": 5, "confirm": code})).is_error
        keys_of_writes = [one.headers["authorization"] for one in upstream.writes]
        assert keys_of_writes == [f"Bearer {keys('anna')['anna']['MATON_API_KEY']}"]
    lines = (tmp_path / "audit.log").read_text(encoding="utf-8").splitlines()
    decisions = [(json.loads(line)["caller"].split(), json.loads(line)["decision"]) for line in lines]
    assert [("anna" in who, decision) for who, decision in decisions] == [
        (True, "previewed"),
        (False, "refused"),
        (True, "confirmed"),
    ]


async def test_an_idempotency_key_of_one_caller_is_none_of_another(tmp_path: Path):
    async with serving(tmp_path, "anna", "bert") as (server, upstream, people):
        for name in ("anna", "bert", "anna", "bert"):
            async with server.client("2026-07-28", people.token(name)) as client:
                given = {"scenarioId": 5, "confirm": True}
                result = await client.call_tool("scenarios_start", given, meta={IDEMPOTENCY_KEY: "the-same"})
                assert not result.is_error
        sent = [one.headers["authorization"] for one in upstream.writes]
        assert sent == [f"Bearer {one['MATON_API_KEY']}" for one in keys("anna", "bert").values()]
