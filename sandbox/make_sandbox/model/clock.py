"""Time, as Make writes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from make_sandbox import errors

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """`2026-04-07T19:41:51.801Z`. Texts of this form sort like the moments that they name."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse(text: str) -> datetime:
    return datetime.fromisoformat(text)


def moment(milliseconds: int) -> datetime:
    """The moment so many milliseconds after 1970.

    Raises:
        MakeError: no calendar goes that far.
    """
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    except OverflowError:
        raise errors.invalid_parameters([f"{milliseconds} is no moment in milliseconds."]) from None


def milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def later(moment: datetime, milliseconds: int) -> datetime:
    return moment + timedelta(milliseconds=milliseconds)
