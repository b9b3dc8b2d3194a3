"""F10: a write that is repeated under its idempotency key is sent once; the repetition gets the first answer."""

import asyncio

import httpx2
import pytest
from tests.server.gates import Person, typed
from tests.server.network import ENDPOINTS, MAKE_KEY, Network, always, calling, failing
from tests.server.numbered import CREATE, DELETE, RENAME, RUN, YES, Json, Make, at, code, http, is_the_same

from make_mcp.calls import Answer, Caller
from make_mcp.confirmation import AnswerAwaited


@pytest.mark.parametrize(("tool", "arguments"), [CREATE, RUN, RENAME], ids=lambda v: v if isinstance(v, str) else "")
async def test_the_same_write_with_the_same_key_is_sent_once_and_answered_alike(tool: str, arguments: Json):
    """F10: one upstream request, the stored answer again."""
    async with Make() as make, calling(None, at(make)) as caller:
        first = await caller.call(tool, arguments, key="k1")
        # However it is written: the same would be sent.
        for same in (arguments, dict(reversed(arguments.items()))):
            is_the_same(first, await caller.call(tool, same, key="k1"))
        assert make.writes == 1
        other = await caller.call(tool, arguments, key="k2")
        assert other.data != first.data
        assert not (await caller.call(tool, arguments)).is_repeated
        assert make.writes == 3


async def test_a_deletion_that_is_repeated_gets_its_answer_although_its_code_is_used_up():
    """F10: what confirms a call is no part of what the key stands for."""
    async with Make() as make, calling(None, at(make)) as caller:
        tool, arguments = DELETE
        confirmed = await code(caller, tool, arguments)
        first = await caller.call(tool, confirmed, key="k1")
        is_the_same(first, await caller.call(tool, confirmed, key="k1"))
        # A preview is a preview, and its code does not send it again either.
        is_the_same(first, await caller.call(tool, await code(caller, tool, arguments), key="k1"))
        assert make.writes == 1
        assert (await caller.call(tool, confirmed)).is_error


async def test_while_the_first_is_under_way_the_others_wait_for_it():
    """F10: in flight, the second waits; there is one request however many there are."""
    until = asyncio.Event()
    async with Make(until=until) as make, calling(None, at(make)) as caller:
        calls = [asyncio.ensure_future(caller.call(*CREATE, key="k1")) for _ in range(20)]
        await make.arrival()
        other = asyncio.ensure_future(caller.call(*RUN, key="k2"))
        await make.arrival()
        calls[19].cancel()
        assert not any(call.done() for call in calls[:19])
        until.set()
        answers = await asyncio.gather(*calls[:19])
        assert not (await other).is_error
        assert make.writes == 2
    assert [answer.is_repeated for answer in answers].count(False) == 1
    assert len({answer.text for answer in answers}) == 1


async def test_of_those_who_waited_for_one_that_changed_nothing_the_next_one_is_the_first():
    """F10: they do not all go at once."""
    until = asyncio.Event()
    refusal = http(422, b'{"message":"Not now."}')
    async with Make(refusal, refusal, until=until) as make, calling(None, at(make)) as caller:
        calls = [asyncio.ensure_future(caller.call(*RUN, key="k1")) for _ in range(9)]
        await make.arrival()
        until.set()
        answers = await asyncio.gather(*calls)
        assert make.writes == 3
    assert [answer.is_error for answer in answers].count(True) == 2
    assert [answer.is_repeated for answer in answers].count(True) == 6


async def test_the_wanted_state_that_was_there_is_an_answer_to_keep():
    """F10: Make said that there was nothing to do; later there may be."""
    async with (
        Make(http(400, b'{"message":"Scenario is already running."}')) as make,
        calling(None, at(make)) as caller,
    ):
        first = await caller.call("scenarios_start", {"scenarioId": 5, **YES}, key="k1")
        assert first.data is not None
        assert first.data["status"] == "already_so"
        is_the_same(first, await caller.call("scenarios_start", {"scenarioId": 5, **YES}, key="k1"))
        assert make.writes == 1


