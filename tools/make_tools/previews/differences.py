"""What a change would change, field by field, in values that a person can read and a transcript may keep."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

from typing_extensions import TypedDict

from make_tools.secrets import CALL, HIDDEN, secret_members, without_secrets
from make_tools.wording import LONGEST_NAME, quoted, safe

Scalar = str | int | float | bool | None


class Change(TypedDict):
    """One field as it is and as it would be. Longer values are one short safe line each."""

    field: str
    now: Scalar
    then: Scalar


@dataclass(frozen=True, slots=True)
class Leaf:
    """One field that differs, not yet put into words."""

    path: tuple[str, ...]
    now: object
    then: object
    secret: bool


_Holder = Mapping[str, object] | Sequence[object]
_Item = TypeVar("_Item")
_Line = TypeVar("_Line")

_DEEPEST = 8
"""Levels of objects told field by field; what is deeper is compared as a whole."""
_EXACT = 2**53
"""The largest whole number that each reader of JSON keeps; a larger one is told as text."""


def fields(
    now: Mapping[str, object], then: Mapping[str, object], *, whole: bool = False, texts_as_numbers: bool = False
) -> list[Change]:
    """The fields that `then` names and that are not so now; objects field by field (`scheduling.interval`), lists whole.

    Args:
        now: What there is. A field that is missing counts as null.
        then: What was asked for.
        whole: Whether `then` takes the place of `now`, so that what it leaves out would be gone.
        texts_as_numbers: Whether "5" and 5 are the same.
    """
    return [told(leaf) for leaf in leaves(now, then, whole=whole, texts_as_numbers=texts_as_numbers)]


def leaves(
    now: Mapping[str, object],
    then: Mapping[str, object],
    *,
    whole: bool,
    texts_as_numbers: bool = False,
    deepest: int = _DEEPEST,
) -> list[Leaf]:
    """As `fields`, before anything is put into words: counting them costs little."""
    found = _walk(now, then, (), whole=whole, deepest=deepest)
    if texts_as_numbers:
        found = (leaf for leaf in found if text(_number(leaf.now)) != text(_number(leaf.then)))
    return list(found)


def told(leaf: Leaf) -> Change:
    """One difference in words."""
    if leaf.secret:
        now, then = _hidden(leaf.now), _hidden(leaf.then)
    else:
        now, then = _pair(leaf.now, leaf.then, call=_is_call(leaf.path))
    return {"field": safe(".".join(leaf.path), 120), "now": now, "then": then}


def first(
    items: Sequence[_Item], most: int, tell: Callable[[_Item], _Line], rest: Callable[[str], _Line]
) -> list[_Line]:
    """The first `most` of something in words, then `and 7 more`."""
    lines = [tell(item) for item in items[:most]]
    return lines if len(items) <= most else [*lines, rest(f"and {len(items) - most:,} more")]


def equal(now: object, then: object) -> bool:
    """Whether two JSON values are the same: numbers by value, objects in any order; 1 is not true, nor "1"."""
    return now == then if isinstance(now, str) and isinstance(then, str) else text(now) == text(then)


def text(value: object, *, hide: bool = False, call: bool = False) -> str:
    """A JSON value as JSON with sorted keys; without recursion, as deep as it may be.

    Args:
        value: Anything. Equal values have equal texts, and only those.
        hide: Whether secrets are left out.
        call: Whether the value is among the headers or query parameters of a call.
    """
    pieces: list[str] = []
    waiting: list[tuple[object, bool] | str] = [(value, call)]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            pieces.append(item)
        elif isinstance(item[0], Mapping | list | tuple):
            waiting += reversed(_parts(cast("_Holder", item[0]), hide=hide, call=item[1]))
        else:
            pieces.append(_scalar(item[0], hide=hide))
    return "".join(pieces)


def _parts(holder: _Holder, *, hide: bool, call: bool) -> list[tuple[object, bool] | str]:
    """What an object or a list is written as: pieces of JSON, and the values between them."""
    if not isinstance(holder, Mapping):
        parts: list[tuple[object, bool] | str] = []
        for member in holder:
            parts += [", ", (member, call)]
        return ["[", *parts[1:], "]"]
    hidden = secret_members(holder, call=call) if hide else frozenset[str]()
    parts = []
    for name, member in sorted(((str(name), member) for name, member in holder.items()), key=lambda pair: pair[0]):
        shown = _hidden(member) if name in hidden else member
        parts += [", ", json.dumps(name, ensure_ascii=False) + ": ", (shown, call or name.lower() in CALL)]
    return ["{", *parts[1:], "}"]


def _walk(
    now: Mapping[str, object],
    then: Mapping[str, object],
    path: tuple[str, ...],
    *,
    whole: bool,
    deepest: int,
) -> Iterator[Leaf]:
    """The leaves that differ. It goes no deeper than `deepest` levels, so that the recursion is bounded."""
    call = _is_call(path)
    hidden = secret_members(now, call=call) | secret_members(then, call=call)
    for name in [*then, *(name for name in now if whole and name not in then)]:
        before, after, here = now.get(name), then.get(name), (*path, str(name))
        secret = str(name) in hidden
        olds, news = _members({} if before is None and not whole else before), _members(after)
        bounded = not secret and len(here) < deepest
        if bounded and olds is not None and news is not None and (news or (whole and olds)):
            yield from _walk(olds, news, here, whole=whole, deepest=deepest)
        elif not equal(before, after):
            yield Leaf(here, before, after, secret)


def _members(value: object) -> Mapping[str, object] | None:
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else None


def _is_call(path: Iterable[str]) -> bool:
    return any(name.lower() in CALL for name in path)


def _hidden(value: object) -> Scalar:
    return value if value is None or isinstance(value, bool) else HIDDEN


def _number(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", value):
        return float(value) if "." in value else int(value)
    return value


def _scalar(value: object, *, hide: bool) -> str:
    """A value that holds no others, as JSON; numbers of one value have one text."""
    match value:
        case None | bool():
            return json.dumps(value)
        case float() if value.is_integer():
            return str(int(value))
        case float():
            return json.dumps(value)
        case int():
            # Python refuses to write more digits than this in decimals.
            return str(value) if value.bit_length() < 10_000 else hex(value)
        case _:
            whole = value if isinstance(value, str) else str(value)
            return json.dumps(without_secrets(whole) if hide else whole, ensure_ascii=False)


def _pair(now: object, then: object, *, call: bool) -> tuple[Scalar, Scalar]:
    """Two values that differ, each as one line; of long ones the part where they do."""
    old, new = text(now, hide=True, call=call), text(then, hide=True, call=call)
    short = _short(now, old), _short(then, new)
    if old == new or not (isinstance(short[0], str) and isinstance(short[1], str)):
        return short
    start = _common(old, new)
    # What nobody sees may be all that differs: blanks, invisible characters, a text that reads like a list.
    alike = isinstance(now, str) and isinstance(then, str) and safe(now) == safe(then)
    if start > LONGEST_NAME // 2 and max(len(old), len(new)) > LONGEST_NAME:
        short, alike = (_part(old, start), _part(new, start)), False
    return (_bare(old, start), _bare(new, start)) if alike or short[0] == short[1] else short


def _short(value: object, written: str) -> Scalar:
    match value:
        case None | bool():
            return value
        case int() if abs(value) <= _EXACT:
            return value
        case float() if abs(value) <= _EXACT:
            return value
        case str():
            line = without_secrets(value)
            return line if line == safe(line, LONGEST_NAME) else quoted(line)
        case _:
            return safe(written, LONGEST_NAME)


def _common(one: str, other: str) -> int:
    """How many characters two texts begin alike with."""
    start, step, end = 0, 1024, min(len(one), len(other))
    while start < end and one[start : start + step] == other[start : start + step]:
        start += step
    while start < end and one[start] == other[start]:
        start += 1
    return min(start, end)


def _part(written: str, start: int) -> str:
    begin = start - LONGEST_NAME // 4
    return "…" + safe(written[begin : begin + LONGEST_NAME * 4 + 1], LONGEST_NAME - 1)


def _bare(written: str, start: int) -> str:
    """The part from where a text differs, with everything unusual spelled out."""
    begin = max(start - 4, 0)
    plain = written[begin : begin + LONGEST_NAME].encode("ascii", "backslashreplace").decode("ascii")
    return ("…" if begin else "") + plain.replace("\x7f", "\\x7f")[:LONGEST_NAME]
