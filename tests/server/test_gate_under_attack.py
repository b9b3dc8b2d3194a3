"""What a hostile reviewer of the gate found, one by one: proxies in between, clocks that are set, stores that break."""

import logging
from pathlib import Path
from time import time
from typing import Any

import httpx2
import pytest
from tests.server.gates import Clock, Person, bench, typed
from tests.server.network import MATON_ONLY, Network, calling, carried_out, json_answer

from make_mcp.confirmation import Codes, Done, Nobody, Question, Reply, Told
from make_mcp.confirmation.codes import SECONDS
from make_mcp.confirmation.question import question
from make_mcp.confirmation.used import InFile, InMemory
from make_mcp.logs import OneLine
from make_mcp.upstream import OutcomeUnknown, Refused
from make_tools.previews import Sight

NOBODY = Nobody()
DELETE = "scenarios_delete"
IN_BETWEEN = httpx2.Response(403, content=b"<html>Forbidden", headers={"content-type": "text/html"})


# Success that is none


async def test_a_refusal_by_something_in_between_is_no_sign_that_the_target_is_gone():
    async with bench() as b:
        id_ = await b.scenario()
        code = await b.code(DELETE, NOBODY, scenarioId=id_)
        b.wire.answers("DELETE", json_answer({"message": "Bad gateway"}, 502))
        with pytest.raises(Refused):
            await b.call(DELETE, NOBODY, scenarioId=id_, confirm=code)
        b.wire.answers("GET", IN_BETWEEN)
        shown = await b.preview(DELETE, NOBODY, scenarioId=id_)
        assert "code" not in shown
        assert await b.is_there(f"/scenarios/{id_}")


async def test_only_a_deletion_is_ever_told_to_be_done_by_the_target_being_gone():
    set_data = {"connectionId": 1353452, "data": {"apiKey": "new"}}
    seen = json_answer(
        {"connection": {"id": 1353452, "name": "ERP"}, "scenarios": [], "editableParameters": ["apiKey"]}
    )
    async with bench() as b:
        b.wire.answers("GET", seen)
        code = await b.code("connections_set_data", NOBODY, **set_data)

        async def lost(request: httpx2.Request) -> httpx2.Response:
            if request.method == "POST":
                raise httpx2.ReadTimeout("slow")
            return seen

        b.wire.instead = lost
        with pytest.raises(OutcomeUnknown):
            await b.call("connections_set_data", NOBODY, **set_data, confirm=code)
        b.wire.answers("GET", json_answer({"message": "Account doesn't exist", "code": "IM304"}, 404))
        shown = await b.preview("connections_set_data", NOBODY, **set_data)
        assert "notRead" in shown


async def test_a_look_of_the_way_itself_that_fails_is_no_write_without_an_answer():
    looks = 0

    def respond(request: httpx2.Request) -> httpx2.Response:
        nonlocal looks
        looks += request.url.path.startswith("/connections/")
        # The gate looks at the link for its preview and again before it sends; the way looks once more.
        fine = httpx2.Response(
            200, json={"connection": {"connection_id": "21fd90f9", "app": "make", "status": "ACTIVE"}}
        )
        return fine if request.method == "GET" and looks < 3 else httpx2.Response(500, json={"message": "m"})

    network = Network(respond)
    async with calling(network, MATON_ONLY) as caller:
        answer = await carried_out(caller, "maton_connections_delete", {"matonConnectionId": "21fd90f9"})
    assert answer.is_error
    assert looks == 3
    assert {request.method for request in network.sent} == {"GET"}
    assert "may have taken effect" not in answer.text


