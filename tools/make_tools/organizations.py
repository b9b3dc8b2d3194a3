"""Organizations: the accounts that own teams, a plan and its usage."""

from typing import Annotated

from typing_extensions import Doc, TypedDict

from make_tools.arguments import (
    AllPages,
    CountryId,
    Fields,
    Id,
    Limit,
    Name,
    NewName,
    Offset,
    OrganizationId,
    OrganizationTimezone,
    Sort,
    Text,
    TimezoneId,
)
from make_tools.endpoint import Group
from make_tools.shape import Listing
from make_tools.signature import Rare, Spread

organizations = Group(
    name="organizations",
    about="Organizations: the accounts that own teams, a plan and its usage.",
    noun="organization",
    scope="organizations",
)


class OrganizationFilters(TypedDict, total=False):
    zone: Text
    externalId: Text


@organizations.get("/organizations", shows=Listing("organizations", "id name zone isPaused?"))
def organizations_list(
    filters: Annotated[OrganizationFilters, Spread(), Rare()] | None = None,
    fields: Fields | None = None,
    limit: Limit | None = None,
    offset: Offset | None = None,
    sort: Sort | None = None,
    all_: AllPages | None = None,
):
    """List your organizations."""


@organizations.get("/organizations/{organization_id}", gives="organization")
def organizations_get(
    organization_id: OrganizationId,
    wait: Annotated[bool, Rare(), Doc("Wait for a new one to be ready.")] | None = None,
):
    """Read an organization: plan, limits, zone, teams."""


@organizations.get("/organizations/{organization_id}/usage", title="Get organization usage")
def organizations_usage(organization_id: OrganizationId, organization_timezone: OrganizationTimezone | None = None):
    """Operations, transfer, credits by day."""


# Make's document asks for admin:write too; its own client does well with the one scope.
@organizations.post("/organizations", scopes=("organizations:write", "admin:write"))
def organizations_create(
    name: Name,
    region_id: Annotated[Id, Doc("Make's number of a region.")],
    timezone_id: TimezoneId,
    country_id: CountryId,
):
    """Create an organization. Make often refuses."""


@organizations.patch("/organizations/{organization_id}", truth="organizations_get")
def organizations_update(
    organization_id: OrganizationId,
    name: NewName | None = None,
    timezone_id: TimezoneId | None = None,
    country_id: CountryId | None = None,
):
    """Change an organization's name or time zone."""


@organizations.delete("/organizations/{organization_id}", guarded=True)
def organizations_delete(organization_id: OrganizationId):
    """Delete an organization with all in it."""
