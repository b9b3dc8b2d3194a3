"""The functions of Make's expressions that the practice account knows. Arguments come evaluated, except for those of
`if`, `ifempty` and `switch`, which `expressions` works out itself.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import quote
from zoneinfo import ZoneInfo

from make_sandbox.mapping.values import LONGEST, TooLarge, Unknown, equal, finite, is_true, number, parsed, text, whole


def _items(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _numbers(values: tuple[Any, ...]) -> list[int | float]:
    """The numbers among arguments, of which one may be an array of them."""
    flat = (item for value in values for item in (_items(value) if isinstance(value, list) else [value]))
    return [found for value in flat if (found := number(value)) is not None]


def _length(value: Any) -> int:
    if isinstance(value, dict):
        return len(cast("dict[str, Any]", value))
    return len(_items(value)) if isinstance(value, list) else len(text(value))


def _substring(value: Any, start: Any, end: Any = None) -> str:
    whole_text = text(value)
    return whole_text[max(whole(start), 0) : max(whole(end, len(whole_text)), 0)]


def _replace(value: Any, search: Any, replacement: Any) -> str:
    whole_text, wanted, other = text(value), text(search), text(replacement)
    if re.fullmatch(r"/.+/[a-z]*", wanted, re.DOTALL):
        # A regular expression of somebody else's may take for ever.
        raise Unknown
    if not wanted:
        return whole_text
    if whole_text.count(wanted) * len(other) > LONGEST:
        raise TooLarge
    return whole_text.replace(wanted, other)


def _join(values: Any, separator: Any = ",") -> str:
    between, items = text(separator), [text(item) for item in _items(values)]
    if len(items) * len(between) + sum(map(len, items)) > LONGEST:
        raise TooLarge
    return between.join(items)


def _split(value: Any, separator: Any) -> list[str]:
    whole_text, between = text(value), text(separator)
    return whole_text.split(between) if between else list(whole_text)


def _first(values: Any) -> Any:
    items = _items(values)
    return items[0] if items else None


def _last(values: Any) -> Any:
    items = _items(values)
    return items[-1] if items else None


def get(value: Any, path: Any) -> Any:
    """A part of a value by its path: names, and places in arrays counted from 1, with dots between them."""
    return _follow(value, text(path).split("."))


def _follow(value: Any, steps: list[str]) -> Any:
    for step in steps:
        if value is None:
            break
        value = part(value, step)
    return value


def part(value: Any, step: str) -> Any:
    """One step into a value."""
    if isinstance(value, dict):
        return cast("dict[str, Any]", value).get(step)
    place = number(step)
    return at(value, int(place)) if isinstance(value, list) and place is not None else None


def at(value: Any, place: int) -> Any:
    """An item of an array. Make counts from 1, and from the end with negative numbers."""
    items = _items(value)
    index = place - 1 if place > 0 else place
    return items[index] if place and -len(items) <= index < len(items) else None


def _map(values: Any, path: Any, key: Any = None, wanted: Any = None) -> list[Any]:
    rows, steps = _items(values), text(path).split(".")
    if key is not None:
        allowed, there = {one.strip() for one in text(wanted).split(",")}, text(key).split(".")
        rows = [row for row in rows if text(_follow(row, there)) in allowed]
    return [_follow(row, steps) for row in rows]


def _contains(value: Any, wanted: Any) -> bool:
    if isinstance(value, list):
        return any(equal(item, wanted) for item in _items(value))
    return text(wanted) in text(value)


def _rounded(how: Callable[[float], int]) -> Callable[[Any], int | None]:
    def function(value: Any) -> int | None:
        found = number(value)
        return None if found is None else how(found)

    return function


def _parse_number(value: Any, point: Any = ".") -> int | float | None:
    """A number of a text in which `point` stands before the fraction, and other marks between thousands."""
    if not isinstance(value, str):
        return number(value)
    kept = re.sub(rf"[^0-9eE+\-{re.escape(text(point)[:1] or '.')}]", "", value)
    return number(kept.replace(text(point)[:1] or ".", "."))


def _index_of(value: Any, wanted: Any) -> int:
    return text(value).find(text(wanted))


def _add(values: Any, *more: Any) -> list[Any]:
    """Adds items to an array. Make's `add` adds no numbers up."""
    return [*_items(values), *more]


def _merge(*values: Any) -> list[Any]:
    return [item for value in values for item in _items(value)]


def _sum(*values: Any) -> int | float | None:
    return finite(sum(_numbers(values)))


def _largest(*values: Any) -> int | float | None:
    return max(_numbers(values), default=None)


