"""Who is served what over HTTP: the operator's account for everybody, or for each who signs in their own."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from make_mcp.callers import Callers, Same, open_common, open_served
from make_mcp.hosting.health import Reach as Look
from make_mcp.hosting.health import nowhere
from make_mcp.hosting.reach import Reach
from make_mcp.settings import Settings
from make_mcp.subjects import Subjects
from make_mcp.telemetry.observer import NOTHING, Observer
from make_mcp.tenants import Tenants
from make_mcp.upstream.doors import make_base


@asynccontextmanager
async def open_callers(settings: Settings, observer: Observer = NOTHING) -> AsyncGenerator[Callers]:
    """The callers of a server over HTTP.

    Raises:
        SettingsError: a name or a file does not fit, or Redis cannot be used.
    """
    async with open_common(settings, audit_on_stderr=True, observer=observer) as common:
        if settings.credentials_file is None:
            async with open_served(settings, common) as served:
                yield Same(served)
        else:
            async with Tenants(settings, Subjects(settings.credentials_file, settings), common) as tenants:
                yield tenants


def reach_of(settings: Settings, callers: Callers) -> Look:
    """Looks at the upstreams of these settings, or of these callers' own; a practice account in process is always there."""
    if settings.sandbox:
        return nowhere
    if isinstance(callers, Tenants):
        return Reach(callers.addresses)
    found: dict[str, frozenset[str]] = {}
    if settings.maton_key is not None:
        found["maton"] = frozenset({settings.maton_base_url})
    if settings.make_key is not None and (base := make_base(settings)) is not None:
        found["make"] = frozenset({base})
    return Reach(lambda: found)
