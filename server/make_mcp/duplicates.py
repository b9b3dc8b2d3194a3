"""Things that were perhaps made twice: a model that lost its way repeats a creation, and Make takes it as a new one."""

import time
from collections.abc import Callable, Mapping
from typing import Any, cast

from make_mcp.confirmation.recent import Recent
from make_tools import Endpoint

SECONDS = 30.0
"""For so long a creation that is repeated is perhaps a mistake."""
_REMEMBERED = 1000
_IDS = ("id", "connection_id")
"""What Make and Maton call the id of a thing."""


def creates(endpoint: Endpoint[...]) -> bool:
    """Whether calling it twice may make two things of one."""
    return endpoint.method == "POST" and not endpoint.idempotent


class Made:
    """What was made a moment ago. `clock` counts seconds, and is one that nobody sets."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._made: Recent[bytes, tuple[int | str, float]] = Recent(_REMEMBERED)

    def answered(self, call: bytes, data: dict[str, Any], *, is_meant: bool) -> dict[str, Any]:
        """The answer to a creation, with a warning in it where the same call has made something a moment ago.

        `call` is a digest of the call and of who made it; one that `is_meant` gets no warning.
        """
        id_ = _id(data)
        if id_ is None:
            return data
        now = self._clock()
        before = self._made.get(call)
        self._made.put(call, (id_, now))
        if is_meant or before is None or now - before[1] > SECONDS or before[0] == id_:
            return data
        seconds = round(now - before[1])
        warning = {
            "id": before[0],
            "secondsAgo": seconds,
            "told": f"The same call made {before[0]} {seconds} s before. If one was wanted, tell the user that there are two.",
        }
        return {**data, "possibleDuplicate": warning}


def _id(data: Mapping[str, object]) -> int | str | None:
    """The id of the one thing that an answer shows; None where it shows none, such as the start of a run."""
    for thing in data.values():
        if isinstance(thing, dict):
            shown = cast("dict[str, object]", thing)
            ids = [shown[name] for name in _IDS if name in shown]
            return next((id_ for id_ in ids if isinstance(id_, int | str) and not isinstance(id_, bool)), None)
    return None