def _smallest(*values: Any) -> int | float | None:
    return min(_numbers(values), default=None)


def _average(*values: Any) -> int | float | None:
    found = _numbers(values)
    return finite(sum(found) / len(found)) if found else None


_TOKENS: Mapping[str, Callable[[datetime], str]] = {
    "YYYY": lambda moment: f"{moment:%Y}",
    "YY": lambda moment: f"{moment:%y}",
    "MMMM": lambda moment: f"{moment:%B}",
    "MMM": lambda moment: f"{moment:%b}",
    "MM": lambda moment: f"{moment:%m}",
    "M": lambda moment: str(moment.month),
    "DD": lambda moment: f"{moment:%d}",
    "D": lambda moment: str(moment.day),
    "dddd": lambda moment: f"{moment:%A}",
    "ddd": lambda moment: f"{moment:%a}",
    "HH": lambda moment: f"{moment:%H}",
    "H": lambda moment: str(moment.hour),
    "hh": lambda moment: f"{moment:%I}",
    "h": lambda moment: str(moment.hour % 12 or 12),
    "mm": lambda moment: f"{moment:%M}",
    "m": lambda moment: str(moment.minute),
    "ss": lambda moment: f"{moment:%S}",
    "s": lambda moment: str(moment.second),
    "SSS": lambda moment: f"{moment.microsecond // 1000:03}",
    "A": lambda moment: f"{moment:%p}",
    "a": lambda moment: f"{moment:%p}".lower(),
    "X": lambda moment: str(int(moment.timestamp())),
    "x": lambda moment: str(int(moment.timestamp() * 1000)),
    "Z": lambda moment: moment.isoformat()[-6:],
}
# A bracket that is not closed before the next one opens stands for itself.
_TOKEN = re.compile(rf"\[([^\[\]]*)\]|{'|'.join(sorted(_TOKENS, key=len, reverse=True))}")


_LONGEST_FORM = 1_000
"""Characters of the form of a date; no real one is longer."""


def _format_date(value: Any, form: Any = "YYYY-MM-DD", zone: Any = None) -> str | None:
    """A moment as text. The time zone is UTC where none is named; a real organization has one of its own."""
    try:
        moment = datetime.fromisoformat(text(value))
        known = ZoneInfo(text(zone)) if zone else UTC
        moment = moment.astimezone(known) if moment.tzinfo is not None else moment.replace(tzinfo=known)
    except (ValueError, OverflowError, OSError, LookupError):
        return None
    wanted = text(form)
    if len(wanted) > _LONGEST_FORM:
        raise Unknown
    return _TOKEN.sub(lambda found: _TOKENS[found[0]](moment) if found[1] is None else found[1], wanted)


_OF_ONE: Mapping[str, Callable[[Any], Any]] = {
    "lower": lambda value: text(value).lower(),
    "upper": lambda value: text(value).upper(),
    "capitalize": lambda value: (said := text(value))[:1].upper() + said[1:],
    "startcase": lambda value: re.sub(r"\S+", lambda found: found[0].capitalize(), text(value)),
    "trim": lambda value: text(value).strip(),
    "length": _length,
    "encodeURL": lambda value: quote(text(value), safe=""),
    "toString": text,
    "first": _first,
    "last": _last,
    "reverse": lambda value: _items(value)[::-1],
    "keys": lambda value: list(cast("dict[str, Any]", value)) if isinstance(value, dict) else [],
    # JavaScript rounds halves up.
    "round": _rounded(lambda value: math.floor(value + 0.5)),
    "floor": _rounded(math.floor),
    "ceil": _rounded(math.ceil),
    "abs": lambda value: None if (found := number(value)) is None else abs(found),
    "not": lambda value: not is_true(value),
    "parseJSON": lambda value: parsed(text(value)),
}
_OF_MANY: Mapping[str, Callable[..., Any]] = {
    "substring": _substring,
    "replace": _replace,
    "indexOf": _index_of,
    "contains": _contains,
    "join": _join,
    "split": _split,
    "get": get,
    "map": _map,
    "add": _add,
    "merge": _merge,
    "sum": _sum,
    "average": _average,
    "max": _largest,
    "min": _smallest,
    "parseNumber": _parse_number,
    "formatDate": _format_date,
}
FUNCTIONS: Mapping[str, Callable[..., Any]] = {**_OF_ONE, **_OF_MANY}
MAKERS = frozenset({"parseJSON", "split", "map", "add", "merge", "reverse", "keys"})
"""The functions that make arrays and collections; the others give texts and numbers, or a part of what they are given."""
