"""The doors of the practice account: Make's own API, Maton's gateway in front of it, and the hooks that others call.

The first two lead to the same endpoints and the same documents. They differ in address, in key, and in what they let
through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from starlette.requests import Request
from starlette.routing import Route

import make_sandbox
from make_sandbox import control, deliveries, errors, maton
from make_sandbox.api.dispatch import Door, nowhere, routes
from make_sandbox.api.limits import Limits
from make_sandbox.lists import scopes
from make_sandbox.model import tables
from make_sandbox.model.account import Account
from make_sandbox.model.store import Document
from make_sandbox.resources import RESOURCES
from make_sandbox.resources.enums import ZONES

MAKE = "/api/v2"
GATEWAY = "/make/api/v2"

OF_GATEWAY: Document = {"scope": scopes.ALL}
"""The token that Maton keeps for its users."""


def doors() -> Iterator[Route]:
    """Every address of the practice account."""
    yield from routes(Door(prefix=MAKE, guard=enter_make), RESOURCES)
    yield from routes(Door(prefix=GATEWAY, guard=enter_gateway, gateway=True), RESOURCES)
    yield from routes(Door(prefix="", guard=enter_maton, word=errors.as_maton), (maton.connections,))
    yield from control.routes()
    yield from deliveries.routes()
    yield nowhere(f"{MAKE}/admin", enter_make, errors.administrators_only)
    yield nowhere(MAKE, enter_make, errors.not_found)
    yield nowhere("", enter_maton, _unsupported)


def enter_make(request: Request, account: Account, _: Limits | None) -> Document:
    """A UUID comes as `Token`, an OAuth token as `Bearer`; the practice token is taken either way.

    A token belongs to one zone. In another one nobody knows it.
    """
    token = account.store.get(tables.TOKENS, _credential(request, "token", "bearer"))
    if token is None or _is_elsewhere(request.url.hostname or ""):
        raise errors.not_logged_in()
    return token


def enter_maton(request: Request, _: Account, limits: Limits | None) -> Document:
    if _credential(request, "bearer") != make_sandbox.KEY:
        raise errors.maton(401, "Invalid or missing Maton API key.")
    if limits is not None:
        limits.gateway()
    return OF_GATEWAY


def enter_gateway(request: Request, account: Account, limits: Limits | None) -> Document:
    """The key first, then a connection to Make that works: the one that the header names, else any."""
    token = enter_maton(request, account, limits)
    maton.choose(account, request.headers.get("maton-connection"))
    return token


def _credential(request: Request, *schemes: str) -> str:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() in schemes else ""


def _is_elsewhere(host: str) -> bool:
    """Whether a host names another zone of Make than the account's: `us1.make.com`, `eu1.make.celonis.com`, and for
    those who try it on their own machine `us1.localhost`.
    """
    if host.endswith((".make.com", ".make.celonis.com")):
        return host != ZONES[0][1]
    found = re.match(r"((?:eu|us)[0-9]|we)\.", host)
    return found is not None and f"{found[1]}.make.com" != ZONES[0][1]


def _unsupported() -> errors.MakeError:
    """The gateway says that it supports the listed endpoints only. What it answers to others is not documented."""
    return errors.maton(404, "The gateway does not support this endpoint.")
