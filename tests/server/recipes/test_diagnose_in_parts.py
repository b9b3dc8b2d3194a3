"""Why a scenario failed, where parts of it cannot be read, or say little."""

from collections.abc import Mapping
from typing import Any

import pytest
from tests.server.recipes.accounts import Answers, proposed, refusal, told

RUN = "b" * 32
OTHER = "c" * 32
LEFT = "d" * 32
AT = "2026-03-09T10:00:00.000Z"


def line(status: int = 3, id_: str = RUN, **more: Any) -> dict[str, Any]:
    return {"id": id_, "imtId": f"1_{id_}", "timestamp": AT, "duration": 500, "status": status, **more}


def world(error: Mapping[str, Any] | str | None = None, **more: Any) -> dict[str, Any]:
    """A scenario of which one run failed."""
    blueprint: dict[str, Any] = {
        "name": "S",
        "flow": [{"id": 4, "module": "app:Do", "parameters": {"__IMTCONN__": 9}}],
        "metadata": {},
    }
    return {
        "/scenarios/7": {"scenario": {"id": 7, "name": "S", "teamId": 3, "isActive": True, **more}},
        "/scenarios/7/logs": {"scenarioLogs": [line(organizationId=2)], "pg": {}},
        f"/scenarios/7/logs/{RUN}": {"scenarioLog": line() | ({"detail": {"error": error}} if error else {})},
        f"/scenarios/7/executions/{RUN}": {"status": "ERROR"},
        "/scenarios/7/blueprint": {"code": "OK", "response": {"blueprint": blueprint, "scheduling": {}}},
        "/connections/9": {"connection": {"id": 9, "name": "C", "accountName": "app"}},
        "/dlqs": {"dlqs": [], "pg": {}},
    }


def without(answers: Answers, *paths: str) -> dict[str, Any]:
    return {path: refusal(503, "SC503") if path in paths else answer for path, answer in answers.items()}


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    ("path", "lost"),
    [
        ("/scenarios/7/logs", "The log"),
        ("/dlqs", "Its incomplete executions"),
        ("/scenarios/7/blueprint", "The blueprint"),
        ("/connections/9", "Its connection"),
    ],
)
async def test_one_part_that_cannot_be_read_does_not_lose_the_others(path: str, lost: str):
    error = {"name": "RuntimeError", "message": "No", "causeModule": {"name": "app:Do", "appName": "app"}}
    async with told(without(world(error), path)) as account:
        found = await account.ask("scenarios_diagnose", scenarioId=7)
    assert found["scenario"]["name"] == "S"
    assert found["unread"] == [f"{lost} could not be read (Make answered 503 SC503)."]
    if path != "/scenarios/7/logs":
        assert found["failure"]["message"] == "No"


@pytest.mark.usefixtures("clock")
async def test_without_the_scenario_there_is_nothing_to_tell():
    async with told(without(world(), "/scenarios/7")) as account:
        assert "503" in await account.refused("scenarios_diagnose", scenarioId=7)


async def test_where_make_tells_no_reason_it_says_how_to_get_the_next_one():
    async with told(world()) as account:
        found = await account.ask("scenarios_diagnose", scenarioId=7)
    assert found["failure"] == {"executionId": RUN, "timestamp": AT}
    assert "incomplete executions" in found["likely"]
    assert "unread" not in found


async def test_the_reason_of_an_incomplete_execution_stands_in_for_the_error():
    answers: dict[str, Any] = world() | {
        "/dlqs": {"dlqs": [
            {"id": OTHER, "reason": "old", "created": "2026-03-01T10:00:00.000Z", "resolved": False},
            {"id": LEFT, "reason": "[429] Too many requests", "created": "2026-03-09T10:00:01.000Z", "resolved": False},
        ]},
        f"/dlqs/{LEFT}/bundle": {"code": "OK", "response": {"4": {}}},
    }  # fmt: skip
    async with told(answers) as account:
        found = await account.ask("scenarios_diagnose", scenarioId=7)
    assert found["failure"]["message"] == "[429] Too many requests"
    assert found["failure"]["module"] == {"id": 4, "module": "app:Do"}
    assert "no more requests" in found["likely"]
    assert proposed(found) == [("incomplete_executions_retry", {"incompleteExecutionId": LEFT})]


