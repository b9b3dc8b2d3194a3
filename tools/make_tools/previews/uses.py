"""Which scenarios use a connection or a data store: Make's lists do not say, the blueprints do."""

from collections.abc import Mapping, Sequence
from typing import Literal, cast

from make_tools.previews.blueprints import Use, references
from make_tools.previews.vocabulary import Json, Looking, Seen, Sight, Unseen, an_id, look, thing
from make_tools.previews.words import SCENARIO_FIELDS, scenario_line, scenarios_of
from make_tools.scenarios import scenarios_blueprint, scenarios_list
from make_tools.wording import counted

MOST_BLUEPRINTS = 20
"""Blueprints that are read for one preview; each is a request, and a free organization has thirty in a minute."""
MOST_MODULES = 3
"""Modules named of a scenario."""


def scenarios_that_use(
    sight: Sight, kind: Literal["connections", "dataStores"], team: object, wanted: Mapping[int, str]
) -> Looking:
    """Adds the scenarios of a team that use one of these things to `dependents`, and says what was not looked through.

    Args:
        sight: Of which target is read.
        kind: What it is, in the words of `references`.
        team: Whose scenarios are looked through: an id, where the answer holds one.
        wanted: What is looked for: ids, and what each is called where there are several.
    """
    if (team_id := an_id(team)) is None:
        sight.unseen.append("The scenarios that use it: its team is not known.")
        return
    (answer,) = yield [look(scenarios_list, team_id=team_id, fields=[*SCENARIO_FIELDS, "usedPackages"])]
    every = scenarios_of(sight, answer, "The scenarios that may use it")
    possible = [one for one in every if an_id(one.get("id")) and (kind != "dataStores" or _may_use_data_stores(one))]
    read, rest = possible[:MOST_BLUEPRINTS], possible[MOST_BLUEPRINTS:]
    answers: Sequence[Seen] = (yield [look(scenarios_blueprint, one["id"]) for one in read]) if read else []
    found: list[str] = []
    for scenario, seen in zip(read, answers, strict=True):
        if used := [use for use in references(_blueprint(seen))[kind] if use["id"] in wanted]:
            found.append(_line(scenario, used, wanted))
    sight.dependents += sight.lines(found)
    unread = [seen for seen in answers if not _blueprint(seen)]
    _tell(sight, unread, len(read), len(rest))
    if every and not (found or unread or rest):
        sight.next.append(f"No scenario of its team uses it ({counted(len(every), 'scenario')} looked through).")


def _may_use_data_stores(scenario: Json) -> bool:
    packages = scenario.get("usedPackages")
    return not isinstance(packages, list) or "datastore" in cast("list[object]", packages)


def _blueprint(seen: Seen) -> Json:
    return {} if isinstance(seen, Unseen) else thing(thing(seen, "response"), "blueprint")


def _line(scenario: Json, used: list[Use], wanted: Mapping[int, str]) -> str:
    modules = [module for use in used for module in use["modules"]]
    more = f" and {len(modules) - MOST_MODULES:,} more" if len(modules) > MOST_MODULES else ""
    what = f" {', '.join(wanted[use['id']] for use in used[:MOST_MODULES])}" if len(wanted) > 1 else ""
    return f"{scenario_line(scenario)}: uses{what or ' it'} in {'; '.join(modules[:MOST_MODULES])}{more}"


def _tell(sight: Sight, unread: list[Seen], read: int, rest: int) -> None:
    if unread:
        first = unread[0]
        why = first if isinstance(first, Unseen) else Unseen("the answer holds no blueprint")
        could = "no blueprint could" if len(unread) == read else f"{len(unread)} of {read} blueprints could not"
        sight.miss(f"Which scenarios use it ({could} be read)", why)
    if rest:
        more = "1 more scenario of the team was" if rest == 1 else f"{rest:,} more scenarios of the team were"
        sight.unseen.append(f"Which scenarios use it: {more} not looked through.")
