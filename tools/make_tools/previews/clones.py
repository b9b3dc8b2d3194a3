"""What a preview says of a copy of a scenario: what it goes on using, and what it has to be given in another team."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from make_tools.connections import connections_list
from make_tools.data_stores import data_stores_list
from make_tools.flow import UsedKind, used_by, walk
from make_tools.hooks import hooks_list
from make_tools.previews.kinds import SCENARIO, TEAM
from make_tools.previews.vocabulary import (
    MOST_NAMES,
    Call,
    Json,
    Look,
    Looking,
    Reading,
    Seen,
    Sight,
    Unseen,
    an_id,
    listed,
    look,
    may_go_on,
    of,
    plainly,
    same,
    thing,
    told,
)
from make_tools.previews.words import has_list, namesakes, placed, switch, when
from make_tools.scenarios import scenarios_blueprint, scenarios_clone, scenarios_list
from make_tools.wording import quoted

NOUNS: Mapping[UsedKind, str] = {
    "connections": "connection",
    "hooks": "hook",
    "dataStores": "data store",
    "keys": "key",
    "dataStructures": "data structure",
}
TYPES: Mapping[UsedKind, str] = {"connections": "accountName", "hooks": "typeName"}
"""The field in which two have to be alike for one to take the place of the other."""
Used = Mapping[UsedKind, Sequence[int]]


@dataclass(slots=True)
class _Copy:
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


@of(scenarios_clone)
def clone(call: Call, sight: Sight) -> Looking:
    """The scenario, the team of the copy, what the copy uses of the original's team, and what `replace` has to name."""
    given, team_id = call.given, call.given["teamId"]
    scenario = yield from sight.read(SCENARIO, given["scenarioId"])
    original = an_id(scenario.get("teamId"))
    teams = [team_id, *([original] if original not in {None, team_id} else [])]
    plan, copies, *seen = yield [
        look(scenarios_blueprint, given["scenarioId"]),
        look(scenarios_list, team_id=team_id, fields=["id", "name"]),
        *map(TEAM.look, teams),
    ]
    to = placed(sight, TEAM, team_id, seen[0])
    where = "" if original is None else to if len(teams) == 1 else placed(sight, TEAM, original, seen[1])
    target = " to the same team" if original == team_id else to.replace(" in ", " to ", 1)
    sight.what = (
        f"Copy {told('scenario', given['scenarioId'], scenario)}{where}{target} as {quoted(given['name'])}, switched off."
        f"{_state(scenario)}"
    )
    sight.next += _after(call, scenario, seen[0])
    namesakes(sight, copies, "scenarios", "scenario", given["name"])
    used = _used(sight, plan)
    if used is not None:
        copy = _Copy(original, team_id, used, cast("Mapping[str, Any]", given.get("replace") or {}))
        yield from _look_around(sight, copy)
        if lines := sight.lines(line for kind in NOUNS for line in _lines(copy, kind)):
            sight.blueprint = {"uses": lines}
        sight.next += _missing(copy)


def _state(scenario: Json) -> str:
    return (
        f" The original stays as it is: {switch(scenario)}." if scenario else " How the original stands is not known."
    )


def _after(call: Call, scenario: Json, team: Seen) -> Iterator[str]:
    given = call.given
    organization = None if isinstance(team, Unseen) else thing(team, "team").get("organizationId")
    if organization is not None and not same(organization, given["organizationId"]):
        yield f"The team belongs to organization {plainly(organization)}, not to {given['organizationId']}: Make will refuse."
    if scenario:
        yield f"It stays off until it is switched on; its schedule is then: {when(scenario.get('scheduling'))}."
    far = "How far its triggers have got is copied too" if given.get("states") else "Its triggers begin anew"
    yield f"{far}; runs and incomplete executions stay with the original."
    yield "A second call makes a second copy."
    if given.get("confirmed"):
        yield "Apps that the organization lacks are installed."


def _used(sight: Sight, answer: Seen) -> Used | None:
    """What the modules of the original name, each once; None where that is not known."""
    blueprint = {} if isinstance(answer, Unseen) else thing(thing(answer, "response"), "blueprint")
    if not blueprint:
        why = answer if isinstance(answer, Unseen) else Unseen("the answer holds no blueprint")
        sight.miss("What the copy would use", why, "In another team all of that has to be replaced.")
        return None
    found: dict[UsedKind, dict[int, None]] = {}
    for step in walk(blueprint):
        for kind, id_ in used_by(step.module):
            found.setdefault(kind, {})[id_] = None
    return {kind: list(ids) for kind, ids in found.items()}


