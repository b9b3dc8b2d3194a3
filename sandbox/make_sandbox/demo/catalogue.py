"""Make's own public templates, a few of them. Every account sees the same ones, the empty one too."""

from __future__ import annotations

from collections.abc import Iterator

from make_sandbox.demo.modules import blueprint, http, module, only_if
from make_sandbox.model import blueprints, tables, templates
from make_sandbox.model.account import Account
from make_sandbox.model.store import Document

ON_HOOK: Document = {"type": "immediately"}
HOURLY: Document = {"type": "indefinitely", "interval": 3600}
DAILY: Document = {"type": "daily", "time": "08:00"}


def add(account: Account) -> None:
    """Adds them. Their numbers are below those of the versions that teams publish."""
    for number, usage, language, description, scheduling, plan in _all():
        content: Document = {
            "name": plan["name"],
            "description": description,
            "usedApps": blueprints.packages(plan),
            "language": language,
            "blueprint": plan,
            "controller": {"name": plan["name"], "modules": {}, "idSequence": blueprints.last_number(plan) + 1},
            "scheduling": scheduling,
        }
        own = {"approved": True, "usage": usage}
        account.store.add(tables.PUBLIC_TEMPLATES, templates.public(number, content) | own)


def _all() -> Iterator[tuple[int, int, str, str | None, Document, Document]]:
    """Number, how often it was used, language, description, schedule, blueprint. The numbers are invented."""
    yield (
        1107, 48211, "en",
        "Add a row to a Google Sheets spreadsheet whenever a webhook is called.",
        ON_HOOK,
        blueprint(
            "Add webhook data to a Google Sheet",
            module(1, "gateway:CustomWebHook", parameters={"maxResults": 1}),
            module(2, "google-sheets:addRow", version=2, mapper={"values": {"0": "{{1.name}}", "1": "{{1.email}}"}}),
        ),
    )  # fmt: skip
    yield (
        1185, 37904, "en",
        "Send a message to a Slack channel for each new e-mail that carries an attachment.",
        {"type": "indefinitely", "interval": 900},
        blueprint(
            "Get Slack messages for new e-mails with attachments",
            module(1, "email:TriggerNewEmail", version=7, parameters={"folder": "INBOX", "maxResults": 10}),
            module(
                2,
                "slack:CreateMessage",
                version=4,
                filter=only_if("With attachments", "{{length(1.attachments)}}", "number:greater", "0"),
                mapper={"channel": "#inbox", "text": "{{1.subject}}"},
            ),
        ),
    )  # fmt: skip
    yield (
        1240, 21560, "en",
        "Call any API with an HTTP request, read the JSON of its answer and keep each item as a row.",
        HOURLY,
        blueprint(
            "Save the answer of an HTTP request to Google Sheets",
            http(1, "https://www.example.com/api/items"),
            module(2, "json:ParseJSON", mapper={"json": "{{1.data}}"}),
            module(3, "google-sheets:addRow", version=2, mapper={"values": {"0": "{{2.id}}", "1": "{{2.title}}"}}),
        ),
    )  # fmt: skip
    yield (
        1302, 18733, "en",
        "Post the new articles of an RSS feed to a Slack channel.",
        HOURLY,
        blueprint(
            "Post new RSS articles to Slack",
            module(1, "rss:ActionReadArticles", version=4, mapper={"url": "https://www.example.com/feed.xml"}),
            module(2, "slack:CreateMessage", version=4, mapper={"channel": "#news", "text": "{{1.title}}: {{1.url}}"}),
        ),
    )  # fmt: skip
    yield (
        1466, 9015, "en",
        "Let a model sum up new rows of a spreadsheet, and send the summary by Gmail.",
        DAILY,
        blueprint(
            "Summarize Google Sheets rows with OpenAI and send them by Gmail",
            module(1, "google-sheets:filterRows", version=2, mapper={"limit": 100}),
            module(2, "util:TextAggregator", mapper={"value": "{{1.`0`}}"}),
            module(3, "openai-gpt-3:CreateCompletion", mapper={"model": "gpt-4o-mini", "messages": []}),
            module(4, "gmail:ActionSendEmail", version=2, mapper={"subject": "Summary", "content": "{{3.result}}"}),
        ),
    )  # fmt: skip
    yield (
        1571, 6402, "en",
        "Create or update a HubSpot CRM contact from a form, and keep what was sent in a data store.",
        ON_HOOK,
        blueprint(
            "Create HubSpot CRM contacts from form submissions",
            module(1, "gateway:CustomWebHook"),
            module(2, "hubspotcrm:createUpdateContact", version=2, mapper={"email": "{{1.email}}"}),
            module(3, "datastore:AddRecord", mapper={"key": "{{1.email}}", "overwrite": True}),
        ),
    )  # fmt: skip
    yield (
        1698, 2877, "en",
        None,
        DAILY,
        blueprint(
            "Back up Airtable records to Google Drive as CSV",
            module(1, "airtable:ActionSearchRecords", version=3, mapper={"maxRecords": 1000}),
            module(2, "csv:CreateCSV", mapper={"rows": "{{1}}"}),
            module(3, "google-drive:uploadAFile", version=4, mapper={"filename": "backup.csv", "data": "{{2.text}}"}),
        ),
    )  # fmt: skip
    yield (
        1730, 1534, "es",
        "Guarda en una hoja de cálculo los datos que llegan a un webhook.",
        ON_HOOK,
        blueprint(
            "Guardar los datos de un webhook en Google Sheets",
            module(1, "gateway:CustomWebHook"),
            module(2, "google-sheets:addRow", version=2, mapper={"values": {"0": "{{1.nombre}}"}}),
        ),
    )  # fmt: skip
    yield (
        1752, 961, "de",
        "Fragt eine Adresse per HTTP ab und meldet in Slack, wenn sie nicht antwortet.",
        HOURLY,
        blueprint(
            "Website per HTTP überwachen und Ausfälle in Slack melden",
            http(1, "https://www.example.com"),
            module(
                2,
                "slack:CreateMessage",
                version=4,
                filter=only_if("Not reached", "{{1.statusCode}}", "number:greater", "399"),
                mapper={"channel": "#alerts", "text": "{{1.statusCode}}"},
            ),
        ),
    )  # fmt: skip
