"""Prompts, resources and completions over HTTP: who may only read, and callers with keys of their own."""

import json
from pathlib import Path
from typing import Any

import pytest
from mcp_types import PromptReference, TextResourceContents
from tests.server.faults.manners import Exchange
from tests.server.faults.upstream import Upstream
from tests.server.hosting.hosted import WAYS, Way, hosted
from tests.server.hosting.team import READ, keep, team
from tests.server.network import WRITES
from tests.server.offers.asking import text_of

SCENARIO = PromptReference(name="diagnose_scenario")


@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_who_may_only_read_gets_everything_that_only_reads(way: Way):
    async with team() as people, hosted(way[0], **people.flags) as server:
        async with server.client(way[1], people.token("anna", READ)) as client:
            assert len((await client.list_prompts()).prompts) == 4
            offered = await client.complete(SCENARIO, {"name": "scenario", "value": "paid"})
            (scenario,) = offered.completion.values
            for uri in (
                "make://account",
                f"make://scenarios/{scenario}/blueprint",
                f"make://scenarios/{scenario}/runs",
            ):
                assert (await client.read_resource(uri)).contents
            text = text_of(await client.get_prompt("diagnose_scenario", {"scenario": scenario}))
        assert "Nothing of this can be changed here" in text
        assert not [tool.name for tool in WRITES if tool.name in text.partition("\nscenarios_diagnose:")[0]]
        async with server.client(way[1], people.token("anna")) as client:
            text = text_of(await client.get_prompt("diagnose_scenario", {"scenario": scenario}))
        assert "incomplete_executions_retry" in text


async def owned(exchange: Exchange) -> None:
    """What belongs to the key that a request brings: one scenario, which is named after its owner."""
    owner = exchange.request.headers["authorization"].removeprefix("Bearer key-of-")
    path = exchange.request.path.partition("?")[0]
    answers: dict[str, Any] = {
        "/organizations": {"organizations": [{"id": 1, "name": f"Office of {owner}"}]},
        "/scenarios": {"scenarios": [{"id": 1000 + ord(owner[0]), "name": f"Scenario of {owner}", "teamId": 2}]},
    }
    found = next((body for end, body in answers.items() if path.endswith(end)), {"scenarioLogs": [{"id": owner}]})
    await exchange.answer(200, json.dumps(found).encode(), [("content-type", "application/json")])


@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_callers_with_keys_of_their_own_see_their_own_names_and_runs(way: Way, tmp_path: Path):
    entries = {name: {"MATON_API_KEY": f"key-of-{name}"} for name in ("anna", "bert")}
    async with Upstream() as upstream, team() as people:
        upstream.on(None, owned)
        own = {"credentials_file": keep(tmp_path / "keys.json", entries), "maton_base_url": upstream.url, "pace": "off"}
        async with hosted(way[0], **people.flags, **own) as server:
            for _ in range(2):
                for name in entries:
                    async with server.client(way[1], people.token(name)) as client:
                        offered = await client.complete(SCENARIO, {"name": "scenario", "value": "scenario"})
                        assert offered.completion.values == [str(1000 + ord(name[0]))]
                        (runs,) = (await client.read_resource("make://scenarios/5/runs")).contents
                        assert isinstance(runs, TextResourceContents)
                        assert f'"{name}"' in runs.text
            async with server.client(way[1], people.token("carla")) as client:
                # Nobody keeps a key for her.
                offered = await client.complete(SCENARIO, {"name": "scenario", "value": "scenario"})
                assert offered.completion.values == []


async def test_the_instructions_of_a_server_for_callers_with_their_own_keys_name_what_all_of_them_have(tmp_path: Path):
    entries = {"anna": {"MATON_API_KEY": "key-of-anna"}}
    async with team() as people:
        own = {"credentials_file": keep(tmp_path / "keys.json", entries), "toolsets": ("all",)}
        async with (
            hosted("http", **people.flags, **own) as server,
            server.client("2026-07-28", people.token("anna")) as client,
        ):
            assert client.instructions is not None
            assert "scenarios_diagnose" in client.instructions
            assert "maton_connections" not in client.instructions
