"""The issuer's keys, as long as they may be used: fetched once for all who wait, fetched anew in time, kept through an outage.

Who sends tokens cannot make us ask the issuer more often: whatever they send, half a minute passes between two fetches. Without
any keys it is 5 s, since nobody can sign in until there are some.
"""

import logging
import time
from collections.abc import Callable
from contextlib import AsyncExitStack

import anyio
import anyio.abc

from make_mcp.signin.keys import Key, KeySet, Unfit
from make_mcp.signin.source import Fetched, Source

log = logging.getLogger(__name__)

GAP = 30.0
"""Seconds from the end of one fetch to the next."""
GAP_WITHOUT_KEYS = 5.0
LATE = 60.0
"""Seconds for which keys that are no longer fresh serve while others are fetched. Later the new ones are waited for, unless the
issuer is known not to answer: nobody signed in for long, and a key may have been withdrawn meanwhile.
"""
KEPT = 24 * 3600.0
"""Seconds for which keys serve that cannot be fetched anew."""


class IssuerKeys:
    """The keys of an issuer, at `jwks_url` or where its metadata says. It is an async context manager, in which it fetches.

    `clock` gives seconds that only grow.

    Raises:
        ValueError: one of the URLs is none that can be trusted.
    """

    def __init__(
        self, issuer: str, jwks_url: str | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._source = Source(issuer, jwks_url)
        self._issuer = issuer
        self._clock = clock
        self._stack = AsyncExitStack()
        self._tasks: anyio.abc.TaskGroup | None = None
        self._running: anyio.Event | None = None
        self._keys: KeySet = {}
        self._fetched: float | None = None
        self._fresh_until = 0.0
        self._next = clock()
        self._is_failing = False

    async def __aenter__(self) -> "IssuerKeys":
        self._tasks = await self._stack.enter_async_context(anyio.create_task_group())
        self._stack.callback(self._tasks.cancel_scope.cancel)
        # Before the first token comes, and so that a mistake in the settings is logged at the start.
        self._begin(self._clock())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._tasks = None
        # It hears of no error in here, which a task group would wrap.
        await self._stack.aclose()

    async def find(self, kid: str) -> tuple[Key, ...]:
        """The keys of this name; none where the issuer has none, or where they cannot be had."""
        now = self._clock()
        known = self._at(now).get(kid, ())
        if known and (self._is_failing or now < self._fresh_until + LATE):
            if now >= self._fresh_until:
                self._begin(now)
            return known
        running = self._begin(now)
        if running is not None:
            await running.wait()
        return self._at(self._clock()).get(kid, ())

    def _at(self, now: float) -> KeySet:
        return self._keys if self._fetched is not None and now - self._fetched <= KEPT else {}

    def _begin(self, now: float) -> anyio.Event | None:
        """The fetch that is under way, or a new one if it is time for one; the event is its end."""
        if self._running is None and now >= self._next:
            if self._tasks is None:
                raise RuntimeError("the keys of an issuer are an async context manager, which was not entered")
            self._running = anyio.Event()
            self._tasks.start_soon(self._fetch, self._running)
        return self._running

    async def _fetch(self, done: anyio.Event) -> None:
        try:
            self._have(await self._source.fetch())
        except Unfit as error:
            self._lack(str(error))
        except Exception as error:  # whatever it is, the server goes on with the keys it has
            self._lack(type(error).__name__)
        finally:
            self._running = None
            done.set()

    def _have(self, fetched: Fetched) -> None:
        now = self._clock()
        self._keys, self._fetched = fetched.keys, now
        self._fresh_until, self._next = now + fetched.seconds, now + GAP
        if self._is_failing:
            log.warning("the keys of %s can be fetched again", self._issuer)
        if not fetched.keys:
            log.warning("%s has no key by which a token could be signed: nobody can sign in", self._issuer)
        self._is_failing = False

    def _lack(self, why: str) -> None:
        now = self._clock()
        has_some = bool(self._at(now))
        self._next = now + (GAP if has_some else GAP_WITHOUT_KEYS)
        if not self._is_failing:
            meanwhile = "those of before serve for a day at most" if has_some else "nobody can sign in until they can"
            log.warning("the keys of %s cannot be fetched (%s): %s", self._issuer, why, meanwhile)
        self._is_failing = True
