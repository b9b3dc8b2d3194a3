"""What the practice account may be told when it starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypedDict


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


def check(options: Mapping[str, Any], worlds: tuple[str, ...]) -> None:
    """Refuses what a misspelt test would otherwise go without.

    Raises:
        TypeError: there is no such option, or its value is of another type.
        ValueError: there is no such world.
    """
    unknown = options.keys() - Options.__annotations__.keys()
    if unknown:
        there_are = ", ".join(Options.__annotations__)
        raise TypeError(f"create_app() has no option {min(unknown)!r}; there are {there_are}")
    for name in ("reset", "limits"):
        if not isinstance(options.get(name, False), bool):
            raise TypeError(f"the option {name!r} takes True or False")
    seed = options.get("seed")
    if seed is not None and (not isinstance(seed, int) or isinstance(seed, bool)):
        raise TypeError("the option 'seed' takes a whole number")
    for name in ("clock", "timer"):
        if options.get(name) is not None and not callable(options[name]):
            raise TypeError(f"the option {name!r} takes a function")
    if options.get("world") not in (None, *worlds):
        raise ValueError(f"there are the worlds {' and '.join(worlds)}, and no world '{options['world']}'")
