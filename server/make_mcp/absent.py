"""Tools that a server has not: why, and what brings them. A text may name the tool that would help wherever it is read."""

import difflib
from collections.abc import Callable, Mapping, Sequence

from make_mcp.finding import meant
from make_mcp.present import named
from make_mcp.recipes import AnyTool
from make_mcp.selection import aliases, catalogue, chosen, has_catalog, in_toolsets, listed, reachable_ways
from make_mcp.settings import Settings
from make_tools import Group

_MOST_SHOWN = 4
"""Names that stand in a flag."""
_ONE = {"is": "is", "needs": "needs", "changes": "changes", "it": "it"}
_SEVERAL = {"is": "are", "needs": "need", "changes": "change", "it": "them"}

_A_SLIP = 0.8
"""How much a name has in common with that of a tool, from 0 to 1, where it is that one with a slip."""
_UNLISTED = "{names} {is} not listed, and can be called all the same."
_READ_ONLY = "{names} {changes} things, and this server is read-only. Only its operator can switch that off."
_MATON = "{names} {is} offered only by the Maton gateway, and {needs} MATON_API_KEY."
_MAKE = "{names} {is} offered only by Make's own API, and {needs} MAKE_API_KEY and MAKE_ZONE."
_EXCLUDED = "{names} {is} not on this server: its operator left {it} out (--exclude-tools)."
_NARROWED = "{{names}} {{is}} not on this server: its operator can add {{it}} with {flags}."
_NO_SCOPE = (
    "{{names}} {{needs}} the scope {scope}, which the token of Make lacks. Scopes are chosen when a token is made. Next: the user makes "
    "a new one that has it, sets MAKE_API_KEY to it and starts the server again."
)


class Absent:
    """What is in the catalogue and cannot be called here. `lacks` says which scope a tool needs that the token has not."""

    def __init__(
        self,
        groups: Sequence[Group],
        tools: Mapping[str, AnyTool],
        settings: Settings,
        lacks: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        every = catalogue(groups)
        self._tools = tools
        self._every = {tool.name: tool for tool in every}
        self._now = aliases(every)
        self._settings = settings
        self._lacks = lacks

    def barred(self, tool: AnyTool) -> str:
        """Why a tool of this server cannot be called all the same; nothing where it can."""
        scope = self._lacks(tool.name)
        return "" if scope is None else _said(_NO_SCOPE.format(scope=scope), [tool.name])

    def why(self, name: str) -> str:
        """Why no tool of this server has this name, and what to do about it."""
        if (tool := self._every.get(self._now.get(name, name))) is not None and (reason := self._reason(tool)):
            return _said(reason, [tool.name])
        shown = name if name.isprintable() and len(name) <= 80 else "…"
        # What is not here is explained, and nothing else proposed in its place.
        near = difflib.get_close_matches(shown, self._tools, n=1, cutoff=_A_SLIP)
        names = near or [tool.name for tool in meant(shown, self._every.values())]
        if here := [name for name in names if name in self._tools and self._lacks(name) is None]:
            return f"There is no tool `{shown}`. Did you mean {_or(here)}?{self._unlisted(here)}"
        if names:
            return f"There is no tool `{shown}`. {self.note(_or(names))}"
        where = "tools_search finds what there is" if has_catalog(self._settings) else "See tools/list"
        return f"There is no tool `{shown}`. {where}."

    def _unlisted(self, names: Sequence[str]) -> str:
        """A word on those of these tools that a client does not see."""
        if has_catalog(self._settings):
            return ""
        seen = listed(self._tools, self._settings)
        unseen = [name for name in names if name not in seen]
        return f" {_said(_UNLISTED, unseen)}" if unseen else ""

    def note(self, text: str) -> str:
        """A sentence about the tools that a text names and that cannot be called here; nothing where all can."""
        found: dict[str, list[str]] = {}
        for name in dict.fromkeys(named(text)):
            if (tool := self._every.get(name)) is not None and (reason := self._reason(tool)) is not None:
                found.setdefault(reason, []).append(name)
        return " ".join(_said(reason, names) for reason, names in found.items())

    def _reason(self, tool: AnyTool) -> str | None:
        settings = self._settings
        if tool.name in self._tools:
            scope = self._lacks(tool.name)
            return None if scope is None else _NO_SCOPE.format(scope=scope)
        if settings.read_only and tool.effect != "read":
            return _READ_ONLY
        if reachable_ways(settings).isdisjoint(tool.upstreams):
            return _MATON if tool.upstreams == ("maton",) else _MAKE
        if tool.name in self._names(settings.exclude_tools):
            return _EXCLUDED
        flags: list[str] = []
        if not in_toolsets(tool, chosen(settings)):
            flags.append(_flag("toolsets", settings.toolsets, tool.group))
        if settings.tools and tool.name not in self._names(settings.tools):
            flags.append(_flag("tools", settings.tools, tool.name))
        return _NARROWED.format(flags=" ".join(flags))

    def _names(self, given: Sequence[str]) -> set[str]:
        return {self._now.get(name, name) for name in given}


def _or(names: Sequence[str]) -> str:
    *first, last = (f"`{name}`" for name in names)
    return f"{', '.join(first)} or {last}" if first else last


def _said(reason: str, names: Sequence[str]) -> str:
    told = " and ".join(f"`{name}`" for name in names)
    return reason.format(names=told, **(_ONE if len(names) == 1 else _SEVERAL))


def _flag(name: str, given: Sequence[str], more: str) -> str:
    """A flag with what stands there already, as far as that is short."""
    shown = given if len(given) < _MOST_SHOWN else ("…",)
    return f"--{name} {','.join((*shown, more))}"
