"""What all endpoints share: keys, paths, types, pages, columns, errors."""

from __future__ import annotations

import json

import httpx2
import pytest
from tests.sandbox.practice import CARE, NORTHWIND, NOWHERE, OPERATIONS, Door

import make_sandbox

DENIED = {"detail": "Access denied.", "message": "Permission denied", "code": "SC403"}


@pytest.mark.parametrize(
    "header",
    [None, "", "Token", "Token wrong", "Bearer sandbox", f"Basic {make_sandbox.TOKEN}", make_sandbox.TOKEN],
)
async def test_make_answers_401_without_its_token(client: httpx2.AsyncClient, header: str | None) -> None:
    headers = {} if header is None else {"authorization": header}
    for path in ("/api/v2/users/me", "/api/v2/ping", "/api/v2/no-such-path"):
        response = await client.get(path, headers=headers)
        assert response.status_code == 401
        assert response.json()["code"] == "IM015"


@pytest.mark.parametrize("scheme", ["Token", "Bearer", "token"])
async def test_the_token_opens_make_under_either_scheme(client: httpx2.AsyncClient, scheme: str) -> None:
    response = await client.get("/api/v2/users/me", headers={"authorization": f"{scheme} {make_sandbox.TOKEN}"})
    assert response.json()["authUser"]["name"] == "Sample Owner"


@pytest.mark.parametrize(
    "host",
    ["us1.make.com", "eu2.make.com", "us2.make.com", "us1.localhost:8080", "we.make.com", "eu1.make.celonis.com"],
)
async def test_in_another_zone_the_token_is_a_bad_one(make: Door, host: str) -> None:
    for path in ("/users/me", f"/teams/{OPERATIONS}", "/no-such-path"):
        response = await make.send("GET", path, headers={"host": host})
        assert (response.status_code, response.json()["code"]) == (401, "IM015")


@pytest.mark.parametrize("host", ["eu1.make.com", "eu1.localhost", "localhost:8080", "127.0.0.1", "us.example.com"])
async def test_in_its_own_zone_and_at_an_address_that_names_none_the_token_is_known(make: Door, host: str) -> None:
    assert (await make.send("GET", "/users/me", headers={"host": host})).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/no-such-path"),
        ("GET", "/Users/me"),
        ("GET", "/users/me/"),
        ("GET", "/users/me%0A"),
        ("GET", "/%0D%0Ax"),
        ("GET", f"/teams/{OPERATIONS}%2fusage%2fmore"),
        ("PUT", f"/teams/{OPERATIONS}"),
        ("GET", "/enum/imt-zones"),
    ],
)
async def test_an_unknown_path_or_method_is_not_found(make: Door, method: str, path: str) -> None:
    response = await make.send(method, path)
    assert response.status_code == 404
    assert response.json()["code"] == "SC404"


@pytest.mark.parametrize(("method", "path"), [("GET", "/admin/users"), ("POST", "/admin/users/1/lock")])
async def test_what_is_for_administrators_alone_is_denied_in_its_own_words(make: Door, method: str, path: str) -> None:
    response = await make.send(method, path)
    assert (response.status_code, response.json()["code"]) == (403, "IM121")


@pytest.mark.parametrize(
    "path",
    [
        f"/organizations/{NOWHERE}",
        f"/organizations/{NOWHERE}/usage",
        f"/teams/{NOWHERE}",
        f"/teams?organizationId={NOWHERE}",
        f"/scenarios?teamId={NOWHERE}",
        f"/scenarios/{NOWHERE}",
        f"/scenarios/{NOWHERE}/logs",
        f"/scenarios/{NOWHERE}/blueprint",
        f"/connections/{NOWHERE}",
        f"/connections?teamId={NOWHERE}",
        f"/data-stores/{NOWHERE}",
        f"/hooks/{NOWHERE}",
        f"/templates/{NOWHERE}",
        f"/dlqs?scenarioId={NOWHERE}",
    ],
)
async def test_what_belongs_to_no_team_of_the_user_is_denied(make: Door, path: str) -> None:
    assert await make.get(path, 403) == DENIED


@pytest.mark.parametrize("path", ["/notifications/1", f"/dlqs/{'0' * 32}"])
async def test_what_hangs_on_no_team_is_not_found(make: Door, path: str) -> None:
    assert (await make.get(path, 404))["code"] == "SC404"


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("/scenarios/abc", "scenarioId"),
        ("/scenarios/1e3", "scenarioId"),
        ("/scenarios/99999999999999999999999", "scenarioId"),
        ("/dlqs/12345", "dlqId"),
        ("/connections", "teamId"),
        ("/connections?teamId=", "teamId"),
        (f"/connections?teamId={CARE}&teamId={CARE}", "teamId"),
        ("/scenarios?teamId=x", "teamId"),
        (f"/scenarios?teamId={CARE}&isActive=1", "isActive"),
        (f"/scenarios?teamId={CARE}&id[]=x", "id[]"),
        (f"/scenarios?teamId={CARE}&type=other", "type"),
        (f"/scenarios?teamId={CARE}&pg[limit]=many", "pg[limit]"),
        (f"/scenarios?teamId={CARE}&pg[limit]=0", "pg[limit]"),
        (f"/scenarios?teamId={CARE}&pg[offset]=-1", "pg[offset]"),
        (f"/scenarios?teamId={CARE}&pg[sortDir]=up", "pg[sortDir]"),
        (f"/scenarios?teamId={CARE}&pg[sortBy]=colour", "pg[sortBy]"),
        (f"/scenarios?teamId={CARE}&cols[]=colour", "cols"),
        ("/organizations?pg[sortBy]=license", "pg[sortBy]"),
        ("/organizations?pg[sortBy]=teams", "pg[sortBy]"),
        (f"/scenarios?teamId={CARE}&pg[returnTotalCount]=true", "pg[returnTotalCount]"),
        ("/notifications/mark", "404"),
    ],
)
async def test_a_wrong_parameter_is_named(make: Door, path: str, wrong: str) -> None:
    if wrong == "404":
        await make.get(path, 404)
        return
    answer = await make.get(path, 400)
    assert (answer["code"], answer["message"]) == ("SC400", "Invalid input parameters")
    assert answer["detail"][0] == "Validation failed for 1 parameter(s)."
    assert f"'{wrong}'" in answer["detail"][1]


