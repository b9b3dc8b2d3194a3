"""Notifications: what Make wrote to the user about failures and news. Not offered by the Maton gateway."""

from typing import Annotated

from pydantic import Field
from typing_extensions import Doc

from make_tools.arguments import Limit, NotificationId, Offset, Sort, Wire, ZoneId, columns
from make_tools.endpoint import Group

notifications = Group(
    name="notifications",
    about="Notifications: what Make wrote to you about failures and news.",
    noun="notification",
    scope="notifications",
    upstreams=("make",),
)


NotificationSort = Annotated[Sort, columns("id"), Doc("id, or -id for descending (as it is without).")]


@notifications.get("/notifications")
def notifications_list(
    unread_only: Annotated[bool, Doc("Only unread ones.")] | None = None,
    imt_zone_id: ZoneId | None = None,
    limit: Limit | None = None,
    offset: Offset | None = None,
    sort: NotificationSort | None = None,
):
    """List Make's messages to you."""


@notifications.get("/notifications/{notification_id}")
def notifications_get(notification_id: NotificationId, imt_zone_id: ZoneId | None = None):
    """Read a notification; its body is HTML."""


# One by one is not offered by Make: `ids` is a query parameter that takes the one value `all`.
@notifications.post(
    "/notifications/mark-as-read", query={"ids": "all"}, idempotent=True, title="Mark notifications read"
)
def notifications_mark_read(imt_zone_id: ZoneId | None = None):
    """Mark all your notifications read."""


@notifications.delete("/notifications", title="Delete notifications")
def notifications_delete(
    ids: Annotated[list[NotificationId], Wire(place="body"), Field(min_length=1), Doc("From notifications_list.")],
    imt_zone_id: ZoneId | None = None,
):
    """Delete notifications."""
