"""What scenarios work with: connections, hooks, data stores, keys, templates, folders."""

from __future__ import annotations

from dataclasses import dataclass

from make_sandbox import maton
from make_sandbox.demo import functions, secrets, stores
from make_sandbox.demo.modules import blueprint, module
from make_sandbox.lists.apps import CONNECTION_TYPES
from make_sandbox.model import templates
from make_sandbox.model.account import Account
from make_sandbox.model.store import Document
from make_sandbox.resources import connections, folders, hooks

LARGE_UID = 225874569526501080000
"""Make's own documented example: larger than 2^53, and than 2^64."""


@dataclass(frozen=True, kw_only=True)
class World:
    """The things of the demo account by name."""

    teams: dict[str, Document]
    connections: dict[str, int]
    hooks: dict[str, int]
    stores: dict[str, int]
    keys: dict[str, int]
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

FOLDERS = (
    ("Operations", "Orders", None),
    ("Operations", "Stock", None),
    ("Marketing", "Campaigns", None),
    ("Operations", "Returns", "Orders"),
)
"""Team, name, the folder in which it lies."""


def add(account: Account, teams: dict[str, Document]) -> World:
    world = World(
        teams=teams,
        connections={row[1]: _connection(account, teams[row[0]], row) for row in CONNECTIONS},
        hooks={
            name: hooks.new(account, teams[team]["id"], name, kind, dict.fromkeys(hooks.FLAGS, False))["id"]
            for team, name, kind in HOOKS
        },
        stores=stores.add(account, teams),
        keys=secrets.add(account, teams),
        folders=_folders(account, teams),
    )
    functions.add(account, teams)
    _templates(account, teams)
    maton.new(account, account.now())
    return world


def _folders(account: Account, teams: dict[str, Document]) -> dict[str, int]:
    """The folders by name. One lies in another."""
    found: dict[str, int] = {}
    for team, name, parent in FOLDERS:
        parent_id = None if parent is None else found[parent]
        found[name] = folders.new(account, teams[team]["id"], name, parent_id)["id"]
    return found


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
    for team, plan, description in (
        ("Operations", webhook_to_sheet, "Each call of a webhook becomes a row."),
        ("Marketing", weekly_summary, "A summary of the week's rows, written by a model."),
        ("Customer Care", feed_watch, None),
    ):
        controller: Document = {"name": plan["name"], "modules": {}, "idSequence": len(plan["flow"]) + 1}
        if description is not None:
            controller["description"] = description
        draft = templates.Draft(team_id=teams[team]["id"], language="en", blueprint=plan, controller=controller)
        template = templates.new(account, draft)
        if plan is weekly_summary:
            templates.publish(account, template)
