"""The custom function of the demo account, which "Lead scoring on demand" calls. It was mended once."""

from __future__ import annotations

from datetime import timedelta

from make_sandbox.model.account import Account
from make_sandbox.model.store import Document
from make_sandbox.resources import functions

SCORE = "clampScore"

FIRST = """function clampScore(value) {
    return Math.min(99, Number(value));
}"""

SECOND = """function clampScore(value) {
    const score = Math.round(Number(value));
    return Number.isNaN(score) ? 0 : Math.max(0, Math.min(99, score));
}"""


def add(account: Account, teams: dict[str, Document]) -> None:
    """Makes the function, and its second version three hours later."""
    description = "Makes a whole number from 0 to 99 of what a model answers."
    function = functions.new(account, teams["Marketing"]["id"], SCORE, description, FIRST)
    functions.change(account.at(account.now() + timedelta(hours=3)), function, {"code": SECOND})
