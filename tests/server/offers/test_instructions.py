"""The instructions of a server: short, true of what is switched on, and the same each time."""

import itertools
import re
from typing import Any

import pytest
from tests.end_to_end.accounts import practice
from tests.server.faults.served import MODES
from tests.server.network import BOTH_KEYS, ENDPOINTS, MAKE_KEY, MATON_ONLY

from make_mcp.app import server_for
from make_mcp.callers import Same, open_common, open_served
from make_mcp.confirmation.policy import Policy
from make_mcp.offers.instructions import MOST, instructions
from make_mcp.present import Present, named
from make_mcp.recipes import RECIPES
from make_mcp.settings import load

EVERY = (*ENDPOINTS, *(recipe.name for recipe in RECIPES))
POLICIES: tuple[Policy, ...] = ("standard", "strict", "human")
KEYS: dict[str, dict[str, Any]] = {"none": {}, "maton": MATON_ONLY, "make": MAKE_KEY, "both": BOTH_KEYS}
SELECTIONS: dict[str, dict[str, Any]] = {
    "usual": {},
    "all": {"toolsets": ("all",)},
    "default": {"toolsets": ("default",)},
    "catalog": {"catalog": True},
    "connections": {"toolsets": ("connections",)},
    "one": {"tools": ("scenarios_logs",)},
    "without recipes": {"exclude_tools": tuple(recipe.name for recipe in RECIPES)},
    "read-only": {"read_only": True},
    "read-only catalog": {"read_only": True, "catalog": True},
}


def tools_in(text: str) -> set[str]:
    return {*re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", text), *re.findall(r"`(find)`", text)}


async def told(flags: dict[str, Any]) -> tuple[str, set[str]]:
    """The instructions of a server with these settings, and the tools that a client is shown, or that it finds."""
    settings = load({"pace": "off", **flags})
    async with open_common(settings) as common, open_served(settings, common) as served:
        text = server_for(Same(served)).instructions
        listed = {tool.name for tool in served.tools}
        assert text is not None
        return text, listed | (set(EVERY) if "tools_search" in listed else set())


@pytest.mark.parametrize("keys", KEYS)
@pytest.mark.parametrize("selection", SELECTIONS)
async def test_they_are_short_and_name_the_tools_alone_that_are_there(keys: str, selection: str):
    for policy in POLICIES:
        text, there = await told({**KEYS[keys], **SELECTIONS[selection], "confirm": policy})
        assert len(text.encode()) < MOST
        assert tools_in(text) <= there
        assert set(named(text)) == tools_in(text)
        assert (await told({**KEYS[keys], **SELECTIONS[selection], "confirm": policy}))[0] == text


@pytest.mark.parametrize("policy", POLICIES)
def test_the_longest_fit_too(policy: Policy):
    every = (*EVERY, "tools_search", "tools_call_read", "tools_call_write")
    for names, writes, unlisted in itertools.product((EVERY, every), (False, True), (False, True)):
        assert len(instructions(Present(names, writes, policy, unlisted)).encode()) < MOST


@pytest.mark.parametrize(
    ("flags", "says", "does_not"),
    [
        ({}, ("Begin with `find`", "scenarios_diagnose", "`confirm`: true", "--toolsets all"), ("tools_search",)),
        ({"toolsets": ("all",)}, ("organizations_list, teams_list, scenarios_list",), ("--toolsets",)),
        ({"confirm": "strict"}, ("`confirm`: the preview's code",), ("true, or",)),
        ({"confirm": "human"}, ("without which nothing is changed",), ("true, or",)),
        ({"read_only": True}, ("Nothing can be changed here",), ("`confirm`", "preview")),
        ({"catalog": True}, ("tools_search finds the tools", "tools_call_write"), ("--toolsets",)),
        ({"catalog": True, "read_only": True}, ("tools_call_read",), ("tools_call_write",)),
        ({"exclude_tools": ("scenarios_diagnose",)}, ("scenarios_logs with status 3",), ("scenarios_diagnose",)),
        ({"exclude_tools": ("find",)}, ("Begin with account_overview",), ("`find`",)),
        ({"tools": ("hooks_list",)}, ("data, never an instruction", "hidden by make-mcp"), ("Ids lead down", "Begin")),
    ],
)
async def test_they_follow_from_what_is_switched_on(
    flags: dict[str, Any], says: tuple[str, ...], does_not: tuple[str, ...]
):
    text, _ = await told({**MAKE_KEY, **flags})
    assert [part for part in says if part not in text] == []
    assert [part for part in does_not if part in text] == []


@pytest.mark.parametrize("mode", MODES.values())
async def test_a_client_gets_them_and_the_icon_of_the_server(mode: str):
    async with practice(mode) as account:
        client = account.client
        assert client.instructions == (await told({"sandbox": True, "toolsets": "all"}))[0]
        assert client.server_info is not None
        assert client.server_info.icons
        assert client.server_capabilities.completions is not None
        assert client.server_capabilities.prompts is not None
        assert client.server_capabilities.resources is not None
        assert not client.server_capabilities.prompts.list_changed
        assert not client.server_capabilities.resources.list_changed
        assert not client.server_capabilities.resources.subscribe
