"""The ten tasks as a person words them. The names in capitals are all that a script may know before its first answer.

It is Tuesday, 2026-03-10, 08:00 UTC. Whoever asks works for Northwind Studio, and names things, not ids.
"""

from typing import Final

ORGANIZATION: Final = "Northwind Studio"
OPERATIONS: Final = "Operations"
MARKETING: Final = "Marketing"
CARE: Final = "Customer Care"

SINCE: Final = "2026-03-09T18:00:00.000Z"
RENEWED: Final = "Content calendar reminders"
CONNECTION: Final = "Slack (marketing)"
CONNECTION_THERE: Final = "Slack (care)"
DRAFTS: Final = "Social post drafts"
LEADS: Final = "Lead scoring on demand"
LEADS_RENAMED: Final = "Lead scoring"
INVOICES: Final = "Paid invoices to ERP"
OLD: Final = "2026-03-03T08:00:00.000Z"
INPUTS: Final = {"email": "ann@example.com", "budget": 500}

SENTENCES: Final = {
    "failures": f"Which scenarios of {ORGANIZATION} failed since 18:00 yesterday, and why?",
    "retry": f"The Airtable key was renewed. Retry what is incomplete of '{RENEWED}' ({MARKETING}), and tell what went through.",
    "limit": f"How close is {ORGANIZATION} to its plan's limit of operations?",
    "delete_connection": f"Switch off every scenario that uses {MARKETING}'s connection '{CONNECTION}', then delete it.",
    "copy": f"Copy '{DRAFTS}' from {MARKETING} to {CARE}, with '{CONNECTION_THERE}' in place of '{CONNECTION}'.",
    "hook": f"Find the webhook that takes our orders ({OPERATIONS}), and check that it is alive.",
    "rename": f"Rename '{LEADS}' ({MARKETING}) to '{LEADS_RENAMED}', and change nothing else.",
    "clean_up": f"Delete the incomplete executions of '{INVOICES}' ({OPERATIONS}) that are more than a week old.",
    "access": f"Who has access to the team {MARKETING}?",
    "run": f"Run '{LEADS}' ({MARKETING}) with the email {INPUTS['email']} and a budget of {INPUTS['budget']}; what comes out?",
}
"""By the task's name."""
