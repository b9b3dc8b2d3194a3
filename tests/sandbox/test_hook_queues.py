"""`/hooks/{hookId}/incomings` and `/hooks/{hookId}/logs`."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.sandbox.flows import call, hooked, new_hook, waiting
from tests.sandbox.practice import NOWHERE, Clock, Door

UNKNOWN_ID = "0" * 32


async def filled(make: Door, clock: Clock, number: int = 3) -> tuple[str, list[dict[str, Any]]]:
    """The path of a new hook with deliveries in its queue, a minute between each, and what the queue shows."""
    hook = await new_hook(make)
    for n in range(number):
        await call(make, hook, {"n": n})
        clock.go(minutes=1)
    path = f"/hooks/{hook['id']}"
    return path, (await make.get(f"{path}/incomings?pg[limit]=1000"))["incomings"]


async def ids(make: Door, path: str) -> list[str]:
    return [row["id"] for row in (await make.get(f"{path}/incomings"))["incomings"]]


async def test_a_new_queue_is_empty(make: Door) -> None:
    hook = await new_hook(make)
    path = f"/hooks/{hook['id']}"
    empty = {"sortBy": "created", "limit": 50, "sortDir": "asc", "offset": 0}
    assert await make.get(f"{path}/incomings") == {"incomings": [], "pg": empty}
    stat = {"queue": 0, "limit": hook["queueLimit"], "enabled": True}
    assert await make.get(f"{path}/incomings/stats") == {"incomingStat": stat}
    assert (await make.get(f"{path}/logs"))["hookLogs"] == []


async def test_the_queue_shows_what_waits(make: Door, clock: Clock) -> None:
    path, rows = await filled(make, clock, 2)
    assert [row["data"] for row in rows] == [{"n": 0}, {"n": 1}]
    first = rows[0]
    assert set(first) == {"id", "scope", "size", "created", "data"}
    assert re.fullmatch("[0-9a-f]{32}", first["id"])
    assert (first["size"], first["created"]) == (7, "2026-04-14T12:00:00.000Z")
    assert await make.get(f"{path}/incomings/{first['id']}") == {"incoming": first}
    await make.post(f"{path}/disable")
    assert (await make.get(f"{path}/incomings/stats"))["incomingStat"] == {"queue": 2, "limit": 50, "enabled": False}
    assert (await make.get(path))["hook"]["queueCount"] == 2


async def test_the_queue_is_paged(make: Door, clock: Clock) -> None:
    path, rows = await filled(make, clock, 4)
    found = await make.get(f"{path}/incomings?pg[limit]=2&pg[offset]=1")
    assert found["incomings"] == rows[1:3]
    assert (await make.get(f"{path}/incomings?pg[sortDir]=desc"))["incomings"] == rows[::-1]
    await make.get(f"{path}/incomings?pg[limit]=0", 400)


async def test_deliveries_of_one_instant_keep_their_order(make: Door) -> None:
    hook = await new_hook(make)
    for n in range(10):
        await call(make, hook, {"n": n})
    assert [row["n"] for row in await waiting(make, hook)] == list(range(10))


async def test_named_deliveries_are_deleted(make: Door, clock: Clock) -> None:
    path, rows = await filled(make, clock)
    middle = rows[1]["id"]
    answer = await make.delete(f"{path}/incomings", {"ids": [middle, UNKNOWN_ID, middle]})
    assert answer == {"incomings": [middle]}
    assert await ids(make, path) == [rows[0]["id"], rows[2]["id"]]
    await make.get(f"{path}/incomings/{middle}", 404)


async def test_all_of_them_need_a_confirmation(make: Door, clock: Clock) -> None:
    path, rows = await filled(make, clock)
    assert (await make.delete(f"{path}/incomings", {"all": True}, 406))["code"] == "IM004"
    assert len(await ids(make, path)) == 3
    body: dict[str, Any] = {"all": True, "exceptIds": [rows[0]["id"]]}
    answer = await make.delete(f"{path}/incomings?confirmed=true", body)
    assert answer == {"incomings": [row["id"] for row in rows[1:]]}
    assert await ids(make, path) == [rows[0]["id"]]


@pytest.mark.parametrize(
    "body", [{}, {"ids": ["a"], "all": True}, {"exceptIds": ["a"]}, {"ids": [1]}, {"ids": "a"}, {"all": 1}]
)
async def test_a_deletion_says_what_it_means(make: Door, clock: Clock, body: dict[str, Any]) -> None:
    path, rows = await filled(make, clock, 1)
    assert (await make.delete(f"{path}/incomings?confirmed=true", body, 400))["code"] == "SC400"
    assert await ids(make, path) == [rows[0]["id"]]


async def test_what_hangs_on_another_hook_is_not_found(make: Door, clock: Clock) -> None:
    path, rows = await filled(make, clock, 1)
    other = await new_hook(make, name="Other")
    id_, log = rows[0]["id"], (await make.get(f"{path}/logs"))["hookLogs"][0]["id"]
    await make.get(f"/hooks/{other['id']}/incomings/{id_}", 404)
    await make.get(f"/hooks/{other['id']}/logs/{log}", 404)
    assert await make.delete(f"/hooks/{other['id']}/incomings", {"ids": [id_]}) == {"incomings": []}
    assert await ids(make, path) == [id_]


@pytest.mark.parametrize(
    "path", ["incomings", "incomings/stats", f"incomings/{UNKNOWN_ID}", "logs", f"logs/{UNKNOWN_ID}"]
)
async def test_a_hook_of_nobody_is_refused(make: Door, path: str) -> None:
    await make.get(f"/hooks/{NOWHERE}/{path}", 403)
    await make.get(f"/hooks/first/{path}", 400)


@pytest.mark.parametrize("path", ["incomings/xyz", "logs/xyz"])
async def test_ids_are_hexadecimal(make: Door, path: str) -> None:
    hook = await new_hook(make)
    await make.get(f"/hooks/{hook['id']}/{path}", 400)


async def test_every_delivery_leaves_a_line_in_the_log(make: Door, clock: Clock) -> None:
    hook, _ = await hooked(make)
    path = f"/hooks/{hook['id']}"
    await call(make, hook, {"n": 1}, params={"q": "x"}, headers={"X-Shop": "Northwind"})
    clock.go(minutes=1)
    await make.post(f"{path}/disable")
    await call(make, hook, {"n": 2})
    answer = await make.get(f"{path}/logs")
    assert answer["pg"] == {"sortBy": "imtId", "limit": 25, "sortDir": "desc", "offset": 0}
    refused, accepted = answer["hookLogs"]
    assert set(accepted) == {
        "id", "imtId", "statusId", "parser", "appParser", "replayable", "sizes", "loggedAt", "udids", "typeId",
    }  # fmt: skip
    assert (accepted["statusId"], refused["statusId"]) == (1, 3)
    assert (accepted["loggedAt"], accepted["udids"]) == ("2026-04-14T12:00:00.000Z", [hook["udid"]])
    detail = (await make.get(f"{path}/logs/{accepted['id']}"))["hookLog"]
    assert {name: detail[name] for name in accepted} == accepted
    assert detail["data"]["payload"] == {"q": "x", "n": 1}
    assert detail["data"]["request"]["method"] == "POST"
    assert {"name": "x-shop", "value": "Northwind"} in detail["data"]["request"]["headers"]
    await make.get(f"{path}/logs/{UNKNOWN_ID}", 404)


async def test_the_log_is_filtered_by_time_and_paged(make: Door, clock: Clock) -> None:
    start = int(clock.moment.timestamp() * 1000)
    path, _ = await filled(make, clock, 4)
    lines = (await make.get(f"{path}/logs"))["hookLogs"]
    assert [line["loggedAt"][14:16] for line in lines] == ["03", "02", "01", "00"]
    minute = 60_000
    assert (await make.get(f"{path}/logs?from={start + minute}"))["hookLogs"] == lines[:3]
    assert (await make.get(f"{path}/logs?to={start + minute}"))["hookLogs"] == lines[2:]
    assert (await make.get(f"{path}/logs?pg[limit]=2&pg[offset]=1"))["hookLogs"] == lines[1:3]
    assert (await make.get(f"{path}/logs?pg[sortDir]=asc"))["hookLogs"] == lines[::-1]
    await make.get(f"{path}/logs?from=yesterday", 400)


async def test_a_deleted_hook_takes_its_queue_and_log_along(make: Door, clock: Clock) -> None:
    path, _ = await filled(make, clock, 1)
    await make.delete(path)
    await make.get(f"{path}/incomings", 403)
    await make.get(f"{path}/logs", 403)
