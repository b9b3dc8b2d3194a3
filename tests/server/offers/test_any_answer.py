"""Whatever Make answers: a prompt, a resource and a completion end in something that fits, or in an error that says what is wrong."""

import json
import logging
from typing import Any

import anyio
import httpx2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR
from tests.server.offers.asking import BLUEPRINT, RUNS, Asking, World, asking

KEYS = (
    "organizations", "teams", "scenarios", "scenario", "scenarioLogs", "dlqs", "response", "blueprint", "flow", "metadata",
    "interface", "input", "input_spec", "scheduling", "interval", "type", "id", "name", "teamId", "isActive", "hookId", "dlqCount",
    "status", "timestamp", "error", "message", "detail", "centicredits", "pg", "limit",
)  # fmt: skip
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=25,
)
answers = st.dictionaries(st.sampled_from(KEYS[:7]), values, max_size=4) | values
ODD: dict[str, Any] = {
    "id": 5,
    "name": 5,
    "teamId": "x",
    "isActive": None,
    "scheduling": {"interval": {}},
    "dlqCount": "many",
}


class Anything(World):
    """A Make that answers everything alike."""

    def __init__(self, value: object) -> None:
        super().__init__()
        self._body = json.dumps(value).encode()

    def answer(self, request: httpx2.Request) -> httpx2.Response:  # noqa: ARG002  # whatever is asked
        return httpx2.Response(200, content=self._body, headers={"content-type": "application/json"})


async def everything(client: Asking) -> list[str]:
    """The errors of one request of each kind."""
    errors: list[str] = []
    for name, given_ in (
        ("diagnose_scenario", {"scenario": "5"}),
        ("diagnose_scenario", {"scenario": "a"}),
        ("review_account", {}),
        ("change_scenario_safely", {"scenario": "5", "change": "x"}),
        ("move_scenario", {"scenario": "5", "team": "a"}),
    ):
        try:
            await client.client.get_prompt(name, given_)
        except MCPError as error:
            errors.append(error.error.message)
    for uri in ("make://account", BLUEPRINT.format(id=5), RUNS.format(id=5)):
        try:
            (contents,) = (await client.client.read_resource(uri)).contents
            json.loads(contents.model_dump()["text"])
        except MCPError as error:
            errors.append(error.error.message)
    await client.scenarios("a")
    return errors


class Noting(logging.Handler):
    """Notes what is logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


@settings(max_examples=60)
@given(value=answers)
@example(value={"scenario": ODD, "scenarios": [ODD, 1], "organizations": [ODD, {"id": 1, "name": "a"}], "teams": [ODD]})
@example(value={"scenarioLogs": [{"status": [], "error": {"causeModule": 5}}, {"status": 3, "error": 5}]})
@example(value={"response": {"blueprint": [], "metadata": {"input_spec": 5}}, "interface": 5})
@example(value=[])
def test_any_json_ends_well(value: object):
    async def ask() -> list[str]:
        async with asking(Anything(value)) as client:
            return await everything(client)

    handler = Noting()
    log = logging.getLogger("make_mcp")
    log.addHandler(handler)
    try:
        errors = anyio.run(ask)
    finally:
        log.removeHandler(handler)
    assert handler.said == []
    assert not [text for text in errors if "inside make-mcp" in text]


class Broken(World):
    """A way to Make that breaks in a manner that nobody thought of."""

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        raise ZeroDivisionError(f"the inside of {request.url.path}")


async def test_a_fault_of_ours_shows_nothing_of_its_inside():
    async with asking(Broken()) as client:
        with pytest.raises(MCPError) as caught:
            await client.client.read_resource(RUNS.format(id=5))
    assert caught.value.error.code == INTERNAL_ERROR
    assert caught.value.error.message == "resources/read failed inside make-mcp (ZeroDivisionError)."
