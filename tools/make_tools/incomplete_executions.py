"""Incomplete executions: runs that failed and can be retried (`dlqs` in Make's paths)."""

from typing import Annotated

from typing_extensions import Doc

from make_tools.arguments import All, IncompleteExecutionId, Limit, Offset, ScenarioId, Wire, ids_or_all
from make_tools.endpoint import Group

incomplete_executions = Group(
    name="incomplete_executions",
    about="Incomplete executions: runs that failed and can be retried.",
    noun="incomplete execution",
    scope="dlqs",
)

Ids = Annotated[list[IncompleteExecutionId], Wire(place="body")]


@incomplete_executions.get("/dlqs")
def incomplete_executions_list(scenario_id: ScenarioId, limit: Limit | None = None, offset: Offset | None = None):
    """List a scenario's failed runs that can be retried."""


@incomplete_executions.get("/dlqs/{incomplete_execution_id}", bulky=True)
def incomplete_executions_get(incomplete_execution_id: IncompleteExecutionId):
    """Read an incomplete execution."""


@incomplete_executions.post("/dlqs/{incomplete_execution_id}/retry", open_world=True, truth="incomplete_executions_get")
def incomplete_executions_retry(incomplete_execution_id: IncompleteExecutionId):
    """Start it again; incomplete_executions_get shows how it went."""


@incomplete_executions.delete("/dlqs", guarded=True, title="Delete incomplete executions")
def incomplete_executions_delete(
    scenario_id: ScenarioId,
    ids: Annotated[Ids, Doc("From incomplete_executions_list.")] | None = None,
    all_: Annotated[All, Doc("true: all of the scenario.")] | None = None,
    except_ids: Annotated[Ids, Doc("With all: keep these.")] | None = None,
):
    """Delete incomplete executions: ids, or all."""
    ids_or_all(ids, all_, except_ids)
