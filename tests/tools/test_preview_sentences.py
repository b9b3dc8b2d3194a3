"""What previews say, on answers in the form that Make gives them. A person agrees to a change of production by these."""

from typing import Any

import pytest
from tests.tools.preview_cases import OWNERS
from tests.tools.preview_cases_of_copies import COPIES
from tests.tools.preview_cases_of_retries import RETRIES
from tests.tools.preview_cases_of_scenarios import SCENARIOS
from tests.tools.preview_cases_of_things import THINGS
from tests.tools.preview_driver import ENDPOINTS, WRITES, by_path, run
from tests.tools.preview_form import Told, blueprint

from make_tools.previews import Unseen, kinds
from make_tools.previews.vocabulary import Kind

TOLD = (*OWNERS, *SCENARIOS, *COPIES, *RETRIES, *THINGS)


@pytest.mark.parametrize("told", TOLD, ids=lambda told: told.tool)
def test_a_preview_says_what_happens_to_what(told: Told):
    sight = run(told.tool, told.given, by_path(told.answers)).sight
    assert sight.what == told.what
    assert sight.name == told.name
    assert sight.next == list(told.next)
    assert sight.dependents == list(told.dependents)
    assert sight.unseen == list(told.unseen)
    assert sight.hindered == list(told.hindered)


def test_the_sentences_of_every_write_are_told_here():
    assert {told.tool for told in TOLD} == set(WRITES)


def test_an_update_shows_each_field_now_and_then():
    store = {"id": 32, "name": "Levels", "maxSize": "10485760", "size": "0", "datastructureId": 18}
    given = {"dataStoreId": 32, "name": "Stock", "maxSizeMB": 20, "datastructureId": 18}
    sight = run("data_stores_update", given, by_path({"/data-stores/32": {"dataStore": store}})).sight
    assert sight.changes == [
        {"field": "name", "now": "Levels", "then": "Stock"},
        {"field": "maxSizeMB", "now": 10, "then": 20},
    ]


def test_a_field_is_cleared_by_null_and_by_nothing_else():
    scenario = {"/scenarios/77": {"scenario": {"id": 77, "name": "Orders", "folderId": 66}}}
    assert run("scenarios_update", {"scenarioId": 77, "folderId": None}, by_path(scenario)).sight.changes == [
        {"field": "folderId", "now": 66, "then": None}
    ]
    assert run("scenarios_update", {"scenarioId": 77, "name": "Orders"}, by_path(scenario)).sight.changes == []


def test_only_so_many_blueprints_are_read_and_the_rest_is_counted():
    scenarios = [{"id": number, "name": "x", "isActive": number > 30} for number in range(1, 35)]
    answers = {
        "/connections/9": {"connection": {"id": 9, "name": "Slack", "teamId": 5}},
        "/scenarios": {"scenarios": scenarios},
        **{f"/scenarios/{number}/blueprint": blueprint(__IMTCONN__=9) for number in range(1, 35) if number != 33},
    }
    done = run("connections_delete", {"connectionId": 9}, by_path(answers))
    read = [look.request.path for look in done.looks if look.request.path.endswith("/blueprint")]
    assert read[:5] == [f"/scenarios/{number}/blueprint" for number in (31, 32, 33, 34, 1)]
    assert len(read) == 20
    assert len(done.sight.dependents) == 19
    assert done.sight.unseen[-2:] == [
        "Which scenarios use it (1 of 20 blueprints could not be read): Make answered 404.",
        "Which scenarios use it: 14 more scenarios of the team were not looked through.",
    ]


def test_what_a_code_is_bound_to_is_read_first_and_what_can_go_out_together_does():
    done = run("connections_set_data", {"connectionId": 9, "data": {"apiKey": "x"}}, by_path({
        "/connections/9": {"connection": {"id": 9, "name": "Slack", "teamId": 5}},
        "/scenarios": {"scenarios": [{"id": 71}, {"id": 72}]},
    }))  # fmt: skip
    assert [[look.request.path for look in batch] for batch in done.batches] == [
        ["/connections/9"],
        ["/scenarios"],
        ["/teams/5", "/connections/9/editable-data-schema", "/scenarios/71/blueprint", "/scenarios/72/blueprint"],
    ]


def test_a_delete_of_several_is_bound_to_each_of_them():
    stores = [{"id": number, "name": f"Store {number}", "maxSize": "1048576", "records": 3} for number in (32, 31)]
    team = {"/teams/5": {"team": {"id": 5, "name": "Operations"}}}

    def state(*there: dict[str, Any]) -> object:
        answers = by_path({**team, "/data-stores": {"dataStores": list(there)}})
        return run("data_stores_delete", {"teamId": 5, "all": True}, answers, whole=False).sight.state

    assert state(*stores) == state(*reversed(stores))
    assert state(*stores) != state(*stores, {"id": 33})
    assert state(*stores) != state(stores[0], {**stores[1], "name": "Renamed"})
    assert state(*stores) == state(stores[0], {**stores[1], "records": "9"})
    assert state(*stores) != state(stores[0], {**stores[1], "records": "0"})
    assert state() != run("data_stores_delete", {"teamId": 5, "all": True}, by_path(team), whole=False).sight.state


@pytest.mark.parametrize(
    ("name", "typed"), [("Orders", "Orders"), ("a\nb", "71"), ("x" * 61, "71"), ("", "71"), (None, "71")]
)
def test_a_person_types_the_name_or_where_nobody_could_the_id(name: object, typed: str):
    answers = by_path({"/scenarios/71": {"scenario": {"id": 71, "name": name}}})
    assert run("scenarios_delete", {"scenarioId": 71}, answers).sight.name == typed


@pytest.mark.parametrize(("status", "missing"), [(404, True), (403, True), (500, False), (None, False)])
def test_a_target_that_is_not_there_is_told_from_one_that_cannot_be_read(status: int | None, missing: bool):
    done = run("scenarios_delete", {"scenarioId": 71}, by_path({"/scenarios/71": Unseen("Make said no", status)}))
    assert done.sight.missing is missing
    advice = "There may be no scenario 71, or none that this key may see: scenarios_list shows what it may."
    assert done.sight.hindered == ([advice] if missing else [])
    assert done.sight.target is None
    assert done.sight.unseen == ["The scenario itself: Make said no."]


@pytest.mark.parametrize(
    "kind", [kind for kind in vars(kinds).values() if isinstance(kind, Kind)], ids=lambda kind: kind.noun
)
def test_a_kind_names_the_tool_that_lists_it(kind: Kind):
    assert ENDPOINTS[kind.source].effect == "read"
    assert kind.source.endswith("_list")
