"""The keys of this server, and how they are kept out of whatever leaves it: answers, errors, logs, the audit log.

A key is found as it is and as others write it: in base64 wherever it begins in what was encoded, in hexadecimal digits,
percent-encoded, with the escapes of JSON or HTML, wrapped over lines, in letters of another case; and where it was cut off.
"""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from make_mcp import values
from make_mcp.settings import KEYS, Settings, SettingsError, variable

HIDDEN = "[key hidden by make-mcp]"
"""Stands where a key was. It holds `make_tools.secrets.MARK`, which is not imported here: not every command needs the catalogue."""
SHORTEST = 16
"""Characters. A shorter key would be a word of the language, as the practice account's is."""

_PART = 12
"""Characters. A part of a key that is at least so long counts as the key, so that cutting a text does not save half of one."""
_RUN = 16
"""Characters. So many of a key one after the other are hidden wherever they are from; of a short key three quarters, and of a
long one a quarter, since each text is searched for a few places of a key and no more."""
_MIXED = 6
"""Different characters in a part: `000000000000` is a part of many things."""
_CUT = "…"
"""Stands where a text was cut off."""
_STUB = 6
"""Characters. What stands beside that counts from here on: it was as much of the key as there was room for."""
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
"""Letters of ASCII alone, so that a text keeps its length."""
_WRITTEN = re.compile(
    r"%(?:25)*([0-9a-f]{2})|\\+u00([0-9a-f]{2})|\\+x([0-9a-f]{2})|&#x0*([0-9a-f]{2});|&#0*([0-9]{2,3});"
    r"|\\+[nrt]|\\+|=?\r?\n[ \t]*",
    re.IGNORECASE,
)
"""A character as others write it; a line break or a backslash, which stand for nothing."""
_SIGNS = ("%", "\\", "&#", "\n", "\r")
"""One of them stands in each text that holds any of that."""


def keys_in(environment: Mapping[str, str]) -> Iterator[str]:
    """Every key that stands in an environment, fit for use or not."""
    for name in sorted(KEYS):
        yield environment.get(variable(name), "").strip()
    yield from _of_redis(environment.get(variable("redis_url"), ""))


def keys_of(settings: Settings) -> Iterator[str]:
    """Every key that these settings hold, as far as its file can be read: who needs it says so."""
    for name in ("maton_key", "make_key", "code_key", "callers_token"):
        with suppress(SettingsError):
            key: str | None = getattr(settings, name)
            if key is not None:
                yield key
    with suppress(SettingsError):
        yield from _of_redis(settings.redis or "")


def _of_redis(url: str) -> Iterator[str]:
    with suppress(ValueError):
        password = urlsplit(url).password
        if password is not None:
            yield from {password, unquote(password), url.partition("://")[2]}
        for written in values.sign_in_of_redis(url):
            for name, value in parse_qsl(written):
                if name.lower().endswith("password"):
                    # With its name a short one is long enough to be known; and the client decodes it once more.
                    yield from {written, written.partition("=")[2], value, unquote(value)}


