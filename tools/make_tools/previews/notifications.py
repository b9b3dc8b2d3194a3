"""What a preview says of a write to notifications."""

from collections.abc import Iterable, Iterator

from make_tools.notifications import notifications_delete, notifications_list, notifications_mark_read
from make_tools.previews.kinds import NOTIFICATION
from make_tools.previews.several import at_least, choose
from make_tools.previews.vocabulary import Call, Json, Look, Looking, Sight, look, of, plainly
from make_tools.wording import counted, quoted


@of(notifications_mark_read)
def mark_read(call: Call, sight: Sight) -> Looking:
    """Your unread notifications, by subject."""
    (answer,) = yield [_list(call, unread_only=True)]
    chosen = choose(sight, NOTIFICATION, {"all": True}, answer, "notifications", {})
    if chosen.all_of_them:
        sight.what = f"Mark all your unread notifications as read{at_least(chosen)}."
    elif chosen.items:
        sight.what = f"Mark all your {counted(len(chosen.items), 'unread notification')} as read."
    else:
        sight.what = "Mark your notifications as read: none is unread."
        sight.next.append("It is so already: nothing would change.")
    sight.dependents += sight.lines(_lines(chosen.items))
    sight.next.append("Make marks all of them, and offers no way to mark one as unread again.")


@of(notifications_delete)
def delete(call: Call, sight: Sight) -> Looking:
    """Each notification by subject, whether it was read, and those that are not found."""
    (answer,) = yield [_list(call, unread_only=False)]
    chosen = choose(sight, NOTIFICATION, call.given, answer, "notifications", {})
    match list(_lines(chosen.items)):
        case []:
            sight.what = "Delete nothing: none of these notifications is yours."
        case [line]:
            sight.what = f"Delete {line} for good."
        case lines:
            sight.what = f"Delete {counted(len(lines), 'notification')} for good."
            sight.dependents += sight.lines(lines)
    sight.next.append("Make has no way to bring a notification back.")


def _list(call: Call, *, unread_only: bool) -> Look:
    zone = call.given.get("imtZoneId")
    if zone is None:
        return look(notifications_list, unread_only=unread_only)
    return look(notifications_list, unread_only=unread_only, imt_zone_id=zone)


def _lines(notifications: Iterable[Json]) -> Iterator[str]:
    for one in notifications:
        subject = one.get("subject")
        named = f" {quoted(subject)}" if isinstance(subject, str) else ""
        unread = "unread " if "read" in one and not one["read"] else ""
        yield f"{unread}notification {plainly(one.get('id'))}{named}"
