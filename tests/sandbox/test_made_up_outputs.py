"""Outputs that depend on what an app would answer."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sandbox.flows import module, new_scenario
from tests.sandbox.practice import Door


@pytest.mark.parametrize(
    ("options", "expected"),
    [([{"label": "Large", "value": "l"}], "l"), (["l"], "l"), ([{"label": "Four", "value": 4}], 4)],
)
async def test_an_output_to_choose_is_one_of_the_values(make: Door, options: list[Any], expected: Any) -> None:
    app = module(1, "http:ActionSendData", {"url": "https://example.com"})
    back = module(2, "scenario-service:ReturnData", {"size": "{{1.size}}"})
    outputs = [{"name": "size", "type": "select", "options": options}]
    scenario = await new_scenario(make, [app, back], outputs=outputs)
    answer = await make.post(f"/scenarios/{scenario}/run", {"responsive": True})
    assert answer["outputs"] == {"size": expected}
