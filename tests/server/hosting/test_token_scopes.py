"""Callers with Make tokens of their own: each is listed what their own token can do."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end.accounts import text_of
from tests.server.faults.manners import Exchange
from tests.server.faults.upstream import Upstream
from tests.server.hosting.hosted import WAYS, Way, hosted
from tests.server.hosting.team import keep, team

TOKENS = {"anna": "0c0ffee0-ca4a-4b1d-9e77-00000000000a", "bert": "0c0ffee0-ca4a-4b1d-9e77-00000000000b"}
GRANTED = {TOKENS["anna"]: ["scenarios:read", "scenarios:write"], TOKENS["bert"]: ["scenarios:read"]}


async def authorization(exchange: Exchange) -> None:
    token = exchange.request.headers["authorization"].removeprefix("Token ")
    found = {"authorization": {"authUsed": "token", "scope": GRANTED[token]}}
    await exchange.answer(200, json.dumps(found).encode(), [("content-type", "application/json")])


@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_the_listing_of_each_follows_from_their_own_token(way: Way, tmp_path: Path):
    entries = {name: {"MAKE_API_KEY": token} for name, token in TOKENS.items()}
    async with Upstream() as upstream, team() as people:
        upstream.on("/users/me/current-authorization", authorization)
        own: dict[str, Any] = {"credentials_file": keep(tmp_path / "keys.json", entries), "make_base_url": upstream.url}
        async with hosted(way[0], **people.flags, **own, pace="off", toolsets="scenarios") as server:
            listed: dict[str, set[str]] = {}
            refused = ""
            for name in ("anna", "bert", "anna"):
                async with server.client(way[1], people.token(name)) as client:
                    found = {tool.name for tool in (await client.list_tools()).tools}
                    assert listed.setdefault(name, found) == found
                    if name == "bert":
                        refused = text_of(await client.call_tool("scenarios_stop", {"scenarioId": 5}))
        assert {"scenarios_stop", "scenarios_delete"} <= listed["anna"] - listed["bert"]
        assert {"scenarios_list", "scenarios_get"} <= listed["bert"]
        assert "needs the scope scenarios:write, which the token of Make lacks" in refused
        # Once for each, however often they come.
        assert len(upstream.of("/users/me/current-authorization")) == 2
