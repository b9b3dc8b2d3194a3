"""`/notifications`: what Make wrote to the user. Ids are strings; a body is HTML."""

from __future__ import annotations

from dataclasses import replace

from make_sandbox import errors
from make_sandbox.api.columns import Columns
from make_sandbox.api.fields import Field
from make_sandbox.api.paging import Page
from make_sandbox.api.resource import Call, Resource
from make_sandbox.model import tables
from make_sandbox.model.selection import Selection, Where
from make_sandbox.model.store import Document
from make_sandbox.resources.enums import ZONE_OF_ACCOUNT

LISTED = Columns(full=("id", "subject", "read", "created", "type"))
DETAIL = Columns(full=(*LISTED.full, "body"))
ZONE = Field("imtZoneId", "integer")

notifications = Resource("/notifications", Field("notificationId", "text", required=True), scope="notifications")


UNREAD = Where("read", "is null")


def _is_here(call: Call) -> bool:
    """Whether the request means the zone in which all notifications are; without a name it does."""
    return call.query.get("imtZoneId", ZONE_OF_ACCOUNT) == ZONE_OF_ACCOUNT


def _of_zone(call: Call, *where: Where) -> list[Document]:
    """The notifications of the zone that the request names."""
    return call.account.store.select(tables.NOTIFICATIONS, Selection(where=where)) if _is_here(call) else []


@notifications.get(
    query=(Field("unreadOnly", "boolean"), ZONE),
    page=Page(limit=10000, sort_by="id", direction="desc", fields={"id": "place"}),
    gateway=False,
)
def list_of(call: Call):
    """Beside the list: how many are unread, in all and by zone."""
    unread = Selection(where=(UNREAD,))
    number = call.account.store.count(tables.NOTIFICATIONS, unread)
    wanted = unread if call.query.get("unreadOnly", False) else Selection()
    if not _is_here(call):
        wanted = replace(wanted, where=(Where("id", "is null"),))
    answer = call.select("notifications", tables.NOTIFICATIONS, wanted, lambda rows: (LISTED.pick(row) for row in rows))
    return {
        "notifications": answer["notifications"],
        "userUnreadNotifications": number,
        "userZoneNotifications": [{"imtZoneId": ZONE_OF_ACCOUNT, "unreadNotifications": number}],
        "pg": answer["pg"],
    }


@notifications.get("/{notificationId}", query=(ZONE,), gateway=False)
def read(call: Call):
    """Reading it does not mark it as read."""
    found = _of_zone(call, Where("id", "=", call.path["notificationId"]))
    if not found:
        raise errors.not_found("Notification not found.")
    return {"notification": DETAIL.pick(found[0])}


@notifications.post("/mark-as-read", query=(Field("ids", "text", choices=("all",)), ZONE), gateway=False)
def mark_as_read(call: Call):
    """Marks all; the answer names those that were unread."""
    unread = _of_zone(call, UNREAD)
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
