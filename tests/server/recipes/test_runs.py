"""Which incomplete execution a run left behind, and what is told of its error."""

from typing import Any

import pytest

from make_mcp.recipes.runs import Failure, failure_of, left_behind, newest, status_of

AT = "2026-03-09T10:00:00.000Z"
RUN = {"id": "a" * 32, "timestamp": AT, "duration": 60_000}


def left(created: Any) -> dict[str, Any]:
    return {"id": str(created), "created": created}


def test_the_nearest_to_the_end_of_the_run_is_the_one_it_left():
    end = left("2026-03-09T10:01:00.400Z")
    assert left_behind(RUN, [left("2026-03-09T10:00:20Z"), end, left("2026-03-09T10:01:40Z")]) is end
    assert left_behind(RUN, [left("2026-03-09T10:02:59Z")]) is not None


@pytest.mark.parametrize("created", ["2026-03-09T10:03:01Z", "2026-03-09T09:58:59Z", None, "soon", 5])
def test_what_was_made_at_another_time_is_another_runs(created: Any):
    assert left_behind(RUN, [left(created)]) is None


def test_a_run_without_a_time_left_nothing_that_could_be_known():
    assert left_behind({"id": "a"}, [left(AT)]) is None


@pytest.mark.parametrize(
    ("told", "failure"),
    [
        ({"error": "[500] no"}, Failure(message="[500] no")),
        ({"error": {"name": "DataError", "message": " a\n b "}}, Failure("DataError", "a b")),
        (
            {"detail": {"error": {"message": "x", "causeModule": {"name": "a:b", "appName": "a"}}}},
            Failure(None, "x", "a:b", "a"),
        ),
        ({"error": {"message": "y" * 400}}, Failure(message="y" * 299 + "…")),
        ({"error": {}}, None),
        ({"error": None, "detail": None}, None),
        ({"error": 5}, None),
        ({}, None),
    ],
)
def test_an_error_stands_in_either_of_two_places(told: dict[str, Any], failure: Failure | None):
    assert failure_of(told) == failure


def test_a_status_is_a_word_however_make_writes_it():
    assert [status_of({"status": status}) for status in (1, "2", "ERROR", "RUNNING", 7, None)] == [
        "success", "warning", "error", "running", "7", None,
    ]  # fmt: skip
    lines = [{"status": 1}, {"status": 3, "n": 1}, {"status": 3, "n": 2}]
    assert newest(lines, "error") == {"status": 3, "n": 1}
    assert newest(lines, "warning") is None
