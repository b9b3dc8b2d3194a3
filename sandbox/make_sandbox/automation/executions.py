"""Single runs: looked at, stopped, played again."""

from __future__ import annotations

from make_sandbox import errors
from make_sandbox.automation import runs
from make_sandbox.model import blueprints, tables
from make_sandbox.model.account import Account
from make_sandbox.model.clock import iso, milliseconds, parse
from make_sandbox.model.selection import Selection
from make_sandbox.model.store import Document

STATES = {runs.SUCCESS: "SUCCESS", runs.WARNING: "WARNING", runs.ERROR: "ERROR"}
RUNNING = "RUNNING"

# What Make calls the error of a stopped run is not documented.
STOPPED = {"name": "ExecutionInterruptedError", "message": "The execution was stopped by a user."}


def going_on(account: Account, scenario_id: int, execution_id: str) -> Document | None:
    """The run of a scenario, while it lasts."""
    return _of_scenario(account.store.get(tables.EXECUTIONS, execution_id), scenario_id)


def logged(account: Account, scenario_id: int, execution_id: str) -> Document | None:
    """The line of a run in the log of its scenario, once it has ended."""
    return _of_scenario(account.store.get(tables.LOGS, execution_id), scenario_id)


def _of_scenario(document: Document | None, scenario_id: int) -> Document | None:
    return document if document is not None and document["scenarioId"] == scenario_id else None


def detail(account: Account, scenario_id: int, execution_id: str) -> Document:
    """`{"status", "outputs"?, "error"?}`: the error of a run that failed, the outputs of any other if it has some.

    A run without outputs shows its status alone (measured).
    """
    if going_on(account, scenario_id, execution_id) is not None:
        return {"status": RUNNING}
    line = _known(account, scenario_id, execution_id)
    status = {"status": STATES[line["status"]]}
    if line["status"] == runs.ERROR:
        return status | {"error": line["error"]}
    return status | ({"outputs": line["outputs"]} if line["outputs"] else {})


def _known(account: Account, scenario_id: int, execution_id: str) -> Document:
    line = logged(account, scenario_id, execution_id)
    if line is None:
        raise errors.not_found("Execution not found.")
    return line


def stop(account: Account, scenario_id: int, execution_id: str) -> None:
    """Ends a run at this moment. It costs what it has done so far, fails, and leaves no incomplete execution.

    That a stopped run counts as failed is a guess, and so is the refusal of a run that has ended already.
    """
    execution = going_on(account, scenario_id, execution_id)
    if execution is None:
        _known(account, scenario_id, execution_id)
        raise errors.wrong_state("Scenario execution is not running")
    now, whole = account.now(), execution["duration"]
    lasted = min(milliseconds(now) - milliseconds(parse(execution["startedAt"])), whole)
    done = {name: execution[name] * lasted // max(whole, 1) for name in ("operations", "transfer", "centicredits")}
    end = {"status": runs.ERROR, "error": STOPPED, "outputs": None, "failer": None, "incomplete": False}
    runs.finish(account, execution | done | end | {"duration": lasted, "endsAt": iso(now), "stopped": True})


def replay(account: Account, scenario: Document, execution_ids: list[str]) -> Document:
    """Starts a run of the present blueprint with the inputs of an earlier one, the first of those that are named.

    That the others are passed over is documented, "currently". All of them have to be known (a guess).
    """
    if runs.is_paused(account, scenario):
        raise errors.paused()
    if not scenario["isActive"]:
        raise errors.not_activated()
    first, *_ = [_known(account, scenario["id"], id_) for id_ in execution_ids]
    # Not documented; runs by hand are refused so. On a hook, runs go on beside each other unless they take turns.
    on_hook = scenario["scheduling"]["type"] == "immediately"
    beside = on_hook and not blueprints.is_sequential(blueprints.current(account, scenario)["blueprint"])
    if not beside and runs.is_running(account, scenario["id"]):
        raise errors.wrong_state("Scenario is already being executed")
    trigger = runs.Trigger(instant=first["instant"], author=account.user(), inputs=first["inputs"])
    return runs.begin(account, scenario, trigger, account.now())


def versions(account: Account, scenario_id: int, oldest: str) -> list[Document]:
    """The blueprint versions of a scenario that were stored at this moment or later, the newest first."""
    found = account.store.select(tables.BLUEPRINTS, Selection(owners=(scenario_id,)))
    kept = [version for version in found if version["created"] >= oldest]
    return sorted(kept, key=lambda version: version["version"], reverse=True)
