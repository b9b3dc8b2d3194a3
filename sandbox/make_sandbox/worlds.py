"""The worlds that a fresh account is filled with: `demo`, in which much has happened, and `empty`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from make_sandbox import demo, empty
from make_sandbox.model import tables
from make_sandbox.model.account import Account
from make_sandbox.model.store import Document

_WORLDS: Mapping[str, Callable[[Account], None]] = {"demo": demo.fill, "empty": empty.fill}
NAMES = tuple(_WORLDS)
_ID = "world"


def fill(account: Account, name: str, seed: int) -> None:
    """Fills an account that holds nothing."""
    account.store.add(tables.META, {"id": _ID, "name": name, "seed": seed})
    _WORLDS[name](account)


def held(account: Account) -> Document:
    """Which world an account holds: `{"name", "seed"}`."""
    found = account.store.get(tables.META, _ID)
    if found is None:
        raise LookupError("the account holds no world")
    return found


def is_filled(account: Account) -> bool:
    return account.store.get(tables.META, _ID) is not None
