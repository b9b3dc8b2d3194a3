"""Which scenarios use a connection or a data store: Make's lists do not say, the blueprints do."""

from collections.abc import Mapping, Sequence
from typing import Literal, cast

from make_tools.previews.blueprints import Use, references
from make_tools.previews.together import one
from make_tools.previews.vocabulary import NOT_READ, Json, Reading, Seen, Sight, Unseen, an_id, look, may_go_on, thing
from make_tools.previews.words import SCENARIO_FIELDS, has_list, is_on, not_read, scenario_line, scenarios_of
from make_tools.scenarios import scenarios_blueprint, scenarios_list
from make_tools.wording import counted

MOST_BLUEPRINTS = 20
"""Blueprints that are read for one preview; each is a request, and a free organization has thirty in a minute."""
MOST_MODULES = 3
"""Modules named of a scenario."""


def scenarios_that_use(
    sight: Sight, kind: Literal["connections", "dataStores"], team: object, wanted: Mapping[int, str]
) -> Reading[object]:
    """Adds the scenarios of a team that use one of these things to `dependents`, and says what was not looked through.

    Args:
        sight: Of which target is read.
        kind: What it is, in the words of `references`.
        team: Whose scenarios are looked through: an id, where the answer holds one.
        wanted: What is looked for: ids, and what each is called where there are several.

    Returns:
        What a code can be bound to: which scenarios use one, on or off, and whose blueprint could not be read.
    """
    if (team_id := an_id(team)) is None:
        sight.unseen.append("The scenarios that use it: its team is not known.")
        return NOT_READ
    answer = yield from one(look(scenarios_list, team_id=team_id, fields=[*SCENARIO_FIELDS, "usedPackages"]))
    every = scenarios_of(sight, answer, "The scenarios that may use it")
    if not has_list(answer, "scenarios"):
        return not_read(answer)
    possible = [
        (id_, scenario)
        for scenario in every
        if (id_ := an_id(scenario.get("id"))) and (kind != "dataStores" or _may_use_data_stores(scenario))
    ]
    looked, rest = possible[:MOST_BLUEPRINTS], possible[MOST_BLUEPRINTS:]
    answers: Sequence[Seen] = (yield [look(scenarios_blueprint, id_) for id_, _ in looked]) if looked else []
    found: list[str] = []
    unread: list[Seen] = []
    tied: list[object] = []
    for (id_, scenario), seen in zip(looked, answers, strict=True):
        if not (blueprint := _blueprint(seen)):
            unread.append(seen)
            tied.append([id_, NOT_READ])
        elif used := [use for use in references(blueprint)[kind] if use["id"] in wanted]:
            found.append(_line(scenario, used, wanted))
            tied.append([id_, is_on(scenario)])
    sight.dependents += sight.lines(found)
    _tell(sight, unread, len(looked), len(rest))
    if every and not (found or unread or rest or may_go_on(answer, "scenarios")):
        sight.next.append(f"No scenario of its team uses it ({counted(len(every), 'scenario')} looked through).")
    return sorted(tied, key=str)


def _may_use_data_stores(scenario: Json) -> bool:
    packages = scenario.get("usedPackages")
    return not isinstance(packages, list) or "datastore" in cast("list[object]", packages)


def _blueprint(seen: Seen) -> Json:
    return {} if isinstance(seen, Unseen) else thing(thing(seen, "response"), "blueprint")


def _line(scenario: Json, used: list[Use], wanted: Mapping[int, str]) -> str:
    modules = [module for use in used for module in use["modules"]]
    more = f" and {len(modules) - MOST_MODULES:,} more" if len(modules) > MOST_MODULES else ""
    what = f" {', '.join(wanted[use['id']] for use in used[:MOST_MODULES])}" if len(wanted) > 1 else ""
    return f"{scenario_line(scenario)}: uses{what or ' it'} in module {'; '.join(modules[:MOST_MODULES])}{more}"


def _tell(sight: Sight, unread: list[Seen], read: int, rest: int) -> None:
    if unread:
        first = unread[0]
        why = first if isinstance(first, Unseen) else Unseen("the answer holds no blueprint")
        could = "no blueprint could" if len(unread) == read else f"{len(unread)} of {read} blueprints could not"
        sight.miss(f"Which scenarios use it ({could} be read)", why)
    if rest:
        more = "1 more scenario of the team was" if rest == 1 else f"{rest:,} more scenarios of the team were"
        sight.unseen.append(f"Which scenarios use it: {more} not looked through.")
