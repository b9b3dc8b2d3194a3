"""Which codes were used. A code counts once, however many calls bring it, in however many processes."""

import os
import secrets
import sqlite3
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

import anyio.to_thread

from make_mcp.confirmation.recent import Recent

T = TypeVar("T")
ID = 16
"""Bytes of an id."""
_PATIENCE = 5.0
"""Seconds to wait for another process that writes."""
_REMEMBERED = 1000
"""Questions of which the outcome is open."""


class Forgotten(OSError):
    """The store has begun anew since the code was made: what it knew of it may be lost."""


class UsedCodes(Protocol):
    """Where it is noted. What a store cannot do, be it to look, raises OSError: the code must count as used then."""

    @property
    def trouble(self) -> str:
        """What is wrong when it raises, for the agent and the operator."""
        ...

    async def new_id(self) -> bytes:
        """An id for a new code. Never fails: whether the code counts is seen when it is used."""
        ...

    async def has(self, id_: bytes) -> bool:
        """Whether a code was used."""
        ...

    async def take(self, id_: bytes, until: float) -> bool:
        """Notes a code as used, and says whether this call was the first. `until` (Unix seconds): it may be forgotten then."""
        ...

    async def asked(self, id_: bytes) -> None:
        """Notes that a person is asked about the call of a code."""
        ...

    async def was_asked(self, id_: bytes) -> bool: ...


class _InProcess:
    """What does not leave the process."""

    def __init__(self) -> None:
        self._asked: Recent[bytes, bool] = Recent(_REMEMBERED)

    async def new_id(self) -> bytes:
        return secrets.token_bytes(ID)

    async def asked(self, id_: bytes) -> None:
        self._asked.put(id_, True)

    async def was_asked(self, id_: bytes) -> bool:
        return self._asked.get(id_) is True


class InMemory(_InProcess):
    """For one process. `clock` counts seconds: one that nobody sets, so that nothing is forgotten early."""

    trouble = "the memory of this process cannot be written"

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._until: dict[bytes, float] = {}
        self._clock = clock

    async def has(self, id_: bytes) -> bool:
        return id_ in self._until

    async def take(self, id_: bytes, until: float) -> bool:  # noqa: ARG002  # that time is of another clock
        now = self._clock()
        # One that is long over is refused by its time, so that it need not be remembered for ever.
        self._until = {known: end for known, end in self._until.items() if end > now}
        # Nothing waits between the look and the note: two calls cannot both be the first.
        if id_ in self._until:
            return False
        self._until[id_] = now + _SPARE
        return True


_A_DAY = 86_400.0
"""Seconds for which a file remembers: clocks are set by hours."""
_SPARE = 3600.0
"""Seconds for which a code is remembered: far longer than it is good, for clocks that differ or are set."""


class InFile(_InProcess):
    """For several processes on one machine: a SQLite file, readable by its owner alone.

    What a person was asked each process knows by itself.
    """

    trouble = "the file of --confirm-store cannot be written"

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        """Opens or makes the file.

        Raises:
            OSError: it cannot be written, or is something else.
        """
        super().__init__()
        # Never made anew once it is gone: codes that were used would count as new.
        self._address = f"{path.absolute().as_uri()}?mode=rw"
        self._path = path
        self._clock = clock
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | _FLAGS, 0o600))
        self._run(lambda database: database.execute(_TABLE))

    async def has(self, id_: bytes) -> bool:
        found = await anyio.to_thread.run_sync(
            partial(self._run, lambda database: database.execute(_FIND, (id_,)).fetchone())
        )
        return found is not None

    async def take(self, id_: bytes, until: float) -> bool:
        # A thread, since another process may be writing. It is not given up half-way: the code counts as used then.
        return await anyio.to_thread.run_sync(partial(self._run, partial(self._note, id_, until)))

    def _note(self, id_: bytes, until: float, database: sqlite3.Connection) -> bool:
        database.execute(_FORGET, (self._clock() - _A_DAY,))
        return database.execute(_NOTE, (id_, until)).rowcount == 1

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            database = sqlite3.connect(self._address, uri=True, timeout=_PATIENCE, isolation_level=None)
            try:
                database.execute("BEGIN IMMEDIATE")
                done = work(database)
                database.execute("COMMIT")
                return done
            finally:
                database.close()
        except sqlite3.Error as error:
            raise OSError(f"{self._path}: {error}") from None


# Not every platform has each.
_FLAGS: int = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
_TABLE = "CREATE TABLE IF NOT EXISTS used (id BLOB PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID"
_FIND = "SELECT 1 FROM used WHERE id = ?"
_FORGET = "DELETE FROM used WHERE until < ?"
_NOTE = "INSERT OR IGNORE INTO used VALUES (?, ?)"
