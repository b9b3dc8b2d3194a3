"""What a preview says of its confirmation: how, or what comes first; and how much it shows of a long text."""

import json
from typing import Any

from tests.server.gates import TEAM, Person, bench

from make_mcp.confirmation import Done, Nobody, Reply

NOBODY = Nobody()
LONG: dict[str, Any] = {"name": "A long one", "flow": [], "metadata": {"notes": "n" * 500}}


async def test_what_make_would_refuse_is_said_before_how_to_confirm_and_can_be_confirmed_all_the_same():
    async with bench() as b:
        hook, scenario = await b.hook_and_scenario()
        shown = await b.preview("scenarios_run", NOBODY, scenarioId=scenario)
        told = shown["toConfirm"]
        assert told.startswith(
            "Not yet: nothing was changed, and Make would most likely refuse this. It is off: first scenarios_start "
        )
        assert f'hooks_get {{"hookId":{hook}}}' in told
        assert told.endswith("call scenarios_run again with the same arguments and `confirm`: true.")
        assert "hindered" not in shown

        (await b.make.post(f"/scenarios/{scenario}/start")).raise_for_status()
        told = (await b.preview("scenarios_run", NOBODY, scenarioId=scenario))["toConfirm"]
        assert "scenarios_start" not in told
        assert "A hook starts it" in told


async def test_a_code_for_what_may_not_be_there_is_given_with_the_tool_that_lists_what_is():
    async with bench() as b:
        shown = await b.preview("connections_delete", NOBODY, connectionId=999_999)
        assert len(shown["code"]) == 108
        assert shown["toConfirm"].startswith("Not yet: ")
        assert "There may be no connection 999999" in shown["toConfirm"]
        assert "connections_list" in shown["toConfirm"]


async def test_nothing_in_the_way_is_told_in_few_words():
    async with bench() as b:
        scenario = await b.scenario()
        for tool, most in (("scenarios_start", 120), ("scenarios_delete", 170)):
            told = (await b.preview(tool, NOBODY, scenarioId=scenario))["toConfirm"]
            assert told.startswith("Show this to the user. If they agree, ")
            assert len(told) <= most


async def test_a_person_reads_what_is_in_the_way_as_well():
    async with bench("human") as b:
        person = Person(Reply("decline", {}))
        scenario = await b.scenario()
        shown = await b.preview("scenarios_run", person, scenarioId=scenario)
        assert await b.refused("scenarios_run", person, scenarioId=scenario, confirm=shown["code"]) == "declined"
        assert "It is off: first scenarios_start" in person.questions[0].message


async def test_of_a_long_text_the_beginning_and_the_length_are_shown_and_all_of_it_leaves():
    async with bench("strict") as b:
        given: dict[str, Any] = {"teamId": TEAM, "blueprint": LONG, "scheduling": {"type": "on-demand"}}
        shown = await b.preview("scenarios_create", NOBODY, **given)
        whole = json.dumps(LONG, separators=(",", ":"))
        body = shown["request"]["body"]
        assert body["blueprint"] == f"{whole[:80]}… (as you gave it: {len(whole)} characters)"
        assert body["scheduling"] == '{"type":"on-demand"}'
        # The code is for the whole of it, and not for what was shown.
        other: dict[str, Any] = {**LONG, "metadata": {"notes": "n" * 499 + "m"}}
        refused = await b.refused("scenarios_create", NOBODY, **{**given, "blueprint": other}, confirm=shown["code"])
        assert refused == "other_arguments"
        assert isinstance(await b.call("scenarios_create", NOBODY, **given, confirm=shown["code"]), Done)
        assert json.loads(b.wire.sent[-1].content)["blueprint"] == whole
