"""What a blueprint needs around it, so that it runs elsewhere too. Pure: it may hold anything, as deep as it may be."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple, cast

from make_tools.flow import UsedKind, used_by, walk
from make_tools.secrets import MARK
from make_tools.wording import safe

_CUSTOM_APP: Final = "app#"
"""In front of the name of an app of one's own in the type of a module: `app#name:module`."""
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|`[^`]*+`?', re.DOTALL)
"""One without an end goes to the end: looking for it again from each further quote would take hours."""
_CALLED: Final = re.compile(r"(?<![\w.])([A-Za-z_]\w*+)\s*+\(")
_MOST: Final = 50
"""Places and names that are told."""
_MAKES_OWN: Final = frozenset(
    [
        "abs",
        "add",
        "addDays",
        "addHours",
        "addMinutes",
        "addMonths",
        "addSeconds",
        "addYears",
        "arrayDifference",
        "ascii",
        "average",
        "base64",
        "capitalize",
        "ceil",
        "contains",
        "dateDifference",
        "decodeURL",
        "deduplicate",
        "distinct",
        "encodeURL",
        "escapeHTML",
        "escapeMarkdown",
        "first",
        "flatten",
        "floor",
        "formatDate",
        "formatNumber",
        "get",
        "if",
        "ifempty",
        "includes",
        "indexOf",
        "isEmpty",
        "join",
        "keys",
        "last",
        "length",
        "lower",
        "map",
        "max",
        "md5",
        "median",
        "merge",
        "min",
        "not",
        "omit",
        "parseDate",
        "parseJSON",
        "parseNumber",
        "pick",
        "random",
        "remove",
        "replace",
        "replaceEmojiCharacters",
        "reverse",
        "round",
        "setDate",
        "setDay",
        "setHour",
        "setMinute",
        "setMonth",
        "setSecond",
        "setYear",
        "sha1",
        "sha256",
        "sha512",
        "shuffle",
        "slice",
        "sort",
        "split",
        "startcase",
        "stdevP",
        "stdevS",
        "stripHTML",
        "substring",
        "sum",
        "switch",
        "toArray",
        "toBinary",
        "toCollection",
        "toString",
        "trim",
        "trunc",
        "upper",
        "uuid",
    ]
)
"""The functions that every organization has."""


def used(blueprint: object) -> dict[UsedKind, list[int]]:
    """What the modules name by id, by its kind, each id once and in the order of execution."""
    found: dict[UsedKind, list[int]] = {}
    for step in walk(blueprint):
        for kind, id_ in used_by(step.module):
            ids = found.setdefault(kind, [])
            if id_ not in ids:
                ids.append(id_)
    return found


def custom_apps(blueprint: object) -> list[str]:
    """Apps of somebody's own, of which another organization may have none."""
    types = (step.module.get("module") for step in walk(blueprint))
    own = (name.partition(":")[0] for name in types if isinstance(name, str) and name.startswith(_CUSTOM_APP))
    return [safe(name) for name in dict.fromkeys(own)][:_MOST]


def custom_functions(blueprint: object) -> list[str]:
    """Functions that expressions call, and that are none of Make's own: the team has to have them."""
    called: dict[str, None] = {}
    for _, text in _texts(blueprint):
        for expression in _expressions(text):
            called |= dict.fromkeys(_CALLED.findall(_QUOTED.sub("", expression)))
    return [name for name in called if name not in _MAKES_OWN][:_MOST]


def hidden(blueprint: object) -> list[str]:
    """Where something stands that was hidden, as `flow.0.mapper.url`."""
    places = (place for place, text in _texts(blueprint) if MARK in text)
    return [safe(_path(place)) for place in islice(places, _MOST)]


def _expressions(text: str) -> Iterator[str]:
    """What stands between `{{` and the next `}}`, in one pass."""
    begin = text.find("{{")
    while begin >= 0 and (end := text.find("}}", begin + 2)) >= 0:
        yield text[begin + 2 : end]
        begin = text.find("{{", end + 2)


def _texts(value: object) -> Iterator[tuple["_Place | None", str]]:
    """Every text in it, with its place."""
    waiting: list[tuple[_Place | None, object]] = [(None, value)]
    while waiting:
        place, one = waiting.pop()
        if isinstance(one, str):
            yield place, one
            continue
        if isinstance(one, Mapping):
            inner = list(cast("Mapping[Any, object]", one).items())
        elif isinstance(one, list):
            inner = list(enumerate(cast("list[object]", one)))
        else:
            continue
        waiting += [(_Place(place, name), member) for name, member in reversed(inner)]


class _Place(NamedTuple):
    """Where something stands. Written out only where it is told: a long name would else be copied for all that is below it."""

    outer: "_Place | None"
    name: object


def _path(place: _Place | None) -> str:
    names: list[str] = []
    while place is not None:
        names.append(str(place.name))
        place = place.outer
    return ".".join(reversed(names))
