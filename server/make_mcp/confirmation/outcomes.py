"""What an answer of Make to a write means: done, done before, in use, or nobody knows."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from make_mcp.confirmation.codes import Claim
from make_mcp.confirmation.recent import Recent
from make_mcp.confirmation.record import Record
from make_mcp.upstream.errors import BadAnswer, OutcomeUnknown, Refused, UpstreamError
from make_tools import Endpoint
from make_tools.wording import LONGEST_MESSAGE, quoted

_REMEMBERED = 1000
_GONE = frozenset({403, 404})
_SAYS_SO = frozenset({400, 409, 422})


def already_so(endpoint: Endpoint[...], refused: Refused) -> dict[str, Any] | None:
    """A success in place of a refusal that says: the wanted state is there."""
    if refused.status not in _SAYS_SO or not any(words in refused.said for words in endpoint.reached):
        return None
    return {
        "status": "already_so",
        "nothingChanged": True,
        "tool": endpoint.name,
        "told": f"Make says: {quoted(refused.said, LONGEST_MESSAGE)}. That is the wanted state. There is nothing to do, and no reason to repeat it.",
    }


def is_gone(endpoint: Endpoint[...]) -> dict[str, Any]:
    """A success: an earlier call, whose answer never came, had deleted it."""
    return {
        "status": "already_gone",
        "nothingChanged": True,
        "tool": endpoint.name,
        "told": "It is not to be found any more, and it was there before the call whose answer never came: that call had "
        "taken effect. Nothing was sent that changes anything, and there is nothing left to do.",
    }


def in_use(refused: Refused) -> bool:
    """Whether Make asks back before it deletes something that others depend on."""
    return refused.status == 406 and refused.code == "IM004"  # Make's status and code for it


def is_not_there(refused: Refused) -> bool:
    """Whether Make says that there is nothing of this id: for many things it does not tell that from a lack of rights."""
    return refused.status in _GONE and refused.is_makes_own


class Departure:
    """What the way to Make calls when a request is about to leave."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self.has_left = False

    def __call__(self) -> None:
        self.has_left = True
        self._record.leaves()


class Unanswered:
    """The deletions of something that was there, of which nobody knows whether they took effect."""

    def __init__(self) -> None:
        self._calls: Recent[bytes, bool] = Recent(_REMEMBERED)

    @contextmanager
    def watch(self, claim: Claim, departure: "Departure", *, seen: bool) -> Generator[None]:
        """Remembers the call if it left and ends without an answer that can be relied on, and its target was `seen` before."""
        try:
            yield
        except UpstreamError as error:
            if seen and _leaves_it_open(error):
                self._note(claim)
            raise
        except BaseException:
            # Cancelled while it was under way, or a fault of ours.
            if seen and departure.has_left:
                self._note(claim)
            raise
        self._calls.forget(claim.digest(force=False))

    def has(self, claim: Claim) -> bool:
        return self._calls.get(claim.digest(force=False)) is True

    def _note(self, claim: Claim) -> None:
        self._calls.put(claim.digest(force=False), True)


def _leaves_it_open(error: UpstreamError) -> bool:
    if isinstance(error, Refused):
        return error.leaves_it_open
    return isinstance(error, OutcomeUnknown | BadAnswer)
