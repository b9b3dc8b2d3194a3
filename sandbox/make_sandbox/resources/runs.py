"""`/scenarios/{scenarioId}/...`: starting, stopping, running, and the log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from make_sandbox.api.columns import Columns
from make_sandbox.api.fields import LARGEST, Field
from make_sandbox.api.paging import Page
from make_sandbox.api.resource import Call, Resource
from make_sandbox.automation import runs, scenarios
from make_sandbox.model import tables
from make_sandbox.model.clock import iso, moment
from make_sandbox.model.selection import Operator, Selection, Where
from make_sandbox.model.store import Document
from make_sandbox.resources.scenarios import find

LOG = Columns(
    full=(
        "imtId", "id", "duration", "operations", "transfer", "centicredits", "organizationId", "teamId", "type",
        "authorId", "authorName", "instant", "timestamp", "status", "executionName",
    )
)  # fmt: skip
RANGES = {"duration": "duration", "operations": "operations", "transfer": "transfer", "credits": "centicredits"}

ENDS: tuple[tuple[str, Operator], ...] = (("From", ">="), ("To", "<="))

resource = Resource("/scenarios", Field("scenarioId", "integer", required=True), scope="scenarios")


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
    scope="scenarios:run",
    counted=False,  # documented
)
def run(call: Call):
    """Answers at once with the execution's id; with `responsive` when the run has ended, with what came of it.

    Nobody is kept waiting: a responsive run has ended when the answer comes, and its log says how long it would have
    taken. `status` is a number (measured), though it is documented as a string.
    """
    execution = runs.request(call.account, find(call), call.body.get("data", {}))
    if not call.body.get("responsive", False):
        return {"executionId": execution["id"]}
    runs.finish(call.account, execution)
    answer = {"executionId": execution["id"], "status": execution["status"]}
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
    page=Page(limit=50, sort_by="imtId", direction="desc", fields={"imtId": "place"}, cursor=True),
)
def logs(call: Call):
    """The latest run first. Credits are counted in credits by the filter, in hundredths by the field."""
    selection = Selection(owners=(find(call)["id"],), where=tuple(wanted(call.query)))
    return call.select("scenarioLogs", tables.LOGS, selection, lambda rows: (LOG.pick(row) for row in rows))


def wanted(query: Mapping[str, Any]) -> Iterator[Where]:
    """The conditions of a log's filters. Moments are milliseconds since 1970."""
    if "from" in query:
        yield Where("timestamp", ">=", iso(moment(query["from"])))
    if "to" in query:
        yield Where("timestamp", "<=", iso(moment(query["to"])))
    for name, column in RANGES.items():
        # SQLite knows no larger whole numbers, and no run comes near them.
        unit, largest = (100 if name == "credits" else 1), LARGEST // 100
        for end, operator in ENDS:
            if f"{name}{end}" in query:
                yield Where(column, operator, max(-largest, min(query[f"{name}{end}"], largest)) * unit)
    if query.get("executionName"):
        yield Where("executionName", "contains", query["executionName"])
    if "status" in query:
        yield Where("status", "=", query["status"])
