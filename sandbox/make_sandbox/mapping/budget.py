"""How much one run may do, and how large the values may be that it makes.

Make stops a run by the clock. Here work is counted, so that the same blueprint with the same data always ends in the
same way, on every machine. One unit stands for about ten nanoseconds: a character that is read or copied.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from make_sandbox.mapping.values import DEEPEST, TooLarge

WORK = 200_000_000
"""Units that one run has: about as much as one request may take."""

NODE = 20
"""Units for each value inside an array or a collection: to look at it, and to write it down."""

SLOW = 150
"""Units for each number and each collection, besides: to write one down takes longer."""

NODES = 100_000
CHARACTERS = 5 * 1024 * 1024
"""Values and characters in what an expression or a module makes, as many as a hook takes. How much Make holds is not
documented for bundles; these bounds are the practice account's own.
"""

LEVELS = DEEPEST + 20
"""A few more than JSON may have that is read here: modules wrap it."""


class Exhausted(Exception):
    """The run has done all that it may do."""


class Budget:
    """The work that is left to a run."""

    def __init__(self, work: int = WORK) -> None:
        self._left = work

    def spend(self, work: int) -> None:
        """Takes some work off.

        Raises:
            Exhausted: there is not so much left.
        """
        self._left -= work
        if self._left < 0:
            raise Exhausted

    def weight(self, values: Iterable[Any]) -> int:
        """The work of reading values through, a shared part as often as it appears.

        Raises:
            Exhausted: it is more than is left.
        """
        total, rest = 0, list(values)
        while rest:
            value = rest.pop()
            total += NODE
            if isinstance(value, str):
                total += len(value)
            elif isinstance(value, dict):
                items = cast("dict[str, Any]", value)
                total += SLOW + sum(map(len, items))
                rest.extend(items.values())
            elif isinstance(value, list):
                rest.extend(cast("list[Any]", value))
            elif isinstance(value, int | float):
                total += SLOW + (value.bit_length() if isinstance(value, int) else 0)
            if total > self._left:
                raise Exhausted
        return total

    def fitting(self, value: Any) -> Any:
        """The value, if it is small enough to go on with. It is counted as a tree, and no further than needed: parts
        that appear twice in each other make a small graph and a tree without end.

        Raises:
            TooLarge: it is not.
            Exhausted: the run cannot count so far.
        """
        nodes, characters, level = 1, 0, [value]
        for _ in range(LEVELS):
            below: list[Any] = []
            for part in level:
                inside: list[Any] = []
                if isinstance(part, str):
                    characters += len(part)
                elif isinstance(part, dict):
                    items = cast("dict[str, Any]", part)
                    characters += sum(map(len, items))
                    inside = list(items.values())
                elif isinstance(part, list):
                    inside = cast("list[Any]", part)
                nodes += len(inside)
                if nodes > NODES or characters > CHARACTERS:
                    self.spend(NODE * min(nodes, NODES))
                    raise TooLarge
                below.extend(inside)
            if not below:
                self.spend(NODE * nodes)
                return value
            level = below
        self.spend(NODE * nodes)
        raise TooLarge
