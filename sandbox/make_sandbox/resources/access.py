"""Finding a thing, or refusing: the rights of the user to whom the token belongs.

The account knows one user's view. What is in it is his; a number that is not in it is refused like somebody else's
(see `errors.permission_denied`). Whatever is found belongs to an organization, against whose rate limit the request
counts.
"""

from __future__ import annotations

from make_sandbox import errors
from make_sandbox.api.fields import Field
from make_sandbox.model import tables
from make_sandbox.model.account import Account
from make_sandbox.model.store import Document, Id, Table

TEAM = Field("teamId", "integer", required=True)
HEX_ID = r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
"""Executions and incomplete executions: 32 hexadecimal digits, older ones with dashes."""


def find(account: Account, table: Table, id_: Id) -> Document:
    """The thing with this id, of a kind that belongs to a team."""
    found = account.store.get(table, id_)
    if found is None:
        raise errors.permission_denied()
    team(account, found["teamId"])
    return found


def team(account: Account, team_id: int) -> Document:
    found = account.store.get(tables.TEAMS, team_id)
    if found is None:
        raise errors.permission_denied()
    organization(account, found["organizationId"])
    return found


def organization(account: Account, organization_id: int) -> Document:
    found = account.store.get(tables.ORGANIZATIONS, organization_id)
    if found is None:
        raise errors.permission_denied()
    account.meter(found)
    return found


def organization_of(account: Account, team_id: int) -> Document:
    return organization(account, team(account, team_id)["organizationId"])
