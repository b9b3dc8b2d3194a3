"""What a preview says of a write to organizations."""

from collections.abc import Sequence

from make_tools.organizations import (
    organizations_create,
    organizations_delete,
    organizations_list,
    organizations_update,
)
from make_tools.previews.kinds import ORGANIZATION
from make_tools.previews.together import both
from make_tools.previews.vocabulary import Call, Looking, Reading, Seen, Sight, look, of, told
from make_tools.previews.words import (
    SCENARIO_FIELDS,
    guard,
    has_list,
    ids_for_code,
    many,
    namesakes,
    of_scenarios,
    scenario_line,
    scenarios_of,
    switches_for_code,
)
from make_tools.scenarios import scenarios_list
from make_tools.teams import teams_list
from make_tools.wording import quoted

FIELDS = {"name": "name", "timezoneId": "time zone", "countryId": "country"}
"""What can be changed, in words."""


@of(organizations_create)
def create(call: Call, sight: Sight) -> Looking:
    """The name, region, country and time zone, and organizations that have the name already."""
    given = call.given
    sight.bind_new("organization", given)
    sight.call_it(given["name"])
    sight.what = (
        f"Create the organization {quoted(given['name'])}: region {given['regionId']}, country {given['countryId']}, "
        f"time zone {given['timezoneId']}."
    )
    sight.next.append("Make often refuses this through its API. A second call makes a second organization.")
    (answer,) = yield [look(organizations_list, fields=["id", "name"])]
    namesakes(sight, answer, "organizations", "organization", given["name"])


@of(organizations_update)
def update(call: Call, sight: Sight) -> Looking:
    """The organization, and each field now and then."""
    id_ = call.given["organizationId"]
    organization = yield from sight.read(ORGANIZATION, id_)
    changed = [words for name, words in FIELDS.items() if name in call.given]
    sight.what = f"Change {told('organization', id_, organization)}: {', '.join(changed) or 'nothing'}."
    sight.compare(organization, {name: call.given[name] for name in FIELDS if name in call.given})
    if call.given.get("timezoneId", organization.get("timezoneId")) != organization.get("timezoneId"):
        sight.next.append("Its scheduled scenarios and their dates go by the new time zone from then on.")


@of(organizations_delete)
def delete(call: Call, sight: Sight) -> Looking:
    """The organization, its teams, and its scenarios, those that are on first."""
    id_ = call.given["organizationId"]
    organization, answers = yield from both(sight.read(ORGANIZATION, id_, more=True), _content(id_))
    sight.next.append("Its teams go with their scenarios, connections, hooks, data stores and templates.")
    sight.next += ["Make has no way to bring any of it back.", guard(call)]
    teams = sight.items(answers[0], "teams", "Its teams")
    scenarios = scenarios_of(sight, answers[1], "Its scenarios")
    sight.tie(teams=ids_for_code(answers[0], "teams", teams), scenarios=switches_for_code(answers[1], scenarios))
    counts = [
        *([many(answers[0], "teams", teams, "team")] if has_list(answers[0], "teams") else []),
        *([of_scenarios(answers[1], scenarios)] if has_list(answers[1], "scenarios") else []),
    ]
    inside = f": {' and '.join(counts)}" if counts else ""
    sight.what = f"Delete {told('organization', id_, organization)} for good, with all that is in it{inside}."
    sight.dependents += sight.lines(told("team", one.get("id"), one) for one in teams)
    sight.dependents += sight.lines(map(scenario_line, scenarios))


def _content(id_: int) -> Reading[Sequence[Seen]]:
    answers = yield [
        look(teams_list, id_, fields=["id", "name"]),
        look(scenarios_list, organization_id=id_, fields=SCENARIO_FIELDS),
    ]
    return answers
