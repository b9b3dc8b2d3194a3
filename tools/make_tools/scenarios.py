"""Scenarios: the automations of a team, and their runs."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints
from typing_extensions import Doc, TypedDict

from make_tools.arguments import (
    AllPages,
    Blueprint,
    Count,
    Fields,
    FolderId,
    FolderOrNone,
    Id,
    Limit,
    Milliseconds,
    NewName,
    Offset,
    OrganizationId,
    ScenarioId,
    Scheduling,
    ShownFields,
    Sort,
    TeamId,
    TemplateId,
    Text,
    Wire,
    columns,
    exactly_one,
)
from make_tools.endpoint import Group
from make_tools.forms.runs import STATUSES, failures, run
from make_tools.shape import Listing
from make_tools.signature import Named, Rare, Spread

scenarios = Group(
    name="scenarios",
    about="Scenarios: the automations of a team, and their runs.",
    noun="scenario",
    scope="scenarios",
)

InstallApps = Annotated[
    bool,
    Wire(place="query"),
    Rare(),
    Doc("true: install apps that the organization lacks."),
]
"""Make calls this `confirmed` too, and means something else by it than on a delete. Its refusal says when it is needed."""

ExecutionId = Annotated[
    str,
    StringConstraints(pattern="^[0-9a-f]{32}$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"),
    Doc("From scenarios_logs: the `id` of a run, 32 hexadecimal digits."),
]
"""Older ones have dashes."""


class ScenarioFilters(TypedDict, total=False):
    isActive: bool
    folderId: Id
    ids: Annotated[list[Id], Wire("id[]")]
    type: Literal["scenario", "tool"]
    concept: Annotated[bool, Field(description="drafts")]


_Ids = dict[Annotated[str, StringConstraints(pattern="^[1-9][0-9]{0,15}$")], Id | None]


class Replacements(TypedDict, total=False):
    """Of each kind the ids that the original names, and those that the copy names in their place."""

    connections: Annotated[_Ids, Wire("account")]
    hooks: Annotated[_Ids, Wire("hook")]
    dataStores: Annotated[_Ids, Wire("datastore")]
    keys: Annotated[_Ids, Wire("key")]
    dataStructures: Annotated[_Ids, Wire("udt")]


_NUMBERS = {word: number for number, word in STATUSES.items()}
RunStatus = Annotated[
    Literal[1, 2, 3],
    BeforeValidator(lambda value: _NUMBERS.get(value.lower(), value) if isinstance(value, str) else value),
    Field(description="1 success, 2 warning, 3 error"),
]
"""The words are taken too, since answers show them."""


class RunFilters(TypedDict, total=False):
    durationFrom: Count
    durationTo: Count
    operationsFrom: Count
    operationsTo: Count
    transferFrom: Count
    transferTo: Count
    creditsFrom: Count
    creditsTo: Count
    executionName: Annotated[Text, Field(description="part of it")]
    showCheckRuns: bool
    showLast: Annotated[bool, Wire("pg[showLast]")]


_COLUMNS = (
    "proprietal", "id", "name", "teamId", "folderId", "isActive", "islinked", "isinvalid", "islocked", "lastEdit",
    "createdByUserName", "updatedByUserName", "created",
)  # fmt: skip
ScenarioSort = Annotated[
    Sort, columns(*_COLUMNS), Doc(f"{', '.join(_COLUMNS)}, with a minus in front of it for descending: -lastEdit.")
]


@scenarios.get(
    "/scenarios",
    shows=Listing("scenarios", "id name isActive teamId= hookId? isinvalid? isPaused? islocked? dlqCount?"),
)
def scenarios_list(
    team_id: TeamId | None = None,
    organization_id: OrganizationId | None = None,
    filters: Annotated[ScenarioFilters, Spread()] | None = None,
    fields: Fields | None = None,
    limit: Limit | None = None,
    offset: Offset | None = None,
    sort: ScenarioSort | None = None,
    all_: AllPages | None = None,
):
    """List scenarios: give teamId or organizationId."""
    exactly_one(teamId=team_id, organizationId=organization_id)


@scenarios.get("/scenarios/{scenario_id}", gives="scenario")
def scenarios_get(scenario_id: ScenarioId, fields: Fields | None = None):
    """Read a scenario: status, schedule. No blueprint."""


# No tool yet: previews compare with it. Maton's page does not list it; the gateway may pass it on all the same.
@scenarios.get("/scenarios/{scenario_id}/blueprint", only="make", perhaps=("maton",), listed=False, bulky=True)
def scenarios_blueprint(scenario_id: ScenarioId):
    """Read a scenario's blueprint and schedule."""


