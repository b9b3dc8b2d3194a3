"""Incomplete executions: runs that failed and can be retried (`dlqs` in Make's paths)."""

from typing import Annotated

from typing_extensions import Doc

from make_tools.arguments import (
    All,
    AllPages,
    IncompleteExecutionId,
    Limit,
    Offset,
    ScenarioId,
    ShownFields,
    Text,
    Wire,
    ids_or_all,
)
from make_tools.endpoint import Group
from make_tools.shape import Listing

incomplete_executions = Group(
    name="incomplete_executions",
    about="Incomplete executions: runs that failed and can be retried.",
    noun="incomplete execution",
    scope="dlqs",
)

Ids = Annotated[list[IncompleteExecutionId], Wire(place="body")]


@incomplete_executions.get(
    "/dlqs",
    shows=Listing("dlqs", "id reason created resolved? retry? attempts?", page=50),
    formerly=("dlqs_list",),
)
def incomplete_executions_list(
    scenario_id: ScenarioId,
    fields: ShownFields | None = None,
    limit: Limit | None = None,
    offset: Offset | None = None,
    all_: AllPages | None = None,
):
    """List a scenario's failed runs that can be retried."""


@incomplete_executions.get("/dlqs/{incomplete_execution_id}", bulky=True, gives="dlq", formerly=("dlqs_get",))
def incomplete_executions_get(incomplete_execution_id: IncompleteExecutionId):
    """Read an incomplete execution."""


# No tool: its data is that of customers. A diagnosis reads it for the number of the module that failed.
@incomplete_executions.get(
    "/dlqs/{incomplete_execution_id}/bundle", only="make", perhaps=("maton",), listed=False, bulky=True
)
def incomplete_executions_bundle(incomplete_execution_id: IncompleteExecutionId):
    """Read what the module that failed was given."""


@incomplete_executions.post(
    "/dlqs/{incomplete_execution_id}/retry",
    open_world=True,
    truth="incomplete_executions_get",
    formerly=("dlqs_retry",),
)
def incomplete_executions_retry(incomplete_execution_id: IncompleteExecutionId):
    """Start it again; incomplete_executions_list tells how it went."""


# Make's document answers `{"dlqs": [ids]}`, its SDK is typed `{"dlq": id}`: nothing here relies on either, and the retries are
# queued, so that neither tells how they went. Maton's page does not list it; the gateway may pass it on all the same.
@incomplete_executions.post(
    "/dlqs/retry", title="Retry incomplete executions", only="make", perhaps=("maton",), open_world=True
)
def incomplete_executions_retry_several(
    scenario_id: Annotated[ScenarioId, Wire(place="query")],
    ids: Annotated[Ids, Doc("From incomplete_executions_list: 32 hexadecimal digits each.")] | None = None,
    all_: Annotated[All, Doc("true: all of the scenario.")] | None = None,
    except_ids: Annotated[Ids, Doc("With all: not these.")] | None = None,
):
    """Retry several: ids, or all."""
    ids_or_all(ids, all_, except_ids)


@incomplete_executions.delete("/dlqs", guarded=True, title="Delete incomplete executions", formerly=("dlqs_delete",))
def incomplete_executions_delete(
    scenario_id: ScenarioId,
    ids: Annotated[Ids, Doc("From incomplete_executions_list: 32 hexadecimal digits each.")] | None = None,
    all_: Annotated[All, Doc("true: all of the scenario.")] | None = None,
    except_ids: Annotated[Ids, Doc("With all: keep these.")] | None = None,
    created_before: Annotated[
        Text, Wire(place="here"), Doc("In place of ids: those that failed before this time, such as 2026-03-01.")
    ]
    | None = None,
):
    """Delete several: ids, createdBefore or all."""
    # The server spells it out before it gets here: what is deleted is named one by one.
    if created_before is not None:
        raise ValueError("`createdBefore` stands in place of `ids` and `all`, not beside them")
    ids_or_all(ids, all_, except_ids, also="createdBefore")
