"""The names in an account, read once and kept for a minute: typing must not cost a call for each key."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeAlias

import anyio

from make_mcp.offers.matching import Named
from make_mcp.recipes import Use
from make_mcp.recipes.values import id_of
from make_mcp.upstream import UpstreamError
from make_tools import Endpoint
from make_tools.organizations import organizations_list
from make_tools.scenarios import scenarios_list
from make_tools.teams import teams_list

Kind: TypeAlias = Literal["organization", "team", "scenario"]

Words: TypeAlias = Callable[[str], str]

KEPT = 60.0
"""Seconds for which a list of names is good."""
_KEPT_AFTER_AN_ERROR = 10.0
_PATIENCE = 10.0
"""Seconds after which a list that is not complete has to do."""
_MOST_ORGANIZATIONS = 50
_MOST = 5_000
"""Names of one organization."""

LISTS: dict[Kind, Endpoint[...]] = {
    "organization": organizations_list,
    "team": teams_list,
    "scenario": scenarios_list,
}
"""What shows the names of each kind."""
_WITHIN: dict[Kind, str] = {"organization": "", "team": "organizationId", "scenario": "teamId"}


@dataclass(frozen=True, slots=True)
class Known:
    """The names that are known."""

    names: Sequence[Named]
    is_whole: bool
    """Whether these are all."""
    why_not: str = ""
    """Why some could not be read."""


@dataclass(frozen=True, slots=True)
class _Kept:
    known: Known
    until: float
    """By the event loop's clock."""


class Names:
    """The names that one caller's keys show. Each list is read by one call at a time."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Kind, int | None], _Kept] = {}
        self._turn = anyio.Lock()

    async def of(self, kind: Kind, use: Use, words: Words) -> Known:
        """The names of all organizations' things. What takes too long or fails is left out, and tried again later.

        `words` takes out of the text of an error what must not leave.
        """
        with anyio.move_on_after(_PATIENCE):
            async with self._turn:
                organizations = await self._organizations(kind, use, words)
                await use.together(*(partial(self._read, kind, one, use, words) for one in organizations))
        return self._all(kind)

    async def _organizations(self, kind: Kind, use: Use, words: Words) -> Sequence[int]:
        known = await self._read("organization", None, use, words)
        return [] if kind == "organization" else [one.id for one in known.names]

    async def _read(self, kind: Kind, organization: int | None, use: Use, words: Words) -> Known:
        key = (kind, organization)
        if (known := self._still(key)) is None:
            known = await _names(kind, organization, use, words)
            self._kept[key] = _Kept(known, anyio.current_time() + (_KEPT_AFTER_AN_ERROR if known.why_not else KEPT))
        return known

    def _still(self, key: tuple[Kind, int | None]) -> Known | None:
        kept = self._kept.get(key)
        return kept.known if kept is not None and kept.until > anyio.current_time() else None

    def _all(self, kind: Kind) -> Known:
        organizations = self._still(("organization", None)) or _NOTHING
        if kind == "organization":
            return organizations
        parts = [self._still((kind, one.id)) or _NOTHING for one in organizations.names]
        return Known(
            [name for part in parts for name in part.names],
            organizations.is_whole and all(part.is_whole for part in parts),
            next((part.why_not for part in (organizations, *parts) if part.why_not), ""),
        )


_NOTHING = Known((), is_whole=False)


async def _names(kind: Kind, organization: int | None, use: Use, words: Words) -> Known:
    within = _WITHIN[kind]
    given: dict[str, Any] = {"fields": ["id", "name", *([within] if within else [])]}
    if organization is not None:
        given["organization_id"] = organization
    most = _MOST_ORGANIZATIONS if organization is None else _MOST
    try:
        items, more = await use.items(LISTS[kind], most=most, **given)
    except UpstreamError as error:
        return Known((), is_whole=False, why_not=words(str(error)))
    found = [
        Named(id_, item["name"], id_of(item, within))
        for item in items
        if (id_ := id_of(item)) is not None and isinstance(item.get("name"), str)
    ]
    return Known(found, is_whole=not more)
