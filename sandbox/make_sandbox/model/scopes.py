"""The scopes of tokens, chosen when a token is made. The names of some resources surprise: they are Make's own."""

from __future__ import annotations

RESOURCES = (
    "connections", "datastores", "dlqs", "functions", "hooks", "keys", "notifications", "organizations", "scenarios",
    "teams", "templates", "udts", "user",
)  # fmt: skip

ALL = (*(f"{resource}:{right}" for resource in RESOURCES for right in ("read", "write")), "scenarios:run")
