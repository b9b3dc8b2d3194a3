"""Recipes as a client meets them: listed, called, and telling how far they are."""

from tests.end_to_end.accounts import practice

from make_mcp.recipes import RECIPES


async def test_recipes_are_listed_first_of_their_toolset_and_called_like_every_tool():
    async with practice() as account:
        listed = [tool.name for tool in (await account.client.list_tools()).tools]
        assert listed[:2] == ["account_overview", "find"]
        assert {recipe.name for recipe in RECIPES} <= set(listed)
        scenario = (await account.ask("find", text="calendar"))["found"][0]
        for name in ("scenarios_diagnose", "scenarios_wait", "scenarios_export"):
            assert await account.ask(name, scenarioId=scenario["id"])
        assert await account.ask("account_overview")


async def test_a_client_hears_how_far_a_long_walk_is():
    heard: list[str] = []

    async def told(progress: float, total: float | None, message: str | None) -> None:
        assert total is None
        assert progress >= 0
        heard.append(message or "")

    async with practice() as account:
        await account.client.call_tool("find", {"text": "orders"}, progress_callback=told)
        await account.client.call_tool("account_overview", {}, progress_callback=told)
    assert heard == ["10 lists read", "2 organizations, 4 teams"]


async def test_arguments_that_do_not_fit_are_refused_with_what_does():
    async with practice() as account:
        assert "`scenarioId` is missing" in await account.refused("scenarios_diagnose")
        assert "there is no argument `id`" in await account.refused("scenarios_wait", id=5)
