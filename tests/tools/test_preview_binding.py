"""What a code is bound to: it is void once what a person was told is of another kind, and by nothing that comes by itself."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest
from tests.tools.preview_driver import by_path, run
from tests.tools.preview_form import BROKEN, HOOK, ORDERS, SLACK, STOCK, STORE, blueprint

from make_tools.previews import Seen, Sight, Unseen

TEAM: dict[str, Any] = {"id": 5, "name": "Operations", "organizationId": 3, "activeScenarios": 1, "operations": 12}
ACCOUNT: Mapping[str, Seen] = {
    "/organizations/3": {"organization": {"id": 3, "name": "Northwind", "teams": [{"id": 5}]}},
    "/teams": {"teams": [{"id": 5, "name": "Operations"}, {"id": 6, "name": "Marketing"}]},
    "/teams/5": {"team": TEAM},
    "/scenarios": {"scenarios": [{**ORDERS, "hookId": 41}, STOCK, BROKEN]},
    "/scenarios/71": {"scenario": {**ORDERS, "teamId": 5, "hookId": 41, "dlqCount": 1}},
    "/scenarios/71/blueprint": blueprint(__IMTCONN__=9, datastore=31),
    "/scenarios/72/blueprint": blueprint(datastore=31),
    "/scenarios/73/blueprint": blueprint(),
    "/dlqs": {"dlqs": [{"id": "a"}]},
    "/connections": {"connections": [SLACK]},
    "/connections/9": {"connection": SLACK},
    "/connections/9/editable-data-schema": {"editableParameters": ["apiKey"]},
    "/hooks": {"hooks": [HOOK]},
    "/hooks/41": {"hook": HOOK},
    "/data-stores": {"dataStores": [STORE]},
    "/templates": {"templates": [{"id": 8, "name": "To sheet", "teamId": 5}]},
}
GIVEN: Mapping[str, dict[str, Any]] = {
    "teams_create": {"name": "Sales", "organizationId": 3},
    "teams_delete": {"teamId": 5},
    "organizations_delete": {"organizationId": 3},
    "hooks_create": {"teamId": 5, "name": "Returns"},
    "hooks_delete": {"hookId": 41},
    "connections_set_data": {"connectionId": 9, "data": {"apiKey": "x"}},
    "connections_delete": {"connectionId": 9},
    "data_stores_delete": {"teamId": 5, "ids": [31]},
    "scenarios_delete": {"scenarioId": 71},
    "incomplete_executions_retry_several": {"scenarioId": 71, "all": True},
}
ON = {"/scenarios": {"scenarios": [{**ORDERS, "hookId": 41}, {**STOCK, "isActive": True}, BROKEN]}}
OFF = {"/scenarios": {"scenarios": [{**ORDERS, "hookId": 41, "isActive": False}, STOCK, BROKEN]}}
NO_SCENARIOS: dict[str, Seen] = {"/scenarios": {"scenarios": []}}
RENAMED = {"/scenarios": {"scenarios": [BROKEN, {**STOCK, "name": "Levels"}, {**ORDERS, "hookId": 41, "name": "x"}]}}
EDITED = {
    "/scenarios": {"scenarios": [{**ORDERS, "hookId": 41, "lastEdit": "2026-11-20T08:00:00.000Z"}, STOCK, BROKEN]}
}
FORBIDDEN = Unseen("Make answered 403", 403)


class Moved(NamedTuple):
    """The account has moved on between a preview and its code, and whether that voids the code."""

    tool: str
    then: Mapping[str, Seen]
    void: bool
    forced: bool = False


def several(key: str, *items: dict[str, Any]) -> Seen:
    return {key: list(items)}


MOVED = (
    Moved("teams_delete", ON, void=True),
    Moved("teams_delete", OFF, void=True),
    Moved("teams_delete", NO_SCENARIOS, void=True),
    Moved("teams_delete", {"/connections": several("connections", SLACK, {"id": 10})}, void=True),
    Moved("teams_delete", {"/hooks": several("hooks")}, void=True),
    Moved("teams_delete", {"/data-stores": several("dataStores", STORE, {"id": 32})}, void=True),
    Moved("teams_delete", {"/templates": several("templates")}, void=True),
    Moved("teams_delete", {"/templates": FORBIDDEN}, void=True),
    Moved("teams_delete", {"/templates": several("templates", {"id": "8", "teamId": "5"}, {"id": 9, "teamId": 6})}, void=False),
    Moved("teams_delete", RENAMED, void=False),
    Moved("teams_delete", {"/data-stores": several("dataStores", {**STORE, "records": 38})}, void=False),
    Moved("teams_delete", {"/teams/5": {"team": {**TEAM, "activeScenarios": 2, "operations": 13}}}, void=False),
    Moved("organizations_delete", {"/teams": several("teams", {"id": 5})}, void=True),
    Moved("organizations_delete", ON, void=True),
    Moved("organizations_delete", NO_SCENARIOS, void=True),
    Moved("organizations_delete", RENAMED, void=False),
    Moved("hooks_delete", OFF, void=True),
    Moved("hooks_delete", OFF, void=True, forced=True),
    Moved("hooks_delete", {"/scenarios": several("scenarios", {**ORDERS, "hookId": 41}, {**STOCK, "hookId": "41"})}, void=True),
    Moved("hooks_delete", {"/hooks/41": {"hook": {**HOOK, "scenarioId": None}}}, void=True),
    Moved("hooks_delete", ON, void=False),
    Moved("hooks_delete", {"/hooks/41": {"hook": {**HOOK, "queueCount": 3}}}, void=False),
    Moved("connections_set_data", OFF, void=True),
    # Who uses it stays as it is as long as no scenario is edited: no blueprint is read again for that.
    Moved("connections_set_data", EDITED, void=True),
    Moved("connections_set_data", {"/scenarios/73/blueprint": FORBIDDEN}, void=False),
    Moved("connections_set_data", ON, void=True),
    Moved("connections_set_data", RENAMED, void=False),
    Moved("connections_set_data", {"/scenarios/72/blueprint": blueprint(datastore=32)}, void=False),
    Moved("connections_delete", OFF, void=True, forced=True),
    Moved("connections_delete", EDITED, void=True, forced=True),
    Moved("connections_delete", {"/scenarios/71/blueprint": FORBIDDEN}, void=False, forced=True),
    Moved("connections_delete", ON, void=True, forced=True),
    # Otherwise Make's own guard looks.
    Moved("connections_delete", OFF, void=False),
    Moved("data_stores_delete", ON, void=True, forced=True),
    Moved("data_stores_delete", ON, void=False),
    Moved("data_stores_delete", {"/data-stores": several("dataStores", {**STORE, "records": 0})}, void=True),
    Moved("data_stores_delete", {"/data-stores": several("dataStores", {**STORE, "records": "38"})}, void=False),
    Moved("scenarios_delete", {"/scenarios/71": {"scenario": {**ORDERS, "teamId": 5, "hookId": 42}}}, void=True),
    Moved("scenarios_delete", {"/dlqs": several("dlqs", {"id": "a"}, {"id": "b"})}, void=False),
    Moved("incomplete_executions_retry_several", {"/dlqs": several("dlqs", {"id": "a"}, {"id": "b"})}, void=True),
    Moved("incomplete_executions_retry_several", {"/dlqs": several("dlqs", {"id": "a", "resolved": True})}, void=True),
    # Make retries some by itself.
    Moved("incomplete_executions_retry_several", {"/dlqs": several("dlqs", {"id": "a", "attempts": 1})}, void=False),
    # Somebody who switches a scenario, or makes a team, is in nobody's way.
    Moved("hooks_create", {"/teams/5": {"team": {**TEAM, "activeScenarios": 2}}}, void=False),
    Moved("teams_create", {"/organizations/3": {"organization": {"id": 3, "name": "Northwind", "teams": []}}}, void=False),
)  # fmt: skip


def seen(tool: str, changed: Mapping[str, Seen], *, forced: bool = False, whole: bool = False) -> Sight:
    return run(tool, GIVEN[tool], by_path({**ACCOUNT, **changed}), whole=whole, forced=forced).sight


@pytest.mark.parametrize("moved", MOVED, ids=lambda moved: moved.tool)
def test_a_code_is_void_once_what_was_told_is_of_another_kind(moved: Moved):
    before = seen(moved.tool, {}, forced=moved.forced).state
    after = seen(moved.tool, moved.then, forced=moved.forced).state
    assert (before != after) is moved.void


LISTS = (
    *(("teams_delete", path, False) for path in ("/scenarios", "/connections", "/hooks", "/data-stores", "/templates")),
    ("organizations_delete", "/teams", False),
    ("organizations_delete", "/scenarios", False),
    ("hooks_delete", "/scenarios", False),
    ("connections_set_data", "/scenarios", False),
    ("connections_delete", "/scenarios", True),
    ("data_stores_delete", "/scenarios", True),
    ("data_stores_delete", "/data-stores", True),
)
"""What is bound to a code, and whether only where Make's own guard is overruled."""


