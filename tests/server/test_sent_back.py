"""What was hidden does not go back to Make: where a secret was, the words that stand for it must not be written."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.server.network import MAKE_KEY, Network, calling, json_answer

from make_mcp.redaction import AT_MAKE, AT_MATON, WITHIN
from make_mcp.secrets import HIDDEN

SECRET = "do-not-leak-8f3c1d2e"


def answering(data: object) -> Network:
    return Network(lambda _: json_answer(data))


MODULES: list[dict[str, Any]] = [
    {"id": 1, "module": "http:ActionSendData", "mapper": {"headers": [{"name": "Authorization", "value": f"Bearer {SECRET}"}]}},
    {"id": 2, "module": "http:ActionSendData", "mapper": {"url": f"https://hook.eu1.make.com/{SECRET}", "n": "{{1.token}}"}},
]  # fmt: skip
BLUEPRINT: dict[str, Any] = {"name": "Orders", "flow": MODULES, "metadata": {}}


async def read(flags: dict[str, Any]) -> dict[str, Any]:
    """The blueprint as an agent reads it."""
    async with calling(answering({"blueprint": BLUEPRINT}), flags) as caller:
        answer = await caller.call("templates_blueprint", {"templateId": 5, "whole": True})
    assert answer.data is not None
    return answer.data["blueprint"]


async def test_a_blueprint_that_is_revealed_goes_back_as_it_came():
    blueprint = await read({**MAKE_KEY, "reveal": True})
    assert blueprint == BLUEPRINT
    network = answering({"scenario": {"id": 5}})
    async with calling(network, MAKE_KEY) as caller:
        answer = await caller.call("scenarios_update", {"scenarioId": 5, "blueprint": blueprint, "confirm": True})
    assert not answer.is_error
    assert json.loads(json.loads(network.sent[-1].content)["blueprint"]) == BLUEPRINT


@pytest.mark.parametrize("form", ["object", "text"])
@pytest.mark.parametrize("confirm", [None, True])
async def test_what_was_hidden_is_never_written_over_the_secret(form: str, confirm: bool | None):
    blueprint = await read(MAKE_KEY)
    assert SECRET not in json.dumps(blueprint)
    network = answering({})
    sent = blueprint if form == "object" else json.dumps(blueprint)
    async with calling(network, MAKE_KEY) as caller:
        answer = await caller.call("scenarios_update", {"scenarioId": 5, "blueprint": sent, "confirm": confirm})
    assert answer.is_error
    assert network.sent == []
    assert answer.text.startswith("scenarios_update was not called: what make-mcp had hidden stands at ")
    assert "--reveal" in answer.text
    places = ["blueprint.flow.0.mapper.headers.0.value", "blueprint.flow.1.mapper.url"]
    assert all(f'"{place}"' in answer.text for place in (places if form == "object" else ["blueprint"]))


@pytest.mark.parametrize("hidden", [AT_MAKE, AT_MATON, f"https://hook.eu1.make.com/{WITHIN}", HIDDEN, "[not shown]"])
async def test_credentials_are_not_replaced_by_what_stands_for_them(hidden: str):
    network = answering({"connection": {"id": 5}})
    async with calling(network, MAKE_KEY) as caller:
        for data in ({"apiKey": hidden}, {"a": [{"b": hidden}]}):
            answer = await caller.call("connections_set_data", {"connectionId": 5, "data": data})
            assert answer.is_error
            assert "connections_set_data was not called" in answer.text
    assert network.sent == []


async def test_a_refusal_is_a_line_of_the_audit_log(tmp_path: Path):
    log = tmp_path / "audit.log"
    async with calling(Network(), {**MAKE_KEY, "audit_log": log}) as caller:
        await caller.call("hooks_rename", {"hookId": 5, "name": WITHIN, "confirm": True})
    (line,) = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert (line["decision"], line["reason"], line["outcome"]) == ("refused", "arguments", "nothing_sent")
    assert line["target"] == {"hookId": 5}


async def test_arguments_that_nest_deep_or_hold_much_are_told_of_in_short():
    deep: Any = WITHIN
    for number in range(150):
        deep = {"x": deep} if number % 2 else [deep]
    network = Network()
    async with calling(network, MAKE_KEY) as caller:
        for data in (deep, {"many": [WITHIN] * 5000}, {"n" * 5000: WITHIN}):
            answer = await caller.call("connections_set_data", {"connectionId": 5, "data": {"a": data}})
            assert answer.is_error
            assert len(answer.text) < 1500
    assert network.sent == []


async def test_a_reader_may_ask_for_what_looks_like_that():
    async with calling(answering({"scenario": {"id": 5}}), MAKE_KEY) as caller:
        answer = await caller.call("scenarios_get", {"scenarioId": 5, "fields": ["hidden by make-mcp"]})
    assert not answer.is_error
