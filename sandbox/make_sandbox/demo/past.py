"""The time in which the demo account's history happens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from make_sandbox.model import runs, tables
from make_sandbox.model.account import Account
from make_sandbox.model.clock import iso, parse

LENGTH = timedelta(days=14)


class Past:
    """A clock that goes from two weeks ago to the present, moved by hand."""

    def __init__(self, present: datetime) -> None:
        self.present = present
        self.start = present - LENGTH
        self._moment = self.start

    def clock(self) -> datetime:
        return self._moment

    def go(self, account: Account, moment: datetime) -> None:
        """Goes on to a moment. What comes due on the way (schedules, ends of runs) happens at its own time."""
        for due in self._due(account, moment):
            self._moment = due
            runs.settle(account)
        self._moment = moment

    @staticmethod
    def _due(account: Account, until: datetime) -> Iterator[datetime]:
        while True:
            soonest = (account.store.soonest(table) for table in (tables.SCENARIOS, tables.EXECUTIONS))
            moments = [moment for moment in soonest if moment is not None and moment <= iso(until)]
            if not moments:
                return
            yield parse(min(moments))
