"""Whom each policy asks, and what a call leaves behind that nobody carried to its end."""

import asyncio
from typing import Any

import pytest
from tests.server.gates import TEAM, Person, bench, soon, typed

from make_mcp.confirmation import Done, Nobody, Policy
from make_mcp.confirmation.codes import SECONDS

NOBODY = Nobody()
DELETE = "scenarios_delete"


@pytest.mark.parametrize(
    ("policy", "tool", "asks"),
    [
        ("standard", "scenarios_stop", 0), ("standard", DELETE, 1), ("strict", "scenarios_stop", 0), ("strict", DELETE, 1),
        ("human", "scenarios_stop", 1), ("human", DELETE, 1),
    ],
)  # fmt: skip
async def test_a_person_is_asked_before_a_deletion_and_under_human_before_each_write(
    policy: Policy, tool: str, asks: int
):
    async with bench(policy) as b:
        id_ = await b.scenario()
        (await b.make.post(f"/scenarios/{id_}/start")).raise_for_status()
        person = Person()
        shown = await b.preview(tool, person, scenarioId=id_)
        assert ("type the name" in shown["toConfirm"]) is bool(asks)
        assert ("code" in shown) is (policy != "standard" or tool == DELETE)
        told = await b.call(tool, person, scenarioId=id_, confirm=shown.get("code", True))
        assert isinstance(told, Done)
        assert len(person.questions) == asks
        assert len(b.wire.writes) == 1
        by = "person" if asks else "code" if "code" in shown else "argument"
        assert b.audit[-1] == f"confirmed by {by}: done 200"
        assert b.entries[-1].policy == policy


async def test_a_client_that_cannot_ask_gets_no_code_under_human_and_cannot_use_one():
    async with bench("human") as b:
        id_ = await b.scenario()
        for tool in ("scenarios_stop", "scenarios_start", DELETE):
            for client in (NOBODY, Person(can_ask=False), Person(can_ask=False, waits=False)):
                shown = await b.preview(tool, client, scenarioId=id_)
                assert "code" not in shown
                assert "asks a person before it changes anything" in shown["toConfirm"]
                assert "code" not in await b.preview(tool, client, scenarioId=id_, confirm=True)
                # One that another client of the same caller was given.
                code = await b.code(tool, Person(), scenarioId=id_)
                assert await b.refused(tool, client, scenarioId=id_, confirm=code) == "person_required"
                assert b.audit[-1] == "refused (person_required): nothing_sent"
        assert b.wire.writes == []


@pytest.mark.parametrize("policy", ["standard", "strict"])
async def test_a_client_that_cannot_ask_deletes_with_the_code_alone_elsewhere(policy: Policy):
    async with bench(policy) as b:
        id_ = await b.scenario()
        client = Person(can_ask=False)
        shown = await b.preview(DELETE, client, scenarioId=id_)
        assert "type the name" not in shown["toConfirm"]
        assert isinstance(await b.call(DELETE, client, scenarioId=id_, confirm=shown["code"]), Done)
        assert client.questions == []
        assert b.audit[-1] == "confirmed by code: done 200"


async def test_what_true_is_told_fits_a_preview_without_a_code():
    async with bench("human") as b:
        shown = await b.preview(DELETE, NOBODY, scenarioId=await b.scenario(), confirm=True)
        assert "this is one" not in shown.get("why", "")


async def test_under_human_a_scenario_with_a_long_name_can_be_created():
    async with bench("human") as b:
        blueprint: dict[str, Any] = {"name": "x" * 100, "flow": [], "metadata": {"version": 1}}
        call = {"teamId": TEAM, "blueprint": blueprint, "scheduling": {"type": "on-demand"}}
        person = Person(typed("My Team"))
        code = await b.code("scenarios_create", person, **call)
        assert isinstance(await b.call("scenarios_create", person, **call, confirm=code), Done)
        assert "My Team" in person.questions[0].schema["properties"]["typedName"]["description"]


# Calls that nobody carries to their end


async def test_a_call_that_is_cancelled_while_the_person_reads_sends_nothing():
    async with bench() as b:
        id_ = await b.scenario()
        reads = asyncio.Event()

        async def forever() -> None:
            reads.set()
            await asyncio.Event().wait()

        person = Person(meanwhile=forever)
        code = await b.code(DELETE, person, scenarioId=id_)
        call = asyncio.ensure_future(b.call(DELETE, person, scenarioId=id_, confirm=code))
        await soon(reads)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert b.wire.writes == []
        assert b.audit[-1] == "refused (cancelled): nothing_sent"


async def test_a_client_that_breaks_while_it_asks_sends_nothing():
    async with bench() as b:
        id_ = await b.scenario()

        async def fail() -> None:
            raise RuntimeError("the connection is gone")

        person = Person(meanwhile=fail)
        code = await b.code(DELETE, person, scenarioId=id_)
        with pytest.raises(RuntimeError):
            await b.call(DELETE, person, scenarioId=id_, confirm=code)
        assert b.wire.writes == []
        assert b.audit[-1] == "refused (fault): nothing_sent"


async def test_a_form_that_nobody_answers_ends_with_the_code():
    async with bench() as b:
        id_ = await b.scenario()
        person = Person(meanwhile=asyncio.Event().wait)
        code = await b.code(DELETE, person, scenarioId=id_)
        b.clock.go(SECONDS - 0.01)
        assert await b.refused(DELETE, person, scenarioId=id_, confirm=code) == "expired"
        assert len(person.questions) == 1
        assert b.wire.writes == []
        assert b.audit[-1] == "refused (expired): nothing_sent"
