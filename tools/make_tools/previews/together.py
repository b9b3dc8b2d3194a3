"""Parts of a plan side by side, so that what they look at goes out together."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from make_tools.previews.vocabulary import Look, Reading, Seen

A = TypeVar("A")
B = TypeVar("B")


class _Part(Generic[A]):
    """A part of a plan under way: what it asks for, and in the end what it hands back."""

    def __init__(self, reading: Reading[A]) -> None:
        self._reading = reading
        self.asks: Sequence[Look] = ()
        self.back: list[A] = []
        self._go(lambda: next(reading))

    def tell(self, answers: Sequence[Seen]) -> None:
        if not self.back:
            self._go(lambda: self._reading.send(answers))

    def _go(self, step: Callable[[], Sequence[Look]]) -> None:
        try:
            self.asks = step()
        except StopIteration as end:
            self.asks, self.back = (), [end.value]


def one(wanted: Look) -> Reading[Seen]:
    """A part of a plan that looks at one thing."""
    (answer,) = yield [wanted]
    return answer


def both(part: Reading[A], other: Reading[B]) -> Reading[tuple[A, B]]:
    """Two parts of a plan side by side: what they look at goes out together."""
    first, second = _Part(part), _Part(other)
    while not (first.back and second.back):
        cut = len(first.asks)
        answers = yield [*first.asks, *second.asks]
        first.tell(answers[:cut])
        second.tell(answers[cut:])
    return first.back[0], second.back[0]