async def test_all_that_is_wrong_is_said_at_once(make: Door) -> None:
    answer = await make.post("/teams", {"name": 7, "operationsLimit": "many"}, 400)
    assert answer["detail"] == [
        "Validation failed for 3 parameter(s).",
        "Invalid text in parameter 'name'.",
        "Missing value of required parameter 'organizationId'.",
        "Invalid integer in parameter 'operationsLimit'.",
    ]


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff",
        b"[" * 100_000,
        b'{"name": NaN}',
        b'{"name": 1e999}',
        b'{"name": "\\uD800"}',
        b'{"name": ' + b"[" * 500 + b"]" * 500 + b"}",
    ],
    ids=lambda raw: repr(raw[:20]),
)
async def test_a_body_that_is_no_json_object_is_refused(make: Door, raw: bytes) -> None:
    response = await make.send("POST", "/teams", content=raw)
    assert response.status_code == 400
    assert response.json()["code"] == "SC400"


async def test_a_body_above_the_limit_is_refused(make: Door) -> None:
    response = await make.send("POST", "/teams", content=json.dumps({"name": "n" * 3_000_000}))
    assert response.status_code == 400
    assert response.json()["message"] == "request entity too large"


@pytest.mark.parametrize(
    ("path", "sort_by", "limit", "direction"),
    [
        ("/organizations", "name", 10000, "asc"),
        (f"/users?teamId={CARE}", "name", 10000, "asc"),
        (f"/teams?organizationId={NORTHWIND}", "name", 10000, "asc"),
        (f"/scenarios?teamId={CARE}", "proprietal", 500, "desc"),
        (f"/data-stores?teamId={CARE}", "name", 10000, "asc"),
        (f"/hooks?teamId={CARE}", "name", 50, "asc"),
        ("/templates", "id", 10, "asc"),
        ("/dlqs?scenarioId=4667501", "", 50, "asc"),
        ("/notifications", "id", 10000, "desc"),
    ],
)
async def test_a_list_has_makes_default_page(make: Door, path: str, sort_by: str, limit: int, direction: str) -> None:
    assert (await make.get(path))["pg"] == {"sortBy": sort_by, "limit": limit, "sortDir": direction, "offset": 0}


async def test_pages_put_together_are_the_whole_list(make: Door) -> None:
    whole = (await make.get(f"/scenarios?organizationId={NORTHWIND}&cols[]=id"))["scenarios"]
    together: list[dict[str, int]] = []
    for offset in (0, 5, 10, 15):
        query = f"organizationId={NORTHWIND}&cols[]=id&pg[limit]=5&pg[offset]={offset}"
        answer = await make.get(f"/scenarios?{query}")
        assert answer["pg"] == {"sortBy": "proprietal", "limit": 5, "sortDir": "desc", "offset": offset}
        together += answer["scenarios"]
    assert together == whole
    assert len(whole) == 12


async def test_a_list_is_sorted_as_asked(make: Door) -> None:
    path = f"/scenarios?organizationId={NORTHWIND}&cols[]=name"
    up = [row["name"] for row in (await make.get(f"{path}&pg[sortBy]=name&pg[sortDir]=asc"))["scenarios"]]
    down = [row["name"] for row in (await make.get(f"{path}&pg[sortBy]=name&pg[sortDir]=desc"))["scenarios"]]
    assert up == sorted(up, key=str.casefold)
    assert down == up[::-1]


async def test_columns_choose_the_fields(make: Door) -> None:
    answer = await make.get(f"/teams?organizationId={NORTHWIND}&cols[]=name&cols[1]=isPaused")
    assert {tuple(row) for row in answer["teams"]} == {("name", "isPaused")}
    assert set((await make.get("/users/me?cols[]=id&cols[]=userTeamRoles"))["authUser"]) == {"id", "userTeamRoles"}
    assert "userOrganizationRoles" in (await make.get("/users/me?cols[]=*"))["authUser"]
    assert "userOrganizationRoles" not in (await make.get("/users/me"))["authUser"]


async def test_a_refused_request_changes_nothing(make: Door) -> None:
    scenario = await make.scenario("Stock sync")
    path = f"/scenarios/{scenario['id']}"
    await make.patch(path, {"name": "Renamed", "scheduling": '{"type": "hourly"}'}, 400)
    await make.patch(path, {"name": "Renamed", "blueprint": '{"name": "N", "flow": []}'}, 400)
    assert await make.get(path) == {"scenario": scenario}


async def test_ping_is_plain_text(make: Door) -> None:
    response = await make.send("GET", "/ping")
    assert response.text == "pong"
    assert response.headers["content-type"].startswith("text/plain")
