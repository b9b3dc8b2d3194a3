"""What a preview says of a write to connections. Of their data it shows the names of fields, and no value."""

from collections.abc import Iterator
from typing import cast

from make_tools.connections import (
    connections_create,
    connections_delete,
    connections_editable_parameters,
    connections_list,
    connections_rename,
    connections_set_data,
)
from make_tools.previews.kinds import CONNECTION, TEAM
from make_tools.previews.together import both
from make_tools.previews.uses import possible_users, scenarios_that_use, users
from make_tools.previews.vocabulary import (
    MOST_NAMES,
    Call,
    Json,
    Looking,
    Reading,
    Sight,
    Unseen,
    listed,
    look,
    of,
    plainly,
    thing,
    told,
)
from make_tools.previews.words import guard, namesakes, place
from make_tools.wording import quoted


@of(connections_create)
def create(call: Call, sight: Sight) -> Looking:
    """The team, the type, the names of the fields that are given, and connections of the team that have the name already."""
    given, team_id = call.given, call.given["teamId"]
    team = yield from sight.read(TEAM, team_id)
    sight.call_it(given["name"])
    named = f"{quoted(given['name'])} of type {plainly(given['type'])}"
    data = cast("Json", given.get("data") or {})
    details = [
        *([f"with a value for {listed(data, MOST_NAMES)}"] if data else []),
        *([f"for the scopes {listed(given['scopes'], MOST_NAMES)}"] if given.get("scopes") else []),
    ]
    words = "".join(f", {detail}" for detail in details)
    sight.what = f"Create the connection {named} in {told('team', team_id, team)}{words}."
    sight.next.append("A type that signs in through OAuth works only once a person has authorised it at Make.")
    sight.next.append("Each member of the team can use it in scenarios. A second call makes a second connection.")
    (answer,) = yield [look(connections_list, team_id, fields=["id", "name"])]
    namesakes(sight, answer, "connections", "connection", given["name"])


@of(connections_rename)
def rename(call: Call, sight: Sight) -> Looking:
    """The connection, its team and account, and its name now and then."""
    id_, name = call.given["connectionId"], call.given["name"]
    connection = yield from sight.read(CONNECTION, id_)
    where = yield from place(sight, connection)
    sight.what = f"Rename {_named(id_, connection)}{where} to {quoted(name)}."
    sight.compare(connection, {"name": name})
    sight.next.append("Scenarios that use it go on as before.")


@of(connections_set_data)
def set_data(call: Call, sight: Sight) -> Looking:
    """The connection, the names of the fields that are replaced, those that would be emptied, and scenarios that use it."""
    id_ = call.given["connectionId"]
    given = list(cast("Json", call.given["data"]))
    connection = yield from sight.read(CONNECTION, id_, more=True)
    # Make has no guard for this: nobody else looks who uses it.
    possible = yield from possible_users(sight, "connections", connection.get("teamId"))
    sight.tie(users=possible.tied)
    uses = scenarios_that_use(sight, "connections", possible, {id_: "it"})
    (where, _), _ = yield from both(both(place(sight, connection), _emptied(sight, id_, given)), uses)
    sight.what = f"Replace the credentials of {_named(id_, connection)}{where}: {listed(given, MOST_NAMES)}."
    sight.next.append(
        "The old values cannot be read back. Scenarios that use it sign in with the new ones from then on."
    )
    sight.next.append("A connection that signs in through OAuth has to be authorised again by a person at Make.")


def _emptied(sight: Sight, id_: int, given: list[str]) -> Reading[None]:
    (answer,) = yield [look(connections_editable_parameters, id_)]
    if isinstance(answer, Unseen):
        sight.miss("Which fields it has", answer, "Each one that is not given is emptied.")
        return
    names = answer.get("editableParameters")
    known = [one for one in cast("list[object]", names) if isinstance(one, str)] if isinstance(names, list) else []
    if emptied := [name for name in known if name not in given]:
        sight.next.append(f"Emptied, because no value is given: {listed(emptied, MOST_NAMES)}.")
    if unknown := [name for name in given if name not in known]:
        sight.next.append(f"Not among the fields that Make lets be replaced: {listed(unknown, MOST_NAMES)}.")


@of(connections_delete)
def delete(call: Call, sight: Sight) -> Looking:
    """The connection, its team and account, and the scenarios that use it, those that are on first."""
    id_ = call.given["connectionId"]
    connection = yield from sight.read(CONNECTION, id_, more=call.forced)
    if call.forced:
        possible = yield from possible_users(sight, "connections", connection.get("teamId"))
        sight.tie(users=possible.tied)
        uses = scenarios_that_use(sight, "connections", possible, {id_: "it"})
    else:
        # Make's own guard looks who uses it: here it is for the reader alone.
        uses = users(sight, "connections", connection.get("teamId"), {id_: "it"})
    where, _ = yield from both(place(sight, connection), uses)
    sight.what = f"Delete {_named(id_, connection)}{where} for good."
    sight.next.append("Scenarios that use it fail until another connection takes its place in each of their modules.")
    sight.next.append(guard(call))


def _named(id_: object, connection: Json) -> str:
    details = ", ".join(_details(connection))
    return told("connection", id_, connection) + (f" ({details})" if details else "")


def _details(connection: Json) -> Iterator[str]:
    if isinstance(kind := connection.get("accountName"), str):
        yield plainly(kind)
    # Whose account it is, as Make shows it in its own list: an address, or a name.
    metadata = thing(connection, "metadata")
    if metadata.get("type") == "email" and isinstance(account := metadata.get("value"), str):
        yield quoted(account)
