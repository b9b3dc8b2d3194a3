"""The log of a scenario: filters, ranges, cursors. What runs write into it is in test_runs.py."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sandbox.practice import Door

LARGEST = 2**63 - 1


@pytest.fixture
async def path(make: Door) -> str:
    return f"/scenarios/{(await make.scenario('Newsletter sign-ups'))['id']}/logs?pg[limit]=1000"


async def rows(make: Door, path: str) -> list[dict[str, Any]]:
    return (await make.get(path))["scenarioLogs"]


def milliseconds(line: dict[str, Any]) -> int:
    return int(line["imtId"].partition("_")[0])


async def test_the_period_has_both_its_ends(make: Door, path: str) -> None:
    lines = await rows(make, path)
    late, early = milliseconds(lines[5]), milliseconds(lines[9])
    assert await rows(make, f"{path}&from={early}&to={late}") == lines[5:10]
    assert await rows(make, f"{path}&from={early + 1}&to={late - 1}") == lines[6:9]
    assert await rows(make, f"{path}&from={late}&to={early}") == []
    await make.get(f"{path}&from={LARGEST}", 400)
    await make.get(f"{path}&from=yesterday", 400)


@pytest.mark.parametrize("status", [1, 2, 3])
async def test_the_status_picks_lines(make: Door, path: str, status: int) -> None:
    lines = await rows(make, path)
    assert await rows(make, f"{path}&status={status}") == [line for line in lines if line["status"] == status]


async def test_another_status_is_refused(make: Door, path: str) -> None:
    for status in (0, 4, "error"):
        assert (await make.get(f"{path}&status={status}", 400))["code"] == "SC400"


@pytest.mark.parametrize(
    ("name", "field", "unit"),
    [
        ("duration", "duration", 1),
        ("operations", "operations", 1),
        ("transfer", "transfer", 1),
        ("credits", "centicredits", 100),
    ],
)
async def test_ranges_have_both_their_ends(make: Door, path: str, name: str, field: str, unit: int) -> None:
    lines = await rows(make, path)
    middle = sorted(line[field] for line in lines)[len(lines) // 2] // unit
    above = [line for line in lines if line[field] >= middle * unit]
    below = [line for line in lines if line[field] <= middle * unit]
    assert await rows(make, f"{path}&{name}From={middle}") == above != []
    assert await rows(make, f"{path}&{name}To={middle}") == below
    inside = [line for line in above if line in below]
    assert await rows(make, f"{path}&{name}From={middle}&{name}To={middle}") == inside
    assert await rows(make, f"{path}&{name}From={LARGEST}") == []
    assert await rows(make, f"{path}&{name}To={LARGEST}") == lines
    assert await rows(make, f"{path}&{name}From={-LARGEST}") == lines


async def test_runs_without_a_name_have_none_to_find(make: Door, path: str) -> None:
    assert await rows(make, f"{path}&executionName=import") == []
    assert await rows(make, f"{path}&executionName=") == await rows(make, path)


@pytest.mark.parametrize("shown", ["true", "false"])
async def test_check_runs_can_be_asked_for(make: Door, path: str, shown: str) -> None:
    assert await rows(make, f"{path}&showCheckRuns={shown}") == await rows(make, path)


async def test_a_cursor_walks_through_what_a_filter_left(make: Door, path: str) -> None:
    wanted = await rows(make, f"{path}&status=1")
    page = path.replace("1000", "7") + "&status=1"
    seen: list[dict[str, Any]] = []
    answer = await make.get(page)
    while answer["scenarioLogs"]:
        seen += answer["scenarioLogs"]
        answer = await make.get(f"{page}&pg[last]={answer['pg']['last']}")
    assert seen == wanted
    assert answer["pg"]["last"] == wanted[-1]["imtId"]


async def test_a_cursor_goes_up_as_well(make: Door, path: str) -> None:
    lines = (await rows(make, path))[::-1]
    up = path.replace("1000", "4") + "&pg[sortDir]=asc"
    assert await rows(make, up) == lines[:4]
    assert await rows(make, f"{up}&pg[last]={lines[3]['imtId']}") == lines[4:8]
    shown = await make.get(f"{up}&pg[last]={lines[3]['imtId']}&pg[showLast]=true")
    assert (shown["scenarioLogs"], shown["pg"]["showLast"]) == (lines[3:7], True)


async def test_a_cursor_that_the_filter_left_out_is_unknown(make: Door, path: str) -> None:
    failed = (await rows(make, f"{path}&status=3"))[0]["imtId"]
    assert "'pg[last]'" in (await make.get(f"{path}&status=1&pg[last]={failed}", 400))["detail"][1]
    assert "'pg[sortBy]'" in (await make.get(f"{path}&pg[sortBy]=duration", 400))["detail"][1]
