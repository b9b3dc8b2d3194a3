"""The kinds of documents. Numbers start where they look like those of a real account."""

from __future__ import annotations

from make_sandbox.model.store import Table

META = Table(kind="meta")
"""What the file says of itself: which world it holds, and what its clock shows."""

ORGANIZATIONS = Table(kind="organizations", first=2767268)
USERS = Table(kind="users", first=2958000)
TOKENS = Table(kind="tokens", owner="userId")
TEAMS = Table(kind="teams", owner="organizationId", first=388889)
FOLDERS = Table(kind="folders", owner="teamId", first=52310)
CONNECTIONS = Table(kind="connections", owner="teamId", first=1353452)
KEYS = Table(kind="keys", owner="teamId", place="name", first=40771)
HOOKS = Table(kind="hooks", owner="teamId", place="name", first=1845301)
INCOMINGS = Table(kind="incomings", owner="hookId")
HOOK_LOGS = Table(kind="hook-logs", owner="hookId", place="imtId")
DATA_STRUCTURES = Table(kind="data-structures", owner="teamId", place="name", first=171420)
DATA_STORES = Table(kind="data-stores", owner="teamId", place="name", first=64870)
RECORDS = Table(kind="records", owner="dataStoreId", place="key")
FUNCTIONS = Table(kind="functions", owner="teamId", place="name", first=3310)
FUNCTION_VERSIONS = Table(kind="function-versions", owner="functionId")
TEMPLATES = Table(kind="templates", owner="teamId", first=9120)
PUBLIC_TEMPLATES = Table(kind="public-templates", owner="templateId", first=4410)
SCENARIOS = Table(kind="scenarios", owner="teamId", place="name", mark="isActive", due="nextExec", first=4667499)
BLUEPRINTS = Table(kind="blueprints", owner="scenarioId")
EXECUTIONS = Table(kind="executions", owner="scenarioId", due="endsAt")
LOGS = Table(kind="logs", owner="scenarioId", place="imtId", mark="status")
DLQS = Table(kind="dlqs", owner="scenarioId", place="index", mark="resolved")
DLQ_LOGS = Table(kind="dlq-logs", owner="dlqId", place="imtId")
NOTIFICATIONS = Table(kind="notifications", place="number", first=80418)
AUDIT_LOGS = Table(kind="audit-logs", owner="organizationId", place="number")
USAGE = Table(kind="usage", owner="organizationId")
MATON_CONNECTIONS = Table(kind="maton-connections")

OF_SCENARIO = (BLUEPRINTS, EXECUTIONS, LOGS)
OF_HOOK = (INCOMINGS, HOOK_LOGS)
OF_DATA_STORE = (RECORDS,)
OF_FUNCTION = (FUNCTION_VERSIONS,)
OF_DLQ = (DLQ_LOGS,)
OF_TEMPLATE = (PUBLIC_TEMPLATES,)
OF_TEAM = (FOLDERS, CONNECTIONS, KEYS, DATA_STRUCTURES, TEMPLATES)
"""What goes with a team, besides its scenarios, hooks, data stores and functions."""
