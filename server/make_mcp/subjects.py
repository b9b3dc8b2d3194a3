"""The keys of callers: for each who signs in, by the subject of their token, a way to Make of their own.

The file is JSON: an object with an entry for each subject, which holds what the environment holds for a single user, under
the same names. A key may stand in a file of its own, where a secret store puts it:

    {"auth0|62f1": {"MAKE_API_KEY_FILE": "/run/secrets/anna", "MAKE_ZONE": "eu1.make.com"},
     "auth0|9c04": {"MATON_API_KEY": "…", "MATON_CONNECTION": "…"}}

It is read again when it has changed, so that callers come and go and keys are exchanged without a restart. A file that is
broken for a moment does not lock anybody out: what was read last counts until it is whole again.
"""

import json
import logging
import os
import stat
from collections import defaultdict
from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, cast

import anyio
from pydantic import SecretStr

from make_mcp import values
from make_mcp.settings import Settings, SettingsError, variable
from make_mcp.upstream.doors import make_base

log = logging.getLogger(__name__)

LONGEST_SUBJECT = 255
_KNOWN_FOR = 5.0
"""Seconds for which a caller's keys count, so that not every call reads files."""
_FORMS: Mapping[str, Callable[[str], str]] = {
    "MAKE_API_KEY": values.key,
    "MATON_API_KEY": values.key,
    "MAKE_ZONE": values.zone,
    "MATON_CONNECTION": values.key,
}
_MAKE = frozenset({"MAKE_API_KEY", "MAKE_API_KEY_FILE"})
_FILES = {"MAKE_API_KEY_FILE": "MAKE_API_KEY", "MATON_API_KEY_FILE": "MATON_API_KEY"}


class Keys(NamedTuple):
    """The keys of one caller, with what belongs to them."""

    make_api_key: str | None = None
    make_zone: str | None = None
    maton_api_key: str | None = None
    maton_connection: str | None = None

    def __repr__(self) -> str:
        return "Keys(…)"

    def settings(self, common: Settings) -> Settings:
        """The settings of this caller: the operator's, with these keys and no others."""
        given: dict[str, Any] = {
            "make_api_key": None if self.make_api_key is None else SecretStr(self.make_api_key),
            "maton_api_key": None if self.maton_api_key is None else SecretStr(self.maton_api_key),
            "maton_connection": self.maton_connection,
            "make_zone": self.make_zone or common.make_zone,
        }
        return common.model_copy(update=given | {"make_api_key_file": None, "maton_api_key_file": None})


