"""What Make's mapping expressions are made of: references, operators and calls, each a function that finds a value.

Nothing of an expression is run as a program.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from make_sandbox.mapping import costs
from make_sandbox.mapping.budget import Budget
from make_sandbox.mapping.builtin_functions import FUNCTIONS, MAKERS, at, part
from make_sandbox.mapping.values import Unknown, bounded, equal, finite, is_empty, is_true, joined, number, order
from make_sandbox.model.clock import iso

UNKNOWN = object()
"""The bundle of a module that the practice account does not compute, or one value of a bundle."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What expressions may refer to: bundles by the number of their module, or `UNKNOWN`, and the variables of `var`.
    `budget` is what working them out may still take.
    """

    bundles: Mapping[str, Any]
    variables: Mapping[str, Any]
    now: datetime
    budget: Budget = field(default_factory=Budget)


Node = Callable[[Scope], Any]
"""An expression that has been read. It raises `Unknown` where its value needs what nobody knows, `TooLarge` where the
value is too large, and `Exhausted` where the budget does not allow it.
"""

_STEP = re.compile(r"\.(?:`(?P<quoted>[^`]*)`|(?P<name>[\w$]+))|\[(?P<place>-?\d*)\]")


def lone_number(expression: str) -> Node:
    """`{{1}}`: the whole bundle of a module (blueprints write it so), or the number where there is no such module."""

    def node(scope: Scope) -> Any:
        if expression not in scope.bundles:
            return number(expression)
        bundle = _known(scope.bundles[expression])
        values = cast("dict[str, Any]", bundle).values() if isinstance(bundle, dict) else ()
        if UNKNOWN in values:
            raise Unknown
        return scope.bundles[expression]

    return node


def _compared(holds: Callable[[int], bool]) -> Callable[[Any, Any], bool]:
    def compare(left: Any, right: Any) -> bool:
        found = order(left, right)
        return found is not None and holds(found)

    return compare


COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": _compared(lambda found: found < 0),
    "<=": _compared(lambda found: found <= 0),
    ">": _compared(lambda found: found > 0),
    ">=": _compared(lambda found: found >= 0),
}


def _sum(left: Any, right: Any) -> Any:
    """The sum of two numbers; other values become one text, as blueprints use it (`1.first + " " + 1.last`)."""
    one, other = number(left), number(right)
    if one is not None and other is not None:
        return finite(one + other)
    return joined([left, right])


def _calculated(calculate: Callable[[Any, Any], int | float]) -> Callable[[Any, Any], Any]:
    def calculated(left: Any, right: Any) -> int | float | None:
        one, other = number(left), number(right)
        try:
            return None if one is None or other is None else finite(calculate(one, other))
        except (ArithmeticError, ValueError):
            return None

    return calculated


ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": _sum,
    "-": _calculated(lambda left, right: left - right),
    "*": _calculated(lambda left, right: left * right),
    "/": _calculated(lambda left, right: left / right),
    "%": _calculated(lambda left, right: left % right),
}


def _known(value: Any) -> Any:
    if value is UNKNOWN:
        raise Unknown
    return value


_KEYWORDS: Mapping[str, Node] = {
    "true": lambda _: True,
    "false": lambda _: False,
    "null": lambda _: None,
    "emptystring": lambda _: "",
    "emptyarray": lambda _: [],
    "space": lambda _: " ",
    "newline": lambda _: "\n",
    "tab": lambda _: "\t",
    "now": lambda scope: iso(scope.now),
    "timestamp": lambda scope: int(scope.now.timestamp()),
}


def reference(token: str) -> Node:
    """A value by its path: the number of a module or a name, then names and places. What is not there is null."""
    if token in _KEYWORDS:
        return _KEYWORDS[token]
    root = re.split(r"[.\[]", token, maxsplit=1)[0]
    steps = [_step(found) for found in _STEP.finditer(token, len(root))]

    def node(scope: Scope) -> Any:
        if root.isdecimal():
            value = _known(scope.bundles.get(root))
        elif root == "var":
            value = scope.variables
        else:
            return None
        for step in steps:
            value = _known(step(value))
        return value

    return node


def _step(found: re.Match[str]) -> Callable[[Any], Any]:
    place, name = found["place"], found["quoted"] if found["name"] is None else found["name"]
    if place is None:
        return lambda value: part(value, name)
    # Empty brackets mean the first item.
    return lambda value: at(value, int(place) if place.strip("-") else 1)


def function(name: str, arguments: list[Node]) -> Node:
    """A call. What it does not need is not worked out: one branch of an `if` may be unknown."""
    if name in _LAZY:
        choose = _LAZY[name]
        return lambda scope: choose(scope, arguments)
    known = FUNCTIONS.get(name)

    def node(scope: Scope) -> Any:
        if known is None:
            # A function of Make's that is not built here, or one of the team's own.
            raise Unknown
        values = [argument(scope) for argument in arguments]
        costs.spend_on_call(scope.budget, name, values)
        try:
            made = bounded(known(*values))
        except TypeError:
            # The wrong number of arguments.
            return None
        return scope.budget.fitting(made) if name in MAKERS else made

    return node


def _if(scope: Scope, arguments: list[Node]) -> Any:
    condition, *branches = arguments or [_KEYWORDS["null"]]
    chosen = branches[0:1] if is_true(condition(scope)) else branches[1:2]
    return chosen[0](scope) if chosen else None


def _if_empty(scope: Scope, arguments: list[Node]) -> Any:
    value = None
    for argument in arguments:
        value = argument(scope)
        if not is_empty(value):
            break
    return value


def _switch(scope: Scope, arguments: list[Node]) -> Any:
    """`switch(value; case; result; case; result; otherwise)`."""
    subject, *cases = arguments or [_KEYWORDS["null"]]
    value = subject(scope)
    for case, result in zip(cases[::2], cases[1::2], strict=False):
        other = case(scope)
        costs.spend_on_pair(scope.budget, value, other)
        if equal(value, other):
            return result(scope)
    return cases[-1](scope) if len(cases) % 2 else None


_LAZY: Mapping[str, Callable[[Scope, list[Node]], Any]] = {"if": _if, "ifempty": _if_empty, "switch": _switch}
