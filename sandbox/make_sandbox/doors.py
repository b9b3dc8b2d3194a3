"""The two doors of the practice account: Make's own API, and Maton's gateway in front of it.

Both lead to the same endpoints and the same documents. They differ in address, in key, and in what they let through.
"""

from __future__ import annotations

from collections.abc import Iterator

from starlette.requests import Request
from starlette.routing import Route

import make_sandbox
from make_sandbox import errors, maton
from make_sandbox.api.dispatch import nowhere, routes
from make_sandbox.model.account import Account
from make_sandbox.resources import RESOURCES

MAKE = "/api/v2"
GATEWAY = "/make/api/v2"


def doors() -> Iterator[Route]:
    """Every address of the practice account."""
    yield from routes(MAKE, RESOURCES, enter_make, gateway=False)
    yield from routes(GATEWAY, RESOURCES, enter_gateway, gateway=True)
    yield from routes("", (maton.connections,), enter_maton, gateway=False)
    yield nowhere(MAKE, enter_make, errors.not_found)
    yield nowhere("", enter_maton, _unsupported)


def enter_make(request: Request, _: Account) -> None:
    """A UUID comes as `Token`, an OAuth token as `Bearer`; the practice token is taken either way."""
    if _credential(request, "token", "bearer") != make_sandbox.TOKEN:
        raise errors.not_logged_in()


def enter_maton(request: Request, _: Account) -> None:
    if _credential(request, "bearer") != make_sandbox.KEY:
        raise errors.maton(401, "Invalid or missing Maton API key.")


def enter_gateway(request: Request, account: Account) -> None:
    """The key first, then a connection to Make that works: the one that the header names, else any."""
    enter_maton(request, account)
    maton.choose(account, request.headers.get("maton-connection"))


def _credential(request: Request, *schemes: str) -> str:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() in schemes else ""


def _unsupported() -> errors.MakeError:
    """The gateway says that it supports the listed endpoints only. What it answers to others is not documented."""
    return errors.maton(404, "The gateway does not support this endpoint.")
