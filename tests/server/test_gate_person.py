"""A person at the gate: asked after a valid code alone, and what they answer is final."""

import asyncio
from typing import Any

import pytest
from tests.server.gates import Bench, Person, bench, soon, typed

from make_mcp.confirmation import AnswerAwaited, Done, Nobody, NotConfirmed, Reply
from make_mcp.confirmation.codes import SECONDS

NOBODY = Nobody()
DELETE = "scenarios_delete"
WAITS = pytest.mark.parametrize("waits", [True, False], ids=["within the call", "in rounds"])


async def to_the_end(b: Bench, person: Person, code: str, **call: Any) -> Any:
    """The call with this code, and in rounds the one after it that brings the reply."""
    if not person.waits:
        await b.asked(DELETE, person, **call, confirm=code)
    return await b.call(DELETE, person, **call, confirm=code)


async def stopped(b: Bench, person: Person, code: str, **call: Any) -> str:
    with pytest.raises(NotConfirmed) as error:
        await to_the_end(b, person, code, **call)
    return error.value.reason


@WAITS
async def test_a_person_who_types_the_name_is_asked_once_and_the_call_is_carried_out_once(waits: bool):
    async with bench() as b:
        id_ = await b.scenario()
        person = Person(waits=waits)
        shown = await b.preview(DELETE, person, scenarioId=id_)
        assert "asked to type the name" in shown["toConfirm"]
        assert isinstance(await to_the_end(b, person, shown["code"], scenarioId=id_), Done)
        assert len(person.questions) == 1
        assert await b.refused(DELETE, person, scenarioId=id_, confirm=shown["code"]) == "used"
        assert len(person.questions) == 1
        assert b.wire.writes == [f"DELETE /scenarios/{id_}"]
        assert b.audit == [
            "previewed: nothing_sent",
            *([] if waits else ["asked: nothing_sent"]),
            "confirmed by person: done 200",
            "refused (used): nothing_sent",
        ]
        assert {entry.client for entry in b.entries} == {"A client 1.0"}


@WAITS
@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply("decline", {}), "declined"), (Reply("decline", {"typedName": "Order intake"}), "declined"),
        (Reply("cancel", {}), "cancelled"), (Reply("cancel", {"typedName": "Order intake"}), "cancelled"),
        (Reply("accept", {}), "no_answer"), (typed(""), "no_answer"), (typed(" "), "no_answer"), (typed(None), "no_answer"),
        (typed(True), "no_answer"), (typed(["Order intake"]), "no_answer"), (Reply("accept", {"name": "Order intake"}), "no_answer"),
        (typed("order intake"), "wrong_name"), (typed("ORDER INTAKE"), "wrong_name"), (typed("Order"), "wrong_name"),
        (typed("Order intake 2"), "wrong_name"), (typed("Order  intake"), "wrong_name"), (typed("yes"), "wrong_name"), (typed('"'), "wrong_name"),
    ],
    ids=str,
)  # fmt: skip
async def test_any_other_answer_stops_the_call_and_uses_the_code_up(reply: Reply, reason: str, waits: bool):
    async with bench() as b:
        id_ = await b.scenario()
        person = Person(reply, waits=waits)
        code = await b.code(DELETE, person, scenarioId=id_)
        with pytest.raises(NotConfirmed, match="Nothing was changed, and the code is used up") as error:
            await to_the_end(b, person, code, scenarioId=id_)
        assert error.value.reason == reason
        assert b.audit[-1] == f"refused ({reason}): nothing_sent"
        # No second try: neither with a better answer nor where nobody is asked.
        person.reply = typed("Order intake")
        for client in (person, NOBODY):
            assert await b.refused(DELETE, client, scenarioId=id_, confirm=code) == "used"
        assert len(person.questions) == 1
        assert b.wire.writes == []
        assert await b.is_there(f"/scenarios/{id_}")


@WAITS
@pytest.mark.parametrize(
    "text", ["Order intake", " Order intake", "Order intake \n", '"Order intake"', ' "Order intake" ']
)
async def test_spaces_and_quotes_around_the_name_do_not_matter(text: str, waits: bool):
    async with bench() as b:
        id_ = await b.scenario()
        person = Person(typed(text), waits=waits)
        code = await b.code(DELETE, person, scenarioId=id_)
        assert isinstance(await to_the_end(b, person, code, scenarioId=id_), Done)


async def test_an_answer_to_one_question_is_none_to_another():
    async with bench() as b:
        id_ = await b.scenario()
        person = Person(waits=False)
        one, other = [await b.code(DELETE, person, scenarioId=id_) for _ in range(2)]
        first = await b.asked(DELETE, person, scenarioId=id_, confirm=one)
        with pytest.raises(AnswerAwaited) as awaited:
            await b.call(DELETE, person, scenarioId=id_, confirm=other)
        assert awaited.value.question.about != first.about
        assert b.wire.writes == []
        assert isinstance(await b.call(DELETE, person, scenarioId=id_, confirm=one), Done)


