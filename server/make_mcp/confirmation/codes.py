"""Codes: what a preview hands out, and what alone lets a call through that needs one.

A code is bound to the call that was previewed: its tool, its request, the target as it was, the caller, a time and an id
that is used once. Everything is under an HMAC-SHA256, so that nobody but the server makes one or changes one.

Layout, as base64url without padding (108 characters): version and whether Make's own guard is to be overruled (1 byte), key
(4), time of issue (4), id (16), tool (4), caller (4), call (16), state (16), HMAC (16). The short digests of tool and caller
only tell why a code does not fit: the one of the call covers both again.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
import struct
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from make_mcp.confirmation.errors import NotConfirmed
from make_mcp.confirmation.recent import Recent
from make_mcp.confirmation.used import ID, Forgotten, InMemory, UsedCodes
from make_tools import Request

SECONDS = 300
"""How long a code can be used."""
_SKEW = 60
"""Seconds by which the clocks of processes that share a key may differ."""
_REMEMBERED = 1000
_VERSION = 1
_FORCE = 0x80
_LAYOUT = struct.Struct(">B4sI16s4s4s16s16s")
_MAC = 16
_BYTES = _LAYOUT.size + _MAC
LENGTH = _BYTES // 3 * 4
"""Characters of a code."""
_FORM = re.compile(f"[A-Za-z0-9_-]{{{LENGTH}}}")


@dataclass(frozen=True, slots=True)
class Claim:
    """The call that a code is for. `force` adds Make's `confirmed=true`."""

    tool: str
    request: Request
    caller: str

    def digest(self, *, force: bool) -> bytes:
        # The request and not the arguments: what would leave is what was shown, however it was written.
        sent = [self.request.method, self.request.path, dict(self.request.query), self.request.body]
        return _sha(_canonical([self.tool, self.caller, force, sent]))[:16]


@dataclass(frozen=True, slots=True)
class Held:
    """A code that fits its call. Whether the target is still as it was is asked with `fits`."""

    id: bytes
    until: float
    force: bool
    state: bytes

    def fits(self, state: Any) -> bool:
        """Whether the target's state is the one that was previewed."""
        return hmac.compare_digest(self.state, _state(state))


