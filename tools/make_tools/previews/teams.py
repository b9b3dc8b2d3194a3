"""What a preview says of a write to teams."""

from make_tools.connections import connections_list
from make_tools.data_stores import data_stores_list
from make_tools.hooks import hooks_list
from make_tools.previews.kinds import ORGANIZATION, TEAM
from make_tools.previews.vocabulary import Call, Looking, Sight, Unseen, an_id, look, of, told
from make_tools.previews.words import (
    GUARD,
    SCENARIO_FIELDS,
    namesakes,
    of_scenarios,
    placed,
    scenario_line,
    scenarios_of,
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
    team = yield from sight.read(TEAM, id_)
    named = told("team", id_, team)
    sight.next += ["Scenarios that are on stop for good. Make has no way to bring any of it back.", GUARD]
    organization = an_id(team.get("organizationId"))
    answers = yield [
        look(scenarios_list, team_id=id_, fields=SCENARIO_FIELDS),
        look(connections_list, id_, fields=["id", "name"]),
        look(hooks_list, id_, limit=PAGE),
        look(data_stores_list, id_, fields=["id", "name", "records"]),
        look(templates_list, id_, fields=["id", "name", "teamId"], limit=PAGE),
        *([ORGANIZATION.look(organization)] if organization is not None else []),
    ]
    where = placed(sight, ORGANIZATION, organization, answers[5]) if organization is not None else ""
    scenarios = scenarios_of(sight, answers[0], "Its scenarios")
    counts = [] if isinstance(answers[0], Unseen) else [of_scenarios(scenarios)]
    sight.dependents += sight.lines(map(scenario_line, scenarios))
    for answer, (key, noun) in zip(answers[1:5], _KINDS, strict=True):
        found = [one for one in sight.items(answer, key, f"Its {noun}s") if one.get("teamId", id_) == id_]
        counts += [] if isinstance(answer, Unseen) else [counted(len(found), noun)]
        sight.dependents += sight.lines((told(noun, one.get("id"), one) for one in found), MOST_OF_A_KIND)
    inside = f": {', '.join(counts)}" if counts else ""
    sight.what = f"Delete {named}{where} for good, with all that is in it{inside}."


_KINDS = (("connections", "connection"), ("hooks", "hook"), ("dataStores", "data store"), ("templates", "template"))
