"""The keys of the demo account. Their secrets are samples, and come out nowhere."""

from __future__ import annotations

from make_sandbox.model.account import Account
from make_sandbox.model.store import Document
from make_sandbox.resources import keys

PRICES = "Supplier price feed"
"""The key of "Supplier price watch"."""

KEYS: tuple[tuple[str, str, str, Document], ...] = (
    ("Operations", PRICES, "basicauth", {"authUser": "northwind", "authPass": "sample-authPass"}),
    (
        "Operations",
        "Parcel tracking",
        "apikeyauth",
        {"key": "sample-key", "placement": "header", "name": "X-API-Key"},
    ),
)
"""Team, name, type, parameters. Nothing uses the second one."""


def add(account: Account, teams: dict[str, Document]) -> dict[str, int]:
    """Makes all keys, and returns their numbers by name."""
    return {
        name: keys.new(account, teams[team]["id"], name, kind, parameters)["id"]
        for team, name, kind, parameters in KEYS
    }
