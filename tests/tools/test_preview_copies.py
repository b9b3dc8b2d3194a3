"""What the preview of a copy says of each thing that the original uses."""

from typing import Any

from tests.tools.preview_cases_of_copies import ACCOUNT, OTHER_FIELDS, using
from tests.tools.preview_driver import Run, by_path, run
from tests.tools.preview_form import HOOK, LEVELS, SLACK, STORE
from tests.tools.wire_form import CLONE

from make_tools.previews import Look, Seen, Unseen


def previewed(team: int = 22, replace: Any = None, **seen: Seen) -> Run:
    given: dict[str, Any] = {**CLONE, "teamId": team} | ({"replace": replace} if replace else {})
    return run("scenarios_clone", given, by_path({**ACCOUNT, **{f"/{path}": one for path, one in seen.items()}}))


def uses(done: Run) -> list[str]:
    return (done.sight.blueprint or {}).get("uses", [])


def test_in_the_same_team_all_but_the_hook_is_used_by_both():
    done = previewed()
    assert uses(done) == [
        "connection 9 is used by both",
        "hook 41 goes on starting the original, and never the copy",
        "data store 31 is used by both",
        "key 51 is used by both",
    ]
    assert [len(batch) for batch in done.batches] == [1, 3]


def test_in_another_team_each_is_told_with_what_may_take_its_place():
    free = {**HOOK, "id": 42, "name": "Free", "scenarioId": None}
    done = previewed(
        5,
        connections={"connections": [SLACK, {**SLACK, "id": 10, "accountName": "google"}]},
        hooks={"hooks": [HOOK, free, {**free, "id": 43, "typeName": "gateway-mailhook"}]},
    )
    assert uses(done) == [
        'connection 9 "Slack (Northwind)" has to be replaced; there is 9 "Slack (Northwind)"',
        'hook 41 "New orders" has to be replaced; there is 42 "Free"',
        "data store 31 has to be replaced",
        "key 51 has to be replaced",
    ]
    assert done.sight.unseen == [
        "The data stores of team 22: Make answered 404.",
        "The data stores of team 5: Make answered 404.",
    ]
    lists = [(look.request.path, look.request.query["teamId"]) for look in done.batches[2]]
    assert lists == [(path, team) for path in ("/connections", "/hooks", "/data-stores") for team in (22, 5)]


def test_where_there_is_nothing_in_the_other_team_it_is_said_to_be_made_first():
    none: dict[str, Any] = {"dataStores": []}
    other = {**SLACK, "accountName": "slack2"}

    def connections(look: Look) -> Seen:
        return {"connections": [SLACK if look.request.query["teamId"] == 22 else other]}

    answers = by_path({**ACCOUNT, "/hooks": {"hooks": [HOOK]}, "/data-stores": none})
    done = run(
        "scenarios_clone",
        {**CLONE, "teamId": 5},
        lambda look: connections(look) if look.request.path == "/connections" else answers(look),
    )
    assert uses(done)[:3] == [
        'connection 9 "Slack (Northwind)" has to be replaced; the team has no connection of type slack: make one first',
        'hook 41 "New orders" has to be replaced; the team has no free hook of type gateway-webhook: make one first',
        "data store 31 has to be replaced; the team has no data store: make one first",
    ]


def test_where_a_list_may_go_on_nothing_is_said_to_be_lacking():
    done = previewed(5, hooks={"hooks": [HOOK], "pg": {"limit": 1}})
    assert uses(done)[:2] == ["connection 9 has to be replaced", 'hook 41 "New orders" has to be replaced']


def test_what_was_replaced_is_told_and_what_is_no_part_of_it():
    done = previewed(
        5, {"connections": {"9": 10, "8": 10}, "hooks": {"41": None}, "dataStores": {"31": 32}, "keys": {"51": 52}}
    )
    assert uses(done) == [
        "connection 9 is replaced by 10",
        "connection 8, which `replace` names, is used by no module",
        "hook 41 is left out: Make refuses that where one is needed",
        "data store 31 is replaced by 32",
        "key 51 is replaced by 52",
    ]
    assert not any("`replace` has to name others" in line for line in done.sight.hindered)
    # Of these what was given is looked up: nothing takes the place of the hook, and keys have no list.
    assert [look.request.path for look in done.batches[2]] == ["/connections"] * 2 + ["/data-stores"] * 2


