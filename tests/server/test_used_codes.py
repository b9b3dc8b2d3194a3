"""Which codes were used: once is once, for many calls at a time, for many processes, and when the disk fails."""

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from tests.end_to_end.processes import PATIENCE, environment
from tests.server.gates import Clock, Person, bench, typed

from make_mcp.confirmation import Codes, NotConfirmed
from make_mcp.confirmation.codes import SECONDS, Claim
from make_mcp.confirmation.used import InFile, InMemory, UsedCodes
from make_tools import Request

KEY = b"a key that several processes share"
CLAIM = Claim("scenarios_delete", Request("DELETE", "/scenarios/5"), "local")
HOUR = 3600.0


def ids(number: int) -> list[bytes]:
    return [place.to_bytes(16, "big") for place in range(number)]


@pytest.fixture(params=["in memory", "in a file"])
def used(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> UsedCodes:
    return InMemory(clock) if request.param == "in memory" else InFile(tmp_path / "used", clock)


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_the_first_takes_a_code_and_nobody_after_it(used: UsedCodes, clock: Clock):
    one, other = ids(2)
    assert not await used.has(one)
    assert await used.take(one, clock() + SECONDS)
    assert await used.has(one)
    assert not await used.take(one, clock() + SECONDS)
    assert not await used.has(other)
    assert await used.take(other, clock() + SECONDS)
    assert not await used.take(one, clock() + SECONDS)


async def test_of_many_calls_at_the_same_moment_one_takes_the_code(used: UsedCodes, clock: Clock):
    for one in ids(5):
        won = await asyncio.gather(*(used.take(one, clock() + SECONDS) for _ in range(4)))
        assert sorted(won) == [False] * 3 + [True]


async def test_of_two_calls_with_one_code_at_the_same_moment_one_goes_on(used: UsedCodes, clock: Clock):
    codes = Codes(KEY, used, clock)
    held = await codes.check(codes.make(CLAIM, None), CLAIM)
    ended = await asyncio.gather(codes.take(held), codes.take(held), return_exceptions=True)
    assert sorted(str(getattr(each, "reason", each)) for each in ended) == ["None", "used"]


async def test_a_code_is_remembered_for_as_long_as_it_is_good_and_longer(used: UsedCodes, clock: Clock):
    one, *others = ids(4)
    assert await used.take(one, clock() + SECONDS)
    # The last but one is beyond its time: clocks of several machines differ.
    for other, seconds in zip(others, (SECONDS - 1, 2, HOUR / 2), strict=True):
        clock.go(seconds)
        assert await used.take(other, clock() + SECONDS)
        assert await used.has(one)
        assert not await used.take(one, clock() + SECONDS)


async def test_what_is_long_over_is_forgotten_and_refused_by_its_time(used: UsedCodes, clock: Clock):
    codes = Codes(KEY, used, clock)
    code = codes.make(CLAIM, None)
    await codes.take(await codes.check(code, CLAIM))
    many = ids(40)
    for one in many:
        clock.go(HOUR * 4)
        assert await used.take(one, clock() + SECONDS)
    assert 0 < [await used.has(one) for one in many].count(True) < 10
    with pytest.raises(NotConfirmed) as error:
        await codes.check(code, CLAIM)
    assert error.value.reason == "expired"


# In a file


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path):
    before = os.umask(0)
    try:
        InFile(tmp_path / "used")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "used").stat().st_mode) == 0o600


async def test_a_file_is_used_on_by_the_next_process(tmp_path: Path):
    (one,) = ids(1)
    assert await InFile(tmp_path / "used").take(one, Clock()() + SECONDS)
    assert await InFile(tmp_path / "used").has(one)
    assert not await InFile(tmp_path / "used").take(one, Clock()() + SECONDS)


def test_a_path_that_cannot_be_used_is_refused_at_the_start(tmp_path: Path):
    (tmp_path / "file").write_text("no database", encoding="ascii")
    (tmp_path / "other").write_bytes(b"SQLite format 3\0" + b"\xff" * 200)
    for path in (
        tmp_path,
        tmp_path / "missing" / "used",
        tmp_path / "file" / "used",
        tmp_path / "file",
        tmp_path / "other",
    ):
        with pytest.raises(OSError, match=r"."):
            InFile(path)
    assert (tmp_path / "file").read_text(encoding="ascii") == "no database"


def test_a_database_of_something_else_is_not_taken_for_one_of_ours(tmp_path: Path):
    with sqlite3.connect(tmp_path / "other") as database:
        database.execute("CREATE TABLE used (name TEXT)")
    database.close()
    codes = Codes(KEY, InFile(tmp_path / "other"))
    with pytest.raises(NotConfirmed) as error:
        asyncio.run(codes.check(codes.make(CLAIM, None), CLAIM))
    assert error.value.reason == "store"


@pytest.mark.parametrize("moment", ["before the code is checked", "while the person reads"])
async def test_where_a_code_cannot_be_noted_as_used_nothing_is_sent(moment: str, tmp_path: Path):
    path = tmp_path / "used"

    async def break_it() -> None:
        path.write_bytes(b"no database any more")

    async with bench(codes=Codes(KEY, InFile(path))) as b:
        id_ = await b.scenario()
        person = Person(typed("Order intake"))
        code = await b.code("scenarios_delete", person, scenarioId=id_)
        if moment == "while the person reads":
            person.meanwhile = break_it
        else:
            await break_it()
        assert await b.refused("scenarios_delete", person, scenarioId=id_, confirm=code) == "store"
        assert b.wire.writes == []
        assert b.audit[-1] == "refused (store): nothing_sent"
        assert len(person.questions) == (moment == "while the person reads")


def test_of_two_processes_that_bring_the_same_codes_at_the_same_moment_one_takes_each(tmp_path: Path):
    script = """
import asyncio, sys
from pathlib import Path
from make_mcp.confirmation import Codes, NotConfirmed
from make_mcp.confirmation.codes import Claim
from make_mcp.confirmation.used import InFile
from make_tools import Request

claim = Claim("scenarios_delete", Request("DELETE", "/scenarios/5"), "local")
codes = Codes(sys.argv[2].encode(), InFile(Path(sys.argv[1])))
print("ready", flush=True)

async def take(code):
    try:
        held = await codes.check(code, claim)
        await codes.take(held)
    except NotConfirmed as error:
        assert error.reason == "used", error.reason
        return False
    return True

async def main():
    for code in sys.stdin.readline().split():
        if await take(code):
            print(code, flush=True)

asyncio.run(main())
"""
    codes = Codes(KEY, InMemory())
    given = [codes.make(CLAIM, None) for _ in range(20)]
    command = [sys.executable, "-c", script, str(tmp_path / "used"), KEY.decode()]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment())
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(" ".join(given) + "\n")
        process.stdin.flush()
    taken: Counter[str] = Counter()
    for process in processes:
        told, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
        taken.update(told.split())
    assert taken == Counter(given)
