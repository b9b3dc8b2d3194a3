"""An account of our own making behind the server, and a client that asks for what surrounds tools."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from mcp import Client
from mcp_types import Completion, GetPromptResult, PromptReference, ResourceTemplateReference, TextContent
from tests.server.network import MAKE_KEY, Network, calling, json_answer

from make_mcp.app import build
from make_mcp.selection import listing, select
from make_mcp.settings import load
from make_tools import GROUPS

Things = Sequence[tuple[int, str]]
RUNS = "make://scenarios/{id}/runs"
BLUEPRINT = "make://scenarios/{id}/blueprint"


@dataclass
class World:
    """Organizations, their teams and scenarios by the organization's id, blueprints by the scenario's.

    A status in `broken` answers for a path, or for an organization's id.
    """

    organizations: Things = ((1, "Alpha"), (2, "Beta"))
    teams: Mapping[int, Things] = field(default_factory=dict[int, Things])
    scenarios: Mapping[int, Things] = field(default_factory=dict[int, Things])
    blueprints: Mapping[int, Mapping[str, Any]] = field(default_factory=dict[int, Mapping[str, Any]])
    broken: dict[str, int] = field(default_factory=dict[str, int])

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path.removeprefix("/api/v2")
        query = request.url.params
        if (status := self.broken.get(str(query.get("organizationId", path)), self.broken.get(path))) is not None:
            return json_answer({"message": "Out of order", "code": "SC000"}, status)
        organization = int(query.get("organizationId", 0))
        if path == "/organizations":
            return self._page("organizations", self.organizations, request)
        if path == "/teams":
            return self._page("teams", self.teams.get(organization, ()), request, {"organizationId": organization})
        if path == "/scenarios":
            return self._page("scenarios", self.scenarios.get(organization, ()), request, {"teamId": organization * 10})
        id_ = int(path.split("/")[2]) if path.startswith("/scenarios/") else 0
        named = {each: name for things in self.scenarios.values() for each, name in things}
        if path == f"/scenarios/{id_}" and id_ in named:
            return json_answer({"scenario": {"id": id_, "name": named[id_], "teamId": 30, "isActive": True}})
        if path == f"/scenarios/{id_}/blueprint" and id_ in self.blueprints:
            found = {"blueprint": self.blueprints[id_], "scheduling": {"type": "on-demand"}}
            return json_answer({"code": "OK", "response": found})
        return json_answer({"message": "Not found", "code": "IM404"}, 404)

    def _page(
        self, key: str, things: Things, request: httpx2.Request, more: Mapping[str, Any] | None = None
    ) -> httpx2.Response:
        limit = int(request.url.params.get("pg[limit]", 50))
        offset = int(request.url.params.get("pg[offset]", 0))
        page = [{"id": id_, "name": name, **(more or {})} for id_, name in things[offset : offset + limit]]
        return json_answer({key: page, "pg": {"limit": limit, "offset": offset}})


@dataclass
class Asking:
    """A client, and what left for Make on its behalf."""

    client: Client
    network: Network

    async def completion(self, prompt: str, argument: str, value: str) -> Completion:
        found = await self.client.complete(PromptReference(name=prompt), {"name": argument, "value": value})
        return found.completion

    async def scenarios(self, value: str) -> list[int]:
        """The ids that are offered where somebody types a scenario."""
        return [int(one) for one in (await self.completion("diagnose_scenario", "scenario", value)).values]

    async def of_template(self, uri: str, value: str) -> Completion:
        found = await self.client.complete(ResourceTemplateReference(uri=uri), {"name": "id", "value": value})
        return found.completion


@asynccontextmanager
async def asking(world: World, *, mode: str = "auto", **flags: Any) -> AsyncGenerator[Asking]:
    """A client of a server whose Make is this world, with these settings."""
    network = Network(world.answer)
    settings = load({**MAKE_KEY, **flags})
    tools = listing(select(GROUPS, settings), settings)
    async with (
        calling(network, {**MAKE_KEY, **flags}) as caller,
        Client(build(caller, tools), mode=mode) as client,
    ):
        yield Asking(client, network)


def text_of(result: GetPromptResult) -> str:
    """All that a prompt says in words."""
    return "\n".join(one.content.text for one in result.messages if isinstance(one.content, TextContent))
