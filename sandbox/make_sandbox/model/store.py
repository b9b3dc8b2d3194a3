"""Documents in SQLite: all that the account knows.

One table holds the documents of every kind as JSON. A new kind needs a `Table` and no change of the database; what
is looked up (the owner, the order of a list, the moment when something is due) stands in columns of its own beside
the JSON.

Several processes may share one file. Each request is one transaction, and what it has committed is in the file even if
the process is killed in the next instant.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import time
import weakref
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from make_sandbox.model.selection import Selection, parts

Document = dict[str, Any]
Id = int | str

VERSION = 2
"""Of the documents. A file of another version is refused: its documents may lack fields."""

PATIENCE = 30.0
"""Seconds that a request waits for another process to finish writing."""

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS documents (
        kind TEXT NOT NULL, id NOT NULL, owner, place, mark, due TEXT, document TEXT NOT NULL, PRIMARY KEY (kind, id)
    )""",
    "CREATE INDEX IF NOT EXISTS documents_of_owner ON documents (kind, owner, id)",
    "CREATE INDEX IF NOT EXISTS documents_in_place ON documents (kind, owner, place COLLATE NOCASE, id)",
    "CREATE INDEX IF NOT EXISTS documents_marked ON documents (kind, owner, mark, place) WHERE mark IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS documents_due ON documents (kind, due) WHERE due IS NOT NULL",
    "CREATE TABLE IF NOT EXISTS sequences (name TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID",
    f"PRAGMA user_version = {VERSION}",
)


@dataclass(frozen=True, kw_only=True)
class Table:
    """One kind of document.

    `owner` names the field with the id of the thing that it belongs to; `place` the field that lists of it are sorted
    by where they are not sorted by id; `mark` a field with few values that lists of it are filtered by; `due` the field with the moment at which the account itself has to do something
    about it. `first` is the lowest number given to a new document.
    """

    kind: str
    owner: str | None = None
    place: str | None = None
    mark: str | None = None
    due: str | None = None
    first: int = 1


