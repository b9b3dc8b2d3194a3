"""`make-mcp tools`: the tools that these settings leave."""

import json

from make_mcp.selection import select
from make_mcp.settings import Settings
from make_mcp.start import say
from make_tools import GROUPS, Endpoint

NO_TOOLS = "These settings leave no tool: toolsets, tools, exclude-tools, read-only and the keys narrow one another."
_MARKS = {"read": " ", "write": "w", "destroy": "!"}


def tools(settings: Settings, *, as_json: bool) -> int:
    selected = select(GROUPS, settings)
    if as_json:
        say(json.dumps([describe(endpoint) for endpoint in selected.values()], indent=2, ensure_ascii=False))
        return 0
    width = max((len(name) for name in selected), default=0)
    for group in GROUPS:
        members = [endpoint for endpoint in selected.values() if endpoint.group == group.name]
        if not members:
            continue
        say(f"\n{group.about}")
        for endpoint in members:
            say(f"  {_MARKS[endpoint.effect]} {endpoint.name:<{width}}  {endpoint.description}")
    if not selected:
        say(NO_TOOLS)
        return 0
    count = len(selected)
    say(f"\n{count} tool{'s' * (count != 1)}. w: writes, !: destroys; both change nothing without `confirm`.")
    return 0


def describe(endpoint: Endpoint[...]) -> dict[str, object]:
    """One tool for machines. `scope` names the scopes that a Make token needs, parted by spaces, or is null."""
    return {
        "name": endpoint.name,
        "title": endpoint.title,
        "description": endpoint.description,
        "group": endpoint.group,
        "effect": endpoint.effect,
        "method": endpoint.method,
        "path": endpoint.public_path,
        "upstreams": list(endpoint.upstreams),
        "scope": " ".join(endpoint.scopes) or None,
    }
