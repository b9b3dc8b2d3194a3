"""Runs in words: short, the error first, whatever Make puts where."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tools.wire_form import RUN_A, RUN_B

from make_tools.forms.runs import execution, failures, logs, run

ITEM: dict[str, Any] = {
    "imtId": f"1632371744497_scenario.77.auto.{RUN_A}", "id": RUN_A, "duration": 1012, "operations": 4, "transfer": 2048,
    "centicredits": 450, "organizationId": 11, "teamId": 22, "type": "auto", "authorId": None, "authorName": None,
    "instant": False, "timestamp": "2026-05-01T10:00:00.000Z", "status": 1, "executionName": None,
}  # fmt: skip
MADE = {**ITEM, "id": RUN_B, "type": "manual", "authorId": 5, "authorName": "Ada", "executionName": "Nightly"}
CAUSE = {"name": "Make a request", "appName": "HTTP"}
ERROR = {"name": "ConnectionError", "message": "getaddrinfo ENOTFOUND", "causeModule": CAUSE, "stack": "at do-not-leak"}
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["3", "ERROR"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = [*ITEM, "error", "detail", "credits", "outputs", "scenarioLog", "scenarioLogs", "causeModule", "module", "message", "name"]  # fmt: skip
items = st.dictionaries(st.sampled_from(KEYS), anything | st.dictionaries(st.sampled_from(KEYS), anything, max_size=4))


def test_a_run_is_told_in_half_the_bytes():
    assert run(ITEM) == {
        "id": RUN_A,
        "timestamp": "2026-05-01T10:00:00.000Z",
        "status": "success",
        "duration": 1012,
        "operations": 4,
        "credits": 4.5,
    }
    assert len(str(run(ITEM))) < len(str(ITEM)) / 2


def test_who_ran_it_is_told_where_it_did_not_run_by_itself():
    assert run(MADE) | {"type": "manual", "executionName": "Nightly", "authorName": "Ada"} == run(MADE)
    assert logs([ITEM, MADE]) == [run(ITEM), run(MADE)]


@pytest.mark.parametrize(
    "given",
    [
        {"error": ERROR},
        {"detail": {"error": ERROR}},
        {"error": {**ERROR, "causeModule": None, "module": "HTTP: Make a request"}},
        {"error": None, "detail": {"error": "getaddrinfo ENOTFOUND (HTTP: Make a request)"}},
    ],
)
def test_the_message_of_an_error_comes_first_wherever_it_stands(given: dict[str, Any]):
    told = run({**ITEM, "status": 3, **given})
    assert next(iter(told.items())) == ("error", "getaddrinfo ENOTFOUND (HTTP: Make a request)")
    assert told["status"] == "error"
    assert "do-not-leak" not in str(told)


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (1, "success"), (2, "warning"), (3, "error"), ("1", "success"), (" 3 ", "error"), ("SUCCESS", "success"),
        ("RUNNING", "running"), (4, 4), ("paused", "paused"), (True, True), ([1], [1]),
    ],
)  # fmt: skip
def test_a_status_is_a_word(status: object, word: object):
    assert run({"status": status}) == {"status": word}


@pytest.mark.parametrize(
    ("given", "whole"),
    [
        ({"centicredits": 450}, 4.5), ({"centicredits": "400"}, 4), ({"centicredits": 0}, 0), ({"credits": 7}, 7),
        ({"centicredits": "x", "credits": 7}, 7), ({"centicredits": "nan"}, None), ({"centicredits": 10**400}, None),
    ],
)  # fmt: skip
def test_credits_are_whole_ones(given: dict[str, Any], whole: object):
    assert run(given).get("credits") == whole


def test_failures_are_what_went_wrong_and_nothing_else():
    failed = {**ITEM, "status": "3", "detail": {"error": ERROR}}
    warned = {**MADE, "status": 2}
    time = ITEM["timestamp"]
    assert failures([ITEM, failed, warned, MADE]) == [
        {"error": "getaddrinfo ENOTFOUND (HTTP: Make a request)", "id": RUN_A, "timestamp": time, "status": "error"},
        {"id": RUN_B, "timestamp": time, "status": "warning"},
    ]
    assert failures([ITEM]) == []


def test_an_execution_is_told_with_its_error_and_its_outputs():
    assert execution({"status": "RUNNING"}) == {"status": "running"}
    assert execution({"status": "SUCCESS", "outputs": {"answer": 1}}) == {"status": "success", "outputs": {"answer": 1}}
    assert execution({"status": "ERROR", "error": ERROR, "outputs": None}) == {
        "status": "error",
        "error": {"name": "ConnectionError", "message": "getaddrinfo ENOTFOUND", "module": "HTTP: Make a request"},
    }


@pytest.mark.parametrize("key", ["scenarioLog", "scenarioLogs"])
def test_the_line_of_one_run_is_told_with_what_the_list_shows(key: str):
    told = execution({key: {**ITEM, "status": 3, "detail": {"error": ERROR}}})
    assert list(told)[:2] == ["status", "error"]
    assert told["error"]["module"] == "HTTP: Make a request"
    assert (told["id"], told["operations"]) == (RUN_A, 4)


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ({"name": "http:ActionSendData", "appName": "http"}, "http:ActionSendData"),
        ({"name": "Add a row", "appName": ""}, "Add a row"),
        ({"appName": "slack"}, "slack"),
        ({"name": 5}, None),
        ("HTTP", "HTTP"),
        (7, None),
    ],
)
def test_the_module_that_failed_is_told_in_words(module: object, words: object):
    assert execution({"error": {"message": "x", "causeModule": module}})["error"].get("module") == words


@given(items)
def test_whatever_stands_in_an_answer_is_told_somehow(item: dict[str, Any]):
    assert all(value is not None for value in run(item).values())
    assert len(failures([item, item])) in {0, 2}
    assert isinstance(execution(item), dict)