class Credentials:
    """Takes the keys out of texts. It shows none of them itself."""

    __slots__ = ("_parts", "_runs", "_stubs")

    def __init__(self, keys: Iterable[str] = ()) -> None:
        known = {key for key in keys if len(key) >= SHORTEST}
        forms = sorted({form for key in known for form in _forms(key)})
        # The beginning and the end of each, by which also what was cut off is known.
        self._parts = tuple((form, _part(form), _part(form[::-1])[::-1]) for form in forms)
        # Of what holds an "@" only the beginning is secret: of the address of Redis, whose host errors tell.
        whole = sorted({key.translate(_LOWER) for key in known if "@" not in key})
        self._runs = tuple(run for key in whole for run in _runs(key))
        lengths = range(_STUB, _PART)
        self._stubs = frozenset(stub for form in forms for n in lengths for stub in (form[:n] + _CUT, _CUT + form[-n:]))

    def within(self, text: str) -> bool:
        """Whether a text holds one of the keys, or a good part of one."""
        if not self._parts:
            return False
        if self._found(text.translate(_LOWER)):
            return True
        return any(sign in text for sign in _SIGNS) and self._found(_WRITTEN.sub(_meant, text).translate(_LOWER))

    def without(self, text: str) -> str:
        """A text without the keys."""
        if not self.within(text):
            return text
        spans = sorted([*self._spans(text.translate(_LOWER)), *self._written(text)])
        pieces: list[str] = []
        done = 0
        for start, end in spans:
            if start >= done:
                pieces += [text[done:start], HIDDEN]
            done = max(done, end)
        return "".join([*pieces, text[done:]])

    def _found(self, lower: str) -> bool:
        for _, head, _ in self._parts:
            if head in lower:
                return True
        # Few texts hold one of the middles, and only those are looked at closely.
        if any(run.middle in lower for run in self._runs) and any(self._middles(lower)):
            return True
        return _CUT in lower and (any(tail in lower for _, _, tail in self._parts) or any(self._cut(lower)))

    def _written(self, text: str) -> Iterator[tuple[int, int]]:
        """Where keys stand that are written otherwise, as places in the text itself."""
        plain: list[str] = []
        places: list[int] = []
        done = 0
        for match in _WRITTEN.finditer(text):
            meant = _meant(match)
            plain += [text[done : match.start()], meant]
            places += [*range(done, match.start()), *([match.start()] * len(meant))]
            done = match.end()
        plain.append(text[done:])
        places += [*range(done, len(text)), len(text)]
        for start, end in self._spans("".join(plain).translate(_LOWER)):
            # Up to where the next character begins: what stands for nothing in between goes with it.
            yield places[start], places[end]

    def _cut(self, lower: str) -> Iterator[tuple[int, int]]:
        at = lower.find(_CUT)
        while at >= 0:
            for length in range(_STUB, _PART):
                if lower[max(0, at - length) : at + 1] in self._stubs:
                    yield at - length, at
                if lower[at : at + 1 + length] in self._stubs:
                    yield at + 1, at + 1 + length
            at = lower.find(_CUT, at + 1)

    def _middles(self, lower: str) -> Iterator[tuple[int, int]]:
        for key, middle, place, least in self._runs:
            at = lower.find(middle)
            while at >= 0:
                start, end = at, at + len(middle)
                while start and at - start < place and lower[start - 1] == key[place - (at - start) - 1]:
                    start -= 1
                while end < len(lower) and place + end - at < len(key) and lower[end] == key[place + end - at]:
                    end += 1
                following = at + 1
                if end - start >= least and len(set(lower[start:end])) >= _MIXED:
                    yield start, end
                    following = max(following, end - len(middle) + 1)
                at = lower.find(middle, following)

    def _spans(self, lower: str) -> Iterator[tuple[int, int]]:
        yield from self._cut(lower)
        yield from self._middles(lower)
        for form, head, tail in self._parts:
            at = lower.find(head)
            while at >= 0:
                end = at + len(head)
                while end < len(lower) and end - at < len(form) and lower[end] == form[end - at]:
                    end += 1
                yield at, end
                at = lower.find(head, at + 1)
            at = lower.find(tail)
            while at >= 0:
                start, end = at, at + len(tail)
                while start and end - start < len(form) and lower[start - 1] == form[start - end - 1]:
                    start -= 1
                yield start, end
                at = lower.find(tail, at + 1)


class _Run(NamedTuple):
    key: str
    middle: str
    place: int
    """Where in the key the middle begins."""
    least: int
    """How many characters of the key have to stand there."""


def _runs(key: str) -> Iterator[_Run]:
    """Parts of a key of which one stands in each run of it that is to be hidden."""
    least = max(min(_RUN, len(key) * 3 // 4), len(key) // 4)
    length = least // 2
    rest = least - length
    # Each is in the runs that begin up to `rest` before it. What begins with the key itself is known by that.
    for first in range(1, len(key) - least + 1, rest + 1):
        place = min(first + rest, len(key) - length)
        yield _Run(key, key[place : place + length], place, least)


def _forms(key: str) -> Iterator[str]:
    """A key as it is, and as it is encoded, in lower case."""
    spelt = {key}
    if _UUID.fullmatch(key):
        # The same token to Make, whatever the case of its digits; and others leave the dashes out.
        spelt |= {key.lower(), key.upper()}
        yield key.replace("-", "").translate(_LOWER)
    for one in spelt:
        raw = one.encode()
        yield one.translate(_LOWER)
        yield raw.hex()
        for before in range(3):
            # Wherever it begins in what was encoded; the letters at both ends hold bits of their neighbours too.
            encoded = base64.b64encode(bytes(before) + raw).decode().rstrip("=")
            inner = encoded[(0, 2, 3)[before] : len(encoded) - ((before + len(raw)) % 3 > 0)].translate(_LOWER)
            yield inner
            yield inner.replace("+", "-").replace("/", "_")


def _part(form: str) -> str:
    """The beginning of it by which it is known."""
    length = _PART
    while length < len(form) and len(set(form[:length])) < _MIXED:
        length += 1
    return form[:length]


def _meant(match: re.Match[str]) -> str:
    """The character that an escape stands for; nothing for one of layout."""
    for digits in match.groups()[:4]:
        if digits is not None:
            return chr(int(digits, 16))
    return chr(int(match[5])) if match[5] is not None else ""