@pytest.mark.parametrize(("tool", "path", "forced"), LISTS)
@pytest.mark.parametrize(
    ("status", "unread"), [(None, True), (408, True), (429, True), (500, True), (503, True), (400, False), (403, False)]
)
def test_a_bound_list_that_may_be_read_later_is_no_ground_to_act_on(
    tool: str, path: str, forced: bool, status: int | None, unread: bool
):
    for whole in (True, False):
        sight = seen(tool, {path: Unseen("Make said no", status)}, forced=forced, whole=whole)
        assert sight.unread is unread
        assert "not read" in repr(sight.state)


@pytest.mark.parametrize(
    ("tool", "path", "forced"),
    [
        ("connections_delete", "/scenarios", False),
        ("data_stores_delete", "/scenarios", False),
        ("teams_delete", "/organizations/3", False),
        ("connections_set_data", "/scenarios/71/blueprint", False),
        ("connections_delete", "/scenarios/71/blueprint", True),
        ("hooks_delete", "/teams/5", True),
    ],
)
def test_what_is_for_the_reader_alone_and_a_blueprint_hold_nothing_up(tool: str, path: str, forced: bool):
    sight = seen(tool, {path: Unseen("Make answered 503", 503)}, forced=forced, whole=True)
    assert not sight.unread
    assert any("Make answered 503" in line for line in sight.unseen)


