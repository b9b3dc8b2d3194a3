"""One hook and several scenarios that name it, and what a hook may name itself."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.sandbox.flows import ON_HOOK, module, new_hook, new_scenario
from tests.sandbox.practice import Door


def listening(hook: dict[str, Any]) -> dict[str, Any]:
    return module(1, "gateway:CustomWebHook", parameters={"hook": hook["id"]})


async def move(make: Door, scenario: int, hook: dict[str, Any]) -> None:
    """Gives a scenario a blueprint that listens to another hook."""
    blueprint: dict[str, Any] = {"name": "Moved", "flow": [listening(hook)], "metadata": {}}
    await make.patch(f"/scenarios/{scenario}", {"blueprint": json.dumps(blueprint)})


async def owner(make: Door, hook: dict[str, Any]) -> int | None:
    return (await make.get(f"/hooks/{hook['id']}"))["hook"]["scenarioId"]


async def test_a_hook_that_becomes_free_serves_the_next_scenario_that_names_it(make: Door) -> None:
    hook, other = await new_hook(make), await new_hook(make)
    first, second, third = [await new_scenario(make, [listening(hook)], ON_HOOK, start=False) for _ in range(3)]
    assert (await make.get(f"/scenarios/{second}"))["scenario"]["isinvalid"]
    await make.delete(f"/scenarios/{first}")
    scenario = (await make.get(f"/scenarios/{second}"))["scenario"]
    assert (scenario["isinvalid"], scenario["hookId"], await owner(make, hook)) == (False, hook["id"], second)
    await move(make, second, other)
    assert await owner(make, hook) == third
    assert not (await make.get(f"/scenarios/{third}"))["scenario"]["isinvalid"]


async def test_an_active_scenario_that_is_given_another_hook_takes_what_waits_there(make: Door) -> None:
    one, other = await new_hook(make), await new_hook(make)
    assert (await make.client.post(other["url"], json={"a": 1})).status_code == 200
    scenario = await new_scenario(make, [listening(one)], ON_HOOK)
    await move(make, scenario, other)
    assert (await make.get(f"/hooks/{other['id']}"))["hook"]["queueCount"] == 0


@pytest.mark.parametrize("name", ["__IMTCONN__", "udt"])
async def test_a_hook_names_only_what_its_team_has(make: Door, name: str) -> None:
    hook = await new_hook(make)
    await make.post(f"/hooks/{hook['id']}/set-data", {name: 99999999}, 403)
    await make.post(f"/hooks/{hook['id']}/set-data", {name: "x"}, 400)
    await make.post(f"/hooks/{hook['id']}/set-data", {name: None})
