"""One request about prompts, resources or completions: who asks, and what they may see."""

from dataclasses import dataclass
from typing import Any

import anyio

from make_mcp.calls import Caller
from make_mcp.confirmation import Client
from make_mcp.offers.names import LISTS, Kind, Known, Names
from make_mcp.present import Present
from make_mcp.recipes import Use

_PATIENCE = 20.0
"""Seconds that a prompt waits for what it could do without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    caller: Caller
    client: Client
    use: Use
    present: Present
    names: Names
    protocol: str
    """The revision that the client speaks."""

    def can_read(self, tool: str) -> bool:
        """Whether what a tool shows may be shown here: nobody gets at what the operator left out by another way."""
        return tool in self.caller.tools

    async def known(self, kind: Kind) -> Known:
        """The names of one kind of thing."""
        if not self.can_read(LISTS[kind].name):
            return Known((), is_whole=False)
        return await self.names.of(kind, self.use, self.caller.words)

    async def answer(self, tool: str, **arguments: Any) -> str | None:
        """What a tool says, as its text; None where it is not here, fails or takes long: who needs it calls it, and reads why."""
        if not self.can_read(tool):
            return None
        with anyio.move_on_after(_PATIENCE):
            answer = await self.caller.call(tool, arguments, self.client)
            return None if answer.is_error else answer.text
        return None
