"""Which names a text means: case and accents do not count. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from make_mcp.recipes.names import EXACT, NUMBER, fit, plain

_ID_AND_NAME = re.compile(r"([1-9][0-9]{0,15})\s+(\S.*)", re.ASCII | re.DOTALL)
_ID = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Named:
    """Something of the account that has an id and a name."""

    id: int
    name: str
    within: int | None = None
    """A scenario's team, or a team's organization."""
    plain: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "plain", plain(self.name))


def completions(known: Iterable[Named], begun: str) -> list[Named]:
    """Those whose name fits what was typed, or whose id begins with it: first the id itself, and names that begin with it."""
    typed, number = plain(begun), begun.strip()
    found = [one for one in known if fit(typed, one.plain) is not None or str(one.id).startswith(number)]
    return sorted(found, key=lambda one: (str(one.id) != number, not one.plain.startswith(typed), one.plain, one.id))


def meant(known: Sequence[Named], text: str) -> list[Named]:
    """Those that a text may mean: `925`, `925 Orders`, `Orders`, or a part of a name. A whole name counts more than a part."""
    id_, name = parted(text)
    if id_ is not None and (found := [one for one in known if one.id == id_ and plain(name) in one.plain]):
        return found
    wanted = plain(text)
    fits = [(how, one) for one in known if (how := fit(wanted, one.plain)) is not None]
    as_written = [one for how, one in fits if how != NUMBER]
    return [one for how, one in fits if how == EXACT] or as_written or [one for _, one in fits]


def parted(text: str) -> tuple[int | None, str]:
    """The id with which a text begins, and the rest of it."""
    text = text.strip()
    if _ID.fullmatch(text):
        return int(text), ""
    found = _ID_AND_NAME.fullmatch(text)
    return (None, text) if found is None else (int(found[1]), found[2])
