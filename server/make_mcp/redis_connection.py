"""Redis, opened once for the process: the pace, the used codes and the idempotency keys of replicas go over it.

Each of them has a share of the connections for itself, so that none stands behind another. What a Redis that does not answer
means is for each to say: the pace goes on without it, and what needs a code or brings a key is not sent.
"""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast

import anyio

from make_mcp.settings import SettingsError, variable

log = logging.getLogger(__name__)

PREFIX = "make-mcp"
"""With which every key begins."""
STARTS_WITHIN = 5.0
"""Seconds for the first exchange: names are looked up, TLS and passwords are agreed upon."""
_ANSWERS_WITHIN = 3.0
"""Seconds for one answer at most. Who asks may have less patience."""
_ENDS_WITHIN = 1.0
_SHARE = 8
"""Connections for each use."""
_CONNECTIONS = 100
"""More than all uses take together: a connection that is given back late keeps nobody from another."""

_Answer = TypeVar("_Answer")


class RedisConnection:
    """An open Redis. `open_redis` makes one."""

    def __init__(self, pool: Any, client: Any, failures: tuple[type[Exception], ...]) -> None:
        self.pool = pool
        """Of `redis.asyncio`, which leaves most of its types open."""
        self.client = client
        self._failures = failures
        self._shares: dict[str, Share] = {}

    def share(self, use: str) -> "Share":
        """The connections of one use: the same for all who share it."""
        if use not in self._shares:
            self._shares[use] = Share(anyio.CapacityLimiter(_SHARE), self._failures)
        return self._shares[use]

    async def begin(self, question: Callable[[], Awaitable[_Answer]]) -> _Answer:
        """The answer to a first question, by which a use finds out whether Redis does what it needs.

        Raises:
            SettingsError: it does not. The text says what to do, and nothing of the URL.
        """
        from redis.exceptions import AuthenticationError

        try:
            with anyio.fail_after(STARTS_WITHIN):
                return await question()
        except (TypeError, ValueError):
            # An option after the `?` that redis does not know.
            raise SettingsError(_NO_ADDRESS) from None
        except AuthenticationError:
            raise SettingsError(f"Redis does not take the name or the password of {_WHERE}: mend them") from None
        except self._failures as error:
            raise SettingsError(_no_answer(error)) from None


class Share:
    """A part of the connections."""

    def __init__(self, limiter: anyio.CapacityLimiter, failures: tuple[type[Exception], ...]) -> None:
        self._limiter = limiter
        self._failures = failures

    async def ask(self, question: Callable[[], Awaitable[_Answer]], seconds: float = _ANSWERS_WITHIN) -> _Answer:
        """What Redis answers. What was asked may be carried out, and even a while later, although no answer came.

        Raises:
            OSError: it does not answer within these seconds, or refuses. The text names the kind of the failure alone.
        """
        try:
            with anyio.fail_after(seconds):
                async with self._limiter:
                    return await question()
        except self._failures as error:
            raise OSError(type(error).__name__) from None


@asynccontextmanager
async def open_redis(url: str) -> AsyncGenerator[RedisConnection]:
    """The Redis of this URL, which answers. Whether it does what a use needs is for that use to see, with `begin`.

    Raises:
        SettingsError: it cannot be used. The text says what to do, and nothing of the URL.
    """
    try:
        from redis.asyncio import ConnectionPool, Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff
        from redis.exceptions import ConnectionError as ConnectionFailed
        from redis.exceptions import RedisError
    except ImportError:
        raise SettingsError(NO_PACKAGE) from None
    try:
        pool: Any = cast("Any", ConnectionPool).from_url(
            url,
            max_connections=_CONNECTIONS,
            socket_timeout=_ANSWERS_WITHIN,
            socket_connect_timeout=STARTS_WITHIN,
            protocol=2,
            # A connection that Redis closed while nobody used it is no outage. So whatever is asked must bear to be asked twice.
            retry=Retry(NoBackoff(), 1),
            retry_on_error=[ConnectionFailed],
        )
    except ValueError:
        raise SettingsError(_NO_ADDRESS) from None
    client = Redis(connection_pool=pool)
    connection = RedisConnection(pool, client, (RedisError, OSError))
    try:
        await connection.begin(cast("Any", client).ping)
        await _see_what_it_forgets(client)
        yield connection
    finally:
        with anyio.move_on_after(_ENDS_WITHIN, shield=True):
            await pool.aclose()


async def _see_what_it_forgets(client: Any) -> None:
    from redis.exceptions import RedisError

    try:
        policy = (await client.info("memory")).get("maxmemory_policy", _KEEPS)
    except (RedisError, OSError):
        # Not everybody may ask.
        return
    if policy != _KEEPS:
        log.warning(
            "Redis drops what it holds when its memory is full (maxmemory-policy %s), codes among it that were used and keys "
            "of calls: set it to %s",
            policy,
            _KEEPS,
        )


_KEEPS = "noeviction"
_WHERE = f"{variable('redis_url')} (or its file)"
NO_PACKAGE = "what servers share in Redis needs the package redis, 5.2 or later: pip install 'make-mcp[redis]'"
_NO_ADDRESS = (
    f"{_WHERE} holds an address that cannot be used: it takes one such as redis://127.0.0.1:6379/0, in which a name or "
    "password has its special characters percent-encoded"
)


def _no_answer(error: Exception) -> str:
    return (
        f"Redis does not work for us at the address of {_WHERE} ({type(error).__name__}): start it, let us write and run scripts "
        "there, or mend the address; without the setting each process keeps a pace, codes and idempotency keys of its own"
    )
