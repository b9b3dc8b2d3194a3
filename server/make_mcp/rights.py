"""What the token of Make's own API may do: its scopes, which Make tells once, so that nothing is listed that it cannot do."""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, cast

import anyio

from make_mcp.recipes import AnyTool

log = logging.getLogger(__name__)

_PATIENCE = 2.0
"""Seconds: a listing waits for it."""


class Rights:
    """Asks when the first listing is made. Where the scopes are not to be had nothing is hidden: Make says no itself then.

    `direct` are the tools that go to Make's own API, `read` asks it what the token may do. `level` is that of the line that
    says what is hidden.
    """

    def __init__(
        self, direct: Iterable[AnyTool], read: Callable[[], Awaitable[Mapping[str, Any]]], level: int = logging.WARNING
    ) -> None:
        # The first is what a tool cannot do without; further ones are needed for a part of what it does.
        self._needed = {tool.name: tool.scopes[0] for tool in direct if tool.scopes}
        self._read = read
        self._level = level
        self._asked = not self._needed
        self._asking = anyio.Lock()
        self._lacking: Mapping[str, str] = {}

    async def learn(self) -> None:
        """Once; what it finds holds as long as the server runs, so that the listing stays the same."""
        if self._asked:
            return
        async with self._asking:
            if not self._asked:
                granted = await self._granted()
                self._asked = True
                # A word that is none of Make's scopes: what we do not understand hides nothing.
                if granted & set(self._needed.values()):
                    self._lacking = {name: scope for name, scope in self._needed.items() if scope not in granted}
                    self._tell()

    def lacks(self, name: str) -> str | None:
        """The scope that the tool of this name needs and the token has not, as far as that is known."""
        return self._lacking.get(name)

    def _tell(self) -> None:
        if self._lacking:
            counted = sorted(Counter(self._lacking.values()).items())
            log.log(
                self._level,
                "%d tools are not listed, since the token of Make lacks their scopes: %s",
                len(self._lacking),
                ", ".join(f"{scope} ({count})" for scope, count in counted),
            )

    async def _granted(self) -> set[str]:
        """The scopes of the token; none where nobody knows."""
        try:
            with anyio.move_on_after(_PATIENCE):
                return _scopes(await self._read())
            why = f"no answer in {_PATIENCE:g} s"
        except Exception as error:  # whatever it is, the listing comes
            why = type(error).__name__
        log.info("the scopes of Make's token are not known (%s): no tool is hidden", why)
        return set()


def _scopes(answer: Mapping[str, Any]) -> set[str]:
    found: object = answer.get("authorization")
    scopes: object = cast("dict[str, object]", found).get("scope") if isinstance(found, dict) else None
    return {one for one in cast("list[object]", scopes) if isinstance(one, str)} if isinstance(scopes, list) else set()
