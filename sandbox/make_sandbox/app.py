"""The practice account as an ASGI application."""

from __future__ import annotations

import os
import sqlite3
import time

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from make_sandbox import worlds
from make_sandbox.api.dispatch import Answer, Practice
from make_sandbox.api.limits import Elapsed, Limits
from make_sandbox.doors import doors
from make_sandbox.model.account import Account
from make_sandbox.model.clock import system_clock
from make_sandbox.model.store import Store
from make_sandbox.options import Options, check


def _busy(_: Request, error: Exception) -> Response:
    """Another process has kept the file for longer than anybody waits. Nothing has happened."""
    if "locked" not in str(error):
        raise error
    return Answer({"message": "Service Unavailable"}, status_code=503)


def build(database: str | os.PathLike[str] | None, options: Options) -> Starlette:
    """See `make_sandbox.create_app`."""
    check(options, worlds.NAMES)
    world, seed, reset = options.get("world"), options.get("seed"), options.get("reset", False)
    outside = options.get("clock") or system_clock
    account = Account(store=Store(database, reset=reset), clock=outside)
    with account.store.transaction():
        if reset:
            account.store.clear()
        if not worlds.is_filled(account):
            worlds.fill(account, world or worlds.NAMES[0], seed or 0)
        held = worlds.held(account)
    for what, wanted, found in (("world", world, held["name"]), ("seed", seed, held["seed"])):
        if wanted not in (None, found):
            raise ValueError(f"it holds the {what} '{found}' and not '{wanted}': start over with --reset")
    elapsed = Elapsed(options.get("timer", time.monotonic))
    limits = Limits(elapsed=elapsed) if options.get("limits", True) else None
    app = Starlette(routes=list(doors()), exception_handlers={sqlite3.OperationalError: _busy})
    # Make answers 404 to `/scenarios/`; Starlette would send the caller to the path without the slash.
    app.router.redirect_slashes = False
    app.state.practice = Practice(account=account, outside=outside, elapsed=elapsed, limits=limits)
    return app