async def test_a_key_stands_for_one_tool_and_one_set_of_arguments():
    """F10: the same key with anything else is refused, whether the first has ended or not."""
    until = asyncio.Event()
    others: list[tuple[str, Json]] = [
        ("teams_create", {**CREATE[1], "name": "Other"}), ("teams_create", {**CREATE[1], "operationsLimit": 5}), RUN, RENAME,
    ]  # fmt: skip

    async def refused(caller: Caller) -> None:
        for tool, arguments in others:
            answer = await caller.call(tool, arguments, key="k1")
            assert answer.is_error
            assert answer.text.startswith(f"{tool}: idempotency_conflict: ")
            assert "Nothing was sent" in answer.text

    async with Make(until=until) as make, calling(None, at(make)) as caller:
        first = asyncio.ensure_future(caller.call(*CREATE, key="k1"))
        await make.arrival()
        await refused(caller)
        assert not first.done()
        until.set()
        await first
        await refused(caller)
        assert make.writes == 1


async def test_a_null_that_clears_a_field_is_another_call_than_one_without_it():
    """F10: arguments count as they leave."""
    update: Json = {"scenarioId": 5, "name": "x", **YES}
    async with Make() as make, calling(None, at(make)) as caller:
        first = await caller.call("scenarios_update", update, key="k1")
        assert not first.is_error
        is_the_same(first, await caller.call("scenarios_update", {**update, "description": None}, key="k1"))
        assert (await caller.call("scenarios_update", {**update, "folderId": None}, key="k1")).is_error
        assert make.writes == 1


async def test_each_caller_has_keys_of_its_own():
    """F10: another principal, another key space."""
    async with Make() as make, calling(None, at(make)) as caller:
        names = ["local", "anna", "anna\0k1", "bert"]
        answers = [await caller.call(*CREATE, Person(caller=name), "k1") for name in names]
        assert len({answer.text for answer in answers}) == make.writes == len(names)
        for name, answer in zip(names, answers, strict=True):
            is_the_same(answer, await caller.call(*CREATE, Person(caller=name), "k1"))
        # What runs together does not.
        assert not (await caller.call(*CREATE, Person(caller="anna"), "k1\0k1")).is_repeated


async def test_what_is_only_shown_takes_up_no_key():
    """F10: a preview sends nothing and is not stored; its key can then be that of the call, or of another."""
    async with Make() as make, calling(None, at(make)) as caller:
        for tool, arguments in (CREATE, DELETE):
            for confirm in ({}, {"confirm": None}, {"confirm": False}):
                shown = await caller.call(tool, {**arguments, "confirm": None, **confirm}, key="k1")
                if not shown.is_error:
                    assert shown.data is not None
                    assert shown.data["status"] == "confirmation_required"
        first = await caller.call(*CREATE, key="k1")
        assert (await caller.call(CREATE[0], {**CREATE[1], "confirm": None}, key="k1")).data != first.data
        is_the_same(first, await caller.call(*CREATE, key="k1"))
        assert make.writes == 1


REFUSED = [
    http(status, b'{"message":"No.","code":"X"}') for status in (400, 401, 402, 403, 404, 406, 409, 413, 422, 424, 429)
]


@pytest.mark.parametrize("refusal", REFUSED, ids=lambda refusal: refusal[9:12].decode())
async def test_what_make_refused_may_be_tried_again(refusal: bytes):
    """F10: nothing was changed, so that the key still stands for what is to be done."""
    async with Make(refusal) as make, calling(None, at(make)) as caller:
        assert (await caller.call(*RUN, key="k1")).is_error
        second = await caller.call(*RUN, key="k1")
        is_the_same(second, await caller.call(*RUN, key="k1"))
        assert make.writes == 2


async def test_what_was_not_sent_may_be_tried_again():
    """F10: an argument, a code, a key or a connection that is wrong."""
    async with Make() as make, calling(None, at(make)) as caller:
        wrong: list[tuple[str, Json]] = [
            ("teams_create", {**CREATE[1], "name": 5}), ("teams_create", {**CREATE[1], "confirm": "yes"}),
            ("hooks_delete", {"hookId": 5, "confirm": "no code"}), ("hooks_delete", {"hookId": 5, "confirm": 1}),
        ]  # fmt: skip
        for tool, arguments in wrong:
            answer = await caller.call(tool, arguments, key="k1")
            assert answer.is_error
            assert answer.text.startswith(tool)
        assert not (await caller.call(*CREATE, key="k1")).is_error
        assert make.writes == 1
    network = Network(failing(httpx2.ConnectError("no route")))
    async with calling(network, MAKE_KEY) as caller:
        assert (await caller.call(*CREATE, key="k1")).is_error
        network.respond = always(content=b'{"team":{"id":5}}')
        assert (await caller.call(*CREATE, key="k1")).data == {"team": {"id": 5}}


