"""What a copy of a scenario uses of the original's team, and what takes its place: what was given, or what there is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from make_tools.advice.steps import toward
from make_tools.connections import connections_list
from make_tools.data_stores import data_stores_list
from make_tools.endpoint import Endpoint
from make_tools.flow import UsedKind
from make_tools.hooks import hooks_list
from make_tools.previews.vocabulary import (
    MOST_NAMES,
    Json,
    Look,
    Reading,
    Seen,
    Sight,
    an_id,
    look,
    may_go_on,
    plainly,
    same,
    told,
)
from make_tools.previews.words import has_list

NOUNS: Mapping[UsedKind, str] = {
    "connections": "connection",
    "hooks": "hook",
    "dataStores": "data store",
    "keys": "key",
    "dataStructures": "data structure",
}
_TYPES: Mapping[UsedKind, str] = {"connections": "accountName", "hooks": "typeName"}
"""The field in which two have to be alike for one to take the place of the other."""
_LISTS: Mapping[UsedKind, Endpoint[...]] = {
    "connections": connections_list,
    "hooks": hooks_list,
    "dataStores": data_stores_list,
}
"""Keys and data structures have no list here."""
Used = Mapping[UsedKind, Sequence[int]]


@dataclass(slots=True)
class Copy:
    """What is known of a copy before it is made."""

    original: int | None
    """The team of the original."""
    team: int
    """That of the copy."""
    used: Used
    replaced: Mapping[str, Mapping[str, int | None]]
    """What was given for `replace`."""
    listed: dict[tuple[UsedKind, int], list[Json]] = field(default_factory=dict[tuple[UsedKind, int], list[Json]])
    """What there is in a team, where that was read."""
    open: set[tuple[UsedKind, int]] = field(default_factory=set[tuple[UsedKind, int]])
    """The lists of which there may be more."""

    @property
    def moves(self) -> bool:
        return self.original is not None and self.original != self.team

    def left(self, kind: UsedKind) -> list[int]:
        """What the copy would go on naming."""
        return [id_ for id_ in self.used.get(kind, ()) if str(id_) not in self.replaced.get(kind, {})]

    def pairs(self, kind: UsedKind) -> list[tuple[int, int]]:
        """What is used, each with what was given in its place."""
        replaced = self.replaced.get(kind, {})
        return [(id_, new) for id_ in self.used.get(kind, ()) if (new := replaced.get(str(id_))) is not None]

    def one(self, kind: UsedKind, team: int | None, id_: int) -> Json:
        """What is known of one in a team; empty where nothing is."""
        there = [] if team is None else self.listed.get((kind, team), [])
        return next((one for one in there if same(one.get("id"), id_)), Json())


def look_around(sight: Sight, copy: Copy) -> Reading[None]:
    """Reads what there is in both teams, of whatever has to be replaced or was."""
    teams = list(dict.fromkeys(team for team in (copy.original, copy.team) if team is not None))
    kinds: list[UsedKind] = [kind for kind in _LISTS if copy.pairs(kind) or (copy.moves and copy.left(kind))]
    wanted: list[tuple[UsedKind, int]] = [(kind, team) for kind in kinds for team in teams]
    answers: Sequence[Seen] = (yield [_every(kind, team) for kind, team in wanted]) if wanted else []
    for (kind, team), answer in zip(wanted, answers, strict=True):
        found = sight.items(answer, kind, f"The {NOUNS[kind]}s of {told('team', team)}")
        if has_list(answer, kind):
            copy.listed[kind, team] = found
            copy.open |= {(kind, team)} if may_go_on(answer, kind) else set()


def _every(kind: UsedKind, team: int) -> Look:
    match kind:
        case "connections":
            return look(connections_list, team, fields=["id", "name", "accountName"])
        case "hooks":
            return look(hooks_list, team)
        case _:
            return look(data_stores_list, team, fields=["id", "name", "datastructureId"])


def lines(copy: Copy, kind: UsedKind) -> Iterator[str]:
    """What becomes of each thing that the original uses."""
    replaced, noun = copy.replaced.get(kind, {}), NOUNS[kind]
    for id_ in copy.used.get(kind, ()):
        if str(id_) in replaced:
            new = replaced[str(id_)]
            yield f"{noun} {id_} is " + (
                f"replaced by {_named(copy, kind, new)}" if new else "left out: Make refuses that where one is needed"
            )
        elif copy.moves:
            old = copy.one(kind, copy.original, id_)
            yield f"{told(noun, id_, old)}{_structure(old)} has to be replaced{_by(copy, kind, id_)}"
        elif kind == "hooks":
            yield f"{noun} {id_} goes on starting the original, and never the copy"
        else:
            yield f"{noun} {id_} is used by both"
    for old in replaced:
        if int(old) not in copy.used.get(kind, ()):
            yield f"{noun} {old}, which `replace` names, is used by no module"


def unfit(copy: Copy, kind: UsedKind) -> Iterator[str]:
    """What was given in the place of another, and cannot take it, as far as is known."""
    noun = NOUNS[kind]
    for old, new in copy.pairs(kind):
        there, before = copy.one(kind, copy.team, new), copy.one(kind, copy.original, old)
        if not there:
            if (kind, copy.team) in copy.listed and (kind, copy.team) not in copy.open:
                shows = toward(_LISTS[kind], {"teamId": copy.team})
                yield f"There is no {noun} {new} in team {copy.team}: {shows} shows those that there are."
            continue
        type_, wanted = (one.get(_TYPES.get(kind, "")) for one in (there, before))
        if isinstance(type_, str) and isinstance(wanted, str) and type_ != wanted:
            yield (
                f"{noun.capitalize()} {new} is of type {plainly(type_)}; what takes the place of {old} has to be "
                f"of type {plainly(wanted)}."
            )
        elif kind == "hooks" and (serves := an_id(there.get("scenarioId"))) is not None:
            yield f"Hook {new} starts scenario {serves} already: the copy needs one that is free (hooks_create)."


def other_structures(copy: Copy) -> Iterator[str]:
    """That data stores may have other fields, where one of another data structure may take the place of one, or does."""
    for id_ in copy.used.get("dataStores", ()):
        before = copy.one("dataStores", copy.original, id_)
        given = [copy.one("dataStores", copy.team, new) for old, new in copy.pairs("dataStores") if old == id_]
        found = given or (_found(copy, "dataStores", id_) if copy.moves else [])
        if before and any(one and not same(one.get("datastructureId"), before.get("datastructureId")) for one in found):
            yield "Data stores of different data structures may have different fields: compare them at Make before one takes the other's place."
            return


def _named(copy: Copy, kind: UsedKind, id_: int) -> str:
    one = copy.one(kind, copy.team, id_)
    return told("", id_, one).strip() + _structure(one)


def _structure(one: Json) -> str:
    """` (data structure 17)`, of a data store of which that is known."""
    id_ = an_id(one.get("datastructureId"))
    return "" if id_ is None else f" (data structure {id_})"


def _found(copy: Copy, kind: UsedKind, id_: int) -> list[Json]:
    """What there is in the other team that may take the place: of the same type, and free."""
    type_ = copy.one(kind, copy.original, id_).get(_TYPES.get(kind, ""))
    return [
        one
        for one in copy.listed.get((kind, copy.team), [])
        if (kind not in _TYPES or one.get(_TYPES[kind]) == type_) and not (kind == "hooks" and one.get("scenarioId"))
    ]


def _by(copy: Copy, kind: UsedKind, id_: int) -> str:
    type_ = copy.one(kind, copy.original, id_).get(_TYPES.get(kind, ""))
    if (kind, copy.team) not in copy.listed or (kind in _TYPES and type_ is None):
        return ""
    found = _found(copy, kind, id_)
    of_type = f" of type {plainly(type_)}" if isinstance(type_, str) else ""
    if not found:
        if (kind, copy.team) in copy.open:
            return ""
        free = " free" if kind == "hooks" else ""
        return f"; the team has no{free} {NOUNS[kind]}{of_type}: make one first"
    more = f" and {len(found) - MOST_NAMES:,} more" if len(found) > MOST_NAMES else ""
    names = ", ".join(told("", one.get("id"), one).strip() + _structure(one) for one in found[:MOST_NAMES])
    return f"; there is {names}{more}"