class Codes:
    """Makes codes and checks them. `clock` gives Unix seconds.

    With a `key` of its own for several processes, `used` must be one that they share.
    """

    def __init__(
        self, key: bytes | None = None, used: UsedCodes | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._key = _sha(b"make-mcp/confirmation/key\0" + (key or secrets.token_bytes(32)))
        self._key_id = _sha(b"make-mcp/confirmation/id\0" + self._key)[:4]
        self._used: UsedCodes = used or InMemory()
        self._clock = clock
        self._began = clock()
        self._dead: Recent[bytes, bool] = Recent(_REMEMBERED)

    async def new_id(self) -> bytes:
        """An id for a new code, by which the store knows it again."""
        return await self._used.new_id()

    def make(self, claim: Claim, state: Any, *, force: bool = False, id_: bytes | None = None) -> str:
        """A new code for this call, on a target of this state. The id is from `new_id` where others share the store."""
        head = _LAYOUT.pack(
            _VERSION | (_FORCE if force else 0),
            self._key_id,
            int(self._clock()),
            secrets.token_bytes(ID) if id_ is None else id_,
            _short(claim.tool),
            _short(claim.caller),
            claim.digest(force=force),
            _state(state),
        )
        return base64.urlsafe_b64encode(head + self._mac(head)).decode()

    async def check(self, code: str, claim: Claim) -> Held:
        """The code, if it is one of this server, still good, not used, and for this call.

        Raises:
            NotConfirmed: it is not; its reason says which of these.
        """
        raw = _decoded(code)
        if raw is None:
            raise NotConfirmed("no_code", _TOLD["no_code"])
        head, mac = raw[:-_MAC], raw[-_MAC:]
        first, key_id, issued, id_, tool, caller, call, state = _LAYOUT.unpack(head)
        if key_id != self._key_id:
            reason = "before_restart" if issued < int(self._began) else "foreign"
            raise NotConfirmed(reason, _TOLD[reason])
        if not hmac.compare_digest(mac, self._mac(head)):
            raise NotConfirmed("altered", _TOLD["altered"])
        force = bool(first & _FORCE)
        held = Held(id_, issued + SECONDS, force, state)
        self.still_good(held)
        await self.unused(held)
        if tool != _short(claim.tool):
            raise NotConfirmed("other_tool", _TOLD["other_tool"])
        if caller != _short(claim.caller):
            raise NotConfirmed("other_caller", _TOLD["other_caller"])
        if not hmac.compare_digest(call, claim.digest(force=force)):
            raise NotConfirmed("other_arguments", _TOLD["other_arguments"])
        return held

    def still_good(self, held: Held) -> None:
        """Raises NotConfirmed if the code's time is over: a person may have taken long to answer."""
        if not 0 < self.left(held) <= SECONDS + _SKEW:
            raise self.expired()

    async def unused(self, held: Held) -> None:
        """Raises NotConfirmed if the code was used: by another call, or by a person's no."""
        with self._store():
            used = await self._used.has(held.id)
        if used or self._dead.get(held.id):
            raise NotConfirmed("used", _TOLD["used"])

    async def end(self, held: Held) -> None:
        """Ends a code after a no. It ends in this process even where that cannot be noted for the others."""
        self._dead.put(held.id, True)
        with suppress(NotConfirmed):
            await self.take(held)

    def left(self, held: Held) -> float:
        """Seconds for which a code is still good."""
        return held.until - self._clock()

    def expired(self) -> NotConfirmed:
        return NotConfirmed("expired", _TOLD["expired"])

    async def take(self, held: Held) -> None:
        """Uses a code up, for good: what happens next does not bring it back.

        Raises:
            NotConfirmed: another call was faster, or the code cannot be noted as used.
        """
        with self._store():
            first = await self._used.take(held.id, held.until)
        if not first:
            raise NotConfirmed("used", _TOLD["used"])

    async def asked(self, held: Held) -> None:
        """Notes that a person is asked. Raises NotConfirmed if that cannot be noted: then nobody should be asked."""
        with self._store():
            await self._used.asked(held.id)

    async def was_asked(self, held: Held) -> bool:
        """Whether a person was asked. Raises NotConfirmed if nobody knows."""
        with self._store():
            return await self._used.was_asked(held.id)

    @contextmanager
    def _store(self) -> Generator[None]:
        """What the store cannot do lets nothing through."""
        try:
            yield
        except Forgotten:
            raise NotConfirmed("before_restart", _FORGOTTEN) from None
        except OSError:
            raise NotConfirmed("store", _TOLD["store"].format(self._used.trouble)) from None

    def _mac(self, head: bytes) -> bytes:
        return hmac.digest(self._key, head, "sha256")[:_MAC]


_AGAIN = "Next: the same call without `confirm`, for a new preview to show the user."
_TOLD = {
    "no_code": f"`confirm` takes the code of a preview, as it stands there, and this is none. {_AGAIN}",
    "altered": f"The code is not as the preview gave it: a character was changed or lost. {_AGAIN}",
    "foreign": f"The code was made by another make-mcp process, which shares no key with this one. {_AGAIN}",
    "before_restart": "The code was made before this server was started, and ended with the process that made it, as all codes do. "
    + _AGAIN,
    "expired": f"The code is older than {SECONDS // 60} minutes, or the clock was set. {_AGAIN}",
    "used": "The code was used before, and a code is good for one call. If that call had no answer, read what is true now "
    f"before anything else. {_AGAIN}",
    "other_tool": f"The code is for another tool. {_AGAIN}",
    "other_caller": f"The code was given to another caller. {_AGAIN}",
    "other_arguments": f"The code is for other arguments than these: it confirms what its preview showed, nothing else. {_AGAIN}",
    "store": "The code could not be looked up or noted as used, and nothing was sent: {}. Next: the same call in a minute; if it ends "
    "so again, the operator of this server has to mend that.",
}
_FORGOTTEN = (
    "The code was made before the store of used codes was started anew, and nobody can tell any more whether it was used. If it "
    f"was, and that call had no answer, read what is true now before anything else. {_AGAIN}"
)


def _decoded(code: str) -> bytes | None:
    text = code.strip()
    # One text for one code: other ways to write the same bytes are none.
    if _FORM.fullmatch(text) is None:
        return None
    raw = base64.urlsafe_b64decode(text)
    return raw if raw[0] & ~_FORCE == _VERSION else None


def _state(state: Any) -> bytes:
    return _sha(_canonical(state))[:16]


def _short(text: str) -> bytes:
    return _sha(text.encode("utf-8", "surrogatepass"))[:4]


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str).encode()


def _sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
