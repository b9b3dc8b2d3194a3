"""`make-mcp doctor`: is everything set, does each key work, and what can be done with it."""

import platform
from typing import Any, cast

import anyio

from make_mcp import __version__
from make_mcp.callers import open_common, open_served
from make_mcp.calls import Answer, Caller
from make_mcp.selection import ALL, has_catalog, listing, select
from make_mcp.settings import Settings
from make_mcp.start import say
from make_tools import GROUPS
from make_tools.wording import safe


def doctor(settings: Settings) -> int:
    """Reads only. Prints a line for each thing that it looked at; 1 if one of them needs mending."""
    say(f"make-mcp {__version__}, Python {platform.python_version()}, {platform.system()}")
    tools = select(GROUPS, settings)
    writing = sum(tool.effect != "read" for tool in tools.values())
    say(
        f"  {len(tools)} tools: {len(tools) - writing} read, {writing} change something"
        + (", read-only" if settings.read_only else f"; confirmation: {settings.confirm}")
    )
    shown = len(listing(tools, settings))
    if shown < len(tools):
        say(
            f"  {shown} of them are listed"
            if not has_catalog(settings)
            else f"  {shown} others are listed, which find and call them"
        )
    say(f"  pace: {_pace(settings)}; {settings.timeout:g} s for a call")
    return 0 if anyio.run(_look, settings) else 1


def _pace(settings: Settings) -> str:
    if settings.pace is not None or settings.sandbox:
        return settings.pace or "off"
    return "10 a second for a Maton key, and for each organization what its licence allows"


async def _look(settings: Settings) -> bool:
    sound = await _around(settings)
    return await _keys(settings) and sound


async def _around(settings: Settings) -> bool:
    """What is beside the way to Make, where there is anything."""
    if settings.transport == "stdio" and settings.redis is None:
        return True
    # Imported here: most servers have neither.
    from make_mcp.commands.doctor_hosting import hosting, redis

    sound = await hosting(settings)
    return await redis(settings) and sound


async def _keys(settings: Settings) -> bool:
    """Whether the operator's keys work; where each caller has their own, theirs are tried by nobody but them."""
    if settings.transport != "stdio" and settings.credentials_file is not None:
        return True
    if settings.sandbox:
        say("  ok    the practice account: no key, no network")
        return await _sign_in(settings, "maton") and await _sign_in(settings, "make")
    sound = True
    if settings.maton_key is None and settings.make_key is None:
        say("  mend  no key: set MATON_API_KEY, or MAKE_API_KEY and MAKE_ZONE. --sandbox needs none")
        return False
    if settings.maton_key is not None:
        sound = await _sign_in(settings, "maton") and sound
    if settings.make_key is not None:
        sound = await _sign_in(settings, "make") and sound
    return sound


async def _sign_in(settings: Settings, upstream: str) -> bool:
    # All tools, whatever the selection, and nothing beside the key: the question is whether it works.
    alone = dict.fromkeys(("redis_url", "redis_url_file", "confirm_key", "confirm_key_file", "confirm_store"))
    whole = {"toolsets": (ALL,), "tools": (), "exclude_tools": (), "catalog": False}
    every = settings.model_copy(update={"prefer": upstream, **whole, **alone})
    name = {"maton": "the Maton gateway", "make": "Make's own API"}[upstream]
    async with open_common(every) as common, open_served(every, common) as served:
        caller = served.caller
        if upstream == "maton" and not await _links(caller, settings.maton_connection):
            return False
        answer = await caller.call("users_me", {})
        if answer.data is None:
            say(f"  mend  {name}: {answer.text}")
            return False
        user = answer.data.get("authUser")
        say(f"  ok    {name}: signed in as {_told(user, 'name', 'email', 'id')}")
        for organization in _items(await caller.call("organizations_list", {}), "organizations"):
            say(f"          {_told(organization, 'id', 'name', 'zone')}")
        # What it lacks stands in the log.
        if lacking := len(served.tools) - len(await served.listing()):
            say(f"          {lacking} tools need scopes that the token lacks")
    return True


def _items(answer: Answer, key: str) -> list[dict[str, Any]]:
    found: object = (answer.data or {}).get(key)
    listed = cast("list[object]", found) if isinstance(found, list) else []
    return [cast("dict[str, Any]", item) for item in listed if isinstance(item, dict)]


def _told(thing: object, *names: str) -> str:
    """Fields of something from the account, safe for a terminal."""
    held = cast("dict[str, object]", thing) if isinstance(thing, dict) else {}
    return "  ".join(safe(str(held[name])) for name in names if held.get(name) is not None) or "somebody without a name"


async def _links(caller: Caller, chosen: str | None) -> bool:
    answer = await caller.call("maton_connections_list", {})
    if answer.data is None:
        say(f"  mend  the Maton gateway: {answer.text}")
        return False
    links = _items(answer, "connections")
    active = [_told(link, "connection_id") for link in links if link.get("status") == "ACTIVE"]
    if not active:
        say("  mend  the Maton gateway: no active link to a Make account. maton_connections_create begins one")
        return False
    if chosen is not None and chosen not in active:
        say(
            f"  mend  the Maton gateway: MATON_CONNECTION names none of the active links to Make, which are {', '.join(active)}"
        )
        return False
    several = "" if len(active) == 1 or chosen is not None else ": set MATON_CONNECTION to choose one"
    say(f"  ok    the Maton gateway: {len(active)} active link(s) to Make{several}")
    return True
