"""The doors to Make: base address, credentials, and which door a tool takes."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast
from urllib.parse import urlencode

from make_mcp import __version__
from make_mcp.settings import Settings
from make_mcp.upstream.errors import NotConfigured
from make_tools import Endpoint, Request, Upstream

MAKE_API = "/api/v2"
GATEWAY = "/make/api/v2"
USER_AGENT = f"make-mcp/{__version__}"
"""Our own: the network in front of Make refuses some libraries' defaults with 403, error code 1010."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Door:
    """One way to Make that has a key."""

    upstream: Upstream
    bases: Mapping[Literal["make", "maton"], str]
    """Base address by the API that a path belongs to; the gateway has two."""
    headers: Mapping[str, str] = field(repr=False)
    key: str = field(repr=False)
    zone: str | None = None
    is_practice: bool = False
    """Whether it leads to the practice account."""

    def url(self, endpoint: Endpoint[...], request: Request) -> str:
        """The address to which a request goes, its query included."""
        address = self.bases[endpoint.api] + request.path
        query = encode(request.query)
        return f"{address}?{query}" if query else address


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer: for which tool, through which door, and whether it would change anything."""

    endpoint: Endpoint[...]
    door: Door
    changes: bool
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The arguments of the call, as far as they are known: errors name ids of them, and nothing else."""


@dataclass(frozen=True, slots=True)
class Doors:
    """The doors that are open with these settings."""

    open: Mapping[Upstream, Door]
    prefer: Upstream
    lacks_zone: bool = False
    nobody: str | None = None
    """Why no door is open to this caller, where the operator's settings are not the reason."""

    def door(self, endpoint: Endpoint[...]) -> Door:
        """The door that a tool takes.

        Raises:
            NotConfigured: no key opens one that offers it; the text names the variable to set.
        """
        upstream = self.way(endpoint.upstreams, endpoint.perhaps)
        if upstream is None:
            raise NotConfigured(self._missing(endpoint))
        return self.open[upstream]

    def way(self, offering: Sequence[Upstream], perhaps: Sequence[Upstream] = ()) -> Upstream | None:
        """Which of the ways that offer a tool is taken; None where none of them is open."""
        preferred = sorted(offering, key=lambda upstream: upstream != self.prefer)
        return next((upstream for upstream in (*preferred, *perhaps) if upstream in self.open), None)

    @property
    def account(self) -> str:
        """What tells the account behind these doors from others: an idempotency key means another call there.

        A digest: the account's key itself is nobody's business.
        """
        return " ".join(_account(door) for _, door in sorted(self.open.items()))

    def _missing(self, endpoint: Endpoint[...]) -> str:
        if self.nobody is not None:
            return f"{endpoint.name} was not called: {self.nobody}"
        if self.lacks_zone and "make" in endpoint.upstreams:
            return (
                f"{endpoint.name} was not called: MAKE_API_KEY is set, MAKE_ZONE is not. Next: set MAKE_ZONE to the host that the user "
                "sees when signed in at Make, such as eu1.make.com, and start the server again."
            )
        maton = "MATON_API_KEY to a key of maton.ai/settings"
        make = "MAKE_API_KEY and MAKE_ZONE to a token of Make and its zone (such as eu1.make.com)"
        ways = ", or ".join({"maton": maton, "make": make}[upstream] for upstream in endpoint.upstreams)
        return (
            f"{endpoint.name} was not called: no key is set for it. Next: set {ways}, and start the server again; with --sandbox it "
            "serves a practice account without any key."
        )


def open_doors(settings: Settings) -> Doors:
    """The doors that the settings' keys open.

    Raises:
        SettingsError: a key's file cannot be read.
    """
    found: dict[Upstream, Door] = {}
    if (key := settings.maton_key) is not None:
        found["maton"] = maton_door(settings.maton_base_url, key, settings.maton_connection)
    base = make_base(settings)
    token = settings.make_key
    if token is not None and base is not None:
        found["make"] = make_door(base, token, settings.make_zone)
    return Doors(found, settings.prefer, lacks_zone=token is not None and base is None)


def make_base(settings: Settings) -> str | None:
    """Where Make's own API is; None where neither its address nor a zone is set."""
    return settings.make_base_url or (f"https://{settings.make_zone}" if settings.make_zone else None)


def maton_door(base_url: str, key: str, connection: str | None = None) -> Door:
    root = base_url.removesuffix(GATEWAY).removesuffix("/make")
    headers = {"authorization": f"Bearer {key}"}
    if connection is not None:
        headers["maton-connection"] = connection
    return Door("maton", {"make": root + GATEWAY, "maton": root}, {**_common(), **headers}, key)


def make_door(base_url: str, token: str, zone: str | None = None) -> Door:
    base = base_url.removesuffix(MAKE_API) + MAKE_API
    # An API token is a UUID and goes by `Token`; what an OAuth client got goes by `Bearer`.
    scheme = "Token" if _UUID.fullmatch(token) else "Bearer"
    zone = zone or base.removeprefix("https://").removeprefix("http://").removesuffix(MAKE_API)
    return Door("make", {"make": base}, {**_common(), "authorization": f"{scheme} {token}"}, token, zone)


def _account(door: Door) -> str:
    # Without what every request has: a new release of ours is no other account.
    own = sorted(item for item in door.headers.items() if item[0] not in _common())
    parts = [*door.bases.values(), *(f"{name}={value}" for name, value in own)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def encode(query: Mapping[str, object]) -> str:
    """A query as Make reads it: a list repeats its key, a boolean is `true` or `false`."""
    pairs: list[tuple[str, str]] = []
    for name, value in query.items():
        items = cast("list[object]", value) if isinstance(value, list) else [value]
        pairs += [(name, str(item).lower() if isinstance(item, bool) else str(item)) for item in items]
    return urlencode(pairs)


def _common() -> dict[str, str]:
    return {"user-agent": USER_AGENT, "accept": "application/json"}
