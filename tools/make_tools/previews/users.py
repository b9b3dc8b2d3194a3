"""What a preview says of a write to users."""

from make_tools.organizations import organizations_list
from make_tools.previews.kinds import USER
from make_tools.previews.vocabulary import (
    Call,
    Json,
    Looking,
    Reading,
    Sight,
    Unseen,
    an_id,
    look,
    of,
    same,
    thing,
    told,
)
from make_tools.users import users_list, users_update
from make_tools.wording import counted

MOST_ORGANIZATIONS = 5
"""Organizations whose members are looked through for a user: Make reads none by id."""
FIELDS = {
    "name": "name",
    "language": "language",
    "timezoneId": "time zone",
    "localeId": "locale",
    "countryId": "country",
}
"""What can be changed, in words."""


@of(users_update)
def update(call: Call, sight: Sight) -> Looking:
    """Whose account it is, yours or somebody else's, and each field now and then."""
    id_ = call.given["userId"]
    (answer,) = yield [USER.look(id_)]
    own = {} if isinstance(answer, Unseen) else thing(answer, USER.key)
    yours = same(own.get("id"), id_)
    user = own if yours else (yield from _somebody(sight, id_))
    sight.bind(USER, id_, user)
    changed = [words for name, words in FIELDS.items() if name in call.given]
    whose = ", which is your own account" if yours else ""
    sight.what = f"Change {told('user', id_, user)}{whose}: {', '.join(changed) or 'nothing'}."
    sight.compare(user, {name: call.given[name] for name in FIELDS if name in call.given})
    if call.given.get("timezoneId", user.get("timezoneId")) != user.get("timezoneId"):
        sight.next.append("Times are shown to this user in the new time zone; no scenario runs at another time.")
    if isinstance(answer, Unseen):
        sight.miss("Whether it is your own account", answer)
    elif not yours:
        sight.next.append("It is not your own account: Make may refuse to change it.")


def _somebody(sight: Sight, id_: object) -> Reading[Json]:
    (answer,) = yield [look(organizations_list, fields=["id", "name"])]
    every = [an_id(one.get("id")) for one in sight.items(answer, "organizations", "The organizations to look through")]
    organizations = [one for one in every if one is not None]
    if not organizations:
        return {}
    searched = organizations[:MOST_ORGANIZATIONS]
    answers = yield [look(users_list, organization_id=one, fields=["id", "email", *FIELDS]) for one in searched]
    unread = Sight()
    for organization, members in zip(searched, answers, strict=True):
        for user in unread.items(members, "users", f"The members of organization {organization}"):
            if same(user.get("id"), id_):
                return user
    more = f" of {len(organizations):,}" if len(organizations) > len(searched) else ""
    sight.unseen += unread.unseen
    sight.unseen.append(
        f"The user itself: not found among the members of {counted(len(searched), 'organization')}{more}."
    )
    return {}
