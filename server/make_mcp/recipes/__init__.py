"""Tools that read through several endpoints, so that one call saves five."""

from make_mcp.recipes.diagnose import scenarios_diagnose
from make_mcp.recipes.export import scenarios_export
from make_mcp.recipes.find import find
from make_mcp.recipes.overview import account_overview
from make_mcp.recipes.recipe import AnyTool, Recipe
from make_mcp.recipes.use import Use
from make_mcp.recipes.wait import scenarios_wait

RECIPES: tuple[Recipe, ...] = (account_overview, find, scenarios_diagnose, scenarios_wait, scenarios_export)

__all__ = ["RECIPES", "AnyTool", "Recipe", "Use"]
