"""Idempotency keys in Redis: a call that is repeated at another replica is not sent again either.

What stands there of a key, in the order in which it comes about:

  begun     for some seconds, after which it is gone: nobody sends anything on the strength of it
  under way the replica says every few seconds that it is still at it; from here on the call may be sent
  silent    it has not said so for a while: it ended, or is cut off. The call may have arrived, and is not sent again: its
            repetitions get `outcome_unknown`, until it says how it ended after all, or a day has passed
  over      how it ended, for a day; or nothing, where it changed nothing

The answers stand there as the callers got them, and may hold data of the account: a Redis is to be guarded like the server. Of
the keys, of callers and of what was sent there are only digests, under a secret.
"""

import hmac
import logging
import random
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import anyio

from make_mcp.idempotency import (
    LARGEST_ALL,
    MOST,
    PATIENCE,
    SECONDS,
    Ended,
    KeyRefused,
    Tell,
    Turn,
    Waiting,
    kept,
    named,
    same,
)
from make_mcp.idempotency_scripts import BEGIN, BEGUN, END, HOLD, OVER, RELEASE, SILENT
from make_mcp.redis_connection import PREFIX, RedisConnection
from make_mcp.upstream.hints import outcome_unknown
from make_tools import Endpoint

log = logging.getLogger(__name__)

SILENT_AFTER = 20.0
"""Seconds without a word from the replica, after which nobody knows what became of a call."""
SAYS_SO_EVERY = 5.0
"""Seconds."""
_ANSWERS_WITHIN = 3.0
_A_DAY = int(SECONDS * 1000)
_SILENT_AFTER = int(SILENT_AFTER * 1000)
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0
"""Seconds from one look to the next, of one who waits."""


@dataclass(slots=True, eq=False)
class _Mark:
    """One call with its key, of one replica."""

    name: str
    of_caller: str
    """What the names of the lists of its caller begin with."""
    call: bytes
    holder: str = field(default_factory=lambda: secrets.token_hex(16))
    ahead: float = 0.0
    """Seconds from the event loop's time to that of Redis."""


