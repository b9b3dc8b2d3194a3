"""What the practice account may be told when it starts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypedDict


class Options(TypedDict, total=False):
    """`world` is what a new account is filled with, `demo` or `empty`; `seed` chooses what is left to chance, and the
    same one on the same day makes the same account. `reset` starts over. Without `limits` nobody is refused for asking
    too often. `clock` answers the present time with a time zone, and `timer` counts seconds for the limits.
    """

    world: str | None
    seed: int | None
    reset: bool
    limits: bool
    clock: Callable[[], datetime] | None
    timer: Callable[[], float]
