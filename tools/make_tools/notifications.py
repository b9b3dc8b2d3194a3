"""Notifications: what Make wrote to the user about failures and news. Not offered by the Maton gateway."""

from collections.abc import Mapping
from typing import Annotated, Any, cast

from pydantic import Field
from typing_extensions import Doc

from make_tools.arguments import AllPages, Limit, NotificationId, Offset, ShownFields, Sort, Wire, ZoneId, columns
from make_tools.endpoint import Group
from make_tools.shape import Listing
from make_tools.signature import Rare

notifications = Group(
    name="notifications",
    about="Notifications: what Make wrote to you about failures and news.",
    noun="notification",
    scope="notifications",
    upstreams=("make",),
)


NotificationSort = Annotated[Sort, Rare(), columns("id"), Doc("id, or -id for descending (as it is without).")]


@notifications.get("/notifications", shows=Listing("notifications", "id subject created read?", page=20))
def notifications_list(
    unread_only: Annotated[bool, Doc("Only unread ones.")] | None = None,
    imt_zone_id: ZoneId | None = None,
    fields: ShownFields | None = None,
    limit: Limit | None = None,
    offset: Offset | None = None,
    sort: NotificationSort | None = None,
    all_: AllPages | None = None,
):
    """List Make's messages to you."""


def _in_words(answer: dict[str, Any], _: Mapping[str, Any]) -> dict[str, Any]:
    told = answer.get("notification")
    if not isinstance(told, dict):
        return answer
    notification = cast("dict[str, Any]", told)
    # Its parser is no part of a start.
    from make_tools.forms.html import text_of

    body = notification.get("body")
    return answer | {"notification": notification | {"body": text_of(body)}} if isinstance(body, str) else answer


@notifications.get("/notifications/{notification_id}", form=_in_words, gives="notification")
def notifications_get(notification_id: NotificationId, imt_zone_id: ZoneId | None = None):
    """Read a notification."""


# One by one is not offered by Make: `ids` is a query parameter that takes the one value `all`.
@notifications.post(
    "/notifications/mark-as-read", query={"ids": "all"}, idempotent=True, title="Mark notifications read"
)
def notifications_mark_read(imt_zone_id: ZoneId | None = None):
    """Mark all your notifications read."""


@notifications.delete("/notifications", title="Delete notifications")
def notifications_delete(
    ids: Annotated[
        list[NotificationId], Wire(place="body"), Field(min_length=1), Doc("From notifications_list: digits in quotes.")
    ],
    imt_zone_id: ZoneId | None = None,
):
    """Delete notifications."""
