"""What a model reads of recipes in every conversation, and what may be said of all of them."""

import pytest

from make_mcp.recipes import RECIPES, Recipe
from make_mcp.selection import tool
from make_tools import GROUPS, ArgumentError

MOST = 336
"""Bytes of an entry of the listing, from its name to its annotations."""


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_an_entry_is_short(recipe: Recipe):
    entry = tool(recipe, recipe.schema, with_output=False)
    text = entry.model_dump_json(by_alias=True, exclude_none=True)
    assert len(text.encode()) <= MOST, text


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_a_recipe_reads_alone_and_says_so(recipe: Recipe):
    annotations = tool(recipe, recipe.schema).annotations
    assert annotations is not None
    assert annotations.read_only_hint is True
    assert annotations.destructive_hint is False
    # Whatever it names could be a third party's; it tests no connection and runs nothing.
    assert annotations.open_world_hint is False
    assert recipe.upstreams == ("maton", "make")


def test_names_and_toolsets():
    assert {recipe.name: recipe.group for recipe in RECIPES} == {
        "account_overview": "account",
        "find": "account",
        "scenarios_diagnose": "scenarios",
        "scenarios_wait": "scenarios",
        "scenarios_export": "scenarios",
    }
    assert not {recipe.name for recipe in RECIPES} & {endpoint.name for group in GROUPS for endpoint in group.endpoints}


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_every_argument_says_what_it_is_in_a_refusal(recipe: Recipe):
    assert all(argument.about.endswith(".") for argument in recipe.arguments)
    with pytest.raises(ArgumentError) as refused:
        recipe.parse({"nobody": 1})
    assert "nobody" in str(refused.value)
    assert str(refused.value).startswith(f"{recipe.name} was not called: ")


def test_what_a_model_leaves_out_may_be_null():
    for recipe in RECIPES:
        needed = {a.name: {"scenarioId": 5, "text": "x"}[a.name] for a in recipe.arguments if a.required}
        optional = {a.name: None for a in recipe.arguments if not a.required}
        assert recipe.parse(needed | optional) == recipe.parse(needed)


def test_arguments_are_strict():
    known = {recipe.name: recipe for recipe in RECIPES}
    for name, arguments in (
        ("scenarios_diagnose", {"scenarioId": "5"}),
        ("scenarios_diagnose", {"scenarioId": 5, "executionId": "../5"}),
        ("scenarios_export", {"scenarioId": 5, "whole": "yes"}),
        ("scenarios_wait", {"scenarioId": 5, "seconds": 0}),
        ("scenarios_wait", {"scenarioId": 5, "seconds": 601}),
        ("account_overview", {"since": "yesterday"}),
        ("find", {"text": ""}),
        ("find", {"text": "x", "kind": "folder"}),
        ("find", {}),
    ):
        with pytest.raises(ArgumentError):
            known[name].parse(arguments)


def test_a_kind_may_be_written_as_people_write_it():
    (find,) = (recipe for recipe in RECIPES if recipe.name == "find")
    for written, kind in {
        "dataStore": "dataStore", "data store": "dataStore", "data_stores": "dataStore", "Webhooks": "hook", "mailhook": "hook",
        "hook": "hook", "SCENARIOS": "scenario", "connections": "connection", "team": "team",
    }.items():  # fmt: skip
        assert find.parse({"text": "x", "kind": written})["kind"] == kind
