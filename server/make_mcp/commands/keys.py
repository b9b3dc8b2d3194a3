"""Idempotency keys of `make-mcp call`, each of which is a process of its own: they are kept in a file of the person's."""

import os
import sqlite3
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path
from typing import TypeVar

import anyio
import anyio.to_thread

from make_mcp.idempotency import LARGEST_ALL, MOST, SECONDS, Ended, Tell, Turn, kept, named, same
from make_mcp.settings import Settings, SettingsError
from make_mcp.upstream.doors import open_doors
from make_mcp.upstream.hints import outcome_unknown
from make_tools import Endpoint

T = TypeVar("T")
_PATIENCE = 5.0
"""Seconds to wait for another process that writes."""


def open_keys(settings: Settings) -> "InFile":
    """The keys of the account that these settings reach.

    Raises:
        SettingsError: their file cannot be used.
    """
    path = folder() / "idempotency.sqlite3"
    doors = open_doors(settings)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return InFile(path, doors.account)
    except OSError as error:
        why = error.strerror or "it is no store of make-mcp"
        raise SettingsError(
            f"--idempotency-key needs the file {str(path)!r}, which cannot be used ({why}); nothing was sent"
        ) from None


def folder() -> Path:
    """Where programs keep what is to outlast them, and is nobody's document."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    else:
        base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "make-mcp"


class InFile:
    """A SQLite file, readable by its owner alone, for the calls of one account. `clock` gives Unix seconds."""

    def __init__(self, path: Path, account: str, clock: Callable[[], float] = time.time, *, most: int = MOST) -> None:
        """Opens or makes the file. It remembers `most` keys.

        Raises:
            OSError: it cannot be written, or is something else.
        """
        self._path = path
        self._account = account
        self._clock = clock
        self._most = most
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600))
        self._run(lambda database: database.execute(_TABLE))

    @asynccontextmanager
    async def turn(
        self,
        endpoint: Endpoint[...],
        caller: str,
        key: object,
        call: bytes,
        tell: Tell | None = None,  # noqa: ARG002  # nobody waits here
    ) -> AsyncGenerator[Turn]:
        """As `Keys` has it, but for a call that is under way: another process may have ended without a word, so that nobody
        waits for it, and its outcome is unknown.
        """
        name = named(f"{self._account} {caller}", key)
        found = await self._in_thread(partial(self._begin, name, call))
        if found is not None:
            first, is_over, text, is_error = found
            same(first, call)
            yield Turn(Ended(text, bool(is_error)) if is_over else Ended(_open(endpoint), is_error=True))
            return
        turn = Turn()
        try:
            yield turn
        finally:
            with anyio.CancelScope(shield=True):
                await self._in_thread(partial(self._end, name, turn.lasting(endpoint)))

    async def _in_thread(self, work: Callable[[sqlite3.Connection], T]) -> T:
        # Another process may be writing.
        return await anyio.to_thread.run_sync(self._run, work)

    def _begin(
        self, name: bytes, call: bytes, database: sqlite3.Connection
    ) -> tuple[bytes, int, str | None, int] | None:
        now = self._clock()
        database.execute("DELETE FROM calls WHERE until <= ?", (now,))
        found = database.execute("SELECT call, over, text, error FROM calls WHERE name = ?", (name,)).fetchone()
        if found is None:
            database.execute("INSERT INTO calls VALUES (?, ?, ?, 0, NULL, 0)", (name, call, now + SECONDS))
        return found

    def _end(self, name: bytes, ended: Ended | None, database: sqlite3.Connection) -> None:
        if ended is None:
            database.execute("DELETE FROM calls WHERE name = ?", (name,))
            return
        values = (self._clock() + SECONDS, kept(ended).text, ended.is_error, name)
        database.execute("UPDATE calls SET over = 1, until = ?, text = ?, error = ? WHERE name = ?", values)
        database.execute(_FEWER, (self._most,))
        database.execute(_SHORTER, (LARGEST_ALL,))

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            with closing(sqlite3.connect(self._path, timeout=_PATIENCE, isolation_level=None)) as database:
                database.execute("BEGIN IMMEDIATE")
                done = work(database)
                database.execute("COMMIT")
                return done
        except sqlite3.Error as error:
            raise OSError(f"{self._path}: {error}") from None


def _open(endpoint: Endpoint[...]) -> str:
    return f"{endpoint.name}: {outcome_unknown(endpoint, is_over=False)}"


_TABLE = """CREATE TABLE IF NOT EXISTS calls (name BLOB PRIMARY KEY, call BLOB NOT NULL, until REAL NOT NULL,
over INTEGER NOT NULL, text TEXT, error INTEGER NOT NULL) WITHOUT ROWID"""
_FEWER = "DELETE FROM calls WHERE name IN (SELECT name FROM calls ORDER BY until DESC LIMIT -1 OFFSET ?)"
_SHORTER = """UPDATE calls SET text = NULL WHERE name IN (SELECT name FROM
(SELECT name, SUM(LENGTH(text)) OVER (ORDER BY until DESC, name) AS total FROM calls) WHERE total > ?)"""
