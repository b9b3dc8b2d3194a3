"""Teams: they own scenarios, connections, hooks, data stores and templates."""

from typing import Annotated

from typing_extensions import Doc

from make_tools.arguments import (
    AllPages,
    Count,
    Fields,
    Limit,
    Name,
    Offset,
    OrganizationId,
    OrganizationTimezone,
    Sort,
    TeamId,
)
from make_tools.endpoint import Group
from make_tools.shape import Listing
from make_tools.signature import Rare

teams = Group(
    name="teams",
    about="Teams: they own scenarios, connections, hooks, data stores and templates.",
    noun="team",
    scope="teams",
)


@teams.get("/teams", shows=Listing("teams", "id name organizationId isPaused?"))
def teams_list(
    organization_id: OrganizationId,
    include_private_spaces: Annotated[bool, Rare(), Doc("List private spaces too.")] | None = None,
    fields: Fields | None = None,
    limit: Limit | None = None,
    offset: Offset | None = None,
    sort: Sort | None = None,
    all_: AllPages | None = None,
):
    """List the teams of an organization."""


@teams.get("/teams/{team_id}", gives="team")
def teams_get(team_id: TeamId, fields: Fields | None = None):
    """Read a team: limits, usage, paused or not."""


@teams.get("/teams/{team_id}/usage", title="Get team usage")
def teams_usage(team_id: TeamId, organization_timezone: OrganizationTimezone | None = None):
    """Operations, transfer, credits by day."""


# No tool: recipes read who has which role.
@teams.get("/teams/{team_id}/user-team-roles", only="make", perhaps=("maton",), listed=False)
def teams_user_roles(
    team_id: TeamId,
    fields: Fields | None = None,
    limit: Limit | None = None,
    offset: Offset | None = None,
    sort: Sort | None = None,
):
    """List who has which role in a team."""


@teams.post("/teams")
def teams_create(
    name: Name,
    organization_id: OrganizationId,
    operations_limit: Annotated[Count, Doc("Operations that the team may use.")] | None = None,
):
    """Create a team in an organization."""


@teams.delete("/teams/{team_id}", guarded=True)
def teams_delete(team_id: TeamId):
    """Delete a team with all in it."""
