"""The apps of the practice world: what may stand in a blueprint, and what may be connected.

Make has thousands; these are the ones that people meet first. An app that is not here is unknown to Make (IM007),
and a connection of a type that is not here cannot be created.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ConnectionType:
    """A kind of connection: Make calls its name `accountName`, and `accountType` is `oauth` or `basic`.

    `parameters` are the fields that its credentials consist of; where `editable`, they can be replaced.
    """

    name: str
    label: str
    theme: str
    oauth: bool = False
    parameters: tuple[str, ...] = ()
    scopes: tuple[tuple[str, str], ...] = ()
    editable: bool = False


GOOGLE = "https://www.googleapis.com/auth"

CONNECTION_TYPES = {
    kind.name: kind
    for kind in (
        ConnectionType(name="airtable2", label="Airtable", theme="#18bfff", parameters=("apiKey",), editable=True),
        ConnectionType(
            name="apikeyauth", label="API key", theme="#5f5f5f", parameters=("url", "apiKey"), editable=True
        ),
        ConnectionType(
            name="google",
            label="Google",
            theme="#fecd5f",
            oauth=True,
            scopes=(
                (f"{GOOGLE}/userinfo.email", "View user's email address"),
                (f"{GOOGLE}/spreadsheets", "Access to Google Sheets."),
                (f"{GOOGLE}/drive", "Access to Google Drive."),
                ("openid", "Sign in"),
            ),
        ),
        ConnectionType(
            name="hubspotcrm",
            label="HubSpot CRM",
            theme="#ff7a59",
            oauth=True,
            scopes=(("crm.objects.contacts.read", "Read contacts"), ("crm.objects.contacts.write", "Write contacts")),
        ),
        ConnectionType(
            name="imap", label="Others (IMAP)", theme="#eb5768", parameters=("host", "username", "password")
        ),
        ConnectionType(
            name="openai-gpt-3",
            label="OpenAI",
            theme="#10a37f",
            parameters=("apiKey", "organization"),
            editable=True,
        ),
        ConnectionType(
            name="slack",
            label="Slack",
            theme="#4a154b",
            oauth=True,
            scopes=(("chat:write", "Send messages"), ("channels:read", "List public channels")),
        ),
        ConnectionType(name="make", label="Make", theme="#6d00cc", parameters=("apiKey", "url"), editable=True),
        ConnectionType(name="telegram", label="Telegram Bot", theme="#29a9ea", parameters=("token",), editable=True),
    )
}

APPS = frozenset(
    {
        "ai-tools", "airtable", "builtin", "csv", "datastore", "email", "gateway", "gmail", "google-drive",
        "google-sheets", "http", "hubspotcrm", "json", "make", "make-ai-agents", "math-tools", "openai-gpt-3", "regexp",
        "rss", "scenario-service", "slack", "telegram", "util", "xml",
    }
)  # fmt: skip
"""The names before the colon of a module: `google-sheets:addRow`."""

NOT_INSTALLED = frozenset({"telegram", "xml"})
"""Known to Make, but nobody of the demo organizations has used them yet: a first use needs `confirmed=true`."""

AI_APPS = frozenset({"ai-tools", "make-ai-agents", "openai-gpt-3"})
"""These cost more than one credit an operation."""

HOOK_TYPES = {
    "gateway-webhook": ("web", None, "#c73a63"),
    "gateway-mailhook": ("mail", None, "#e0a32e"),
    "hubspotcrm-event": ("web", "hubspotcrm", "#ff7a59"),
}
"""Hook `typeName` -> `type`, the app's package name, the colour."""
