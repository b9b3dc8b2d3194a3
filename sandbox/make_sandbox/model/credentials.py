"""Whether the third party behind a connection accepts its credentials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from make_sandbox.model import tables
from make_sandbox.model.account import Account

MAKE = "make"
"""The type of a connection to Make's own API: the one third party that can be asked here, because it is this account."""


def work(account: Account, connection: Mapping[str, Any]) -> bool:
    """Whether a connection's credentials work at this moment.

    A connection to Make works as long as its key is a token of the account and its address is not empty. Where the
    address leads is not looked at: the practice account opens no connection to anywhere.
    """
    if connection["accountName"] != MAKE:
        return connection["healthy"]
    data: Mapping[str, str] = connection["data"]
    return bool(data.get("url")) and account.store.get(tables.TOKENS, data.get("apiKey", "")) is not None
