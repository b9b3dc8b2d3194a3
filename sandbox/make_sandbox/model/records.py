"""The records of data stores, and what they take up: `records` and `size` of a store follow what is in it.

How Make counts the bytes of a record is not documented; here they are those of its key and of its data as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from make_sandbox import errors
from make_sandbox.model import tables
from make_sandbox.model.account import Account
from make_sandbox.model.selection import Selection
from make_sandbox.model.store import Document


def find(account: Account, data_store: Document, key: str) -> Document | None:
    return account.store.get(tables.RECORDS, _id(data_store, key))


def write(account: Account, data_store: Document, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> Document:
    """Writes records, new ones and others over those of the same key, and returns the data store as it is then.

    Raises:
        MakeError: the data store is too small for them (400 IM003), and none is written.
    """
    written: list[Document] = [
        {"id": _id(data_store, key), "dataStoreId": data_store["id"], "key": key, "data": dict(data)}
        for key, data in dict(rows).items()
    ]
    old = {record["key"]: record for row in written if (record := find(account, data_store, row["key"])) is not None}
    size = int(data_store["size"]) + sum(map(_size, written)) - sum(map(_size, old.values()))
    if size > int(data_store["maxSize"]):
        raise errors.storage_full()
    for record in written:
        (account.store.put if record["key"] in old else account.store.add)(tables.RECORDS, record)
    return _count(account, data_store, data_store["records"] + len(written) - len(old), size)


def remove(account: Account, data_store: Document, keys: Collection[str]) -> list[str]:
    """Removes the records with these keys, and returns the keys of those that there were."""
    found = [record for key in dict.fromkeys(keys) if (record := find(account, data_store, key)) is not None]
    for record in found:
        account.store.remove(tables.RECORDS, record["id"])
    size = int(data_store["size"]) - sum(_size(record) for record in found)
    _count(account, data_store, data_store["records"] - len(found), size)
    return [record["key"] for record in found]


def keys_but(account: Account, data_store: Document, kept: Collection[str]) -> list[str]:
    """The keys of all records but some."""
    rows = account.store.select(tables.RECORDS, Selection(owners=(data_store["id"],)))
    return [row["key"] for row in rows if row["key"] not in kept]


def _count(account: Account, data_store: Document, number: int, size: int) -> Document:
    return account.store.put(tables.DATA_STORES, data_store, records=number, size=str(size))


def _id(data_store: Document, key: str) -> str:
    return f"{data_store['id']} {key}"


def _size(record: Document) -> int:
    text = record["key"] + json.dumps(record["data"], separators=(",", ":"), ensure_ascii=False)
    return len(text.encode())
