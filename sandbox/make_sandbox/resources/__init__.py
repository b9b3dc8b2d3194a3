"""The resources of Make: one module each. To add one, declare it in a module of its own and name it here."""

from __future__ import annotations

from make_sandbox.api.resource import Resource
from make_sandbox.resources import (
    connections,
    data_stores,
    dlqs,
    enums,
    hooks,
    notifications,
    organizations,
    runs,
    scenarios,
    teams,
    templates,
    users,
)

RESOURCES: tuple[Resource, ...] = (
    enums.general,
    enums.enums,
    users.users,
    organizations.organizations,
    teams.teams,
    scenarios.resource,
    runs.resource,
    connections.connections,
    data_stores.data_stores,
    hooks.hooks,
    templates.templates,
    dlqs.dlqs,
    notifications.notifications,
)
