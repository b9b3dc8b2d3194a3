"""Maton's own endpoints: its connections to apps, of which Make is the only one here.

They lie outside `/make`, and have nothing to do with the connections inside a Make account.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from make_sandbox import errors
from make_sandbox.api.columns import Columns
from make_sandbox.api.fields import Field
from make_sandbox.api.resource import Call, Resource
from make_sandbox.model import tables
from make_sandbox.model.account import Account
from make_sandbox.model.clock import parse
from make_sandbox.model.store import Document

ACTIVE, PENDING, FAILED = "ACTIVE", "PENDING", "FAILED"
APP = "make"
METHODS = ("API_KEY", "BASIC", "OAUTH1", "OAUTH2", "MCP")
"""What a creation may ask for. The page's sample of an answer does not show it."""

FIELDS = Columns(full=("connection_id", "status", "creation_time", "last_updated_time", "url", "app", "metadata"))

LOGIN = 2
"""Seconds after which a person has logged in at a new connection's address. Nobody really does here."""

connections = Resource("/connections", Field("connection_id", "text", required=True), scope=None)


def choose(account: Account, connection_id: str | None) -> None:
    """Which connection a request through the gateway uses. Without one that is active: 400 (documented)."""
    active = [row for row in _all(account) if row["status"] == ACTIVE]
    if connection_id is not None:
        active = [row for row in active if row["id"] == connection_id]
    if not active:
        raise errors.maton(400, "No active Make connection.")


def new(account: Account, at: datetime) -> Document:
    """A connection made at a moment. A person has to open its `url`, which holds a session token, and to log in there."""
    stamp = _stamp(at)
    id_ = account.uuid()
    return account.store.add(
        tables.MATON_CONNECTIONS,
        {
            "id": id_,
            "connection_id": id_,
            "creation_time": stamp,
            "url": f"https://connect.maton.ai/?session_token={account.secret()}",
            "app": APP,
            "metadata": {},
        },
    )


def view(account: Account, connection: Document) -> Document:
    """A connection in its present state: it waits for a person, who comes after two seconds."""
    login = parse(connection["creation_time"]) + timedelta(seconds=LOGIN)
    status, updated = (ACTIVE, _stamp(login)) if account.now() >= login else (PENDING, connection["creation_time"])
    return connection | {"status": status, "last_updated_time": updated}


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _all(account: Account) -> list[Document]:
    return [view(account, row) for row in account.store.list(tables.MATON_CONNECTIONS)]


@connections.get(query=(Field("app", "text"), Field("status", "text", choices=(ACTIVE, PENDING, FAILED))))
def list_of(call: Call):
    wanted = {name: call.query[name] for name in ("app", "status") if name in call.query}
    rows = (row for row in _all(call.account) if all(row[name] == value for name, value in wanted.items()))
    return {"connections": [FIELDS.pick(row) for row in rows]}


@connections.post(body=(Field("app", "text", required=True), Field("method", "text", choices=METHODS)))
def create(call: Call):
    """The answer's form is not documented; it is that of the read."""
    if call.body["app"] != APP:
        raise errors.maton(400, f"The practice gateway knows the app '{APP}' only.")
    return {"connection": FIELDS.pick(view(call.account, new(call.account, call.account.now())))}


@connections.get("/{connection_id}")
def read(call: Call):
    return {"connection": FIELDS.pick(view(call.account, _find(call)))}


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
