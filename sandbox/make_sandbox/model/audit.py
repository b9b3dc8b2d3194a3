"""The audit log of an organization: who changed what. Only the Enterprise plan has one."""

from __future__ import annotations

from typing import Any

from make_sandbox import errors
from make_sandbox.model import tables
from make_sandbox.model.account import Account
from make_sandbox.model.store import Document


def check(organization: Document) -> None:
    """Refuses an organization whose plan has no audit log: 402 (measured on the Core plan)."""
    if not organization["license"].get("auditLogs", False):
        raise errors.not_in_the_plan()


def record(account: Account, organization: Document, event: str, details: Document) -> None:
    """Writes down a change, if the plan has an audit log. `details` are the path and the query of the request."""
    is_gone = account.store.get(tables.ORGANIZATIONS, organization["id"]) is None
    if is_gone or not organization["license"].get("auditLogs", False):
        return
    stamp, user = account.stamp(), account.user()
    number = account.store.next(tables.AUDIT_LOGS.kind)
    target: Any = next(iter(details["path"].values()), "")
    account.store.add(
        tables.AUDIT_LOGS,
        {
            "id": account.uuid(),
            "number": number,
            "createdAt": stamp,
            "triggeredAt": stamp,
            "organizationId": organization["id"],
            "organization": {"id": organization["id"], "name": organization["name"]},
            "eventName": event,
            "team": None,
            "actor": {"id": user["id"], "name": user["name"], "email": user["email"]},
            "targetId": str(target),
            "version": None,
            "details": details,
        },
    )
