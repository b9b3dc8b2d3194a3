"""The audit log: a line for each decision about a write. No argument values, no names from the account, no secrets.

In a file a line is JSON and nothing else. On stderr `make-mcp audit: ` stands before it, which tells it apart from logs; where
those are JSON too, it stands under `audit` in an object like theirs. `audit_reading` reads all three.
"""

import errno
import json
import os
import stat
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, replace
from datetime import UTC
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, cast

from pydantic import AwareDatetime, Field, TypeAdapter

from make_mcp.errstream import Stderr
from make_mcp.settings import SettingsError, variable
from make_tools.wording import safe

Decision = Literal["previewed", "asked", "refused", "confirmed"]
By = Literal["argument", "code", "person"]
Outcome = Literal["nothing_sent", "done", "already_so", "refused_by_make", "not_sent", "unknown"]
Target = Mapping[str, int | str | Sequence[int | str]]

PREFIX = "make-mcp audit: "
"""Before each line on stderr."""
LOGGER = "make-mcp.audit"
"""What stands for the logger of each line on stderr, where logs are JSON."""
_MODE = 0o600
_MOST_IDS = 20
_MOST_KEYS = 10
_LONGEST_WORD = 60
_LONGEST_CALLER = 600
"""A name that was cut off could be anybody's: an app, an issuer and a subject, each as long as they may be in practice."""
_LONGEST_ID = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One decision. Each text in it is one short line that a terminal can show, whatever it was made from."""

    time: AwareDatetime
    """Kept in UTC, to the millisecond."""
    caller: str
    client: str | None = None
    """The client's own name: nobody vouches for it."""
    tool: str
    target: Target
    """Ids alone, as in {"scenarioId": 5}; of a long list the first twenty, and how many more there were."""
    decision: Decision
    reason: str | None = None
    """In a word, why it was refused, or previewed once more."""
    by: By | None = None
    policy: str
    outcome: Outcome
    status: Annotated[int, Field(ge=100, le=999)] | None = None
    """The HTTP status of Make's or Maton's answer."""

    def __post_init__(self) -> None:
        moment = self.time.astimezone(UTC)
        cleaned: dict[str, object] = {
            "time": moment.replace(microsecond=moment.microsecond // 1000 * 1000),
            "target": _ids(self.target),
        }
        for name in ("caller", "client", "tool", "reason", "policy"):
            text: str | None = getattr(self, name)
            longest = _LONGEST_CALLER if name == "caller" else _LONGEST_WORD
            cleaned[name] = None if text is None else safe(text, longest)
        for name, value in cleaned.items():
            object.__setattr__(self, name, value)

    def to_json(self) -> str:
        """One line of compact JSON, ASCII alone."""
        return json.dumps(self.values(), separators=(",", ":"))

    def values(self) -> dict[str, Any]:
        """What a line holds, by name."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["time"] = self.time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return values

    @classmethod
    def from_json(cls, text: str) -> "Entry":
        """The entry that a line holds. What it has beside the fields is left out.

        Raises:
            ValueError: it holds none.
        """
        try:
            return _reader().validate_json(text, strict=True)
        except OverflowError:
            raise ValueError("its time is none in UTC") from None


@cache
def _reader() -> TypeAdapter[Entry]:
    return TypeAdapter(Entry)


def _ids(target: Mapping[str, object]) -> Target:
    kept: dict[str, int | str | list[int | str]] = {}
    for key, value in islice(target.items(), _MOST_KEYS):
        name = safe(key, _LONGEST_WORD)
        if isinstance(value, list | tuple):
            given = cast("Sequence[object]", value)
            # Twenty-one stay: as long as twenty and a word about one more, and a list that was cut is not cut again.
            whole = len(given) <= _MOST_IDS + 1
            ids = [each for item in islice(given, _MOST_IDS + whole) if (each := _id(item)) is not None]
            kept[name] = ids if whole else [*ids, f"… {len(given) - _MOST_IDS} more"]
        elif (each := _id(value)) is not None:
            kept[name] = each
    return kept


def _id(value: object) -> int | str | None:
    """The value if it can be an id."""
    if isinstance(value, str):
        return safe(value, _LONGEST_ID)
    if isinstance(value, int) and not isinstance(value, bool):
        return value if -(2**63) <= value < 2**63 else "a number beyond 64 bits"
    return None


class AuditLog(Protocol):
    """Where decisions are written down."""

    def record(self, entry: Entry) -> None:
        """Writes one line. It raises nothing: what cannot be written down must not leave a call half done."""
        ...


def discreet(entry: Entry, without: Callable[[str], str]) -> Entry:
    """The entry without secrets in the texts that came from outside."""

    def shown(value: int | str | Sequence[int | str]) -> int | str | list[int | str]:
        if isinstance(value, str):
            return without(value)
        return value if isinstance(value, int) else [without(id_) if isinstance(id_, str) else id_ for id_ in value]

    return replace(
        entry,
        caller=without(entry.caller),
        client=None if entry.client is None else without(entry.client),
        target={without(name): shown(value) for name, value in entry.target.items()},
    )


class _Text:
    """Lines on stderr among logs of text."""

    def __init__(self) -> None:
        self._stderr = Stderr()

    def record(self, entry: Entry) -> None:
        self._stderr.write(f"{PREFIX}{entry.to_json()}\n")

    def warn(self, text: str) -> None:
        self._stderr.write(f"make-mcp: {text}\n")


class _Json:
    """Lines on stderr among logs of JSON."""

    def __init__(self) -> None:
        # Imported here: it is for servers that log so.
        from make_mcp.json_lines import line

        self._line = line
        self._stderr = Stderr(lambda told: line("warning", LOGGER, told))

    def record(self, entry: Entry) -> None:
        self._stderr.write(self._line("info", LOGGER, at=entry.time.timestamp(), audit=entry.values()) + "\n")

    def warn(self, text: str) -> None:
        self._stderr.write(self._line("warning", LOGGER, text) + "\n")


@contextmanager
def open_audit(path: Path | None, log_format: Literal["text", "json"] = "text") -> Generator[AuditLog]:
    """The audit log in the file, which is made where there is none, or on stderr. Several processes may share a file.

    `log_format` is that of the logs on stderr.

    Raises:
        SettingsError: the file cannot be written; nothing was started.
    """
    stderr = _Json() if log_format == "json" else _Text()
    log = _Log(path, None if path is None else _opened(path, stderr.warn), stderr)
    try:
        yield log
    finally:
        log.close()


class _Log:
    def __init__(self, path: Path | None, descriptor: int | None, stderr: _Text | _Json) -> None:
        self._path = path
        self._stderr = stderr
        self._descriptor = descriptor
        self._is_failing = False
        self._is_torn = False

    def record(self, entry: Entry) -> None:
        if self._descriptor is None or not self._append(self._descriptor, entry.to_json().encode() + b"\n"):
            self._stderr.record(entry)

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            # Its number may soon be another file's.
            self._descriptor = None

    def _append(self, descriptor: int, line: bytes) -> bool:
        # In one write, so that the lines of several processes do not mix. What a full disk cut off ends before the next.
        data = b"\n" + line if self._is_torn else line
        left = data
        try:
            while left:
                left = left[os.write(descriptor, left) :]
        except OSError as error:
            self._is_torn = self._is_torn or len(left) < len(data)
            if not self._is_failing:
                self._stderr.warn(
                    f"the audit log {str(self._path)!r} cannot be written ({error.strerror}): "
                    "its lines go to stderr until it can."
                )
            self._is_failing = True
            return False
        self._is_failing = self._is_torn = False
        return True


def _opened(path: Path, warn: Callable[[str], None]) -> int:
    flags = os.O_WRONLY | os.O_APPEND
    for name in ("O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):
        # Not every platform has each. O_NONBLOCK is for a pipe: one that nobody reads must not hold up a call.
        flags |= cast("int", getattr(os, name, 0))
    try:
        try:
            descriptor, is_new = os.open(path, flags | os.O_CREAT | os.O_EXCL, _MODE), True
        except FileExistsError:
            descriptor, is_new = os.open(path, flags), False
    except OSError as error:
        why = _REASONS.get(error.errno or 0, error.strerror)
        raise SettingsError(
            f"{variable('audit_log')} (--audit-log) names {str(path)!r}, but {why}; nothing was started"
        ) from None
    if sys.platform != "win32":
        if is_new:
            # Whatever the umask has taken from it. Some file systems know no modes.
            with suppress(OSError):
                os.fchmod(descriptor, _MODE)
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISREG(mode) and mode & 0o077:
            warn(
                f"other users can reach the audit log {str(path)!r} (mode {stat.S_IMODE(mode):03o}): "
                f"set its mode to {_MODE:o}."
            )
    return descriptor


_REASONS = {
    errno.ENOENT: "its folder does not exist",
    errno.ENOTDIR: "its folder is a file",
    errno.EISDIR: "that is a folder",
    errno.ELOOP: "that is a symbolic link: name the file itself",
    errno.EACCES: "this user may not write there",
    errno.EPERM: "this user may not write there",
    errno.EROFS: "nothing can be written there",
    errno.ENXIO: "nobody reads from that pipe",
}
