"""Idempotency keys: a write that is repeated under its key is not sent again, and gets the answer of the first.

MCP has nothing of the kind, and a model has no use for it: the key comes from the client, such as an agent framework that
repeats a call whose answer it lost. It stands in the `_meta` of a call, and counts for what is carried out: a call that is
previewed, or that reads, may be repeated anyway.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
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


class Keys(Protocol):
    """The calls that brought a key."""

    def turn(self, endpoint: Endpoint[...], caller: str, key: object, call: bytes) -> AbstractAsyncContextManager[Turn]:
        """The turn of one call with its key, of which each caller has its own. `call` is a digest of what would be sent.

        While another call with the key is under way, it waits for that one's end.

        Raises:
            KeyRefused: it is no key, or came with another call before.
        """
        ...


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
    key still keeps the call from being sent again.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, *, most: int = MOST, largest: int = LARGEST_ALL
    ) -> None:
        self._clock = clock
        self._most = most
        self._largest = largest
        self._under_way: dict[bytes, _UnderWay] = {}
        # By their ends, the earliest first.
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._whole: OrderedDict[bytes, int] = OrderedDict()
        """The sizes of the answers that are kept."""
        self._size = 0

    @asynccontextmanager
    async def turn(self, endpoint: Endpoint[...], caller: str, key: object, call: bytes) -> AsyncGenerator[Turn]:
        name = named(caller, key)
        while (first := self._under_way.get(name)) is not None:
            same(first.call, call)
            await first.over.wait()
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
            f"invalid_idempotency_key: `{KEY}` takes a text of 1 to {LONGEST_KEY} characters. Nothing was sent."
        )
    parts = (part.encode("utf-8", "surrogatepass") for part in (caller, key))
    return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).digest()


def same(first: bytes, call: bytes) -> None:
    """Raises KeyRefused if the key came with another call first."""
    if first != call:
        raise KeyRefused(
            "idempotency_conflict: this idempotency key came with another tool or other arguments before. Nothing was sent. "
            "The client has to make a new key for each call that is meant to be another."
        )


def kept(ended: Ended) -> Ended:
    """As much of it as is kept."""
    return ended if len(ended.text or "") <= LARGEST else Ended(None, ended.is_error)


def again(endpoint: Endpoint[...], ended: Ended) -> tuple[str, dict[str, Any] | None]:
    """The answer of the first call once more, as text and data; for one that may have taken effect, how to go on."""
    if ended.is_error:
        text = ended.text or f"{endpoint.name}: {outcome_unknown(endpoint)}"
        return f"{text} {_NOT_AGAIN}", None
    if ended.text is not None:
        return ended.text, from_json(ended.text)
    told: dict[str, Any] = {
        "status": "done_before",
        "nothingChanged": True,
        "tool": endpoint.name,
        "told": "An earlier call with this idempotency key was carried out. This one was not sent, and the answer of that one "
        f"is not kept any more. {check_next(endpoint)}",
    }
    return to_json(told).decode(), told


_NOT_AGAIN = (
    "That is how an earlier call with this idempotency key ended; this one was not sent. Once it is certain that the earlier "
    "one took no effect, the same can be sent with a new key."
)
