"""What runs consume: operations, data transfer and centicredits, by team and quarter of an hour.

Kept apart from the logs: what a deleted scenario consumed stays consumed. Quarters, because in some time zones midnight
lies at a quarter past, half past or a quarter to a full hour of UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from make_sandbox.model import tables
from make_sandbox.model.account import Account
from make_sandbox.model.clock import iso, parse
from make_sandbox.model.store import Document

DAYS = 30


@dataclass(frozen=True, kw_only=True)
class Cost:
    operations: int = 0
    transfer: int = 0
    centicredits: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            operations=self.operations + other.operations,
            transfer=self.transfer + other.transfer,
            centicredits=self.centicredits + other.centicredits,
        )


def add(account: Account, team: Document, moment: datetime, cost: Cost) -> None:
    """Counts a run that began at this moment."""
    since = quarter(moment)
    id_ = f"{team['id']} {since}"
    row = account.store.get(tables.USAGE, id_)
    if row is None:
        empty = {"id": id_, "teamId": team["id"], "organizationId": team["organizationId"], "since": since}
        account.store.add(tables.USAGE, empty | vars(cost))
    else:
        account.store.put(tables.USAGE, row, **vars(cost_of(row) + cost))


def quarter(moment: datetime) -> str:
    """The quarter of an hour in which a moment lies."""
    return iso(moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0))


def rows_of(account: Account, organization_id: int, team_id: int | None = None) -> list[Document]:
    """The quarters of an organization, its deleted teams included, or those of one of its teams."""
    rows = account.store.list(tables.USAGE, organization_id)
    return [row for row in rows if team_id is None or row["teamId"] == team_id]


def daily(account: Account, rows: Iterable[Document], zone: tzinfo) -> list[Document]:
    """One row for each of the last 30 days of a time zone, today included, as `/usage` shows them."""
    today = account.now().astimezone(zone).date()
    days = {today - timedelta(days=back): Cost() for back in range(DAYS - 1, -1, -1)}
    for row in rows:
        day = parse(row["since"]).astimezone(zone).date()
        if day in days:
            days[day] += cost_of(row)
    return [
        {
            "date": day.isoformat(),
            "operations": cost.operations,
            "dataTransfer": cost.transfer,
            "centicredits": cost.centicredits,
        }
        for day, cost in days.items()
    ]


def total(account: Account, rows: Iterable[Document]) -> Cost:
    """The sum of the last 30 days, today included. A real organization counts from its last reset instead, which is
    never seen here.
    """
    start = iso(first_day(account))
    return sum((cost_of(row) for row in rows if row["since"] >= start), Cost())


def first_day(account: Account) -> datetime:
    """The midnight at which the last 30 days begin, in UTC."""
    today = account.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=DAYS - 1)


def cost_of(row: Document) -> Cost:
    """What a quarter consumed, or a run: a line of a log has the same fields."""
    return Cost(operations=row["operations"], transfer=row["transfer"], centicredits=row["centicredits"])
