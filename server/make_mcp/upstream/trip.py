"""One request of one call on its way: for whom, through which door, and until when."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import anyio

from make_mcp.upstream.doors import Exchange
from make_mcp.upstream.permit import Caller
from make_tools import Request

FAIR = 10.0
"""Seconds in which an answer can be expected."""
_PATIENCE = 2.05
"""Seconds that a caller is left without a word: two, and the grain of what waits."""
_AGAIN = 5.0
"""Seconds from one word to the next."""
_LISTENING = 1.0
"""Seconds that a caller has to take a word: nobody waits for one who does not read."""

T = TypeVar("T")


@dataclass(slots=True)
class Trip:
    """One request on its way."""

    exchange: Exchange
    request: Request
    caller: Caller
    since: float
    """When the call began; times are those of the event loop, in seconds."""
    until: float
    """When the call ends, whatever comes."""
    on_leaving: Callable[[], None] | None = None
    before: Callable[[], Awaitable[None]] | None = None
    """To be done once, when it is its turn: it can still say no."""
    is_for_the_pace: bool = False
    """Whether it reads what the pace goes by."""
    has_left: bool = False
    """Whether any of it may have reached the other side."""
    sent: int = 0
    """How often it was on its way before."""
    _next_word: float = field(init=False)

    def __post_init__(self) -> None:
        self._next_word = anyio.current_time() + _PATIENCE

    @property
    def tool(self) -> str:
        return self.exchange.endpoint.name

    @property
    def room(self) -> float:
        """Seconds that it may wait before it leaves: a write that is cut off in the middle is worse than one that was not begun."""
        return self.left - (min(FAIR, (self.until - self.since) / 2) if self.exchange.changes else 0.0)

    @property
    def left(self) -> float:
        """Seconds until the end, of the call or of what called it."""
        return min(self.until, anyio.current_effective_deadline()) - anyio.current_time()

    def leave(self) -> None:
        """From here on it may have arrived."""
        self.has_left = True
        if self.on_leaving is not None:
            self.on_leaving()

    async def pause(
        self, seconds: float, why: str, until: anyio.Event | None = None, *, expected: float | None = None
    ) -> None:
        """Waits so long, or until the event, and tells the caller why if it takes more than a moment.

        `expected` are the seconds that it will probably take, where that is less.
        """
        end = anyio.current_time() + seconds
        if (seconds if expected is None else expected) > _PATIENCE:
            self._next_word = min(self._next_word, anyio.current_time())
        while (now := anyio.current_time()) < end and not (until is not None and until.is_set()):
            if now >= self._next_word:
                await self.tell(why)
                continue
            with anyio.move_on_after(min(end, self._next_word) - now):
                await (anyio.sleep_forever() if until is None else until.wait())

    async def while_telling(self, answer: Awaitable[T]) -> T:
        """The answer, for which a run may take 40 s; the caller hears now and then that it is still awaited."""
        found: list[T] = []
        failed: Exception | None = None
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._keep_telling)
            try:
                found.append(await answer)
            except Exception as error:  # raised below, as itself and not as one of a group
                failed = error
            tasks.cancel_scope.cancel()
        if failed is not None:
            raise failed
        return found[0]

    async def _keep_telling(self) -> None:
        while True:
            await anyio.sleep(_AGAIN)
            await self.tell("sent; waiting for the answer")

    async def tell(self, why: str) -> None:
        """A word to the caller, now."""
        now = anyio.current_time()
        self._next_word = now + _AGAIN
        with anyio.move_on_after(_LISTENING):
            await self.caller.tell(now - self.since, why)
