"""What can go wrong on the way to Make.

    UpstreamError           the base; its text is for the agent
    ├── NotConfigured       no key for a way that offers the tool; nothing was sent
    ├── GuardError          the final address lies outside the API; nothing was sent
    ├── Unreachable         no connection, or no answer to a read; nothing was changed
    ├── OutcomeUnknown      a write left, and no answer came: it may have taken effect
    ├── BadAnswer           an answer that is not what Make documents
    └── Refused             Make or Maton answered with an error status

Each text says what happened, what it means here, and what to do next. None holds a key or a whole body.
"""

BLOCKED = "1010"
"""What Cloudflare, in front of Make, calls a client that it turns away."""
_NOT_TAKEN = frozenset({401, 413, 429})
"""Statuses with which a request is turned away before anything is done, whoever says so."""
_FAULT = 500
_TOOK_TOO_LONG = 408


def leaves_it_open(status: int, code: str | None, *, is_makes_own: bool) -> bool:
    """Whether a write that was answered so may have taken effect: a fault there, or an answer that is not Make's own."""
    if code == BLOCKED or status in _NOT_TAKEN:
        return False
    return status >= _FAULT or status == _TOOK_TOO_LONG or not is_makes_own


class UpstreamError(Exception):
    pass


class NotConfigured(UpstreamError):
    pass


class GuardError(UpstreamError):
    pass


class Unreachable(UpstreamError):
    pass


class OutcomeUnknown(UpstreamError):
    pass


class BadAnswer(UpstreamError):
    def __init__(self, text: str, *, status: int) -> None:
        super().__init__(text)
        self.status = status


class Refused(UpstreamError):
    """Make or Maton said no. `code` is Make's own, such as IM004 or SC403, where the body names one; `said` its message
    as one safe line; `concerned` the scenarios that it names, one safe line each. `is_makes_own`: the body is JSON with a
    message or a code, and not the page of something that stands in between.
    """

    def __init__(  # noqa: PLR0913  # each a keyword, and most of them seldom given
        self,
        text: str,
        *,
        status: int,
        code: str | None,
        said: str = "",
        concerned: tuple[str, ...] = (),
        is_makes_own: bool = True,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.said = said
        self.concerned = concerned
        self.is_makes_own = is_makes_own

    @property
    def leaves_it_open(self) -> bool:
        """Whether a write that ended so may have taken effect."""
        return leaves_it_open(self.status, self.code, is_makes_own=self.is_makes_own)

    @property
    def label(self) -> str:
        """Status and code, as in `406 IM004`."""
        return f"{self.status} {self.code}" if self.code else str(self.status)