async def test_of_several_modules_of_a_type_the_bundle_tells_which():
    error = {"name": "DataError", "message": "[400] no", "causeModule": {"name": "app:Do", "appName": "app"}}
    answers = world(error)
    modules = [{"id": id_, "module": "app:Do", "mapper": {"n": id_}} for id_ in (4, 5, 6)]
    answers["/scenarios/7/blueprint"]["response"]["blueprint"]["flow"] = modules
    async with told(answers) as account:
        unknown = await account.ask("scenarios_diagnose", scenarioId=7)
    answers["/dlqs"] = {"dlqs": [{"id": LEFT, "reason": "[400] no", "created": AT, "resolved": False}]}
    answers[f"/dlqs/{LEFT}/bundle"] = {"code": "OK", "response": {"5": {}}}
    async with told(answers) as account:
        known = await account.ask("scenarios_diagnose", scenarioId=7)
    assert unknown["failure"]["module"] == {"module": "app:Do", "ids": [4, 5, 6]}
    assert known["failure"]["module"] == {"id": 5, "module": "app:Do", "mapper": {"n": 5}}


async def test_a_failure_before_the_runs_that_were_looked_at_is_found():
    def logs(request: Any) -> dict[str, Any]:
        if request.url.params.get("status") == "3":
            return {"scenarioLogs": [line()]}
        return {"scenarioLogs": [line(1, f"{n:032x}", timestamp="2026-03-10T10:00:00.000Z") for n in range(51)]}

    async with told(world({"name": "RateLimitError"}) | {"/scenarios/7/logs": logs}) as account:
        found = await account.ask("scenarios_diagnose", scenarioId=7)
    assert found["runs"] == {"looked": 50, "lastSuccess": "2026-03-10T10:00:00.000Z"}
    assert found["failure"]["error"] == "RateLimitError"
    assert found["notable"] == ["Runs since then have succeeded."]


async def test_a_run_that_goes_on_leads_to_waiting_for_it():
    answers = world() | {f"/scenarios/7/executions/{OTHER}": {"status": "RUNNING"}}
    async with told(answers) as account:
        found = await account.ask("scenarios_diagnose", scenarioId=7, executionId=OTHER)
    assert found["run"] == {"executionId": OTHER, "status": "running"}
    assert proposed(found) == [("scenarios_wait", {"scenarioId": 7, "executionId": OTHER})]


async def test_a_change_after_the_failure_and_the_state_of_the_hook_are_notable():
    async with told(world("[500] no", lastEdit="2026-03-09T12:00:00.000Z")) as account:
        edited = await account.ask("scenarios_diagnose", scenarioId=7)
    assert "It was edited after that run, at 2026-03-09T12:00:00.000Z." in edited["notable"]
    answers = world(hookId=6) | {"/scenarios/7/logs": {"scenarioLogs": [line(1)]}}
    for hook, words in {"gone": "gone", "enabled": "disabled", "queueCount": "3 calls wait"}.items():
        state = {"id": 6, "gone": False, "enabled": True, "queueCount": 0} | {
            hook: {"gone": True, "queueCount": 3}.get(hook, False)
        }
        async with told(answers | {"/hooks/6": {"hook": state}}) as account:
            found = await account.ask("scenarios_diagnose", scenarioId=7)
        assert words in found["notable"][-1]


async def test_a_connection_that_the_key_may_not_see_is_not_said_to_be_gone():
    error = {"name": "RateLimitError", "message": "[429] no", "causeModule": {"name": "app:Do", "appName": "app"}}
    async with told(world(error) | {"/connections/9": refusal(403, "SC403")}) as account:
        hidden = await account.ask("scenarios_diagnose", scenarioId=7)
    assert "no more requests" in hidden["likely"]
    assert hidden["unread"] == ["Its connection could not be read (Make answered 403 SC403)."]
    async with told(world(error) | {"/connections/9": refusal(404, "IM304")}) as account:
        gone = await account.ask("scenarios_diagnose", scenarioId=7)
    assert gone["failure"]["connection"] == {"id": 9, "isGone": True}
    assert "is gone" in gone["likely"]


