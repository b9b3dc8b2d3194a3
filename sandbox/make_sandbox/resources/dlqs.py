"""`/dlqs`: incomplete executions, runs that failed and can be retried. Their ids are strings."""

from __future__ import annotations

from make_sandbox import errors
from make_sandbox.api.columns import Columns
from make_sandbox.api.fields import CONFIRMED, Field
from make_sandbox.api.paging import Page
from make_sandbox.api.resource import Call, Resource
from make_sandbox.model import removal, runs, tables
from make_sandbox.model.selection import Selection
from make_sandbox.model.store import Document
from make_sandbox.resources import access, batches

LISTED = Columns(full=("id", "reason", "created", "size", "resolved", "retry", "attempts"))
DETAIL = Columns(
    full=(
        "id", "scenarioId", "scenarioName", "companyId", "companyName", "resolved", "deleted", "index", "created",
        "executionId", "retry", "attempts", "size",
    )
)  # fmt: skip
SCENARIO = Field("scenarioId", "integer", required=True)

dlqs = Resource("/dlqs", Field("dlqId", "text", required=True, pattern=access.HEX_ID), scope="dlqs")


def find(call: Call) -> Document:
    """By its own id, which tells no team: one that is not there is not found, instead of being refused."""
    dlq = call.account.store.get(tables.DLQS, call.path["dlqId"])
    if dlq is None:
        raise errors.not_found("Incomplete execution not found.")
    return dlq


@dlqs.get(
    query=(SCENARIO,),
    # The gateway's sample has an empty name of the order; they come as they were created.
    page=Page(limit=50, sort_by="", fields={"": "place"}),
)
def list_of(call: Call):
    scenario = access.find(call.account, tables.SCENARIOS, call.query["scenarioId"])
    selection = Selection(owners=(scenario["id"],))
    return call.select("dlqs", tables.DLQS, selection, lambda rows: (LISTED.pick(row) for row in rows))


@dlqs.get("/{dlqId}")
def read(call: Call):
    """The "company" is the team."""
    dlq = find(call)
    scenario = access.find(call.account, tables.SCENARIOS, dlq["scenarioId"])
    team = access.team(call.account, scenario["teamId"])
    names = {"scenarioName": scenario["name"], "companyId": team["id"], "companyName": team["name"]}
    return {"dlq": DETAIL.pick(dlq | names)}


@dlqs.post("/{dlqId}/retry")
def retry(call: Call):
    """Runs the blueprint of the failed run again. Without a failure the incomplete execution is resolved.

    The retry has ended when the answer comes; Make works on it a little longer.
    """
    dlq = find(call)
    if dlq["resolved"]:
        # Not documented; a second retry of the same work would do it twice.
        raise errors.wrong_state("Incomplete execution is already resolved")
    scenario = access.find(call.account, tables.SCENARIOS, dlq["scenarioId"])
    if runs.is_paused(call.account, scenario):
        raise errors.paused()
    trigger = runs.Trigger(author=call.account.user(), dlq=dlq["id"])
    runs.finish(call.account, runs.begin(call.account, scenario, trigger, call.account.now(), dlq["blueprint"]))
    return {"dlq": dlq["id"]}


@dlqs.delete(query=(SCENARIO, CONFIRMED), body=batches.of("texts"))
def delete(call: Call):
    """Several of one scenario at once. The answer names those that were deleted; others are passed over."""
    scenario = access.find(call.account, tables.SCENARIOS, call.query["scenarioId"])
    own = [dlq["id"] for dlq in call.account.store.list(tables.DLQS, scenario["id"])]
    ids = [id_ for id_ in batches.chosen(call, own) if id_ in own]
    if call.body.get("all", False):
        call.confirm(lambda: [{"type": "dlq"}])
    for id_ in ids:
        removal.of_one(call.account, tables.DLQS, id_)
    return {"dlqs": ids}
