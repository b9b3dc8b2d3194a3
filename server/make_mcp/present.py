"""What a server has switched on, as far as texts for agents depend on it. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from make_mcp.confirmation.policy import Policy

SEARCH = "tools_search"
READ = "tools_call_read"
WRITE = "tools_call_write"
"""The tools that find and call the others, where those are not listed."""
_TOOL = re.compile(r"`(find)`|\b([a-z]+(?:_[a-z]+)+)\b")


@dataclass(frozen=True, slots=True)
class Present:
    """The tools that a client can call, and how a write is confirmed."""

    tools: Collection[str]
    """By name: those that are listed, and with a catalogue those that it finds."""
    writes: bool
    """Whether any of them changes something."""
    policy: Policy = "standard"
    has_unlisted: bool = False
    """Whether others can be called that a client does not see."""

    @property
    def has_catalog(self) -> bool:
        """Whether tools are found and called by other tools."""
        return SEARCH in self.tools

    def can(self, text: str) -> bool:
        """Whether each tool that a text names is there."""
        return all(name in self.tools for name in named(text))

    def first(self, *texts: str) -> str:
        """The first text of which each tool is there; without one, nothing."""
        return next((text for text in texts if self.can(text)), "")

    def those(self, *names: str) -> list[str]:
        """Those of these tools that are there."""
        return [name for name in names if name in self.tools]


def named(text: str) -> list[str]:
    """The tools that a text of ours names: in it only they have underscores. `find` stands in backticks."""
    return [found or other for found, other in _TOOL.findall(text)]
