"""What the way to Make asks for before it sends anything, and what it brings back."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from make_tools import Endpoint, Request


class Caller(Protocol):
    """Who waits for the answer."""

    @property
    def caller(self) -> str:
        """Whom the call is for."""
        ...

    @property
    def line(self) -> str:
        """Where it queues: while many wait, each line gets one turn after the other. One caller may stand in several."""
        ...

    async def tell(self, seconds: float, message: str) -> None:
        """Tells them why it takes so long. `seconds` have passed since the call began; it only grows."""
        ...


@dataclass(frozen=True, slots=True)
class Unheard:
    """A caller to whom nothing can be told meanwhile."""

    caller: str = "local"

    @property
    def line(self) -> str:
        return self.caller

    async def tell(self, seconds: float, message: str) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to send one request. Made by the gate alone (`make_mcp.confirmation.gate`)."""

    endpoint: Endpoint[...]
    request: Request
    caller: Caller = Unheard()
    since: float | None = None
    """When the call began, by the event loop's clock: the deadline counts from there. None means now."""
    leaves: Callable[[], None] | None = None
    """Called when it leaves: from then on it may have arrived."""
    before: Callable[[], Awaitable[None]] | None = None
    """Called once, when it may leave and has not yet: what it raises stops the request."""
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The arguments that the request was made of, where somebody will read of an error what to do about it."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a request: a JSON object; an answer that is empty, as it may be, is `{}`."""

    data: dict[str, Any]
    status: int
