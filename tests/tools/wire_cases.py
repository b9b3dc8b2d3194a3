"""What each tool must send, by hand from Make's documentation and Maton's page: arguments of a model, then the request.

Per tool one case with the least and one with all there is to say (two where arguments exclude each other), then the
odd ones. Nothing here is computed from the catalogue: a wire name that is wrong there must be right here.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from make_tools import Request


class Case(NamedTuple):
    tool: str
    arguments: Mapping[str, Any]
    request: Request


class Refused(NamedTuple):
    tool: str
    arguments: Mapping[str, Any]
    why: str


PAGE = {"limit": 7, "offset": 14, "sort": "-name"}
PG = {"pg[limit]": 7, "pg[offset]": 14, "pg[sortBy]": "name", "pg[sortDir]": "desc"}

BLUEPRINT = {"name": "Orders", "flow": [{"id": 1, "module": "http:Get", "mapper": None}], "metadata": {"version": 1}}
BLUEPRINT_TEXT = '{"name":"Orders","flow":[{"id":1,"module":"http:Get","mapper":null}],"metadata":{"version":1}}'
BLUEPRINT_AS_TYPED = '{ "flow": [], "metadata": {"ratio": 1.50},\n  "name": "Orders" }'
SCHEDULING = {"type": "indefinitely", "interval": 900}
SCHEDULING_TEXT = '{"type":"indefinitely","interval":900}'
SCHEDULING_AS_TYPED = '{ "interval": 900, "type": "indefinitely" }'

RUN_A, RUN_B = "a07e16f2ad134bf49cf83a00aa95c0a5", "0123456789abcdef0123456789abcdef"
BEYOND_64_BITS = "225874569526501080000"
MATON_ID = "21fd90f9-5935-43cd-b6c8-bde9d915ca80"

# A case has two lines, what comes in and what goes out; formatted, it would have ten.
# fmt: off
CASES = (
    # ---- users
    Case("users_me", {}, Request("GET", "/users/me")),
    Case("users_me", {"includeInvitedOrg": True, "fields": ["id", "email"]},
         Request("GET", "/users/me", {"includeInvitedOrg": True, "cols[]": ["id", "email"]})),
    Case("users_list", {"organizationId": 11}, Request("GET", "/users", {"organizationId": 11})),
    Case("users_list", {"teamId": 22}, Request("GET", "/users", {"teamId": 22})),
    Case("users_list",
         {"organizationId": 11, "fields": ["id", "lastLogin"], **PAGE,
          "filters": {"name": "Ada", "email": "ada@example.com", "organizationRoleId": 33, "filterByTeamId": 44,
                      "tfaStatus": 2}},
         Request("GET", "/users", {"organizationId": 11, "name": "Ada", "email": "ada@example.com",
                                   "organizationRoleId": 33, "filterByTeamId": 44, "tfaStatus": 2,
                                   "cols[]": ["id", "lastLogin"], **PG})),
    Case("users_list", {"teamId": 22, "filters": {"teamRoleId": 55}},
         Request("GET", "/users", {"teamId": 22, "teamRoleId": 55})),
    Case("users_list", {"organizationId": 11, "filters": {"filterByTeamId": 0, "tfaStatus": 0}},
         Request("GET", "/users", {"organizationId": 11, "filterByTeamId": 0, "tfaStatus": 0})),
    Case("users_update", {"userId": 5, "name": "Ada"}, Request("PATCH", "/users/5", {}, {"name": "Ada"})),
    Case("users_update",
         {"userId": 5, "name": "Ada", "language": "en", "timezoneId": 301, "localeId": 12, "countryId": 202},
         Request("PATCH", "/users/5", {},
                 {"name": "Ada", "language": "en", "timezoneId": 301, "localeId": 12, "countryId": 202})),
    Case("users_update", {"userId": 5, "localeId": 12}, Request("PATCH", "/users/5", {}, {"localeId": 12})),

    # ---- organizations
    Case("organizations_list", {}, Request("GET", "/organizations")),
    Case("organizations_list",
         {"filters": {"zone": "eu1.make.com", "externalId": "ext-9"}, "fields": ["id", "license"], **PAGE},
         Request("GET", "/organizations",
                 {"zone": "eu1.make.com", "externalId": "ext-9", "cols[]": ["id", "license"], **PG})),
    Case("organizations_get", {"organizationId": 11}, Request("GET", "/organizations/11")),
    Case("organizations_get", {"organizationId": 11, "wait": True},
         Request("GET", "/organizations/11", {"wait": True})),
    Case("organizations_usage", {"organizationId": 11}, Request("GET", "/organizations/11/usage")),
    Case("organizations_usage", {"organizationId": 11, "organizationTimezone": True},
         Request("GET", "/organizations/11/usage", {"organizationTimezone": True})),
    Case("organizations_create", {"name": "Acme", "regionId": 2, "timezoneId": 301, "countryId": 202},
         Request("POST", "/organizations", {}, {"name": "Acme", "regionId": 2, "timezoneId": 301, "countryId": 202})),
    Case("organizations_update", {"organizationId": 11, "countryId": 202},
         Request("PATCH", "/organizations/11", {}, {"countryId": 202})),
    Case("organizations_update", {"organizationId": 11, "name": "Acme", "timezoneId": 301, "countryId": 202},
         Request("PATCH", "/organizations/11", {}, {"name": "Acme", "timezoneId": 301, "countryId": 202})),
    Case("organizations_update", {"organizationId": 11, "name": "Acme"},
         Request("PATCH", "/organizations/11", {}, {"name": "Acme"})),
    Case("organizations_delete", {"organizationId": 11}, Request("DELETE", "/organizations/11")),
    Case("organizations_delete", {"organizationId": 11, "confirmed": True},
         Request("DELETE", "/organizations/11", {"confirmed": True})),

    # ---- teams
    Case("teams_list", {"organizationId": 11}, Request("GET", "/teams", {"organizationId": 11})),
    Case("teams_list", {"organizationId": 11, "includePrivateSpaces": True, "fields": ["*"], **PAGE},
         Request("GET", "/teams", {"organizationId": 11, "includePrivateSpaces": True, "cols[]": ["*"], **PG})),
    Case("teams_get", {"teamId": 22}, Request("GET", "/teams/22")),
    Case("teams_get", {"teamId": 22, "fields": ["id", "isPaused"]},
         Request("GET", "/teams/22", {"cols[]": ["id", "isPaused"]})),
    Case("teams_usage", {"teamId": 22}, Request("GET", "/teams/22/usage")),
    Case("teams_usage", {"teamId": 22, "organizationTimezone": True},
         Request("GET", "/teams/22/usage", {"organizationTimezone": True})),
    Case("teams_create", {"name": "Crew", "organizationId": 11},
         Request("POST", "/teams", {}, {"name": "Crew", "organizationId": 11})),
    Case("teams_create", {"name": "Crew", "organizationId": 11, "operationsLimit": 5000},
         Request("POST", "/teams", {}, {"name": "Crew", "organizationId": 11, "operationsLimit": 5000})),
    Case("teams_delete", {"teamId": 22}, Request("DELETE", "/teams/22")),
    Case("teams_delete", {"teamId": 22, "confirmed": True}, Request("DELETE", "/teams/22", {"confirmed": True})),

    # ---- scenarios
    Case("scenarios_list", {"teamId": 22}, Request("GET", "/scenarios", {"teamId": 22})),
    Case("scenarios_list", {"organizationId": 11}, Request("GET", "/scenarios", {"organizationId": 11})),
    Case("scenarios_list",
         {"teamId": 22, "fields": ["id", "nextExec"], **PAGE,
          "filters": {"isActive": True, "folderId": 66, "ids": [77, 78], "type": "tool", "concept": True}},
         Request("GET", "/scenarios", {"teamId": 22, "isActive": True, "folderId": 66, "id[]": [77, 78], "type": "tool",
                                       "concept": True, "cols[]": ["id", "nextExec"], **PG})),
    Case("scenarios_list", {"organizationId": 11, "filters": {"isActive": False}, "sort": "id"},
         Request("GET", "/scenarios",
                 {"organizationId": 11, "isActive": False, "pg[sortBy]": "id", "pg[sortDir]": "asc"})),
    Case("scenarios_get", {"scenarioId": 77}, Request("GET", "/scenarios/77")),
    Case("scenarios_get", {"scenarioId": 77, "fields": ["id", "scheduling"]},
         Request("GET", "/scenarios/77", {"cols[]": ["id", "scheduling"]})),
    Case("scenarios_logs", {"scenarioId": 77}, Request("GET", "/scenarios/77/logs")),
    Case("scenarios_logs",
         {"scenarioId": 77, "from": 1632371744497, "to": 1632458144497, "status": 3, **PAGE,
          "last": "1632371744497_scenario.77.auto.a07e",
          "filters": {"durationFrom": 101, "durationTo": 102, "operationsFrom": 103, "operationsTo": 104,
                      "transferFrom": 105, "transferTo": 106, "creditsFrom": 107, "creditsTo": 108,
                      "executionName": "nightly", "showCheckRuns": True, "showLast": True}},
         Request("GET", "/scenarios/77/logs",
                 {"from": 1632371744497, "to": 1632458144497, "status": 3, **PG,
                  "pg[last]": "1632371744497_scenario.77.auto.a07e", "pg[showLast]": True,
                  "durationFrom": 101, "durationTo": 102, "operationsFrom": 103, "operationsTo": 104,
                  "transferFrom": 105, "transferTo": 106, "creditsFrom": 107, "creditsTo": 108,
                  "executionName": "nightly", "showCheckRuns": True})),
    Case("scenarios_logs", {"scenarioId": 77, "filters": {"showCheckRuns": False}},
         Request("GET", "/scenarios/77/logs", {"showCheckRuns": False})),
    Case("scenarios_create", {"teamId": 22, "blueprint": BLUEPRINT, "scheduling": SCHEDULING},
         Request("POST", "/scenarios", {}, {"teamId": 22, "blueprint": BLUEPRINT_TEXT, "scheduling": SCHEDULING_TEXT})),
    Case("scenarios_create", {"teamId": 22, "blueprint": BLUEPRINT, "scheduling": SCHEDULING, "folderId": 66,
                              "basedon": 88, "confirmed": True},
         Request("POST", "/scenarios", {"confirmed": True},
                 {"teamId": 22, "blueprint": BLUEPRINT_TEXT, "scheduling": SCHEDULING_TEXT, "folderId": 66,
                  "basedon": 88})),
    Case("scenarios_create", {"teamId": 22, "blueprint": BLUEPRINT_AS_TYPED, "scheduling": SCHEDULING_AS_TYPED},
         Request("POST", "/scenarios", {},
                 {"teamId": 22, "blueprint": BLUEPRINT_AS_TYPED, "scheduling": SCHEDULING_AS_TYPED})),
    Case("scenarios_create", {"teamId": 22, "blueprint": BLUEPRINT, "scheduling": '{"type":"on-demand"}'},
         Request("POST", "/scenarios", {},
                 {"teamId": 22, "blueprint": BLUEPRINT_TEXT, "scheduling": '{"type":"on-demand"}'})),
    # A rename sends no metadata: Make's own SDK does, and may wipe the inputs and outputs with it.
    Case("scenarios_update", {"scenarioId": 77, "name": "Invoices"},
         Request("PATCH", "/scenarios/77", {}, {"name": "Invoices"})),
    Case("scenarios_update", {"scenarioId": 77, "name": "Invoices", "description": "Sends them", "blueprint": BLUEPRINT,
                              "scheduling": SCHEDULING, "folderId": 66, "confirmed": True},
         Request("PATCH", "/scenarios/77", {"confirmed": True},
                 {"name": "Invoices", "description": "Sends them", "blueprint": BLUEPRINT_TEXT,
                  "scheduling": SCHEDULING_TEXT, "folderId": 66})),
    Case("scenarios_update", {"scenarioId": 77, "blueprint": BLUEPRINT_AS_TYPED},
         Request("PATCH", "/scenarios/77", {}, {"blueprint": BLUEPRINT_AS_TYPED})),
    Case("scenarios_update", {"scenarioId": 77, "scheduling": SCHEDULING_AS_TYPED},
         Request("PATCH", "/scenarios/77", {}, {"scheduling": SCHEDULING_AS_TYPED})),
    Case("scenarios_update", {"scenarioId": 77, "folderId": 0},
         Request("PATCH", "/scenarios/77", {}, {"folderId": None})),
    Case("scenarios_update", {"scenarioId": 77, "folderId": None},
         Request("PATCH", "/scenarios/77", {}, {"folderId": None})),
    Case("scenarios_start", {"scenarioId": 77}, Request("POST", "/scenarios/77/start")),
    Case("scenarios_stop", {"scenarioId": 77}, Request("POST", "/scenarios/77/stop")),
    Case("scenarios_run", {"scenarioId": 77}, Request("POST", "/scenarios/77/run", {}, {})),
    Case("scenarios_run", {"scenarioId": 77, "data": {"order": 9, "note": None}, "responsive": True},
         Request("POST", "/scenarios/77/run", {}, {"data": {"order": 9, "note": None}, "responsive": True})),
    Case("scenarios_run", {"scenarioId": 77, "data": {}, "responsive": False},
         Request("POST", "/scenarios/77/run", {}, {"data": {}, "responsive": False})),
    Case("scenarios_delete", {"scenarioId": 77}, Request("DELETE", "/scenarios/77")),

    # ---- connections
    Case("connections_list", {"teamId": 22}, Request("GET", "/connections", {"teamId": 22})),
    Case("connections_list", {"teamId": 22, "types": ["google", "slack"], "fields": ["id", "scoped"],
                              "scopes": {"google": ["openid", "https://mail.google.com/"], "slack": ["chat:write"]}},
         Request("GET", "/connections", {"teamId": 22, "type[]": ["google", "slack"], "cols[]": ["id", "scoped"],
                                         "google[]": ["openid", "https://mail.google.com/"],
                                         "slack[]": ["chat:write"]})),
    Case("connections_list", {"teamId": 22, "scopes": {"google": ["openid"]}},
         Request("GET", "/connections", {"teamId": 22, "type[]": ["google"], "google[]": ["openid"]})),
    Case("connections_list", {"teamId": 22, "types": ["airtable2"]},
         Request("GET", "/connections", {"teamId": 22, "type[]": ["airtable2"]})),
    Case("connections_get", {"connectionId": 128}, Request("GET", "/connections/128")),
    Case("connections_get", {"connectionId": 128, "fields": ["id", "scopes"]},
         Request("GET", "/connections/128", {"cols[]": ["id", "scopes"]})),
    Case("connections_test", {"connectionId": 128}, Request("POST", "/connections/128/test")),
    Case("connections_editable_parameters", {"connectionId": 128},
         Request("GET", "/connections/128/editable-data-schema")),
    Case("connections_check_scopes", {"connectionId": 128, "scope": ["openid", "https://mail.google.com/"]},
         Request("POST", "/connections/128/scoped", {}, {"scope": ["openid", "https://mail.google.com/"]})),
    # Make's names: `accountName` is the name to show, `accountType` the type; the team stands in the query.
    Case("connections_create", {"teamId": 22, "name": "Our Slack", "type": "slack"},
         Request("POST", "/connections", {"teamId": 22}, {"accountName": "Our Slack", "accountType": "slack"})),
    Case("connections_create", {"teamId": 22, "name": "Our Slack", "type": "slack", "scopes": ["chat:write"],
                                "data": {"clientId": 123456, "clientSecret": "hush"}},
         Request("POST", "/connections", {"teamId": 22},
                 {"accountName": "Our Slack", "accountType": "slack", "scopes": ["chat:write"],
                  "clientId": 123456, "clientSecret": "hush"})),
    Case("connections_rename", {"connectionId": 128, "name": "Sales"},
         Request("PATCH", "/connections/128", {}, {"name": "Sales"})),
    Case("connections_set_data", {"connectionId": 128, "data": {"url": "example.com", "apiKey": "hush"}},
         Request("POST", "/connections/128/set-data", {}, {"url": "example.com", "apiKey": "hush"})),
    # A field of the service may bear the name of an argument: it is data all the same.
    Case("connections_set_data", {"connectionId": 128, "data": {"data": "hush", "connectionId": 9, "name": "x"}},
         Request("POST", "/connections/128/set-data", {}, {"data": "hush", "connectionId": 9, "name": "x"})),
    Case("connections_delete", {"connectionId": 128}, Request("DELETE", "/connections/128")),
    Case("connections_delete", {"connectionId": 128, "confirmed": True},
         Request("DELETE", "/connections/128", {"confirmed": True})),

    # ---- data stores
    Case("data_stores_list", {"teamId": 22}, Request("GET", "/data-stores", {"teamId": 22})),
    Case("data_stores_list", {"teamId": 22, "fields": ["id", "maxSize"], **PAGE},
         Request("GET", "/data-stores", {"teamId": 22, "cols[]": ["id", "maxSize"], **PG})),
    Case("data_stores_get", {"dataStoreId": 31}, Request("GET", "/data-stores/31")),
    Case("data_stores_create", {"name": "Stock", "teamId": 22, "datastructureId": 12345, "maxSizeMB": 10},
         Request("POST", "/data-stores", {},
                 {"name": "Stock", "teamId": 22, "datastructureId": 12345, "maxSizeMB": 10})),
    Case("data_stores_update", {"dataStoreId": 31, "name": "Stock"},
         Request("PATCH", "/data-stores/31", {}, {"name": "Stock"})),
    Case("data_stores_update", {"dataStoreId": 31, "name": "Stock", "datastructureId": 12345, "maxSizeMB": 20},
         Request("PATCH", "/data-stores/31", {}, {"name": "Stock", "datastructureId": 12345, "maxSizeMB": 20})),
    Case("data_stores_update", {"dataStoreId": 31, "maxSizeMB": 20},
         Request("PATCH", "/data-stores/31", {}, {"maxSizeMB": 20})),
    Case("data_stores_delete", {"teamId": 22, "ids": [31]},
         Request("DELETE", "/data-stores", {"teamId": 22}, {"ids": [31]})),
    Case("data_stores_delete", {"teamId": 22, "ids": [31, 32], "confirmed": True},
         Request("DELETE", "/data-stores", {"teamId": 22, "confirmed": True}, {"ids": [31, 32]})),
    Case("data_stores_delete", {"teamId": 22, "all": True, "exceptIds": [33], "confirmed": True},
         Request("DELETE", "/data-stores", {"teamId": 22, "confirmed": True}, {"all": True, "exceptIds": [33]})),
    Case("data_stores_delete", {"teamId": 22, "all": True},
         Request("DELETE", "/data-stores", {"teamId": 22}, {"all": True})),

    # ---- hooks
    Case("hooks_list", {"teamId": 22}, Request("GET", "/hooks", {"teamId": 22})),
    Case("hooks_list", {"teamId": 22, "filters": {"typeName": "gateway-mailhook", "assigned": False,
                                                  "viewForScenarioId": 77}, **PAGE},
         Request("GET", "/hooks", {"teamId": 22, "typeName": "gateway-mailhook", "assigned": False,
                                   "viewForScenarioId": 77, **PG})),
    Case("hooks_get", {"hookId": 41}, Request("GET", "/hooks/41")),
    Case("hooks_ping", {"hookId": 41}, Request("GET", "/hooks/41/ping")),
    # `method` asks whether the HTTP method goes into the payload: a boolean, whatever Maton's example shows.
    Case("hooks_create", {"teamId": 22, "name": "Orders in"},
         Request("POST", "/hooks", {"useDefaults": "requiredOnly"},
                 {"teamId": 22, "name": "Orders in", "typeName": "gateway-webhook",
                  "method": False, "headers": False, "stringify": False})),
    Case("hooks_create", {"teamId": 22, "name": "Orders in", "typeName": "gateway-webhook",
                          "method": True, "headers": True, "stringify": True},
         Request("POST", "/hooks", {"useDefaults": "requiredOnly"},
                 {"teamId": 22, "name": "Orders in", "typeName": "gateway-webhook",
                  "method": True, "headers": True, "stringify": True})),
    Case("hooks_create", {"teamId": 22, "name": "Orders in", "headers": True},
         Request("POST", "/hooks", {"useDefaults": "requiredOnly"},
                 {"teamId": 22, "name": "Orders in", "typeName": "gateway-webhook",
                  "method": False, "headers": True, "stringify": False})),
    Case("hooks_create", {"teamId": 22, "name": "Post in", "typeName": "gateway-mailhook"},
         Request("POST", "/hooks", {"useDefaults": "requiredOnly"},
                 {"teamId": 22, "name": "Post in", "typeName": "gateway-mailhook"})),
    Case("hooks_create", {"teamId": 22, "name": "Form in", "typeName": "typeform",
                          "data": {"__IMTCONN__": 128, "formId": "f-9", "language": "en"}},
         Request("POST", "/hooks", {"useDefaults": "requiredOnly"},
                 {"teamId": 22, "name": "Form in", "typeName": "typeform",
                  "__IMTCONN__": 128, "formId": "f-9", "language": "en"})),
    Case("hooks_rename", {"hookId": 41, "name": "Orders"}, Request("PATCH", "/hooks/41", {}, {"name": "Orders"})),
    Case("hooks_enable", {"hookId": 41}, Request("POST", "/hooks/41/enable")),
    Case("hooks_disable", {"hookId": 41}, Request("POST", "/hooks/41/disable")),
    Case("hooks_delete", {"hookId": 41}, Request("DELETE", "/hooks/41")),
    Case("hooks_delete", {"hookId": 41, "confirmed": True}, Request("DELETE", "/hooks/41", {"confirmed": True})),

    # ---- templates
    Case("templates_list", {}, Request("GET", "/templates")),
    Case("templates_list",
         {"teamId": 22, "filters": {"public": False, "usedApps": ["slack", "http"]}, "fields": ["id", "publicUrl"],
          **PAGE},
         Request("GET", "/templates", {"teamId": 22, "public": False, "usedApps[]": ["slack", "http"],
                                       "cols[]": ["id", "publicUrl"], **PG})),
    Case("templates_get", {"templateId": 51}, Request("GET", "/templates/51")),
    Case("templates_blueprint", {"templateId": 51}, Request("GET", "/templates/51/blueprint")),
    Case("templates_blueprint", {"templateId": 51, "forUse": True, "templatePublicId": 52},
         Request("GET", "/templates/51/blueprint", {"forUse": True, "templatePublicId": 52})),
    Case("templates_delete", {"templateId": 51}, Request("DELETE", "/templates/51")),
    Case("templates_delete", {"templateId": 51, "confirmed": True},
         Request("DELETE", "/templates/51", {"confirmed": True})),

    # ---- incomplete executions
    Case("incomplete_executions_list", {"scenarioId": 77}, Request("GET", "/dlqs", {"scenarioId": 77})),
    Case("incomplete_executions_list", {"scenarioId": 77, "limit": 7, "offset": 14},
         Request("GET", "/dlqs", {"scenarioId": 77, "pg[limit]": 7, "pg[offset]": 14})),
    Case("incomplete_executions_get", {"incompleteExecutionId": RUN_A}, Request("GET", f"/dlqs/{RUN_A}")),
    Case("incomplete_executions_retry", {"incompleteExecutionId": RUN_A}, Request("POST", f"/dlqs/{RUN_A}/retry")),
    Case("incomplete_executions_delete", {"scenarioId": 77, "ids": [RUN_A, RUN_B]},
         Request("DELETE", "/dlqs", {"scenarioId": 77}, {"ids": [RUN_A, RUN_B]})),
    Case("incomplete_executions_delete", {"scenarioId": 77, "all": True, "exceptIds": [RUN_B], "confirmed": True},
         Request("DELETE", "/dlqs", {"scenarioId": 77, "confirmed": True}, {"all": True, "exceptIds": [RUN_B]})),
    # Unconfirmed, Make answers IM004, and that is Make's to say.
    Case("incomplete_executions_delete", {"scenarioId": 77, "all": True},
         Request("DELETE", "/dlqs", {"scenarioId": 77}, {"all": True})),

    # ---- notifications
    Case("notifications_list", {}, Request("GET", "/notifications")),
    Case("notifications_list", {"unreadOnly": True, "imtZoneId": 4, "limit": 7, "offset": 14, "sort": "-id"},
         Request("GET", "/notifications", {"unreadOnly": True, "imtZoneId": 4, "pg[limit]": 7, "pg[offset]": 14,
                                           "pg[sortBy]": "id", "pg[sortDir]": "desc"})),
    Case("notifications_list", {"unreadOnly": False}, Request("GET", "/notifications", {"unreadOnly": False})),
    Case("notifications_get", {"notificationId": "3"}, Request("GET", "/notifications/3")),
    Case("notifications_get", {"notificationId": BEYOND_64_BITS, "imtZoneId": 4},
         Request("GET", f"/notifications/{BEYOND_64_BITS}", {"imtZoneId": 4})),
    Case("notifications_mark_read", {}, Request("POST", "/notifications/mark-as-read", {"ids": "all"})),
    Case("notifications_mark_read", {"imtZoneId": 4},
         Request("POST", "/notifications/mark-as-read", {"ids": "all", "imtZoneId": 4})),
    Case("notifications_delete", {"ids": ["1"]}, Request("DELETE", "/notifications", {}, {"ids": ["1"]})),
    Case("notifications_delete", {"ids": ["1", BEYOND_64_BITS], "imtZoneId": 4},
         Request("DELETE", "/notifications", {"imtZoneId": 4}, {"ids": ["1", BEYOND_64_BITS]})),

    # ---- the gateway's own connections
    Case("maton_connections_list", {}, Request("GET", "/connections", {"app": "make"})),
    Case("maton_connections_list", {"status": "PENDING"},
         Request("GET", "/connections", {"app": "make", "status": "PENDING"})),
    Case("maton_connections_get", {"matonConnectionId": MATON_ID}, Request("GET", f"/connections/{MATON_ID}")),
    Case("maton_connections_create", {}, Request("POST", "/connections", {}, {"app": "make"})),
    Case("maton_connections_create", {"method": "OAUTH2"},
         Request("POST", "/connections", {}, {"app": "make", "method": "OAUTH2"})),
    Case("maton_connections_delete", {"matonConnectionId": MATON_ID}, Request("DELETE", f"/connections/{MATON_ID}")),
)

REFUSED = (
    Refused("users_list", {}, "neither a team nor an organization"),
    Refused("users_list", {"teamId": 22, "organizationId": 11}, "both a team and an organization"),
    Refused("scenarios_list", {}, "neither a team nor an organization"),
    Refused("scenarios_list", {"teamId": 22, "organizationId": 11}, "both a team and an organization"),
    Refused("connections_rename", {"connectionId": 128, "name": "Sales", "data": {"apiKey": "hush"}},
            "more than a name"),
    Refused("hooks_rename", {"hookId": 41, "name": "Orders", "typeName": "gateway-webhook"}, "more than a name"),
    Refused("scenarios_run", {"scenarioId": 77, "callbackUrl": "https://example.com"}, "an address to report to"),
    Refused("scenarios_update", {"scenarioId": 77, "isActive": True}, "start and stop do that"),
    Refused("data_stores_delete", {"teamId": 22, "ids": [31], "all": True}, "some and all at once"),
    Refused("hooks_create", {"teamId": 22, "name": "In", "method": "POST"}, "a method in words"),
    Refused("hooks_create", {"teamId": 22, "name": "In", "headers": {}}, "headers as an object"),
    Refused("hooks_create", {"teamId": 22, "name": "In", "data": {"method": True}}, "a field that has an argument"),
    Refused("incomplete_executions_get", {"incompleteExecutionId": 12345}, "a number for an id of 32 hex digits"),
    Refused("incomplete_executions_get", {"incompleteExecutionId": "12345"}, "an id that is too short"),
    Refused("incomplete_executions_retry", {"incompleteExecutionId": 12345}, "a number for an id of 32 hex digits"),
    Refused("incomplete_executions_delete", {"scenarioId": 77, "ids": [12345]}, "numbers for ids of 32 hex digits"),
    Refused("notifications_get", {"notificationId": 3}, "a number for an id that is a string"),
    Refused("notifications_delete", {"ids": [1, 2]}, "numbers for ids that are strings"),
)
# fmt: on
