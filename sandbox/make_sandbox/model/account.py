"""The account: its documents, its clock, and the user to whom the token belongs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from make_sandbox.model import tables
from make_sandbox.model.clock import Clock, iso
from make_sandbox.model.store import Document, Store


@dataclass(frozen=True, kw_only=True)
class Account:
    store: Store
    clock: Clock

    def now(self) -> datetime:
        return self.clock()

    def stamp(self) -> str:
        return iso(self.now())

    def secret(self) -> str:
        """32 hexadecimal digits, new each time: the form of Make's execution ids and hook addresses.

        They count on from a number in the database, so that the same requests make the same account.
        """
        number = self.store.next("secrets")
        return hashlib.blake2b(f"make-sandbox {number}".encode(), digest_size=16).hexdigest()

    def user(self) -> Document:
        """The user to whom the token belongs: the first one of the account."""
        return self.store.list(tables.USERS)[0]


def chance(seed: str, below: int) -> int:
    """A number from 0 up to `below`, always the same one for the same seed."""
    return int.from_bytes(hashlib.blake2b(seed.encode(), digest_size=4).digest()) % below
