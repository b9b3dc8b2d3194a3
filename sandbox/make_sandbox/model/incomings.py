"""What hooks were given and no run has taken yet: the queue of each hook, the oldest first."""

from __future__ import annotations

import json
from typing import Any

from make_sandbox.model import tables
from make_sandbox.model.account import Account
from make_sandbox.model.selection import Order, Selection
from make_sandbox.model.store import Document


def add(account: Account, hook_id: int, data: Document) -> Document:
    """Puts a delivery at the end of a hook's queue. `scope` is a text of which Make documents no value."""
    return account.store.add(
        tables.INCOMINGS,
        {
            "id": account.secret(),
            "hookId": hook_id,
            "number": account.store.next(tables.INCOMINGS.kind),
            "scope": "hook",
            "size": size(data),
            "created": account.stamp(),
            "data": data,
        },
    )


def size(value: Any) -> int:
    """Bytes, as JSON. How Make counts is not documented."""
    # A client may send half a surrogate pair, which has no form in UTF-8.
    return len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode(errors="surrogatepass"))


def waiting(account: Account, hook_id: int) -> list[Document]:
    return account.store.select(tables.INCOMINGS, Selection(owners=(hook_id,), order=Order("number")))


def count(account: Account, hook_id: int) -> int:
    return account.store.count(tables.INCOMINGS, Selection(owners=(hook_id,)))


def take(account: Account, incoming: Document) -> Document:
    """Takes a delivery from its queue, and returns what the hook was given."""
    account.store.remove(tables.INCOMINGS, incoming["id"])
    return incoming["data"]
