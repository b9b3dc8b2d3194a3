"""Answers that are no lists: outlines, texts, and names without what nobody sees."""

import json
from typing import Any

import pytest
from tests.server.network import MAKE_KEY, Network, calling, json_answer

SPY = "Ord\u200bers \u202eevil\u202c"
BLUEPRINT: dict[str, Any] = {
    "name": "Orders",
    "flow": [
        {"id": 1, "module": "gateway:CustomWebHook", "parameters": {"hook": 7}},
        {"id": 2, "module": "slack:CreateMessage", "parameters": {"__IMTCONN__": 5}, "mapper": {"text": f"{{{{1.name}}}} {SPY}"}},
    ],
    "metadata": {},
}  # fmt: skip
TEMPLATE: dict[str, Any] = {"blueprint": BLUEPRINT, "scheduling": {"type": "immediately"}, "language": "en"}
READ_TEMPLATE = {"templateId": 8}


async def told(tool: str, arguments: dict[str, Any], answer: Any, **flags: Any) -> dict[str, Any]:
    async with calling(Network(lambda _: json_answer(answer)), {**MAKE_KEY, **flags}) as caller:
        found = await caller.call(tool, arguments)
    assert found.data is not None, found.text
    assert json.loads(found.text) == found.data
    return found.data


async def test_a_blueprint_is_outlined_and_the_whole_is_one_argument_away():
    shown = await told("templates_blueprint", READ_TEMPLATE, TEMPLATE)
    assert [module["module"] for module in shown["outline"]["modules"]] == [
        "gateway:CustomWebHook",
        "slack:CreateMessage",
    ]
    assert "mapper" not in json.dumps(shown)
    assert "whole" in shown["note"]
    for arguments in ({"whole": True}, {"forUse": True}):
        assert (await told("templates_blueprint", READ_TEMPLATE | arguments, TEMPLATE))["blueprint"] == BLUEPRINT


async def test_single_modules_of_a_blueprint_come_whole():
    shown = await told("templates_blueprint", READ_TEMPLATE | {"modules": [2]}, TEMPLATE)
    assert shown == {"modules": [BLUEPRINT["flow"][1]]}


async def test_a_module_that_the_blueprint_has_not_is_an_error_that_names_those_it_has():
    async with calling(Network(lambda _: json_answer(TEMPLATE)), MAKE_KEY) as caller:
        found = await caller.call("templates_blueprint", READ_TEMPLATE | {"modules": [3]})
    assert found.is_error
    assert "1, 2" in found.text


async def test_what_shapes_the_answer_is_not_sent():
    network = Network(lambda _: json_answer(TEMPLATE))
    async with calling(network, MAKE_KEY) as caller:
        await caller.call("templates_blueprint", READ_TEMPLATE | {"whole": True, "modules": [1]})
    assert not network.sent[0].url.query


async def test_the_text_of_a_notification_is_no_html():
    notification = {
        "id": "7",
        "subject": "Error",
        "body": "<p>Your scenario <b>Orders</b> failed.</p><ul><li>Module 2</li></ul>",
    }
    shown = await told("notifications_get", {"notificationId": "7"}, {"notification": notification})
    assert "<" not in shown["notification"]["body"]
    assert "Your scenario Orders failed." in shown["notification"]["body"]
    assert "- Module 2" in shown["notification"]["body"]


async def test_what_is_cut_hides_nothing_either():
    scenarios = [{"id": n, "name": SPY + "x" * 300, "isActive": True} for n in range(300)]
    shown = await told("scenarios_list", {"teamId": 1, "limit": 300}, {"scenarios": scenarios})
    assert "Cut at" in shown["note"]
    assert "\u200b" not in json.dumps(shown, ensure_ascii=False)


async def test_numbers_that_become_text_are_counted_as_such():
    connections = [{"id": 2**60 + n, "name": "x" * 20} for n in range(2000)]
    async with calling(Network(lambda _: json_answer({"connections": connections})), MAKE_KEY) as caller:
        text = (await caller.call("connections_list", {"teamId": 1})).text
    assert f'"id":"{2**60}"' in text
    assert len(text.encode()) <= 25_000