def test_what_was_given_is_looked_up_in_the_team_of_the_copy_and_has_to_fit():
    mail = {**HOOK, "id": 43, "typeName": "gateway-mailhook", "scenarioId": None}
    seen: dict[str, Any] = {
        "connections": {"connections": [SLACK, {**SLACK, "id": 10, "accountName": "google", "name": "Google"}]},
        "hooks": {"hooks": [HOOK, {**HOOK, "id": 42}, mail]},
        "data-stores": {"dataStores": [STORE, LEVELS]},
    }
    done = previewed(5, {"connections": {"9": 10}, "hooks": {"41": 42}, "dataStores": {"31": 32}}, **seen)
    assert uses(done)[:3] == [
        'connection 9 is replaced by 10 "Google"',
        'hook 41 is replaced by 42 "New orders"',
        'data store 31 is replaced by 32 "Levels" (data structure 18)',
    ]
    assert OTHER_FIELDS in done.sight.next
    assert done.sight.hindered[2:] == [
        "Connection 10 is of type google; what takes the place of 9 has to be of type slack.",
        "Hook 42 starts scenario 71 already: the copy needs one that is free (hooks_create).",
    ]
    done = previewed(5, {"connections": {"9": 11}, "hooks": {"41": 43}, "dataStores": {"31": 33}}, **seen)
    assert done.sight.hindered[2:] == [
        'There is no connection 11 in team 5: connections_list {"teamId":5} shows those that there are.',
        "Hook 43 is of type gateway-mailhook; what takes the place of 41 has to be of type gateway-webhook.",
        'There is no data store 33 in team 5: data_stores_list {"teamId":5} shows those that there are.',
    ]


def test_in_the_same_team_too_what_was_given_has_to_fit_and_what_fits_is_not_in_the_way():
    seen: dict[str, Any] = {
        "connections": {"connections": [SLACK, {**SLACK, "id": 10}, {**SLACK, "id": 11, "accountName": "google"}]}
    }
    done = previewed(22, {"connections": {"9": 10}}, **seen)
    assert [look.request.query["teamId"] for look in done.batches[2]] == [22]
    assert done.sight.hindered == []
    assert len(previewed(22, {"connections": {"9": 11}}, **seen).sight.hindered) == 1


def test_where_a_list_may_go_on_or_was_not_read_what_was_given_may_be_there():
    for connections in ({"connections": [SLACK], "pg": {"limit": 1}}, Unseen("Make answered 503", 503)):
        assert previewed(22, {"connections": {"9": 10}}, connections=connections).sight.hindered == []


def test_a_data_store_that_may_take_the_place_is_told_with_its_data_structure():
    alike = {**LEVELS, "datastructureId": "17"}
    done = previewed(5, **{"data-stores": {"dataStores": [STORE, alike]}})
    assert uses(done)[2] == (
        'data store 31 "Suppliers" (data structure 17) has to be replaced; '
        'there is 31 "Suppliers" (data structure 17), 32 "Levels" (data structure 17)'
    )
    assert OTHER_FIELDS not in done.sight.next
    assert OTHER_FIELDS in previewed(5, **{"data-stores": {"dataStores": [STORE, LEVELS]}}).sight.next


def test_a_scenario_that_uses_nothing_needs_nothing():
    done = previewed(5, **{"scenarios/77/blueprint": using({})})
    assert done.sight.blueprint is None
    assert len(done.batches) == 2


def test_of_a_scenario_that_cannot_be_read_it_is_said_what_is_known():
    done = previewed(5, **{"scenarios/77": Unseen("Make answered 403", 403)})
    assert (
        done.sight.what
        == 'Copy scenario 77 to team 5 "Operations" as "Copy", switched off. How the original stands is not known.'
    )
    assert done.sight.missing
