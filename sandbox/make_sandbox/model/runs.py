"""Runs: what happens when a scenario is executed, and what is left of it.

A run takes its time. While it lasts the scenario is "already being executed"; when it has ended it leaves a line in
the log, its costs, and after a failure an incomplete execution and a notification. Nothing works in the background:
`settle` brings the account up to date before each request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from make_sandbox import errors
from make_sandbox.model import blueprints, failures, interface, notices, schedule, tables, usage
from make_sandbox.model.account import Account, chance
from make_sandbox.model.apps import AI_APPS
from make_sandbox.model.clock import iso, later, milliseconds, parse
from make_sandbox.model.selection import Selection
from make_sandbox.model.store import Document
from make_sandbox.model.usage import Cost

SUCCESS, WARNING, ERROR = 1, 2, 3


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """What starts a run. `author` is the user of a manual run; `dlq` the id of the incomplete execution it retries."""

    instant: bool = False
    author: Document | None = None
    inputs: Mapping[str, Any] | None = None
    dlq: str | None = None

    @property
    def type(self) -> str:
        return "auto" if self.author is None else "manual"


def is_running(account: Account, scenario_id: int) -> bool:
    return account.store.count(tables.EXECUTIONS, Selection(owners=(scenario_id,))) > 0


def is_paused(account: Account, scenario: Document) -> bool:
    team = account.store.get(tables.TEAMS, scenario["teamId"])
    organization = team and account.store.get(tables.ORGANIZATIONS, team["organizationId"])
    return bool(team and organization and (team["isPaused"] or organization["isPaused"]))


def begin(
    account: Account, scenario: Document, trigger: Trigger, at: datetime, stored: Document | None = None
) -> Document:
    """Starts a run at this moment, with the present blueprint or with a `stored` one, and returns the execution.

    What will become of it is settled at once, so that it cannot change while the run lasts.
    """
    blueprint = blueprints.current(account, scenario)["blueprint"] if stored is None else stored
    id_ = account.secret()
    outcome = _outcome(account, scenario, blueprint, trigger, id_)
    return account.store.add(
        tables.EXECUTIONS,
        {
            "id": id_,
            "scenarioId": scenario["id"],
            "startedAt": iso(at),
            "endsAt": iso(later(at, outcome["duration"])),
            "type": trigger.type,
            "instant": trigger.instant,
            "author": trigger.author,
            "dlq": trigger.dlq,
            "inputs": dict(trigger.inputs or {}),
            "blueprint": blueprint,
            **outcome,
        },
    )


def _outcome(
    account: Account, scenario: Document, blueprint: Document, trigger: Trigger, execution_id: str
) -> Document:
    failure = failures.first(account, blueprint)
    done = list(blueprints.modules(blueprint, handlers=False))
    if failure is not None:
        done = done[: failure.position]
    # A trigger may find several bundles, so the same modules cost a few operations more or less.
    operations = len(done) + chance(execution_id, 3) * (len(done) > 1)
    status = SUCCESS if failure is None else WARNING if failure.handlers else ERROR
    return {
        "status": status,
        "error": None if failure is None else failure.error(),
        "incomplete": failure is not None and _keeps(blueprint, failure),
        "retry": failure is not None and "builtin:Break" in failure.handlers,
        "outputs": interface.outputs(scenario["interface"], trigger.inputs or {}) if status != ERROR else None,
        "operations": operations,
        "transfer": operations * (900 + chance(execution_id, 400)),
        "centicredits": operations * 100 + 250 * sum(blueprints.app(module) in AI_APPS for module in done),
        "duration": operations * 220 + chance(execution_id, 350),
    }


def _keeps(blueprint: Mapping[str, Any], failure: failures.Failure) -> bool:
    """Whether the failure is stored: the scenario's settings allow it, or the error handler is a Break."""
    if failure.handlers:
        return "builtin:Break" in failure.handlers
    settings: Any = blueprint["metadata"].get("scenario")
    return isinstance(settings, dict) and bool(cast("Document", settings).get("dlq"))


