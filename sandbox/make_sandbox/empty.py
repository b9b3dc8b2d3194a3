"""The empty account: one organization, one team and one user, and nothing that has happened."""

from __future__ import annotations

from datetime import timedelta

from make_sandbox import maton
from make_sandbox.demo import catalogue, people
from make_sandbox.model.account import Account


def fill(account: Account) -> None:
    """Fills an account that holds nothing."""
    catalogue.add(account)
    people.one(account)
    maton.new(account, account.now() - timedelta(days=1))
