"""Where the requests of a budget are counted: what every place of counting offers."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in any span of so many seconds."""

    amount: int
    seconds: int

    def __str__(self) -> str:
        unit = {1: "a second", 60: "a minute", 3600: "an hour"}.get(self.seconds, f"in {self.seconds} s")
        return f"{self.amount} {unit}"


@dataclass(slots=True, eq=False)
class Slot:
    """Leave for one request, in one budget.

    `at` is the time (of the place of counting, in seconds) from which the span of the rate runs for it.
    """

    key: str
    rate: Rate
    at: float
    is_open: bool = True
    """Whether the request has not arrived yet, as far as we know."""
    has_left: bool = False
    """Whether `at` is the time at which it left. Until then there is no telling when it arrives."""
    arrives_within: float = 0.0
    """Seconds from then."""


class Slots(Protocol):
    """A place of counting. A budget is known by its key; the key holds no secret."""

    async def take(self, key: str, rate: Rate) -> Slot | float:
        """Leave for one more request; otherwise the seconds after which it is worth asking again, above 0."""
        ...

    def left(self, slot: Slot, arrives_within: float = 1.0) -> None:
        """It leaves now, and has arrived so many seconds later, whether it is answered or not. Said again, it had not left before."""
        ...

    async def arrived(self, slot: Slot) -> None:
        """Its answer has begun, or it is over: it reached the other side by now at the latest."""
        ...

    async def give_back(self, slot: Slot) -> None:
        """The request did not leave."""
        ...
