"""Arguments that agents get wrong: what is taken all the same, and what a refusal says of the others."""

from typing import Any

import pytest
from tests.tools.test_wire import ENDPOINTS

from make_tools import ArgumentError

TIME = "takes Unix time in milliseconds, such as 1772352000000, or a time in ISO 8601, such as 2026-03-01T08:00:00Z"
HOURLY = 'every hour is {"type": "indefinitely", "interval": 3600}'
RUN = {"scenarioId": 77}


def refusal(tool: str, **arguments: Any) -> str:
    with pytest.raises(ArgumentError) as error:
        ENDPOINTS[tool].parse(arguments)
    return str(error.value).removeprefix(f"{tool} was not called: ")


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"from": 1772352000000}, {"from": 1772352000000}),
        ({"from": "2026-03-01T08:00:00Z"}, {"from": 1772352000000}),
        ({"from": "2026-03-01", "to": "2026-03-01T09:00:00.5+01:00"}, {"from": 1772323200000, "to": 1772352000500}),
        ({"to": "1970-01-01"}, {"to": 0}),
        ({"status": "success"}, {"status": 1}),
        ({"status": "Warning"}, {"status": 2}),
        ({"status": "error"}, {"status": 3}),
        ({"status": 3}, {"status": 3}),
    ],
)
def test_times_and_states_of_runs_are_taken_in_words_too(given: dict[str, Any], sent: dict[str, Any]):
    assert ENDPOINTS["scenarios_logs"].parse({**RUN, **given}).query == sent


def test_they_are_listed_as_numbers():
    listed = ENDPOINTS["scenarios_logs"].schema["properties"]
    assert listed["from"] == listed["to"] == {"type": "integer"}
    assert listed["status"]["enum"] == [1, 2, 3]


@pytest.mark.parametrize("given", ["yesterday", "", "20260301", "1772352000000", "2026-03-41", "٣"])
def test_a_time_that_is_none_is_refused_with_an_example_of_each_form(given: str):
    assert refusal("scenarios_logs", **RUN, **{"from": given}).startswith(f"`from` {TIME}. Next: ")


@pytest.mark.parametrize(
    ("tool", "given", "said"),
    [
        ("scenarios_logs", {**RUN, "from": 1772352000}, f"`from` is in seconds: it {TIME}."),
        ("scenarios_logs", {**RUN, "from": "1950-01-01"}, "`from` takes a whole number from 0 up"),
        ("scenarios_logs", {**RUN, "status": "failed"}, "one of 1, 2 or 3 (1 success, 2 warning, 3 error), and got a string"),
        ("scenarios_logs", {**RUN, "status": "3"}, 'the string "3": send it as a number, without quotes'),
        ("scenarios_logs", {**RUN, "filters": {"foo": 1}}, "there is no argument `filters.foo`; it takes `filters.durationFrom`"),
        ("scenarios_logs", {**RUN, "filters": {"duration": 1}}, "`filters.duration` (did you mean `filters.durationTo`?)"),
        ("scenarios_list", {"teamId": 22, "isActive": True}, "`isActive` (did you mean `filters.isActive`?)"),
        ("scenarios_update", {**RUN, "isActive": False}, "`isActive` (use scenarios_start or scenarios_stop)"),
        ("scenarios_update", {**RUN, "isActive": False}, "Next: scenarios_start or scenarios_stop."),
        ("scenarios_update", {**RUN, "teamId": 22}, "Next: scenarios_clone."),
        ("scenarios_update", {"id": 77, "name": "x"}, "`id` (did you mean `scenarioId`?)"),
        ("scenarios_update", {"id": 77, "name": "x"}, "Next: the same call, mended."),
        ("scenarios_update", {**RUN, "id": 77, "name": "x"}, "there is no argument `id`; it takes"),
        ("scenarios_get", {"scenario_id": 77}, "`scenario_id` (did you mean `scenarioId`?)"),
        ("scenarios_get", {"userId": 77}, "there is no argument `userId`; it takes"),
        ("scenarios_update", {**RUN, "scheduling": {"type": "hourly"}}, 'has a `type` "hourly" that Make does not know: it takes immediately,'),
        ("scenarios_update", {**RUN, "scheduling": {"type": "hourly"}}, HOURLY),
        ("scenarios_update", {**RUN, "scheduling": {"type": "hush"}}, "has a `type` that Make does not know: it takes immediately,"),
        ("scenarios_update", {**RUN, "scheduling": {"interval": 900}}, "needs a `type`: it takes immediately,"),
        ("incomplete_executions_delete", RUN, "give either `ids` (at least one), `createdBefore` or `all`: true"),
        ("incomplete_executions_retry_several", RUN, "give either `ids` (at least one) or `all`: true"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_stands_in_the_place_of_what_was_given(tool: str, given: dict[str, Any], said: str):
    text = refusal(tool, **given)
    assert said in text
    assert "hush" not in text


@pytest.mark.parametrize(
    ("tool", "given", "form"),
    [
        ("incomplete_executions_get", {"incompleteExecutionId": "abc"}, "32 hexadecimal digits"),
        ("incomplete_executions_delete", {**RUN, "ids": ["abc"]}, "32 hexadecimal digits"),
        ("notifications_get", {"notificationId": "abc"}, "digits in quotes"),
        ("notifications_delete", {"ids": ["abc"]}, "digits in quotes"),
        ("maton_connections_get", {"matonConnectionId": "a b"}, "letters, digits, _ and -"),
        ("scenarios_clone", {**RUN, "organizationId": 1, "teamId": 2, "name": "x", "replace": {"hooks": {"a": 9}}}, '{"connections": {"5": 9}}'),
    ],
)  # fmt: skip
def test_an_id_of_another_form_is_refused_in_words(tool: str, given: dict[str, Any], form: str):
    text = refusal(tool, **given)
    assert form in text
    assert not set("^$\\") & set(text)
