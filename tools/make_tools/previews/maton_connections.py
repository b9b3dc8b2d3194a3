"""What a preview says of a write to Maton connections. It never shows their urls: they hold session tokens."""

from make_tools.maton_connections import maton_connections_create, maton_connections_delete, maton_connections_list
from make_tools.previews.kinds import MATON_CONNECTION
from make_tools.previews.vocabulary import Call, Json, Looking, Sight, Unseen, look, of, plainly

ACTIVE = "ACTIVE"


@of(maton_connections_create)
def create(call: Call, sight: Sight) -> Looking:
    """How the person signs in, and the links that there are already."""
    sight.bind_new("link", call.given)
    method = call.given.get("method")
    how = f", to sign in by {method}" if method else ""
    sight.what = f"Begin a new link between your Maton account and a Make account{how}."
    sight.next.append(
        "Nothing is linked until a person signs in at Make, by the link in the answer or from their account at maton.ai."
    )
    (answer,) = yield [look(maton_connections_list)]
    links = sight.items(answer, "connections", "The links that there are already")
    sight.next += sight.lines(f"There is a link already: {_line(one)}." for one in links)
    if any(map(_is_active, links)):
        sight.next.append("With several active links it is open which one a call uses, unless the server is told one.")


@of(maton_connections_delete)
def delete(call: Call, sight: Sight) -> Looking:
    """The link, its state, and whether another active one stays, without which nothing at Make is reached through Maton."""
    id_ = call.given["matonConnectionId"]
    link = yield from sight.read(MATON_CONNECTION, id_)
    state = f", which is {plainly(link['status'])}" if isinstance(link.get("status"), str) else ""
    sight.what = f"Cut the link {plainly(id_)} between your Maton account and a Make account for good{state}."
    sight.next.append("Nothing in the Make account changes. A new link needs a person who signs in at Make.")
    (answer,) = yield [look(maton_connections_list)]
    others = [
        one
        for one in sight.items(answer, "connections", "The other links")
        if one.get("connection_id") != id_ and _is_active(one)
    ]
    if others:
        stay = "1 other active link stays" if len(others) == 1 else f"{len(others):,} other active links stay"
        sight.next.append(f"{stay}: calls may reach another Make account than before.")
        sight.dependents += sight.lines(f"link {_line(one)}" for one in others)
    elif not isinstance(answer, Unseen) and _is_active(link):
        sight.next.append(
            "It is the only active link: without it this server reaches Make no more through the gateway."
        )


def _is_active(link: Json) -> bool:
    return link.get("status") == ACTIVE


def _line(link: Json) -> str:
    return f"{plainly(link.get('connection_id'))}, {plainly(link.get('status'))}"