async def test_what_was_held_back_may_be_tried_again():
    """F10, F17: a request that has not left yet is no outcome."""
    async with Make() as make, calling(None, {**at(make), "pace": "1/hour", "timeout": 5}) as caller:
        first = await caller.call(*RUN, key="k1")
        for _ in range(2):
            held = await caller.call(*RUN, key="k2")
            assert held.text.startswith("scenarios_run: rate_limited: ")
            assert not held.is_repeated
        # An answer that is there already waits for nothing.
        is_the_same(first, await caller.call(*RUN, key="k1"))
        assert make.writes == 1


UNKNOWN: dict[str, bytes | None] = {
    "no answer": None,
    "half an answer": b'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"a":',
    "500": http(500, b"{}"),
    "502": http(502, b"<html>", "text/html"),
    "504": http(504, b""),
    "no JSON": http(200, b"<html>", "text/html"),
}


async def says_how_to_go_on(caller: Caller, make: Make, first: str, call: tuple[str, Json]) -> None:
    for _ in range(2):
        again = await caller.call(*call, key="k1")
        assert again.is_error
        assert again.is_repeated
        assert again.text.startswith(first)
        assert "not sent" in again.text
        assert "new key" in again.text
        assert ENDPOINTS[call[0]].truth in again.text
    before = make.writes
    assert not (await caller.call(*call, key="k2")).is_error
    assert make.writes == before + 1


@pytest.mark.parametrize("form", UNKNOWN)
async def test_what_may_have_arrived_is_not_sent_again_and_says_how_to_go_on(form: str):
    """F10, F4: a blind retry after an unknown outcome sends nothing."""
    async with Make(UNKNOWN[form]) as make, calling(None, at(make)) as caller:
        first = await caller.call(*RUN, key="k1")
        assert "outcome_unknown" in first.text
        await says_how_to_go_on(caller, make, first.text, RUN)
        assert make.writes == 2


async def test_after_a_call_that_was_cancelled_under_way_nobody_sends_it_again():
    """F10, F23: whether it arrived is unknown to those who waited for it too."""
    until = asyncio.Event()
    async with Make(until=until) as make, calling(None, at(make)) as caller:
        first = asyncio.ensure_future(caller.call(*RUN, key="k1"))
        await make.arrival()
        waits = asyncio.ensure_future(caller.call(*RUN, key="k1"))
        await asyncio.sleep(0)
        first.cancel()
        answer = await waits
        assert answer.is_repeated
        until.set()
        await says_how_to_go_on(caller, make, "scenarios_run: outcome_unknown: ", RUN)
        assert make.writes == 2


async def test_a_fault_of_our_own_after_it_left_is_no_reason_to_send_it_again():
    """F10: what is not understood counts as unknown."""
    network = Network(failing(RuntimeError("a fault")))
    async with calling(network, MAKE_KEY) as caller:
        first = await caller.call(*RUN, key="k1")
        assert "failed inside make-mcp" in first.text
        network.respond = always(content=b"{}")
        again = await caller.call(*RUN, key="k1")
        assert again.is_repeated
        assert again.text.startswith(first.text)
        assert len(network.sent) == 1


@pytest.mark.parametrize("waits", [True, False])
async def test_a_question_to_a_person_takes_up_no_key_and_a_no_may_be_followed_by_a_yes(waits: bool):
    """F10: with the answer of the person comes the same call, and the same key."""
    async with Make() as make, calling(None, at(make)) as caller:

        async def asked(person: Person) -> Answer:
            confirmed = await code(caller, *DELETE)
            if waits:
                return await caller.call(DELETE[0], confirmed, person, "k1")
            with pytest.raises(AnswerAwaited) as awaited:
                await caller.call(DELETE[0], confirmed, person, "k1")
            person.brings.add(awaited.value.question.about)
            return await caller.call(DELETE[0], confirmed, person, "k1")

        assert (await asked(Person(typed("another"), waits=waits))).is_error
        first = await asked(Person(typed("Orders"), waits=waits))
        assert not first.is_error
        person = Person(typed("Orders"), waits=waits)
        is_the_same(first, await caller.call(DELETE[0], await code(caller, *DELETE), person, "k1"))
        assert not person.questions
        assert make.writes == 1
