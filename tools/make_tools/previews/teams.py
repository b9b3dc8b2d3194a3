"""What a preview says of a write to teams."""

from collections.abc import Sequence

from make_tools.connections import connections_list
from make_tools.data_stores import data_stores_list
from make_tools.hooks import hooks_list
from make_tools.previews.kinds import ORGANIZATION, TEAM
from make_tools.previews.together import both, one
from make_tools.previews.vocabulary import Call, Json, Looking, Reading, Seen, Sight, an_id, look, of, same, told
from make_tools.previews.words import (
    SCENARIO_FIELDS,
    guard,
    has_list,
    ids_for_code,
    many,
    namesakes,
    of_scenarios,
    placed,
    scenario_line,
    scenarios_of,
    switches_for_code,
)
from make_tools.scenarios import scenarios_list
from make_tools.teams import teams_create, teams_delete, teams_list
from make_tools.templates import templates_list
from make_tools.wording import counted, quoted

MOST_OF_A_KIND = 10
"""Things of one kind beside scenarios that are named; the rest is counted."""
PAGE = 500
"""Hooks and templates that are asked for: Make gives 50 and 10 without."""


@of(teams_create)
def create(call: Call, sight: Sight) -> Looking:
    """The organization, the limit, and teams of the organization that have the name already."""
    organization_id, name = call.given["organizationId"], call.given["name"]
    organization = yield from sight.read(ORGANIZATION, organization_id)
    sight.call_it(name)
    limit = call.given.get("operationsLimit")
    limited = f", for at most {counted(limit, 'operation')}" if isinstance(limit, int) else ""
    sight.what = f"Create the team {quoted(name)} in {told('organization', organization_id, organization)}{limited}."
    sight.next.append("A second call makes a second team.")
    (answer,) = yield [look(teams_list, organization_id, fields=["id", "name"])]
    namesakes(sight, answer, "teams", "team", name)


@of(teams_delete)
def delete(call: Call, sight: Sight) -> Looking:
    """The team and its content: scenarios on or off, connections, hooks, data stores and templates, counted and named."""
    id_ = call.given["teamId"]
    team, answers = yield from both(sight.read(TEAM, id_, more=True), _content(id_))
    sight.next += ["Scenarios that are on stop for good. Make has no way to bring any of it back.", guard(call)]
    scenarios = scenarios_of(sight, answers[0], "Its scenarios")
    counts = [of_scenarios(answers[0], scenarios)] if has_list(answers[0], "scenarios") else []
    sight.dependents += sight.lines(map(scenario_line, scenarios))
    inside: Json = {"scenarios": switches_for_code(answers[0], scenarios)}
    for answer, (key, noun) in zip(answers[1:], _KINDS, strict=True):
        found = [it for it in sight.items(answer, key, f"Its {noun}s") if same(it.get("teamId", id_), id_)]
        counts += [many(answer, key, found, noun)] if has_list(answer, key) else []
        sight.dependents += sight.lines((told(noun, it.get("id"), it) for it in found), MOST_OF_A_KIND)
        inside[key] = ids_for_code(answer, key, found)
    sight.tie(**inside)
    where, organization = "", an_id(team.get("organizationId"))
    if organization is not None:
        where = placed(sight, ORGANIZATION, organization, (yield from one(ORGANIZATION.look(organization))))
    content = f": {', '.join(counts)}" if counts else ""
    sight.what = f"Delete {told('team', id_, team)}{where} for good, with all that is in it{content}."


def _content(id_: int) -> Reading[Sequence[Seen]]:
    answers = yield [
        look(scenarios_list, team_id=id_, fields=SCENARIO_FIELDS),
        look(connections_list, id_, fields=["id", "name"]),
        look(hooks_list, id_, limit=PAGE),
        look(data_stores_list, id_, fields=["id", "name", "records"]),
        look(templates_list, id_, fields=["id", "name", "teamId"], limit=PAGE),
    ]
    return answers


_KINDS = (("connections", "connection"), ("hooks", "hook"), ("dataStores", "data store"), ("templates", "template"))
