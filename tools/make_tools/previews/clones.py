"""What a preview says of a copy of a scenario."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from make_tools.flow import UsedKind, used_by, walk
from make_tools.previews.kinds import SCENARIO, TEAM
from make_tools.previews.replacing import NOUNS, Copy, Used, lines, look_around, other_structures, unfit
from make_tools.previews.vocabulary import (
    Call,
    Json,
    Looking,
    Seen,
    Sight,
    Unseen,
    an_id,
    listed,
    look,
    of,
    plainly,
    same,
    thing,
    told,
)
from make_tools.previews.words import namesakes, placed, switch, when
from make_tools.scenarios import scenarios_blueprint, scenarios_clone, scenarios_list
from make_tools.wording import quoted


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
    sight.next += _after(call, scenario)
    namesakes(sight, copies, "scenarios", "scenario", given["name"])
    sight.hindered += _foreign(call, seen[0])
    used = _used(sight, plan)
    if used is not None:
        copy = Copy(original, team_id, used, cast("Mapping[str, Any]", given.get("replace") or {}))
        yield from look_around(sight, copy)
        if uses := sight.lines(line for kind in NOUNS for line in lines(copy, kind)):
            sight.blueprint = {"uses": uses}
        sight.hindered += _missing(copy)
        sight.hindered += sight.lines(line for kind in NOUNS for line in unfit(copy, kind))
        sight.next += [*_hooks_of_its_own(copy), *other_structures(copy)]


def _state(scenario: Json) -> str:
    return (
        f" The original stays as it is: {switch(scenario)}." if scenario else " How the original stands is not known."
    )


def _foreign(call: Call, team: Seen) -> Iterator[str]:
    organization = None if isinstance(team, Unseen) else thing(team, "team").get("organizationId")
    if organization is not None and not same(organization, call.given["organizationId"]):
        yield (
            f"The team belongs to organization {plainly(organization)}, not to {call.given['organizationId']}: "
            "first the right `organizationId`."
        )


def _after(call: Call, scenario: Json) -> Iterator[str]:
    given = call.given
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


def _missing(copy: Copy) -> Iterator[str]:
    left = {kind: copy.left(kind) for kind in NOUNS}
    if copy.moves and any(left.values()):
        needed = "; ".join(f"{kind} {listed(ids)}" for kind, ids in left.items() if ids)
        yield f"`replace` has to name others for: {needed}. `uses` says which there are."


def _hooks_of_its_own(copy: Copy) -> Iterator[str]:
    left = copy.left("hooks")
    if left and not copy.moves:
        yield f"The copy is invalid until it has a hook of its own: `replace` may name one for hooks {listed(left)}."
