"""A token with fewer scopes: each endpoint is shut without its own, and says nothing more than that."""

from __future__ import annotations

import re

from tests.sandbox.practice import MARKETING, NORTHWIND, Door

import make_sandbox
from make_sandbox.api.resource import Endpoint
from make_sandbox.resources import RESOURCES

DENIED = {"detail": "Access denied.", "message": "Permission denied", "code": "SC403"}
ENDPOINTS = [endpoint for resource in RESOURCES for endpoint in resource.endpoints]
REAL = {"organizationId": NORTHWIND, "teamId": MARKETING}
"""Things that the user has; an endpoint without a scope must let a token without scopes reach them."""


def path_of(endpoint: Endpoint) -> str:
    return re.sub(r"\{([a-zA-Z_]+)(:path)?\}", lambda found: str(REAL.get(found[1], 1)), endpoint.path)


async def token(make: Door, scope: list[str]) -> str:
    """A new token, in use from here on."""
    make.client.headers["authorization"] = f"Token {make_sandbox.TOKEN}"
    value: str = (await make.post("/users/me/api-tokens", {"label": "Narrow", "scope": scope}))["apiToken"]["token"]
    make.client.headers["authorization"] = f"Token {value}"
    return value


async def every_scope(make: Door) -> list[str]:
    return [row["name"] for row in (await make.get("/enums/user-api-token-scopes"))["userApiTokenScopes"]]


async def test_every_scope_that_is_asked_for_can_be_given_to_a_token(make: Door) -> None:
    known = set(await every_scope(make))
    assert {endpoint.path: endpoint.scope for endpoint in ENDPOINTS if endpoint.scope not in {*known, None}} == {}


async def test_an_endpoint_is_shut_for_a_token_that_lacks_just_its_scope(make: Door) -> None:
    known = await every_scope(make)
    opened: list[str] = []
    for missing in sorted({endpoint.scope for endpoint in ENDPOINTS if endpoint.scope is not None}):
        await token(make, [name for name in known if name != missing])
        for endpoint in ENDPOINTS:
            if endpoint.scope == missing:
                response = await make.send(endpoint.method, path_of(endpoint), {})
                if (response.status_code, response.json()) != (403, DENIED):
                    opened.append(f"{endpoint.method} {endpoint.path}: {response.text}")
    assert opened == []


async def test_one_scope_opens_its_own_endpoints_and_no_others(make: Door) -> None:
    wrong: list[str] = []
    await token(make, ["organizations:read"])
    for endpoint in ENDPOINTS:
        if endpoint.scope not in (None, "organizations:read"):
            response = await make.send(endpoint.method, path_of(endpoint), {})
            if (response.status_code, response.json()) != (403, DENIED):
                wrong.append(f"{endpoint.method} {endpoint.path}: {response.text}")
    assert wrong == []
    await make.get("/organizations")
    await make.get(f"/organizations/{NORTHWIND}")


async def test_an_endpoint_without_a_scope_is_open_for_a_token_without_scopes(make: Door) -> None:
    await token(make, [])
    # Audit logs ask for the plan and the organization in place of a scope.
    free = [e for e in ENDPOINTS if e.scope is None and not e.path.startswith("/audit-logs")]
    answers = {
        f"{endpoint.method} {endpoint.path}": (await make.send(endpoint.method, path_of(endpoint), {})).status_code
        for endpoint in free
    }
    assert {"GET /ping", "GET /users/me", "GET /users/me/current-authorization", "GET /enums/timezones"} <= set(answers)
    assert {path: status for path, status in answers.items() if status in (401, 403, 404)} == {}


async def test_a_narrow_token_cannot_make_a_wider_one_without_the_right_to(make: Door) -> None:
    await token(make, ["user:read"])
    assert await make.post("/users/me/api-tokens", {"label": "Wide", "scope": ["scenarios:write"]}, 403) == DENIED
    labels = [row["label"] for row in (await make.get("/users/me/api-tokens"))["apiTokens"]]
    assert labels == ["Practice token", "Narrow"]


async def test_a_missing_scope_is_refused_before_anything_wrong_in_the_request(make: Door) -> None:
    await token(make, ["scenarios:read"])
    assert await make.post("/teams", {"name": 7}, 403) == DENIED
    assert await make.get("/hooks?teamId=x", 403) == DENIED


async def test_a_shut_endpoint_changes_nothing(make: Door) -> None:
    scenario = await make.scenario("Supplier price watch")
    await token(make, ["scenarios:read"])
    await make.delete(f"/scenarios/{scenario['id']}", status=403)
    await make.patch(f"/scenarios/{scenario['id']}", {"name": "Renamed"}, 403)
    assert await make.get(f"/scenarios/{scenario['id']}") == {"scenario": scenario}
