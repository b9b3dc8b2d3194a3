"""`/scenarios/{scenarioId}/...`: single runs, and what else is told of one scenario: versions, trigger, consumption."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from make_sandbox import errors
from make_sandbox.api.fields import Field
from make_sandbox.api.resource import Call, Resource
from make_sandbox.automation import executions, hooks
from make_sandbox.model import blueprints, tables, usage
from make_sandbox.model.account import Account
from make_sandbox.model.clock import iso
from make_sandbox.model.selection import Selection, Where
from make_sandbox.model.store import Document
from make_sandbox.model.usage import Cost
from make_sandbox.resources import access, organizations
from make_sandbox.resources.runs import LOG
from make_sandbox.resources.scenarios import find

HOOK = ("id", "name", "udid", "queueCount", "queueLimit", "typeName", "type", "url", "flags")

resource = Resource(
    "/scenarios",
    Field("scenarioId", "integer", required=True),
    Field("executionId", "text", required=True, pattern=access.HEX_ID),
    scope="scenarios",
)


@resource.get("/{scenarioId}/executions/{executionId}", query=(Field("maxBytes", "integer"),), gateway=False)
def read(call: Call):
    """What has become of a run: a flat answer.

    Make knows nothing of a run for some seconds after it began (404); that is not played.
    """
    answer = executions.detail(call.account, find(call)["id"], call.path["executionId"])
    largest = call.query.get("maxBytes")
    if largest is not None and len(json.dumps(answer, separators=(",", ":")).encode()) > largest:
        raise errors.answer_too_large()
    return answer


@resource.post(
    "/{scenarioId}/executions/{executionId}/stop",
    # Without `force` Make lets the module at work come to its end. Here a run ends at once either way.
    body=(Field("force", "boolean"),),
    scope="scenarios:run",
    gateway=False,
)
def stop(call: Call):
    executions.stop(call.account, find(call)["id"], call.path["executionId"])
    return Document()


@resource.get("/{scenarioId}/logs/{executionId}", gateway=False)
def log(call: Call):
    """One line of the log, with the error of a run in which a module failed."""
    line = executions.logged(call.account, find(call)["id"], call.path["executionId"])
    if line is None:
        raise errors.not_found("Execution not found.")
    detail = {} if line["error"] is None else {"detail": {"error": line["error"]}}
    return {"scenarioLog": LOG.pick(line) | detail}


@resource.post(
    "/{scenarioId}/replay",
    body=(Field("executionIds", "texts", required=True),),
    scope="scenarios:run",
    gateway=False,
    status=202,
)
def replay(call: Call):
    scenario = find(call)
    if not call.body["executionIds"]:
        raise errors.invalid_parameter("executionIds")
    executions.replay(call.account, scenario, call.body["executionIds"])


@resource.get("/{scenarioId}/blueprints", gateway=False)
def versions(call: Call):
    """The versions of the blueprint. None is a draft: the API stores none."""
    oldest = iso(call.account.now() - blueprints.KEPT)
    rows = executions.versions(call.account, find(call)["id"], oldest)
    names = ("created", "version", "scenarioId")
    return {"scenariosBlueprints": [{name: row[name] for name in names} | {"draft": False} for row in rows]}


@resource.get("/{scenarioId}/triggers", gateway=False)
def trigger(call: Call):
    """The hook that starts a scenario: a flat answer. What Make says of a scenario without one is not documented, nor
    which values `scope` has.
    """
    hook = call.account.store.get(tables.HOOKS, find(call)["hookId"] or 0)
    if hook is None:
        raise errors.not_found("Trigger not found.")
    (shown,) = hooks.shown(call.account, [hook], call.origin)
    return {name: shown[name] for name in HOOK} | {"scope": "hook"}


@resource.get("/{scenarioId}/usage", query=(Field("organizationTimezone", "boolean"),), gateway=False)
def usage_of(call: Call):
    """What the runs of one scenario consumed in each of the last 30 days."""
    account, scenario = call.account, find(call)
    organization = access.organization_of(account, scenario["teamId"])
    # A day more than is shown, because midnight may be elsewhere.
    earliest = usage.first_day(account) - timedelta(days=1)
    lines = _since(account, earliest, Selection(owners=(scenario["id"],)))
    rows = [line | {"since": line["timestamp"]} for line in lines]
    return {"data": usage.daily(account, rows, organizations.days(call, organization))}


def _since(account: Account, earliest: datetime, selection: Selection) -> list[Document]:
    """The log lines of a selection from a moment on."""
    young = Where("timestamp", ">=", iso(earliest))
    return account.store.select(tables.LOGS, replace(selection, where=(*selection.where, young)))


@resource.get("/consumptions", query=(Field("teamId", "integer"), Field("organizationId", "integer")), gateway=False)
def consumptions(call: Call):
    """What each scenario of a team or an organization has consumed since the last reset.

    A real organization is reset each month of its plan. Here the last 30 days count, as they do for its teams.
    """
    query, account = call.query, call.account
    if ("teamId" in query) == ("organizationId" in query):
        raise errors.invalid_parameters(["Exactly one of the parameters 'teamId' and 'organizationId' is required."])
    if "teamId" in query:
        teams = [access.team(account, query["teamId"])]
        where = Where("teamId", "=", teams[0]["id"])
    else:
        organization = access.organization(account, query["organizationId"])
        teams = account.store.list(tables.TEAMS, organization["id"])
        where = Where("organizationId", "=", organization["id"])
    reset = usage.first_day(account)
    consumed: dict[int, Cost] = {
        scenario["id"]: Cost() for team in teams for scenario in account.store.list(tables.SCENARIOS, team["id"])
    }
    for line in _since(account, reset, Selection(where=(where,))):
        consumed[line["scenarioId"]] += usage.cost_of(line)
    rows: list[dict[str, Any]] = [{"scenarioId": id_} | vars(cost) for id_, cost in consumed.items()]
    return {"scenarioConsumptions": rows, "lastReset": iso(reset)}
