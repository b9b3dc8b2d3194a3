"""Maton's own endpoints: its connections to apps, of which Make is the only one here.

They lie outside `/make`, and have nothing to do with the connections inside a Make account.
"""

from __future__ import annotations

import uuid

from make_sandbox import errors
from make_sandbox.api.columns import Columns
from make_sandbox.api.fields import Field
from make_sandbox.api.resource import Call, Resource
from make_sandbox.model import tables
from make_sandbox.model.account import Account
from make_sandbox.model.store import Document

ACTIVE, PENDING, FAILED = "ACTIVE", "PENDING", "FAILED"
APP = "make"
FIELDS = Columns(full=("connection_id", "status", "creation_time", "last_updated_time", "url", "app", "metadata"))

connections = Resource("/connections", Field("connection_id", "text", required=True))


def choose(account: Account, connection_id: str | None) -> None:
    """Which connection a request through the gateway uses. Without one that is active: 400 (documented)."""
    active = [row for row in account.store.list(tables.MATON_CONNECTIONS) if row["status"] == ACTIVE]
    if connection_id is not None:
        active = [row for row in active if row["id"] == connection_id]
    if not active:
        raise errors.maton(400, "No active Make connection.")


def new(account: Account) -> Document:
    """A fresh connection. A person has to open its `url`, which holds a session token, and to log in there."""
    stamp = account.now().isoformat(timespec="microseconds").replace("+00:00", "Z")
    id_ = str(uuid.UUID(hex=account.secret(), version=4))
    return account.store.add(
        tables.MATON_CONNECTIONS,
        {
            "id": id_,
            "connection_id": id_,
            "status": PENDING,
            "creation_time": stamp,
            "last_updated_time": stamp,
            "url": f"https://connect.maton.ai/?session_token={account.secret()}",
            "app": APP,
            "metadata": {},
        },
    )


def activate(account: Account, connection: Document) -> Document:
    """Nobody logs in here: a connection that waits for a person is active when it is read next."""
    if connection["status"] != PENDING:
        return connection
    stamp = account.now().isoformat(timespec="microseconds").replace("+00:00", "Z")
    return account.store.put(tables.MATON_CONNECTIONS, connection, status=ACTIVE, last_updated_time=stamp)


@connections.get(query=(Field("app", "text"), Field("status", "text", choices=(ACTIVE, PENDING, FAILED))))
def list_of(call: Call):
    found = [activate(call.account, row) for row in call.account.store.list(tables.MATON_CONNECTIONS)]
    wanted = {name: call.query[name] for name in ("app", "status") if name in call.query}
    rows = (row for row in found if all(row[name] == value for name, value in wanted.items()))
    return {"connections": [FIELDS.pick(row) for row in rows]}


@connections.post(body=(Field("app", "text", required=True), Field("method", "text")))
def create(call: Call):
    """The answer's form is not documented; it is that of the read."""
    if call.body["app"] != APP:
        raise errors.maton(400, f"The practice gateway knows the app '{APP}' only.")
    return {"connection": FIELDS.pick(new(call.account))}


@connections.get("/{connection_id}")
def read(call: Call):
    return {"connection": FIELDS.pick(activate(call.account, _find(call)))}


@connections.delete("/{connection_id}")
def delete(call: Call):
    """Some JSON (documented: the page's sample parses it), of unknown content."""
    call.account.store.remove(tables.MATON_CONNECTIONS, _find(call)["id"])
    return Document()


def _find(call: Call) -> Document:
    found = call.account.store.get(tables.MATON_CONNECTIONS, call.path["connection_id"])
    if found is None:
        raise errors.maton(404, "Connection not found.")
    return found
