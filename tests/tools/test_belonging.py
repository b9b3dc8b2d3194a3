"""Which organization a request counts against: named by the request, or learned from the answers that passed by."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from make_tools import Request
from make_tools.belonging import Belongings

Json = dict[str, Any]
RUN = "a07e16f2ad134bf49cf83a00aa95c0a5"


def get(path: str, **query: Any) -> Request:
    return Request("GET", path, query)


def post(path: str, body: Json, **query: Any) -> Request:
    return Request("POST", path, query, body)


def two_organizations() -> Belongings:
    """What an account with two organizations has shown: in 1 the teams 11 and 12, in 2 the team 21."""
    known = Belongings()
    known.learn(get("/organizations"), {"organizations": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]})
    known.learn(get("/teams", organizationId=1), {"teams": [{"id": 11, "organizationId": 1}, {"id": 12}]})
    known.learn(get("/teams", organizationId=2), {"teams": [{"id": 21, "organizationId": 2}], "pg": {}})
    return known


def test_of_an_account_that_has_shown_nothing_nobody_can_tell():
    known = Belongings()
    for request in (get("/users/me"), get("/scenarios", teamId=5), get("/scenarios/5"), get("/dlqs", scenarioId=5)):
        assert known.organization(request) is None
    assert known.allowed(1) is None


@pytest.mark.parametrize(
    "request_",
    [
        get("/organizations/7"), get("/organizations/7/usage"), get("/teams", organizationId=7), get("/teams", organizationId="7"),
        get("/users", organizationId=7), get("/audit-logs/organization/7"), post("/teams", {"name": "t", "organizationId": 7}),
        Request("DELETE", "/organizations/7"), post("/scenarios/5/clone", {"teamId": 3}, organizationId=7),
    ],
    ids=str,
)  # fmt: skip
def test_a_request_that_names_an_organization_counts_against_it(request_: Request):
    assert Belongings().organization(request_) == 7


@pytest.mark.parametrize(
    "request_",
    [
        get("/teams/21"), get("/teams/21/usage"), get("/scenarios", teamId=21), get("/hooks", teamId="21"), get("/audit-logs/team/21"),
        post("/connections", {"accountName": "c"}, teamId=21), post("/scenarios", {"teamId": 21, "blueprint": "{}"}),
        Request("DELETE", "/data-stores", {"teamId": 21}, {"ids": [5]}),
    ],
    ids=str,
)  # fmt: skip
def test_a_request_that_names_a_team_counts_against_the_organization_of_the_team(request_: Request):
    assert two_organizations().organization(request_) == 2


KINDS = {
    "scenarios": ("scenario", "scenarios"), "hooks": ("hook", "hooks"), "connections": ("connection", "connections"),
    "data-stores": ("dataStore", "dataStores"), "templates": ("template", "templates"), "keys": ("key", "keys"),
    "data-structures": ("dataStructure", "dataStructures"), "scenarios-folders": ("scenarioFolder", "scenariosFolders"),
    "functions": ("function", "functions"), "devices": ("device", "devices"),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_thing_belongs_to_the_team_that_it_names_or_that_its_list_was_asked_for(kind: str):
    one, many = KINDS[kind]
    shown: list[tuple[Request, Json]] = [
        (get(f"/{kind}/5"), {one: {"id": 5, "teamId": 12}}),
        (get(f"/{kind}/5"), {one: {"id": 5, "teamId": "12"}}),
        (get(f"/{kind}", teamId=12), {many: [{"id": 4, "name": "x"}, {"id": 5, "name": "y"}], "pg": {}}),
        (get(f"/{kind}", teamId=12), {many: [{"id": 4, "teamId": 12}, {"id": 5, "teamId": 12}]}),
        (get(f"/{kind}", teamId=21), {many: [{"id": 4, "teamId": 21}, {"id": 5, "teamId": 12}, {"id": 6}]}),
        (get(f"/{kind}", organizationId=1), {many: [{"id": 5, "teamId": None}]}),
        (get(f"/{kind}"), {many: [{"id": 5, "organizationId": 1}]}),
        # Made a moment ago.
        (post(f"/{kind}", {"teamId": 12, "name": "x"}), {one: {"id": 5, "name": "x"}}),
        (post(f"/{kind}", {"name": "x"}, teamId=12), {one: {"id": 5, "name": "x", "teamId": 12}}),
    ]
    for request, data in shown:
        known = two_organizations()
        assert known.organization(get(f"/{kind}/5")) is None
        known.learn(request, data)
        for later in (get(f"/{kind}/5"), post(f"/{kind}/5/x", {}), Request("DELETE", f"/{kind}/5")):
            assert known.organization(later) == 1, (request, data)


def test_a_team_belongs_to_the_organization_that_its_things_were_listed_for():
    known = two_organizations()
    known.learn(get("/scenarios", organizationId=2), {"scenarios": [{"id": 5, "teamId": 22}, {"id": 6, "teamId": 23}]})
    known.learn(get("/connections", teamId=13), {"connections": [{"id": 5, "teamId": 13, "organizationId": 1}]})
    known.learn(get("/organizations/2"), {"organization": {"id": 2, "teams": [{"id": 24, "name": "x"}]}})
    assert [known.organization(get(f"/teams/{team}")) for team in (13, 22, 23, 24, 25)] == [1, 2, 2, 2, None]


def test_what_was_shown_before_its_team_is_known_as_soon_as_the_team_is():
    known = two_organizations()
    known.learn(get("/scenarios/5"), {"scenario": {"id": 5, "teamId": 22}})
    assert known.organization(get("/scenarios/5/logs")) is None
    known.learn(get("/teams/22"), {"team": {"id": 22, "organizationId": 2}})
    assert known.organization(get("/scenarios/5/logs")) == 2


def test_an_incomplete_execution_belongs_to_its_scenario():
    known = two_organizations()
    known.learn(get("/scenarios/5"), {"scenario": {"id": 5, "teamId": 12}})
    assert known.organization(get("/dlqs", scenarioId=5)) == 1
    for data in ({"id": RUN, "scenarioId": 5}, {"id": RUN}):
        known.learn(get("/dlqs", scenarioId=5), {"dlqs": [data]})
        assert known.organization(post(f"/dlqs/{RUN}/retry", {})) == 1
        known.learn(post("/dlqs/retry", {"ids": [RUN]}, scenarioId=5), {"dlqs": [RUN]})
        assert known.organization(post("/dlqs/retry", {"ids": [RUN]}, scenarioId=5)) == 1
    assert known.organization(get(f"/dlqs/{RUN[::-1]}")) is None


def test_a_run_tells_whose_its_scenario_is():
    known = two_organizations()
    known.learn(get("/scenarios/5/logs"), {"scenarioLogs": [{"id": RUN, "teamId": 22, "organizationId": 2}], "pg": {}})
    assert [known.organization(get(path)) for path in ("/scenarios/5", "/teams/22", "/scenarios/6")] == [2, 2, None]


def test_a_copy_does_not_tell_whose_the_original_is():
    known = two_organizations()
    known.learn(post("/scenarios/5/clone", {"teamId": 21}), {"scenario": {"id": 6, "teamId": 21}, "x": {"teamId": 21}})
    assert known.organization(get("/scenarios/5")) is None
    assert known.organization(get("/scenarios/6")) == 2


def test_the_path_counts_before_arguments_that_anybody_can_add():
    known = two_organizations()
    known.learn(get("/scenarios/5"), {"scenario": {"id": 5, "teamId": 12}})
    assert known.organization(post("/scenarios/5/run", {"organizationId": 2, "teamId": 21})) == 1
    assert known.organization(post("/hooks", {"teamId": 12, "organizationId": 2})) == 1


def test_where_there_is_one_organization_everything_belongs_to_it():
    everything = [get("/users/me"), get("/notifications"), get("/scenarios/5"), get("/enums/countries")]
    for request, data in (
        (get("/organizations"), {"organizations": [{"id": 7}]}),
        (get("/teams/5"), {"team": {"id": 5, "organizationId": 7}}),
        (get("/teams", organizationId=7), {"teams": [{"id": 5}]}),
        (get("/scenarios/5/logs"), {"scenarioLogs": [{"id": RUN, "organizationId": 7}]}),
    ):
        known = Belongings()
        known.learn(request, data)
        assert [known.organization(each) for each in everything] == [7] * len(everything), request
        known.learn(get("/organizations/8"), {"organization": {"id": 8}})
        assert known.organization(everything[0]) is None
        assert known.organization(get("/organizations/9")) == 9


def test_what_was_deleted_is_forgotten():
    known = two_organizations()
    known.learn(get("/data-stores", teamId=21), {"dataStores": [{"id": 5}, {"id": 6}]})
    known.learn(Request("DELETE", "/data-stores", {"teamId": 21}, {"ids": [5]}), {"dataStores": [5]})
    assert [known.organization(get(f"/data-stores/{id_}")) for id_ in (5, 6)] == [None, 2]
    known.learn(get("/organizations/2"), {"organization": {"id": 2, "license": {"apiLimit": 60}}})
    known.learn(Request("DELETE", "/organizations/2", {"confirmed": True}), {"organization": 2})
    assert known.allowed(2) is None
    assert known.organization(get("/users/me")) == 1


@pytest.mark.parametrize(
    ("limit", "allowed"),
    [
        (60, 60), ("240", 240), (1000.0, 1000), (1, 1), ("1", 1),
        (0, None), (-5, None), ("", None), ("many", None), ("-60", None), ("6e1", None), (60.5, None), (float("inf"), None),
        (float("nan"), None), (None, None), (True, None), ([60], None), ({"apiLimit": 60}, None), (10**9, None), (10**400, None),
        ("9" * 5000, None), ("٦٠", None), (1e300, None),
    ],
    ids=lambda value: str(value)[:20],
)  # fmt: skip
def test_a_licence_says_how_many_requests_a_minute_it_allows_and_what_is_absurd_is_ignored(
    limit: object, allowed: int | None
):
    known = Belongings()
    known.learn(get("/organizations/7"), {"organization": {"id": 7, "license": {"apiLimit": limit}}})
    assert known.allowed(7) == allowed
    known.learn(get("/organizations"), {"organizations": [{"id": 7, "license": {"apiLimit": 120}}]})
    for license_ in ({"apiLimit": limit}, {}, None, "Free"):
        known.learn(get("/organizations/7"), {"organization": {"id": 7, "license": license_}})
    assert known.allowed(7) == (allowed or 120)
    assert known.allowed(8) is None


def test_the_licence_is_told_by_the_organization_itself():
    known = Belongings()
    assert known.licence_request(7) == get("/organizations/7")
    assert known.organization(known.licence_request(7)) == 7


def test_memory_is_bounded_and_the_oldest_is_forgotten_first():
    known = Belongings(most=10)
    known.learn(get("/organizations"), {"organizations": [{"id": id_, "license": {"apiLimit": 60}} for id_ in (1, 2)]})
    known.learn(get("/teams", organizationId=1), {"teams": [{"id": 11}]})
    for id_ in range(1, 16):
        known.learn(get(f"/scenarios/{id_}"), {"scenario": {"id": id_, "teamId": 11}})
        known.learn(get("/scenarios/1"), {"scenario": {"id": 1, "teamId": 11}})
    known.learn(get("/scenarios/7"), {"scenario": {"id": 7, "teamId": 11}})
    known.learn(get("/scenarios/16"), {"scenario": {"id": 16, "teamId": 11}})
    shown = [id_ for id_ in range(1, 17) if known.organization(get(f"/scenarios/{id_}")) is not None]
    assert shown == [1, 7, *range(9, 17)]
    known.learn(get("/scenarios", teamId=11), {"scenarios": [{"id": id_} for id_ in range(100, 1_000_000)]})
    assert len([id_ for id_ in range(1, 200) if known.organization(get(f"/scenarios/{id_}")) is not None]) == 10
    for id_ in range(3, 20):
        known.learn(get("/organizations"), {"organizations": [{"id": id_, "license": {"apiLimit": 60}}]})
    assert [known.allowed(id_) for id_ in (1, 9, 10, 19)] == [None, None, 60, 60]


@pytest.mark.parametrize(
    "id_", [0, -7, 10**400, True, 7.0, None, [7], {"id": 7}, "", "0", "x" * 65, "7" * 5000], ids=str
)
def test_what_is_no_id_is_not_remembered(id_: object):
    known = Belongings()
    known.learn(get("/organizations"), {"organizations": [{"id": id_, "license": {"apiLimit": 60}}]})
    known.learn(get("/scenarios/5"), {"scenario": {"id": 5, "organizationId": id_}})
    for request in (get("/users/me"), get("/scenarios/5"), get("/teams", organizationId=id_)):
        assert known.organization(request) is None


def test_chains_that_end_nowhere_end():
    known = two_organizations()
    known.learn(get("/teams/5"), {"team": {"id": 5, "scenarioId": 5, "teamId": 5}})
    known.learn(get("/scenarios/5"), {"scenario": {"id": 5, "teamId": 5, "scenarioId": 5}})
    for path in ("/teams/5", "/scenarios/5", "/hooks/5"):
        assert known.organization(get(path)) is None
    # Nothing belongs to itself.
    known.learn(get("/teams/11"), {"team": {"id": 11, "teamId": 11}})
    assert known.organization(get("/teams/11")) == 1


NAMES = [
    "id", "teamId", "organizationId", "scenarioId", "license", "apiLimit", "teams", "organization", "organizations", "scenario",
    "scenarios", "dlqs", "hooks", "team", "scenarioLogs", "x",
]  # fmt: skip
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.sampled_from(["5", 5, RUN])
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=30,
)
requests = st.builds(
    Request,
    st.sampled_from(["GET", "POST", "PATCH", "DELETE"]),
    st.lists(st.sampled_from(["scenarios", "teams", "organizations", "dlqs", "5", RUN, "", "%20", "9" * 5000]), max_size=5).map(
        lambda segments: "/" + "/".join(segments)
    ),
    st.dictionaries(st.sampled_from(NAMES), anything, max_size=3),
    st.none() | st.dictionaries(st.sampled_from(NAMES), anything, max_size=3),
)  # fmt: skip


@given(st.lists(st.tuples(requests, st.dictionaries(st.sampled_from(NAMES), anything, max_size=5)), max_size=6))
@settings(max_examples=300, deadline=None)
def test_whatever_an_answer_holds_there_is_an_organization_or_none(shown: list[tuple[Request, Json]]):
    known = Belongings()
    for request, data in shown:
        known.learn(request, data)
        for asked in (request, get("/scenarios/5"), get("/users/me"), get(f"/dlqs/{RUN}")):
            found = known.organization(asked)
            assert found is None or (type(found) is int and found > 0)
            if found is not None and (allowed := known.allowed(found)) is not None:
                assert 0 < allowed <= 1_000_000
