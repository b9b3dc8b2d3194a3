"""Documents in SQLite: all that the account knows.

One table holds the documents of every kind as JSON. A new kind needs a `Table` and no change of the database; what
is looked up (the owner, the moment when something is due) stands in columns of its own beside the JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import weakref
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]
Id = int | str

VERSION = 1
"""Of the documents. A file of another version is refused: its documents may lack fields."""

SCHEMA = f"""
PRAGMA user_version = {VERSION};
CREATE TABLE IF NOT EXISTS documents (
    kind TEXT NOT NULL, id NOT NULL, owner INTEGER, due TEXT, document TEXT NOT NULL, PRIMARY KEY (kind, id)
);
CREATE INDEX IF NOT EXISTS documents_of_owner ON documents (kind, owner, id);
CREATE INDEX IF NOT EXISTS documents_due ON documents (kind, due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS sequences (name TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, kw_only=True)
class Table:
    """One kind of document.

    `owner` names the field with the id of the thing that it belongs to; `due` the field with the moment at which the
    account itself has to do something about it. `first` is the lowest number given to a new document.
    """

    kind: str
    owner: str | None = None
    due: str | None = None
    first: int = 1


class Store:
    """The database of one account. Each request works inside one `transaction`."""

    def __init__(self, path: str | os.PathLike[str] | None) -> None:
        # One connection serves the whole application: SQLite is asked from one event loop, whichever thread runs it.
        self._connection = sqlite3.connect(
            ":memory:" if path is None else path, isolation_level=None, check_same_thread=False
        )
        weakref.finalize(self, self._connection.close)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version not in (0, VERSION):
            raise ValueError(f"{path} was made by another version of the practice account. Use a new file.")
        self._connection.executescript(SCHEMA)

    @contextlib.contextmanager
    def transaction(self) -> Generator[None]:
        """Keeps all that happens inside, or nothing when it ends with an exception.

        Reads take it too: asking for the account lets its runs come to their end, which writes.
        """
        self._connection.execute("BEGIN IMMEDIATE")
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
        self._connection.execute("INSERT INTO documents VALUES (?, ?, ?, ?, ?)", self._row(table, stored))
        return stored

    def put(self, table: Table, document: Document, **changes: Any) -> Document:
        """Stores a document that exists with its changes, and returns it so."""
        stored = document | changes
        kind, id_, owner, due, text = self._row(table, stored)
        self._connection.execute(
            "UPDATE documents SET owner = ?, due = ?, document = ? WHERE kind = ? AND id = ?",
            (owner, due, text, kind, id_),
        )
        return stored

    def get(self, table: Table, id_: Id) -> Document | None:
        row = self._connection.execute(
            "SELECT document FROM documents WHERE kind = ? AND id = ?", (table.kind, id_)
        ).fetchone()
        return None if row is None else json.loads(row[0])

    def list(self, table: Table, owner: Id | None = None) -> list[Document]:
        """All documents of a kind, or those of one owner, in the order of their ids."""
        if owner is None:
            rows = self._connection.execute("SELECT document FROM documents WHERE kind = ? ORDER BY id", (table.kind,))
        else:
            rows = self._connection.execute(
                "SELECT document FROM documents WHERE kind = ? AND owner = ? ORDER BY id", (table.kind, owner)
            )
        return [json.loads(row[0]) for row in rows]

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

    @staticmethod
    def _row(table: Table, document: Document) -> tuple[str, Id, Id | None, str | None, str]:
        owner = None if table.owner is None else document[table.owner]
        due = None if table.due is None else document[table.due]
        return table.kind, document["id"], owner, due, json.dumps(document, separators=(",", ":"))
