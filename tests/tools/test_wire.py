"""Each tool sends the request that Make (or Maton) documents, and says of itself what is true of it.

The expectations are written from the documents, not from the catalogue: where they differ, one of the two is wrong.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from tests.tools.wire_cases import CASES, REFUSED, Case, Refused

from make_tools import GROUPS, ArgumentError, Endpoint, Request

ENDPOINTS: dict[str, Endpoint[...]] = {endpoint.name: endpoint for group in GROUPS for endpoint in group.endpoints}

METHOD_AND_PATH = {
    "users_me": "GET /users/me",
    "users_list": "GET /users",
    "users_update": "PATCH /users/{userId}",
    "organizations_list": "GET /organizations",
    "organizations_get": "GET /organizations/{organizationId}",
    "organizations_usage": "GET /organizations/{organizationId}/usage",
    "organizations_create": "POST /organizations",
    "organizations_update": "PATCH /organizations/{organizationId}",
    "organizations_delete": "DELETE /organizations/{organizationId}",
    "teams_list": "GET /teams",
    "teams_get": "GET /teams/{teamId}",
    "teams_usage": "GET /teams/{teamId}/usage",
    "teams_create": "POST /teams",
    "teams_delete": "DELETE /teams/{teamId}",
    "scenarios_list": "GET /scenarios",
    "scenarios_get": "GET /scenarios/{scenarioId}",
    "scenarios_logs": "GET /scenarios/{scenarioId}/logs",
    "scenarios_create": "POST /scenarios",
    "scenarios_clone": "POST /scenarios/{scenarioId}/clone",
    "scenarios_update": "PATCH /scenarios/{scenarioId}",
    "scenarios_start": "POST /scenarios/{scenarioId}/start",
    "scenarios_stop": "POST /scenarios/{scenarioId}/stop",
    "scenarios_run": "POST /scenarios/{scenarioId}/run",
    "scenarios_delete": "DELETE /scenarios/{scenarioId}",
    "connections_list": "GET /connections",
    "connections_get": "GET /connections/{connectionId}",
    "connections_test": "POST /connections/{connectionId}/test",
    "connections_editable_parameters": "GET /connections/{connectionId}/editable-data-schema",
    "connections_check_scopes": "POST /connections/{connectionId}/scoped",
    "connections_create": "POST /connections",
    "connections_rename": "PATCH /connections/{connectionId}",
    "connections_set_data": "POST /connections/{connectionId}/set-data",
    "connections_delete": "DELETE /connections/{connectionId}",
    "data_stores_list": "GET /data-stores",
    "data_stores_get": "GET /data-stores/{dataStoreId}",
    "data_stores_create": "POST /data-stores",
    "data_stores_update": "PATCH /data-stores/{dataStoreId}",
    "data_stores_delete": "DELETE /data-stores",
    "hooks_list": "GET /hooks",
    "hooks_get": "GET /hooks/{hookId}",
    "hooks_ping": "GET /hooks/{hookId}/ping",
    "hooks_create": "POST /hooks",
    "hooks_rename": "PATCH /hooks/{hookId}",
    "hooks_enable": "POST /hooks/{hookId}/enable",
    "hooks_disable": "POST /hooks/{hookId}/disable",
    "hooks_delete": "DELETE /hooks/{hookId}",
    "templates_list": "GET /templates",
    "templates_get": "GET /templates/{templateId}",
    "templates_blueprint": "GET /templates/{templateId}/blueprint",
    "templates_delete": "DELETE /templates/{templateId}",
    "incomplete_executions_list": "GET /dlqs",
    "incomplete_executions_get": "GET /dlqs/{dlqId}",
    "incomplete_executions_retry": "POST /dlqs/{dlqId}/retry",
    "incomplete_executions_retry_several": "POST /dlqs/retry",
    "incomplete_executions_delete": "DELETE /dlqs",
    "notifications_list": "GET /notifications",
    "notifications_get": "GET /notifications/{notificationId}",
    "notifications_mark_read": "POST /notifications/mark-as-read",
    "notifications_delete": "DELETE /notifications",
    "maton_connections_list": "GET /connections",
    "maton_connections_get": "GET /connections/{connection_id}",
    "maton_connections_create": "POST /connections",
    "maton_connections_delete": "DELETE /connections/{connection_id}",
}

# The gateway first: with both keys a tool goes there if the gateway offers it.
BOTH, MAKE, MATON = ("maton", "make"), ("make",), ("maton",)

EFFECT_UPSTREAMS_SCOPES: dict[str, tuple[str, tuple[str, ...], set[str]]] = {
    "users_me": ("read", BOTH, set()),
    "users_list": ("read", BOTH, {"user:read"}),
    "users_update": ("write", BOTH, {"user:write"}),
    "organizations_list": ("read", BOTH, {"organizations:read"}),
    "organizations_get": ("read", BOTH, {"organizations:read"}),
    "organizations_usage": ("read", BOTH, {"organizations:read"}),
    "organizations_create": ("write", BOTH, {"organizations:write", "admin:write"}),
    "organizations_update": ("write", BOTH, {"organizations:write"}),
    "organizations_delete": ("destroy", BOTH, {"organizations:write"}),
    "teams_list": ("read", BOTH, {"teams:read"}),
    "teams_get": ("read", BOTH, {"teams:read"}),
    "teams_usage": ("read", BOTH, {"teams:read"}),
    "teams_create": ("write", BOTH, {"teams:write"}),
    "teams_delete": ("destroy", BOTH, {"teams:write"}),
    "scenarios_list": ("read", BOTH, {"scenarios:read"}),
    "scenarios_get": ("read", BOTH, {"scenarios:read"}),
    "scenarios_logs": ("read", BOTH, {"scenarios:read"}),
    "scenarios_create": ("write", BOTH, {"scenarios:write"}),
    "scenarios_clone": ("write", MAKE, {"scenarios:write"}),
    "scenarios_update": ("write", BOTH, {"scenarios:write"}),
    "scenarios_start": ("write", BOTH, {"scenarios:write"}),
    "scenarios_stop": ("write", BOTH, {"scenarios:write"}),
    # Make's OpenAPI document asks for all three, its SDK for the last.
    "scenarios_run": ("write", BOTH, {"scenarios:read", "scenarios:write", "scenarios:run"}),
    "scenarios_delete": ("destroy", BOTH, {"scenarios:write"}),
    "connections_list": ("read", BOTH, {"connections:read"}),
    "connections_get": ("read", BOTH, {"connections:read"}),
    # The two reads that Make lets only a token through that may write.
    "connections_test": ("read", BOTH, {"connections:write"}),
    "connections_check_scopes": ("read", MAKE, {"connections:write"}),
    "connections_editable_parameters": ("read", MAKE, {"connections:read"}),
    "connections_create": ("write", BOTH, {"connections:write"}),
    "connections_rename": ("write", BOTH, {"connections:write"}),
    "connections_set_data": ("destroy", MAKE, {"connections:write"}),
    "connections_delete": ("destroy", BOTH, {"connections:write"}),
    "data_stores_list": ("read", BOTH, {"datastores:read"}),
    # Make documents the second one here, and the first on all its siblings.
    "data_stores_get": ("read", BOTH, {"datastores:read", "organizations:read"}),
    "data_stores_create": ("write", BOTH, {"datastores:write"}),
    "data_stores_update": ("write", BOTH, {"datastores:write"}),
    "data_stores_delete": ("destroy", BOTH, {"datastores:write"}),
    "hooks_list": ("read", BOTH, {"hooks:read"}),
    "hooks_get": ("read", BOTH, {"hooks:read"}),
    "hooks_ping": ("read", BOTH, {"hooks:read"}),
    "hooks_create": ("write", BOTH, {"hooks:write"}),
    "hooks_rename": ("write", BOTH, {"hooks:write"}),
    "hooks_enable": ("write", BOTH, {"hooks:write"}),
    "hooks_disable": ("write", BOTH, {"hooks:write"}),
    "hooks_delete": ("destroy", BOTH, {"hooks:write"}),
    "templates_list": ("read", BOTH, {"templates:read"}),
    "templates_get": ("read", BOTH, {"templates:read"}),
    "templates_blueprint": ("read", BOTH, {"templates:read"}),
    "templates_delete": ("destroy", BOTH, {"templates:write"}),
    "incomplete_executions_list": ("read", BOTH, {"dlqs:read"}),
    "incomplete_executions_get": ("read", BOTH, {"dlqs:read"}),
    "incomplete_executions_retry": ("write", BOTH, {"dlqs:write"}),
    "incomplete_executions_retry_several": ("write", MAKE, {"dlqs:write"}),
    "incomplete_executions_delete": ("destroy", BOTH, {"dlqs:write"}),
    "notifications_list": ("read", MAKE, {"notifications:read"}),
    "notifications_get": ("read", MAKE, {"notifications:read"}),
    "notifications_mark_read": ("write", MAKE, {"notifications:write"}),
    "notifications_delete": ("destroy", MAKE, {"notifications:write"}),
    "maton_connections_list": ("read", MATON, set()),
    "maton_connections_get": ("read", MATON, set()),
    "maton_connections_create": ("write", MATON, set()),
    "maton_connections_delete": ("destroy", MATON, set()),
}


def as_text(request: Request) -> str:
    """The request as JSON, which keeps `true` and 1 apart where Python does not."""
    return json.dumps([request.method, request.path, request.query, request.body], sort_keys=True)


def arguments_of(tool: str) -> set[str]:
    """The names of all arguments of a tool that are sent, those inside a bundle as `filters.name`."""
    endpoint = ENDPOINTS[tool]
    inside = {f"{argument.name}.{key}" for argument in endpoint.arguments for key in argument.keys or ()}
    return {*endpoint.schema["properties"], *inside} - here(tool).keys()


SHAPING = {"fields": ["id", "foo"], "all": True, "whole": True, "modules": [1, 5], "createdBefore": "2026-03-01"}


def here(tool: str) -> dict[str, Any]:
    """Arguments that shape the answer, with a value."""
    return {argument.name: SHAPING[argument.name] for argument in ENDPOINTS[tool].arguments if argument.place == "here"}


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if ENDPOINTS[case.tool].effect == "read" and here(case.tool)],
    ids=lambda case: case.tool,
)
def test_what_shapes_the_answer_is_never_sent(case: Case):
    assert ENDPOINTS[case.tool].parse({**case.arguments, **here(case.tool)}) == case.request


def used_in(case: Case) -> set[str]:
    return {name for name in arguments_of(case.tool) if _is_given(case.arguments, *name.split("."))}


def _is_given(arguments: Mapping[str, Any], name: str, key: str | None = None) -> bool:
    return name in arguments and (key is None or key in arguments[name])


def numbered() -> Iterator[Any]:
    """Each case as a parameter that is named after its tool and its place among the tool's cases."""
    places: Counter[str] = Counter()
    for case in CASES:
        places[case.tool] += 1
        yield pytest.param(case, id=f"{case.tool}-{places[case.tool]}")


