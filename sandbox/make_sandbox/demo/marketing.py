"""The scenarios of the team Marketing: leads, sign-ups, content."""

from __future__ import annotations

from make_sandbox.demo.functions import SCORE
from make_sandbox.demo.jobs import ON_DEMAND, ON_HOOK, Job, Plan, every, make
from make_sandbox.demo.modules import blueprint, module, only_if, slack
from make_sandbox.demo.things import World
from make_sandbox.model.account import Account

LEAD_INTERFACE = {
    "input": [
        {"name": "email", "type": "text", "required": True, "help": "Address of the lead."},
        {"name": "company", "type": "text", "required": False},
        {"name": "budget", "type": "number", "required": False, "default": 0},
    ],
    "output": [
        {"name": "score", "type": "number"},
        {"name": "tier", "type": "text", "options": ["cold", "warm", "hot"]},
        {"name": "email", "type": "text"},
    ],
}


def add(account: Account, world: World) -> list[Job]:
    hubspot, openai = world.connections["HubSpot CRM"], world.connections["OpenAI (marketing)"]
    airtable, chat = world.connections["Airtable (content)"], world.connections["Slack (marketing)"]

    scoring = blueprint(
        "Lead scoring on demand",
        module(1, "scenario-service:StartSubscenario", mapper={}),
        module(
            2,
            "hubspotcrm:searchContacts",
            version=2,
            parameters={"__IMTCONN__": hubspot},
            mapper={"email": "{{1.email}}", "limit": 1},
        ),
        module(
            3,
            "openai-gpt-3:CreateCompletion",
            parameters={"__IMTCONN__": openai},
            mapper={"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Score {{1.company}} from 0 to 99"}]},
        ),
        module(4, "scenario-service:ReturnData", mapper={"score": f"{{{{{SCORE}(3.result)}}}}", "tier": "{{3.tier}}", "email": "{{1.email}}"}),
    )  # fmt: skip
    sign_ups = blueprint(
        "Newsletter sign-ups to HubSpot",
        module(1, "gateway:CustomWebHook", parameters={"hook": world.hooks["Newsletter sign-ups"], "maxResults": 1}),
        module(
            2,
            "datastore:ExistRecord",
            parameters={"datastore": world.stores["Suppressed addresses"]},
            mapper={"key": "{{lower(1.email)}}"},
        ),
        module(
            3,
            "hubspotcrm:createUpdateContact",
            version=2,
            parameters={"__IMTCONN__": hubspot},
            mapper={"email": "{{1.email}}", "properties": {"source": "newsletter"}},
            filter=only_if("Not suppressed", "{{2.exist}}", "boolean:equal", "false"),
        ),
    )
    calendar = blueprint(
        "Content calendar reminders",
        module(
            1,
            "airtable:ActionSearchRecords",
            version=3,
            parameters={"__IMTCONN__": airtable},
            mapper={"base": "appSample", "table": "Calendar", "formula": "IS_SAME({Due}, TODAY(), 'day')"},
        ),
        module(2, "util:TextAggregator", parameters={"feeder": 1}, mapper={"value": "{{1.Title}} ({{1.Author}})"}),
        slack(3, chat, "#content", "Due today: {{2.text}}"),
    )
    drafts = blueprint(
        "Social post drafts",
        module(1, "rss:ActionReadArticles", version=4, mapper={"url": "https://www.example.com/blog/feed.xml"}),
        module(2, "ai-tools:Summarize", mapper={"text": "{{1.description}}", "model": "medium"}),
        slack(3, chat, "#content", "Draft: {{2.summary}}"),
    )
    return make(
        account,
        world,
        "Marketing",
        (
            Plan(
                blueprint=scoring,
                scheduling=ON_DEMAND,
                description="Scores one lead. Takes an address, returns a score and a tier.",
                starts=10,
                calls=2,
                interface=LEAD_INTERFACE,
            ),
            Plan(
                blueprint=sign_ups,
                scheduling=ON_HOOK,
                description="Newsletter sign-ups from the web site become contacts.",
                starts=10,
                calls=3,
                folder="Campaigns",
            ),
            Plan(
                blueprint=calendar,
                scheduling=every(12),
                description="Tells the channel what is due. Fails since the Airtable key was revoked.",
                starts=90,
                folder="Campaigns",
            ),
            Plan(
                blueprint=drafts,
                scheduling=ON_DEMAND,
                description="Drafts posts from the blog. Switched off until the wording is agreed on.",
            ),
        ),
    )
