"""The work of calls and comparisons, in the units of a `Budget`: measured, and rounded up. It is spent before they are
worked out, so that nothing begins that a run cannot pay for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from make_sandbox.mapping.budget import NODE, Budget

CALL = 100
EXPRESSION = 2_000
"""What each expression costs, besides its characters."""

CHARACTER = 300
"""What each character of an expression costs: it is read, understood and worked out."""

_FACTORS: Mapping[str, int] = {
    "startcase": 25,
    "parseJSON": 10,
    "parseNumber": 10,
    "encodeURL": 15,
    "split": 5,
    "get": 10,
    "toString": 2,
    "join": 2,
    "replace": 2,
}
"""For each character of the arguments, where it is not 1."""

_OF_PLACES = frozenset({"length", "first", "last", "get"})
"""Functions that do not look through an array or a collection that they are given first."""

_OF_ITEMS = frozenset({"keys", "reverse", "add", "merge", "sum", "average", "max", "min"})
"""Functions that look through it, and not into its items."""

_SEARCHES = frozenset({"contains", "indexOf", "replace", "split"})
_DATE = 20_000
"""A time zone that does not exist is looked for on the disk."""


def spend_on_call(budget: Budget, name: str, arguments: list[Any]) -> None:
    """Spends what the call of a function costs."""
    budget.spend(CALL + _of_call(budget, name, arguments))


def _of_call(budget: Budget, name: str, arguments: list[Any]) -> int:
    first, others = arguments[:1], arguments[1:]
    if name == "map":
        # Two paths are followed in each row, and what stands there may become a text.
        each = NODE + budget.weight(others[:2])
        return 10 * budget.weight(others) + _length(first) * each + 2 * budget.weight(first)
    if name == "contains" and _length(first):
        return of_items(budget, arguments[0], others)
    if name in _OF_ITEMS:
        return NODE * (len(arguments) + sum(_length([value]) for value in arguments)) + _characters(arguments)
    if name in _OF_PLACES and isinstance(arguments[0] if arguments else None, dict | list):
        first = []
    work = _FACTORS.get(name, 1) * (budget.weight(first) + budget.weight(others))
    if name in _SEARCHES and others:
        work += of_search(budget, arguments[0], others[0])
    return work + _DATE * (name == "formatDate")


def _length(values: list[Any]) -> int:
    """How many items an array or a collection has."""
    value = values[0] if values else None
    return len(cast("list[Any]", value)) if isinstance(value, list | dict) else 0


def _characters(values: list[Any]) -> int:
    return sum(len(value) for value in values if isinstance(value, str))


def of_items(budget: Budget, items: Any, others: list[Any]) -> int:
    """The work of comparing each item of an array with another value."""
    return 2 * budget.weight([items]) + _length([items]) * (NODE + 2 * budget.weight(others))


def of_search(budget: Budget, value: Any, wanted: Any) -> int:
    """The work of looking for a text in another: at worst, a short one is compared at each place."""
    return budget.weight([value]) * (1 + min(budget.weight([wanted]), 100) // 20)


def spend_on_pair(budget: Budget, left: Any, right: Any) -> None:
    """Spends what it costs to compare two values, or to join them."""
    budget.spend(CALL + 2 * budget.weight((left, right)))
