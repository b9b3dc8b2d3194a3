"""`make-mcp tools`: the tools that these settings list, and what listing them costs."""

import json
from collections.abc import Collection, Mapping

from mcp_types import Tool

from make_mcp.recipes import AnyTool
from make_mcp.selection import CATALOG, has_catalog, listed, listing, select, toolsets
from make_mcp.settings import Settings
from make_mcp.start import say
from make_tools import GROUPS, Endpoint

NO_TOOLS = "These settings leave no tool: toolsets, tools, exclude-tools, read-only and the keys narrow one another."
_MARKS = {"read": " ", "write": "w", "destroy": "!"}


def tools(settings: Settings, *, as_json: bool, cost: bool = False) -> int:
    if cost:
        # Imported here: what is listed otherwise needs nothing of the protocol.
        from make_mcp.commands.cost import show_cost

        show_cost(settings, as_json=as_json)
        return 0
    selected = select(GROUPS, settings)
    shown = listed(selected, settings)
    if selected and has_catalog(settings):
        _show_own(settings, selected, as_json=as_json)
        return 0
    if as_json:
        say(json.dumps([describe(tool) for tool in shown.values()], indent=2, ensure_ascii=False))
        return 0
    _show(shown.values())
    if not selected:
        say(NO_TOOLS)
        return 0
    say(f"\n{len(shown)} tool{'s' * (len(shown) != 1)}. w: writes, !: destroys; both change nothing without `confirm`.")
    if more := len(selected) - len(shown):
        say(f"{more} more can be called, and are not listed: `--toolsets all` lists them, or the names of groups.")
    return 0


def _show_own(settings: Settings, selected: Mapping[str, AnyTool], *, as_json: bool) -> None:
    """What is listed in place of the tools that can be called."""
    shown = listing(selected, settings)
    if as_json:
        say(json.dumps([_describe_own(tool) for tool in shown], indent=2, ensure_ascii=False))
        return
    width = max(len(tool.name) for tool in shown)
    for tool in shown:
        say(f"  {_MARKS[_effect(tool)]} {tool.name:<{width}}  {tool.description}")
    say(
        f"\n{len(shown)} tools, which find and call {len(selected)} others. w: calls what changes things, with `confirm`."
    )


def _effect(tool: Tool) -> str:
    return "read" if tool.annotations is not None and tool.annotations.read_only_hint else "write"


def _describe_own(tool: Tool) -> dict[str, object]:
    """As `describe`; nothing stands where it depends on what is called."""
    return {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "group": CATALOG,
        "effect": _effect(tool),
        "method": None,
        "path": None,
        "upstreams": (),
        "scope": None,
    }


def _show(shown: Collection[AnyTool]) -> None:
    width = max((len(tool.name) for tool in shown), default=0)
    for name, about in toolsets(GROUPS).items():
        members = [tool for tool in shown if tool.group == name]
        if members:
            say(f"\n{about}")
        for tool in members:
            say(f"  {_MARKS[tool.effect]} {tool.name:<{width}}  {tool.description}")


def describe(tool: AnyTool) -> dict[str, object]:
    """One tool for machines. `scope` names the scopes that a Make token needs, parted by spaces, or is null; `method` and
    `path` are null for a tool of several endpoints.
    """
    is_one = isinstance(tool, Endpoint)
    return {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "group": tool.group,
        "effect": tool.effect,
        "method": tool.method if is_one else None,
        "path": tool.public_path if is_one else None,
        "upstreams": list(tool.upstreams),
        "scope": " ".join(tool.scopes) or None,
    }
