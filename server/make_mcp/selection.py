"""Which tools this server has: the catalogue, less what the operator switched off and what no key reaches.

What can be called and what is listed are two things. A listing is read in every conversation, so that without a word of the
operator only the usual tools are listed; the others cost nothing, and can be called all the same. Where the operator chose
toolsets or tools, these are listed, and nothing else can be called.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mcp_types import Tool, ToolAnnotations

from make_mcp.confirmation import Policy, schema
from make_mcp.recipes import RECIPES, AnyTool, Recipe
from make_mcp.settings import Settings, SettingsError
from make_tools import Endpoint, Group
from make_tools.usual import USUAL

DEFAULT = "default"
ALL = "all"
CATALOG = "catalog"
"""Toolsets beside the groups: the usual tools, every tool, and tools that find and call all others."""

_ACCOUNT = "The account: what there is, and how it is."


def catalogue(groups: Sequence[Group], recipes: Sequence[Recipe] = RECIPES) -> tuple[AnyTool, ...]:
    """Every tool: the recipes about the account, then each group, its recipes first. The right tool comes first."""
    names = {group.name for group in groups}
    found: list[AnyTool] = [recipe for recipe in recipes if recipe.group not in names]
    for group in groups:
        found += [recipe for recipe in recipes if recipe.group == group.name]
        found += group.endpoints
    return tuple(found)


def toolsets(groups: Sequence[Group]) -> dict[str, str]:
    """The toolsets that part the catalogue, in its order, and what each is about."""
    about = {group.name: group.about for group in groups}
    return {tool.group: about.get(tool.group, _ACCOUNT) for tool in catalogue(groups)}


def aliases(tools: Iterable[AnyTool]) -> dict[str, str]:
    """The names that tools had formerly, or have on Make's pages, and the names that they have."""
    return {old: tool.name for tool in tools if isinstance(tool, Endpoint) for old in tool.formerly}


def select(groups: Sequence[Group], settings: Settings, recipes: Sequence[Recipe] = RECIPES) -> dict[str, AnyTool]:
    """The tools that can be called, by name, in the order of the catalogue.

    Without any key all are there, so that a host can show them; a call then says which variable to set.

    Raises:
        SettingsError: a name that does not exist, with the nearest one that does.
    """
    every = catalogue(groups, recipes)
    now = aliases(every)
    _known(settings.toolsets, [*toolsets(groups), DEFAULT, ALL, CATALOG], "toolset")
    _known((*settings.tools, *settings.exclude_tools), [*(tool.name for tool in every), *now], "tool")
    reachable = reachable_ways(settings)
    wanted = {now.get(name, name) for name in settings.tools}
    unwanted = {now.get(name, name) for name in settings.exclude_tools}
    return {
        tool.name: tool
        for tool in every
        if in_toolsets(tool, chosen(settings))
        and (not wanted or tool.name in wanted)
        and tool.name not in unwanted
        and (tool.effect == "read" or not settings.read_only)
        and not reachable.isdisjoint(tool.upstreams)
    }


def listed(tools: Mapping[str, AnyTool], settings: Settings) -> dict[str, AnyTool]:
    """Of the tools that can be called those that are listed, where there is no catalogue in their place."""
    if chosen(settings) or settings.tools:
        return dict(tools)
    return {name: tool for name, tool in tools.items() if is_usual(tool)}


def is_usual(tool: AnyTool) -> bool:
    return isinstance(tool, Recipe) or tool.name in USUAL


def chosen(settings: Settings) -> tuple[str, ...]:
    """The toolsets that the operator chose; the catalogue is a way to show them, and none itself."""
    return tuple(name for name in settings.toolsets if name != CATALOG)


def has_catalog(settings: Settings) -> bool:
    """Whether there are tools that find and call the others in place of a listing."""
    return settings.catalog or CATALOG in settings.toolsets


def in_toolsets(tool: AnyTool, toolsets: Sequence[str]) -> bool:
    """Whether one of these toolsets holds it; without any everything is wanted."""
    return not toolsets or ALL in toolsets or tool.group in toolsets or (DEFAULT in toolsets and is_usual(tool))


def reachable_ways(settings: Settings) -> set[str]:
    """The ways to Make that a key opens; all of them where there is none."""
    keys = {"maton": settings.maton_key, "make": settings.make_key}
    found = {way for way, key in keys.items() if key is not None}
    return set(keys) if settings.sandbox or not found else found


def input_schema(record: AnyTool, policy: Policy) -> dict[str, Any]:
    """What a tool takes under this policy, without the arguments that are seldom needed."""
    takes = schema(policy, record) if isinstance(record, Endpoint) else record.schema
    rare = {argument.name for argument in record.arguments if argument.is_rare}
    return {**takes, "properties": {name: one for name, one in takes["properties"].items() if name not in rare}}


def listing(tools: Mapping[str, AnyTool], settings: Settings) -> tuple[Tool, ...]:
    """What a client is shown of the tools that can be called."""
    with_output = not settings.no_output_schemas
    if has_catalog(settings):
        # Imported here: few hosts need it.
        from make_mcp.catalog import own_tools

        writes = any(record.effect != "read" for record in tools.values())
        return own_tools(writes=writes, output={"type": "object"} if with_output else None)
    shown = listed(tools, settings).values()
    return tuple(tool(record, input_schema(record, settings.confirm), with_output=with_output) for record in shown)


def tool(record: AnyTool, takes: Mapping[str, Any], *, with_output: bool = True) -> Tool:
    """The listing of one tool. Hints follow from its record; no rule of ours relies on them.

    Only of what writes it is said that twice is as once: of others it means nothing by the protocol, and no is understood.
    """
    return Tool(
        name=record.name,
        title=record.title,
        description=record.description,
        input_schema=dict(takes),
        output_schema=output_schema(record) if with_output else None,
        annotations=ToolAnnotations(
            read_only_hint=record.effect == "read",
            destructive_hint=record.effect == "destroy",
            idempotent_hint=True if record.effect != "read" and record.idempotent else None,
            open_world_hint=record.open_world,
        ),
    )


def output_schema(record: AnyTool) -> dict[str, Any]:
    """What every answer of a tool fits: where the list stands, or the thing that was read.

    Nothing is required, since clients throw away an answer that does not fit: what Make may change must not cost it. What
    writes may answer with a preview.
    """
    found: dict[str, Any] = {"type": "object"}
    if isinstance(record, Recipe) or record.effect != "read":
        return found
    if record.shows is not None:
        return found | {"properties": {record.shows.key: {"type": "array"}}}
    return found | {"properties": {record.gives: {"type": "object"}}} if record.gives else found


def _known(given: Iterable[str], known: Sequence[str], what: str) -> None:
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
            many = "`make-mcp tools --toolsets all` lists them" if what == "tool" else f"there are {', '.join(known)}"
            hint = f"did you mean {near[0]}?" if near else many
            raise SettingsError(f"there is no {what} {name!r}: {hint}")
