"""A code at the gate: it lets its own call through once, on a target that is still what was previewed."""

import asyncio
from typing import Any

import httpx2
import pytest
from tests.server.gates import TEAM, Bench, Clock, Person, bench, soon, typed
from tests.server.network import always, json_answer

from make_mcp.confirmation import Codes, Done, Nobody, NotConfirmed
from make_mcp.confirmation.codes import SECONDS
from make_mcp.confirmation.used import InMemory
from make_mcp.upstream import UpstreamError

NOBODY = Nobody()
DELETE = "scenarios_delete"


async def test_a_code_deletes_what_its_preview_showed_once():
    async with bench() as b:
        id_, other = await b.scenario(), await b.scenario()
        shown = await b.preview(DELETE, NOBODY, scenarioId=id_)
        assert shown["codeExpiresInSeconds"] == SECONDS
        assert isinstance(await b.call(DELETE, NOBODY, scenarioId=id_, confirm=shown["code"]), Done)
        sent = b.wire.sent[-1]
        assert (sent.method, str(sent.url)) == (shown["request"]["method"], shown["request"]["url"])
        for _ in range(2):
            assert await b.refused(DELETE, NOBODY, scenarioId=id_, confirm=shown["code"]) == "used"
        assert b.wire.writes == [f"DELETE /scenarios/{id_}"]
        assert await b.is_there(f"/scenarios/{other}")
        assert b.audit == [
            "previewed: nothing_sent",
            "confirmed by code: done 200",
            *["refused (used): nothing_sent"] * 2,
        ]
        assert {entry.target["scenarioId"] for entry in b.entries} == {id_}


async def every_bad_code(b: Bench, id_: int, other: int, person: Person) -> list[tuple[str, str, dict[str, Any]]]:
    """The reason for which each is refused, the code, and the call that brings it."""
    call = {"scenarioId": id_}
    old = await b.code(DELETE, person, **call)
    async with bench(codes=Codes(None, InMemory(b.clock), b.clock)) as elsewhere:
        foreign = await elsewhere.code(DELETE, person, scenarioId=await elsewhere.scenario())
    early = Clock(b.clock() - 1000)
    async with bench(codes=Codes(None, InMemory(early), early)) as elsewhere:
        before = await elsewhere.code(DELETE, person, scenarioId=await elsewhere.scenario())
    b.clock.go(SECONDS)
    fit, used = await b.code(DELETE, person, **call), await b.code(DELETE, person, **call)
    person.reply = typed("something else")
    assert await b.refused(DELETE, person, **call, confirm=used) == "wrong_name"
    person.reply = typed("Order intake")
    person.questions.clear()
    return [
        ("no_code", "yes", call), ("altered", fit[:-1] + ("A" if fit[-1] != "A" else "B"), call), ("foreign", foreign, call),
        ("before_restart", before, call), ("expired", old, call), ("used", used, call), ("other_arguments", fit, {"scenarioId": other}),
    ]  # fmt: skip


async def test_nobody_is_asked_and_nothing_is_looked_at_for_a_code_that_does_not_fit():
    async with bench() as b:
        id_, other = await b.scenario(), await b.scenario()
        person = Person()
        for reason, code, call in await every_bad_code(b, id_, other, person):
            b.wire.sent.clear()
            assert await b.refused(DELETE, person, **call, confirm=code) == reason
            assert b.wire.sent == []
            assert b.audit[-1] == f"refused ({reason}): nothing_sent"
        stranger = Person(caller="somebody else")
        code = await b.code(DELETE, person, scenarioId=id_)
        b.wire.sent.clear()
        assert await b.refused(DELETE, stranger, scenarioId=id_, confirm=code) == "other_caller"
        assert await b.refused("teams_delete", person, teamId=TEAM, confirm=code) == "other_tool"
        assert b.wire.sent == []
        assert person.questions == stranger.questions == []
        assert isinstance(await b.call(DELETE, person, scenarioId=id_, confirm=code), Done)


async def test_two_calls_with_one_code_that_are_at_the_network_at_the_same_moment_delete_once():
    async with bench() as b:
        id_ = await b.scenario()
        code = await b.code(DELETE, NOBODY, scenarioId=id_)
        both, there = asyncio.Event(), list[int]()

        async def instead(_: httpx2.Request) -> None:
            there.append(1)
            if len(there) == 2:
                both.set()
            await soon(both)

        b.wire.instead = instead
        calls = (b.call(DELETE, NOBODY, scenarioId=id_, confirm=code) for _ in range(2))
        ended = await asyncio.gather(*calls, return_exceptions=True)
        assert sorted(each.reason if isinstance(each, NotConfirmed) else type(each).__name__ for each in ended) == [
            "Done",
            "used",
        ]
        assert b.wire.writes == [f"DELETE /scenarios/{id_}"]