@pytest.mark.parametrize(
    ("tool", "forced", "paths"),
    [
        ("teams_delete", False, ["/teams/5", "/scenarios", "/connections", "/hooks", "/data-stores", "/templates"]),
        ("hooks_delete", False, ["/hooks/41", "/scenarios"]),
        ("connections_delete", False, ["/connections/9"]),
        ("data_stores_delete", False, ["/data-stores", "/teams/5"]),
    ],
)
def test_a_short_look_reads_no_more_than_a_code_is_bound_to(tool: str, forced: bool, paths: list[str]):
    done = run(tool, GIVEN[tool], by_path(ACCOUNT), whole=False, forced=forced)
    assert [look.request.path for look in done.looks] == paths


def test_a_list_that_may_go_on_is_counted_as_such():
    scenarios = {"scenarios": [ORDERS, STOCK], "pg": {"limit": 2}}
    assert (
        "at least 2 scenarios (1 of them on), 1 connection"
        in seen("teams_delete", {"/scenarios": scenarios}, whole=True).what
    )
    no_hook = {
        "/scenarios": {"scenarios": [STOCK], "pg": {"limit": 1}},
        "/hooks/41": {"hook": {**HOOK, "scenarioId": None}},
    }
    assert "It starts no scenario." not in seen("hooks_delete", no_hook, whole=True).next
    unused = {"/scenarios": {"scenarios": [BROKEN], "pg": {"limit": 1}}}
    assert not any("No scenario" in line for line in seen("connections_delete", unused, whole=True).next)


def test_ids_that_are_given_as_text_are_the_same_ids():
    hook = {**HOOK, "id": "41", "teamId": "5", "scenarioId": "71"}
    scenarios = {"scenarios": [{**ORDERS, "id": "71"}, {**STOCK, "hookId": "41"}]}
    sight = seen("hooks_delete", {"/hooks/41": {"hook": hook}, "/scenarios": scenarios}, whole=True)
    assert sight.dependents == ['scenario 71 "Order intake", on', 'scenario 72 "Stock sync", off']
    user = {"id": "1", "name": "Ada"}
    own = run("users_update", {"userId": 1, "name": "x"}, by_path({"/users/me": {"authUser": user}})).sight
    assert own.what == 'Change user 1 "Ada", which is your own account: name.'
    connection = {"/connections/9": {"connection": {**SLACK, "teamId": "5"}}, "/scenarios": scenarios}
    assert seen("connections_delete", connection, whole=True).dependents == [
        'scenario 71 "Order intake", on: uses it in module 2 slack:CreateMessage'
    ]