class Store:
    """The database of one account. Each request works inside one `transaction`."""

    def __init__(self, path: str | os.PathLike[str] | None, *, reset: bool = False) -> None:
        """Opens the file, or makes it. `reset` takes one of another version too: nothing in it is kept.

        Raises:
            ValueError: the file is none of ours, or of another version.
            sqlite3.Error: it is no database, or cannot be opened.
        """
        # One connection serves the whole application: SQLite is asked from one event loop, whichever thread runs it.
        self._connection = sqlite3.connect(
            ":memory:" if path is None else path, isolation_level=None, check_same_thread=False, timeout=PATIENCE
        )
        weakref.finalize(self, self._connection.close)
        self._use_write_ahead_log()
        # In this mode a commit survives the end of the process; only the machine's own end may take the last ones.
        self._connection.execute("PRAGMA synchronous = NORMAL")
        with self.transaction():
            self._check(reset=reset)
            for statement in SCHEMA:
                self._connection.execute(statement)

    def _check(self, *, reset: bool) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        tables = {name for (name,) in self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if tables - {"documents", "sequences"} or (tables and not version):
            raise ValueError("it is the database of something else")
        if version not in (0, VERSION):
            if not reset:
                raise ValueError("it was made by another version of the practice account: start over with --reset")
            for name in tables:
                self._connection.execute(f"DROP TABLE {name}")

    def _use_write_ahead_log(self) -> None:
        """Readers and a writer do not wait for each other then. Two processes that open a new file at the same time
        may get into each other's way here, and SQLite does not wait for this one by itself.
        """
        latest = time.monotonic() + PATIENCE
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > latest:
                    raise
                time.sleep(0.01)
            else:
                return

    @contextlib.contextmanager
    def transaction(self, *, writes: bool = True) -> Generator[None]:
        """Keeps all that happens inside, or nothing when it ends with an exception.

        Only one process writes at a time, so that a transaction that may write says so at its beginning and waits for
        its turn. One that only reads sees the state of its beginning and waits for nobody.
        """
        self._connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def next(self, name: str, first: int = 1) -> int:
        """The next number of a sequence. Numbers are never given twice."""
        self._connection.execute(
            "INSERT INTO sequences VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET last = last + 1", (name, first)
        )
        row = self._connection.execute("SELECT last FROM sequences WHERE name = ?", (name,)).fetchone()
        return int(row[0])

    def add(self, table: Table, document: Document) -> Document:
        """Stores a new document; one without an id gets the next number."""
        stored = document if "id" in document else {"id": self.next(table.kind, table.first), **document}
        self._connection.execute("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?)", self._row(table, stored))
        return stored

    def put(self, table: Table, document: Document, **changes: Any) -> Document:
        """Stores a document that exists with its changes, and returns it so."""
        stored = document | changes
        kind, id_, *columns = self._row(table, stored)
        self._connection.execute(
            "UPDATE documents SET owner = ?, place = ?, mark = ?, due = ?, document = ? WHERE kind = ? AND id = ?",
            (*columns, kind, id_),
        )
        return stored

    def get(self, table: Table, id_: Id) -> Document | None:
        row = self._connection.execute(
            "SELECT document FROM documents WHERE kind = ? AND id = ?", (table.kind, id_)
        ).fetchone()
        return None if row is None else json.loads(row[0])

    def list(self, table: Table, owner: Id | None = None) -> list[Document]:
        """All documents of a kind, or those of one owner, in the order of their ids."""
        return self.select(table, Selection(owners=None if owner is None else (owner,)))

    def select(self, table: Table, selection: Selection) -> list[Document]:
        """The documents of a kind that a selection means, in its order."""
        return [json.loads(text) for (text,) in self._ask("document", table, selection)]

    def count(self, table: Table, selection: Selection) -> int:
        """How many documents a selection means, its page not considered."""
        ((number,),) = self._ask("COUNT(*)", table, selection.unsorted())
        return int(number)

    def count_by_owner(self, table: Table, selection: Selection) -> dict[Id, int]:
        """How many documents each owner has among those that a selection means. Who has none is not in it."""
        return dict(self._ask("owner, COUNT(*)", table, selection.unsorted(), "GROUP BY owner"))

    def count_by_field(self, table: Table, selection: Selection, field: str) -> dict[Any, int]:
        """How many documents have each value in a field, among those that a selection means."""
        return dict(
            self._ask(f"json_extract(document, '$.{field}'), COUNT(*)", table, selection.unsorted(), "GROUP BY 1")
        )

    def count_values(self, table: Table, selection: Selection, field: str) -> int:
        """How many different values the lists in a field hold, in all the documents that a selection means."""
        lists = {
            text for (text,) in self._ask(f"DISTINCT json_extract(document, '$.{field}')", table, selection.unsorted())
        }
        return len({value for text in lists for value in json.loads(text)})

    def _ask(self, what: str, table: Table, selection: Selection, group: str = "") -> Iterator[tuple[Any, ...]]:
        rest, values = parts(table.kind, selection, group, table.mark)
        return self._connection.execute(f"SELECT {what} FROM documents WHERE {rest}", values)  # noqa: S608 - put together from constants; every value is bound

    def due(self, table: Table, moment: str) -> list[Document]:
        """The documents whose moment has come, the earliest first."""
        rows = self._connection.execute(
            "SELECT document FROM documents WHERE kind = ? AND due <= ? ORDER BY due, id", (table.kind, moment)
        )
        return [json.loads(row[0]) for row in rows]

    def soonest(self, table: Table) -> str | None:
        """The earliest moment at which a document of a kind comes due."""
        row = self._connection.execute(
            "SELECT MIN(due) FROM documents WHERE kind = ? AND due IS NOT NULL", (table.kind,)
        ).fetchone()
        return row[0]

    def remove(self, table: Table, id_: Id) -> None:
        self._connection.execute("DELETE FROM documents WHERE kind = ? AND id = ?", (table.kind, id_))

    def remove_of(self, tables: Iterable[Table], owner: Id) -> None:
        """Removes all that one owner has in these tables."""
        for table in tables:
            self._connection.execute("DELETE FROM documents WHERE kind = ? AND owner = ?", (table.kind, owner))

    def clear(self) -> None:
        """Removes everything, the numbers of the sequences too."""
        self._connection.execute("DELETE FROM documents")
        self._connection.execute("DELETE FROM sequences")

    @staticmethod
    def _row(table: Table, document: Document) -> tuple[Any, ...]:
        columns = (
            None if name is None else document[name] for name in (table.owner, table.place, table.mark, table.due)
        )
        return table.kind, document["id"], *columns, json.dumps(document, separators=(",", ":"))
