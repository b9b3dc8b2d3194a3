"""The account: its documents, its clock, and the user to whom the token belongs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from make_sandbox.model import tables
from make_sandbox.model.clock import Clock, iso
from make_sandbox.model.store import Document, Store

Meter = Callable[[Document], None]
"""Told of the organization that a request is about. It raises the refusal when there were too many."""


def uncounted(_: Document) -> None:
    """Counts nothing: for what the account does by itself."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """One account. Each request works on a view of it whose clock stands still and whose `meter` counts the request."""

    store: Store
    clock: Clock
    meter: Meter = uncounted

    def now(self) -> datetime:
        return self.clock()

    def stamp(self) -> str:
        return iso(self.now())

    def at(self, moment: datetime, meter: Meter = uncounted) -> Account:
        """The account at one moment."""
        return replace(self, clock=lambda: moment, meter=meter)

    @property
    def seed(self) -> int:
        """Chooses among the worlds that chance may make: the same one makes the same account."""
        world = self.store.get(tables.META, "world")
        return 0 if world is None else int(world["seed"])

    def secret(self) -> str:
        """32 hexadecimal digits, new each time: the form of Make's execution ids and hook addresses.

        They count on from a number in the database, so that the same requests make the same account.
        """
        number = self.store.next("secrets")
        return hashlib.blake2b(f"make-sandbox {self.seed} {number}".encode(), digest_size=16).hexdigest()

    def uuid(self) -> str:
        """The same in the form of a random UUID."""
        digits = self.secret()
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"

    def user(self) -> Document:
        """The user to whom the tokens belong: the first one of the account."""
        return self.store.list(tables.USERS)[0]


def chance(seed: str, below: int) -> int:
    """A number from 0 up to `below`, always the same one for the same seed."""
    return int.from_bytes(hashlib.blake2b(seed.encode(), digest_size=4).digest()) % below
