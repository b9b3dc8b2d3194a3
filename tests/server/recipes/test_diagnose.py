"""Why a scenario failed: what is told of each kind of trouble, through either way to Make."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.server.recipes.accounts import (
    BACKLOG,
    BACKUP,
    BOTH,
    CALENDAR,
    DRAFTS,
    INVOICES,
    LEADS,
    MAKE,
    MATON,
    ORDERS,
    REFUNDS,
    WAYS,
    practice,
    proposed,
)

MOST = 900
"""Bytes of an answer."""
UNKNOWN = "c" * 32


async def test_credentials_that_are_refused_lead_to_the_connection_and_to_the_retry():
    async with practice() as account:
        id_ = await account.scenario(CALENDAR)
        found = await account.ask("scenarios_diagnose", scenarioId=id_)
        connection = (await account.ask("find", text="Airtable (content)", kind="connection"))["found"][0]
    failure = found["failure"]
    assert found["scenario"] == {"id": id_, "name": "Content calendar reminders", "isActive": True, "dlqCount": 8}
    assert found["runs"]["failed"] == 8
    assert found["runs"]["lastSuccess"] < found["runs"]["failingSince"] < failure["timestamp"]
    assert failure["error"] == "InvalidAccessTokenError"
    assert failure["message"] == "[401] Airtable (content): the credentials were refused."
    assert failure["module"] == {"id": 1, "module": "airtable:ActionSearchRecords"}
    assert failure["connection"] == {"id": connection["id"], "name": "Airtable (content)", "type": "airtable2"}
    assert "signs in to it again" in found["likely"]
    assert proposed(found) == [
        ("connections_test", {"connectionId": connection["id"]}),
        ("incomplete_executions_retry_several", {"scenarioId": id_, "all": True}),
    ]


async def test_what_is_proposed_repairs_it():
    async with practice() as account:
        id_ = await account.scenario(CALENDAR)
        before = await account.ask("scenarios_diagnose", scenarioId=id_)
        (test, tested), (retry, retried) = proposed(before)
        assert (await account.ask(test, **tested))["verified"] is False
        await account.do("connections_set_data", connectionId=tested["connectionId"], data={"apiKey": "sample-new"})
        assert (await account.ask(test, **tested))["verified"] is True
        await account.do(retry, **retried)
        assert "dlqCount" not in (await account.ask("scenarios_diagnose", scenarioId=id_))["scenario"]


async def test_an_address_that_nobody_knows_is_shown_and_not_retried():
    async with practice() as account:
        id_ = await account.scenario(INVOICES)
        found = await account.ask("scenarios_diagnose", scenarioId=id_)
    assert found["failure"]["message"] == "getaddrinfo ENOTFOUND erp.northwind.invalid"
    assert found["failure"]["module"]["mapper"]["url"] == "https://erp.northwind.invalid/api/invoices"
    # A retry runs the blueprint of the failed run, with the old address.
    assert proposed(found) == [("scenarios_export", {"scenarioId": id_, "whole": True})]
    assert "connection" not in found["failure"]


async def test_a_connection_that_is_gone_is_said_to_be():
    async with practice() as account:
        found = await account.ask("scenarios_diagnose", scenarioId=await account.scenario(REFUNDS))
    assert found["failure"]["connection"]["isGone"] is True
    assert "is gone" in found["likely"]
    assert "It is switched off." in found["notable"]
    assert any(note.startswith("It is invalid") for note in found["notable"])


async def test_a_failure_that_is_over_is_said_to_be():
    async with practice() as account:
        found = await account.ask("scenarios_diagnose", scenarioId=await account.scenario(LEADS))
    assert found["failure"]["error"] == "InvalidAccessTokenError"
    assert found["notable"] == ["Runs since then have succeeded."]
    assert [tool for tool, _ in proposed(found)] == ["scenarios_logs"]


async def test_a_warning_is_told_where_nothing_failed():
    async with practice() as account:
        found = await account.ask("scenarios_diagnose", scenarioId=await account.scenario(BACKLOG))
    assert found["failure"]["status"] == "warning"
    assert "failed" not in found["runs"]
    assert found["runs"]["warned"] == found["runs"]["looked"]


async def test_without_a_failure_it_says_so_and_what_else_is_notable():
    async with practice() as account:
        orders = await account.ask("scenarios_diagnose", scenarioId=await account.scenario(ORDERS))
        drafts = await account.ask("scenarios_diagnose", scenarioId=await account.scenario(DRAFTS))
        backup = await account.ask("scenarios_diagnose", scenarioId=await account.scenario(BACKUP))
    assert orders["notable"] == ["None of its last 50 runs failed.", "It runs when its hook is called."]
    assert [tool for tool, _ in proposed(orders)] == ["hooks_ping"]
    assert drafts["notable"] == ["It has not run yet.", "It is switched off."]
    assert [tool for tool, _ in proposed(drafts)] == ["scenarios_start"]
    assert "Its organization or team is paused at Make." in backup["notable"]
    assert not any("likely" in found or "failure" in found for found in (orders, drafts, backup))


async def test_an_older_run_can_be_asked_for():
    async with practice() as account:
        id_ = await account.scenario(CALENDAR)
        runs = (await account.ask("scenarios_logs", scenarioId=id_, limit=30))["scenarioLogs"]
        failed = [run for run in runs if run["status"] == "error"][-1]
        good = next(run for run in runs if run["status"] == "success")
        found = await account.ask("scenarios_diagnose", scenarioId=id_, executionId=failed["id"])
        fine = await account.ask("scenarios_diagnose", scenarioId=id_, executionId=good["id"])
        unknown = await account.refused("scenarios_diagnose", scenarioId=id_, executionId=UNKNOWN)
    assert found["failure"]["executionId"] == failed["id"]
    assert found["failure"]["timestamp"] == failed["timestamp"]
    assert fine["run"] == {"executionId": good["id"], "timestamp": good["timestamp"], "status": "success"}
    assert "failure" not in fine
    assert "Execution not found" in unknown


async def test_the_gateway_passes_on_less_and_it_says_what():
    async with practice(MATON) as account:
        id_ = await account.scenario(CALENDAR)
        found = await account.ask("scenarios_diagnose", scenarioId=id_)
        leads = await account.ask("scenarios_diagnose", scenarioId=await account.scenario(LEADS))
        # Where one detail is not passed on, the other is not either.
        assert not any("/executions/" in request.url.path for request in account.sent)
    assert found["failure"]["message"] == "[401] Airtable (content): the credentials were refused."
    assert "signs in to it again" in found["likely"]
    assert found["unread"] == ["The blueprint could not be read (404: the gateway may not pass it on)."]
    assert [tool for tool, _ in proposed(found)] == ["connections_list", "incomplete_executions_retry"]
    assert "Make's own API tells it" in leads["likely"]
    assert leads["unread"] == ["The run's own error could not be read (404: the gateway may not pass it on)."]


@pytest.mark.parametrize("way", WAYS)
async def test_answers_are_small(way: str):
    async with practice(way) as account:
        listed = (await account.ask("find", text="*"))["found"]
        assert listed == []
        for begins in (CALENDAR, INVOICES, REFUNDS, LEADS, BACKLOG, ORDERS, DRAFTS, BACKUP):
            assert await account.size("scenarios_diagnose", scenarioId=await account.scenario(begins)) <= MOST, begins


async def test_a_scenario_that_is_not_there_is_an_error():
    async with practice() as account:
        assert "403 SC403" in await account.refused("scenarios_diagnose", scenarioId=5)


async def test_several_reads_are_on_their_way_at_the_same_time_and_no_write_is():
    async with practice(BOTH, lambda: datetime(2026, 3, 10, 8, tzinfo=UTC)) as account:
        id_ = await account.scenario(CALENDAR)
        account_sent = len(account.sent)
        await account.ask("scenarios_diagnose", scenarioId=id_)
    sent = account.sent[account_sent:]
    assert {request.method for request in sent} == {"GET"}
    assert len(sent) <= 6


async def test_through_make_alone_it_tells_the_same_as_through_both():
    moment = datetime(2026, 3, 10, 8, tzinfo=UTC)
    answers: list[Any] = []
    for way in (BOTH, MAKE):
        async with practice(way, lambda: moment) as account:
            answers.append(await account.ask("scenarios_diagnose", scenarioId=await account.scenario(CALENDAR)))
    assert answers[0] == answers[1]
