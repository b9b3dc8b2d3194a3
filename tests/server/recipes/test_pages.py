"""Lists of which the upstream makes other pages than were asked for."""

from typing import Any

import pytest
from tests.server.recipes.test_use import page, refused, use

from make_mcp.upstream.errors import Refused
from make_tools import ArgumentError
from make_tools.connections import connections_list
from make_tools.scenarios import scenarios_list, scenarios_logs


def capped(first: int, number: int, limit: object) -> dict[str, Any]:
    return page(first, number) | {"pg": {"limit": limit}}


@pytest.mark.parametrize("limit", [100, "100"])
async def test_a_page_that_is_full_by_makes_own_limit_is_not_the_last(limit: object):
    one, way = use(capped(0, 100, limit), capped(100, 100, limit), capped(200, 30, limit))
    found, more = await one.items(scenarios_list, most=5000, team_id=3)
    assert ([item["id"] for item in found], more) == ([*range(230)], False)
    assert [request.query.get("pg[offset]") for request in way.asked] == [None, 100, 200]
    assert one.unread == []


@pytest.mark.parametrize("limit", [None, "many", True, 0, -1, 600, [100]])
async def test_what_says_nothing_of_a_full_page_is_not_followed(limit: object):
    one, way = use(capped(0, 100, limit))
    assert await one.items(scenarios_list, most=5000, team_id=3) == (page(0, 100)["scenarios"], False)
    assert len(way.asked) == 1


async def test_a_page_that_is_refused_is_asked_for_smaller_and_then_without_a_size():
    one, way = use(refused(400), page(0, 100), page(100, 1))
    found, _ = await one.items(scenarios_list, most=5000, team_id=3)
    assert len(found) == 101
    assert [request.query.get("pg[limit]") for request in way.asked] == [500, 100, 100]
    one, way = use(refused(400), refused(400), page(0, 50), page(50, 2), page(0, 0))
    found, _ = await one.items(scenarios_list, most=5000, team_id=3)
    assert len(found) == 52
    assert [request.query.get("pg[limit]") for request in way.asked] == [500, 100, None, None, None]


async def test_columns_are_asked_for_with_each_size_and_in_the_end_the_refusal_is_raised():
    one, way = use(*[refused(400)] * 6)
    with pytest.raises(Refused):
        await one.items(scenarios_list, most=5000, team_id=3, fields=["id"])
    asked = [(request.query.get("pg[limit]"), "cols[]" in request.query) for request in way.asked]
    assert asked == [(500, True), (500, False), (100, True), (100, False), (None, True), (None, False)]
    one, way = use(*[refused(400)] * 2)
    with pytest.raises(Refused):
        await one.items(scenarios_list, most=5, team_id=3)
    assert [request.query.get("pg[limit]") for request in way.asked] == [6, None]
    one, way = use(refused(400))
    with pytest.raises(Refused):
        await one.items(connections_list, team_id=3)


async def test_an_upstream_that_ignores_the_offset_is_asked_twice_and_what_it_repeats_is_there_once():
    one, way = use(page(0, 500), page(0, 500))
    found, more = await one.items(scenarios_list, most=5000, team_id=3)
    assert ([item["id"] for item in found], more) == ([*range(500)], False)
    assert len(way.asked) == 2
    assert one.unread == ["scenarios list: Make gave the same page twice, so that there may be more."]


async def test_what_moved_to_the_next_page_meanwhile_is_there_once():
    one, _ = use(page(0, 500), page(498, 500), page(998, 4))
    found, _ = await one.items(scenarios_list, most=5000, team_id=3)
    assert [item["id"] for item in found] == list(range(1002))
    assert one.unread == []


async def test_items_without_an_id_all_stay():
    lines: dict[str, Any] = {"scenarioLogs": [{"status": 3}, {"id": [], "status": 1}] * 250}
    one, _ = use(lines, {"scenarioLogs": [{"status": 3}]})
    found, _ = await one.items(scenarios_logs, most=5000, scenario_id=3)
    assert len(found) == 501


async def test_a_refusal_of_ours_names_arguments_as_a_model_knows_them():
    one, _ = use()
    for scenario_id in (2**60, "x"):
        with pytest.raises(ArgumentError, match="`scenarioId`") as caught:
            await one.items(scenarios_logs, scenario_id=scenario_id)
        assert "scenario_id" not in str(caught.value)
    with pytest.raises(ArgumentError, match=r"^scenarios_logs was not called: `from` "):
        await one.items(scenarios_logs, scenario_id=5, from_=-1)
