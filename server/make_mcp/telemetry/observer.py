"""What happens in the server, told as it happens to whoever counts or traces it.

By default nobody listens, which costs nothing. What is told holds no key, no argument, no id and no caller: it ends in places
that many can read. All texts are words of a small number, so that each may be the label of a metric.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

log = logging.getLogger(__name__)

BreakerState = Literal["closed", "open", "half_open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """One request that was on its way to Make or Maton, and how that ended."""

    tool: str
    upstream: str
    """`make` or `maton`."""
    host: str
    port: int
    method: str
    template: str
    """The path with the names of its ids, as in `/scenarios/{scenarioId}`."""
    status: int | None
    """The HTTP status of the answer; None where there was none."""
    error: str | None
    """In a word, why there is no good answer; None where there is one."""
    seconds: float
    resent: int
    """How often it was sent before."""


class Observer:
    """Hears what happens. None of it may raise, or take longer than a moment. Times are in seconds."""

    def called(self, tool: str | None, outcome: str, seconds: float) -> None:
        """A call of a tool has ended; None stands for a tool that there is not."""

    def decided(self, effect: str, decision: str, outcome: str, reason: str | None) -> None:
        """The gate has decided about a call that writes, and this is what became of it, in the words of the audit log."""

    def requested(self, request: Requested) -> None:
        """A request to Make or Maton has ended."""

    def waited(self, what: str, seconds: float) -> None:
        """A request has its turn in a budget (`organization`, `maton`, `make`, `fixed`) or its `place`, or has given up."""

    def retried(self, upstream: str, error: str) -> None:
        """After this error a request will be sent once more."""

    def breaker(self, upstream: str, before: BreakerState, now: BreakerState) -> None:
        """The breaker of one door has changed. There may be many for an upstream: one for each key."""

    def refused(self, reason: str) -> None:
        """An HTTP request was refused before it got to MCP."""

    def sessions(self, count: Callable[[], int]) -> None:
        """This tells, at any time and in any thread, how many sessions of clients are open."""

    def end(self) -> None:
        """Hands over what it holds back: nothing more will come. This alone may take a second."""


NOTHING = Observer()
"""Nobody listens."""


def together(*observers: Observer) -> Observer:
    """One observer that tells all of them. What one of them raises stays there: no call fails over being counted."""
    listening = tuple(observer for observer in observers if observer is not NOTHING)
    return _All(listening) if listening else NOTHING


class _All(Observer):
    def __init__(self, observers: tuple[Observer, ...]) -> None:
        self._observers = observers

    def called(self, tool: str | None, outcome: str, seconds: float) -> None:
        self._tell(lambda observer: observer.called(tool, outcome, seconds))

    def decided(self, effect: str, decision: str, outcome: str, reason: str | None) -> None:
        self._tell(lambda observer: observer.decided(effect, decision, outcome, reason))

    def requested(self, request: Requested) -> None:
        self._tell(lambda observer: observer.requested(request))

    def waited(self, what: str, seconds: float) -> None:
        self._tell(lambda observer: observer.waited(what, seconds))

    def retried(self, upstream: str, error: str) -> None:
        self._tell(lambda observer: observer.retried(upstream, error))

    def breaker(self, upstream: str, before: BreakerState, now: BreakerState) -> None:
        self._tell(lambda observer: observer.breaker(upstream, before, now))

    def refused(self, reason: str) -> None:
        self._tell(lambda observer: observer.refused(reason))

    def sessions(self, count: Callable[[], int]) -> None:
        self._tell(lambda observer: observer.sessions(count))

    def end(self) -> None:
        self._tell(lambda observer: observer.end())

    def _tell(self, tell: Callable[[Observer], None]) -> None:
        for observer in self._observers:
            try:
                tell(observer)
            except Exception as error:  # as `together` promises
                log.debug("it could not be counted (%s)", type(error).__name__, exc_info=error)
