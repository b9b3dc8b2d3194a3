"""Who is served what: from settings to callers that are ready to be called."""

import logging
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from mcp.server.auth.provider import AccessToken
from mcp_types import Tool

from make_mcp.absent import Absent
from make_mcp.answers import Shaping
from make_mcp.audit import AuditLog, discreet, open_audit
from make_mcp.calls import NOBODY, Caller
from make_mcp.confirmation import Codes, Gate
from make_mcp.confirmation.gate import Way
from make_mcp.confirmation.record import Record
from make_mcp.confirmation.used import InFile
from make_mcp.idempotency import PATIENCE, InMemory, Keys
from make_mcp.present import SEARCH, Present
from make_mcp.recipes import AnyTool
from make_mcp.rights import Rights
from make_mcp.secrets import Credentials, keys_of
from make_mcp.selection import has_catalog, input_schema, listing, select
from make_mcp.settings import Settings, SettingsError, variable
from make_mcp.telemetry.observer import NOTHING, Observer
from make_mcp.upstream import Upstreams
from make_mcp.upstream.doors import Doors, open_doors
from make_mcp.upstream.pacing.opening import open_pace
from make_mcp.upstream.pacing.pace import Pace
from make_tools import GROUPS, Group
from make_tools.users import users_current_authorization

if TYPE_CHECKING:
    from make_mcp.redis_connection import RedisConnection

log = logging.getLogger(__name__)


@asynccontextmanager
async def open_caller(
    settings: Settings,
    groups: Sequence[Group] = GROUPS,
    *,
    audit_on_stderr: bool = False,
    keys: Keys | None = None,
) -> AsyncGenerator[tuple[Caller, list[Tool]]]:
    """The tools that these settings leave, ready to be called.

    `keys` are the idempotency keys of earlier calls; without them those of this process are remembered.
    `audit_on_stderr`: without a file for it the audit log goes to stderr, as it should where a server runs; otherwise it is
    not kept.

    Raises:
        SettingsError: a name or a file does not fit.
    """
    async with (
        open_common(settings, audit_on_stderr=audit_on_stderr, keys=keys) as common,
        open_served(settings, common, groups) as served,
    ):
        yield served.caller, list(served.tools)


@dataclass(frozen=True, slots=True)
class Common:
    """What all callers of a server have in common, whoever signs in."""

    codes: Codes
    keys: Keys
    pace: Pace | None
    audit: AuditLog | None
    """None where it is not kept."""
    observer: Observer = NOTHING


@dataclass(frozen=True, slots=True)
class Served:
    """What is served to a caller."""

    caller: Caller
    tools: tuple[Tool, ...]
    """What is listed, as far as the settings say."""
    rights: Rights | None = None

    def present(self, *, may_write: bool = True) -> Present:
        """What texts may tell a client of, as far as it is known without asking: what is listed, or found in its place."""
        rights, reads = self.rights, self.caller.reads
        shown = {each.name for each in self.tools if rights is None or rights.lacks(each.name) is None}
        every = set(self.caller.tools)
        names = shown | every if SEARCH in shown else shown
        told = sorted(name for name in names if may_write or reads(name))
        return Present(told, any(not reads(name) for name in told), self.caller.policy, not every <= names)

    async def listing(self) -> list[Tool]:
        """What is listed, without what the token cannot do. The first time it may wait for Make to tell that."""
        if (rights := self.rights) is None:
            return list(self.tools)
        await rights.learn()
        return [each for each in self.tools if rights.lacks(each.name) is None]


@asynccontextmanager
async def open_common(
    settings: Settings, *, audit_on_stderr: bool = False, keys: Keys | None = None, observer: Observer = NOTHING
) -> AsyncGenerator[Common]:
    """As `open_caller` says of each. The observer hears of whatever happens to any of them.

    Raises:
        SettingsError: a file cannot be used, or Redis.
    """
    with _open_audit(settings, on_stderr=audit_on_stderr) as audit:
        async with _open_redis(settings) as redis, open_pace(settings, observer, redis) as pace:
            codes = _codes(settings) if redis is None else await _shared_codes(settings, redis)
            if keys is None:
                keys = await _open_keys(settings, redis)
            yield Common(codes, keys, pace, audit, observer)


@asynccontextmanager
async def _open_redis(settings: Settings) -> AsyncGenerator["RedisConnection | None"]:
    if (url := settings.redis) is None:
        yield None
        return
    from make_mcp.redis_connection import open_redis

    async with open_redis(url) as redis:
        yield redis


async def _open_keys(settings: Settings, redis: "RedisConnection | None") -> Keys:
    patience = min(PATIENCE, settings.timeout)
    key = settings.code_key
    # Each process has a practice account of its own, so that an answer of one means nothing to another.
    if redis is not None and key is None and settings.transport != "stdio":
        log.warning(
            "codes and idempotency keys count in this process alone: servers that share Redis share these too once they share %s",
            variable("confirm_key"),
        )
    if redis is None or key is None or settings.sandbox:
        return InMemory(patience=patience)
    from make_mcp.idempotency_in_redis import InRedis

    space = f"{key}\0{open_doors(settings).account}"
    return await InRedis.open(redis, space.encode(), patience=patience)


