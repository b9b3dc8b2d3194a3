"""`/scenarios-folders`."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sandbox.practice import CARE, MARKETING, NOWHERE, OPERATIONS, Door

ORDERS, STOCK, CAMPAIGNS, RETURNS = 52310, 52311, 52312, 52313
FIELDS = {
    "id",
    "name",
    "path",
    "teamId",
    "parentId",
    "position",
    "scenariosTotal",
    "scenariosSubtreeTotal",
    "hasChildren",
}
BLUEPRINT = '{"name": "In a folder", "flow": [], "metadata": {}}'


async def listed(make: Door, query: str = "") -> list[dict[str, Any]]:
    return (await make.get(f"/scenarios-folders?teamId={OPERATIONS}{query}"))["scenariosFolders"]


async def folder(make: Door, id_: int) -> dict[str, Any]:
    """One folder, wherever in the tree of Operations it is."""
    waiting = await listed(make, "&childrenDepth=all")
    while waiting:
        found = waiting.pop()
        if found["id"] == id_:
            return found
        waiting += found["children"]
    raise LookupError(id_)


async def created(make: Door, name: str, parent_id: int | None = None) -> int:
    body = {"name": name, "teamId": OPERATIONS, "parentId": parent_id}
    return (await make.post("/scenarios-folders", body))["scenarioFolder"]["id"]


async def scenario_in(make: Door, folder_id: int) -> int:
    body = {
        "teamId": OPERATIONS,
        "blueprint": BLUEPRINT,
        "scheduling": '{"type": "on-demand"}',
        "folderId": folder_id,
    }
    return (await make.post("/scenarios", body))["scenario"]["id"]


async def test_the_list_begins_at_the_top_and_shows_one_level_more(make: Door) -> None:
    orders, stock = await listed(make)
    assert (orders["id"], stock["id"]) == (ORDERS, STOCK)
    assert set(orders) == {*FIELDS, "children"}
    assert (stock["children"], stock["hasChildren"]) == ([], False)
    (returns,) = orders["children"]
    assert set(returns) == FIELDS
    assert (returns["id"], returns["path"], returns["parentId"]) == (RETURNS, "Orders/Returns", ORDERS)


async def test_a_parent_gives_the_folders_in_it(make: Door) -> None:
    assert [row["name"] for row in await listed(make, f"&parentId={ORDERS}")] == ["Returns"]
    assert await listed(make, f"&parentId={STOCK}") == []


async def test_all_levels_are_shown_when_asked_for(make: Door) -> None:
    deep = await created(make, "Deep", await created(make, "Inner", RETURNS))
    shallow, _ = await listed(make)
    assert shallow["children"][0]["hasChildren"]
    assert "children" not in shallow["children"][0]
    found = await folder(make, deep)
    assert (found["path"], found["children"]) == ("Orders/Returns/Inner/Deep", [])


async def test_columns_choose_the_fields_of_children_too(make: Door) -> None:
    orders = (await listed(make, "&cols[]=name&cols[]=children&childrenDepth=all"))[0]
    assert orders == {"name": "Orders", "children": [{"name": "Returns", "children": []}]}
    assert await listed(make, "&cols[]=id") == [{"id": ORDERS}, {"id": STOCK}]
    assert set((await listed(make, "&cols[]=*"))[0]) == {*FIELDS, "children"}


async def test_a_folder_counts_its_own_scenarios_and_those_below(make: Door) -> None:
    before = (await folder(make, ORDERS))["scenariosTotal"]
    await scenario_in(make, RETURNS)
    await scenario_in(make, RETURNS)
    orders, returns = await folder(make, ORDERS), await folder(make, RETURNS)
    assert (orders["scenariosTotal"], orders["scenariosSubtreeTotal"]) == (before, before + 2)
    assert (returns["scenariosTotal"], returns["scenariosSubtreeTotal"]) == (2, 2)


async def test_a_new_folder_is_empty(make: Door) -> None:
    answer = await make.post("/scenarios-folders", {"name": "New", "teamId": OPERATIONS, "parentId": STOCK})
    new = answer["scenarioFolder"]
    assert new == {
        "id": new["id"],
        "name": "New",
        "path": "Stock/New",
        "teamId": OPERATIONS,
        "parentId": STOCK,
        "position": None,
        "scenariosTotal": 0,
        "scenariosSubtreeTotal": 0,
        "hasChildren": False,
    }
    assert (await folder(make, STOCK))["hasChildren"]


async def test_a_folder_is_renamed_and_its_children_show_it(make: Door) -> None:
    answer = await make.patch(f"/scenarios-folders/{ORDERS}", {"name": "Shop"})
    assert (answer["scenarioFolder"]["name"], answer["scenarioFolder"]["parentId"]) == ("Shop", None)
    assert (await folder(make, RETURNS))["path"] == "Shop/Returns"
    chosen = await make.patch(f"/scenarios-folders/{ORDERS}?cols[]=id&cols[]=children", {"name": "Orders"})
    assert [row["id"] for row in chosen["scenarioFolder"]["children"]] == [RETURNS]


async def test_a_folder_moves_with_all_that_is_in_it(make: Door) -> None:
    scenario = await scenario_in(make, RETURNS)
    await make.patch(f"/scenarios-folders/{ORDERS}", {"parentId": STOCK})
    assert (await folder(make, RETURNS))["path"] == "Stock/Orders/Returns"
    assert (await make.get(f"/scenarios/{scenario}"))["scenario"]["folderId"] == RETURNS
    moved = (await make.patch(f"/scenarios-folders/{RETURNS}", {"parentId": None}))["scenarioFolder"]
    assert (moved["path"], moved["parentId"]) == ("Returns", None)
    assert [row["name"] for row in await listed(make)] == ["Returns", "Stock"]


@pytest.mark.parametrize("parent", [ORDERS, RETURNS])
async def test_a_folder_cannot_move_into_itself(make: Door, parent: int) -> None:
    assert (await make.patch(f"/scenarios-folders/{ORDERS}", {"parentId": parent}, 400))["code"] == "SC400"
    assert (await folder(make, ORDERS))["parentId"] is None


async def test_what_a_deleted_folder_held_goes_one_level_up(make: Door) -> None:
    inner = await created(make, "Inner", RETURNS)
    nested, at_top = await scenario_in(make, RETURNS), await scenario_in(make, STOCK)
    assert await make.delete(f"/scenarios-folders/{RETURNS}") == {"scenarioFolder": RETURNS}
    assert (await folder(make, inner))["parentId"] == ORDERS
    assert (await make.get(f"/scenarios/{nested}"))["scenario"]["folderId"] == ORDERS
    await make.delete(f"/scenarios-folders/{STOCK}")
    assert (await make.get(f"/scenarios/{at_top}"))["scenario"]["folderId"] is None
    assert [row["id"] for row in await listed(make)] == [ORDERS]


async def test_a_deleted_folder_is_gone_for_scenarios_too(make: Door) -> None:
    scenario = await scenario_in(make, STOCK)
    await make.delete(f"/scenarios-folders/{ORDERS}")
    await make.patch(f"/scenarios/{scenario}", {"folderId": ORDERS}, 403)
    await make.patch(f"/scenarios-folders/{ORDERS}", {"name": "Back"}, 403)
    await make.delete(f"/scenarios-folders/{ORDERS}", status=403)


async def test_a_deleted_team_takes_its_folders_with_it(make: Door) -> None:
    await make.delete(f"/teams/{MARKETING}?confirmed=true")
    await make.patch(f"/scenarios-folders/{CAMPAIGNS}", {"name": "Back"}, 403)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("teamId=x", 400),
        (f"teamId={NOWHERE}", 403),
        (f"teamId={OPERATIONS}&parentId={NOWHERE}", 403),
        (f"teamId={OPERATIONS}&parentId={CAMPAIGNS}", 403),
        (f"teamId={OPERATIONS}&parentId=top", 400),
        (f"teamId={OPERATIONS}&childrenDepth=2", 400),
        (f"teamId={OPERATIONS}&cols[]=colour", 400),
    ],
)
async def test_a_list_of_something_else_is_refused(make: Door, query: str, status: int) -> None:
    await make.get(f"/scenarios-folders?{query}", status)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"teamId": OPERATIONS}, 400),
        ({"name": "New"}, 400),
        ({"name": "", "teamId": OPERATIONS}, 400),
        ({"name": 7, "teamId": OPERATIONS}, 400),
        ({"name": "n" * 101, "teamId": OPERATIONS}, 400),
        ({"name": "New", "teamId": OPERATIONS, "parentId": "top"}, 400),
        ({"name": "New", "teamId": NOWHERE}, 403),
        ({"name": "New", "teamId": OPERATIONS, "parentId": NOWHERE}, 403),
        ({"name": "New", "teamId": CARE, "parentId": ORDERS}, 403),
    ],
)
async def test_a_folder_that_cannot_be_is_refused(make: Door, body: dict[str, Any], status: int) -> None:
    before = await listed(make)
    await make.post("/scenarios-folders", body, status)
    assert await listed(make) == before


@pytest.mark.parametrize(
    ("body", "status"),
    [({"name": ""}, 400), ({"name": None}, 400), ({"parentId": CAMPAIGNS}, 403), ({"parentId": NOWHERE}, 403)],
)
async def test_a_change_that_cannot_be_is_refused(make: Door, body: dict[str, Any], status: int) -> None:
    await make.patch(f"/scenarios-folders/{ORDERS}", body, status)
    assert (await folder(make, ORDERS))["path"] == "Orders"


async def test_folders_do_not_lie_in_each_other_without_end(make: Door) -> None:
    ids: list[int] = []
    for number in range(50):
        body = {"name": f"Level {number}", "teamId": OPERATIONS, "parentId": ids[-1] if ids else None}
        ids.append((await make.post("/scenarios-folders", body))["scenarioFolder"]["id"])
    refusal = await make.post("/scenarios-folders", {"name": "Below", "teamId": OPERATIONS, "parentId": ids[-1]}, 400)
    assert "more than 50 deep" in refusal["detail"][1]
    top = await make.post("/scenarios-folders", {"name": "Top", "teamId": OPERATIONS})
    await make.patch(f"/scenarios-folders/{ids[0]}", {"parentId": top["scenarioFolder"]["id"]}, 400)
    answer = await make.get(f"/scenarios-folders?teamId={OPERATIONS}&childrenDepth=all&cols[]=*")
    deepest = next(row for row in answer["scenariosFolders"] if row["id"] == ids[0])
    for _ in range(49):
        (deepest,) = deepest["children"]
    assert deepest["id"] == ids[-1]
