"""The Maton platform's own endpoints: the links between a Maton account and Make accounts."""

from typing import Annotated, Literal

from typing_extensions import Doc

from make_tools.arguments import MatonConnectionId, ShownFields, present
from make_tools.endpoint import Group
from make_tools.shape import Listing

maton_connections = Group(
    name="maton_connections",
    about="Maton connections: the links between your Maton account and Make accounts.",
    noun="Maton connection",
    scope=None,
    upstreams=("maton",),
    api="maton",
    # A sign-in link: it carries a session.
    secrets=frozenset({"url"}),
)


@maton_connections.get(
    "/connections",
    query={"app": "make"},
    title="List Maton connections",
    shows=Listing("connections", "connection_id app status creation_time metadata?"),
)
def maton_connections_list(
    status: Annotated[Literal["ACTIVE", "PENDING", "FAILED"], Doc("Only these.")] | None = None,
    fields: ShownFields | None = None,
):
    """List the Make accounts that Maton reaches."""


@maton_connections.get("/connections/{maton_connection_id}", gives="connection")
def maton_connections_get(maton_connection_id: MatonConnectionId):
    """Read a Maton link. Its url is a secret."""


@maton_connections.post("/connections")
def maton_connections_create(
    method: Annotated[Literal["API_KEY", "BASIC", "OAUTH1", "OAUTH2", "MCP"], Doc("How the person signs in.")]
    | None = None,
):
    """Link a Make account; a person opens its url."""
    return present({"app": "make", "method": method})


@maton_connections.delete("/connections/{maton_connection_id}")
def maton_connections_delete(maton_connection_id: MatonConnectionId):
    """Cut a link to a Make account."""
