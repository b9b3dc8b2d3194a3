"""The part of `make-mcp doctor` that looks at what a server for several people needs: the sign-in, callers' keys, Redis."""

import httpx2

from make_mcp.hosting.plan import Hosting, plan
from make_mcp.redis_connection import open_redis
from make_mcp.settings import Settings, SettingsError
from make_mcp.start import say
from make_mcp.subjects import Subjects


async def hosting(settings: Settings) -> bool:
    """Prints a line for each; whether none needs mending.

    Raises:
        SettingsError: settings do not go together.
    """
    sound = True
    if settings.transport != "stdio":
        planned = plan(settings)
        say(f"  serves {planned.transport} on {settings.host}, port {settings.port}; Host: {_hosts(planned, settings)}")
        sound = await _sign_in(planned)
    if settings.credentials_file is not None:
        count = len(Subjects(settings.credentials_file, settings))
        say(f"  ok    callers' keys: {count} {'entry' if count == 1 else 'entries'}")
    return sound


async def redis(settings: Settings) -> bool:
    """Says whether Redis answers, where there is one; what is kept there depends on whether servers share a key for codes."""
    if (url := settings.redis) is None:
        return True
    try:
        async with open_redis(url):
            pass
    except SettingsError as error:
        say(f"  mend  {error}")
        return False
    has_codes = settings.code_key is not None and settings.confirm_store is None
    kept = (
        "the pace, used codes and idempotency keys"
        if has_codes
        else "the pace alone, since no MAKE_MCP_CONFIRM_KEY is set"
    )
    say(f"  ok    Redis: it answers, and keeps {kept}")
    return True


def _hosts(planned: Hosting, settings: Settings) -> str:
    return ", ".join(sorted(planned.hosts_at(settings.port)))


async def _sign_in(planned: Hosting) -> bool:
    if planned.token is not None:
        say(f"  ok    sign-in: a token of {len(planned.token)} characters, the same for everybody")
        return True
    if (issuer := planned.issuer) is None:
        say("  note  nobody signs in: every program on this machine can call (MAKE_MCP_AUTH_TOKEN_FILE takes a token)")
        return True
    # Imported here: it brings cryptography along.
    from make_mcp.signin.source import Source, Unfit

    try:
        found = await Source(issuer.issuer, planned.jwks_url).fetch()
    except (Unfit, OSError, ValueError, httpx2.HTTPError) as error:
        why = str(error) if isinstance(error, Unfit) else type(error).__name__
        say(f"  mend  sign-in: the keys of {issuer.issuer} cannot be fetched ({why})")
        return False
    if not found.keys:
        say(f"  mend  sign-in: {issuer.issuer} has no key by which a token could be signed")
        return False
    say(f"  ok    sign-in: {len(found.keys)} keys of {issuer.issuer}, for tokens whose audience is {issuer.audience}")
    return True