@pytest.mark.parametrize("case", list(numbered()))
def test_a_tool_sends_the_documented_request(case: Case):
    sent = ENDPOINTS[case.tool].parse(case.arguments)
    assert sent == case.request
    assert as_text(sent) == as_text(case.request)


@pytest.mark.parametrize("refused", [pytest.param(r, id=f"{r.tool}: {r.why}") for r in REFUSED])
def test_what_make_would_not_understand_is_never_sent(refused: Refused):
    with pytest.raises(ArgumentError):
        ENDPOINTS[refused.tool].parse(refused.arguments)


def test_the_63_tools_are_all_in_the_table():
    assert {case.tool for case in CASES} == set(ENDPOINTS)
    assert len(ENDPOINTS) == sum(len(group.endpoints) for group in GROUPS) == 63


@pytest.mark.parametrize("tool", METHOD_AND_PATH)
def test_every_argument_of_a_tool_is_used_in_the_table(tool: str):
    assert {name for case in CASES if case.tool == tool for name in used_in(case)} == arguments_of(tool)


@pytest.mark.parametrize("tool", METHOD_AND_PATH)
def test_every_argument_that_may_be_left_out_is_left_out_in_the_table(tool: str):
    left_out = {name for case in CASES if case.tool == tool for name in arguments_of(tool) - used_in(case)}
    assert left_out == arguments_of(tool) - set(ENDPOINTS[tool].schema.get("required", ()))


