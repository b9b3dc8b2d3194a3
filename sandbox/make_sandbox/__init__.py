"""A practice Make account: the HTTP API of Make and the gateway of Maton over SQLite.

It is written from what is known of the two services and imports nothing of the server or of the catalogue of tools,
so that the one checks the other. Importing this package loads nothing else: Starlette and the rest come with the
first call.

    doors.py    every address: Make's API, Maton's gateway, the hooks (deliveries.py), the account's own (control.py)
    api/        how a request is read and answered: fields, paging, columns, scopes, limits
    resources/  one module per resource of Make: the endpoints
    automation/ what scenarios do: started, run module by module, called through hooks, retried, removed
    model/      what the account consists of: documents in SQLite, its clock, blueprints, schedules, usage
    mapping/    the expressions in the fields of modules
    lists/      what Make knows and no account changes
    demo/       the account that a fresh database is filled with; empty.py is the other one
    network.py  a network in front of it all that may be as bad as a real one
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

if TYPE_CHECKING:
    import os

    from starlette.applications import Starlette

    from make_sandbox.options import Options

__all__ = ["KEY", "TOKEN", "banner", "create_app", "serve"]

KEY = "sandbox"
"""The key of the gateway: `Authorization: Bearer sandbox`."""

TOKEN = "5a4d0b0c-0000-4000-8000-000000000000"  # noqa: S105 - the published token of an account that holds nothing real
"""The token of Make's own API: `Authorization: Token ...`."""


def create_app(database: str | os.PathLike[str] | None = None, **options: Unpack[Options]) -> Starlette:
    """The practice account as one ASGI application.

    `database` is a SQLite file, filled when it does not exist; `None` keeps everything in memory. For `options` see
    `make_sandbox.options`. The application needs no lifespan events.

    Raises:
        ValueError: the file holds something else than what is asked for.
        sqlite3.Error: the file is no database, or cannot be opened.
    """
    from make_sandbox.app import build

    return build(database, options)


def serve(host: str, port: int, database: str | os.PathLike[str] | None = None, **options: Unpack[Options]) -> None:
    """Serves the practice account over HTTP until the process is stopped. Nothing is printed on stdout."""
    from make_sandbox.server import serve

    serve(host, port, create_app(database, **options))


def banner(host: str, port: int) -> str:
    """What a person needs to use the account that `serve` offers on this host and port."""
    from make_sandbox.server import banner

    return banner(host, port)
