"""Notifications: what Make writes to people when a scenario fails."""

from __future__ import annotations

from html import escape

from make_sandbox.model import tables
from make_sandbox.model.account import Account
from make_sandbox.model.store import Document

ERROR_TYPE = 1
"""The `type` of a notification about a failed run (Make's documented examples)."""


def of_failure(account: Account, scenario: Document, team: Document, execution: Document) -> None:
    """Tells the user that a run failed. The body is HTML, as Make's is."""
    store = account.store
    organization = store.get(tables.ORGANIZATIONS, team["organizationId"])
    if organization is None:
        raise LookupError(f"team {team['id']} has no organization")
    root = f"https://{organization['zone']}"
    log = f"{root}/{team['id']}/scenarios/{scenario['id']}/logs"
    organization_page, team_page = f"{root}/organization/{organization['id']}", f"{root}/team/{team['id']}"
    run_page = f"{log}/{execution['id']}"
    error = execution["error"]

    def link(url: str, text: str) -> str:
        return f'<a href="{escape(url)}">{escape(text)}</a>'

    body = "\n".join(
        (
            f"<p>Your scenario <strong>{escape(scenario['name'])}</strong> has encountered an error.</p>",
            "<p>The scenario has not been paused and goes on according to its schedule.</p>",
            "<ul>",
            f"<li>Scenario: {link(log, scenario['name'])}</li>",
            f"<li>Organization: {link(organization_page, organization['name'])}</li>",
            f"<li>Team: {link(team_page, team['name'])}</li>",
            f"<li>Execution: {link(run_page, execution['id'])}</li>",
            "</ul>",
            "<p>Details:</p>",
            "<ul>",
            f"<li><code>{escape(error['causeModule']['name'])}</code></li>",
            f"<li><code>{escape(error['name'])}: {escape(error['message'])}</code></li>",
            "</ul>",
            "",
        )
    )
    number = store.next(tables.NOTIFICATIONS.kind, tables.NOTIFICATIONS.first)
    store.add(
        tables.NOTIFICATIONS,
        {
            "id": str(number),
            "number": number,
            "subject": f"Encountered error in {scenario['name']} scenario",
            "read": None,
            "created": execution["endsAt"],
            "type": ERROR_TYPE,
            "body": body,
        },
    )