def finish(account: Account, execution: Document) -> None:
    """Ends a run and writes down what is left of it."""
    store = account.store
    store.remove(tables.EXECUTIONS, execution["id"])
    scenario = store.get(tables.SCENARIOS, execution["scenarioId"])
    team = scenario and store.get(tables.TEAMS, scenario["teamId"])
    if scenario is None or team is None:
        return
    started = parse(execution["startedAt"])
    cost = Cost(**{name: execution[name] for name in ("operations", "transfer", "centicredits")})
    usage.add(account, team, started, cost)
    author = execution["author"]
    store.add(
        tables.LOGS,
        {
            "imtId": f"{milliseconds(started)}_scenario.{scenario['id']}.{execution['type']}.{execution['id']}",
            "id": execution["id"],
            "scenarioId": scenario["id"],
            "organizationId": team["organizationId"],
            "teamId": team["id"],
            "type": execution["type"],
            "authorId": author and author["id"],
            "authorName": author and author["name"],
            "instant": execution["instant"],
            "timestamp": execution["startedAt"],
            "status": execution["status"],
            "executionName": None,
            "duration": execution["duration"],
            **vars(cost),
            # What the API shows of a single run, and what a replay starts with.
            "inputs": execution["inputs"],
            "outputs": execution["outputs"],
            "error": execution["error"],
        },
    )
    if execution["dlq"] is not None:
        _after_retry(account, execution)
    elif execution["incomplete"]:
        _keep_incomplete(account, execution)
    if execution["status"] == ERROR:
        notices.of_failure(account, scenario, team, execution)


def _keep_incomplete(account: Account, execution: Document) -> None:
    scenario_id = execution["scenarioId"]
    index = account.store.count(tables.DLQS, Selection(owners=(scenario_id,)))
    account.store.add(
        tables.DLQS,
        {
            "id": account.secret(),
            "scenarioId": scenario_id,
            "executionId": execution["id"],
            "index": index,
            "reason": execution["error"]["message"],
            "created": execution["endsAt"],
            "size": execution["transfer"],
            "resolved": False,
            "deleted": False,
            "retry": execution["retry"],
            "attempts": 0,
            "blueprint": execution["blueprint"],
        },
    )


def _after_retry(account: Account, execution: Document) -> None:
    dlq = account.store.get(tables.DLQS, execution["dlq"])
    if dlq is not None:
        resolved = execution["status"] != ERROR
        account.store.put(tables.DLQS, dlq, resolved=resolved, attempts=dlq["attempts"] + 1)


CATCH_UP = 1000
"""How many runs are caught up with at once. An account that slept longer runs each scenario that is due once more."""


def is_due(account: Account) -> bool:
    """Whether something has come due that `settle` has to do."""
    due = _soonest(account)
    return due is not None and due <= account.stamp()


def settle(account: Account) -> None:
    """Ends the runs whose time is over and starts the scheduled ones, each at its own moment, in their order."""
    now = account.now()
    for _ in range(2 * CATCH_UP):
        due = _soonest(account)
        if due is None or due > iso(now):
            return
        _step(account, due)
    for scenario in account.store.due(tables.SCENARIOS, iso(now)):
        _start_due(account, scenario, now, now)
    for execution in account.store.due(tables.EXECUTIONS, iso(now)):
        finish(account, execution)


def _soonest(account: Account) -> str | None:
    moments = (account.store.soonest(table) for table in (tables.EXECUTIONS, tables.SCENARIOS))
    return min((moment for moment in moments if moment is not None), default=None)


def _step(account: Account, due: str) -> None:
    """All that comes due at one moment; a run that ends makes room for the next one."""
    for execution in account.store.due(tables.EXECUTIONS, due):
        finish(account, execution)
    for scenario in account.store.due(tables.SCENARIOS, due):
        _start_due(account, scenario, parse(due), parse(due))


def _start_due(account: Account, scenario: Document, at: datetime, after: datetime) -> None:
    following = schedule.next_run(scenario["scheduling"], after)
    account.store.put(tables.SCENARIOS, scenario, nextExec=following and iso(following))
    if not is_paused(account, scenario) and not is_running(account, scenario["id"]):
        begin(account, scenario, Trigger(), at)


def request(account: Account, scenario: Document, data: Mapping[str, Any]) -> Document:
    """`POST /scenarios/{id}/run`: starts a run by hand, or refuses it as Make does."""
    if is_paused(account, scenario):
        raise errors.paused()
    # A scenario on a hook cannot be run, active or not (reported by several): its hook has to be called.
    if not scenario["isActive"] or scenario["scheduling"]["type"] == "immediately":
        raise errors.not_activated()
    interface.check_inputs(scenario["interface"], data)
    if is_running(account, scenario["id"]):
        raise errors.wrong_state("Scenario is already being executed")
    return begin(account, scenario, Trigger(author=account.user(), inputs=data), account.now())
