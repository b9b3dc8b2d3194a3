"""Endpoints that are no tools: previews, recipes and resources read them. What each must send is written by hand, from Make's page."""

import pytest
from tests.tools.wire_form import MATON_ID, PG, RUN_A

from make_tools import GROUPS, ArgumentError, Endpoint, Request
from make_tools.incomplete_executions import incomplete_executions_bundle
from make_tools.scenarios import scenarios_blueprint, scenarios_execution, scenarios_interface, scenarios_run_log
from make_tools.teams import teams_user_roles
from make_tools.users import users_current_authorization, users_roles

# fmt: off
CASES = (
    (scenarios_blueprint.request(77), Request("GET", "/scenarios/77/blueprint")),
    (scenarios_execution.request(77, RUN_A), Request("GET", f"/scenarios/77/executions/{RUN_A}")),
    (scenarios_execution.request(77, MATON_ID), Request("GET", f"/scenarios/77/executions/{MATON_ID}")),
    (scenarios_run_log.request(77, RUN_A), Request("GET", f"/scenarios/77/logs/{RUN_A}")),
    (scenarios_interface.request(77), Request("GET", "/scenarios/77/interface")),
    (incomplete_executions_bundle.request(RUN_A), Request("GET", f"/dlqs/{RUN_A}/bundle")),
    (users_current_authorization.request(), Request("GET", "/users/me/current-authorization")),
    (users_roles.request(), Request("GET", "/users/roles")),
    (users_roles.request(category="team", fields=["id", "name"]),
     Request("GET", "/users/roles", {"category": "team", "cols[]": ["id", "name"]})),
    (teams_user_roles.request(22), Request("GET", "/teams/22/user-team-roles")),
    (teams_user_roles.parse({"teamId": 22, "fields": ["userId"], "limit": 7, "offset": 14, "sort": "-name"}),
     Request("GET", "/teams/22/user-team-roles", {"cols[]": ["userId"], **PG})),
)
# fmt: on
HIDDEN = (
    (scenarios_blueprint, {"scenarios:read"}),
    (scenarios_execution, {"scenarios:read"}),
    (scenarios_run_log, {"scenarios:read"}),
    (scenarios_interface, {"scenarios:read"}),
    (incomplete_executions_bundle, {"dlqs:read"}),
    (users_current_authorization, set[str]()),
    (users_roles, {"user:read"}),
    (teams_user_roles, {"teams:read"}),
)


@pytest.mark.parametrize(("sent", "documented"), CASES, ids=lambda request: request.path)
def test_it_sends_the_documented_request(sent: Request, documented: Request):
    assert sent == documented


@pytest.mark.parametrize(("endpoint", "scopes"), HIDDEN, ids=lambda value: getattr(value, "name", ""))
def test_it_only_reads_needs_the_documented_scope_and_may_pass_the_gateway(endpoint: Endpoint[...], scopes: set[str]):
    assert endpoint.effect == "read"
    assert set(endpoint.scopes) == scopes
    assert (endpoint.upstreams, endpoint.perhaps) == (("make",), ("maton",))


@pytest.mark.parametrize("endpoint", [endpoint for endpoint, _ in HIDDEN], ids=lambda endpoint: endpoint.name)
def test_it_is_no_tool(endpoint: Endpoint[...]):
    assert endpoint.name not in {one.name for group in GROUPS for one in group.endpoints}


@pytest.mark.parametrize(
    "id_", ["", "12345", "A" * 32, f"{RUN_A}/..", f"{RUN_A}\n", "1632371744497_scenario.77.auto." + RUN_A]
)
def test_what_is_no_id_of_a_run_is_never_sent(id_: str):
    for endpoint in (scenarios_execution, scenarios_run_log):
        with pytest.raises(ArgumentError):
            endpoint.request(77, id_)