def _look_around(sight: Sight, copy: _Copy) -> Reading[None]:
    """Reads what there is in both teams, of whatever still has to be replaced."""
    if not copy.moves:
        return
    teams = [team for team in (copy.original, copy.team) if team is not None]
    wanted: list[tuple[UsedKind, int]] = [(kind, team) for kind in NOUNS if copy.left(kind) for team in teams]
    looks = [one for kind, team in wanted if (one := _every(kind, team)) is not None]
    # Keys and data structures have no list here.
    wanted = wanted[: len(looks)]
    answers: Sequence[Seen] = (yield looks) if looks else []
    for (kind, team), answer in zip(wanted, answers, strict=True):
        found = sight.items(answer, kind, f"The {NOUNS[kind]}s of {told('team', team)}")
        if has_list(answer, kind):
            copy.listed[kind, team] = found
            copy.open |= {(kind, team)} if may_go_on(answer, kind) else set()


def _every(kind: UsedKind, team: int) -> Look | None:
    match kind:
        case "connections":
            return look(connections_list, team, fields=["id", "name", "accountName"])
        case "hooks":
            return look(hooks_list, team)
        case "dataStores":
            return look(data_stores_list, team, fields=["id", "name"])
        case _:
            return None


def _lines(copy: _Copy, kind: UsedKind) -> Iterator[str]:
    """What becomes of each thing that the original uses."""
    replaced, noun = copy.replaced.get(kind, {}), NOUNS[kind]
    for id_ in copy.used.get(kind, ()):
        if str(id_) in replaced:
            new = replaced[str(id_)]
            yield f"{noun} {id_} is " + (
                f"replaced by {new}" if new else "left out: Make refuses that where one is needed"
            )
        elif copy.moves:
            yield f"{told(noun, id_, _one(copy, kind, id_))} has to be replaced{_by(copy, kind, id_)}"
        elif kind == "hooks":
            yield f"{noun} {id_} goes on starting the original, and never the copy"
        else:
            yield f"{noun} {id_} is used by both"
    for old in replaced:
        if int(old) not in copy.used.get(kind, ()):
            yield f"{noun} {old}, which `replace` names, is used by no module"


def _one(copy: _Copy, kind: UsedKind, id_: int) -> Json:
    there = [] if copy.original is None else copy.listed.get((kind, copy.original), [])
    return next((one for one in there if same(one.get("id"), id_)), Json())


def _by(copy: _Copy, kind: UsedKind, id_: int) -> str:
    """What there is in the other team that may take the place: of the same type, and free."""
    type_ = _one(copy, kind, id_).get(TYPES.get(kind, ""))
    if (kind, copy.team) not in copy.listed or (kind in TYPES and type_ is None):
        return ""
    found = [
        one
        for one in copy.listed[kind, copy.team]
        if (kind not in TYPES or one.get(TYPES[kind]) == type_) and not (kind == "hooks" and one.get("scenarioId"))
    ]
    of_type = f" of type {plainly(type_)}" if isinstance(type_, str) else ""
    if not found:
        if (kind, copy.team) in copy.open:
            return ""
        free = " free" if kind == "hooks" else ""
        return f"; the team has no{free} {NOUNS[kind]}{of_type}: make one first"
    more = f" and {len(found) - MOST_NAMES:,} more" if len(found) > MOST_NAMES else ""
    return f"; there is {', '.join(told('', one.get('id'), one).strip() for one in found[:MOST_NAMES])}{more}"


def _missing(copy: _Copy) -> Iterator[str]:
    left = {kind: copy.left(kind) for kind in NOUNS}
    if copy.moves and any(left.values()):
        needed = "; ".join(f"{kind} {listed(ids)}" for kind, ids in left.items() if ids)
        yield f"Make refuses it until `replace` names others for: {needed}."
    elif left["hooks"] and not copy.moves:
        yield f"The copy is invalid until it has a hook of its own: `replace` may name one for hooks {listed(left['hooks'])}."