def _what_failed(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    failed = failures(runs)
    # Where all of them failed the list itself says so.
    return {"failures": failed} if 0 < len(failed) < len(runs) else {}


@scenarios.get(
    "/scenarios/{scenario_id}/logs",
    title="List scenario runs",
    shows=Listing("scenarioLogs", page=20, form=run, summary=_what_failed),
)
def scenarios_logs(
    scenario_id: ScenarioId,
    from_: Milliseconds | None = None,
    to: Milliseconds | None = None,
    status: RunStatus | None = None,
    filters: Annotated[
        RunFilters,
        Spread(),
        Field(description="(duration|operations|transfer|credits)(From|To), executionName…"),
    ]
    | None = None,
    fields: ShownFields | None = None,
    limit: Limit | None = None,
    offset: Offset | None = None,
    sort: Annotated[Sort, Rare()] | None = None,
    # Make documents an integer and answers with a string in pg.last: the string is what works as a cursor.
    last: Annotated[
        Text, Rare(), Wire("pg[last]"), Doc("The `last` of an answer: goes on behind it, whatever has run since.")
    ]
    | None = None,
    all_: AllPages | None = None,
):
    """List a scenario's runs, newest first."""


# These are no tools either: recipes, resources and previews read them.
@scenarios.get("/scenarios/{scenario_id}/logs/{execution_id}", only="make", perhaps=("maton",), listed=False)
def scenarios_run_log(scenario_id: ScenarioId, execution_id: ExecutionId):
    """Read one run's line in the log, with its error."""


@scenarios.get(
    "/scenarios/{scenario_id}/executions/{execution_id}",
    only="make",
    perhaps=("maton",),
    listed=False,
    tells_errors=True,
)
def scenarios_execution(scenario_id: ScenarioId, execution_id: ExecutionId):
    """Read what has become of a run: status, outputs, error."""


@scenarios.get("/scenarios/{scenario_id}/interface", only="make", perhaps=("maton",), listed=False)
def scenarios_interface(scenario_id: ScenarioId):
    """Read a scenario's inputs and outputs."""


@scenarios.post("/scenarios")
def scenarios_create(
    team_id: TeamId,
    blueprint: Blueprint,
    scheduling: Scheduling,
    folder_id: FolderId | None = None,
    based_on: Annotated[TemplateId, Named("basedon"), Doc("From templates_list.")] | None = None,
    confirmed: InstallApps | None = None,
):
    """Create a scenario, off, named by its blueprint."""


# `notAnalyze` is left out on purpose: without Make's check the copy may name what belongs to another team. So is `device`.
@scenarios.post("/scenarios/{scenario_id}/clone", only="make", perhaps=("maton",))
def scenarios_clone(
    scenario_id: ScenarioId,
    organization_id: Annotated[OrganizationId, Wire(place="query"), Doc("That of the team. From organizations_list.")],
    team_id: Annotated[TeamId, Doc("Team that gets the copy. From teams_list.")],
    name: Annotated[str, StringConstraints(min_length=1, max_length=120), Doc("Name of the copy.")],
    replace: Annotated[
        Replacements,
        Spread(),
        Field(description="{connections: {oldId: newId}, hooks…}"),
        Doc('What the copy uses instead: {"connections": {"5": 9}}; the preview names what has to be replaced.'),
    ]
    | None = None,
    states: Annotated[bool, Rare(), Doc("Copy how far its triggers have got, too.")] = False,
    confirmed: InstallApps | None = None,
):
    """Copy a scenario, off, to a team."""


@scenarios.patch(
    "/scenarios/{scenario_id}",
    truth="scenarios_get",
    elsewhere={"isActive": "use scenarios_start or scenarios_stop", "teamId": "use scenarios_clone"},
)
def scenarios_update(
    scenario_id: ScenarioId,
    name: NewName | None = None,
    description: Annotated[str, StringConstraints(max_length=240), Doc("Shown in Make.")] | None = None,
    blueprint: Blueprint | None = None,
    scheduling: Scheduling | None = None,
    folder_id: FolderOrNone | None = None,
    confirmed: InstallApps | None = None,
):
    """Change a scenario; a blueprint replaces it whole. A new interval may run it."""


@scenarios.post(
    "/scenarios/{scenario_id}/start",
    idempotent=True,
    open_world=True,
    reached=("already running",),
    truth="scenarios_get",
)
def scenarios_start(scenario_id: ScenarioId):
    """Switch a scenario on; an interval one runs at once."""


@scenarios.post("/scenarios/{scenario_id}/stop", idempotent=True, reached=("is not running",), truth="scenarios_get")
def scenarios_stop(scenario_id: ScenarioId):
    """Switch a scenario off; a run in progress goes on."""


# `callbackUrl` is left out on purpose: it would let a model choose an address to which Make sends data.
@scenarios.post(
    "/scenarios/{scenario_id}/run",
    scopes=("scenarios:run", "scenarios:read", "scenarios:write"),
    open_world=True,
    metered=False,
    tells_errors=True,
    truth="scenarios_logs",
)
def scenarios_run(
    scenario_id: ScenarioId,
    data: Annotated[dict[str, Any], Field(description="Inputs by name")] | None = None,
    responsive: Annotated[bool, Field(description="Wait for outputs"), Doc("Wait for the outputs, 40 s at the most.")]
    | None = None,
):
    """Run an active scenario once. Not one that a hook starts."""


@scenarios.delete("/scenarios/{scenario_id}")
def scenarios_delete(scenario_id: ScenarioId):
    """Delete a scenario with its runs."""
