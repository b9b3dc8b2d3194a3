"""What Make offers: every endpoint of its API, as data. `GROUPS` is the table of contents of the product."""

from make_tools.connections import connections
from make_tools.data_stores import data_stores
from make_tools.endpoint import Effect, Endpoint, Group, Request, Upstream
from make_tools.hooks import hooks
from make_tools.incomplete_executions import incomplete_executions
from make_tools.maton_connections import maton_connections
from make_tools.notifications import notifications
from make_tools.organizations import organizations
from make_tools.refusal import ArgumentError
from make_tools.scenarios import scenarios
from make_tools.teams import teams
from make_tools.templates import templates
from make_tools.users import users

GROUPS: tuple[Group, ...] = (
    users,
    organizations,
    teams,
    scenarios,
    connections,
    data_stores,
    hooks,
    templates,
    incomplete_executions,
    notifications,
    maton_connections,
)

__all__ = ["GROUPS", "ArgumentError", "Effect", "Endpoint", "Group", "Request", "Upstream"]
