"""Values out of answers of Make, which may hold anything anywhere. Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from make_tools.flow import as_object, is_short
from make_tools.wording import safe

_RUN_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LONGEST_NAME = 80
"""Characters of a name."""
LONGEST_MESSAGE = 300
"""Characters of a message."""


def id_of(holder: Mapping[str, Any], key: str = "id") -> int | None:
    """An id that Make would take."""
    found = holder.get(key)
    return found if is_short(found) and 0 < found < 2**53 else None


def run_id_of(holder: Mapping[str, Any]) -> str | None:
    """The id of a run, or of an incomplete execution: 32 hexadecimal digits; older ones of runs have dashes."""
    found = holder.get("id")
    return found if isinstance(found, str) and _RUN_ID.fullmatch(found) else None


def count_of(holder: Mapping[str, Any], key: str) -> int | None:
    """A count, which Make also writes as text."""
    found = holder.get(key)
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) <= 18:
        return int(found)
    return found if is_short(found) and found >= 0 else None


def text_of(holder: Mapping[str, Any], key: str, longest: int = LONGEST_NAME) -> str | None:
    """A text as one short line; None where there is none, or an empty one."""
    found = holder.get(key)
    return (safe(found, longest) or None) if isinstance(found, str) else None


def object_of(holder: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    return as_object(holder.get(key))


def moment(text: str) -> float:
    """A time in Unix seconds; one without a zone is taken as UTC.

    Raises:
        ValueError: it is none.
    """
    try:
        when = datetime.fromisoformat(text)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise ValueError("is no time such as 2026-03-09T18:00:00Z") from None


def moment_of(holder: Mapping[str, Any], key: str) -> float | None:
    """The same of a value."""
    found = holder.get(key)
    try:
        return moment(found) if isinstance(found, str) else None
    except ValueError:
        return None


def present(**values: Any) -> dict[str, Any]:
    """Those that say something: not null, not false, not 0 and not empty."""
    return {name: value for name, value in values.items() if value}


def by_id(items: Iterable[Mapping[str, Any]]) -> dict[int, Mapping[str, Any]]:
    return {id_: item for item in items if (id_ := id_of(item)) is not None}
