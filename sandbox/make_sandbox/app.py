"""The practice account as an ASGI application."""

from __future__ import annotations

import os

from starlette.applications import Starlette

from make_sandbox import demo
from make_sandbox.doors import doors
from make_sandbox.model import tables
from make_sandbox.model.account import Account
from make_sandbox.model.clock import Clock, system_clock
from make_sandbox.model.store import Store


def build(database: str | os.PathLike[str] | None, clock: Clock | None) -> Starlette:
    """See `make_sandbox.create_app`."""
    account = Account(store=Store(database), clock=clock or system_clock)
    with account.store.transaction():
        if not account.store.list(tables.USERS):
            demo.fill(account)
    app = Starlette(routes=list(doors()))
    # Make answers 404 to `/scenarios/`; Starlette would send the caller to the path without the slash.
    app.router.redirect_slashes = False
    app.state.account = account
    return app
