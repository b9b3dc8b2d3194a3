"""The scenarios of the team Customer Care: mail, refunds, surveys, tickets."""

from __future__ import annotations

from make_sandbox.demo.jobs import ON_HOOK, Job, Plan, every, make
from make_sandbox.demo.modules import blueprint, http, module, only_if, slack
from make_sandbox.demo.things import World
from make_sandbox.model.account import Account

REFUNDS = "Refund follow-up"


def add(account: Account, world: World) -> list[Job]:
    google, chat = world.connections["Google (care)"], world.connections["Slack (care)"]
    openai, old_key = world.connections["OpenAI (care)"], world.connections["Old help desk key"]
    triage = blueprint(
        "Support mail triage",
        module(1, "gateway:CustomMailHook", parameters={"hook": world.hooks["Support inbox"]}),
        module(
            2,
            "openai-gpt-3:CreateCompletion",
            parameters={"__IMTCONN__": openai},
            mapper={"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Sort this mail: {{1.text}}"}]},
        ),
        module(
            3,
            "builtin:BasicRouter",
            routes=[
                {"flow": [slack(4, chat, "#urgent", "{{1.subject}}", filter=only_if("Urgent", "{{2.result}}", "text:equal", "urgent"))]},
                {"flow": [module(5, "google-sheets:addRow", version=2, parameters={"__IMTCONN__": google}, mapper={"sheetId": "Refunds"})]},
                {"flow": [module(6, "email:ActionSendEmail", mapper={"to": "{{1.from.address}}", "subject": "We have your mail"})]},
            ],
        ),
    )  # fmt: skip
    refunds = blueprint(
        REFUNDS,
        http(1, "https://desk.example.com/v2/refunds?state=open", old_key),
        module(2, "builtin:BasicFeeder", mapper={"array": "{{1.data}}"}),
        module(3, "email:ActionSendEmail", mapper={"to": "{{2.customer}}", "subject": "Your refund"}),
        keeps_incomplete=False,
    )
    survey = blueprint(
        "Satisfaction survey collector",
        module(
            1,
            "google-sheets:filterRows",
            version=2,
            parameters={"__IMTCONN__": google},
            mapper={"spreadsheetId": "/survey", "sheetId": "Answers"},
        ),
        module(
            2,
            "datastore:AddRecord",
            parameters={"datastore": world.stores["Survey answers"]},
            mapper={"key": "{{1.`0`}}", "data": {"score": "{{1.`2`}}"}},
        ),
    )
    backlog = blueprint(
        "Ticket backlog alert",
        http(
            1,
            "https://status.northwind.invalid/open-tickets",
            onerror=[module(2, "builtin:Resume", mapper={"data": {"open": 0}})],
        ),
        slack(3, chat, "#care", "Open tickets: {{1.data.open}}"),
    )
    return make(
        account,
        world,
        "Customer Care",
        (
            Plan(
                blueprint=triage,
                scheduling=ON_HOOK,
                description="Sorts support mail with a model: urgent, refund, everything else.",
                starts=15,
                calls=4,
            ),
            Plan(
                blueprint=refunds,
                scheduling=every(12),
                description="Asks customers with open refunds. Its connection was deleted.",
                starts=100,
            ),
            Plan(
                blueprint=survey,
                scheduling={"type": "weekly", "days": [1, 4], "time": "07:15"},
                description="Collects survey answers on Mondays and Thursdays.",
                starts=20,
            ),
            Plan(
                blueprint=backlog,
                scheduling=every(8),
                description="Reports the backlog. The status page is gone, the error handler goes on with 0.",
                starts=110,
            ),
        ),
    )
