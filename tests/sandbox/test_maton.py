"""The gateway of Maton: its own connections, and which calls to Make it lets through."""

from __future__ import annotations

import uuid

import httpx2
import pytest
from tests.sandbox.practice import CARE, MARKETING, NORTHWIND, OPERATIONS, Clock, Door

import make_sandbox

GATEWAY = "/make/api/v2"
UNSUPPORTED = {"message": "The gateway does not support this endpoint."}


@pytest.mark.parametrize(
    "header", [None, "Bearer wrong", "Token sandbox", f"Token {make_sandbox.TOKEN}", f"Bearer {make_sandbox.TOKEN}"]
)
async def test_maton_answers_401_without_its_key(client: httpx2.AsyncClient, header: str | None) -> None:
    headers = {} if header is None else {"authorization": header}
    for path in ("/connections", f"{GATEWAY}/organizations", "/google-drive/files", "/other"):
        response = await client.get(path, headers=headers)
        assert response.status_code == 401
        assert response.json() == {"message": "Invalid or missing Maton API key."}


async def test_both_doors_lead_to_the_same_account(client: httpx2.AsyncClient, maton: Door) -> None:
    team = (await maton.post(f"{GATEWAY}/teams", {"name": "Shared", "organizationId": NORTHWIND}))["team"]
    headers = {"authorization": f"Token {make_sandbox.TOKEN}"}
    response = await client.get(f"/api/v2/teams/{team['id']}", headers=headers)
    assert response.json()["team"] == team


LISTED = [
    ("GET", "/users/me"),
    ("GET", f"/users?organizationId={NORTHWIND}"),
    ("PATCH", "/users/2958000"),
    ("GET", "/organizations"),
    ("GET", f"/organizations/{NORTHWIND}"),
    ("POST", "/organizations"),
    ("PATCH", f"/organizations/{NORTHWIND}"),
    ("DELETE", f"/organizations/{NORTHWIND}"),
    ("GET", f"/organizations/{NORTHWIND}/usage"),
    ("GET", f"/teams?organizationId={NORTHWIND}"),
    ("GET", f"/teams/{CARE}"),
    ("POST", "/teams"),
    ("DELETE", f"/teams/{CARE}"),
    ("GET", f"/teams/{CARE}/usage"),
    ("GET", f"/scenarios?teamId={CARE}"),
    ("GET", "/scenarios/4667499"),
    ("POST", "/scenarios"),
    ("PATCH", "/scenarios/4667499"),
    ("DELETE", "/scenarios/4667499"),
    ("POST", "/scenarios/4667499/start"),
    ("POST", "/scenarios/4667499/stop"),
    ("POST", "/scenarios/4667499/run"),
    ("GET", "/scenarios/4667499/logs"),
    ("GET", f"/connections?teamId={CARE}"),
    ("GET", "/connections/1353452"),
    ("POST", f"/connections?teamId={CARE}"),
    ("PATCH", "/connections/1353452"),
    ("DELETE", "/connections/1353452"),
    ("POST", "/connections/1353452/test"),
    ("GET", f"/data-stores?teamId={CARE}"),
    ("GET", "/data-stores/64870"),
    ("POST", "/data-stores"),
    ("PATCH", "/data-stores/64870"),
    ("DELETE", f"/data-stores?teamId={CARE}"),
    ("GET", f"/hooks?teamId={CARE}"),
    ("GET", "/hooks/1845301"),
    ("POST", "/hooks"),
    ("PATCH", "/hooks/1845301"),
    ("DELETE", "/hooks/1845301"),
    ("POST", "/hooks/1845301/enable"),
    ("POST", "/hooks/1845301/disable"),
    ("GET", "/hooks/1845301/ping"),
    ("GET", f"/templates?teamId={CARE}"),
    ("GET", "/templates/9120"),
    ("GET", "/templates/9120/blueprint"),
    ("DELETE", "/templates/9120"),
    ("GET", "/dlqs?scenarioId=4667501"),
    ("GET", f"/dlqs/{'0' * 32}"),
    ("POST", f"/dlqs/{'0' * 32}/retry"),
    ("DELETE", "/dlqs?scenarioId=4667501"),
]
"""The fifty calls of the gateway's page."""

UNLISTED = [
    ("GET", "/ping"),
    ("GET", "/enums/imt-zones"),
    ("GET", "/users/me/current-authorization"),
    ("GET", "/notifications"),
    ("DELETE", "/notifications"),
    ("POST", "/notifications/mark-as-read"),
    ("GET", "/scenarios/4667499/blueprint"),
    ("GET", "/connections/1353452/editable-data-schema"),
    ("POST", "/connections/1353452/set-data"),
    ("POST", "/connections/1353452/scoped"),
    ("GET", "/no-such-path"),
]


