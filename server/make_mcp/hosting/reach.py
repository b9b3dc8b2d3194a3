"""Whether the way to Make is open: one look at each address, without a key and without changing anything."""

from collections.abc import Callable, Collection, Mapping

import anyio
import httpx2

from make_mcp.upstream import tls
from make_mcp.upstream.doors import USER_AGENT
from make_mcp.values import LOOPBACK

_WITHIN = 3.0
"""Seconds."""


class Reach:
    """Looks at the base addresses of each upstream, which may change, by the names under which their answers are told."""

    def __init__(self, bases: Callable[[], Mapping[str, Collection[str]]]) -> None:
        self._bases = bases

    async def __call__(self) -> dict[str, bool]:
        """Which of them answer at all. Whether the answer is a refusal makes no difference: nothing is asked for."""
        bases = self._bases()
        found = dict.fromkeys(sorted(bases), False)

        async def look(name: str, base: str) -> None:
            found[name] = await self._answers(base) or found[name]

        async with anyio.create_task_group() as tasks:
            for name in found:
                for base in bases[name]:
                    tasks.start_soon(look, name, base)
        return found

    async def _answers(self, base: str) -> bool:
        is_local = httpx2.URL(base).host in LOOPBACK
        try:
            with anyio.fail_after(_WITHIN):
                async with (
                    httpx2.AsyncClient(verify=tls.context(), follow_redirects=False, trust_env=not is_local) as client,
                    client.stream("GET", base, headers={"user-agent": USER_AGENT}) as answer,
                ):
                    return answer.status_code < 500
        except (httpx2.HTTPError, OSError, TimeoutError):
            return False
