"""`/connections` of Make."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.sandbox.practice import CARE, MARKETING, NORTHWIND, OPERATIONS, Door

import make_sandbox

GOOGLE_SHEETS = "https://www.googleapis.com/auth/spreadsheets"


async def add(make: Door, body: dict[str, Any], status: int = 200) -> Any:
    return await make.post(f"/connections?teamId={CARE}", body, status)


async def test_connections_come_by_name_and_without_pages(make: Door) -> None:
    answer = await make.get(f"/connections?teamId={CARE}&pg[limit]=1")
    assert set(answer) == {"connections"}
    names = [row["name"] for row in answer["connections"]]
    assert names == ["Google (care)", "OpenAI (care)", "Slack (care)", "Support mailbox"]


async def test_types_filter_the_list(make: Door) -> None:
    answer = await make.get(f"/connections?teamId={CARE}&type[]=google&type[]=imap")
    assert [row["accountName"] for row in answer["connections"]] == ["google", "imap"]


async def test_a_parameter_named_after_a_type_checks_scopes(make: Door) -> None:
    path = f"/connections?teamId={CARE}&type[]=google"
    assert (await make.get(f"{path}&google[]={GOOGLE_SHEETS}"))["connections"][0]["scoped"]
    assert not (await make.get(f"{path}&google[]={GOOGLE_SHEETS}&google[]=gmail"))["connections"][0]["scoped"]


async def test_a_uid_may_be_larger_than_any_machine_integer(make: Door) -> None:
    google = await make.connection(OPERATIONS, "Google")
    assert google["uid"] == 225874569526501080000
    response = await make.send("GET", f"/connections/{google['id']}")
    assert '"uid":225874569526501080000' in response.text


async def test_no_answer_shows_credentials(make: Door) -> None:
    connection = await make.connection(MARKETING, "Airtable")
    for path in (f"/connections/{connection['id']}", f"/connections/{connection['id']}?cols[]=*"):
        assert "sample-apiKey" not in (await make.send("GET", path)).text
    used = (await make.get(f"/connections/{connection['id']}?cols[]=scenarioUsages"))["connection"]
    assert [row["name"] for row in used["scenarioUsages"]] == ["Content calendar reminders"]


async def test_the_display_name_and_the_type_change_their_names_on_the_way(make: Door) -> None:
    body = {"accountName": "Bot", "accountType": "telegram", "token": "secret-value"}
    response = await make.send("POST", f"/connections?teamId={CARE}", body)
    connection = response.json()["connection"]
    assert (connection["name"], connection["accountName"], connection["accountLabel"]) == (
        "Bot",
        "telegram",
        "Telegram Bot",
    )
    assert (connection["accountType"], connection["editable"], connection["teamId"]) == ("basic", True, CARE)
    assert "secret-value" not in response.text
    assert (await make.post(f"/connections/{connection['id']}/test")) == {"verified": True}


async def test_an_oauth_connection_waits_for_a_person(make: Door) -> None:
    body = {"accountName": "Chat", "accountType": "slack", "scopes": ["chat:write"]}
    connection = (await add(make, body))["connection"]
    assert (connection["accountType"], connection["scopesCnt"], connection["uid"]) == ("oauth", 1, None)
    assert (await make.post(f"/connections/{connection['id']}/test")) == {"verified": False}


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"accountName": "Chat"}, "accountType"),
        ({"accountName": "slack2", "accountType": "oauth"}, "accountType"),
        ({"accountName": "n" * 129, "accountType": "slack"}, "accountName"),
        ({"accountName": "Key", "accountType": "apikeyauth", "url": "https://example.com"}, "apiKey"),
        ({"accountType": "slack", "scopes": "chat:write"}, "scopes"),
    ],
)
async def test_a_wrong_new_connection_is_refused(make: Door, body: dict[str, Any], wrong: str) -> None:
    assert f"'{wrong}'" in (await add(make, body, 400))["detail"][1]
    assert len((await make.get(f"/connections?teamId={CARE}"))["connections"]) == 4


async def test_the_team_of_a_new_connection_stands_in_the_query(make: Door) -> None:
    answer = await make.post("/connections", {"accountType": "slack", "teamId": CARE}, 400)
    assert "'teamId'" in answer["detail"][1]


async def test_renaming_takes_the_name_and_nothing_else(make: Door) -> None:
    connection = await make.connection(MARKETING, "Airtable")
    path = f"/connections/{connection['id']}"
    assert (await make.patch(path, {"name": "Base"}))["connection"] == connection | {"name": "Base"}
    await make.patch(path, {"name": "Other", "apiKey": "x"}, 400)
    await make.patch(path, {"name": "n" * 129}, 400)
    assert (await make.get(path))["connection"]["name"] == "Base"


async def test_new_credentials_repair_a_broken_connection_and_what_it_broke(make: Door) -> None:
    scenario = await make.scenario("Content calendar")
    connection = await make.connection(MARKETING, "Airtable")
    path = f"/connections/{connection['id']}"
    assert await make.post(f"{path}/test") == {"verified": False}
    failed = await make.post(f"/scenarios/{scenario['id']}/run", {"responsive": True})
    assert failed["error"]["name"] == "InvalidAccessTokenError"
    assert await make.get(f"{path}/editable-data-schema") == {"editableParameters": ["apiKey"]}
    assert await make.post(f"{path}/set-data", {"apiKey": "new"}) == {"changed": True}
    assert await make.post(f"{path}/test") == {"verified": True}
    assert (await make.post(f"/scenarios/{scenario['id']}/run", {"responsive": True}))["status"] == 1
    dlq = (await make.get(f"/dlqs?scenarioId={scenario['id']}"))["dlqs"][0]
    await make.post(f"/dlqs/{dlq['id']}/retry")
    assert (await make.get(f"/dlqs/{dlq['id']}"))["dlq"]["resolved"]


async def test_set_data_replaces_everything_so_a_field_left_out_becomes_empty(make: Door) -> None:
    connection = await make.connection(OPERATIONS, "Warehouse")
    path = f"/connections/{connection['id']}"
    assert await make.post(f"{path}/test") == {"verified": True}
    await make.post(f"{path}/set-data", {"apiKey": "new"})
    assert await make.post(f"{path}/test") == {"verified": False}
    assert (await make.post(f"{path}/set-data", {"colour": "red"}, 400))["code"] == "SC400"


async def test_a_connection_that_cannot_be_edited_says_so(make: Door) -> None:
    connection = await make.connection(CARE, "Support mailbox")
    path = f"/connections/{connection['id']}"
    assert (await make.get(f"{path}/editable-data-schema", 400))["message"] == "Cannot edit this connection."
    assert (await make.post(f"{path}/set-data", {"password": "x"}, 400))["message"] == "Cannot edit this connection."


async def test_scopes_of_a_connection_can_be_checked(make: Door) -> None:
    google = await make.connection(CARE, "Google")
    path = f"/connections/{google['id']}/scoped"
    assert await make.post(path, {"scope": [GOOGLE_SHEETS]}) == {"connection": {"scoped": True}}
    assert await make.post(path, {"scope": [GOOGLE_SHEETS, "gmail"]}) == {"connection": {"scoped": False}}
    scopes = (await make.get(f"/connections/{google['id']}"))["connection"]["scopes"]
    assert {"id": "openid", "name": "Sign in", "account": "google"} in scopes


async def test_deleting_a_connection_in_use_names_the_scenarios_first(make: Door) -> None:
    connection = await make.connection(OPERATIONS, "Slack")
    refusal = await make.delete(f"/connections/{connection['id']}", status=406)
    assert (refusal["code"], refusal["message"], refusal["status"]) == ("IM004", "Confirmation required.", 406)
    kinds = {entry["type"]: [row["scenarioName"] for row in entry.get("data", [])] for entry in refusal["metadata"]}
    assert kinds == {
        "connection": [],
        "connectionWithActiveScenarios": ["Order intake: webhook to Sheets and Slack"],
        "connectionWithInactiveScenarios": ["Supplier price watch"],
    }
    await make.get(f"/connections/{connection['id']}")
    assert not any(row["isinvalid"] for row in (await make.get(f"/scenarios?teamId={OPERATIONS}"))["scenarios"])


async def test_a_confirmed_deletion_makes_the_scenarios_invalid(make: Door) -> None:
    connection = await make.connection(OPERATIONS, "Slack")
    await make.delete(f"/connections/{connection['id']}?confirmed=true")
    await make.get(f"/connections/{connection['id']}", 403)
    rows = (await make.get(f"/scenarios?organizationId={NORTHWIND}&cols[]=name&cols[]=isinvalid"))["scenarios"]
    assert {row["name"] for row in rows if row["isinvalid"]} == {
        "Order intake: webhook to Sheets and Slack",
        "Supplier price watch",
        "Refund follow-up",
    }


async def test_a_new_blueprint_makes_an_invalid_scenario_valid_again(make: Door) -> None:
    scenario = await make.scenario("Refund follow-up")
    blueprint: dict[str, Any] = {"name": "Refund follow-up", "flow": [], "metadata": {}}
    changed = await make.patch(f"/scenarios/{scenario['id']}", {"blueprint": json.dumps(blueprint)})
    assert not changed["scenario"]["isinvalid"]


async def test_a_connection_that_nothing_uses_is_deleted_at_once(make: Door) -> None:
    connection = (await add(make, {"accountType": "slack"}))["connection"]
    assert await make.delete(f"/connections/{connection['id']}") == {"connection": connection["id"]}
    await make.get(f"/connections/{connection['id']}", 403)


def to_make(token: str) -> dict[str, Any]:
    return {"accountName": "Itself", "accountType": "make", "apiKey": token, "url": "https://eu1.make.com/api/v2"}


async def token(make: Door) -> dict[str, Any]:
    body: dict[str, Any] = {"label": "For a connection", "scope": []}
    return (await make.post("/users/me/api-tokens", body))["apiToken"]


async def test_a_connection_to_make_works_with_a_token_of_the_account(make: Door) -> None:
    connection = (await add(make, to_make(make_sandbox.TOKEN)))["connection"]
    assert (connection["accountName"], connection["accountType"], connection["editable"]) == ("make", "basic", True)
    path = f"/connections/{connection['id']}"
    assert (await make.get(f"{path}/editable-data-schema"))["editableParameters"] == ["apiKey", "url"]
    assert await make.post(f"{path}/test") == {"verified": True}


async def test_make_refuses_a_key_that_is_no_token(make: Door) -> None:
    path = f"/connections/{(await add(make, to_make('wrong')))['connection']['id']}"
    refusal = await make.post(f"{path}/test", status=424)
    assert refusal["code"] == "SC424"
    message = "[401] Access denied: Invalid token header."
    assert refusal["suberrors"] == [{"message": message, "name": "RuntimeError"}]
    data = {"apiKey": make_sandbox.TOKEN, "url": "https://eu1.make.com/api/v2"}
    assert await make.post(f"{path}/set-data", data) == {"changed": True}
    assert await make.post(f"{path}/test") == {"verified": True}
    await make.post(f"{path}/set-data", {"apiKey": make_sandbox.TOKEN})
    await make.post(f"{path}/test", status=424)


async def test_a_deleted_token_breaks_the_connection_and_the_scenario_that_use_it(make: Door) -> None:
    key = await token(make)
    id_ = (await add(make, to_make(key["token"])))["connection"]["id"]
    flow = [{"id": 1, "module": "make:ApiCall", "parameters": {"__IMTCONN__": id_}}]
    blueprint: dict[str, Any] = {"name": "Calls Make", "flow": flow, "metadata": {}}
    body = {"teamId": CARE, "blueprint": json.dumps(blueprint), "scheduling": '{"type": "on-demand"}'}
    scenario = (await make.post("/scenarios", body))["scenario"]["id"]
    await make.post(f"/scenarios/{scenario}/start")
    assert (await make.post(f"/scenarios/{scenario}/run", {"responsive": True}))["status"] == 1
    await make.client.delete(f"/api/v2/users/me/api-tokens/{key['created']}")
    await make.post(f"/connections/{id_}/test", status=424)
    failed = await make.post(f"/scenarios/{scenario}/run", {"responsive": True})
    assert (failed["status"], failed["error"]["name"]) == (3, "InvalidAccessTokenError")


async def test_credentials_are_texts(make: Door) -> None:
    answer = await add(make, to_make("x") | {"apiKey": ["x"], "url": 1}, 400)
    assert answer["detail"][0] == "Validation failed for 2 parameter(s)."
    path = f"/connections/{(await make.connection(OPERATIONS, 'Warehouse'))['id']}"
    await make.post(f"{path}/set-data", {"apiKey": {"a": 1}, "url": "https://example.com"}, 400)
    assert await make.post(f"{path}/test") == {"verified": True}
    await make.post(f"{path}/set-data", {"apiKey": None, "url": "https://example.com"})
    assert await make.post(f"{path}/test") == {"verified": False}


async def test_a_scenario_fails_on_a_connection_that_nobody_has_authorised(make: Door) -> None:
    connection = (await add(make, {"accountType": "slack", "scopes": ["chat:write"]}))["connection"]
    flow = [{"id": 1, "module": "slack:CreateMessage", "parameters": {"__IMTCONN__": connection["id"]}}]
    blueprint: dict[str, Any] = {"name": "Tells", "flow": flow, "metadata": {}}
    body = {"teamId": CARE, "blueprint": json.dumps(blueprint), "scheduling": '{"type": "on-demand"}'}
    scenario = (await make.post("/scenarios", body))["scenario"]["id"]
    await make.post(f"/scenarios/{scenario}/start")
    failed = await make.post(f"/scenarios/{scenario}/run", {"responsive": True})
    assert failed["error"]["name"] == "InvalidAccessTokenError"
