"""The scopes of tokens, chosen when a token is made. The names of some resources surprise: they are Make's own."""

from __future__ import annotations

RESOURCES = (
    "connections", "datastores", "dlqs", "functions", "hooks", "keys", "notifications", "organizations", "scenarios",
    "teams", "templates", "udts", "user",
)  # fmt: skip

WITHOUT_ENDPOINTS = (
    "agents", "ai-agents", "credential-requests", "custom-property-structures", "devices", "managed-organizations",
    "organization-variables", "private-spaces", "scenarios-shared", "team-variables",
)  # fmt: skip
"""Resources of Make of which the practice account has little or nothing. A token may have their scopes all the same."""

ALL = (
    *(f"{resource}:{right}" for resource in (*RESOURCES, *WITHOUT_ENDPOINTS) for right in ("read", "write")),
    "scenarios:run",
    "analytics:read",
    "apps:read",
)