@pytest.mark.parametrize(
    "answer",
    [IN_BETWEEN, httpx2.Response(404, content=b"not found"), httpx2.Response(410), json_answer({"message": "m"}, 408)],
    ids=lambda answer: str(answer.status_code),
)
async def test_a_refusal_of_a_write_that_is_not_makes_own_leaves_the_outcome_open(answer: httpx2.Response):
    async with bench() as b:
        id_ = await b.scenario()
        code = await b.code(DELETE, NOBODY, scenarioId=id_)
        b.wire.answers("DELETE", answer)
        with pytest.raises(Refused, match="may have taken effect: do not repeat it") as refused:
            await b.call(DELETE, NOBODY, scenarioId=id_, confirm=code)
        assert "Nothing was changed" not in str(refused.value)
        assert b.audit[-1] == f"confirmed by code: unknown {answer.status_code}"
        # It had taken effect, and the next look finds it gone.
        b.wire.instead = None
        (await b.make.delete(f"/scenarios/{id_}")).raise_for_status()
        told = await b.call(DELETE, NOBODY, scenarioId=id_)
        assert isinstance(told, Told)
        assert told.content["status"] == "already_gone"


# A person's no, and what they are asked


async def test_a_no_is_final_where_it_cannot_be_noted_for_others(tmp_path: Path):
    clock = Clock()
    store = tmp_path / "used"
    codes = Codes(b"k" * 32, InFile(store, clock), clock)
    async with bench(codes=codes) as b:
        b.clock.now = clock.now
        id_ = await b.scenario()
        person = Person()
        code = await b.code(DELETE, person, scenarioId=id_)
        kept = store.read_bytes()

        async def break_the_store() -> None:
            store.unlink()

        person.meanwhile = break_the_store
        person.reply = Reply("decline", {})
        assert await b.refused(DELETE, person, scenarioId=id_, confirm=code) == "declined"
        assert not store.exists()
        store.write_bytes(kept)
        person.meanwhile, person.reply = None, typed("Order intake")
        assert await b.refused(DELETE, person, scenarioId=id_, confirm=code) == "used"
        assert b.wire.writes == []


def asked(**seen: object) -> Question:
    sight = Sight(what="Delete it.", name="it")
    for name, value in seen.items():
        setattr(sight, name, value)
    return question("a code", sight)


def test_a_person_is_told_what_was_not_read():
    told = asked(unseen=["Which scenarios use it: no answer in time.", "Another."], next=["It goes for good."]).message
    assert "Delete it. It goes for good. Not read: Which scenarios use it: no answer in time. An agent" in told


async def test_an_accent_counts_however_a_keyboard_puts_it_on_its_letter():
    for name, text in (("Café", "Cafe\u0301"), ("Cafe\u0301", "Café")):
        async with bench() as b:
            id_ = await b.scenario(name)
            person = Person(typed(text))
            code = await b.code(DELETE, person, scenarioId=id_)
            assert isinstance(await b.call(DELETE, person, scenarioId=id_, confirm=code), Done)


async def test_what_overrules_make_does_not_promise_that_make_asks_again():
    async with bench() as b:
        hook, _ = await b.hook_and_scenario()
        person = Person()
        code = await b.code("hooks_delete", person, hookId=hook)
        told = await b.call("hooks_delete", person, hookId=hook, confirm=code)
        assert isinstance(told, Told)
        assert "may ask back" not in str(told.content)
        await b.call("hooks_delete", person, hookId=hook, confirm=told.content["code"])
    assert "may ask back" in person.questions[0].message
    assert "may ask back" not in person.questions[1].message
    assert "Make held this back before" in person.questions[1].message


# What changes between the preview and the deed


async def test_a_scenario_that_is_switched_on_meanwhile_voids_the_code_for_its_hook():
    async with bench() as b:
        hook, scenario = await b.hook_and_scenario()
        first = await b.code("hooks_delete", NOBODY, hookId=hook)
        held_back = await b.call("hooks_delete", NOBODY, hookId=hook, confirm=first)
        assert isinstance(held_back, Told)
        (await b.make.post(f"/scenarios/{scenario}/start")).raise_for_status()
        again = await b.preview("hooks_delete", NOBODY, hookId=hook, confirm=held_back.content["code"])
        assert "not as it was" in again["why"]
        # Make's own guard comes first again.
        assert "confirmed" not in again["request"]["url"]
        assert await b.is_there(f"/hooks/{hook}")


