"""What a preview says of a write to notifications."""

from collections.abc import Callable, Iterable, Iterator

from make_tools.notifications import notifications_delete, notifications_list, notifications_mark_read
from make_tools.previews.kinds import NOTIFICATION
from make_tools.previews.several import PAGE, at_least, choose, known_of, named, pages
from make_tools.previews.vocabulary import Call, Json, Look, Looking, Sight, look, of, plainly
from make_tools.wording import counted, quoted


@of(notifications_mark_read)
def mark_read(call: Call, sight: Sight) -> Looking:
    """Your unread notifications, by subject."""
    listing = yield from pages(_list(call, unread_only=True), "notifications")
    chosen = choose(sight, NOTIFICATION, {"all": True}, listing)
    if chosen.all_of_them:
        sight.what = f"Mark all your unread notifications as read{at_least(chosen)}."
    elif chosen.items:
        sight.what = f"Mark all your {counted(len(chosen.items), 'unread notification')} as read."
    else:
        # It may be sent all the same: Make answers as if it had done something.
        sight.bound = True
        sight.what = "Mark your notifications as read: none is unread."
        sight.next.append("It is so already: nothing would change.")
    sight.dependents += sight.lines(_lines(chosen.items))
    sight.next.append("Make marks all of them, and offers no way to mark one as unread again.")


@of(notifications_delete)
def delete(call: Call, sight: Sight) -> Looking:
    """Each notification by subject, whether it was read, and those that are not found."""
    listing = yield from pages(_list(call, unread_only=False), "notifications", call.given["ids"])
    chosen = choose(sight, NOTIFICATION, call.given, listing)
    if chosen.nothing:
        sight.what = "There is nothing to delete: no such notification is yours."
        return
    lines = list(_lines(chosen.items))
    what = lines[0] if lines and chosen.count == 1 else named(chosen, "notification")
    sight.what = f"Delete {what} for good{known_of(chosen)}."
    if chosen.count > 1:
        sight.dependents += sight.lines(lines)
    sight.next.append("Make has no way to bring a notification back.")


def _list(call: Call, *, unread_only: bool) -> Callable[[int], Look]:
    zone = call.given.get("imtZoneId")
    if zone is None:
        return lambda skip: look(notifications_list, unread_only=unread_only, limit=PAGE, offset=skip)
    return lambda skip: look(notifications_list, unread_only=unread_only, imt_zone_id=zone, limit=PAGE, offset=skip)


def _lines(notifications: Iterable[Json]) -> Iterator[str]:
    for one in notifications:
        subject = one.get("subject")
        named = f" {quoted(subject)}" if isinstance(subject, str) else ""
        unread = "unread " if "read" in one and not one["read"] else ""
        yield f"{unread}notification {plainly(one.get('id'))}{named}"
