"""`/dlqs`: incomplete executions, runs that failed and can be retried. Their ids are strings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from make_sandbox import errors
from make_sandbox.api.columns import Columns
from make_sandbox.api.fields import CONFIRMED, Field
from make_sandbox.api.paging import Page
from make_sandbox.api.resource import Call, Resource
from make_sandbox.automation import removal, runs
from make_sandbox.model import blueprints, tables
from make_sandbox.model.clock import iso, moment
from make_sandbox.model.selection import Order, Selection, Where
from make_sandbox.model.store import Document
from make_sandbox.resources import access, batches

LISTED = Columns(full=("id", "reason", "created", "size", "resolved", "retry", "attempts"))
DETAIL = Columns(
    full=(
        "id", "scenarioId", "scenarioName", "companyId", "companyName", "resolved", "deleted", "index", "created",
        "executionId", "retry", "attempts", "size",
    )
)  # fmt: skip
LOG = Columns(
    full=(
        "imtId", "id", "duration", "transfer", "operations", "centicredits", "teamId", "organizationId", "type",
        "authorId", "instant", "timestamp", "status",
    )
)  # fmt: skip
BY_PLACE = Order("place")
SCENARIO = Field("scenarioId", "integer", required=True)

dlqs = Resource(
    "/dlqs",
    Field("dlqId", "text", required=True, pattern=access.HEX_ID),
    Field("executionDlqId", "text", required=True, pattern=access.HEX_ID),
    scope="dlqs",
)


def find(call: Call) -> Document:
    """By its own id, which tells no team: one that is not there is not found, instead of being refused."""
    dlq = call.account.store.get(tables.DLQS, call.path["dlqId"])
    if dlq is None:
        raise errors.not_found("Incomplete execution not found.")
    return dlq


def _scenario(call: Call, dlq: Document) -> Document:
    return access.find(call.account, tables.SCENARIOS, dlq["scenarioId"])


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
    scenario = _scenario(call, dlq)
    team = access.team(call.account, scenario["teamId"])
    names = {"scenarioName": scenario["name"], "companyId": team["id"], "companyName": team["name"]}
    return {"dlq": DETAIL.pick(dlq | names)}


@dlqs.post("/{dlqId}/retry")
def retry(call: Call):
    """Runs the rest of the failed run's blueprint. Without a failure the incomplete execution is resolved.

    The retry has ended when the answer comes; Make works on it a little longer.
    """
    dlq = find(call)
    scenario = _scenario(call, dlq)
    if dlq["resolved"]:
        # Not documented; a second retry of the same work would do it twice.
        raise errors.wrong_state("Incomplete execution is already resolved")
    if runs.is_paused(call.account, scenario):
        raise errors.paused()
    runs.retry(call.account, scenario, dlq)
    return {"dlq": dlq["id"]}


@dlqs.post("/retry", query=(SCENARIO,), body=batches.of("texts"), gateway=False)
def retry_several(call: Call):
    """Several of one scenario, in the order in which they were made. The answer names those that were retried; what is
    resolved already or belongs elsewhere is passed over.
    """
    scenario = access.find(call.account, tables.SCENARIOS, call.query["scenarioId"])
    unresolved = Selection(owners=(scenario["id"],), where=(Where("resolved", "=", False),), order=BY_PLACE)
    waiting = {dlq["id"]: dlq for dlq in call.account.store.select(tables.DLQS, unresolved)}
    wanted = set(batches.chosen(call, waiting))
    if runs.is_paused(call.account, scenario):
        raise errors.paused()
    retried = [id_ for id_ in waiting if id_ in wanted]
    for id_ in retried:
        runs.retry(call.account, scenario, waiting[id_])
    return {"dlqs": retried}


@dlqs.patch("/{dlqId}", body=(Field("blueprint", "json"), Field("failer", "integer")), gateway=False)
def update(call: Call):
    """Changes the blueprint that the next retry runs, and which of its modules is the one that failed.

    The blueprint comes as text and is answered as an object. It is checked as that of a scenario is, and that the
    module has to be in it is a guess.
    """
    dlq = find(call)
    scenario = _scenario(call, dlq)
    if "blueprint" in call.body:
        blueprints.check(call.account, scenario["teamId"], call.body["blueprint"])
    changed = call.account.store.put(tables.DLQS, dlq, **call.body)
    if "failer" in call.body and _module(changed["blueprint"], changed["failer"]) is None:
        raise errors.invalid_parameter("failer")
    return {"dlq": {name: changed[name] for name in ("failer", "blueprint")}}


def _module(blueprint: Document, id_: int | None) -> Mapping[str, Any] | None:
    return next((module for module in blueprints.modules(blueprint) if module.get("id") == id_), None)


@dlqs.get("/{dlqId}/blueprint", gateway=False)
def blueprint_of(call: Call):
    """The blueprint that the next retry runs. The "company" is the team."""
    dlq = find(call)
    scenario = _scenario(call, dlq)
    response = {
        "blueprint": dlq["blueprint"],
        "company": scenario["teamId"],
        "idSequence": blueprints.last_number(dlq["blueprint"]),
        "reason": dlq["reason"],
    }
    return {"code": "OK", "response": response}


@dlqs.get("/{dlqId}/bundle", gateway=False)
def bundle(call: Call):
    """What the module that failed was given: by its number, its mapped fields as the blueprint words them.

    What the expressions in them come to is not worked out, because the data of third parties is not played.
    """
    dlq = find(call)
    _scenario(call, dlq)
    module = _module(dlq["blueprint"], dlq["failer"]) or {}
    mapper: Any = module.get("mapper")
    fields = cast("Document", mapper) if isinstance(mapper, dict) else {}
    return {"code": "OK", "response": {str(dlq["failer"]): fields}}


@dlqs.get(
    "/{dlqId}/logs",
    query=(
        Field("status", "integer", choices=(runs.SUCCESS, runs.WARNING, runs.ERROR)),
        Field("from", "integer"),
        Field("to", "integer"),
    ),
    page=Page(limit=50, sort_by="imtId", direction="desc", fields={"imtId": "place"}),
    gateway=False,
)
def logs(call: Call):
    """One line for each retry, the latest first."""
    dlq = find(call)
    _scenario(call, dlq)
    selection = Selection(owners=(dlq["id"],), where=tuple(_wanted(call.query)))
    return call.select("dlqLogs", tables.DLQ_LOGS, selection, lambda rows: (_line(row) for row in rows))


def _wanted(query: Mapping[str, Any]) -> Iterator[Where]:
    if "status" in query:
        yield Where("status", "=", query["status"])
    if "from" in query:
        yield Where("timestamp", ">=", iso(moment(query["from"])))
    if "to" in query:
        yield Where("timestamp", "<=", iso(moment(query["to"])))


def _line(row: Document) -> Document:
    """Here the author is documented as text."""
    return LOG.pick(row | {"authorId": None if row["authorId"] is None else str(row["authorId"])})


@dlqs.get("/{dlqId}/logs/{executionDlqId}", gateway=False)
def log(call: Call):
    dlq = find(call)
    _scenario(call, dlq)
    line = call.account.store.get(tables.DLQ_LOGS, call.path["executionDlqId"])
    if line is None or line["dlqId"] != dlq["id"]:
        raise errors.not_found("Execution not found.")
    return {"dlqLog": _line(line)}


@dlqs.delete("/{dlqId}", gateway=False)
def delete_one(call: Call):
    """Deprecated; takes no `confirmed`."""
    dlq = find(call)
    _scenario(call, dlq)
    removal.of_one(call.account, tables.DLQS, dlq["id"])
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
