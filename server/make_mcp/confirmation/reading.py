"""Carries out a plan: sends what it wants to look at, and hands it the answers."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import anyio

from make_mcp.upstream.errors import GuardError, NotConfigured, Refused, UpstreamError
from make_tools.previews import Call, Look, Looking, Plan, Seen, Sight, Unseen

log = logging.getLogger(__name__)

SECONDS = 15.0
"""For all that a preview reads."""
SECONDS_BEFORE_SENDING = 12.0
"""For the look at the target before a request leaves, so that most of the call's time is the request's own."""
_AT_LEAST = 3.0
_NOT_THERE = frozenset({403, 404})
_AT_ONCE = 2
"""Requests at the same time: a preview leaves the way free for others."""

Read = Callable[[Look], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was seen. `state` is the target's, as it was when the target had been read."""

    sight: Sight
    state: Any


async def look(plan: Plan, call: Call, read: Read, *, whole: bool, left: float) -> Reading:
    """Runs a plan: as far as the target and its state, or the whole of it for somebody to read.

    `left` are the seconds until the call ends; a little more is taken, so that there is something to show.
    """
    sight = Sight()
    state: Any = None
    bound = False
    deadline = anyio.current_time() + min(SECONDS if whole else SECONDS_BEFORE_SENDING, max(left, _AT_LEAST))
    looking: Looking = plan(call, sight)
    try:
        wanted = next(looking)
        while True:
            if sight.bound and not bound:
                # From here on it is for the reader alone: the state stays as it is, whether that is read or not.
                bound, state = True, sight.state
                if not whole:
                    break
            wanted = looking.send(await _all(wanted, read, deadline))
    except StopIteration:
        pass
    except Exception as error:  # a plan that stumbles over an odd answer must not keep anybody from the rest
        log.warning("a preview is incomplete: %s", type(error).__name__)
        log.debug("a preview is incomplete", exc_info=error)
        sight.unseen.append("The rest of this preview: make-mcp stumbled over an answer.")
    finally:
        looking.close()
    return Reading(sight, state if bound else sight.state)


async def _all(wanted: Sequence[Look], read: Read, deadline: float) -> list[Seen]:
    """All the answers, in the order of the looks."""
    answers: list[Seen] = [_LATE] * len(wanted)
    turn = anyio.Semaphore(_AT_ONCE)

    async def one(place: int, look: Look) -> None:
        async with turn:
            answers[place] = await _answer(look, read)

    with anyio.move_on_after(deadline - anyio.current_time()):
        async with anyio.create_task_group() as tasks:
            for place, look in enumerate(wanted):
                tasks.start_soon(one, place, look)
    return answers


async def _answer(look: Look, read: Read) -> Seen:
    try:
        return await read(look)
    except NotConfigured:
        return Unseen("no key is set for the way that offers it", lasts=True)
    except GuardError:
        return Unseen("its address lies outside the API", lasts=True)
    except Refused as error:
        # An error that is not in Make's own words may come from whatever stands in between, and says nothing of the target.
        status = error.status if error.is_makes_own else None
        if status in _NOT_THERE:
            return Unseen(f"it is not there, or this key may not see it ({error.label})", status)
        return Unseen(f"Make answered {error.label}", status)
    except UpstreamError as error:
        return Unseen(f"no usable answer ({type(error).__name__})")


_LATE = Unseen("no answer in time")
