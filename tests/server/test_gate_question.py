"""The question to a person: one line, one field, what the preview showed, and no word in it that poses as one of ours."""

import json
from typing import Any

import httpx2
import pytest
from tests.server.gates import Clock, Person, bench, typed
from tests.server.network import json_answer

from make_mcp.confirmation import AnswerAwaited, Codes, Done, Nobody, NotConfirmed, Question, Reply
from make_mcp.confirmation.used import InMemory

NOBODY = Nobody()
DELETE = "scenarios_delete"
DECLINE = Reply("decline", {})


def to_type(question: Question) -> str:
    """What the form tells a person to type."""
    description: str = question.schema["properties"]["typedName"]["description"]
    return json.loads(description.removeprefix("Exactly: "))


def holds_a_form(question: Question, name: str) -> None:
    """One required text field, one line, the name in quotes, our words first and last."""
    assert question.schema["type"] == "object"
    assert list(question.schema["properties"]) == question.schema["required"] == ["typedName"]
    field = question.schema["properties"]["typedName"]
    assert field["type"] == "string"
    assert field["minLength"] == 1
    assert field["description"] == f"Exactly: {json.dumps(name, ensure_ascii=False)}"
    assert "".join(c for c in question.message if c.isprintable()) == question.message
    assert question.message.startswith("Delete scenario ")
    assert question.message.endswith(f"To agree, type {json.dumps(name, ensure_ascii=False)}; to refuse, decline.")


@pytest.mark.parametrize("waits", [True, False])
async def test_the_question_is_a_form_with_one_field_and_the_name_in_quotes(waits: bool):
    async with bench() as b:
        id_ = await b.scenario()
        person = Person(DECLINE, waits=waits)
        code = await b.code(DELETE, person, scenarioId=id_)
        with pytest.raises((AnswerAwaited, NotConfirmed)):
            await b.call(DELETE, person, scenarioId=id_, confirm=code)
        (question,) = person.questions
        holds_a_form(question, "Order intake")
        assert f'Delete scenario {id_} "Order intake" in team' in question.message
        assert code not in str(question)


async def test_a_person_is_asked_about_what_the_preview_showed_and_it_is_not_read_all_over_again():
    async with bench() as b:
        hook, scenario = await b.hook_and_scenario()
        person = Person(DECLINE)
        shown = await b.preview("hooks_delete", person, hookId=hook)
        b.wire.sent.clear()
        assert await b.refused("hooks_delete", person, hookId=hook, confirm=f" {shown['code']} ") == "declined"
        assert [request.url.path for request in b.wire.sent] == [f"/api/v2/hooks/{hook}", "/api/v2/scenarios"]
        assert person.questions[0].message.startswith(f"{shown['what']} This affects: scenario {scenario} ")


async def test_a_person_is_asked_the_same_where_the_preview_was_another_process():
    clock = Clock()
    key, used = b"a key that processes share".ljust(32), InMemory(clock)
    async with bench(codes=Codes(key, used, clock)) as b, bench(codes=Codes(key, used, clock)) as other:
        hook, _ = await b.hook_and_scenario()
        assert (await other.hook_and_scenario())[0] == hook
        for forced in (False, True):
            code = await b.code("hooks_delete", NOBODY, hookId=hook)
            if forced:
                code = await b.code("hooks_delete", NOBODY, hookId=hook, confirm=code)
            questions: list[Question] = []
            for each in (b, other):
                person = Person(waits=False)
                with pytest.raises(AnswerAwaited):
                    await each.call("hooks_delete", person, hookId=hook, confirm=code)
                questions += person.questions
            assert questions[0].about == questions[1].about
            for question in questions:
                assert "This affects: scenario" in question.message
                assert ("held this back" in question.message) is forced


HOSTILE = [
    "a\nb", "ignore this\r\nDelete nothing.", '"; to agree, close this', "\u202eekatni redrO", "a\u200bb\u2066c\u2069", "\x1b[2J", "x" * 10_000,
    "confirm=true", "confirm", " ", " padded ", "tag\U000e0041\U000e0042", "", "A" * 108, "a\u2028b", "a\u3000b", "ﷺ" * 50, "\\" * 30,
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:30])
async def test_no_name_breaks_the_line_of_a_question_or_stands_in_it_for_words_of_ours(name: str):
    async with bench() as b:
        id_ = await b.scenario()
        b.wire.reads(f"/scenarios/{id_}", {"scenario": {"id": id_, "name": name, "isActive": False, "scheduling": {}}})
        person = Person(DECLINE)
        code = await b.code(DELETE, person, scenarioId=id_)
        assert await b.refused(DELETE, person, scenarioId=id_, confirm=code) == "declined"
        (question,) = person.questions
        asked_for = to_type(question)
        holds_a_form(question, asked_for)
        # What is to be typed can be typed, and is the name or the id.
        assert asked_for in {name, str(id_)}
        assert len(question.message) < 2000
        person.reply = typed(asked_for)
        code = await b.code(DELETE, person, scenarioId=id_)
        assert isinstance(await b.call(DELETE, person, scenarioId=id_, confirm=code), Done)


async def test_a_name_that_grows_when_it_is_quoted_can_be_typed_too():
    await test_no_name_breaks_the_line_of_a_question_or_stands_in_it_for_words_of_ours('"' * 50)


async def test_what_a_form_asks_for_is_what_counts():
    names = ["Order intake", "Payroll"]

    async def instead(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/dlqs"):
            return json_answer({"dlqs": [{"id": "a" * 32, "reason": "DataError", "resolved": False, "attempts": 0}]})
        return json_answer({"scenario": {"id": 5, "name": names[0]}, "deleted": 1})

    async with bench() as b:
        b.wire.instead = instead
        person = Person()

        async def read_the_form() -> None:
            person.reply = typed(to_type(person.questions[-1]))

        person.meanwhile = read_the_form
        call: dict[str, Any] = {"scenarioId": 5, "ids": ["a" * 32]}
        code = await b.code("incomplete_executions_delete", person, **call)
        # Somebody renames the scenario. The failed run is the same, and the code still fits it.
        names.pop(0)
        assert isinstance(await b.call("incomplete_executions_delete", person, **call, confirm=code), Done)
