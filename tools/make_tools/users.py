"""Users: the person behind the key, and the members of a team or organization."""

from typing import Annotated, Literal

from pydantic import StringConstraints
from typing_extensions import Doc, TypedDict  # pydantic needs this one before Python 3.12

from make_tools.arguments import (
    AllPages,
    Count,
    CountryId,
    Fields,
    Id,
    Limit,
    Offset,
    OrganizationId,
    Sort,
    TeamId,
    Text,
    TimezoneId,
    UserId,
    columns,
    exactly_one,
)
from make_tools.endpoint import Group
from make_tools.shape import Listing
from make_tools.signature import Rare, Spread

users = Group(
    name="users", about="Users: yourself, and the members of a team or organization.", noun="user", scope="user"
)


@users.get("/users/me", scopes=(), title="Get yourself", gives="authUser")
def users_me(
    include_invited_org: Annotated[bool, Rare(), Doc("Count organizations with an open invitation too.")] | None = None,
    fields: Fields | None = None,
):
    """Read whose key it is; any key may."""


# No tool: which scopes the token has decides which tools are listed, and explains a refusal.
@users.get("/users/me/current-authorization", scopes=(), only="make", perhaps=("maton",), listed=False)
def users_current_authorization():
    """Read the scopes of the token; any key may."""


class UserFilters(TypedDict, total=False):
    name: Text
    email: Text
    teamRoleId: Id
    organizationRoleId: Id
    filterByTeamId: Count
    tfaStatus: Literal[0, 1, 2]


UserSort = Annotated[
    Sort, columns("name", "id", "email"), Doc("name, id or email, with a minus in front of it for descending.")
]


@users.get("/users", shows=Listing("users", "id name email"))
def users_list(
    organization_id: OrganizationId | None = None,
    team_id: TeamId | None = None,
    filters: Annotated[UserFilters, Spread()] | None = None,
    fields: Fields | None = None,
    limit: Limit | None = None,
    offset: Offset | None = None,
    sort: UserSort | None = None,
    all_: AllPages | None = None,
):
    """List members: give teamId or organizationId."""
    exactly_one(teamId=team_id, organizationId=organization_id)
    given = filters or {}
    if "teamRoleId" in given and team_id is None:
        raise ValueError("`filters.teamRoleId` needs `teamId`")
    if given.keys() & {"organizationRoleId", "filterByTeamId"} and organization_id is None:
        raise ValueError("`filters.organizationRoleId` and `filters.filterByTeamId` need `organizationId`")


# No tool: who has which role in a team is told by numbers, and this says what each of them means.
@users.get("/users/roles", only="make", perhaps=("maton",), listed=False)
def users_roles(
    category: Annotated[Literal["organization", "team"], Doc("Only these.")] | None = None,
    fields: Fields | None = None,
):
    """List the roles that there are."""


@users.patch("/users/{user_id}")
def users_update(
    user_id: UserId,
    name: Annotated[str, StringConstraints(min_length=1, max_length=250), Doc("New name.")] | None = None,
    language: Annotated[Text, Doc("Code of a language, such as en.")] | None = None,
    timezone_id: TimezoneId | None = None,
    locale_id: Annotated[Id, Doc("Make's number of a locale; users_me shows yours.")] | None = None,
    country_id: CountryId | None = None,
):
    """Change a user's name, language or time zone."""