async def test_an_error_that_names_the_app_alone_still_leads_to_its_only_module():
    error = {"name": "DataError", "message": "[400] no", "causeModule": {"name": "Do something", "appName": "app"}}
    async with told(world(error)) as account:
        found = await account.ask("scenarios_diagnose", scenarioId=7)
    assert found["failure"]["module"] == {"id": 4, "module": "app:Do"}


@pytest.mark.parametrize(
    ("error", "steps"),
    [
        ({"name": "OperationsLimitExceededError"}, [("organizations_get", {"organizationId": 2})]),
        ({"name": "OutOfSpaceError"}, [("data_stores_list", {"teamId": 3})]),
        ({"name": "RateLimitError"}, [("scenarios_logs", {"scenarioId": 7})]),
    ],
)
async def test_what_helps_is_proposed(error: Mapping[str, Any], steps: list[Any]):
    async with told(world(error)) as account:
        assert proposed(await account.ask("scenarios_diagnose", scenarioId=7)) == steps


async def test_what_is_left_of_older_failures_is_proposed_as_a_list():
    answers = world(dlqCount=1, iswaiting=True) | {
        "/scenarios/7/logs": {"scenarioLogs": [line(1), line(1, OTHER)]},
        "/dlqs": {"dlqs": [{"id": LEFT, "reason": "no", "created": "2026-03-01T10:00:00.000Z", "resolved": False}]},
    }
    async with told(answers) as account:
        found = await account.ask("scenarios_diagnose", scenarioId=7)
    assert found["notable"] == ["None of its last 2 runs failed.", "It waits for its turn."]
    assert proposed(found) == [("incomplete_executions_list", {"scenarioId": 7})]
    answers["/scenarios/7/logs"] = {"scenarioLogs": [line()]}
    answers[f"/scenarios/7/logs/{RUN}"] = {"scenarioLog": line(error={"name": "RateLimitError"})}
    async with told(answers) as account:
        found = await account.ask("scenarios_diagnose", scenarioId=7)
    assert "incompleteExecutionId" not in found["failure"]
    assert proposed(found) == [("incomplete_executions_list", {"scenarioId": 7})]


async def test_incomplete_executions_of_several_reasons_are_not_all_retried_for_one_of_them():
    reasons = {LEFT: "[429] no", OTHER: "[400] other"}
    waiting = [{"id": id_, "reason": reason, "created": AT, "resolved": False} for id_, reason in reasons.items()]
    error = {"name": "RateLimitError", "message": "[429] no"}
    async with told(world(error) | {"/dlqs": {"dlqs": waiting}}) as account:
        found = await account.ask("scenarios_diagnose", scenarioId=7)
    assert proposed(found) == [("incomplete_executions_retry", {"incompleteExecutionId": LEFT})]
    waiting[1] |= {"resolved": True}
    async with told(world(error) | {"/dlqs": {"dlqs": waiting}}) as account:
        again = await account.ask("scenarios_diagnose", scenarioId=7)
    assert proposed(again) == proposed(found)


async def test_a_run_that_the_latest_do_not_hold_is_read_by_its_id():
    old = line(
        3, OTHER, timestamp="2026-01-01T10:00:00.000Z", detail={"error": {"name": "DataError", "message": "[400] x"}}
    )
    async with told(world() | {f"/scenarios/7/logs/{OTHER}": {"scenarioLog": old}}) as account:
        found = await account.ask("scenarios_diagnose", scenarioId=7, executionId=OTHER)
        asked = [request.url.path.rpartition("/api/v2")[2] for request in account.sent]
    assert found["failure"] == {
        "executionId": OTHER, "timestamp": "2026-01-01T10:00:00.000Z", "error": "DataError", "message": "[400] x",
    }  # fmt: skip
    assert asked.count(f"/scenarios/7/logs/{OTHER}") == 1
    assert f"/scenarios/7/executions/{OTHER}" not in asked


async def test_of_a_run_that_succeeded_nothing_more_is_read():
    answers = world() | {"/scenarios/7/logs": {"scenarioLogs": [line(1)]}}
    async with told(answers) as account:
        found = await account.ask("scenarios_diagnose", scenarioId=7, executionId=RUN)
        assert len(account.sent) == 3
    assert found["run"]["status"] == "success"