async def _shared_codes(settings: Settings, redis: "RedisConnection") -> Codes:
    key = settings.code_key
    if key is None or settings.confirm_store is not None:
        return _codes(settings)
    from make_mcp.confirmation.used_in_redis import InRedis

    return Codes(key.encode(), await InRedis.open(redis))


@asynccontextmanager
async def open_served(
    settings: Settings, common: Common, groups: Sequence[Group] = GROUPS, doors: Doors | None = None
) -> AsyncGenerator[Served]:
    """What these settings, and the keys in them, leave to a caller. `doors` take the place of those that the keys open.

    Raises:
        SettingsError: a name does not fit, or the file of a key.
    """
    tools = select(groups, settings)
    if not tools:
        log.warning(
            "these settings leave no tool: toolsets, tools, exclude-tools, read-only and the keys narrow one another"
        )
    async with _open_upstreams(settings, common, doors) as upstreams:
        credentials = Credentials([*upstreams.secrets, *keys_of(settings)])
        gate = Gate(upstreams, settings.confirm, common.codes, _recording(common.audit, credentials))
        shaping = Shaping(credentials, settings.reveal, settings.max_result_bytes)
        rights = _rights(settings, tools, upstreams, gate)
        absent = Absent(groups, tools, settings, rights.lacks)
        takes = partial(input_schema, policy=settings.confirm)
        if has_catalog(settings):
            # Imported here: few hosts need it.
            from make_mcp.catalog import Catalog

            caller = Catalog(tools, gate, shaping, absent, common.keys, observer=common.observer, schema=takes)
        else:
            caller = Caller(tools, gate, shaping, absent, common.keys, observer=common.observer)
        yield Served(caller, listing(tools, settings), rights)


def _rights(settings: Settings, tools: Mapping[str, AnyTool], upstreams: Upstreams, gate: Gate) -> Rights:
    async def read() -> Mapping[str, Any]:
        return await gate.read(users_current_authorization, users_current_authorization.request(), {}, NOBODY)

    direct = [record for record in tools.values() if upstreams.way(record.upstreams) == "make"]
    # Where each caller has a token of their own, what it lacks is their business, and not the operator's.
    level = logging.WARNING if settings.transport == "stdio" or settings.credentials_file is None else logging.INFO
    return Rights(direct, read, level)


@contextmanager
def open_gate(settings: Settings, way: Way, *, audit_on_stderr: bool = False) -> Generator[Gate]:
    """The gate of these settings, with its audit log.

    Raises:
        SettingsError: a file of theirs cannot be used.
    """
    with _open_audit(settings, on_stderr=audit_on_stderr) as audit:
        yield Gate(way, settings.confirm, _codes(settings), _recording(audit, Credentials(keys_of(settings))))


@contextmanager
def _open_audit(settings: Settings, *, on_stderr: bool) -> Generator[AuditLog | None]:
    if settings.audit_log is None and not on_stderr:
        yield None
        return
    with open_audit(settings.audit_log, settings.log_format) as audit:
        yield audit


def _recording(audit: AuditLog | None, credentials: Credentials) -> Callable[[Record], None]:
    """Writes decisions down without these keys: an id is what a caller says it is."""
    if audit is None:
        return lambda _: None
    return lambda record: audit.record(discreet(record.entry(), credentials.without))


def _codes(settings: Settings) -> Codes:
    key = settings.code_key
    if key is None or settings.confirm_store is None:
        return Codes()
    try:
        return Codes(key.encode(), InFile(settings.confirm_store))
    except OSError as error:
        why = error.strerror or "it is no store of make-mcp"
        raise SettingsError(
            f"{variable('confirm_store')} names {str(settings.confirm_store)!r}, which cannot be used ({why}); nothing was started"
        ) from None


@asynccontextmanager
async def _open_upstreams(settings: Settings, common: Common, doors: Doors | None) -> AsyncGenerator[Upstreams]:
    if settings.sandbox:
        # Imported here alone: nobody who has an account should wait for the practice one.
        from make_mcp.practice import practice_upstreams

        async with practice_upstreams(settings, common.pace, common.observer) as upstreams:
            yield upstreams
    else:
        async with Upstreams(
            open_doors(settings) if doors is None else doors,
            deadline=settings.timeout,
            pace=common.pace,
            observer=common.observer,
        ) as upstreams:
            yield upstreams


class Callers(Protocol):
    """What is served to whom."""

    @property
    def usual(self) -> Present:
        """What all of them have, for what is said before anybody calls."""
        ...

    def of(self, token: AccessToken | None) -> AbstractAsyncContextManager[Served]:
        """What is served to who brings this token, as long as the context lasts; None is who need not sign in."""
        ...


@dataclass(frozen=True, slots=True)
class Same:
    """The same for everybody."""

    served: Served

    @property
    def usual(self) -> Present:
        return self.served.present()

    @asynccontextmanager
    async def of(self, token: AccessToken | None) -> AsyncGenerator[Served]:  # noqa: ARG002  # it makes no difference
        yield self.served