async def test_the_gateway_lets_the_fifty_listed_calls_through(maton: Door) -> None:
    assert len(LISTED) == 50
    for method, path in LISTED:
        response = await maton.send(method, f"{GATEWAY}{path}", {} if method != "GET" else None)
        assert response.json() != UNSUPPORTED, path


@pytest.mark.parametrize(("method", "path"), UNLISTED)
async def test_the_gateway_refuses_what_its_page_does_not_list(maton: Door, method: str, path: str) -> None:
    response = await maton.send(method, f"{GATEWAY}{path}")
    assert response.status_code == 404
    assert response.json() == UNSUPPORTED


async def test_errors_of_make_come_through_unchanged(maton: Door) -> None:
    assert (await maton.get(f"{GATEWAY}/scenarios", 400))["code"] == "SC400"
    assert (await maton.get(f"{GATEWAY}/teams/1", 403))["code"] == "SC403"
    hubspot = await Door(maton.client, GATEWAY).connection(MARKETING, "HubSpot")
    assert (await maton.delete(f"{GATEWAY}/connections/{hubspot['id']}", status=406))["code"] == "IM004"


async def test_other_apps_are_out_of_reach(maton: Door) -> None:
    for path in ("/google-drive/drive/v3/files", "/make/api/v1/organizations", "/make"):
        await maton.get(path, 404)


async def test_a_fresh_connection_waits_for_a_person_and_becomes_active(maton: Door, clock: Clock) -> None:
    created = (await maton.post("/connections", {"app": "make"}))["connection"]
    assert created["status"] == "PENDING"
    assert uuid.UUID(created["connection_id"]).version == 4
    assert (await maton.get(f"/connections/{created['connection_id']}"))["connection"] == created
    assert (await maton.get("/connections?status=PENDING"))["connections"] == [created]
    clock.go(seconds=2)
    read = (await maton.get(f"/connections/{created['connection_id']}"))["connection"]
    assert read == created | {"status": "ACTIVE", "last_updated_time": read["last_updated_time"]}


async def test_each_connection_has_a_session_token_of_its_own(maton: Door) -> None:
    urls = {(await maton.post("/connections", {"app": "make"}))["connection"]["url"] for _ in range(3)}
    assert len(urls) == 3
    assert all(url.startswith("https://connect.maton.ai/?session_token=") for url in urls)


@pytest.mark.parametrize(
    ("query", "expected"), [("", 1), ("app=make&status=ACTIVE", 1), ("status=PENDING", 0), ("app=slack", 0)]
)
async def test_connections_of_maton_are_filtered(maton: Door, query: str, expected: int) -> None:
    assert len((await maton.get(f"/connections?{query}"))["connections"]) == expected


@pytest.mark.parametrize("body", [{}, {"app": "slack"}, {"app": 7}])
async def test_only_a_connection_to_make_can_be_created(maton: Door, body: dict[str, object]) -> None:
    await maton.post("/connections", body, 400)


async def test_without_an_active_connection_make_is_out_of_reach(maton: Door, clock: Clock) -> None:
    (only,) = (await maton.get("/connections"))["connections"]
    assert await maton.delete(f"/connections/{only['connection_id']}") == {}
    assert (await maton.get(f"{GATEWAY}/users/me", 400))["message"] == "No active Make connection."
    await maton.post("/connections", {"app": "make"})
    await maton.get(f"{GATEWAY}/users/me", 400)
    clock.go(seconds=2)
    await maton.get(f"{GATEWAY}/users/me")
    await maton.get(f"/connections/{only['connection_id']}", 404)


async def test_the_header_names_the_connection(maton: Door) -> None:
    (only,) = (await maton.get("/connections"))["connections"]
    fresh = (await maton.post("/connections", {"app": "make"}))["connection"]
    for id_, status in ((only["connection_id"], 200), (fresh["connection_id"], 400), ("no-such-id", 400)):
        response = await maton.send("GET", f"{GATEWAY}/users/me", headers={"maton-connection": id_})
        assert response.status_code == status


async def test_a_run_through_the_gateway_is_a_run(maton: Door) -> None:
    door = Door(maton.client, GATEWAY)
    scenario = await door.scenario("Lead scoring", MARKETING)
    body = {"data": {"email": "a@example.com"}, "responsive": True}
    execution = (await door.post(f"/scenarios/{scenario['id']}/run", body))["executionId"]
    assert (await door.logs(scenario["id"]))[0]["id"] == execution
    assert (await door.get(f"/teams/{OPERATIONS}"))["team"]["id"] == OPERATIONS


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "Missing value of required parameter 'app'."),
        ({"app": "make", "method": "MAGIC"}, "Allowed values: API_KEY, BASIC, OAUTH1, OAUTH2, MCP."),
        ([], "Invalid object in parameter 'body'."),
    ],
)
async def test_the_gateway_refuses_in_its_own_words(maton: Door, body: object, says: str) -> None:
    answer = await maton.post("/connections", body, 400)
    assert answer.keys() == {"message"}
    assert says in answer["message"]
