"""Deletes of several things at once: what a person agrees to is all that the request holds, known or not."""

from collections.abc import Sequence
from typing import Any

import pytest
from tests.tools.preview_driver import Answers, Run, by_path, run
from tests.tools.preview_form import FAILED, ORDERS, STORE

from make_tools.previews import Look, Seen, Unseen

RUNS = [f"{number:032x}" for number in range(1, 6001)]
SCENARIO = {"/scenarios/71": {"scenario": ORDERS}}


def in_pages(
    items: Sequence[dict[str, Any]], most: int = 1000, *, pg: bool = True, fails: int | None = None
) -> Answers:
    """The list of incomplete executions, of which Make gives so many at once; the page that starts there fails."""

    def answer(look: Look) -> Seen:
        if look.request.path != "/dlqs":
            return by_path(SCENARIO)(look)
        start = look.request.query["pg[offset]"]
        assert isinstance(start, int)
        if start == fails:
            return Unseen("Make answered 503", 503)
        return {"dlqs": list(items[start : start + most]), **({"pg": {"limit": most, "offset": start}} if pg else {})}

    return answer


def failed(ids: Sequence[str]) -> list[dict[str, Any]]:
    return [{**FAILED, "id": id_} for id_ in ids]


def delete(answers: Answers, **given: Any) -> Run:
    return run("incomplete_executions_delete", {"scenarioId": 71, **given}, answers)


def pages_of(done: Run) -> list[object]:
    return [look.request.query["pg[offset]"] for look in done.looks if look.request.path == "/dlqs"]


def test_a_list_is_read_until_all_that_is_wanted_was_met():
    answers = in_pages(failed(RUNS))
    assert pages_of(delete(answers, ids=[RUNS[0], RUNS[999]])) == [0]
    done = delete(answers, ids=[RUNS[0], RUNS[2500]])
    assert pages_of(done) == [0, 1000, 2000]
    assert done.sight.what == 'Delete 2 incomplete executions of scenario 71 "Order intake" for good.'
    assert done.sight.unseen == []


def test_what_is_beyond_what_a_preview_reads_is_not_said_to_be_missing():
    done = delete(in_pages(failed(RUNS)), ids=[RUNS[0], *RUNS[5000:5010]])
    assert pages_of(done) == [0, 1000, 2000, 3000, 4000]
    assert done.sight.what == (
        'Delete 11 incomplete executions of scenario 71 "Order intake" for good: '
        "1 of them is known, 10 could not be looked up."
    )
    assert done.sight.name == "11 incomplete executions"
    assert done.sight.next[0] == f"Not looked up: incomplete executions {', '.join(RUNS[5000:5010])}."
    assert done.sight.unseen == ["The incomplete executions themselves: there may be more than these 5,000."]
    assert done.sight.bound
    assert not done.sight.missing


def test_what_is_not_in_the_whole_list_is_not_found_and_counts_all_the_same():
    done = delete(in_pages(failed(RUNS[:1500])), ids=[RUNS[0], RUNS[1200], RUNS[3000]])
    assert pages_of(done) == [0, 1000]
    assert done.sight.what.endswith("for good: 2 of them are there, 1 was not found.")
    assert done.sight.name == "3 incomplete executions"
    assert done.sight.next[0] == f"Not found: incomplete execution {RUNS[3000]}."
    assert done.sight.target is not None
    assert done.sight.target["count"] == 3


@pytest.mark.parametrize("items", [[], failed(RUNS[:2])], ids=["an empty list", "others"])
def test_where_nothing_is_there_no_code_can_be_bound_to_it(items: list[dict[str, Any]]):
    done = delete(in_pages(items), ids=RUNS[10:12])
    assert done.sight.what == (
        'There is nothing to delete: scenario 71 "Order intake" has no such incomplete execution.'
    )
    assert not done.sight.bound
    assert done.sight.missing
    assert done.sight.target is None
    # A code that was made while they were there does not fit.
    assert done.sight.state != delete(in_pages(failed(RUNS[10:12])), ids=RUNS[10:12]).sight.state


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("data_stores_delete", {"teamId": 5, "all": True}),
        ("data_stores_delete", {"teamId": 5, "all": True, "exceptIds": [31]}),
        ("data_stores_delete", {"teamId": 5, "ids": [77]}),
        ("notifications_delete", {"ids": ["77"]}),
    ],
)
def test_that_holds_for_each_of_them(tool: str, given: dict[str, Any]):
    there = [{**STORE, "id": "31"}] if given.get("ids") or given.get("exceptIds") else []
    sight = run(
        tool, given, by_path({"/data-stores": {"dataStores": there}, "/notifications": {"notifications": []}})
    ).sight
    assert sight.what.startswith("There is nothing to delete: no such ")
    assert (sight.bound, sight.missing, sight.unread) == (False, True, False)


def test_with_all_a_list_that_goes_on_is_told_as_such_and_what_was_read_is_bound():
    done = delete(in_pages(failed(RUNS)), all=True)
    assert done.sight.what == (
        'Delete all incomplete executions of scenario 71 "Order intake" for good, at least 5,000.'
    )
    assert done.sight.name == "all incomplete executions"
    assert [one["id"] for one in done.sight.state[1]] == RUNS[:5000]
    whole = delete(in_pages(failed(RUNS[:1200])), all=True)
    assert whole.sight.what == 'Delete 1,200 incomplete executions of scenario 71 "Order intake" for good.'


