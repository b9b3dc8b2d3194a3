"""The grammar of Make's mapping expressions: reads one into a function that looks its value up.

From the weakest to the strongest: values side by side (one text), `|`, `&`, comparisons, `+ -`, `* / %`, a minus sign.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from make_sandbox.mapping import costs
from make_sandbox.mapping.nodes import ARITHMETIC, COMPARISONS, Node, Scope, function, lone_number, reference
from make_sandbox.mapping.values import is_true, joined, number

DEEPEST = 30
"""How deep an expression may be nested."""

_NAME = r"(?:[^\W\d]|\$)[\w$]*"
_TOKEN = re.compile(
    rf"""\s*(?:
        (?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
      | (?P<number>\d{{1,100}}(?:\.\d{{1,100}})?(?![\w.`\[$]))
      | (?P<reference>(?:\d{{1,18}}|{_NAME})(?:\.(?:[\w$]+|`[^`]*`)|\[-?\d{{0,18}}\])*)
      | (?P<operator><=|>=|!=|[-+*/%=<>&|();])
    )""",
    re.VERBOSE | re.DOTALL,
)
_END = ("end", "")


class _Invalid(Exception):
    """The expression cannot be read."""


@lru_cache(maxsize=1024)
def parse(expression: str) -> Node:
    """The meaning of an expression. One that cannot be read is null; Make stops the run there, with an error."""
    try:
        if expression.isdecimal():
            return lone_number(expression)
        return _Parser(_tokens(expression)).whole()
    except _Invalid:
        return lambda _: None


def _tokens(expression: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(expression):
        found = _TOKEN.match(expression, place)
        if found is None or found.lastgroup is None:
            if expression[place:].strip():
                raise _Invalid
            break
        yield found.lastgroup, found[found.lastgroup]
        place = found.end()


class _Parser:
    """Reads an expression from its tokens, one method for each level of precedence."""

    def __init__(self, tokens: Iterator[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._depth = 0
        self._next = next(tokens, _END)

    def whole(self) -> Node:
        node = self._side_by_side()
        if self._next != _END:
            raise _Invalid
        return node

    def _take(self) -> tuple[str, str]:
        taken, self._next = self._next, next(self._tokens, _END)
        return taken

    def _takes(self, *operators: str) -> str | None:
        return self._take()[1] if self._next[0] == "operator" and self._next[1] in operators else None

    def _side_by_side(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise _Invalid
        nodes = [self._either()]
        while self._next != _END and self._next not in (("operator", ")"), ("operator", ";")):
            nodes.append(self._either())
        self._depth -= 1
        return nodes[0] if len(nodes) == 1 else _side_by_side(nodes)

    def _either(self) -> Node:
        nodes = [self._both()]
        while self._takes("|"):
            nodes.append(self._both())
        return nodes[0] if len(nodes) == 1 else lambda scope: any(is_true(node(scope)) for node in nodes)

    def _both(self) -> Node:
        nodes = [self._comparison()]
        while self._takes("&"):
            nodes.append(self._comparison())
        return nodes[0] if len(nodes) == 1 else lambda scope: all(is_true(node(scope)) for node in nodes)

    def _comparison(self) -> Node:
        left = self._chain(self._product, "+", "-")
        operator = self._takes(*COMPARISONS)
        if operator is None:
            return left
        right, holds = self._chain(self._product, "+", "-"), COMPARISONS[operator]

        def node(scope: Scope) -> bool:
            one, other = left(scope), right(scope)
            costs.spend_on_pair(scope.budget, one, other)
            return holds(one, other)

        return node

    def _product(self) -> Node:
        return self._chain(self._signed, "*", "/", "%")

    def _chain(self, level: Callable[[], Node], *operators: str) -> Node:
        first, steps = level(), list[tuple[Callable[[Any, Any], Any], Node]]()
        while operator := self._takes(*operators):
            steps.append((ARITHMETIC[operator], level()))
        if not steps:
            return first

        def node(scope: Scope) -> Any:
            value = first(scope)
            for calculate, operand in steps:
                other = operand(scope)
                costs.spend_on_pair(scope.budget, value, other)
                value = calculate(value, other)
            return value

        return node

    def _signed(self) -> Node:
        if not self._takes("-"):
            return self._atom()
        operand = self._atom()
        return lambda scope: ARITHMETIC["-"](0, operand(scope))

    def _atom(self) -> Node:
        kind, word = self._take()
        if kind == "text":
            literal = re.sub(r"\\(.)", _unescaped, word[1:-1], flags=re.DOTALL)
            return lambda _: literal
        if kind == "number":
            value = number(word)
            return lambda _: value
        if kind == "reference":
            return self._call(word) if word.isidentifier() and self._takes("(") else reference(word)
        if word == "(":
            node = self._side_by_side()
            self._expect(")")
            return node
        raise _Invalid

    def _call(self, name: str) -> Node:
        arguments: list[Node] = []
        if not self._takes(")"):
            arguments.append(self._argument())
            while self._takes(";"):
                arguments.append(self._argument())
            self._expect(")")
        return function(name, arguments)

    def _argument(self) -> Node:
        """One argument. One that is left out is null."""
        return (lambda _: None) if self._next[1] in (";", ")") and self._next[0] == "operator" else self._side_by_side()

    def _expect(self, operator: str) -> None:
        if not self._takes(operator):
            raise _Invalid


def _side_by_side(nodes: list[Node]) -> Node:
    def node(scope: Scope) -> str:
        values = [node(scope) for node in nodes]
        scope.budget.spend(2 * scope.budget.weight(values))
        return joined(values)

    return node


def _unescaped(found: re.Match[str]) -> str:
    return {"n": "\n", "t": "\t", "r": "\r"}.get(found[1], found[1])
