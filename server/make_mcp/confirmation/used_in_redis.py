"""Used codes in Redis, for replicas on many machines.

A code counts with the very Redis that there was when it was made. Redis may forget, where it is started anew, emptied, or
replaced by another that had not heard everything yet; a code that was used could then count once more. So the time from one such
event to the next is a life, which has a number of its own, and a code has that of the life in which it was made as the
beginning of its id. In another life it is refused. No clock decides: neither ours nor that of Redis.
"""

import hashlib
import logging
import secrets
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from make_mcp.confirmation.used import ID, Forgotten
from make_mcp.redis_connection import PREFIX, RedisConnection

log = logging.getLogger(__name__)

_A_DAY = 86_400_000
"""Milliseconds for which everything is remembered: clocks are set by hours, and a code is good for five minutes."""
_NUMBER = 4
"""Bytes of a life's number."""
_LIFE = f"{PREFIX}:life"
_ANOTHER = "the code is of another life"


class InRedis:
    """For several processes anywhere. What a person was asked they all know.

    An exchange that breaks off may have been carried out: then the code counts as used, and its call was not sent.
    """

    trouble = "the Redis of --redis-url did not answer in time or took nothing, which may pass within seconds"

    def __init__(self, connection: RedisConnection) -> None:
        self._connection = connection
        self._share = connection.share("codes")
        self._look_up = connection.client.register_script(_LOOK_UP)
        self._note = connection.client.register_script(_NOTE)
        self._number = bytes(_NUMBER)
        """Of the life that was seen last."""

    @classmethod
    async def open(cls, connection: RedisConnection) -> "InRedis":
        """The same, after Redis has shown that it does what this takes.

        Raises:
            SettingsError: it does not.
        """
        store = cls(connection)
        await connection.begin(lambda: store._run(store._note, _name("start", b""), ["", ""]))
        return store

    async def new_id(self) -> bytes:
        # What was true a while ago may be true still. If not, the code is refused.
        with suppress(OSError):
            await self._ask(self._look_up, _LIFE, [])
        return self._number + secrets.token_bytes(ID - _NUMBER)

    async def has(self, id_: bytes) -> bool:
        return await self._knows("used", id_)

    async def take(self, id_: bytes, until: float) -> bool:  # noqa: ARG002  # that time is of another clock
        # The mark is this call's own: if the same is asked twice, since a connection broke, the second does not find another's.
        return await self._noted("used", id_, secrets.token_hex(16))

    async def asked(self, id_: bytes) -> None:
        await self._noted("asked", id_, "1")

    async def was_asked(self, id_: bytes) -> bool:
        return await self._knows("asked", id_)

    async def _knows(self, what: str, id_: bytes) -> bool:
        number, found = await self._ask(self._look_up, _name(what, id_), [])
        if number != id_[:_NUMBER]:
            raise Forgotten(_ANOTHER)
        return found

    async def _noted(self, what: str, id_: bytes, mark: str) -> bool:
        number, is_ours = await self._ask(self._note, _name(what, id_), [id_[:_NUMBER].hex(), mark])
        if number != id_[:_NUMBER]:
            raise Forgotten(_ANOTHER)
        return is_ours

    async def _ask(self, script: Any, name: str, more: Sequence[str]) -> tuple[bytes, bool]:
        try:
            return await self._share.ask(lambda: self._run(script, name, more))
        except OSError as error:
            log.warning("a code cannot be looked up or noted: Redis does not answer, or takes nothing (%s)", error)
            raise

    async def _run(self, script: Any, name: str, more: Sequence[str]) -> tuple[bytes, bool]:
        """The number of the present life, and what the script found."""
        number, found = await script([_LIFE, name], [_A_DAY, secrets.token_hex(_NUMBER), *more])
        self._number = bytes.fromhex(number.decode())
        return self._number, found == 1


def _name(what: str, id_: bytes) -> str:
    return f"{PREFIX}:{what}:{hashlib.sha256(id_).hexdigest()[:32]}"


# Each process of Redis has a run_id of its own, also one that takes another's place with a copy of what that knew. And a Redis
# that was emptied has lost the mark of its life as well.
_OF_NOW = """
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or ''
local life = string.match(redis.call('GET', KEYS[1]) or '', '^' .. run .. ' (%x+)$') or ARGV[2]
redis.call('SET', KEYS[1], run .. ' ' .. life, 'PX', ARGV[1])
"""
_LOOK_UP = f"""{_OF_NOW}
return {{life, redis.call('EXISTS', KEYS[2])}}
"""
_NOTE = f"""{_OF_NOW}
if life ~= ARGV[3] then return {{life, 0}} end
if redis.call('SET', KEYS[2], ARGV[4], 'NX', 'PX', ARGV[1]) then return {{life, 1}} end
return {{life, redis.call('GET', KEYS[2]) == ARGV[4] and 1 or 0}}
"""
