"""The way of one bundle through a blueprint: which modules run, what they compute, and where it ends."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from make_sandbox.automation import failures, filters, modules
from make_sandbox.automation.stored import Failed
from make_sandbox.mapping.budget import Budget, Exhausted
from make_sandbox.mapping.expressions import evaluate
from make_sandbox.mapping.nodes import UNKNOWN, Scope
from make_sandbox.mapping.values import TooLarge, Unknown
from make_sandbox.model import blueprints
from make_sandbox.model.account import Account
from make_sandbox.model.store import Document

RESUME = "builtin:Resume"
ENDS = frozenset({"builtin:Break", "builtin:Commit", "builtin:Rollback"})
"""Error handlers that end the whole run."""


TOO_LARGE = Failed("DataSizeLimitExceededError", "The bundle of the module is too large for the practice account.")
"""Make's name of the error is documented; that a bundle can cause it is a guess."""

INTERRUPTED = Failed(
    "ExecutionInterruptedError",
    "The run takes too much time: the practice account gives each run a limited amount of work.",
)
"""Make's error of a run that takes more than 40 minutes (documented). There it ends with a warning; here it fails, so
that nobody overlooks that something was left undone.
"""

KEPT = 20_000_000
"""Units of work that the bundles and variables are worth which a failed run keeps for a retry; see `mapping.budget`."""


class _Ended(Exception):
    """The run ends here."""


@dataclass(frozen=True, kw_only=True)
class Reached:
    """How far a run came before it failed: the module that failed, the bundles of those before it, and the variables.

    As documents, where a value that nobody knows is left out: a retry goes on from here (documented).
    """

    module: Any
    bundles: Mapping[str, Any]
    variables: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Start:
    """What a run starts with. `trigger` is the bundle of the first module where that one is what starts the scenario
    from outside (see `starts`), `inputs` are what `var.input` names, and `reached` is where a retry goes on.
    """

    trigger: Any
    inputs: Mapping[str, Any]
    reached: Reached | None = None


def known(values: Mapping[str, Any]) -> Document:
    """What of some values is known, and so can be kept as a document."""
    return {name: value for name, value in values.items() if _is_known(value)}


def _is_known(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_known(inner) for inner in cast("Document", value).values())
    return value is not UNKNOWN and (not isinstance(value, list) or all(map(_is_known, cast("list[Any]", value))))


@dataclass(kw_only=True)
class Played:
    """What a run did. `done` are the modules that ran, the failing one included; those of error handlers are not in it.

    `failure` is the one that the run failed with, or else the first one that an error handler took care of.
    """

    work: modules.Work
    done: list[blueprints.Module] = field(default_factory=list[blueprints.Module])
    failure: failures.Failure | None = None
    bundles: dict[str, Any] = field(default_factory=dict[str, Any])

    def reached(self) -> Document:
        """See `Reached`: what a retry has to know, besides the module."""
        budget = Budget(KEPT)
        # What a run shares between its bundles is written down once for each. Those that have no room are unknown.
        return {
            "bundles": known(_affordable(self.bundles, budget)),
            "variables": known(_affordable(self.work.variables, budget)),
        }


def _affordable(values: Mapping[str, Any], budget: Budget) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    with contextlib.suppress(Exhausted):
        for name, value in values.items():
            budget.spend(budget.weight([value]))
            kept[name] = value
    return kept


def play(account: Account, blueprint: Mapping[str, Any], start: Start) -> Played:
    """Runs a blueprint."""
    played = Played(work=modules.Work(account=account))
    with contextlib.suppress(_Ended):
        _Flow(played, start, blueprint).run(blueprint.get("flow"))
    return played


def starts(blueprint: Mapping[str, Any]) -> blueprints.Module | None:
    """The first module of a blueprint, if it waits for a hook's data or for the inputs of a run."""
    first = next(blueprints.modules(blueprint), None)
    if first is None:
        return None
    from_outside = blueprints.parameter(first, "hook") is not None or first.get("module") in _TRIGGERS
    return first if from_outside else None


