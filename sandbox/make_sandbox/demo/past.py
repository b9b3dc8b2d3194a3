"""The time in which the demo account's history happens."""

from __future__ import annotations

from datetime import datetime, timedelta

from make_sandbox.automation import runs
from make_sandbox.model.account import Account

LENGTH = timedelta(days=14)


class Past:
    """A clock that goes from two weeks before the day of the present to the present, moved by hand.

    It starts at midnight, so that accounts that are made on the same day have the same history.
    """

    def __init__(self, present: datetime) -> None:
        self.present = present
        self.today = present.replace(hour=0, minute=0, second=0, microsecond=0)
        self.start = self.today - LENGTH
        self._moment = self.start

    def clock(self) -> datetime:
        return self._moment

    def go(self, account: Account, moment: datetime) -> None:
        """Goes on to a moment. What comes due on the way (schedules, ends of runs) happens at its own time."""
        self._moment = moment
        runs.settle(account)