async def test_a_code_is_used_up_before_its_request_leaves():
    async with bench() as b:
        id_ = await b.scenario()
        code = await b.code(DELETE, NOBODY, scenarioId=id_)
        reasons: list[str] = []

        async def instead(request: httpx2.Request) -> None:
            if request.method == "DELETE" and not reasons:
                reasons.append(await b.refused(DELETE, NOBODY, scenarioId=id_, confirm=code))

        b.wire.instead = instead
        assert isinstance(await b.call(DELETE, NOBODY, scenarioId=id_, confirm=code), Done)
        assert reasons == ["used"]
        assert b.wire.writes == [f"DELETE /scenarios/{id_}"]


@pytest.mark.parametrize(
    ("failure", "audit"),
    [
        (httpx2.ConnectError("no route"), "confirmed by code: not_sent"),
        (httpx2.ReadTimeout("slow"), "confirmed by code: unknown"),
        (json_answer({"message": "m", "code": "SC403"}, 403), "confirmed by code: refused_by_make 403"),
        (json_answer({"message": "m"}, 429), "confirmed by code: refused_by_make 429"),
        (json_answer({"message": "m"}, 500), "confirmed by code: unknown 500"),
        (always(200, b"<html>")(httpx2.Request("GET", "/")), "confirmed by code: unknown 200"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.usefixtures("clock")
async def test_a_code_stays_used_up_when_its_request_fails(failure: httpx2.Response | Exception, audit: str):
    async with bench() as b:
        id_ = await b.scenario()
        code = await b.code(DELETE, NOBODY, scenarioId=id_)
        b.wire.answers("DELETE", failure)
        with pytest.raises(UpstreamError):
            await b.call(DELETE, NOBODY, scenarioId=id_, confirm=code)
        assert b.audit[-1] == audit
        b.wire.instead = None
        assert await b.refused(DELETE, NOBODY, scenarioId=id_, confirm=code) == "used"
        # A connection that was not there is tried once more: nothing had left.
        assert len(b.wire.writes) == (2 if isinstance(failure, httpx2.ConnectError) else 1)
        assert await b.is_there(f"/scenarios/{id_}")


# A target that changed


async def test_a_target_that_changed_after_its_preview_is_shown_anew_and_left_alone():
    async with bench() as b:
        id_ = await b.scenario()
        first = await b.preview(DELETE, NOBODY, scenarioId=id_)
        await b.rename(id_, "Payroll")
        shown = await b.preview(DELETE, NOBODY, scenarioId=id_, confirm=first["code"])
        assert "not as it was when the code was made" in shown["why"]
        assert "Payroll" in shown["what"]
        assert shown["code"] != first["code"]
        assert b.audit[-1] == "previewed (target_changed): nothing_sent"
        # The old code stays of no use; the new one is good for what it showed.
        assert "why" in await b.preview(DELETE, NOBODY, scenarioId=id_, confirm=first["code"])
        assert b.wire.writes == []
        assert isinstance(await b.call(DELETE, NOBODY, scenarioId=id_, confirm=shown["code"]), Done)
        assert b.wire.writes == [f"DELETE /scenarios/{id_}"]


async def test_a_target_that_was_switched_on_is_another_than_the_one_that_was_off():
    async with bench() as b:
        id_ = await b.scenario()
        code = await b.code(DELETE, NOBODY, scenarioId=id_)
        (await b.make.post(f"/scenarios/{id_}/start")).raise_for_status()
        assert "It is on" in (await b.preview(DELETE, NOBODY, scenarioId=id_, confirm=code))["what"]
        assert b.wire.writes == []


async def test_a_target_that_cannot_be_read_any_more_is_left_alone():
    async with bench() as b:
        id_ = await b.scenario()
        code = await b.code(DELETE, NOBODY, scenarioId=id_)
        for broken in (
            httpx2.ReadTimeout("slow"),
            json_answer({"message": "m"}, 500),
            json_answer({"message": "m"}, 429),
            httpx2.Response(403, content=b"<html>error code: 1010"),
        ):
            b.wire.answers("GET", broken)
            assert await b.refused(DELETE, NOBODY, scenarioId=id_, confirm=code) == "not_read"
        b.wire.answers("GET", json_answer({"message": "Permission denied", "code": "SC403"}, 403))
        assert "notRead" in await b.preview(DELETE, NOBODY, scenarioId=id_, confirm=code)
        assert b.wire.writes == []
        # Nothing of that used the code up.
        b.wire.instead = None
        assert isinstance(await b.call(DELETE, NOBODY, scenarioId=id_, confirm=code), Done)


async def test_under_strict_a_write_is_bound_to_its_target_too():
    async with bench("strict") as b:
        id_ = await b.scenario()
        call = {"scenarioId": id_, "name": "Invoices"}
        code = await b.code("scenarios_update", NOBODY, **call)
        await b.rename(id_, "Payroll")
        assert "Payroll" in (await b.preview("scenarios_update", NOBODY, **call, confirm=code))["what"]
        assert await b.refused("scenarios_update", NOBODY, **{**call, "name": "x"}, confirm=code) == "other_arguments"
        assert b.wire.writes == []
