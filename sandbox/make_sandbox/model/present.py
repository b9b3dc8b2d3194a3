"""What the account's clock shows: the time of the clock outside, moved on or stopped by whoever practises.

It is kept in the database, so that every process on one file agrees about it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from make_sandbox.model import tables
from make_sandbox.model.clock import Clock, iso, parse
from make_sandbox.model.store import Document, Store

_ID = "clock"


def present(store: Store, outside: Clock) -> datetime:
    setting = _setting(store)
    if setting["frozen"] is not None:
        return parse(setting["frozen"])
    return outside() + timedelta(seconds=setting["ahead"])


def is_frozen(store: Store) -> bool:
    return _setting(store)["frozen"] is not None


def show(store: Store, outside: Clock, moment: datetime, *, frozen: bool) -> None:
    """Sets the clock to a moment, from where it goes on, or at which it stands still when `frozen`."""
    ahead = (moment - outside()).total_seconds()
    setting = {"id": _ID, "ahead": ahead, "frozen": iso(moment) if frozen else None}
    if store.get(tables.META, _ID) is None:
        store.add(tables.META, setting)
    else:
        store.put(tables.META, setting)


def _setting(store: Store) -> Document:
    return store.get(tables.META, _ID) or {"ahead": 0.0, "frozen": None}
