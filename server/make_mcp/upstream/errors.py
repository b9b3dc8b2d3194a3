"""What can go wrong on the way to Make.

    UpstreamError           the base; its text is for the agent
    ├── NotConfigured       no key for a way that offers the tool; nothing was sent
    ├── GuardError          the final address lies outside the API; nothing was sent
    ├── Held                the request was not let out yet (pace, breaker, too many at once); nothing was sent
    ├── Unreachable         no connection, or no answer to a read; nothing was changed
    ├── OutcomeUnknown      a write left, and no answer came: it may have taken effect
    ├── BadAnswer           an answer that is not what Make documents
    └── Refused             Make or Maton answered with an error status

Each text says what happened, what it means here, and ends with what to do next: `Next: scenarios_logs {"scenarioId":925}.`
It begins with the tool, and with a code where the error is not in Make's own words: `scenarios_run: outcome_unknown: ...`.
None holds a key or a whole body.
"""

from typing import Literal

BLOCKED = "1010"
"""What Cloudflare, in front of Make, calls a client that it turns away."""
PAUSED = "IM310"
"""Make's code for an organization that is paused. It comes with 429, and waiting does not help."""
WHEN_DONE = "Next: the same call when others are done, and fewer at a time."
_NOT_TAKEN = frozenset({401, 413, 429})
"""Statuses with which a request is turned away before anything is done, whoever says so."""
_PASSING = frozenset({429, 502, 503, 504})
"""Statuses that may be gone a moment later."""
_FAULT = 500
_TOOK_TOO_LONG = 408
_TOO_MANY = 429


def leaves_it_open(status: int, code: str | None, *, is_makes_own: bool) -> bool:
    """Whether a write that was answered so may have taken effect: a fault there, or an answer that is not Make's own."""
    if code == BLOCKED or status in _NOT_TAKEN:
        return False
    return status >= _FAULT or status == _TOOK_TOO_LONG or not is_makes_own


class UpstreamError(Exception):
    word = "fault"
    """What went wrong, for logs and metrics."""
    passes = False
    """Whether the same request may go through a moment later."""
    is_failure = False
    """Whether it speaks against the other side's health: the circuit breaker counts it."""
    retry_after: float | None = None
    """Seconds that the other side asked to be left alone."""


class NotConfigured(UpstreamError):
    word = "no_key"


class GuardError(UpstreamError):
    word = "guard"


class Held(UpstreamError):
    """`code` says by what: the pace, the circuit breaker, or too many calls at once."""

    def __init__(self, tool: str, code: Literal["rate_limited", "circuit_open", "busy"], text: str) -> None:
        super().__init__(f"{tool}: {code}: {text}")
        self.word = self.code = code


class Unreachable(UpstreamError):
    """`was_sent`: the request may have left, and was a read."""

    word = "unreachable"
    passes = True
    is_failure = True

    def __init__(self, text: str, *, was_sent: bool = True) -> None:
        super().__init__(text)
        self.was_sent = was_sent


class OutcomeUnknown(UpstreamError):
    word = "outcome_unknown"
    is_failure = True


class BadAnswer(UpstreamError):
    word = "bad_upstream_response"

    def __init__(self, text: str, *, status: int) -> None:
        super().__init__(text)
        self.status = status


class Refused(UpstreamError):
    """Make or Maton said no. `code` is Make's own, such as IM004 or SC403, where the body names one; `said` its message
    as one safe line; `concerned` the scenarios that it names, one safe line each. `is_makes_own`: the body is JSON with a
    message or a code, and not the page of something that stands in between.
    """

    word = "refused"

    def __init__(  # noqa: PLR0913  # each a keyword, and most of them seldom given
        self,
        text: str,
        *,
        status: int,
        code: str | None,
        said: str = "",
        concerned: tuple[str, ...] = (),
        is_makes_own: bool = True,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.said = said
        self.concerned = concerned
        self.is_makes_own = is_makes_own
        self.retry_after = retry_after
        is_paused = code == PAUSED
        self.passes = status in _PASSING and not is_paused
        self.is_failure = (status >= _FAULT or status in {_TOOK_TOO_LONG, _TOO_MANY}) and not is_paused

    @property
    def leaves_it_open(self) -> bool:
        """Whether a write that ended so may have taken effect."""
        return leaves_it_open(self.status, self.code, is_makes_own=self.is_makes_own)

    @property
    def label(self) -> str:
        """Status and code, as in `406 IM004`."""
        return f"{self.status} {self.code}" if self.code else str(self.status)
