"""Runs: what happens when a scenario is executed, and what is left of it.

A run takes its time. While it lasts the scenario is "already being executed"; when it has ended it leaves a line in
the log, its costs, and after a failure an incomplete execution and a notification. Nothing works in the background:
`settle` brings the account up to date before each request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from make_sandbox import errors
from make_sandbox.automation import flow, outcomes
from make_sandbox.model import blueprints, incomings, interface, notices, schedule, tables, usage
from make_sandbox.model.account import Account
from make_sandbox.model.clock import iso, later, milliseconds, parse
from make_sandbox.model.selection import Selection
from make_sandbox.model.store import Document
from make_sandbox.model.usage import Cost

DAY = 24 * 3600
"""Seconds."""

SUCCESS, WARNING, ERROR = outcomes.SUCCESS, outcomes.WARNING, outcomes.ERROR


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """What starts a run. `author` is the user of a manual run; `dlq` the id of the incomplete execution it retries.

    `inputs` are what it starts with, if that is known: the data of a run by hand, or what a hook was given. `reached`
    is where a retry goes on.
    """

    instant: bool = False
    author: Document | None = None
    inputs: Mapping[str, Any] | None = None
    dlq: str | None = None
    reached: flow.Reached | None = None

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
    cause = outcomes.Cause(inputs=trigger.inputs, reached=trigger.reached)
    outcome = outcomes.of_run(account.at(at), scenario, blueprint, cause, id_)
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
            "inputs": None if trigger.inputs is None else dict(trigger.inputs),
            "blueprint": blueprint,
            **outcome,
        },
    )


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
    line = store.add(
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
        _after_retry(account, execution, line)
    elif execution["incomplete"]:
        _keep_incomplete(account, execution)
    # Nobody is told of a run that a person stopped.
    if execution["status"] == ERROR and not execution.get("stopped", False):
        notices.of_failure(account, scenario, team, execution)
    if scenario["isActive"] and blueprints.is_sequential(execution["blueprint"]):
        # What was delivered while this run lasted.
        take(account, scenario, min(account.now(), parse(execution["endsAt"])))


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
            **_failure(execution),
            "created": execution["endsAt"],
            "size": execution["transfer"],
            "resolved": False,
            "deleted": False,
            "retry": execution["retry"],
            "attempts": 0,
            "blueprint": execution["blueprint"],
        },
    )


def _after_retry(account: Account, execution: Document, line: Document) -> None:
    """Counts a retry, which is resolved unless it failed again; `line` is its line in the log of the scenario."""
    dlq = account.store.get(tables.DLQS, execution["dlq"])
    if dlq is None:
        return
    # A Break turns the failure into a warning, and still nothing is resolved.
    resolved = execution["status"] != ERROR and not execution["incomplete"]
    # A changed blueprint may fail elsewhere; that the incomplete execution tells of the latest failure is a guess.
    latest = {} if resolved or execution["failer"] is None else _failure(execution)
    account.store.put(tables.DLQS, dlq, **latest, resolved=resolved, attempts=dlq["attempts"] + 1)
    # The form of these ids is a guess, after those of a scenario's log.
    time, _, _ = line["imtId"].partition("_")
    imt_id = f"{time}_dlq.{dlq['id']}.{line['type']}.{line['id']}"
    account.store.add(tables.DLQ_LOGS, line | {"dlqId": dlq["id"], "imtId": imt_id})


def _failure(execution: Document) -> Document:
    return {
        "reason": execution["error"]["message"],
        "failer": execution["failer"],
        "reached": execution["reached"],
    }


def retry(account: Account, scenario: Document, dlq: Document) -> None:
    """Goes on at the module that failed, with what the modules before it had brought.

    It begins and ends at once, in one transaction, so that no other retry can begin beside it.
    """
    failed = account.store.get(tables.LOGS, dlq["executionId"])
    reached = flow.Reached(module=dlq["failer"], **dlq["reached"])
    trigger = Trigger(author=account.user(), inputs=failed and failed["inputs"], dlq=dlq["id"], reached=reached)
    finish(account, begin(account, scenario, trigger, account.now(), dlq["blueprint"]))


CATCH_UP = 20_000
"""How many runs are caught up with at once. An account that slept longer runs each scenario once more, and goes on."""


def coming(account: Account, until: datetime) -> int:
    """How many runs their schedules will bring until a moment, at most."""
    number = 0
    for scenario in account.store.due(tables.SCENARIOS, iso(until)):
        seconds = schedule.interval(scenario["scheduling"]) or DAY
        number += int((until - parse(scenario["nextExec"])).total_seconds() // max(seconds, 60)) + 1
    return number


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
        missed = now - parse(scenario["nextExec"])
        # What runs at intervals goes on at the times at which it would have run.
        interval = timedelta(seconds=max(schedule.interval(scenario["scheduling"]) or 60, 60))
        _start_due(account, scenario, now, parse(scenario["nextExec"]) + missed // interval * interval)
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
    come_due(account, scenario, at)


def come_due(account: Account, scenario: Document, at: datetime) -> None:
    """Does what a schedule is for: runs the scenario, or, where it waits for a hook, takes what was delivered there."""
    if scenario["hookId"] is not None:
        take(account, scenario, at)
    elif not is_paused(account, scenario) and not is_running(account, scenario["id"]):
        begin(account, scenario, Trigger(), at)


def take(account: Account, scenario: Document, at: datetime) -> dict[str, Document]:
    """Begins a run for each delivery that waits at the hook of a scenario: beside each other, or, where the scenario
    is sequential, the first one if nothing else runs. Returns the executions by the ids of the deliveries.

    Make may also hand several deliveries to one run (the trigger's `maxResults`); that is not played.
    """
    begun: dict[str, Document] = {}
    waiting = incomings.waiting(account, scenario["hookId"]) if scenario["hookId"] is not None else []
    if not waiting or is_paused(account, scenario):
        return begun
    in_turn = blueprints.is_sequential(blueprints.current(account, scenario)["blueprint"])
    for incoming in waiting:
        if in_turn and is_running(account, scenario["id"]):
            break
        instant = scenario["scheduling"]["type"] == "immediately"
        trigger = Trigger(instant=instant, inputs=incomings.take(account, incoming))
        begun[incoming["id"]] = begin(account, scenario, trigger, at)
    return begun


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
    inputs: Mapping[str, Any] | None = data
    if scenario["hookId"] is not None and not data:
        # The editor's "Run once" takes what waits as well.
        waiting = incomings.waiting(account, scenario["hookId"])
        inputs = incomings.take(account, waiting[0]) if waiting else None
    return begin(account, scenario, Trigger(author=account.user(), inputs=inputs), account.now())
