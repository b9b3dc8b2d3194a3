"""Names that fit what somebody looks for. Pure."""

import difflib
import re
import unicodedata
from collections.abc import Iterable

EXACT, BEGINS, BEGINS_A_WORD, WITHIN, WORDS, NUMBER = range(6)
"""How well a name fits, the best first; NUMBER: but for the `s` of a plural."""
_SHORTEST_PLURAL = 5
"""Characters: `news` is none of `new`."""
_NO_LETTERS = re.compile(r"[\W_]+")
_NEAR = 0.6
"""How alike a name that is near has to be."""


def plain(text: str) -> str:
    """Without case and accents, in which people are careless: `Überweisung` is `uberweisung`."""
    apart = unicodedata.normalize("NFKD", text)
    return " ".join("".join(c for c in apart if unicodedata.category(c) != "Mn").casefold().split())


def fit(wanted: str, name: str) -> int | None:
    """How well a name fits what is wanted, both of them plain; None where it does not."""
    if wanted == name:
        return EXACT
    if name.startswith(wanted):
        return BEGINS
    place = name.find(wanted)
    while place > 0:
        if not name[place - 1].isalnum():
            return BEGINS_A_WORD
        place = name.find(wanted, place + 1)
    if wanted in name:
        return WITHIN
    words = wanted.split()
    if len(words) > 1 and all(word in name for word in words):
        return WORDS
    return NUMBER if all(word in name or _has_singular(word, name) for word in words) else None


def _has_singular(word: str, name: str) -> bool:
    """Whether a name has the word that this is the plural of, as `order intake` for `orders`."""
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s") or word.endswith("ss"):
        return False
    single = word[:-1]
    return single in name and single in _NO_LETTERS.split(name)


def nearest(wanted: str, names: Iterable[str], most: int) -> list[str]:
    """The names that are most like what is wanted, or one of whose words is; all of them plain."""
    parts: dict[str, set[str]] = {}
    for name in names:
        for part in (name, *name.split()):
            parts.setdefault(part, set()).add(name)
    near = difflib.get_close_matches(wanted, parts, n=most, cutoff=_NEAR)
    return list(dict.fromkeys(name for part in near for name in sorted(parts[part])))[:most]
