"""Which scenarios use a connection or a data store: Make's lists do not say, the blueprints do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from make_tools.previews.blueprints import Use, references
from make_tools.previews.together import one
from make_tools.previews.vocabulary import Json, Reading, Seen, Sight, Unseen, an_id, look, may_go_on, thing
from make_tools.previews.words import SCENARIO_FIELDS, has_list, is_on, not_read, scenario_line, scenarios_of
from make_tools.scenarios import scenarios_blueprint, scenarios_list
from make_tools.wording import counted

UsedKind: TypeAlias = Literal["connections", "dataStores"]
"""What scenarios use, in the words of `references`."""
MOST_BLUEPRINTS = 20
"""Blueprints that are read for one preview; each is a request, and a free organization has thirty in a minute."""
MOST_MODULES = 3
"""Modules named of a scenario."""


@dataclass(frozen=True, slots=True)
class Possible:
    """The scenarios of a team that may use a thing."""

    answer: Seen
    """The list of them all."""
    every: Sequence[Json]
    some: Sequence[tuple[int, Json]]
    """Those whose blueprint tells, by id."""

    @property
    def tied(self) -> object:
        """What a code can be bound to with one request, where reading every blueprint again would take twenty: who uses the
        thing stays as it is as long as no scenario comes, is edited, or is switched on or off.
        """
        if not has_list(self.answer, "scenarios"):
            return not_read(self.answer)
        return sorted([id_, is_on(scenario), scenario.get("lastEdit")] for id_, scenario in self.some)


def possible_users(sight: Sight, kind: UsedKind, team: object) -> Reading[Possible]:
    """The scenarios of a team that may use a connection or a data store, from one list.

    Args:
        sight: Of which target is read.
        kind: What it is, in the words of `references`.
        team: Whose scenarios they are: an id, where the answer holds one.
    """
    if (team_id := an_id(team)) is None:
        sight.unseen.append("The scenarios that use it: its team is not known.")
        return Possible({}, (), ())
    answer = yield from one(
        look(scenarios_list, team_id=team_id, fields=[*SCENARIO_FIELDS, "usedPackages", "lastEdit"])
    )
    every = scenarios_of(sight, answer, "The scenarios that may use it")
    some = [
        (id_, scenario)
        for scenario in every
        if (id_ := an_id(scenario.get("id"))) and (kind != "dataStores" or _may_use_data_stores(scenario))
    ]
    return Possible(answer, every, some)


def scenarios_that_use(sight: Sight, kind: UsedKind, possible: Possible, wanted: Mapping[int, str]) -> Reading[None]:
    """Adds the scenarios that use one of these things to `dependents`, and says what was not looked through.

    Args:
        sight: Of which target is read.
        kind: What it is, in the words of `references`.
        possible: Whose blueprints are looked through, at most so many.
        wanted: What is looked for: ids, and what each is called where there are several.
    """
    looked, rest = possible.some[:MOST_BLUEPRINTS], possible.some[MOST_BLUEPRINTS:]
    answers: Sequence[Seen] = (yield [look(scenarios_blueprint, id_) for id_, _ in looked]) if looked else []
    found: list[str] = []
    unread: list[Seen] = []
    for (_, scenario), seen in zip(looked, answers, strict=True):
        if not (blueprint := _blueprint(seen)):
            unread.append(seen)
        elif used := [use for use in references(blueprint)[kind] if use["id"] in wanted]:
            found.append(_line(scenario, used, wanted))
    sight.dependents += sight.lines(found)
    _tell(sight, unread, len(looked), len(rest))
    if possible.every and not (found or unread or rest or may_go_on(possible.answer, "scenarios")):
        sight.next.append(
            f"No scenario of its team uses it ({counted(len(possible.every), 'scenario')} looked through)."
        )


def users(sight: Sight, kind: UsedKind, team: object, wanted: Mapping[int, str]) -> Reading[None]:
    """Both of these, for the reader alone."""
    possible = yield from possible_users(sight, kind, team)
    yield from scenarios_that_use(sight, kind, possible, wanted)


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