class InRedis:
    """For several processes anywhere that serve the same accounts.

    `space` is a secret that they share and nobody else has, with what tells their accounts from others in the same Redis.
    Each caller has `most` keys and `largest` characters of answers; beyond that theirs go as `InMemory` has it. `patience` is
    for how many seconds a call waits for an earlier one.
    """

    def __init__(
        self,
        connection: RedisConnection,
        space: bytes,
        *,
        patience: float = PATIENCE,
        most: int = MOST,
        largest: int = LARGEST_ALL,
    ) -> None:
        self._connection = connection
        self._share = connection.share("keys")
        self._space = space
        self._patience = patience
        self._bounds = (most, largest)
        script: Callable[[str], Any] = connection.client.register_script
        self._begin, self._hold, self._release, self._end = map(script, (BEGIN, HOLD, RELEASE, END))

    @classmethod
    async def open(cls, connection: RedisConnection, space: bytes, *, patience: float = PATIENCE) -> "InRedis":
        """The same, after Redis has shown that it does what this takes.

        Raises:
            SettingsError: it does not.
        """
        keys = cls(connection, space, patience=patience)
        mark = keys._mark("", secrets.token_hex(8), b"")

        async def tried() -> None:
            await keys._run(keys._begin, mark, mark.call, _SILENT_AFTER)
            await keys._run(keys._release, mark)

        await connection.begin(tried)
        return keys

    @asynccontextmanager
    async def turn(
        self, endpoint: Endpoint[...], caller: str, key: object, call: bytes, tell: Tell | None = None
    ) -> AsyncGenerator[Turn]:
        """As `Keys` has it. Where Redis does not answer nothing is sent; where it stops answering after that, the answer is
        given, and the key stays as one of which nobody knows how its call ended.
        """
        mark = self._mark(caller, key, call)
        before = await self._before(mark, endpoint, Waiting(self._patience, tell))
        if before is not None:
            yield Turn(before)
            return
        turn = Turn()
        try:
            async with self._at_it(mark):
                yield turn
        finally:
            with anyio.CancelScope(shield=True):
                await self._ended(mark, turn.lasting(endpoint))

    def _mark(self, caller: str, key: object, call: bytes) -> _Mark:
        def digest(what: bytes) -> str:
            return hmac.digest(self._space, what, "sha256").hex()[:40]

        of_caller = f"{PREFIX}:keys:{digest(caller.encode('utf-8', 'surrogatepass'))}"
        return _Mark(f"{PREFIX}:key:{digest(named(caller, key))}", of_caller, digest(call).encode())

    async def _before(self, mark: _Mark, endpoint: Endpoint[...], waiting: Waiting) -> Ended | None:
        """How the same call ended before; None if this one is the first, and may be sent.

        Raises:
            KeyRefused.
        """
        pause = _FIRST_PAUSE
        try:
            while True:
                state, *found = await self._ask(self._begin, mark, mark.call, _SILENT_AFTER)
                if state == BEGUN:
                    mark.ahead = found[0] / 1000 - anyio.current_time()
                    if await self._is_taken(mark):
                        return None
                    continue
                first, is_error, text = found
                same(first, mark.call)
                if state == OVER:
                    return Ended(None if text is None else text.decode("utf-8", "surrogatepass"), is_error == b"1")
                if state == SILENT:
                    return Ended(f"{endpoint.name}: {outcome_unknown(endpoint, is_over=False)}", is_error=True)
                await waiting.until(partial(anyio.sleep, pause * random.uniform(0.5, 1)))  # noqa: S311 - it guards no secret
                pause = min(pause * 1.5, _LONGEST_PAUSE)
        except OSError as error:
            log.warning(
                "a call with an idempotency key is refused: Redis does not answer, or takes nothing (%s)", error
            )
            raise KeyRefused(UNAVAILABLE) from None

    async def _is_taken(self, mark: _Mark) -> bool:
        """Whether the call may be sent, after Redis has said yes a second time. Until then what stands there goes away by itself,
        so that a Redis that breaks off over the first question leaves no key behind of which nobody knows.
        """
        is_ours = False
        with anyio.CancelScope(shield=True):
            try:
                is_ours = await self._says_so(mark)
            except OSError:
                with suppress(OSError):
                    await self._ask(self._release, mark)
                raise
        return is_ours

    @asynccontextmanager
    async def _at_it(self, mark: _Mark) -> AsyncGenerator[None]:
        """Says meanwhile that the call is under way."""
        failed: BaseException | None = None
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._keep_saying_so, mark)
            try:
                yield
            except BaseException as error:  # raised below, as itself and not as one of a group
                failed = error
            tasks.cancel_scope.cancel()
        if failed is not None:
            raise failed

    async def _keep_saying_so(self, mark: _Mark) -> None:
        is_ours = True
        while is_ours:
            await anyio.sleep(SAYS_SO_EVERY)
            # A Redis that has forgotten it, or did not hear the last words, hears it now. And not after the end.
            with anyio.CancelScope(shield=True), suppress(OSError):
                is_ours = await self._says_so(mark)

    async def _says_so(self, mark: _Mark) -> bool:
        """Whether the key is this call's."""
        latest = int((anyio.current_time() + mark.ahead + _ANSWERS_WITHIN) * 1000)
        return await self._ask(self._hold, mark, mark.call, _SILENT_AFTER, _A_DAY, latest) == 1

    async def _ended(self, mark: _Mark, ended: Ended | None) -> None:
        try:
            if ended is None:
                await self._ask(self._release, mark)
            elif not await self._keep(mark, kept(ended)):
                log.warning(
                    "Redis had forgotten the idempotency key of a call, and another call has come with it meanwhile"
                )
        except OSError as error:
            log.warning(
                "how a call with an idempotency key ended could not be noted in Redis (%s): whoever repeats it within a day hears "
                "that nobody knows",
                error,
            )

    async def _keep(self, mark: _Mark, ended: Ended) -> bool:
        text = () if ended.text is None else (ended.text.encode("utf-8", "surrogatepass"), len(ended.text))
        return await self._ask(self._end, mark, mark.call, _A_DAY, *self._bounds, int(ended.is_error), *text) == 1

    async def _ask(self, script: Any, mark: _Mark, *more: bytes | int) -> Any:
        return await self._share.ask(lambda: self._run(script, mark, *more), _ANSWERS_WITHIN)

    async def _run(self, script: Any, mark: _Mark, *more: bytes | int) -> Any:
        lists = (f"{mark.of_caller}:{of}" for of in ("ends", "answers", "sizes"))
        return await script([mark.name, *lists], [mark.holder, *more])


UNAVAILABLE = (
    "idempotency_unavailable: the store of idempotency keys (Redis) did not answer or takes nothing, so that nobody can tell whether this was sent "
    "before. Nothing was sent. Next: the same call with the same key in a moment; if it ends so again, the operator of this server has to "
    "mend that."
)
