"""The fields of every answer, as Make documents them. The lists are written by hand, from the documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.sandbox.practice import BACK_OFFICE, CARE, HARBOR, MARKETING, NORTHWIND, OPERATIONS, Door

USER = "id name email language timezoneId localeId countryId features avatar lastLogin tfaStatus"
ORGANIZATION = "id name countryId timezoneId license zone serviceName teams isPaused productName tfaEnforced externalId"
ORGANIZATION_DETAIL = f"{ORGANIZATION} operations transfer nextReset features featureControls"
TEAM = (
    "id name organizationId globalAgentsEnabled operationsLimit transferLimit consumedOperations consumedTransfer "
    "isPaused activeScenarios activeApps operations transfer centicredits consumedCenticredits"
)
USAGE = "date operations dataTransfer centicredits"
SCENARIO = (
    "id name teamId hookId devices deviceId deviceScope concept description folderId isinvalid islinked isActive "
    "islocked isPaused usedPackages lastEdit scheduling iswaiting dlqCount createdByUser updatedByUser nextExec "
    "created scenarioVersion moduleSequenceId type"
)
STATE = "id isActive islinked"
LOG = (
    "imtId id duration operations transfer centicredits organizationId teamId type authorId authorName instant "
    "timestamp status executionName"
)
CONNECTION = (
    "id name accountName accountLabel packageName expire metadata teamId theme upgradeable scopesCnt scoped "
    "accountType editable uid connectedSystemId organizationId"
)
DATA_STORE = "id name records size maxSize teamId datastructureId"
HOOK = (
    "id name teamId udid type packageName theme flags editable queueCount queueLimit enabled gone typeName data "
    "scenarioId url"
)
TEMPLATE = (
    "id name teamId description usedApps public published approved approvedId requestedApproval publishedId publicUrl "
    "approvedName publishedName"
)
DLQ_LISTED = "id reason created size resolved retry attempts"
DLQ = "id scenarioId scenarioName companyId companyName resolved deleted index created executionId retry attempts size"
NOTIFICATION = "id subject read created type"
MATON = "connection_id status creation_time last_updated_time url app metadata"

BLUEPRINT = '{"name": "Fields", "flow": [], "metadata": {}}'


def has(answer: Mapping[str, Any], key: str | None, fields: str, siblings: str = "") -> None:
    """The envelope is `key` and its siblings; what is in it (or, without a key, the answer) has these fields."""
    if key is not None:
        assert set(answer) == {key, *siblings.split()}
        answer = answer[key][0] if isinstance(answer[key], list) else answer[key]
    assert set(answer) == set(fields.split())


async def test_users_answer_as_documented(make: Door) -> None:
    has(await make.get(f"/users?organizationId={NORTHWIND}"), "users", USER, "pg")
    me = await make.get("/users/me")
    has(me, "authUser", f"{USER} timezone locale")
    has(await make.patch(f"/users/{me['authUser']['id']}", {}), "user", USER)
    has(await make.get("/users/me/current-authorization"), "authorization", "authUsed scope")


async def test_organizations_answer_as_documented(make: Door) -> None:
    has(await make.get("/organizations"), "organizations", "id name timezoneId zone", "pg")
    has(await make.get("/organizations?cols[]=*"), "organizations", ORGANIZATION, "pg")
    has(await make.get(f"/organizations/{NORTHWIND}"), "organization", ORGANIZATION_DETAIL)
    has(await make.get(f"/organizations/{NORTHWIND}/usage"), "data", USAGE)
    has(await make.patch(f"/organizations/{NORTHWIND}", {}), "organization", ORGANIZATION)
    new = {"name": "New", "regionId": 1, "timezoneId": 118, "countryId": 57}
    has(await make.post("/organizations", new), "organization", ORGANIZATION, "userOrganizationRole")
    assert await make.delete(f"/organizations/{HARBOR}?confirmed=true") == {"organization": HARBOR}


async def test_teams_answer_as_documented(make: Door) -> None:
    has(await make.get(f"/teams?organizationId={NORTHWIND}"), "teams", "id name organizationId", "pg")
    has(await make.get(f"/teams?organizationId={NORTHWIND}&cols[]=*"), "teams", TEAM, "pg")
    has(await make.get(f"/teams/{OPERATIONS}"), "team", TEAM)
    has(await make.get(f"/teams/{OPERATIONS}/usage"), "data", USAGE)
    has(await make.post("/teams", {"name": "New", "organizationId": NORTHWIND}), "team", TEAM, "userTeamRole")
    assert await make.delete(f"/teams/{BACK_OFFICE}?confirmed=true") == {"team": BACK_OFFICE}


async def test_scenarios_answer_as_documented(make: Door) -> None:
    has(await make.get(f"/scenarios?teamId={OPERATIONS}"), "scenarios", SCENARIO, "pg")
    scenario = await make.scenario("Supplier price watch")
    path = f"/scenarios/{scenario['id']}"
    has(await make.get(path), "scenario", SCENARIO)
    has(await make.patch(path, {"name": "Price watch"}), "scenario", SCENARIO)
    has(await make.post(f"{path}/start"), "scenario", STATE)
    has(await make.post(f"{path}/run", {}), None, "executionId")
    has(await make.post(f"{path}/stop"), "scenario", STATE)
    response = (await make.get(f"{path}/blueprint"))["response"]
    has(response, None, "blueprint scheduling concept idSequence created last_edit metadata")
    assert await make.delete(path) == {"scenario": scenario["id"]}
    new = {"teamId": OPERATIONS, "blueprint": BLUEPRINT, "scheduling": '{"type": "on-demand"}'}
    has(await make.post("/scenarios", new), "scenario", SCENARIO)


async def test_logs_and_responsive_runs_answer_as_documented(make: Door) -> None:
    scenario = await make.scenario("Lead scoring")
    has(await make.get(f"/scenarios/{scenario['id']}/logs"), "scenarioLogs", LOG, "pg")
    body = {"responsive": True, "data": {"email": "lead@example.com"}}
    has(await make.post(f"/scenarios/{scenario['id']}/run", body), None, "executionId status outputs")
    broken = await make.scenario("Paid invoices")
    failed = await make.post(f"/scenarios/{broken['id']}/run", {"responsive": True})
    has(failed, None, "executionId status error")
    has(failed["error"], None, "name message causeModule")


async def test_connections_answer_as_documented(make: Door) -> None:
    has(await make.get(f"/connections?teamId={MARKETING}"), "connections", CONNECTION)
    airtable = await make.connection(MARKETING, "Airtable")
    path = f"/connections/{airtable['id']}"
    has(await make.get(path), "connection", f"{CONNECTION} scopes")
    has(await make.patch(path, {"name": "Airtable"}), "connection", CONNECTION)
    assert set(await make.post(f"{path}/test")) == {"verified"}
    assert set(await make.get(f"{path}/editable-data-schema")) == {"editableParameters"}
    assert await make.post(f"{path}/set-data", {"apiKey": "new"}) == {"changed": True}
    has(await make.post(f"{path}/scoped", {"scope": []}), "connection", "scoped")
    assert await make.delete(f"{path}?confirmed=true") == {"connection": airtable["id"]}
    new = {"accountName": "Chat", "accountType": "slack"}
    has(await make.post(f"/connections?teamId={MARKETING}", new), "connection", CONNECTION)


async def test_data_stores_answer_as_documented(make: Door) -> None:
    answer = await make.get(f"/data-stores?teamId={CARE}")
    has(answer, "dataStores", DATA_STORE, "pg")
    path = f"/data-stores/{answer['dataStores'][0]['id']}"
    has(await make.get(path), "dataStore", DATA_STORE)
    has(await make.patch(path, {"name": "Answers"}), "dataStore", DATA_STORE)
    new = {"name": "New", "teamId": CARE, "datastructureId": None, "maxSizeMB": 1}
    created = await make.post("/data-stores", new)
    has(created, "dataStore", DATA_STORE)
    id_ = created["dataStore"]["id"]
    assert await make.delete(f"/data-stores?teamId={CARE}", {"ids": [id_]}) == {"dataStores": [id_]}


async def test_hooks_answer_as_documented(make: Door) -> None:
    has(await make.get(f"/hooks?teamId={OPERATIONS}"), "hooks", HOOK, "pg")
    hook = await make.hook(OPERATIONS, "Returns")
    path = f"/hooks/{hook['id']}"
    has(await make.get(path), "hook", HOOK)
    has(await make.get(f"{path}/ping"), None, "address attached learning gone dataStructure")
    has(await make.patch(path, {"name": "Returns"}), "hook", HOOK)
    assert await make.post(f"{path}/disable") == {"success": True}
    assert await make.post(f"{path}/enable") == {"success": True}
    assert await make.delete(path) == {"hook": hook["id"]}
    new = {"name": "New", "teamId": OPERATIONS, "typeName": "gateway-webhook"}
    has(await make.post("/hooks?useDefaults=requiredOnly", new), "hook", HOOK)


async def test_templates_answer_as_documented(make: Door) -> None:
    answer = await make.get(f"/templates?teamId={MARKETING}")
    has(answer, "templates", TEMPLATE, "pg")
    id_ = answer["templates"][0]["id"]
    has(await make.get(f"/templates/{id_}"), "template", TEMPLATE)
    has(await make.get(f"/templates/{id_}/blueprint"), None, "blueprint controller scheduling language")
    assert await make.delete(f"/templates/{id_}?confirmed=true") == {"template": id_}


async def test_incomplete_executions_answer_as_documented(make: Door) -> None:
    scenario = await make.scenario("Paid invoices")
    answer = await make.get(f"/dlqs?scenarioId={scenario['id']}")
    has(answer, "dlqs", DLQ_LISTED, "pg")
    id_ = answer["dlqs"][0]["id"]
    has(await make.get(f"/dlqs/{id_}"), "dlq", DLQ)
    assert await make.post(f"/dlqs/{id_}/retry") == {"dlq": id_}
    assert await make.delete(f"/dlqs?scenarioId={scenario['id']}", {"ids": [id_]}) == {"dlqs": [id_]}


async def test_notifications_answer_as_documented(make: Door) -> None:
    answer = await make.get("/notifications")
    has(answer, "notifications", NOTIFICATION, "userUnreadNotifications userZoneNotifications pg")
    has(answer["userZoneNotifications"][0], None, "imtZoneId unreadNotifications")
    id_ = answer["notifications"][0]["id"]
    has(await make.get(f"/notifications/{id_}"), "notification", f"{NOTIFICATION} body")
    has(await make.post("/notifications/mark-as-read?ids=all"), "notifications", "id")
    assert await make.delete("/notifications", {"ids": [id_]}) == {"notifications": [{"id": id_}]}


async def test_enums_answer_as_documented(make: Door) -> None:
    has(await make.get("/enums/imt-zones"), "imtZones", "id domain name")
    has(await make.get("/enums/imt-regions"), "imtRegions", "id name")
    has(await make.get("/enums/timezones"), "timezones", "id name code offset")
    has(await make.get("/enums/countries"), "countries", "id name code code2")


async def test_connections_of_maton_answer_as_documented(maton: Door) -> None:
    answer = await maton.get("/connections")
    has(answer, "connections", MATON)
    has(await maton.get(f"/connections/{answer['connections'][0]['connection_id']}"), "connection", MATON)
    has(await maton.post("/connections", {"app": "make"}), "connection", MATON)
