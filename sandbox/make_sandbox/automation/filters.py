"""Filters in front of modules: `{"conditions": [[{"a", "o", "b"?}, ...], ...]}`.

The inner lists are joined by "and", the outer one by "or". A condition whose values nobody knows, or whose operator is
not one of these, holds nothing up: the filter passes unless what is known decides against it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

from make_sandbox.mapping import costs
from make_sandbox.mapping.budget import Budget
from make_sandbox.mapping.expressions import evaluate
from make_sandbox.mapping.nodes import Scope
from make_sandbox.mapping.values import Unknown, equal, is_empty, is_true, number, text

Known = bool | None
"""Whether something holds; `None` where nobody knows."""


CONDITION = 500
"""Units of work that a condition takes, besides those of its values."""


def passes(filter_: Any, scope: Scope) -> bool:
    """Whether a module's filter lets a bundle through. No filter does."""
    return holds(_part(filter_, "conditions"), lambda value: evaluate(value, scope), scope.budget)


def holds(conditions: Any, find: Callable[[Any], Any], budget: Budget) -> bool:
    """Whether conditions hold for values that `find` finds from what stands in them. None at all hold."""
    groups = [_all(_list(group), find, budget) for group in _list(conditions)]
    return not groups or any(group is not False for group in groups)


def _all(conditions: Iterable[Any], find: Callable[[Any], Any], budget: Budget) -> Known:
    known = [_condition(condition, find, budget) for condition in conditions]
    return False if False in known else None if None in known else True


def _condition(condition: Any, find: Callable[[Any], Any], budget: Budget) -> Known:
    budget.spend(CONDITION)
    compare, ignores_case = _operator(_part(condition, "o"))
    if compare is None:
        return None
    try:
        left, right = find(_part(condition, "a")), find(_part(condition, "b"))
    except Unknown:
        return None
    if isinstance(left, list):
        # It may be looked for among the items.
        budget.spend(costs.of_items(budget, cast("list[Any]", left), [right]))
    else:
        costs.spend_on_pair(budget, left, right)
        budget.spend(costs.of_search(budget, left, right))
    if ignores_case:
        left, right = text(left).lower(), text(right).lower()
    return compare(left, right)


def _operator(name: Any) -> tuple[Callable[[Any, Any], Known] | None, bool]:
    """The comparison that an operator means, and whether it ignores capitals (`text:equal:ci`)."""
    kind, _, rest = text(name).partition(":")
    plain, _, variant = rest.partition(":")
    # Without a type before it: `exist` and `notexist`.
    compare = _OPERATORS.get((kind, plain)) or _OPERATORS.get(("", kind if not rest else plain))
    return compare, variant == "ci"


def _part(value: Any, name: str) -> Any:
    return cast("Mapping[str, Any]", value).get(name) if isinstance(value, dict) else None


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _not(compare: Callable[[Any, Any], Known]) -> Callable[[Any, Any], Known]:
    def opposite(left: Any, right: Any) -> Known:
        found = compare(left, right)
        return None if found is None else not found

    return opposite


def _text(compare: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    return lambda left, right: compare(text(left), text(right))


def _number(compare: Callable[[float, float], bool]) -> Callable[[Any, Any], bool]:
    def compared(left: Any, right: Any) -> bool:
        one, other = number(left), number(right)
        return one is not None and other is not None and compare(one, other)

    return compared


def _date(compare: Callable[[datetime, datetime], bool]) -> Callable[[Any, Any], bool]:
    def compared(left: Any, right: Any) -> bool:
        one, other = _moment(left), _moment(right)
        return one is not None and other is not None and compare(one, other)

    return compared


def _moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(text(value))
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _has_item(left: Any, right: Any) -> bool:
    return any(equal(item, right) for item in _list(left))


def _exists(left: Any, _: Any) -> bool:
    """Make tells a field that is missing from one that is empty text; null counts as missing."""
    return left is not None


def _boolean(left: Any, right: Any) -> bool:
    return is_true(left) == is_true(right)


_CONTAINS, _STARTS, _ENDS = _text(lambda a, b: b in a), _text(str.startswith), _text(str.endswith)

_OPERATORS: Mapping[tuple[str, str], Callable[[Any, Any], Known]] = {
    ("", "exist"): _exists,
    ("", "notexist"): _not(_exists),
    ("text", "equal"): _text(lambda a, b: a == b),
    ("text", "notequal"): _text(lambda a, b: a != b),
    ("text", "contain"): _CONTAINS,
    ("text", "notcontain"): _not(_CONTAINS),
    ("text", "startwith"): _STARTS,
    ("text", "notstartwith"): _not(_STARTS),
    ("text", "endwith"): _ENDS,
    ("text", "notendwith"): _not(_ENDS),
    ("text", "empty"): lambda left, _: is_empty(left),
    ("text", "notempty"): lambda left, _: not is_empty(left),
    ("number", "equal"): _number(lambda a, b: a == b),
    ("number", "notequal"): _not(_number(lambda a, b: a == b)),
    ("number", "greater"): _number(lambda a, b: a > b),
    ("number", "less"): _number(lambda a, b: a < b),
    ("number", "greaterorequal"): _number(lambda a, b: a >= b),
    ("number", "lessorequal"): _number(lambda a, b: a <= b),
    ("boolean", "equal"): _boolean,
    ("boolean", "notequal"): _not(_boolean),
    ("date", "equal"): _date(lambda a, b: a == b),
    ("date", "notequal"): _not(_date(lambda a, b: a == b)),
    ("date", "greater"): _date(lambda a, b: a > b),
    ("date", "less"): _date(lambda a, b: a < b),
    ("date", "greaterorequal"): _date(lambda a, b: a >= b),
    ("date", "lessorequal"): _date(lambda a, b: a <= b),
    ("array", "contain"): _has_item,
    ("array", "notcontain"): _not(_has_item),
}
