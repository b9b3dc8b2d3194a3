"""Which tools this server has: the catalogue, less what the operator switched off and what no key reaches."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mcp_types import Tool, ToolAnnotations

from make_mcp.settings import Settings, SettingsError
from make_tools import Endpoint, Group


def tool(endpoint: Endpoint[...], schema: Mapping[str, Any]) -> Tool:
    """The listing of one tool. Hints follow from the endpoint's record; no rule of ours relies on them."""
    return Tool(
        name=endpoint.name,
        title=endpoint.title,
        description=endpoint.description,
        input_schema=dict(schema),
        annotations=ToolAnnotations(
            read_only_hint=endpoint.effect == "read",
            destructive_hint=endpoint.effect == "destroy",
            idempotent_hint=endpoint.idempotent,
            open_world_hint=endpoint.open_world,
        ),
    )


def select(groups: Sequence[Group], settings: Settings) -> dict[str, Endpoint[...]]:
    """The tools by name, in the order of the catalogue.

    Without any key all are listed, so that a host can show them; a call then says which variable to set.

    Raises:
        SettingsError: a name that does not exist, with the nearest one that does.
    """
    names = {e.name for g in groups for e in g.endpoints}
    _known(settings.toolsets, {g.name for g in groups}, "toolset")
    _known((*settings.tools, *settings.exclude_tools), names, "tool")
    reachable = _reachable(settings)
    return {
        endpoint.name: endpoint
        for group in groups
        for endpoint in group.endpoints
        if (not settings.toolsets or group.name in settings.toolsets)
        and (not settings.tools or endpoint.name in settings.tools)
        and endpoint.name not in settings.exclude_tools
        and (endpoint.effect == "read" or not settings.read_only)
        and not reachable.isdisjoint(endpoint.upstreams)
    }


def why_not(name: str, groups: Sequence[Group], tools: Mapping[str, Endpoint[...]], settings: Settings) -> str:
    """Why a call names no tool of this server, and what to do about it."""
    endpoint = next((e for g in groups for e in g.endpoints if e.name == name), None)
    if endpoint is None:
        shown = name if name.isprintable() and len(name) <= 80 else "…"
        near = difflib.get_close_matches(shown, tools, n=1)
        return f"There is no tool `{shown}`." + (f" Did you mean `{near[0]}`?" if near else " See tools/list.")
    if settings.read_only and endpoint.effect != "read":
        return f"`{name}` changes things, and this server is read-only. Only its operator can switch that off."
    if _reachable(settings).isdisjoint(endpoint.upstreams):
        way = (
            "the Maton gateway, and needs MATON_API_KEY"
            if endpoint.upstreams == ("maton",)
            else ("Make's own API, and needs MAKE_API_KEY and MAKE_ZONE")
        )
        return f"`{name}` is offered only by {way}."
    return f"`{name}` was switched off by the operator of this server (toolsets, tools or exclude-tools)."


def _reachable(settings: Settings) -> set[str]:
    keys = {"maton": settings.maton_key, "make": settings.make_key}
    found = {way for way, key in keys.items() if key is not None}
    return set(keys) if settings.sandbox or not found else found


def _known(given: Iterable[str], known: set[str], what: str) -> None:
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
            many = "`make-mcp tools` lists them" if what == "tool" else f"there are {', '.join(sorted(known))}"
            hint = f"did you mean {near[0]}?" if near else many
            raise SettingsError(f"there is no {what} {name!r}: {hint}")
