"""One valid request to each endpoint of the practice account, or several where its answers differ.

They are sent in this order to an account in which `tour` has made the things that they name: a name in braces stands
for a thing's id, in a path and a query within the text and in a body as a text of its own. Where a name is to stand for
another thing, `instead` says for which.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote

Things = Mapping[str, Any]
"""Ids by the names that recipes have for them."""

OF_MATON = "api.maton.ai"
NAME = r"\{(\w+)(?::\w+)?\}"

BLUEPRINT = json.dumps(
    {"name": "Asked for", "flow": [{"id": 1, "module": "http:ActionSendData", "version": 3}], "metadata": {}}
)
SCHEDULING = json.dumps({"type": "on-demand"})
INTERFACE = {"input": [{"name": "subject", "type": "text"}], "output": [{"name": "answer", "type": "text"}]}
CODE = "function double(number) { return number * 2; }"


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """`endpoint` is the method and the path as the practice account declares it, with the host where that is Maton."""

    endpoint: str
    query: str
    body: Any
    instead: Mapping[str, str]

    @property
    def method(self) -> str:
        return self.endpoint.partition(" ")[0]

    @property
    def needs(self) -> frozenset[str]:
        """The names in its path and its query."""
        return frozenset(re.findall(NAME, f"{self.endpoint}?{self.query}"))

    def address(self, things: Things, columns: Iterable[str] = ()) -> str:
        """The path and the query for these things, without the host."""
        known = self._known(things)
        path = self.endpoint.partition(" ")[2].removeprefix(OF_MATON)
        place = re.sub(NAME, lambda found: quote(str(known[found[1]]), safe=""), path)
        query = [self.query.format(**known)] if self.query else []
        return f"{place}?{'&'.join((*query, *(f'cols[]={name}' for name in columns)))}"

    def content(self, things: Things) -> Any:
        """The body for these things."""
        return _filled(self.body, self._known(things))

    def _known(self, things: Things) -> Things:
        return {**things, **{name: things[other] for name, other in self.instead.items()}}


def _filled(body: Any, things: Things) -> Any:
    if isinstance(body, dict):
        return {name: _filled(value, things) for name, value in cast("dict[str, Any]", body).items()}
    if isinstance(body, list):
        return [_filled(value, things) for value in cast("list[Any]", body)]
    name = re.fullmatch(NAME, body) if isinstance(body, str) else None
    return body if name is None else things[name[1]]


def ask(endpoint: str, query: str = "", body: Any = None, **instead: str) -> Recipe:
    return Recipe(endpoint=endpoint, query=query, body=body, instead=instead)


TEAM, ORGANIZATION, OF_SCENARIO = "teamId={teamId}", "organizationId={organizationId}", "scenarioId={scenarioId}"
ENUMS = (
    "imt-zones", "imt-regions", "timezones", "countries", "locales", "languages", "module-types", "variable-types",
    "user-features", "organization-features", "user-email-notifications", "user-api-token-scopes",
    "apps-review-statuses", "llm-models", "llm-builtin-tiers", "connected-system-apps", "hook-types",
)  # fmt: skip

READS = (
    ask("GET /ping"),
    *(ask(f"GET /enums/{name}") for name in ENUMS),
    ask("GET /users/me"),
    ask("GET /users/me/current-authorization"),
    ask("GET /users/me/api-tokens"),
    ask("GET /users", ORGANIZATION),
    ask("GET /users", TEAM),
    ask("GET /users/roles"),
    ask("GET /users/roles/permissions"),
    ask("GET /users/roles/{roleId}"),
    ask("GET /users/{userId}/user-team-roles"),
    ask("GET /users/{userId}/user-team-roles/{teamId}"),
    ask("GET /users/{userId}/user-organization-roles"),
    ask("GET /users/{userId}/user-organization-roles/{organizationId}"),
    ask("GET /teams/{teamId}/user-team-roles"),
    ask("GET /teams/{teamId}/user-team-roles/{userId}"),
    ask("GET /organizations/{organizationId}/user-organization-roles"),
    ask("GET /organizations/{organizationId}/user-organization-roles/{userId}"),
    ask("GET /organizations"),
    ask("GET /organizations/{organizationId}"),
    ask("GET /organizations/{organizationId}/usage"),
    ask("GET /audit-logs/organization/{organizationId}"),
    ask("GET /audit-logs/organization/{organizationId}/filters"),
    ask("GET /audit-logs/{organizationId}/{uuid}"),
    ask("GET /teams", ORGANIZATION),
    ask("GET /teams/{teamId}"),
    ask("GET /teams/{teamId}/usage"),
    ask("GET /scenarios", ORGANIZATION),
    ask("GET /scenarios", TEAM),
    ask("GET /scenarios/consumptions", ORGANIZATION),
    ask("GET /scenarios/{scenarioId}"),
    ask("GET /scenarios/{scenarioId}", scenarioId="hooked"),
    ask("GET /scenarios/{scenarioId}/blueprint"),
    ask("GET /scenarios/{scenarioId}/blueprints"),
    ask("GET /scenarios/{scenarioId}/interface"),
    ask("GET /scenarios/{scenarioId}/triggers", scenarioId="hooked"),
    ask("GET /scenarios/{scenarioId}/usage"),
    ask("GET /scenarios/{scenarioId}/logs"),
    ask("GET /scenarios/{scenarioId}/logs", scenarioId="failing"),
    ask("GET /scenarios/{scenarioId}/logs/{executionId}"),
    ask("GET /scenarios/{scenarioId}/logs/{executionId}", scenarioId="failing", executionId="failed"),
    ask("GET /scenarios/{scenarioId}/executions/{executionId}"),
    ask("GET /scenarios/{scenarioId}/executions/{executionId}", scenarioId="failing", executionId="failed"),
    ask("GET /scenarios/{scenarioId}/executions/{executionId}", scenarioId="busy", executionId="running"),
    ask("GET /scenarios-folders", TEAM),
    ask("GET /connections", TEAM),
    ask("GET /connections/{connectionId}"),
    ask("GET /connections/{connectionId}/editable-data-schema"),
    ask("GET /data-stores", TEAM),
    ask("GET /data-stores/{dataStoreId}"),
    ask("GET /data-stores/{dataStoreId}/data"),
    ask("GET /data-structures", TEAM),
    ask("GET /data-structures/{dataStructureId}"),
    ask("GET /keys", TEAM),
    ask("GET /keys/types"),
    ask("GET /keys/{keyId}"),
    ask("GET /functions", TEAM),
    ask("GET /functions/{functionId}"),
    ask("GET /functions/{functionId}/history", TEAM),
    ask("GET /hooks", TEAM),
    ask("GET /hooks/{hookId}"),
    ask("GET /hooks/{hookId}/ping"),
    ask("GET /hooks/{hookId}/ping", hookId="learned"),
    ask("GET /hooks/{hookId}/incomings"),
    ask("GET /hooks/{hookId}/incomings/stats"),
    ask("GET /hooks/{hookId}/incomings/{incomingId}"),
    ask("GET /hooks/{hookId}/logs"),
    ask("GET /hooks/{hookId}/logs/{logId}"),
    ask("GET /templates"),
    ask("GET /templates", TEAM),
    ask("GET /templates/{templateId}"),
    ask("GET /templates/{templateId}/blueprint"),
    ask("GET /templates/public"),
    ask("GET /templates/public/{templateUrl}"),
    ask("GET /templates/public/{templateUrl}/blueprint"),
    ask("GET /dlqs", OF_SCENARIO, scenarioId="failing"),
    ask("GET /dlqs/{dlqId}"),
    ask("GET /dlqs/{dlqId}/blueprint"),
    ask("GET /dlqs/{dlqId}/bundle"),
    ask("GET /dlqs/{dlqId}/logs"),
    ask("GET /dlqs/{dlqId}/logs/{executionDlqId}"),
    ask("GET /notifications"),
    ask("GET /notifications/{notificationId}"),
    ask("GET api.maton.ai/connections"),
    ask("GET api.maton.ai/connections/{connection_id}"),
)

NAMED = {"name": "Another name"}
RECORD = {"total": 12}

WRITES = (
    ask("PATCH /users/{userId}", body={"language": "en"}),
    ask("POST /users/me/api-tokens", body={"label": "Made for a test", "scope": ["teams:read"]}),
    ask(
        "POST /organizations",
        body={"name": "Made for a test", "regionId": "{regionId}", "timezoneId": 118, "countryId": 57},
    ),
    ask("PATCH /organizations/{organizationId}", body={"timezoneId": 118}),
    ask("POST /teams", body={"name": "Made for a test", "organizationId": "{organizationId}"}),
    ask("PATCH /teams/{teamId}", body={"operationsLimit": 9000}),
    ask("POST /scenarios", body={"teamId": "{teamId}", "blueprint": BLUEPRINT, "scheduling": SCHEDULING}),
    ask("PATCH /scenarios/{scenarioId}", body=NAMED),
    ask("PATCH /scenarios/{scenarioId}/interface", body={"interface": INTERFACE}),
    ask(
        "POST /scenarios/{scenarioId}/clone",
        ORGANIZATION,
        body={"name": "A copy", "teamId": "{teamId}", "states": False},
    ),
    ask("POST /scenarios/{scenarioId}/start", scenarioId="idle"),
    ask("POST /scenarios/{scenarioId}/stop", scenarioId="idle"),
    ask(
        "POST /scenarios/{scenarioId}/executions/{executionId}/stop", body={}, scenarioId="busy", executionId="running"
    ),
    ask("POST /scenarios/{scenarioId}/run", body={}, scenarioId="busy"),
    ask("POST /scenarios/{scenarioId}/run", body={"data": {"subject": "Hello"}, "responsive": True}),
    ask("POST /scenarios/{scenarioId}/run", body={"responsive": True}, scenarioId="failing"),
    ask("POST /scenarios/{scenarioId}/replay", body={"executionIds": ["{executionId}"]}),
    ask("POST /scenarios-folders", body={"name": "Made for a test", "teamId": "{teamId}"}),
    ask("PATCH /scenarios-folders/{folderId}", body=NAMED),
    ask(
        "POST /connections",
        TEAM,
        body={"accountName": "Made", "accountType": "apikeyauth", "url": "https://www.example.com", "apiKey": "none"},
    ),
    ask("PATCH /connections/{connectionId}", body=NAMED),
    ask("POST /connections/{connectionId}/test"),
    ask("POST /connections/{connectionId}/scoped", body={"scope": ["read"]}),
    ask("POST /connections/{connectionId}/set-data", body={"url": "https://www.example.com", "apiKey": "another"}),
    ask("POST /data-stores", body={"name": "Made", "teamId": "{teamId}", "datastructureId": None, "maxSizeMB": 1}),
    ask("PATCH /data-stores/{dataStoreId}", body=NAMED),
    ask("POST /data-stores/{dataStoreId}/data", body={"data": RECORD}),
    ask("PUT /data-stores/{dataStoreId}/data/{dataStoreKeyRecord:record_key}", body=RECORD),
    ask("PATCH /data-stores/{dataStoreId}/data/{dataStoreKeyRecord:record_key}", body=RECORD),
    ask("POST /data-structures", body={"name": "Made", "teamId": "{teamId}", "strict": False, "spec": []}),
    ask("PATCH /data-structures/{dataStructureId}", body=NAMED),
    ask("POST /data-structures/{dataStructureId}/clone", body={"name": "A copy", "targetTeamId": "{teamId}"}),
    ask(
        "POST /keys",
        body={
            "name": "Made",
            "teamId": "{teamId}",
            "typeName": "basicauth",
            "parameters": {"authUser": "nobody", "authPass": "nothing"},
        },
    ),
    ask("PATCH /keys/{keyId}", body=NAMED),
    ask(
        "POST /functions", TEAM, body={"name": "half", "description": "Halves.", "code": CODE.replace("double", "half")}
    ),
    ask("PATCH /functions/{functionId}", body={"description": "Twice as much."}),
    ask("POST /functions/eval", TEAM, body={"code": CODE}),
    ask("POST /functions/eval", TEAM, body={"code": "function ("}),
    ask(
        "POST /hooks",
        "useDefaults=requiredOnly",
        body={"name": "Made", "teamId": "{teamId}", "typeName": "gateway-webhook"},
    ),
    ask("PATCH /hooks/{hookId}", body=NAMED),
    ask("POST /hooks/{hookId}/set-data", body={"headers": True}),
    ask("POST /hooks/{hookId}/disable"),
    ask("POST /hooks/{hookId}/enable"),
    ask("POST /hooks/{hookId}/learn-start"),
    ask("POST /hooks/{hookId}/learn-stop"),
    ask("POST /templates", body={"teamId": "{teamId}", "language": "en", "blueprint": BLUEPRINT}),
    ask("PATCH /templates/{templateId}", body=NAMED),
    ask("POST /templates/{templateId}/publish"),
    ask("POST /templates/{templateId}/request-approval"),
    ask("PATCH /dlqs/{dlqId}", body={"failer": 1}),
    ask("POST /dlqs/{dlqId}/retry"),
    ask("POST /dlqs/retry", OF_SCENARIO, body={"ids": ["{dlqId}"]}, scenarioId="failing"),
    ask("POST /notifications/mark-as-read", "ids=all"),
    ask("POST api.maton.ai/connections", body={"app": "make"}),
)

SURE = "confirmed=true"

DELETES = (
    ask("DELETE /notifications", body={"ids": ["{notificationId}"]}),
    ask("DELETE /users/me/api-tokens/{timestamp}"),
    ask("DELETE /dlqs/{dlqId}"),
    ask("DELETE /dlqs", OF_SCENARIO, body={"ids": ["{otherDlq}"]}, scenarioId="failing"),
    ask("DELETE /hooks/{hookId}/incomings", body={"ids": ["{incomingId}"]}),
    ask("DELETE /hooks/{hookId}", SURE),
    ask("DELETE /templates/{templateId}", SURE),
    ask("DELETE /functions/{functionId}", SURE),
    ask("DELETE /keys/{keyId}", SURE),
    ask("DELETE /data-stores/{dataStoreId}/data", body={"keys": ["{dataStoreKeyRecord}"]}),
    ask("DELETE /data-stores/{dataStoreId}", SURE),
    ask("DELETE /data-stores", f"{TEAM}&{SURE}", body={"ids": ["{otherDataStore}"]}),
    ask("DELETE /data-structures/{dataStructureId}", SURE),
    ask("DELETE /connections/{connectionId}", SURE),
    ask("DELETE /scenarios/{scenarioId}"),
    ask("DELETE /scenarios-folders/{folderId}"),
    ask("DELETE /teams/{teamId}", SURE),
    ask("DELETE /organizations/{organizationId}", SURE, organizationId="otherOrganization"),
    ask("DELETE api.maton.ai/connections/{connection_id}", connection_id="otherGatewayConnection"),
)

RECIPES = (*READS, *WRITES, *DELETES)
