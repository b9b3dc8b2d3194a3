"""`make-mcp audit`: what was decided about writes, from an audit file or from a captured stderr."""

import io
import sys
from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import TextIO, cast, get_args

from make_mcp.audit import Decision, Entry
from make_mcp.audit_reading import Unreadable, read
from make_mcp.settings import Settings, SettingsError, variable
from make_mcp.start import out, say
from make_tools.wording import counted, safe

_LONGEST_LINE = 2**16
"""Characters. An audit line has a few hundred."""
_WIDEST = (19, 16, 20, 16, 21)
"""Characters by column but the last, so that a usual line fits into 100. A longer cell pushes the next ones of its own line."""
_LONGEST_TARGET = 120
_OUTCOMES = {
    "nothing_sent": "nothing sent",
    "done": "done",
    "already_so": "already so",
    "refused_by_make": "refused by Make",
    "not_sent": "could not be sent",
    "unknown": "outcome unknown",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entries to show: the `last` ones, where it is given, of those that the others leave."""

    tool: str | None = None
    only_refused: bool = False
    last: int | None = None

    def of(self, entries: Iterable[Entry]) -> Iterable[Entry]:
        fitting = (entry for entry in entries if self._fits(entry))
        return fitting if self.last is None else deque(fitting, self.last)

    def _fits(self, entry: Entry) -> bool:
        return self.tool in {None, entry.tool} and (not self.only_refused or entry.decision == "refused")


def audit(settings: Settings, file: str | None, wanted: Wanted, *, as_json: bool) -> int:
    """Prints the entries, as a table or as JSON lines. JSON lines come as they are read, and what could not be read is told on stderr.

    Raises:
        SettingsError: there is nothing to read from.
    """
    for stream in (out(), sys.stderr):
        # Where the terminal's encoding lacks a character, an escape stands for it.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    with _source(settings, file) as source:
        reading = _Reading(source)
        entries = wanted.of(reading.entries())
        if as_json:
            for entry in entries:
                say(entry.to_json())
        else:
            _show(list(entries))
    for note in reading.notes():
        if as_json:
            sys.stderr.write(f"{note}\n")
        else:
            say(note)
    return 0


@dataclass(slots=True)
class _Reading:
    """The entries of a source, and the tally of its other lines."""

    source: TextIO
    unread: Counter[bool] = field(default_factory=Counter[bool])

    def entries(self) -> Iterator[Entry]:
        for each in read(_lines(self.source)):
            if isinstance(each, Unreadable):
                self.unread[each.is_foreign] += 1
            else:
                yield each

    def notes(self) -> Iterator[str]:
        if broken := self.unread[False]:
            told = "1 line was" if broken == 1 else f"{broken:,} lines were"
            yield f"{told} cut off or altered"
        if foreign := self.unread[True]:
            yield "1 line was no audit line" if foreign == 1 else f"{foreign:,} lines were no audit lines"


def _lines(source: TextIO) -> Iterator[str]:
    """Its lines; of one that is too long to be an audit line the beginning."""
    while line := source.readline(_LONGEST_LINE):
        rest = line
        while rest and not rest.endswith("\n"):
            rest = source.readline(_LONGEST_LINE)
        yield line


@contextmanager
def _source(settings: Settings, file: str | None) -> Generator[TextIO]:
    named = settings.audit_log if file is None else Path(file)
    if named is None or file == "-":
        yield _stdin(is_asked=file == "-")
        return
    try:
        # A carriage return in a log line must not make a second line of what follows it.
        opened = named.open(encoding="utf-8", errors="replace", newline="\n")
    except OSError as error:
        of = "" if file is not None else f"{variable('audit_log')} (--audit-log): "
        if not isinstance(error, FileNotFoundError):
            raise SettingsError(f"{of}{str(named)!r} cannot be read: {error.strerror}") from None
        todo = (
            "make-mcp makes it when it next starts with that setting"
            if of
            else "give the file that --audit-log of the server names, or - to read a captured stderr from stdin"
        )
        raise SettingsError(f"{of}there is no file {str(named)!r}: {todo}") from None
    with opened:
        yield opened


def _stdin(*, is_asked: bool) -> TextIO:
    source = sys.stdin
    if not isinstance(source, io.TextIOWrapper) or (source.isatty() and not is_asked):
        raise SettingsError(
            f"no audit log is named: give its FILE or set {variable('audit_log')}. "
            "Without one the lines are on the server's stderr: `make-mcp audit < captured` reads that"
        )
    source.reconfigure(encoding="utf-8", errors="replace", newline="\n")
    return cast("TextIO", source)


def _show(entries: list[Entry]) -> None:
    rows = [_cells(entry) for entry in entries]
    widths = [min(max((len(row[at]) for row in rows), default=0), widest) for at, widest in enumerate(_WIDEST)]
    starts = list(accumulate(width + 2 for width in widths))
    for first, *others in rows:
        line = first
        for start, cell in zip(starts, others, strict=True):
            line = f"{line}  ".ljust(start) + cell
        say(line)
    decided = Counter(entry.decision for entry in entries)
    shares = ", ".join(f"{decided[decision]:,} {decision}" for decision in get_args(Decision) if decided[decision])
    say(counted(len(entries), "decision") + (f": {shares}" if shares else ""))


def _cells(entry: Entry) -> tuple[str, ...]:
    """Time in UTC, caller, tool, target, decision and how, outcome."""
    ids: list[str] = []
    for name, value in entry.target.items():
        shown = str(value) if isinstance(value, int | str) else ",".join(map(str, value))
        ids.append(f"{name} {shown}")
    how = "asked a person" if entry.decision == "asked" else entry.decision + (f" by {entry.by}" if entry.by else "")
    return (
        f"{entry.time:%Y-%m-%d %H:%M:%S}",
        entry.caller,
        entry.tool,
        safe(", ".join(ids), _LONGEST_TARGET) or "-",
        how + (f": {entry.reason}" if entry.reason else ""),
        _OUTCOMES[entry.outcome] + (f" ({entry.status})" if entry.status is not None else ""),
    )
