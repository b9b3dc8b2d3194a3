"""`/notifications`: what Make wrote to the user. Ids are strings; a body is HTML."""

from __future__ import annotations

from make_sandbox import errors
from make_sandbox.api.columns import Columns
from make_sandbox.api.fields import Field
from make_sandbox.api.paging import Page
from make_sandbox.api.resource import Call, Resource
from make_sandbox.model import tables
from make_sandbox.model.store import Document
from make_sandbox.resources.enums import ZONE_OF_ACCOUNT

LISTED = Columns(full=("id", "subject", "read", "created", "type"))
DETAIL = Columns(full=(*LISTED.full, "body"))
ZONE = Field("imtZoneId", "integer")

notifications = Resource("/notifications", Field("notificationId", "text", required=True))


def _of_zone(call: Call) -> list[Document]:
    """The notifications of the zone that the request names. All of them are in one; without a name it is meant."""
    if call.query.get("imtZoneId", ZONE_OF_ACCOUNT) != ZONE_OF_ACCOUNT:
        return []
    return call.account.store.list(tables.NOTIFICATIONS)


@notifications.get(
    query=(Field("unreadOnly", "boolean"), ZONE),
    page=Page(limit=10000, sort_by="id", direction="desc", keys={"id": lambda row: int(row["id"])}),
    gateway=False,
)
def list_of(call: Call):
    """Beside the list: how many are unread, in all and by zone."""
    rows = _of_zone(call)
    unread = [row for row in call.account.store.list(tables.NOTIFICATIONS) if row["read"] is None]
    wanted = [row for row in rows if row["read"] is None] if call.query.get("unreadOnly", False) else rows
    answer = call.listing("notifications", wanted)
    return {
        "notifications": [LISTED.pick(row) for row in answer["notifications"]],
        "userUnreadNotifications": len(unread),
        "userZoneNotifications": [{"imtZoneId": ZONE_OF_ACCOUNT, "unreadNotifications": len(unread)}],
        "pg": answer["pg"],
    }


@notifications.get("/{notificationId}", query=(ZONE,), gateway=False)
def read(call: Call):
    """Reading it does not mark it as read."""
    for row in _of_zone(call):
        if row["id"] == call.path["notificationId"]:
            return {"notification": DETAIL.pick(row)}
    raise errors.not_found("Notification not found.")


@notifications.post("/mark-as-read", query=(Field("ids", "text", choices=("all",)), ZONE), gateway=False)
def mark_as_read(call: Call):
    """Marks all; the answer names those that were unread."""
    unread = [row for row in _of_zone(call) if row["read"] is None]
    for row in unread:
        call.account.store.put(tables.NOTIFICATIONS, row, read=call.account.stamp())
    return {"notifications": [{"id": row["id"]} for row in unread]}


@notifications.delete(query=(ZONE,), body=(Field("ids", "texts", required=True),), gateway=False)
def delete(call: Call):
    """The answer names those that were deleted; ids that do not exist are passed over. No `confirmed`."""
    known = {row["id"] for row in _of_zone(call)}
    ids = [id_ for id_ in dict.fromkeys(call.body["ids"]) if id_ in known]
    for id_ in ids:
        call.account.store.remove(tables.NOTIFICATIONS, id_)
    return {"notifications": [{"id": id_} for id_ in ids]}