class Subjects:
    """The file of callers' keys."""

    def __init__(self, path: Path, common: Settings) -> None:
        """Reads the file. `common` are the operator's settings.

        Raises:
            SettingsError: it cannot be read, or an entry does not fit.
        """
        self._path = path
        self._common = common
        self._seen: tuple[int, ...] | None = None
        self._entries: Mapping[str, Mapping[str, str]] = {}
        self._found: dict[str, tuple[float, Keys | None]] = {}
        self._said: dict[str | None, str] = {}
        self._read()
        for subject in self._entries:
            self._keys(subject)
        if not self._entries:
            log.warning("%s names a file without any caller: nobody can call yet", _SETTING)

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, subject: str) -> Keys | None:
        """The keys of this caller; None where there are none."""
        now = anyio.current_time()
        known = self._found.get(subject)
        if known is not None and now < known[0]:
            return known[1]
        with self._complaining(None):
            self._read()
        keys = None if known is None else known[1]
        with self._complaining(subject):
            keys = self._keys(subject)
        if len(self._found) > len(self._entries) + _STRANGERS:
            self._found.clear()
        self._found[subject] = (now + _KNOWN_FOR, keys)
        return keys

    def addresses(self) -> Mapping[str, Collection[str]]:
        """Where the ways are that the entries have keys for, by upstream."""
        with self._complaining(None):
            self._read()
        found: defaultdict[str, set[str]] = defaultdict(set)
        for entry in self._entries.values():
            if {"MATON_API_KEY", "MATON_API_KEY_FILE"} & entry.keys():
                found["maton"].add(self._common.maton_base_url)
            if _MAKE & entry.keys() and (base := self._base(entry)) is not None:
                found["make"].add(base)
        return found

    def _base(self, entry: Mapping[str, str]) -> str | None:
        """Where Make's own API is for this caller."""
        zone = values.zone(entry["MAKE_ZONE"]) if "MAKE_ZONE" in entry else self._common.make_zone
        return make_base(self._common.model_copy(update={"make_zone": zone}))

    @contextmanager
    def _complaining(self, about: str | None) -> Generator[None]:
        """Says what is wrong with the file, or with that of a subject: once, until it is mended."""
        try:
            yield
        except SettingsError as error:
            if self._said.get(about) != str(error):
                self._said[about] = str(error)
                # Its text says it all.
                log.log(logging.ERROR, "%s: what was read before counts until it is mended", error)
        else:
            self._said.pop(about, None)

    def _read(self) -> None:
        try:
            state = self._path.stat()
            seen = (state.st_mtime_ns, state.st_size, state.st_ino)
            if seen == self._seen:
                return
            text = self._path.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "it is not text in UTF-8"
            raise SettingsError(f"{_SETTING} got {str(self._path)!r}, which cannot be read ({why})") from None
        self._entries = self._entries_of(text)
        self._seen = seen
        if os.name == "posix" and stat.S_IMODE(state.st_mode) & 0o077:
            log.warning(
                "other users can reach the keys in %s (mode %03o): set its mode to 600",
                self._path,
                stat.S_IMODE(state.st_mode),
            )

    def _entries_of(self, text: str) -> Mapping[str, Mapping[str, str]]:
        try:
            found: object = json.loads(text, object_pairs_hook=_once)
        except ValueError as error:
            # Of the parser's own words none: they may quote a key.
            why = str(error) if isinstance(error, _Twice) else "it is not JSON"
            raise SettingsError(f"{_SETTING} got {str(self._path)!r}: {why}") from None
        if not isinstance(found, dict):
            raise SettingsError(
                f"{_SETTING} got {str(self._path)!r}, and takes an object with an entry for each subject"
            )
        for subject, entry in cast("dict[str, object]", found).items():
            self._entry_fits(subject, entry)
        return cast("dict[str, dict[str, str]]", found)

    def _entry_fits(self, subject: str, entry: object) -> None:
        where = f"{_SETTING} got {str(self._path)!r}, where the entry of {ascii(subject)[:80]}"
        if not 0 < len(subject) <= LONGEST_SUBJECT:
            raise SettingsError(f"{where} has no subject of 1 to {LONGEST_SUBJECT} characters")
        if not isinstance(entry, dict):
            raise SettingsError(f"{where} takes an object such as {_EXAMPLE}")
        taken = [*_FORMS, *_FILES]
        for name, value in cast("dict[str, object]", entry).items():
            if name not in taken:
                raise SettingsError(f"{where} takes {', '.join(taken)}, and got {ascii(name)[:60]}")
            if not isinstance(value, str):
                raise SettingsError(f"{where} takes text for {name}")
            try:
                _FORMS.get(name, str)(value)
            except ValueError as error:
                raise SettingsError(f"{where}: its {name} {error}") from None
        for file, key in _FILES.items():
            if file in entry and key in entry:
                raise SettingsError(f"{where} has both {key} and {file}: keep one of the two")
        if not {"MAKE_API_KEY", "MATON_API_KEY", *_FILES} & entry.keys():
            raise SettingsError(f"{where} holds no key: it takes {_EXAMPLE}")
        if _MAKE & entry.keys() and self._base(cast("dict[str, str]", entry)) is None:
            raise SettingsError(f"{where} has no MAKE_ZONE beside its key: it takes {_EXAMPLE}")

    def _keys(self, subject: str) -> Keys | None:
        entry = self._entries.get(subject)
        if entry is None:
            return None
        given = {name: form(entry[name]) for name, form in _FORMS.items() if name in entry}
        for file, key in _FILES.items():
            if file in entry:
                given[key] = self._from_file(subject, file, entry[file])
        return Keys(**{name.lower(): value for name, value in given.items()})

    def _from_file(self, subject: str, name: str, path: str) -> str:
        try:
            return values.key(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise SettingsError(
                f"{_SETTING} got {str(self._path)!r}, where the {name} of {ascii(subject)[:80]} names {path!r}, which cannot be read "
                "or holds no usable key"
            ) from None


def keys_in_file(path: Path) -> Iterator[str]:
    """Every key in such a file, fit for use or not, as far as it can be read."""
    try:
        found: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    entries = list(cast("dict[str, object]", found).values()) if isinstance(found, dict) else []
    for entry in entries:
        for name, value in (cast("dict[str, object]", entry) if isinstance(entry, dict) else {}).items():
            if isinstance(value, str) and name in _FILES.values():
                yield value.strip()
            elif isinstance(value, str) and name in _FILES:
                with suppress(OSError, ValueError):
                    yield Path(value).read_text(encoding="utf-8").strip()


class _Twice(ValueError):
    pass


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Twice("a name stands in it twice, and which of the two counts nobody can tell")
    return found


_SETTING = f"{variable('credentials_file')} (--credentials-file)"
_EXAMPLE = '{"MAKE_API_KEY": "…", "MAKE_ZONE": "eu1.make.com"}'
_STRANGERS = 1000
"""Callers without keys that are remembered as such."""
