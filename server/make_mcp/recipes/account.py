"""The account from above: its organizations and their teams."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from make_mcp.recipes.use import Use, tried
from make_mcp.recipes.values import id_of, text_of
from make_mcp.upstream.errors import UpstreamError
from make_tools.flow import as_list, as_object
from make_tools.organizations import organizations_get, organizations_list
from make_tools.teams import teams_list
from make_tools.wording import quoted

_MOST: Final = 20
"""Organizations."""
_MOST_TEAMS: Final = 200
"""Teams of an organization."""
_COLUMNS: Final = ["id", "name", "zone", "teams", "license", "isPaused", "productName"]
_OF_TEAMS: Final = ["id", "name", "organizationId", "isPaused", "operationsLimit", "consumedOperations"]


@dataclass(frozen=True, slots=True)
class Organization:
    """One organization. `data` is what Make tells of it."""

    id: int
    data: Mapping[str, Any]

    @property
    def name(self) -> str:
        return text_of(self.data, "name") or str(self.id)


@dataclass(frozen=True, slots=True)
class Team:
    id: int
    organization_id: int
    data: Mapping[str, Any]

    @property
    def name(self) -> str:
        return text_of(self.data, "name") or str(self.id)


async def organizations(use: Use, organization_id: int | None) -> list[Organization]:
    """The organizations that the key reaches, or the one that is asked for; with a word in `unread` if there are too many.

    Raises:
        UpstreamError: they cannot be read.
    """
    if organization_id is not None:
        return [Organization(organization_id, await use.thing(organizations_get, organization_id))]
    listed, more = await use.items(organizations_list, most=_MOST, fields=list(_COLUMNS))
    if more:
        use.unread.append(f"Only the first {_MOST} organizations were read: give organizationId.")
    return [Organization(id_, one) for one in listed if (id_ := id_of(one)) is not None]


async def teams(use: Use, found: list[Organization]) -> dict[int, list[Team]]:
    """The teams of each of these organizations."""
    lists = await use.together(*(partial(_teams, use, organization) for organization in found))
    return {organization.id: listed for organization, listed in zip(found, lists, strict=True)}


async def _teams(use: Use, organization: Organization) -> list[Team]:
    listed = await tried(
        use.items(teams_list, most=_MOST_TEAMS, organization_id=organization.id, fields=list(_OF_TEAMS))
    )
    items: list[Mapping[str, Any]]
    if isinstance(listed, UpstreamError):
        # A key for one team may not list them, and reads their names with the organization.
        items = [as_object(one) for one in as_list(organization.data.get("teams"))]
        if not items:
            use.lacks(f"The teams of {quoted(organization.name)}", listed)
    else:
        items = [*listed[0]]
        if listed[1]:
            use.unread.append(f"Only the first {_MOST_TEAMS} teams of {quoted(organization.name)} were read.")
    return [Team(id_, organization.id, one) for one in items if (id_ := id_of(one)) is not None]
