"""Output schemas: small, in a few words, and true of whatever a tool answers.

That each answer of the practice account fits its schema is checked wherever `tests/end_to_end/accounts.py` calls a tool.
"""

import json
import re
from typing import Any

import httpx2
import pytest
from tests.conftest import ROOT
from tests.end_to_end.accounts import misfits, practice
from tests.server.network import BOTH_KEYS, ENDPOINTS, READS, Network, calling

from make_mcp.callers import open_caller
from make_mcp.recipes import RECIPES
from make_mcp.selection import output_schema
from make_mcp.settings import load
from make_tools import Endpoint

DOCUMENTED = {
    (entry["method"], re.sub(r"{\w+}", "{}", entry["path"])): entry["key"]
    for entry in json.loads((ROOT / "tests" / "sandbox" / "documented.json").read_text(encoding="utf-8"))
}


def test_a_schema_says_where_the_answer_stands_and_no_more():
    scenarios, me = output_schema(ENDPOINTS["scenarios_list"]), output_schema(ENDPOINTS["users_me"])
    assert scenarios == {"type": "object", "properties": {"scenarios": {"type": "array"}}}
    assert me == {"type": "object", "properties": {"authUser": {"type": "object"}}}
    for tool in (*RECIPES, *(endpoint for endpoint in ENDPOINTS.values() if endpoint.effect != "read")):
        assert output_schema(tool) == {"type": "object"}


@pytest.mark.parametrize("endpoint", READS, ids=lambda endpoint: endpoint.name)
def test_a_list_and_a_get_say_the_key_that_make_documents(endpoint: Endpoint[...]):
    listed: dict[str, Any] = output_schema(endpoint).get("properties", {})
    key = DOCUMENTED.get((endpoint.method, re.sub(r"{\w+}", "{}", endpoint.path)))
    if endpoint.api == "make" and listed:
        assert list(listed) == [key]
    assert listed or not endpoint.name.endswith(("_list", "_get", "_me"))


@pytest.mark.parametrize(("flags", "expected"), [({}, True), ({"no_output_schemas": True}, False)], ids=str)
async def test_they_are_listed_unless_the_operator_says_no(flags: dict[str, Any], expected: bool):
    async with open_caller(load({"sandbox": True, "toolsets": "all", **flags})) as (_, tools):
        assert all((tool.output_schema is not None) is expected for tool in tools)


async def test_an_answer_that_was_cut_fits_its_schema_too():
    async with practice(max_result_bytes=2000) as account:
        cut = [
            await account.ask("scenarios_list", organizationId=2767268, fields=["*"]),
            await account.ask("scenarios_get", scenarioId=4667499, fields=["*"]),
            await account.ask("users_me", fields=["*"]),
            await account.ask("account_overview"),
        ]
    assert any("Cut at 2,000 bytes" in answer.get("note", "") for answer in cut)
    assert len(cut[0]["scenarios"]) >= 1


@pytest.mark.parametrize("odd", [{}, {"ok": True}, {"message": "x"}, {"scenario": 5, "hooks": None}], ids=str)
async def test_an_answer_without_the_key_fits_all_the_same(odd: dict[str, Any]):
    """A client throws away what does not fit: a change at Make would leave the agent with nothing."""
    async with calling(Network(lambda _: httpx2.Response(200, json=odd)), dict(BOTH_KEYS)) as caller:
        answer = await caller.call("teams_list", {"organizationId": 5})
    assert misfits(output_schema(ENDPOINTS["teams_list"]), answer.data) == []


def test_the_check_itself_finds_what_does_not_fit():
    schema = {"type": "object", "properties": {"teams": {"type": "array"}}}
    assert misfits(schema, {"teams": []}) == misfits(schema, {"note": 1}) == []
    assert misfits(schema, {"teams": {}}) == ["teams: {} is no array"]
    assert misfits(schema, []) == ["[] is no object"]
    assert misfits({"type": "object", "required": ["teams"]}, {}) == ["required"]
