"""What the settings say about serving over HTTP, as one whole that fits together."""

from dataclasses import dataclass
from typing import Literal

from make_mcp.hosting.bodies import MEGABYTE
from make_mcp.settings import Settings, SettingsError, variable
from make_mcp.signin.claims import Expected
from make_mcp.upstream.pacing.opening import OFF, rate
from make_mcp.upstream.pacing.slots import Rate
from make_mcp.values import LOOPBACK

Transport = Literal["http", "sse"]
_NAMES = ("127.0.0.1", "localhost", "[::1]")
"""How this machine is called in a URL."""
_USUAL = 80
"""The port of http, which no client writes."""
_OF_AN_ISSUER = ("auth_audience", "auth_jwks_url", "auth_algorithms")
HOSTED_GRACE = 30.0
"""Seconds: what a rolling restart gives a replica, and most runs take."""


_RATE = Rate(1000, 1)


@dataclass(frozen=True, slots=True)
class Hosting:
    """How MCP is served over HTTP."""

    transport: Transport
    hosts: frozenset[str] | None
    """Host headers that are let through; None stands for the loopback names with whatever port is listened on."""
    also: frozenset[str] = frozenset()
    """Host headers that are let through beside the loopback names."""
    origins: frozenset[str] = frozenset()
    token: str | None = None
    """What callers must bring; None where an issuer makes their tokens, or nobody signs in."""
    issuer: Expected | None = None
    """What the tokens of an issuer must say."""
    jwks_url: str | None = None
    """Where its keys are; None where its own metadata says it."""
    largest_body: int = 4 * MEGABYTE
    """Bytes."""
    body_within: float = 10.0
    """Seconds."""
    most_connections: int = 500
    most_sessions: int = 200
    session_idle: float = 300.0
    """Seconds."""
    rate: Rate | None = _RATE
    """Requests of one caller."""
    grace: float | None = None
    """Seconds for calls in flight at the end; None is the usual."""

    @property
    def signs_in(self) -> bool:
        return self.token is not None or self.issuer is not None

    def hosts_at(self, port: int) -> frozenset[str]:
        """The Host headers that are let through where it listens on this port."""
        if self.hosts is not None:
            return self.hosts
        return frozenset(_written(port)) | self.also

    def origins_at(self, port: int) -> frozenset[str]:
        """The Origin headers that are let through. On loopback the server's own is one: the protocol's conformance suite wants
        that, nothing is served there that could call, and a page on another port has another origin.
        """
        is_own = self.hosts is None and self.transport == "http"
        own = (f"http://{name}" for name in _written(port)) if is_own else ()
        return self.origins | frozenset(own)


def _written(port: int) -> tuple[str, ...]:
    """This machine with a port, as clients write it."""
    return _NAMES if port == _USUAL else tuple(f"{name}:{port}" for name in _NAMES)


def plan(settings: Settings) -> Hosting:
    """How to serve.

    Raises:
        SettingsError: settings do not go together; the text names them and says what would.
    """
    token = settings.callers_token
    _sign_in_fits(settings, has_token=token is not None)
    if settings.metrics_port and settings.metrics_port == settings.port:
        raise SettingsError(
            f"{_said('metrics_port')} got {settings.metrics_port}, which is the {_said('port')} of MCP: it takes one of its own"
        )
    is_local = settings.host in LOOPBACK
    if not is_local:
        _may_be_reached(settings)
    allowed = frozenset(settings.allowed_hosts)
    signs_in = token is not None or settings.auth_issuer is not None
    return Hosting(
        transport="sse" if settings.transport == "sse" else "http",
        hosts=None if is_local else allowed,
        also=allowed,
        origins=frozenset(settings.allowed_origins),
        token=token,
        issuer=_issuer(settings),
        jwks_url=settings.auth_jwks_url,
        largest_body=settings.max_body * MEGABYTE,
        body_within=settings.body_timeout,
        most_connections=settings.max_connections,
        most_sessions=settings.max_sessions,
        session_idle=settings.session_idle,
        rate=None if settings.rate_limit == OFF else rate(settings.rate_limit),
        grace=HOSTED_GRACE if settings.grace is None and signs_in else settings.grace,
    )


def _issuer(settings: Settings) -> Expected | None:
    if settings.auth_issuer is None or settings.public_url is None:
        return None
    return Expected(
        issuer=settings.auth_issuer,
        audience=settings.auth_audience or settings.public_url,
        resource=settings.public_url,
        algorithms=settings.auth_algorithms,
    )


def _sign_in_fits(settings: Settings, *, has_token: bool) -> None:
    issuer = settings.auth_issuer
    if has_token and issuer is not None:
        raise SettingsError(
            f"{_said('auth_issuer')} got {issuer!r}, and {variable('auth_token')} is set too: callers bring either the token or "
            "one that the issuer made; keep one of the two"
        )
    for name in _OF_AN_ISSUER:
        if issuer is None and name in settings.model_fields_set:
            value: str | tuple[str, ...] = getattr(settings, name)
            shown = value if isinstance(value, str) else ",".join(value)
            raise SettingsError(f"{_said(name)} got {shown!r}, and takes {_said('auth_issuer')} beside it")
    if issuer is not None and settings.public_url is None:
        raise SettingsError(
            f"{_said('auth_issuer')} got {issuer!r}, and takes {_said('public_url')} beside it: tokens are for that URL, such as "
            "https://make.example.com/mcp"
        )
    if settings.credentials_file is not None and (settings.maton_key or settings.make_key):
        raise SettingsError(
            f"{_said('credentials_file')} got {str(settings.credentials_file)!r}, so that each caller has a key of their own, and "
            "MAKE_API_KEY or MATON_API_KEY is set too, which nobody would use: keep one of the two"
        )
    if settings.credentials_file is not None and issuer is None:
        raise SettingsError(
            f"{_said('credentials_file')} got {str(settings.credentials_file)!r}, and takes {_said('auth_issuer')} beside it: "
            "who calls is known by the subject of a token"
        )


def _may_be_reached(settings: Settings) -> None:
    """What it takes to listen on other addresses than loopback."""
    missing: list[str] = []
    if not settings.allowed_hosts:
        missing.append(f"{_said('allowed_hosts')}, which takes the name under which it is reached")
    if settings.auth_token is None and settings.auth_token_file is None and settings.auth_issuer is None:
        missing.append(
            f"sign-in, which is {variable('auth_token')} (or {_said('auth_token_file')}) or {_said('auth_issuer')}"
        )
    if missing:
        raise SettingsError(
            f"{_said('host')} got {settings.host!r}, where others can reach the server: that takes {'; and '.join(missing)}. "
            "On 127.0.0.1 it takes neither"
        )


def _said(field: str) -> str:
    return f"{variable(field)} (--{field.replace('_', '-')})"
