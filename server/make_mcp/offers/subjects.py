"""What an argument of a prompt means in the account: by an id, a part of a name, or both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from make_mcp.offers.matching import Named, meant, parted
from make_mcp.offers.names import LISTS, Kind
from make_mcp.offers.visit import Visit
from make_mcp.recipes.names import nearest, plain
from make_mcp.recipes.use import is_gone
from make_mcp.upstream import UpstreamError
from make_tools.previews.vocabulary import Json, thing
from make_tools.previews.words import when
from make_tools.scenarios import scenarios_get
from make_tools.wording import counted, quoted, safe

_MOST_NEAR = 3
_MOST_SHOWN = 20
"""Things of which a prompt says that one of them may be meant."""


class Unfit(ValueError):
    """What a client asked for does not fit; the text says what does."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is known of the thing that an argument means. Texts from the account stand in it in quotes."""

    kind: Kind
    shown: str
    """`scenario 925 "Orders"`, or `scenario "orders"` where it is not known which one."""
    id: int | None
    told: str = ""
    """What is known of it, or why it is not known which one is meant; sentences."""
    is_one_of: bool = False
    """Whether several may be meant, and `told` names them."""

    @property
    def argument(self) -> str:
        """`scenarioId 925`, for a sentence on a call."""
        return f"{self.kind}Id {'(the id)' if self.id is None else self.id}"


async def subject(kind: Kind, text: str, visit: Visit) -> Subject:
    """What is meant.

    Raises:
        Unfit: there is nothing of this name.
    """
    id_, name = parted(text)
    if id_ is not None and not name:
        return Subject(kind, f"{kind} {id_}", id_)
    known = await visit.known(kind)
    found = meant(known.names, text)
    if len(found) == 1:
        return Subject(kind, f"{kind} {found[0].id} {quoted(found[0].name)}", found[0].id)
    shown = f"{kind} {quoted(text)}"
    if found:
        return Subject(kind, shown, None, _several(kind, text, found), is_one_of=True)
    if known.is_whole:
        near = nearest(plain(text), (one.plain for one in known.names), _MOST_NEAR)
        like = f" Near it: {_shown([one for one in known.names if one.plain in near], None)}." if near else ""
        raise Unfit(
            f"No {kind} has {quoted(text)} in its name.{like} Give an id or another part of a name: {LISTS[kind].name}."
        )
    return Subject(kind, shown, None, f"Which {kind} that is could not be looked up{_why(known.why_not)}")


async def scenario(text: str, visit: Visit) -> Subject:
    """The scenario that is meant, with its state.

    Raises:
        Unfit: there is none.
    """
    found = await subject("scenario", text, visit)
    if found.id is None or not visit.can_read(scenarios_get.name):
        return found
    try:
        answer = await visit.use.read(scenarios_get, scenario_id=found.id)
    except UpstreamError as error:
        if is_gone(error):
            raise Unfit(visit.caller.words(str(error))) from None
        # Before it is cut: of half a key nobody knows that it is one.
        return replace(found, told=f"Its state could not be read{_why(visit.caller.words(str(error)))}")
    item = thing(answer, "scenario")
    name = item.get("name")
    shown = f"scenario {found.id} {quoted(name)}" if isinstance(name, str) else found.shown
    return replace(found, shown=shown, told=_state(item))


def _several(kind: Kind, text: str, found: Sequence[Named]) -> str:
    where = {"scenario": "team", "team": "organization"}.get(kind)
    return f"{counted(len(found), kind)} have {quoted(text)} in their names: {_shown(found, where)}."


def _shown(found: Sequence[Named], where: str | None) -> str:
    """Things with their ids; `where` is what they stand in."""
    lines = [
        f"{one.id} {quoted(one.name)}" + (f" ({where} {one.within})" if where and isinstance(one.within, int) else "")
        for one in found[:_MOST_SHOWN]
    ]
    more = f"; and {len(found) - _MOST_SHOWN:,} more" if len(found) > _MOST_SHOWN else ""
    return "; ".join(lines) + more


def _why(error: str) -> str:
    return f" ({safe(error, 400)})." if error else "."


def _state(item: Json) -> str:
    """What there is to know of a scenario before anything else, in a sentence."""
    said: list[str] = []
    if isinstance(item.get("teamId"), int):
        said.append(f"belongs to team {item['teamId']}")
    if "isActive" in item:
        said.append("is switched on" if item["isActive"] else "is switched off")
    said += [words for name, words in _TROUBLE.items() if item.get(name)]
    if isinstance(item.get("hookId"), int):
        said.append(f"is started by hook {item['hookId']}")
    elif isinstance(item.get("scheduling"), Mapping):
        said.append(f"runs {when(item['scheduling'])}")
    waiting: Any = item.get("dlqCount")
    if isinstance(waiting, int) and waiting:
        said.append(f"has left {counted(waiting, 'incomplete execution')}")
    if not said:
        return ""
    *others, last = said
    return f"It {', '.join(others)} and {last}." if others else f"It {last}."


_TROUBLE = {
    "isinvalid": "is invalid (Make does not run it until it is mended)",
    "isPaused": "is paused by Make",
    "islocked": "is locked",
}