@pytest.mark.parametrize(
    ("tool", "arguments", "answer"),
    [
        ("scenarios_list", {"teamId": 1}, {"scenarios": [{"id": 1, "name": SPY, "isActive": True}]}),
        ("scenarios_get", {"scenarioId": 1}, {"scenario": {"id": 1, "name": SPY}}),
        ("teams_list", {"organizationId": 1, "fields": ["*"]}, {"teams": [{"id": 1, "name": SPY}]}),
    ],
)
async def test_nobody_hides_characters_in_a_name(tool: str, arguments: dict[str, Any], answer: Any):
    shown = json.dumps(await told(tool, arguments, answer), ensure_ascii=False)
    assert "Orders evil" in shown
    assert "\u200b" not in shown
    assert "\u202e" not in shown


async def test_what_may_be_sent_back_keeps_every_character():
    shown = await told("templates_blueprint", READ_TEMPLATE | {"whole": True}, TEMPLATE)
    assert shown["blueprint"]["flow"][1]["mapper"]["text"].endswith(SPY)
    outputs = await told(
        "scenarios_run", {"scenarioId": 1, "confirm": True}, {"executionId": "a" * 32, "outputs": {"text": SPY}}
    )
    assert outputs["outputs"]["text"] == SPY


LOGS = [
    {"id": "b" * 32, "imtId": "2_auto", "timestamp": "2026-11-22T10:00:00.000Z", "status": 1, "duration": 10, "operations": 1},
    {"id": "a" * 32, "imtId": "1_auto", "timestamp": "2026-11-22T09:00:00.000Z", "status": 3, "duration": 10, "operations": 1},
]  # fmt: skip


async def test_a_log_begins_with_what_failed_and_stays_in_its_order():
    shown = await told("scenarios_logs", {"scenarioId": 1}, {"scenarioLogs": LOGS, "pg": {"limit": 21}})
    assert list(shown)[:2] == ["failures", "scenarioLogs"]
    assert [failed["id"] for failed in shown["failures"]] == ["a" * 32]
    assert [run["status"] for run in shown["scenarioLogs"]] == ["success", "error"]
    assert shown["more"] is False


async def test_a_log_goes_on_behind_its_last_run_whatever_has_run_since():
    shown = await told("scenarios_logs", {"scenarioId": 1, "limit": 1}, {"scenarioLogs": LOGS, "pg": {"limit": 2}})
    assert (shown["more"], shown["nextOffset"], shown["last"]) == (True, 1, "2_auto")
    assert "failures" not in shown


async def test_an_answer_that_is_not_as_documented_is_shown_as_it_is():
    answers: list[Any] = [{"scenarios": "none"}, {"scenarios": None}, {"scenarios": {"0": {}}}, {"items": []}]
    for odd in answers:
        for more in ({}, {"all": True}, {"fields": ["id"]}):
            shown = await told("scenarios_list", {"teamId": 1, **more}, odd)
            assert shown["answer"] == odd
            assert "scenarios" not in shown
    assert (await told("scenarios_get", {"scenarioId": 1}, {"scenario": "gone"}))["answer"] == {"scenario": "gone"}


async def test_outputs_that_are_too_large_are_shown_in_part_and_the_run_is_told_as_done():
    outputs = {"rows": [{"n": n, "text": "x" * 100} for n in range(5000)]}
    answer = {"executionId": "a" * 32, "status": 1, "outputs": outputs}
    shown = await told("scenarios_run", {"scenarioId": 1, "confirm": True}, answer)
    assert (shown["executionId"], shown["status"]) == ("a" * 32, 1)
    assert shown["outputs"]["rows"][0] == outputs["rows"][0]
    assert f"outputs.rows shows {len(shown['outputs']['rows'])} of 5,000" in shown["note"]
