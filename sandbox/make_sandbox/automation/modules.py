"""What single modules compute: the bundle that the modules behind them may refer to.

Modules of apps are not computed: their bundle is `UNKNOWN`. Neither is one of these whose mapper needs such a bundle.
Module names and the fields of their mappers are those of real blueprints.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from make_sandbox.automation import stored
from make_sandbox.automation.stored import Failed
from make_sandbox.mapping.expressions import evaluate, render
from make_sandbox.mapping.nodes import UNKNOWN, Scope
from make_sandbox.mapping.values import Unknown, is_empty, parsed, text, whole
from make_sandbox.model import blueprints
from make_sandbox.model.account import Account
from make_sandbox.model.store import Document

MODULE = 20_000
"""Units of work that each module takes, besides what it computes: see `mapping.budget`."""

PARSED = 3
"""For each character that a module reads."""

NOTHING = object()
"""No bundle at all: the modules behind do not run."""


@dataclass(kw_only=True)
class Work:
    """What a run leaves behind while it goes on: its variables, what it returns, and its answer to the hook's caller."""

    account: Account
    variables: dict[str, Any] = field(default_factory=dict[str, Any])
    returned: dict[str, Any] | None = None
    response: Document | None = None


def compute(work: Work, module: blueprints.Module, scope: Scope) -> Any:
    """The bundle of a module, `UNKNOWN`, or `NOTHING`.

    Raises:
        Failed: the module fails.
        TooLarge: it makes a bundle that is too large.
        Exhausted: the run has done all that it may do.
    """
    scope.budget.spend(MODULE)
    bundle = _computed(work, module, scope)
    return bundle if bundle in (UNKNOWN, NOTHING) else scope.budget.fitting(bundle)


def _computed(work: Work, module: blueprints.Module, scope: Scope) -> Any:
    name = str(module.get("module"))
    mapper: Any = module.get("mapper")
    fields: Mapping[str, Any] = cast("Mapping[str, Any]", mapper) if isinstance(mapper, dict) else {}
    try:
        if name in _OF_RUN:
            return _OF_RUN[name](work, fields, scope)
        if name.startswith("datastore:"):
            bundle = stored.compute(work.account, module, fields, scope)
            return NOTHING if bundle is None else bundle
        calculate = _OF_MAPPER.get(name)
        if calculate is None:
            return UNKNOWN
        given = scope.budget.fitting(evaluate(dict(fields), scope))
        # A text in it is read as JSON at most, or all of it is written as such.
        scope.budget.spend(PARSED * scope.budget.weight([given]))
        return calculate(given)
    except Unknown:
        return UNKNOWN


def each(fields: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    """The values of fields, each `UNKNOWN` by itself."""
    return {name: _value(value, scope) for name, value in fields.items()}


def _value(value: Any, scope: Scope) -> Any:
    try:
        return evaluate(value, scope)
    except Unknown:
        return UNKNOWN


def _compose(fields: Mapping[str, Any]) -> Any:
    return {"value": fields.get("value")}


def _parse_json(fields: Mapping[str, Any]) -> Any:
    """The parsed value. Of an array, which makes one bundle for each item, the first goes on (see `_feed`)."""
    if "json" not in fields:
        return UNKNOWN
    if is_empty(fields["json"]):
        raise Failed("BundleValidationError", "Missing value of required parameter 'json'.")
    value = parsed(text(fields["json"]))
    if value is None:
        raise Failed("DataError", "Source is not valid JSON.")
    return _bundle(value[0] if isinstance(value, list) and value else value)


def _create_json(fields: Mapping[str, Any]) -> Any:
    value = fields.get("object", fields)
    return {"json": json.dumps(value, ensure_ascii=False)}


def _feed(fields: Mapping[str, Any]) -> Any:
    """The first item of an array. Make runs the modules behind once for each; here one run stands for all of them."""
    value = fields.get("array")
    items = cast("list[Any]", value) if isinstance(value, list) else [] if is_empty(value) else [value]
    if not items:
        return NOTHING
    return _bundle(items[0]) | {"__IMTINDEX__": 1, "__IMTLENGTH__": len(items)}


def _bundle(value: Any) -> Document:
    return cast("Document", value) if isinstance(value, dict) else {"value": value}


_OF_MAPPER: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "util:ComposeTransformer": _compose,
    "json:ParseJSON": _parse_json,
    "json:CreateJSON": _create_json,
    "json:TransformToJSON": _create_json,
    "builtin:BasicFeeder": _feed,
}

OfRun = Callable[[Work, Mapping[str, Any], Scope], Any]


def _named(fields: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Names and values of variables: one beside the other, or in a list."""
    for item in blueprints.objects(fields.get("variables")) or [fields]:
        yield item.get("name"), item.get("value")


def _set_variables(work: Work, fields: Mapping[str, Any], scope: Scope) -> Any:
    names = {text(evaluate(name, scope)): value for name, value in _named(fields) if name is not None}
    bundle = scope.budget.fitting({name: _value(value, scope) for name, value in names.items()})
    work.variables.update(bundle)
    return bundle


def _get_variables(work: Work, fields: Mapping[str, Any], scope: Scope) -> Any:
    names = [text(evaluate(name, scope)) for name, _ in _named(fields)]
    return {name: work.variables.get(name) for name in names}


def _return_data(work: Work, fields: Mapping[str, Any], scope: Scope) -> Any:
    work.returned = scope.budget.fitting(each(fields, scope))
    return {}


def _respond(work: Work, fields: Mapping[str, Any], scope: Scope) -> Any:
    """Answers the caller of the hook. Only the first answer counts."""
    if work.response is None:
        status = whole(render(fields.get("status"), scope), 200)
        headers = [
            {"key": text(render(row.get("key"), scope)), "value": text(render(row.get("value"), scope))}
            for row in blueprints.objects(fields.get("headers"))
        ]
        body = text(render(fields.get("body"), scope))
        answer = {"status": status if 200 <= status <= 599 else 200, "body": body, "headers": headers}
        work.response = scope.budget.fitting(answer)
    return {}


_OF_RUN: Mapping[str, OfRun] = {
    "util:SetVariable": _set_variables,
    "util:SetVariable2": _set_variables,
    "util:SetVariables": _set_variables,
    "util:GetVariable": _get_variables,
    "util:GetVariable2": _get_variables,
    "util:GetVariables": _get_variables,
    "scenario-service:ReturnData": _return_data,
    "gateway:WebhookRespond": _respond,
}
