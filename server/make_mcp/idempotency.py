"""Idempotency keys: a write that is repeated under its key is not sent again, and gets the answer of the first.

MCP has nothing of the kind, and a model has no use for it: the key comes from the client, such as an agent framework that
repeats a call whose answer it lost. It stands in the `_meta` of a call, and counts for what is carried out: a call that is
previewed, or that reads, may be repeated anyway.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import anyio
from pydantic_core import from_json, to_json

from make_mcp.audit import Outcome
from make_mcp.confirmation.record import Record
from make_mcp.upstream.hints import check_next, outcome_unknown
from make_tools import Endpoint

KEY = "make-mcp/idempotencyKey"
"""Where a call's `_meta` holds the key. A prefix of our own: the protocol keeps those for itself that name it."""
REPEATED = "make-mcp/repeated"
"""What a result's `_meta` holds where the answer is that of an earlier call: true."""
SECONDS = 86_400.0
"""How long a key is remembered after its call has ended."""
LONGEST_KEY = 255
"""Characters."""
MOST = 10_000
"""Keys."""
LARGEST = 1_000_000
"""Characters of one answer; a larger one is not kept."""
LARGEST_ALL = 16_000_000
"""Characters of all answers together."""
PATIENCE = 30.0
"""Seconds for which a call waits at most for an earlier one with its key, which can wait for a person."""
_QUIET = 2.0
"""Seconds that a call waits without a word."""
_AGAIN = 5.0
"""Seconds from one word to the next."""
_LISTENING = 1.0
"""Seconds that a client has to take a word: nobody waits for one who does not read."""
_LASTING: frozenset[Outcome] = frozenset({"done", "already_so", "unknown"})
"""Outcomes after which the same must not be sent again. After any other nothing was changed."""


class KeyRefused(Exception):
    """The key does not fit the call; nothing was sent. The text begins with a code, and reaches the agent."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How the first call with a key ended."""

    text: str | None
    """The answer. None where it is not kept: it was too large, or gave way to later ones."""
    is_error: bool


@dataclass(slots=True)
class Turn:
    """One call with a key, as far as it has come."""

    before: Ended | None = None
    """How the same call ended before; None if this one is the first."""
    outcome: Outcome = "nothing_sent"
    """What came of it, as the audit log has it."""
    answer: Ended | None = None

    def decided(self, record: Record) -> None:
        """Takes what the gate says came of it."""
        self.outcome = record.entry().outcome

    def answered(self, text: str, *, is_error: bool) -> None:
        self.answer = Ended(text, is_error)

    def lasting(self, endpoint: Endpoint[...]) -> Ended | None:
        """What is to be remembered of it; None where it changed nothing, so that it may be tried again."""
        if self.outcome not in _LASTING:
            return None
        # Cancelled under way: nobody was answered.
        return self.answer or Ended(f"{endpoint.name}: {outcome_unknown(endpoint)}", is_error=True)


Tell = Callable[[float, str], Awaitable[None]]
"""Tells a client why its call takes so long: the seconds that have passed, and in words."""


class Keys(Protocol):
    """The calls that brought a key."""

    def turn(
        self, endpoint: Endpoint[...], caller: str, key: object, call: bytes, tell: Tell | None = None
    ) -> AbstractAsyncContextManager[Turn]:
        """The turn of one call with its key, of which each caller has its own. `call` is a digest of what would be sent.

        While another call with the key is under way, it may wait for that one's end, and then `tell` why.

        Raises:
            KeyRefused: it is no key, or came with another call before; or that one takes too long; or nobody can tell whether
                it came before.
        """
        ...


class Waiting:
    """One call that waits for an earlier one with its key. All that it waits for takes from one patience, in seconds."""

    def __init__(self, patience: float, tell: Tell | None) -> None:
        self._patience = patience
        self._tell = tell
        self._begun = anyio.current_time()
        self._next_word = self._begun + _QUIET

    async def until(self, over: Callable[[], Awaitable[object]]) -> None:
        """Waits until `over` comes back; where it takes long, it is called anew after each word to the client.

        Raises:
            KeyRefused: that was too long.
        """
        with anyio.CancelScope(deadline=self._begun + self._patience):
            while True:
                with anyio.CancelScope(deadline=self._next_word):
                    await over()
                    return
                self._next_word = anyio.current_time() + _AGAIN
                if self._tell is not None:
                    with anyio.move_on_after(_LISTENING):
                        await self._tell(anyio.current_time() - self._begun, _WHY)
        raise KeyRefused(
            "idempotency_in_progress: an earlier call with this idempotency key is under way still, after this one has waited for "
            f"{self._patience:g} s. Nothing was sent by this one. Next: the same call with the same key, which repeats the answer of the "
            "earlier one, or is sent if that one changed nothing."
        )


@dataclass(slots=True, eq=False)
class _UnderWay:
    call: bytes
    over: anyio.Event = field(default_factory=anyio.Event)


@dataclass(frozen=True, slots=True)
class _Known:
    call: bytes
    until: float
    ended: Ended

    @property
    def size(self) -> int:
        return len(self.ended.text or "")


