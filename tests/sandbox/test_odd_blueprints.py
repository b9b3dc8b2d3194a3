"""Blueprints that nobody would write, and that must not shut the account."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sandbox.flows import module, new_scenario
from tests.sandbox.practice import Clock, Door

SHEET = module(1, "google-sheets:addRow")
NOWHERE = module(3, "http:ActionSendData", {"url": "https://nowhere.invalid/"})

ODD: dict[str, list[dict[str, Any]]] = {
    "an unknown value in a variable": [
        SHEET,
        module(2, "util:SetVariable2", {"name": "v", "value": "{{1.x}}"}),
        NOWHERE,
    ],
    "an unknown name of a variable": [
        SHEET,
        module(2, "util:SetVariable2", {"name": "{{1.x}}", "value": "1"}),
        NOWHERE,
    ],
    "an unknown name asked for": [SHEET, module(2, "util:GetVariable2", {"name": "{{1.x}}"}), NOWHERE],
    "an unknown value deep in an object": [
        SHEET,
        module(2, "util:ComposeTransformer", {"value": {"a": ["{{1.x}}"]}}),
        NOWHERE,
    ],
    "a number that is a list": [SHEET, NOWHERE | {"id": [3]}],
    "a number that is an object": [SHEET | {"id": {"a": 1}}, NOWHERE],
    "no number at all": [SHEET | {"id": None}, NOWHERE | {"id": None}],
}


@pytest.mark.parametrize("flow", ODD.values(), ids=ODD)
async def test_a_run_of_it_fails_like_any_other(make: Door, flow: list[dict[str, Any]]) -> None:
    scenario = await new_scenario(make, flow, settings={"dlq": True})
    answer = await make.post(f"/scenarios/{scenario}/run", {"responsive": True})
    assert (answer["status"], answer["error"]["name"]) == (3, "ConnectionError")
    (dlq,) = (await make.get(f"/dlqs?scenarioId={scenario}"))["dlqs"]
    await make.post(f"/dlqs/{dlq['id']}/retry")


@pytest.mark.parametrize("flow", ODD.values(), ids=ODD)
async def test_a_schedule_of_it_leaves_the_account_open(make: Door, clock: Clock, flow: list[dict[str, Any]]) -> None:
    scenario = await new_scenario(make, flow, {"type": "daily", "time": "13:00"})
    clock.go(days=2)
    assert len(await make.logs(scenario)) == 2
    await make.get("/users/me")
