"""`/scenarios/{scenarioId}/...`: starting, stopping, running, and the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from make_sandbox.api.columns import Columns
from make_sandbox.api.fields import Field
from make_sandbox.api.paging import Page
from make_sandbox.api.resource import Call, Resource
from make_sandbox.model import runs, scenarios, tables
from make_sandbox.model.clock import milliseconds, parse
from make_sandbox.model.store import Document
from make_sandbox.resources.scenarios import find

LOG = Columns(
    full=(
        "imtId", "id", "duration", "operations", "transfer", "centicredits", "organizationId", "teamId", "type",
        "authorId", "authorName", "instant", "timestamp", "status", "executionName",
    )
)  # fmt: skip
RANGES = {"duration": "duration", "operations": "operations", "transfer": "transfer", "credits": "centicredits"}

resource = Resource("/scenarios", Field("scenarioId", "integer", required=True))


def _state(scenario: Document) -> Document:
    return {"scenario": {"id": scenario["id"], "isActive": scenario["isActive"], "islinked": scenario["isActive"]}}


@resource.post("/{scenarioId}/start")
def start(call: Call):
    return _state(scenarios.start(call.account, find(call)))


@resource.post("/{scenarioId}/stop")
def stop(call: Call):
    return _state(scenarios.stop(call.account, find(call)))


@resource.post(
    "/{scenarioId}/run",
    # The callback is accepted and never called: the practice account opens no connection to anywhere.
    body=(Field("data", "object"), Field("responsive", "boolean"), Field("callbackUrl", "text")),
)
def run(call: Call):
    """Answers at once with the execution's id; with `responsive` when the run has ended, with what came of it.

    Nobody is kept waiting: a responsive run has ended when the answer comes, and its log says how long it would have
    taken. `status` is a string, as documented.
    """
    execution = runs.request(call.account, find(call), call.body.get("data", {}))
    if not call.body.get("responsive", False):
        return {"executionId": execution["id"]}
    runs.finish(call.account, execution)
    answer = {"executionId": execution["id"], "status": str(execution["status"])}
    failed = execution["status"] == runs.ERROR
    return answer | ({"error": execution["error"]} if failed else {"outputs": execution["outputs"]})


@resource.get(
    "/{scenarioId}/logs",
    query=(
        Field("from", "integer"),
        Field("to", "integer"),
        Field("status", "integer", choices=(1, 2, 3)),
        *(Field(f"{name}{end}", "integer") for name in RANGES for end in ("From", "To")),
        Field("executionName", "text"),
        # Check runs (a trigger that finds nothing) are not played, so there are none to show or to hide.
        Field("showCheckRuns", "boolean"),
    ),
    page=Page(limit=50, sort_by="imtId", direction="desc", cursor=True),
)
def logs(call: Call):
    """The latest run first. Credits are counted in credits by the filter, in hundredths by the field."""
    rows = call.account.store.list(tables.LOGS, find(call)["id"])
    answer = call.listing("scenarioLogs", (row for row in rows if _wanted(call.query, row)))
    return answer | {"scenarioLogs": [LOG.pick(row) for row in answer["scenarioLogs"]]}


def _wanted(query: Mapping[str, Any], row: Document) -> bool:
    moment = milliseconds(parse(row["timestamp"]))
    if not query.get("from", moment) <= moment <= query.get("to", moment):
        return False
    for name, column in RANGES.items():
        value = row[column] / 100 if name == "credits" else row[column]
        if not query.get(f"{name}From", value) <= value <= query.get(f"{name}To", value):
            return False
    named = query.get("executionName", "").casefold() in (row["executionName"] or "").casefold()
    return named and query.get("status") in (None, row["status"])
