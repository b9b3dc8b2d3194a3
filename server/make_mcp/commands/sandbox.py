"""`make-mcp sandbox`: the practice account over HTTP, for any Make client."""

import argparse
import signal
import sqlite3
import sys
from types import FrameType
from typing import NoReturn

import anyio
from starlette.applications import Starlette

import make_sandbox
from make_mcp.listening import listen
from make_mcp.settings import SettingsError
from make_mcp.start import say
from make_mcp.values import LOOPBACK
from make_sandbox.network import Network, faults
from make_sandbox.server import held, root, serve_on


def sandbox(options: argparse.Namespace) -> int:
    """Prints where it is and how to use it, and serves until it is told to stop."""
    if options.host not in LOOPBACK:
        raise SettingsError(
            "--host takes a loopback address (127.0.0.1, localhost or ::1): its keys are known to everybody"
        )
    if options.reset and options.db is None:
        raise SettingsError("--reset needs --db FILE: without a file the account is new at each start")
    if options.db is not None and options.db in ("", ":memory:"):
        raise SettingsError("--db takes the name of a file; without it the account is kept in memory")
    shares = _shares(options.fail)
    account = _account(options)
    listening = listen(options.host, options.port)
    actual = listening.getsockname()[1]
    address = root(options.host, actual)
    say(make_sandbox.banner(options.host, actual))
    kept = "in memory" if options.db is None else f"in {options.db}"
    say(f"{held(account)} It is kept {kept}; Ctrl-C stops it.\n")
    say(f"make-mcp on it\n  Make's API     MAKE_API_KEY={make_sandbox.TOKEN} MAKE_BASE_URL={address} make-mcp doctor")
    say(f"  Maton          MATON_API_KEY={make_sandbox.KEY} MATON_BASE_URL={address} make-mcp doctor\n", flush=True)
    network = Network(
        account=account,
        latency=options.latency,
        shares=shares,
        seed=options.seed or 0,
        log=_tell if options.log else None,
    )
    # Told to stop, Python would end without closing the database; so it leaves nothing beside the file.
    signal.signal(signal.SIGTERM, _stop)
    anyio.run(serve_on, listening, network)
    return 0


def _stop(_: int, __: FrameType | None) -> NoReturn:
    sys.exit(0)


def _tell(line: str) -> None:
    say(line, flush=True)


def _shares(text: str | None) -> dict[str, float]:
    try:
        return {} if text is None else faults(text)
    except ValueError as error:
        raise SettingsError(f"--fail {error}") from None


def _account(options: argparse.Namespace) -> Starlette:
    try:
        return make_sandbox.create_app(
            options.db, world=options.world, seed=options.seed, reset=options.reset, limits=options.limits == "on"
        )
    except (ValueError, OSError, sqlite3.Error) as error:
        raise SettingsError(f"--db {options.db} cannot be used: {error}") from None