# What happens meanwhile


@WAITS
async def test_a_target_that_changed_before_the_question_is_shown_anew_and_nobody_is_asked(waits: bool):
    async with bench() as b:
        id_ = await b.scenario()
        person = Person(waits=waits)
        code = await b.code(DELETE, person, scenarioId=id_)
        await b.rename(id_, "Payroll")
        assert "why" in await b.preview(DELETE, person, scenarioId=id_, confirm=code)
        assert person.questions == []
        assert b.wire.writes == []


@WAITS
@pytest.mark.parametrize("name", ["Order intake", "Payroll"])
async def test_a_target_that_changes_while_the_person_reads_is_shown_anew(name: str, waits: bool):
    async with bench() as b:
        id_ = await b.scenario()
        person = Person(typed(name), waits=waits)
        code = await b.code(DELETE, person, scenarioId=id_)

        async def change() -> None:
            await b.rename(id_, "Payroll" if name == "Payroll" else "Order intake ")

        person.meanwhile = change
        if waits and name == "Payroll":
            assert await b.refused(DELETE, person, scenarioId=id_, confirm=code) == "wrong_name"
        else:
            told = await to_the_end(b, person, code, scenarioId=id_)
            assert "not as it was" in told.content["why"]
            assert told.content["code"] != code
            assert b.audit[-1] == "previewed (target_changed): nothing_sent"
        assert b.wire.writes == []
        assert len(person.questions) == 1


async def test_a_no_stays_a_no_where_the_target_has_changed_meanwhile():
    async with bench() as b:
        id_ = await b.scenario()
        person = Person(Reply("decline", {}), waits=False)
        code = await b.code(DELETE, person, scenarioId=id_)
        await b.asked(DELETE, person, scenarioId=id_, confirm=code)
        await b.rename(id_, "Payroll")
        assert await b.refused(DELETE, person, scenarioId=id_, confirm=code) == "declined"
        assert await b.refused(DELETE, person, scenarioId=id_, confirm=code) == "used"


async def test_a_client_that_was_asked_cannot_say_later_that_it_cannot_ask():
    async with bench() as b:
        id_ = await b.scenario()
        person = Person(waits=False)
        code = await b.code(DELETE, person, scenarioId=id_)
        await b.asked(DELETE, person, scenarioId=id_, confirm=code)
        assert await b.refused(DELETE, NOBODY, scenarioId=id_, confirm=code) == "person_required"
        assert b.wire.writes == []
        # The person's own answer still counts.
        assert isinstance(await b.call(DELETE, person, scenarioId=id_, confirm=code), Done)


@WAITS
async def test_an_answer_that_comes_after_the_codes_time_is_too_late(waits: bool):
    async with bench() as b:
        id_ = await b.scenario()
        person = Person(waits=waits)
        code = await b.code(DELETE, person, scenarioId=id_)

        async def wait() -> None:
            b.clock.go(SECONDS)

        person.meanwhile = wait
        assert await stopped(b, person, code, scenarioId=id_) == "expired"
        assert b.audit[-1] == "refused (expired): nothing_sent"
        assert b.wire.writes == []


async def test_two_calls_with_one_code_that_both_wait_at_the_person_delete_once():
    async with bench() as b:
        id_ = await b.scenario()
        both = asyncio.Event()
        person = Person()

        async def until_both() -> None:
            if len(person.questions) == 2:
                both.set()
            await soon(both)

        person.meanwhile = until_both
        code = await b.code(DELETE, person, scenarioId=id_)
        calls = (b.call(DELETE, person, scenarioId=id_, confirm=code) for _ in range(2))
        ended = await asyncio.gather(*calls, return_exceptions=True)
        assert sorted(str(getattr(each, "reason", type(each).__name__)) for each in ended) == ["Done", "used"]
        assert b.wire.writes == [f"DELETE /scenarios/{id_}"]


async def test_a_no_stops_the_other_call_that_waits_with_the_same_code():
    async with bench() as b:
        id_ = await b.scenario()
        yes, no = Person(), Person(Reply("decline", {}))
        asked, declined = asyncio.Event(), asyncio.Event()

        async def until_the_other_has_declined() -> None:
            asked.set()
            await soon(declined)

        yes.meanwhile = until_the_other_has_declined
        code = await b.code(DELETE, yes, scenarioId=id_)
        waiting = asyncio.ensure_future(b.call(DELETE, yes, scenarioId=id_, confirm=code))
        await soon(asked)
        assert await b.refused(DELETE, no, scenarioId=id_, confirm=code) == "declined"
        declined.set()
        with pytest.raises(NotConfirmed, match="used before"):
            await waiting
        assert b.wire.writes == []
