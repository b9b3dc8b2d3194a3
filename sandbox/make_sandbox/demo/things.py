"""What scenarios work with: connections, hooks, data stores, templates, folders."""

from __future__ import annotations

from dataclasses import dataclass

from make_sandbox import maton
from make_sandbox.demo.modules import blueprint, module
from make_sandbox.model import blueprints, tables
from make_sandbox.model.account import Account
from make_sandbox.model.apps import CONNECTION_TYPES
from make_sandbox.model.store import Document
from make_sandbox.resources import connections, hooks

LARGE_UID = 225874569526501080000
"""Make's own documented example: larger than 2^53, and than 2^64."""


@dataclass(frozen=True, kw_only=True)
class World:
    """The things of the demo account by name."""

    teams: dict[str, Document]
    connections: dict[str, int]
    hooks: dict[str, int]
    stores: dict[str, int]
    folders: dict[str, int]


CONNECTIONS = (
    ("Operations", "Google (operations)", "google", "operations@example.com", LARGE_UID),
    ("Operations", "Slack (Northwind)", "slack", "Northwind workspace", 3243125312),
    ("Operations", "Warehouse API", "apikeyauth", None, None),
    ("Operations", "ERP gateway", "apikeyauth", None, None),
    ("Marketing", "Airtable (content)", "airtable2", None, None),
    ("Marketing", "HubSpot CRM", "hubspotcrm", "marketing@example.com", 8841203),
    ("Marketing", "OpenAI (marketing)", "openai-gpt-3", None, None),
    ("Marketing", "Slack (marketing)", "slack", "Northwind workspace", 3243125313),
    ("Customer Care", "Google (care)", "google", "care@example.com", 118203774529104460000),
    ("Customer Care", "Old help desk key", "apikeyauth", None, None),
    ("Customer Care", "OpenAI (care)", "openai-gpt-3", None, None),
    ("Customer Care", "Slack (care)", "slack", "Northwind workspace", 3243125314),
    ("Customer Care", "Support mailbox", "imap", "support@example.com", None),
    ("Back Office", "Google (Harbor Books)", "google", "office@example.com", 90417),
)
"""Team, name, type, the account behind it, uid."""

HOOKS = (
    ("Operations", "New orders", "gateway-webhook"),
    ("Operations", "Returns (not in use)", "gateway-webhook"),
    ("Marketing", "Newsletter sign-ups", "gateway-webhook"),
    ("Customer Care", "Support inbox", "gateway-mailhook"),
)

STORES = (
    ("Operations", "Stock levels", 412, 96),
    ("Operations", "Known suppliers", 37, 8),
    ("Marketing", "Suppressed addresses", 1280, 16),
    ("Customer Care", "Survey answers", 96, 8),
)
"""Team, name, records, size limit in megabytes."""


def add(account: Account, teams: dict[str, Document]) -> World:
    world = World(
        teams=teams,
        connections={row[1]: _connection(account, teams[row[0]], row) for row in CONNECTIONS},
        hooks={
            name: hooks.new(account, teams[team]["id"], name, kind, dict.fromkeys(hooks.FLAGS, False))["id"]
            for team, name, kind in HOOKS
        },
        stores={name: _store(account, teams[team], name, *rest) for team, name, *rest in STORES},
        folders={
            name: account.store.add(tables.FOLDERS, {"name": name, "teamId": teams[team]["id"]})["id"]
            for team, name in (("Operations", "Orders"), ("Operations", "Stock"), ("Marketing", "Campaigns"))
        },
    )
    _templates(account, teams)
    maton.new(account, account.now())
    return world


def _connection(account: Account, team: Document, row: tuple[str, str, str, str | None, int | None]) -> int:
    _, name, type_name, behind, uid = row
    kind = CONNECTION_TYPES[type_name]
    system = account.secret()
    return connections.new(
        account,
        team,
        kind,
        name=name,
        metadata=None if behind is None else {"type": "email" if "@" in behind else "string", "value": behind},
        uid=uid,
        scopes=[{"id": id_, "name": label, "account": kind.name} for id_, label in kind.scopes],
        data={parameter: f"sample-{parameter}" for parameter in kind.parameters},
        connectedSystemId=f"{system[:8]}-{system[8:12]}-4{system[13:16]}-8{system[17:20]}-{system[20:]}",
        healthy=True,
    )["id"]


def _store(account: Account, team: Document, name: str, records: int, megabytes: int) -> int:
    structure = account.store.add(tables.DATA_STRUCTURES, {"name": f"{name} record", "teamId": team["id"]})
    return account.store.add(
        tables.DATA_STORES,
        {
            "name": name,
            "teamId": team["id"],
            "records": records,
            "size": str(records * 310),
            "maxSize": str(megabytes * 1024 * 1024),
            "datastructureId": structure["id"],
        },
    )["id"]


def _templates(account: Account, teams: dict[str, Document]) -> None:
    webhook_to_sheet = blueprint(
        "Webhook to sheet",
        module(1, "gateway:CustomWebHook"),
        module(2, "google-sheets:addRow", mapper={"values": {"0": "{{1.id}}"}}),
    )
    weekly_summary = blueprint(
        "Weekly summary with AI",
        module(1, "google-sheets:filterRows"),
        module(2, "util:TextAggregator", mapper={"value": "{{1.`0`}}"}),
        module(3, "openai-gpt-3:CreateCompletion", mapper={"model": "gpt-4o-mini"}),
        module(4, "slack:CreateMessage", mapper={"text": "{{3.result}}"}),
    )
    feed_watch = blueprint(
        "Feed watch",
        module(1, "rss:ActionReadArticles", mapper={"url": "https://www.example.com/feed.xml"}),
        module(2, "slack:CreateMessage", mapper={"text": "{{1.title}}"}),
    )
    stamp = account.stamp()
    for team, plan, description, published in (
        ("Operations", webhook_to_sheet, "Each call of a webhook becomes a row.", None),
        ("Marketing", weekly_summary, "A summary of the week's rows, written by a model.", stamp),
        ("Customer Care", feed_watch, None, None),
    ):
        public = published is not None
        account.store.add(
            tables.TEMPLATES,
            {
                "name": plan["name"],
                "teamId": teams[team]["id"],
                "description": description,
                "usedApps": blueprints.packages(plan),
                "public": public,
                "published": published,
                "approved": None,
                "approvedId": None,
                "requestedApproval": False,
                "publishedId": 4410 if public else None,
                "publicUrl": "4410-weekly-summary-with-ai" if public else None,
                "approvedName": None,
                "publishedName": plan["name"] if public else None,
                "blueprint": plan,
                "controller": {"name": plan["name"], "modules": {}, "idSequence": len(plan["flow"]) + 1},
                "scheduling": {"type": "indefinitely", "interval": 900},
                "language": "en",
            },
        )
