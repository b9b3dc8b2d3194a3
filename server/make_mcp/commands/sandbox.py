"""`make-mcp sandbox`: the practice account over HTTP, for any Make client."""

import sqlite3

import anyio

import make_sandbox
from make_mcp.loopback import listen, run
from make_mcp.settings import LOOPBACK, SettingsError


def sandbox(*, host: str, port: int, db: str | None) -> int:
    """Prints where it is and how to use it, and serves until it is told to stop."""
    if host not in LOOPBACK:
        raise SettingsError(
            "--host takes a loopback address (127.0.0.1, localhost or ::1): its keys are known to everybody"
        )
    try:
        application = make_sandbox.create_app(db)
    except (ValueError, OSError, sqlite3.Error) as error:
        raise SettingsError(
            f"--db {db} cannot hold a practice account ({error}): name another file, or delete this one"
        ) from None
    listening = listen(host, port)
    actual = listening.getsockname()[1]
    print(make_sandbox.banner(host, actual))
    address = f"http://{f'[{host}]' if ':' in host else host}:{actual}"
    print(f"make-mcp on it\n  Make's API    MAKE_API_KEY={make_sandbox.TOKEN} MAKE_BASE_URL={address} make-mcp doctor")
    print(f"  Maton         MATON_API_KEY={make_sandbox.KEY} MATON_BASE_URL={address} make-mcp doctor\n", flush=True)
    anyio.run(run, application, listening)
    return 0