@pytest.mark.parametrize(("tool", "expected"), METHOD_AND_PATH.items())
def test_a_tool_has_the_documented_method_and_path(tool: str, expected: str):
    endpoint = ENDPOINTS[tool]
    assert re.sub(r"{.*?}", "{}", f"{endpoint.method} {endpoint.public_path}") == re.sub(r"{.*?}", "{}", expected)


@pytest.mark.parametrize(("tool", "expected"), EFFECT_UPSTREAMS_SCOPES.items())
def test_a_tool_names_its_effect_the_ways_that_offer_it_and_its_scopes(
    tool: str, expected: tuple[str, tuple[str, ...], set[str]]
):
    endpoint = ENDPOINTS[tool]
    assert (endpoint.effect, endpoint.upstreams, set(endpoint.scopes)) == expected
    assert len(endpoint.scopes) == len(set(endpoint.scopes))


def test_the_tables_of_paths_and_of_effects_hold_every_tool():
    assert set(METHOD_AND_PATH) == set(EFFECT_UPSTREAMS_SCOPES) == set(ENDPOINTS)


@pytest.mark.parametrize(("way", "count"), [("maton", 54), ("make", 59)])
def test_a_key_opens_as_many_tools_as_its_way_offers(way: str, count: int):
    assert sum(way in endpoint.upstreams for endpoint in ENDPOINTS.values()) == count
