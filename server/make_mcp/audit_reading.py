"""What an audit log holds: an audit file, or a captured stderr with the lines of logs between. Nothing in it is trusted."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from make_mcp.audit import LOGGER, PREFIX, Entry

_BEGINS = re.compile(r'(?=\{"time":"[^"]{0,40}","level":)|(?<!"audit":)(?=\{"time":)')
"""Where a line begins, and not what it holds under `audit`. Inside a text of a line that cannot stand: JSON escapes the quotes."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that yields no entry. `is_foreign`: it is no audit line at all; otherwise one that was cut off or forged."""

    number: int
    is_foreign: bool


def read(lines: Iterable[str]) -> Iterator[Entry | Unreadable]:
    """What the lines of an audit file, or of a captured stderr, hold. Empty lines count as nothing."""
    for number, line in enumerate(lines, 1):
        text = line.rstrip()
        held = text.removeprefix(PREFIX)
        # Only at its beginning: a log line may quote anybody.
        if held == text and not text.startswith("{"):
            if text:
                yield Unreadable(number, is_foreign=True)
            continue
        if (found := _found(held, number)) is not None:
            yield found
            continue
        # A process that died, or a disk that was full, may have cut a line off before the next one.
        pieces = [piece.removesuffix(PREFIX) for piece in _BEGINS.split(held)]
        yield from (
            _found(piece, number) or Unreadable(number, is_foreign=False)
            for at, piece in enumerate(pieces)
            if piece or at
        )


def _found(text: str, number: int) -> Entry | Unreadable | None:
    """The entry, or the line of a log; None where it is neither as a whole."""
    try:
        return Entry.from_json(text)
    except ValueError:
        pass
    try:
        held: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(held, dict):
        return None
    line = cast("dict[str, Any]", held)
    if line.get("logger") == LOGGER and "audit" in line:
        try:
            return Entry.from_json(json.dumps(line["audit"]))
        except (ValueError, RecursionError):
            return None
    is_log = all(isinstance(line.get(name), str) for name in ("level", "logger", "message"))
    return Unreadable(number, is_foreign=True) if is_log else None
