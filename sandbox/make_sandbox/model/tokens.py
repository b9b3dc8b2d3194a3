"""API tokens: what a client is let in with, each with the scopes that were chosen when it was made."""

from __future__ import annotations

from collections.abc import Iterable

from make_sandbox.model import tables
from make_sandbox.model.account import Account
from make_sandbox.model.clock import iso, later
from make_sandbox.model.store import Document


def new(account: Account, user: Document, token: str, label: str, scopes: Iterable[str]) -> Document:
    """Stores a token. It is known by the moment of its making (documented), so that no two are made at the same one."""
    made = {row["created"] for row in account.store.list(tables.TOKENS, user["id"])}
    moment = account.now()
    while iso(moment) in made:
        moment = later(moment, 1)
    document = {"id": token, "userId": user["id"], "label": label, "scope": list(scopes), "created": iso(moment)}
    return account.store.add(tables.TOKENS, document)
