"""Make's mapping expressions: `{{...}}` inside texts, as blueprints hold them.

    {{1.name}}  {{1.items[1].price}}  {{1.`first name`}}  {{var.input.name}}
    {{ifempty(1.name; "nobody")}}  {{if(1.total > 100 & 1.paid = true; "large"; "small")}}  {{1.price * 2}}

Arrays are counted from 1, arguments are separated by semicolons, and values side by side make one text.
"""

from __future__ import annotations

from typing import Any, cast

from make_sandbox.mapping import costs
from make_sandbox.mapping.grammar import parse
from make_sandbox.mapping.nodes import Node, Scope
from make_sandbox.mapping.values import Unknown, joined

LONGEST = 10_000
"""Characters of one expression."""

DEEPEST = 40
"""How deep values may be nested. What is deeper stays as it is."""


def evaluate(value: Any, scope: Scope, depth: int = DEEPEST) -> Any:
    """A value with all expressions in it evaluated, in objects and lists too.

    A text that is one expression alone becomes its value, which may be of any type. What is not there is null.

    Raises:
        Unknown: the value needs something that the practice account does not compute.
        TooLarge: a text or an array in it becomes too large. How large the whole is has to be looked at, see `Budget`.
        Exhausted: the scope's budget does not allow it.
    """
    scope.budget.spend(costs.CALL)
    if isinstance(value, str):
        return _evaluate_text(value, scope)
    if depth and isinstance(value, list):
        return [evaluate(item, scope, depth - 1) for item in cast("list[Any]", value)]
    if depth and isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        return {name: evaluate(item, scope, depth - 1) for name, item in items}
    return value


def render(value: Any, scope: Scope) -> Any:
    """The same for an answer that has to be given: what nobody knows is left empty in it."""
    if isinstance(value, str):
        return _put_together([_or_nothing(piece, scope) for piece in _parts(value, scope)], scope)
    return evaluate(value, scope)


def _or_nothing(piece: str | Node, scope: Scope) -> Any:
    try:
        return piece if isinstance(piece, str) else piece(scope)
    except Unknown:
        return None


def _evaluate_text(text: str, scope: Scope) -> Any:
    if "{{" not in text:
        return text
    try:
        pieces = _parts(text, scope)
        return _put_together([piece if isinstance(piece, str) else piece(scope) for piece in pieces], scope)
    except RecursionError:
        raise Unknown from None


def _put_together(values: list[Any], scope: Scope) -> Any:
    if len(values) == 1:
        return values[0]
    scope.budget.spend(2 * scope.budget.weight(values))
    return joined(values)


def _parts(text: str, scope: Scope) -> list[str | Node]:
    """A text cut into what stands in it as it is, and expressions."""
    parts: list[str | Node] = []
    start = 0
    while (opening := text.find("{{", start)) >= 0 and (closing := _closing(text, opening + 2)) is not None:
        if opening > start:
            parts.append(text[start:opening])
        scope.budget.spend(costs.EXPRESSION + costs.CHARACTER * (closing - opening))
        parts.append(parse(text[opening + 2 : closing].strip()))
        start = closing + 2
    if start < len(text) or not parts:
        parts.append(text[start:])
    return parts


def _closing(text: str, start: int) -> int | None:
    """Where the expression that starts here ends. Braces in its texts do not count."""
    quote = ""
    place = start
    while place < min(len(text), start + LONGEST):
        character = text[place]
        if quote:
            if character == "\\" and quote != "`":
                place += 1
            elif character == quote:
                quote = ""
        elif character in "\"'`":
            quote = character
        elif text.startswith("}}", place):
            return place
        place += 1
    return None
