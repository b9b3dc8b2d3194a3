"""What a listing may cost, in every mode: each byte of it is read in every conversation."""

from typing import Any

import pytest
from tests.server.network import BOTH_KEYS, MAKE_KEY, MATON_ONLY

from make_mcp.commands.cost import AVERAGE, LARGEST, WHOLE, WHOLE_CATALOG, WHOLE_DEFAULT, Cost, cost, costs
from make_mcp.selection import listing, select, toolsets
from make_mcp.settings import load
from make_tools import GROUPS

AROUND = 210
"""Bytes that the protocol puts around the tools in an answer: its envelope, how long it holds, and who the server is."""
KEYS: dict[str, dict[str, Any]] = {
    "both keys": BOTH_KEYS, "a Maton key": MATON_ONLY, "a Make token": MAKE_KEY, "no key": {}, "the sandbox": {"sandbox": True},
}  # fmt: skip
MODES: dict[str, dict[str, Any]] = {
    "default": {}, "all": {"toolsets": "all"}, "read-only": {"toolsets": "all", "read_only": True},
    "strict": {"toolsets": "all", "confirm": "strict"}, "bare": {"toolsets": "all", "no_output_schemas": True},
}  # fmt: skip


def listed(**flags: Any) -> Cost:
    settings = load(flags)
    return cost(listing(select(GROUPS, settings), settings))


@pytest.mark.parametrize("keys", KEYS.values(), ids=KEYS)
@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_a_listing_keeps_to_its_budget(mode: dict[str, Any], keys: dict[str, Any]):
    found = listed(**mode, **keys)
    assert found.average <= AVERAGE
    assert found.largest <= LARGEST
    assert found.whole < WHOLE


@pytest.mark.parametrize("keys", KEYS.values(), ids=KEYS)
def test_the_usual_tools_fit_a_host_with_small_limits(keys: dict[str, Any]):
    for flags in ({}, {"toolsets": "default"}, {"confirm": "strict"}, {"confirm": "human"}):
        found = listed(**keys, **flags)
        assert found.whole + AROUND < WHOLE_DEFAULT
        assert len(found.each) <= 40
    assert listed(**keys, toolsets="all").whole + AROUND < WHOLE


def test_a_catalogue_costs_next_to_nothing():
    found = listed(**BOTH_KEYS, catalog=True)
    assert found.whole + AROUND < WHOLE_CATALOG
    assert found.average <= AVERAGE


def test_schemas_of_answers_cost_little():
    assert listed(toolsets="all").whole - listed(toolsets="all", no_output_schemas=True).whole < 4_000


def test_toolsets_are_counted_one_by_one_under_the_other_settings():
    every = costs(load({**BOTH_KEYS, "read_only": True, "toolsets": "hooks"}))
    assert list(every) == ["default", "all", "catalog", *toolsets(GROUPS)]
    assert sum(len(every[name].each) for name in toolsets(GROUPS)) == len(every["all"].each)
    assert set(every["hooks"].each) == {"hooks_list", "hooks_get", "hooks_ping"}
    assert len(every["catalog"].each) == 2
