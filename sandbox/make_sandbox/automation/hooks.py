"""Hooks: their addresses, and what happens to the data that somebody sends there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from make_sandbox.automation import outcomes, runs
from make_sandbox.model import blueprints, incomings, tables
from make_sandbox.model.account import Account
from make_sandbox.model.clock import milliseconds
from make_sandbox.model.selection import Selection, Where
from make_sandbox.model.store import Document

QUEUE_LIMIT = 50
OK, FAILED = 1, 3
"""The status of a line in the log of a hook (documented)."""


def shown(account: Account, hooks: list[Document], origin: str) -> list[Document]:
    """Hooks as the API shows them: with the address at which they can be called here, and what waits in their queues.

    `origin` is the address of the account as the client wrote it.
    """
    owners = tuple(hook["id"] for hook in hooks)
    counts = account.store.count_by_owner(tables.INCOMINGS, Selection(owners=owners))
    return [hook | {"url": _address(hook, origin), "queueCount": counts.get(hook["id"], 0)} for hook in hooks]


def _address(hook: Document, origin: str) -> str:
    """A mailhook is an e-mail address, which nobody reaches here: a call of `/hook/{udid}` stands in for a mail."""
    return f"{hook['udid']}@hook.{hook['zone']}" if hook["type"] == "mail" else f"{origin}/hook/{hook['udid']}"


def at(account: Account, udid: str) -> Document | None:
    """The hook at an address."""
    found = account.store.select(tables.HOOKS, Selection(where=(Where("udid", "=", udid),)))
    return found[0] if found else None


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What somebody sent to a hook: the `data` of the bundle, and the request it came in, for the log."""

    data: Document
    request: Document = field(default_factory=Document)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the caller of a hook is answered. Without a module that answers, it is one line of text."""

    status: int
    body: str
    headers: list[Document] = field(default_factory=list[Document])


ACCEPTED = Reply(status=200, body="Accepted")
NOT_FOUND = Reply(status=404, body="Not Found")
# Make answers so when nothing listens; that it does for a disabled hook is a guess: "a disabled hook refuses data".
NOBODY_LISTENS = Reply(status=410, body="There is no scenario listening for this webhook.")
QUEUE_FULL = Reply(status=400, body="Queue is full.")
# What is known of scenarios that are to answer, and fail before they do.
NOT_COMPLETED = Reply(status=500, body="Scenario failed to complete.")


def deliver(account: Account, hook: Document, delivery: Delivery) -> Reply:
    """Gives data to a hook: a run takes it at once, or it waits in the queue, or its structure is learned."""
    if not hook["enabled"]:
        return _logged(account, hook, delivery, NOBODY_LISTENS)
    if hook["learning"]:
        # In Make's editor data that is learned from starts no run; the API does not say (a guess).
        account.store.put(tables.HOOKS, hook, learning=False, structure=structure(delivery.data))
        return _logged(account, hook, delivery, ACCEPTED)
    if incomings.count(account, hook["id"]) >= hook["queueLimit"]:
        return _logged(account, hook, delivery, QUEUE_FULL)
    _logged(account, hook, delivery, ACCEPTED)
    incoming = incomings.add(account, hook["id"], delivery.data)
    scenario = hook["scenarioId"] and account.store.get(tables.SCENARIOS, hook["scenarioId"])
    if not scenario or not scenario["isActive"] or scenario["scheduling"]["type"] != "immediately":
        return ACCEPTED
    execution = runs.take(account, scenario, account.now()).get(incoming["id"])
    return ACCEPTED if execution is None else _reply(execution)


def _reply(execution: Document) -> Reply:
    """The answer of a run: that of its module "Webhook response", if it comes so far."""
    response = execution["response"]
    if response is not None:
        return Reply(**response)
    answers = any(
        module.get("module") == "gateway:WebhookRespond" for module in blueprints.modules(execution["blueprint"])
    )
    return NOT_COMPLETED if answers and execution["status"] == outcomes.ERROR else ACCEPTED


def _logged(account: Account, hook: Document, delivery: Delivery, reply: Reply) -> Reply:
    """Writes a delivery into the log of its hook. The forms of `imtId`, `parser` and `sizes` are guesses."""
    id_ = account.secret()
    account.store.add(
        tables.HOOK_LOGS,
        {
            "id": id_,
            "hookId": hook["id"],
            "imtId": f"{milliseconds(account.now())}_hook.{hook['id']}.{id_}",
            "statusId": OK if reply.status == ACCEPTED.status else FAILED,
            "parser": hook["typeName"],
            "appParser": hook["packageName"],
            "replayable": False,
            "sizes": {
                "headers": incomings.size(delivery.request.get("headers", [])),
                "payload": incomings.size(delivery.data),
            },
            "loggedAt": account.stamp(),
            "udids": [hook["udid"]],
            "typeId": 1,
            "data": {"request": delivery.request, "payload": delivery.data},
        },
    )
    return reply


def structure(data: Mapping[str, Any]) -> list[Document]:
    """What data is made of: a list of named and typed fields, as data structures are written."""
    return [{"name": name, "label": name, **_type(value)} for name, value in data.items()]


def _type(value: Any) -> Document:
    if isinstance(value, bool):
        return {"type": "boolean"}
    if isinstance(value, int | float):
        return {"type": "number"}
    if isinstance(value, dict):
        return {"type": "collection", "spec": structure(cast("Document", value))}
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return {"type": "array", "spec": _type(items[0])} if items else {"type": "array"}
    return {"type": "text"}