HOOK_TRIGGERS = frozenset({"gateway:CustomWebHook", "gateway:CustomMailHook"})
INPUTS = "scenario-service:StartSubscenario"
_TRIGGERS = HOOK_TRIGGERS | {INPUTS}


class _Flow:
    def __init__(self, played: Played, start: Start, blueprint: Mapping[str, Any]) -> None:
        self._played = played
        self._trigger = start.trigger
        self._bundles = played.bundles
        now = played.work.account.now()
        self._scope = Scope(bundles=self._bundles, variables={"input": dict(start.inputs)}, now=now)
        # A blueprint that was changed meanwhile may have lost the module; then there is nowhere to go on.
        reached = start.reached
        there = (module.get("id") for module in blueprints.modules(blueprint, handlers=False))
        self._reached = reached if reached is not None and reached.module in there else None
        if self._reached is not None:
            played.work.variables.update(self._reached.variables)

    def run(self, flow: Any) -> None:
        for module in blueprints.objects(flow):
            if self._reached is not None and module.get("id") != self._reached.module:
                self._bundles[str(module.get("id"))] = self._reached.bundles.get(str(module.get("id")), UNKNOWN)
                for route in blueprints.objects(module.get("routes")):
                    self.run(route.get("flow"))
                continue
            self._reached = None
            try:
                bundle = self._outcome(module)
            except Exhausted:
                # No handler helps: it would have no work left either.
                without: Document = {**module, "onerror": []}
                self._played.failure = failures.Failure(
                    module=without, name=INTERRUPTED.name, message=INTERRUPTED.message
                )
                raise _Ended from None
            if bundle is modules.NOTHING:
                return
            self._bundles[str(module.get("id"))] = bundle
            for route in blueprints.objects(module.get("routes")):
                self.run(route.get("flow"))

    def _outcome(self, module: blueprints.Module) -> Any:
        """The bundle that goes on: what the module makes, or what its error handler makes of its failure."""
        try:
            if not filters.passes(module.get("filter"), self._scope):
                return modules.NOTHING
            self._played.done.append(module)
            return self._bundle(module)
        except Failed as failed:
            return self._after(module, failed)
        except TooLarge:
            return self._after(module, TOO_LARGE)

    def _bundle(self, module: blueprints.Module) -> Any:
        reason = failures.reason(self._account, module)
        if reason is not None:
            raise Failed(*reason)
        if not self._bundles and self._trigger is not None:
            return self._trigger
        return modules.compute(self._played.work, module, self._scope)

    def _after(self, module: blueprints.Module, failed: Failed) -> Any:
        """What goes on after a module has failed: the bundle of a Resume, or nothing.

        A handler without a directive at its end ends the flow like an Ignore.
        """
        failure = failures.Failure(module=module, name=failed.name, message=failed.message)
        handlers = failure.handlers
        if self._played.failure is None or not handlers:
            self._played.failure = failure
        if not handlers:
            raise _Ended
        self._bundles[str(module.get("id"))] = {"error": {"type": failed.name, "message": failed.message}}
        bundle = self._handle(module)
        if ENDS.intersection(handlers):
            raise _Ended
        return bundle

    def _handle(self, module: blueprints.Module) -> Any:
        """Runs the modules of an error handler, which may answer a hook's caller. One that fails ends it."""
        try:
            return self._handled(module)
        except (Failed, TooLarge):
            return modules.NOTHING

    def _handled(self, module: blueprints.Module) -> Any:
        for handler in blueprints.modules({"flow": module.get("onerror")}):
            if handler.get("module") == RESUME:
                return self._resumed(handler)
            if filters.passes(handler.get("filter"), self._scope) and failures.reason(self._account, handler) is None:
                self._bundles[str(handler.get("id"))] = modules.compute(self._played.work, handler, self._scope)
        return modules.NOTHING

    @property
    def _account(self) -> Account:
        return self._played.work.account

    def _resumed(self, handler: blueprints.Module) -> Any:
        try:
            bundle: Any = self._scope.budget.fitting(evaluate(handler.get("mapper"), self._scope))
        except Unknown:
            return UNKNOWN
        return cast("Document", bundle) if isinstance(bundle, dict) else {}
