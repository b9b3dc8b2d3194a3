"""Whatever Make says where recipes read: an answer or a clear error, and never a fault of ours."""

import json
from itertools import cycle
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.server.any_answers import values
from tests.server.network import MAKE_KEY, MATON_ONLY, Network, calling
from tests.server.recipes.accounts import proposed, refusal

from make_mcp.recipes import RECIPES

RUN = "a" * 32
CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("account_overview", {}),
    ("account_overview", {"organizationId": 1, "since": "2026-03-09"}),
    ("find", {"text": "a"}),
    ("scenarios_diagnose", {"scenarioId": 7}),
    ("scenarios_diagnose", {"scenarioId": 7, "executionId": RUN}),
    ("scenarios_wait", {"scenarioId": 7}),
    ("scenarios_wait", {"scenarioId": 7, "executionId": RUN, "seconds": 1}),
    ("scenarios_export", {"scenarioId": 7}),
    ("scenarios_export", {"scenarioId": 7, "whole": True}),
)
NAMES = (
    "organizations", "organization", "teams", "scenarios", "scenario", "connections", "connection", "hooks", "hook", "dataStores",
    "scenarioLogs", "scenarioLog", "dlqs", "response", "status", "error", "outputs", "data",
)  # fmt: skip
FIELDS = (
    "id", "name", "teamId", "isActive", "isinvalid", "dlqCount", "hookId", "timestamp", "created", "duration", "status", "error",
    "detail", "causeModule", "message", "reason", "license", "operations", "transfer", "nextReset", "teams", "blueprint", "flow",
    "module", "parameters", "mapper", "metadata", "scheduling", "usedPackages", "executionId", "organizationId", "lastEdit",
    "accountName", "scenarioId", "records", "resolved", "input_spec",
)  # fmt: skip
odd = st.one_of(
    values,
    st.integers(1, 12),
    st.just(RUN),
    st.sampled_from(["a", "2026-03-09T10:00:00.000Z", "9999-12-31T23:59:59Z", "not a time", "-5", "1" * 30, True]),
)
things = st.dictionaries(st.sampled_from(FIELDS), st.recursive(odd, lambda inner: st.one_of(
    st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4)), max_leaves=8), max_size=8)  # fmt: skip
answers = st.dictionaries(
    st.sampled_from(NAMES), st.one_of(things, st.lists(things, max_size=4), odd), min_size=3, max_size=18
)


@pytest.mark.parametrize(("tool", "arguments"), CALLS, ids=lambda value: value if isinstance(value, str) else "")
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    says=st.lists(st.one_of(answers, st.none()), min_size=1, max_size=5), flags=st.sampled_from([MAKE_KEY, MATON_ONLY])
)
async def test_any_json_is_an_answer_or_a_clear_error(
    tool: str, arguments: dict[str, Any], says: list[Any], flags: dict[str, str]
):
    turns = cycle(says)

    def respond(_: httpx2.Request) -> httpx2.Response:
        answer = next(turns)
        if answer is None:
            return refusal(404, "SC404")
        return httpx2.Response(200, content=json.dumps(answer), headers={"content-type": "application/json"})

    async with calling(Network(respond), flags) as caller:
        answer = await caller.call(tool, arguments)
    assert "inside make-mcp" not in answer.text
    assert len(answer.text.encode()) <= 25_000
    if answer.data is not None:
        assert json.loads(answer.text) == answer.data
        proposed(answer.data)


def test_every_recipe_is_tried():
    assert {tool for tool, _ in CALLS} == {recipe.name for recipe in RECIPES}
