"""The kinds of documents. Numbers start where they look like those of a real account."""

from __future__ import annotations

from make_sandbox.model.store import Table

ORGANIZATIONS = Table(kind="organizations", first=2767268)
USERS = Table(kind="users", first=2958000)
TEAMS = Table(kind="teams", owner="organizationId", first=388889)
FOLDERS = Table(kind="folders", owner="teamId", first=52310)
CONNECTIONS = Table(kind="connections", owner="teamId", first=1353452)
HOOKS = Table(kind="hooks", owner="teamId", first=1845301)
DATA_STRUCTURES = Table(kind="data-structures", owner="teamId", first=171420)
DATA_STORES = Table(kind="data-stores", owner="teamId", first=64870)
TEMPLATES = Table(kind="templates", owner="teamId", first=9120)
SCENARIOS = Table(kind="scenarios", owner="teamId", due="nextExec", first=4667499)
BLUEPRINTS = Table(kind="blueprints", owner="scenarioId")
EXECUTIONS = Table(kind="executions", owner="scenarioId", due="endsAt")
LOGS = Table(kind="logs", owner="scenarioId")
DLQS = Table(kind="dlqs", owner="scenarioId")
NOTIFICATIONS = Table(kind="notifications", first=80418)
USAGE = Table(kind="usage", owner="organizationId")
MATON_CONNECTIONS = Table(kind="maton-connections")

OF_SCENARIO = (BLUEPRINTS, EXECUTIONS, LOGS, DLQS)
OF_TEAM = (FOLDERS, CONNECTIONS, HOOKS, DATA_STRUCTURES, DATA_STORES, TEMPLATES)