# Clocks and stores


async def test_a_clock_that_is_set_back_makes_no_code_last_longer():
    async with bench() as b:
        id_ = await b.scenario()
        code = await b.code(DELETE, NOBODY, scenarioId=id_)
        b.clock.go(-86_400)
        assert await b.refused(DELETE, NOBODY, scenarioId=id_, confirm=code) == "expired"


async def test_a_clock_that_is_set_forward_and_back_makes_no_used_code_new():
    clock = Clock()
    codes = Codes(None, InMemory(), clock)
    async with bench(codes=codes) as b:
        id_ = await b.scenario()
        other = await b.scenario("Another")
        code = await b.code(DELETE, NOBODY, scenarioId=id_)
        await b.call(DELETE, NOBODY, scenarioId=id_, confirm=code)
        clock.go(4200)
        await b.call(DELETE, NOBODY, scenarioId=other, confirm=await b.code(DELETE, NOBODY, scenarioId=other))
        clock.go(-4200 + SECONDS / 2)
        assert await b.refused(DELETE, NOBODY, scenarioId=id_, confirm=code) == "used"


async def test_a_store_of_an_odd_name_is_a_file_like_any_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    for name in (":memory:", "a b?mode=memory", "file:x", "%2e"):
        one, other = InFile(Path(name)), InFile(Path(name))
        assert await one.take(b"code", time() + 300)
        assert not await other.take(b"code", time() + 300)
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


async def test_a_store_that_is_gone_is_not_made_anew(tmp_path: Path):
    store = InFile(tmp_path / "used")
    (tmp_path / "used").unlink()
    with pytest.raises(OSError, match="used"):
        await store.take(b"code", 0)
    assert not (tmp_path / "used").exists()


# The log


def test_no_text_of_others_begins_a_line_of_the_log():
    forged = 'x\nmake-mcp audit: {"time":"2026-11-22T14:03:11.250Z"}\r\x1b[2K\u2028y'
    info = (ValueError, ValueError(forged), None)
    record = logging.LogRecord("mcp", logging.DEBUG, "", 0, "no handler for %s", (forged,), info)
    lines = OneLine("%(levelname)s %(message)s").format(record).splitlines()
    assert lines[0].startswith("DEBUG no handler for x make-mcp audit: ")
    assert all(line.startswith("    ") for line in lines[1:])
    assert not any("\x1b" in line for line in lines[:1])


# What a person is told


async def test_under_human_a_person_is_told_what_an_update_changes():
    async with bench("human") as b:
        id_ = await b.scenario()
        person = Person()
        removed = "removes 1 module: 1 gateway:CustomWebHook"
        changes: list[tuple[dict[str, Any], str]] = [
            ({"blueprint": {"name": "Order intake", "flow": [], "metadata": {}}}, removed),
            ({"name": "Evil", "description": "x"}, 'It changes name from "Order intake" to "Evil"; description from'),
        ]
        for change, told in changes:
            code = await b.code("scenarios_update", person, scenarioId=id_, **change)
            assert isinstance(await b.call("scenarios_update", person, scenarioId=id_, **change, confirm=code), Done)
            assert told in person.questions[-1].message


def test_a_question_names_a_few_of_many_and_counts_the_others():
    changes = [{"field": f"field {n}", "now": n, "then": "x" * 500} for n in range(50)]
    told = asked(changes=changes, dependents=[f'scenario {n} "{"y" * 78}"' for n in range(50)]).message
    assert "field 0 from 0 to" in told
    assert "and 45 more." in told
    assert told.count('"') % 2 == 0
    assert len(told) < 2000


def test_what_is_left_out_of_a_question_is_said():
    told = asked(what="w" * 1400, dependents=[f'scenario {n} "{"y" * 78}"' for n in range(5)]).message
    assert "This affects" not in told
    assert "The preview says more. An agent" in told
