"""When a scenario runs: `scheduling`, as the API writes it. All times of day are UTC here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from make_sandbox import errors

TYPES = ("immediately", "indefinitely", "once", "daily", "weekly", "monthly", "yearly", "on-demand")
LONGEST = 366 * 24 * 3600
"""Seconds. What Make takes for the longest interval is not documented."""


def check(scheduling: Mapping[str, Any]) -> None:
    """Refuses an invented type, which is what goes wrong most with schedules, and parts of the wrong type."""
    kind = scheduling.get("type")
    if kind is None:
        raise errors.missing_parameter("scheduling.type")
    if kind not in TYPES:
        raise errors.invalid_parameter("scheduling.type")
    if "interval" in scheduling and not _is_whole(scheduling["interval"], LONGEST):
        raise errors.invalid_parameter("scheduling.interval")
    for name, largest in (("days", 7), ("dates", 31), ("months", 12)):
        parts: Any = scheduling.get(name, [])
        if not isinstance(parts, list) or not all(_is_whole(part, largest) for part in cast("list[Any]", parts)):
            raise errors.invalid_parameter(f"scheduling.{name}")
    # How strictly Make reads these is not documented; what cannot be read would never run.
    if scheduling.get("time") is not None and _time(scheduling["time"]) is None:
        raise errors.invalid_parameter("scheduling.time")
    if kind == "once" and scheduling.get("date") is not None and _moment(scheduling["date"]) is None:
        raise errors.invalid_parameter("scheduling.date")


def _is_whole(value: Any, largest: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= largest


def interval(scheduling: Mapping[str, Any]) -> int | None:
    """The seconds between two runs of a scenario that runs at intervals."""
    return scheduling.get("interval", 0) if scheduling["type"] == "indefinitely" else None


def next_run(scheduling: Mapping[str, Any], after: datetime) -> datetime | None:
    """The first run after a moment; none for hooks and for scenarios on demand."""
    kind = scheduling["type"]
    if kind in ("immediately", "on-demand"):
        return None
    seconds = interval(scheduling)
    if seconds is not None:
        return after + timedelta(seconds=max(seconds, 60))
    if kind == "once":
        once = _moment(scheduling.get("date"))
        return once if once is not None and once > after else None
    hour, minute = _time(scheduling.get("time")) or (0, 0)
    day = after.astimezone(UTC).replace(hour=hour, minute=minute, second=0, microsecond=0)
    # Enough for each 29 February, even around 2100; a 31 February never comes.
    candidates = (day + timedelta(days=days) for days in range(8 * 366 + 1))
    return next((moment for moment in candidates if moment > after and _fits(scheduling, moment)), None)


def _fits(scheduling: Mapping[str, Any], moment: datetime) -> bool:
    kind = scheduling["type"]
    if kind == "daily":
        return True
    if kind == "weekly":
        return not {moment.isoweekday(), moment.isoweekday() % 7}.isdisjoint(scheduling.get("days", [1]))
    if moment.day not in scheduling.get("dates", [1]):
        return False
    return kind == "monthly" or moment.month in scheduling.get("months", [1])


def _time(text: Any) -> tuple[int, int] | None:
    found = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::[0-5][0-9])?", text) if isinstance(text, str) else None
    return None if found is None else (int(found[1]), int(found[2]))


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None