def test_all_of_the_ids_that_a_request_holds_are_bound_and_in_what_way_each_is_known():
    ids = RUNS[:3]

    def state(answers: Answers, *wanted: str) -> Any:
        return delete(answers, ids=list(wanted)).sight.state

    unread = by_path({**SCENARIO, "/dlqs": Unseen("Make answered 403", 403)})
    states = [state(in_pages(failed(ids[:2])), *ids), state(in_pages(failed(ids)), *ids), state(unread, *ids)]
    assert [[one["id"] for one in found] for _, found in states] == [ids, ids, ids]
    assert states[0] != states[1] != states[2] != states[0]
    assert state(in_pages(failed(ids)), *ids) == state(in_pages(failed(ids)), *reversed(ids))


@pytest.mark.parametrize(
    ("answer", "unread"),
    [
        (Unseen("no answer within 20 s"), True),
        (Unseen("Make answered 429", 429), True),
        (Unseen("Make answered 408", 408), True),
        (Unseen("Make answered 503", 503), True),
        (Unseen("Make answered 403", 403), False),
        ({"dlqs": None}, False),
    ],
)
def test_a_list_that_could_not_be_read_is_told_from_one_that_was(answer: Seen, unread: bool):
    for given in ({"ids": RUNS[:2]}, {"all": True}):
        sight = delete(by_path({**SCENARIO, "/dlqs": answer}), **given).sight
        assert sight.unread is unread
        assert sight.bound
        assert not sight.missing
        assert sight.target is None
        assert len(sight.unseen) == 1
        assert not any(line.startswith("Not found") for line in sight.next)
    assert delete(by_path({**SCENARIO, "/dlqs": answer}), ids=RUNS[:2]).sight.what.endswith(
        "for good: none of them could be looked up."
    )


def test_a_page_that_fails_on_the_way_leaves_the_rest_unknown():
    sight = delete(in_pages(failed(RUNS), fails=1000), ids=[RUNS[0], RUNS[1500]]).sight
    assert sight.what.endswith("for good: 1 of them is known, 1 could not be looked up.")
    assert sight.unread
    assert sight.unseen == ["The incomplete executions themselves: Make answered 503."]


def test_a_page_that_came_full_is_followed_whether_make_says_how_long_its_pages_are_or_not():
    assert pages_of(delete(in_pages(failed(RUNS[:120]), 50), ids=["f" * 32])) == [0, 50, 100]
    assert pages_of(delete(in_pages(failed(RUNS[:1200]), pg=False), ids=["f" * 32])) == [0, 1000]


def test_a_list_that_gives_the_same_page_again_is_not_taken_for_whole():
    again: Seen = {"dlqs": failed(RUNS[:2]), "pg": {"limit": 2}}
    done = delete(by_path({**SCENARIO, "/dlqs": again}), ids=[RUNS[0], RUNS[5]])
    assert len(pages_of(done)) == 2
    assert done.sight.what.endswith("for good: 1 of them is known, 1 could not be looked up.")


def test_a_thing_without_an_id_may_be_any_of_those_that_are_looked_for():
    sight = delete(by_path({**SCENARIO, "/dlqs": {"dlqs": [{"reason": "x"}]}}), ids=[RUNS[0]]).sight
    assert sight.what.endswith("for good: it could not be looked up.")
    assert sight.bound


def test_scenarios_that_use_a_data_store_which_could_not_be_looked_up_are_told():
    module = {"id": 2, "module": "datastore:AddRecord", "parameters": {"datastore": 31}}
    answers = {
        "/scenarios": {"scenarios": [{"id": 72, "name": "Stock sync", "isActive": True}]},
        "/scenarios/72/blueprint": {"response": {"blueprint": {"flow": [module]}}},
    }
    sight = run("data_stores_delete", {"teamId": 5, "ids": [31]}, by_path(answers)).sight
    assert sight.what == "Delete data store 31 in team 5 for good: it could not be looked up."
    assert sight.dependents == ['scenario 72 "Stock sync", on: uses it in module 2 datastore:AddRecord']


def test_what_is_spared_of_a_list_that_cannot_be_read_is_named_and_not_counted():
    given = {"teamId": 5, "all": True, "exceptIds": [31, 32]}
    sight = run("data_stores_delete", given, lambda _: Unseen("Make answered 403", 403)).sight
    assert "Kept: data stores 31, 32." in sight.next
    assert not any("Not looked up" in line for line in sight.next)
    assert sight.name == "all data stores but 2"


def test_what_has_a_date_is_shown_with_the_latest_first_and_bound_all_the_same():
    dates = ["2026-05-02T10:00:00.000Z", None, "2026-05-03T10:00:00.000Z", "2026-05-01T10:00:00.000Z"]
    items = [{**FAILED, "id": id_, "created": date} for id_, date in zip(RUNS, dates, strict=False)]
    sight = delete(in_pages(items), all=True).sight
    assert sight.target is not None
    assert [one["id"] for one in sight.target["items"]] == [RUNS[2], RUNS[0], RUNS[3], RUNS[1]]
    assert sight.state == delete(in_pages(items[::-1]), all=True).sight.state
