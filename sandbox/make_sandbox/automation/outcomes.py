"""What becomes of a run: settled when it begins, from what its blueprint does with what it was started with."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from make_sandbox import typed
from make_sandbox.automation import failures, flow
from make_sandbox.lists.apps import AI_APPS
from make_sandbox.mapping.nodes import UNKNOWN
from make_sandbox.mapping.values import number, text
from make_sandbox.model import blueprints, interface
from make_sandbox.model.account import Account, chance
from make_sandbox.model.store import Document

SUCCESS, WARNING, ERROR = 1, 2, 3


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What a run was started with, if anybody knows: the data of a run by hand, or what a hook was given. A retry goes
    on from where the failed run had come to.
    """

    inputs: Mapping[str, Any] | None = None
    reached: flow.Reached | None = None


def of_run(
    account: Account,
    scenario: Document,
    blueprint: Document,
    cause: Cause,
    execution_id: str,
) -> Document:
    """How a run of a blueprint ends and what it costs.

    The modules of data stores do their work now. `response` is the answer to the hook's caller, if a module gives one:
    `{"status", "body", "headers"}`.
    """
    try:
        outcome = _of_run(account, scenario, blueprint, cause, execution_id)
        # What cannot be stored has to be found here.
        json.dumps(outcome)
    except Exception:
        logging.getLogger(__name__).exception("scenario %s cannot be played", scenario["id"])
        return _not_played()
    return outcome


def _not_played() -> Document:
    """The outcome of a run at which the practice account itself has failed."""
    message = "The practice account cannot play this scenario. That is a fault of its own: please report the blueprint."
    return {
        "status": ERROR,
        "error": {"name": "RuntimeError", "message": message, "causeModule": {"name": "", "appName": ""}},
        "failer": None,
        "reached": {"bundles": {}, "variables": {}},
        "incomplete": False,
        "retry": False,
        "outputs": None,
        "response": None,
        "operations": 0,
        "transfer": 0,
        "centicredits": 0,
        "duration": 0,
    }


def _of_run(
    account: Account,
    scenario: Document,
    blueprint: Document,
    cause: Cause,
    execution_id: str,
) -> Document:
    inputs = cause.inputs
    trigger = _trigger(scenario, blueprint, inputs)
    given = _defaults(scenario) | dict(inputs or {})
    played = flow.play(account, blueprint, flow.Start(trigger=trigger, inputs=given, reached=cause.reached))
    failure, done = played.failure, played.done
    # A trigger of an app may find several bundles, so the same modules cost a few operations more or less.
    several = trigger in (None, UNKNOWN) and len(done) > 1
    operations = len(done) + chance(execution_id, 3) * several
    status = SUCCESS if failure is None else WARNING if failure.handlers else ERROR
    return {
        "status": status,
        "error": None if failure is None else failure.error(),
        # The number of the module that fails.
        "failer": None if failure is None else failure.module.get("id"),
        "reached": None if failure is None else played.reached(),
        "incomplete": failure is not None and _keeps(blueprint, failure),
        "retry": failure is not None and "builtin:Break" in failure.handlers,
        "outputs": _outputs(scenario, played.work.returned, inputs or {}) if status != ERROR else None,
        "response": played.work.response,
        "operations": operations,
        "transfer": operations * (900 + chance(execution_id, 400)),
        "centicredits": operations * 100 + 250 * sum(blueprints.app(module) in AI_APPS for module in done),
        "duration": operations * 220 + chance(execution_id, 350),
    }


def _trigger(scenario: Document, blueprint: Document, inputs: Mapping[str, Any] | None) -> Any:
    """The bundle of the first module: nothing where that one is no trigger from outside."""
    first = flow.starts(blueprint)
    if first is None:
        return None
    if first.get("module") == flow.INPUTS:
        return _defaults(scenario) | dict(inputs or {})
    return UNKNOWN if inputs is None else dict(inputs)


def _defaults(scenario: Document) -> Document:
    """The inputs that a run has when nobody gives them."""
    return {field["name"]: field.get("default") for field in scenario["interface"]["input"]}


def _keeps(blueprint: Mapping[str, Any], failure: failures.Failure) -> bool:
    """Whether the failure is stored: the scenario's settings allow it, or the error handler is a Break."""
    if failure.handlers:
        return "builtin:Break" in failure.handlers
    settings: Any = blueprint["metadata"].get("scenario")
    return isinstance(settings, dict) and bool(cast("Document", settings).get("dlq"))


def _outputs(scenario: Document, returned: Mapping[str, Any] | None, inputs: Mapping[str, Any]) -> Document:
    """What a run returns: what the module "Return output" was told to, in the types of the scenario's outputs.

    A value that depends on what an app answers is made up.
    """
    if returned is None:
        return {}
    fields: list[Document] = scenario["interface"]["output"]
    made_up = interface.outputs(scenario["interface"], inputs)
    if not fields:
        # Whether Make returns what no output declares is not known; nobody would map it in vain.
        return {name: None if value is UNKNOWN else value for name, value in returned.items()}
    return {
        field["name"]: made_up[field["name"]]
        if returned.get(field["name"]) is UNKNOWN
        else _converted(returned.get(field["name"]), field.get("type", "text"))
        for field in fields
    }


def _converted(value: Any, kind: str) -> Any:
    """A value in the type of an output, where it can be one."""
    if value is None:
        return None
    if kind in typed.NUMBERS:
        found = number(value)
        return value if found is None else found
    if kind == "boolean" and value in ("true", "false"):
        return value == "true"
    return text(value) if kind == "text" and isinstance(value, bool | int | float) else value
