"""Connections: the credentials with which scenarios reach other services."""

import re
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import Doc

from make_tools.arguments import ConnectionId, Fields, Name, NewName, TeamId, Text, Wire, apart, present
from make_tools.endpoint import Group
from make_tools.shape import Listing

connections = Group(
    name="connections",
    about="Connections: the credentials with which scenarios reach other services.",
    noun="connection",
    scope="connections",
)

_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_-]*")
_TAKEN = frozenset({"type", "cols"})


@connections.get("/connections", shows=Listing("connections", "id name accountName teamId= expire? upgradeable?"))
def connections_list(
    team_id: TeamId,
    types: Annotated[list[Text], Doc('Only these types, such as ["google"].')] | None = None,
    scopes: Annotated[dict[str, list[Text]], Field(description="To check: {type: [scope]}")] | None = None,
    fields: Fields | None = None,
):
    """List a team's credentials."""
    # Make checks scopes of the types that `type[]` names, so the types to check are among them.
    wanted_types = list(dict.fromkeys([*(types or []), *(scopes or {})])) or None
    query: dict[str, Any] = {"teamId": team_id, "type[]": wanted_types}
    for type_, wanted in (scopes or {}).items():
        # Make names the parameter after the connection type; no type may pose as another parameter.
        if not _TYPE.fullmatch(type_) or type_ in _TAKEN:
            raise ValueError("`scopes` takes connection types as names, such as google")
        query[f"{type_}[]"] = wanted
    return present({**query, "cols[]": fields})


@connections.get("/connections/{connection_id}", gives="connection")
def connections_get(connection_id: ConnectionId, fields: Fields | None = None):
    """Read a connection: type, account, scopes, expiry."""


# A POST that changes nothing; Make wants the write scope for it all the same.
@connections.post(
    "/connections/{connection_id}/test",
    effect="read",
    idempotent=True,
    scopes=("connections:write",),
    open_world=True,
)
def connections_test(connection_id: ConnectionId):
    """Does it still authenticate? No proof of its rights."""


@connections.get("/connections/{connection_id}/editable-data-schema", only="make", title="Get editable parameters")
def connections_editable_parameters(connection_id: ConnectionId):
    """Name what connections_set_data can replace."""


@connections.post(
    "/connections/{connection_id}/scoped",
    effect="read",
    idempotent=True,
    scopes=("connections:write",),
    only="make",
    title="Check connection scopes",
    gives="connection",
)
def connections_check_scopes(
    connection_id: ConnectionId,
    scope: Annotated[list[Text], Doc("Ids of scopes, as connections_get shows them.")],
):
    """Does it have all of these scopes?"""


@connections.post("/connections")
def connections_create(
    team_id: Annotated[TeamId, Wire(place="query")],
    name: Name,
    type_: Annotated[
        Text, Field(description="slack, google…"), Doc("What connections_list shows as accountName: slack, google…")
    ],
    scopes: Annotated[list[Text], Doc("OAuth scopes wanted.")] | None = None,
    data: Annotated[dict[str, Any], Field(description="apiKey, url… of the type")] | None = None,
):
    """Create a connection. OAuth needs a person at Make."""
    # Make misnames both: its accountName is the display name, its accountType the type.
    own = {"accountName": name, "accountType": type_, "scopes": scopes}
    return {**present(own), **apart(own, data)}


@connections.patch(
    "/connections/{connection_id}",
    title="Rename connection",
    truth="connections_get",
    formerly=("connections_update",),
)
def connections_rename(connection_id: ConnectionId, name: NewName):
    """Rename a connection; nothing else changes."""


# A POST that destroys: what is not given is emptied, and the old credentials cannot be read back.
@connections.post(
    "/connections/{connection_id}/set-data",
    effect="destroy",
    idempotent=True,
    only="make",
    title="Set connection data",
    truth="connections_test",
)
def connections_set_data(
    connection_id: ConnectionId,
    data: Annotated[dict[str, Any], Doc("Every field that connections_editable_parameters names, with its value.")],
):
    """Replace all credentials; what is left out is emptied."""
    if not data:
        raise ValueError("`data` is empty: that would empty every field of the connection")
    return data


@connections.delete("/connections/{connection_id}", guarded=True)
def connections_delete(connection_id: ConnectionId):
    """Delete a connection; scenarios that use it fail."""
