"""Counting in this process.

The memory storages of `limits` go by the wall clock, which jumps, and start a thread now and then; and they count when a
request leaves, while the other side counts when it arrives. Here a slot counts from the moment at which its request must have
arrived: the beginning of its answer. So whatever delays a request on its way, no more than the rate arrive in any span.
"""

from dataclasses import dataclass, field

import anyio

from make_mcp.upstream.pacing.slots import Rate, Slot

_GRAIN = 0.001
"""Seconds. Both ends of a span belong to it, so that the next request comes a little after its end."""
_BUDGETS = 1000
"""Budgets beyond which those without a slot are dropped."""
_FEW = 64
"""Slots below which nobody looks whether some are over."""


@dataclass(slots=True)
class _Taken:
    """The slots of one budget that may still count."""

    slots: list[Slot] = field(default_factory=list[Slot])
    most: int = _FEW
    """As many as there may be before those that are over are dropped; so each is looked at a few times only."""

    def drop(self, now: float) -> None:
        self.slots = [slot for slot in self.slots if _counts_until(slot, now) >= now]
        self.most = max(_FEW, 2 * len(self.slots))


class MemorySlots:
    """Budgets of this process alone. Times are the event loop's, which no change of the clock on the wall moves."""

    def __init__(self) -> None:
        self._taken: dict[str, _Taken] = {}

    async def take(self, key: str, rate: Rate) -> Slot | float:
        now = anyio.current_time()
        taken = self._taken.get(key) or self._begin(key, now)
        if len(taken.slots) >= min(rate.amount, taken.most):
            taken.drop(now)
        if (missing := len(taken.slots) - rate.amount) >= 0:
            ends = sorted(_counts_until(slot, now) for slot in taken.slots)
            return ends[missing] - now + _GRAIN
        slot = Slot(key, rate, now)
        taken.slots.append(slot)
        return slot

    def _begin(self, key: str, now: float) -> _Taken:
        if len(self._taken) >= _BUDGETS:
            for each in self._taken.values():
                each.drop(now)
            self._taken = {name: each for name, each in self._taken.items() if each.slots}
        return self._taken.setdefault(key, _Taken())

    def left(self, slot: Slot, arrives_within: float = 1.0) -> None:
        if slot.is_open:
            slot.at = anyio.current_time()
            slot.has_left = True
            slot.arrives_within = arrives_within

    async def arrived(self, slot: Slot) -> None:
        if slot.is_open:
            slot.at = _counts_from(slot, anyio.current_time())
            slot.is_open = False

    async def give_back(self, slot: Slot) -> None:
        taken = self._taken.get(slot.key)
        if taken is not None and slot in taken.slots:
            taken.slots.remove(slot)


def _counts_from(slot: Slot, now: float) -> float:
    if not slot.is_open:
        return slot.at
    return min(now, slot.at + slot.arrives_within) if slot.has_left else now


def _counts_until(slot: Slot, now: float) -> float:
    return _counts_from(slot, now) + slot.rate.seconds