class InMemory:
    """For one process. `clock` counts seconds: one that nobody sets, so that nothing is forgotten early.

    Beyond `most` keys the oldest are forgotten. Before that, beyond `largest` characters, the oldest lose their answers: the
    key still keeps the call from being sent again. `patience` is for how many seconds a call waits for an earlier one.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        most: int = MOST,
        largest: int = LARGEST_ALL,
        patience: float = PATIENCE,
    ) -> None:
        self._clock = clock
        self._patience = patience
        self._most = most
        self._largest = largest
        self._under_way: dict[bytes, _UnderWay] = {}
        # By their ends, the earliest first.
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._whole: OrderedDict[bytes, int] = OrderedDict()
        """The sizes of the answers that are kept."""
        self._size = 0

    @asynccontextmanager
    async def turn(
        self, endpoint: Endpoint[...], caller: str, key: object, call: bytes, tell: Tell | None = None
    ) -> AsyncGenerator[Turn]:
        name = named(caller, key)
        await self._wait(name, call, tell)
        self._forget()
        if (known := self._known.get(name)) is not None:
            same(known.call, call)
            yield Turn(known.ended)
            return
        under_way = self._under_way[name] = _UnderWay(call)
        turn = Turn()
        try:
            yield turn
        finally:
            if (ended := turn.lasting(endpoint)) is not None:
                self._keep(name, _Known(call, self._clock() + SECONDS, kept(ended)))
            del self._under_way[name]
            under_way.over.set()

    async def _wait(self, name: bytes, call: bytes, tell: Tell | None) -> None:
        """Comes back when no call with this key is under way.

        Raises:
            KeyRefused: one still is; or it is another call.
        """
        waiting = Waiting(self._patience, tell)
        while (first := self._under_way.get(name)) is not None:
            same(first.call, call)
            await waiting.until(first.over.wait)

    @property
    def count(self) -> int:
        """How many keys are remembered."""
        return len(self._known)

    @property
    def characters(self) -> int:
        """How long the answers are, all of them together."""
        return self._size

    def _keep(self, name: bytes, known: _Known) -> None:
        self._known[name] = known
        self._whole[name] = known.size
        self._size += known.size
        while self._size > self._largest:
            oldest = next(iter(self._whole))
            self._drop_answer(oldest)
            was = self._known[oldest]
            self._known[oldest] = _Known(was.call, was.until, Ended(None, was.ended.is_error))
        while len(self._known) > self._most:
            self._drop(next(iter(self._known)))

    def _forget(self) -> None:
        now = self._clock()
        while self._known and next(iter(self._known.values())).until <= now:
            self._drop(next(iter(self._known)))

    def _drop(self, name: bytes) -> None:
        self._drop_answer(name)
        del self._known[name]

    def _drop_answer(self, name: bytes) -> None:
        self._size -= self._whole.pop(name, 0)


def named(caller: str, key: object) -> bytes:
    """A caller's key, short whatever it is.

    Raises:
        KeyRefused: it is none.
    """
    if not isinstance(key, str) or not 0 < len(key) <= LONGEST_KEY:
        raise KeyRefused(
            f"invalid_idempotency_key: `{KEY}` takes a text of 1 to {LONGEST_KEY} characters. Nothing was sent. Next: the same call "
            "with such a key, or without one."
        )
    parts = (part.encode("utf-8", "surrogatepass") for part in (caller, key))
    return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).digest()


def same(first: bytes, call: bytes) -> None:
    """Raises KeyRefused if the key came with another call first."""
    if first != call:
        raise KeyRefused(
            "idempotency_conflict: this idempotency key came with another tool or other arguments before. Nothing was sent. "
            "Next: the same call with a new key, if it is meant to be another one."
        )


def kept(ended: Ended) -> Ended:
    """As much of it as is kept."""
    return ended if len(ended.text or "") <= LARGEST else Ended(None, ended.is_error)


def again(endpoint: Endpoint[...], ended: Ended, given: Mapping[str, Any]) -> tuple[str, dict[str, Any] | None]:
    """The first call's answer once more, as text and data, or how to go on if it may have taken effect. `given`: its arguments."""
    if ended.is_error:
        text = ended.text or f"{endpoint.name}: {outcome_unknown(endpoint, given)}"
        return f"{text} {_NOT_AGAIN}", None
    if ended.text is not None:
        return ended.text, from_json(ended.text)
    told: dict[str, Any] = {
        "status": "done_before",
        "nothingChanged": True,
        "tool": endpoint.name,
        "told": "An earlier call with this idempotency key was carried out. This one was not sent, and the answer of that one "
        f"is not kept any more. {check_next(endpoint, given)}",
    }
    return to_json(told).decode(), told


_WHY = "waiting for an earlier call with this idempotency key"
_NOT_AGAIN = (
    "That is how an earlier call with this idempotency key ended; this one was not sent. Once it is certain that the earlier "
    "one took no effect, the same can be sent with a new key."
)
