"""One preview or more of every tool that writes, on things of the demo account that show what it has to say."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

ORGANIZATION, TEAM, MARKETING, CARE = 2767268, 388889, 388890, 388891
ORDER_INTAKE, STOCK_SYNC, INVOICES, PRICE_WATCH, LEADS, DRAFTS = 4667499, 4667500, 4667501, 4667502, 4667503, 4667506
GOOGLE, GOOGLE_OF_CARE, ERP = 1353452, 1353460, 1353455
NEW_ORDERS = 1845301
STOCK, SUPPLIERS = 64870, 64871
YOU, SOMEBODY = 2958000, 2958001
TEMPLATE = 9120

MODULES: list[Json] = [
    {"id": 1, "module": "gateway:CustomWebHook", "version": 1, "parameters": {"hook": NEW_ORDERS, "maxResults": 1}, "mapper": {},
     "metadata": {"designer": {"x": 0, "y": 0}}},
    {"id": 2, "module": "google-sheets:addRow", "version": 2, "parameters": {"__IMTCONN__": GOOGLE},
     "mapper": {"spreadsheetId": "/orders", "sheetId": "2027", "values": {"0": "{{1.id}}", "1": "{{1.total}}", "2": "{{1.vat}}"}},
     "metadata": {"designer": {"x": 300, "y": 0}},
     "filter": {"name": "Paid orders only", "conditions": [[{"a": "{{1.status}}", "o": "text:equal", "b": "paid"}]]}},
    {"id": 6, "module": "http:ActionSendData", "version": 3, "parameters": {},
     "mapper": {"url": "https://erp.example.com/orders", "method": "post", "headers": [{"name": "Authorization", "value": "do-not-leak"}]},
     "metadata": {"designer": {"x": 600, "y": 0, "name": "Tell the ERP"}}},
]  # fmt: skip
BLUEPRINT: Json = {
    "name": "Order intake: webhook to Sheets and ERP",
    "flow": MODULES,
    "metadata": {"scenario": {"maxErrors": 5}},
}


@dataclass(frozen=True, slots=True)
class Case:
    tool: str
    arguments: Json
    which: str = ""
    """Which of several of the tool."""

    @property
    def name(self) -> str:
        return f"{self.tool}-{self.which}" if self.which else self.tool


CASES = [
    Case("users_update", {"userId": YOU, "name": "Sample Owner of it all", "language": "cs"}),
    Case("users_update", {"userId": SOMEBODY, "timezoneId": 113}, "somebody-else"),
    Case("organizations_create", {"name": "Northwind Studio", "regionId": 2, "timezoneId": 118, "countryId": 57}),
    Case("organizations_update", {"organizationId": ORGANIZATION, "name": "Northwind Works"}),
    Case("organizations_delete", {"organizationId": ORGANIZATION}),
    Case("teams_create", {"name": "Operations", "organizationId": ORGANIZATION, "operationsLimit": 5000}),
    Case("teams_delete", {"teamId": TEAM}),
    Case(
        "scenarios_create",
        {"teamId": TEAM, "blueprint": BLUEPRINT, "scheduling": {"type": "indefinitely", "interval": 900}},
    ),
    Case(
        "scenarios_update",
        {
            "scenarioId": STOCK_SYNC,
            "name": "Stock sync, hourly",
            "scheduling": {"type": "indefinitely", "interval": 3600},
        },
    ),
    Case("scenarios_update", {"scenarioId": ORDER_INTAKE, "blueprint": BLUEPRINT, "folderId": 0}, "blueprint"),
    Case(
        "scenarios_clone",
        {"scenarioId": ORDER_INTAKE, "organizationId": ORGANIZATION, "teamId": TEAM, "name": "Orders"},
    ),
    Case(
        "scenarios_clone",
        {
            "scenarioId": ORDER_INTAKE,
            "organizationId": ORGANIZATION,
            "teamId": CARE,
            "name": "Orders",
            "replace": {"connections": {str(GOOGLE): GOOGLE_OF_CARE}},
        },
        "other-team",
    ),
    Case("scenarios_start", {"scenarioId": PRICE_WATCH}),
    Case("scenarios_start", {"scenarioId": STOCK_SYNC}, "already-on"),
    Case("scenarios_stop", {"scenarioId": ORDER_INTAKE}),
    Case("scenarios_run", {"scenarioId": LEADS, "data": {"email": "lead@example.com"}, "responsive": True}),
    Case("scenarios_run", {"scenarioId": DRAFTS}, "off"),
    Case("scenarios_run", {"scenarioId": LEADS}, "without-inputs"),
    Case("scenarios_run", {"scenarioId": ORDER_INTAKE}, "on-a-hook"),
    Case("scenarios_delete", {"scenarioId": INVOICES}),
    Case("scenarios_delete", {"scenarioId": 999_999_999}, "not-there"),
    Case(
        "connections_create",
        {"teamId": TEAM, "name": "ERP gateway", "type": "apikeyauth", "data": {"apiKey": "do-not-leak", "url": "u"}},
    ),
    Case("connections_rename", {"connectionId": GOOGLE, "name": "Google (all)"}),
    Case("connections_set_data", {"connectionId": ERP, "data": {"key": "do-not-leak"}}),
    Case("connections_delete", {"connectionId": GOOGLE}),
    Case("connections_delete", {"connectionId": 999_999_999}, "not-there"),
    Case("data_stores_create", {"name": "Stock levels", "teamId": TEAM, "datastructureId": 171420, "maxSizeMB": 5}),
    Case("data_stores_update", {"dataStoreId": STOCK, "name": "Stock", "maxSizeMB": 200}),
    Case("data_stores_delete", {"teamId": TEAM, "ids": [STOCK]}),
    Case("data_stores_delete", {"teamId": TEAM, "all": True, "exceptIds": [SUPPLIERS]}, "all-but-one"),
    Case("hooks_create", {"teamId": TEAM, "name": "Returns"}),
    Case("hooks_rename", {"hookId": NEW_ORDERS, "name": "Orders"}),
    Case("hooks_enable", {"hookId": NEW_ORDERS}),
    Case("hooks_disable", {"hookId": NEW_ORDERS}),
    Case("hooks_delete", {"hookId": NEW_ORDERS}),
    Case("templates_delete", {"templateId": TEMPLATE}),
    Case("incomplete_executions_retry", {"incompleteExecutionId": "of the invoices"}),
    Case("incomplete_executions_retry_several", {"scenarioId": INVOICES, "all": True}),
    Case("incomplete_executions_retry_several", {"scenarioId": INVOICES, "ids": ["of the invoices"]}, "one"),
    Case("incomplete_executions_delete", {"scenarioId": INVOICES, "ids": ["of the invoices"]}),
    Case("incomplete_executions_delete", {"scenarioId": INVOICES, "all": True}, "all"),
    Case("notifications_mark_read", {}),
    Case("notifications_delete", {"ids": ["the last"]}),
    Case("maton_connections_create", {}),
    Case("maton_connections_delete", {"matonConnectionId": "the one"}),
]
