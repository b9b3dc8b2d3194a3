"""Deleting: what goes with a thing, and what breaks without it."""

from __future__ import annotations

from make_sandbox.model import blueprints, scenarios, tables
from make_sandbox.model.account import Account
from make_sandbox.model.store import Document, Table


def of_used(account: Account, table: Table, ids: list[int], team_id: int) -> None:
    """Removes connections, hooks or data stores of a team. Scenarios that use them become invalid."""
    broken = blueprints.users_of(account, table, ids, team_id)
    for id_ in ids:
        account.store.remove(table, id_)
    for scenario in broken:
        scenarios.check_again(account, scenario, blueprints.current(account, scenario)["blueprint"])


def of_scenario(account: Account, scenario_id: int, team_id: int) -> None:
    """Removes a scenario with its versions, runs, logs and incomplete executions; its hook becomes free."""
    for hook in account.store.list(tables.HOOKS, team_id):
        if hook["scenarioId"] == scenario_id:
            account.store.put(tables.HOOKS, hook, scenarioId=None)
    account.store.remove_of(tables.OF_SCENARIO, scenario_id)
    account.store.remove(tables.SCENARIOS, scenario_id)


def of_team(account: Account, team_id: int) -> None:
    """Removes a team and all that it owns. What its runs consumed stays with the organization."""
    for scenario in account.store.list(tables.SCENARIOS, team_id):
        of_scenario(account, scenario["id"], team_id)
    account.store.remove_of(tables.OF_TEAM, team_id)
    account.store.remove(tables.TEAMS, team_id)
    _leave(account, "userTeamRoles", "teamId", team_id)


def of_organization(account: Account, organization_id: int) -> None:
    """Removes an organization with its teams and its usage."""
    for team in account.store.list(tables.TEAMS, organization_id):
        of_team(account, team["id"])
    account.store.remove_of((tables.USAGE,), organization_id)
    account.store.remove(tables.ORGANIZATIONS, organization_id)
    _leave(account, "userOrganizationRoles", "organizationId", organization_id)


def _leave(account: Account, roles: str, key: str, id_: int) -> None:
    for user in account.store.list(tables.USERS):
        kept = [role for role in user[roles] if role[key] != id_]
        if len(kept) < len(user[roles]):
            account.store.put(tables.USERS, user, **{roles: kept})


def in_use(kind: str, affected: list[Document]) -> list[Document]:
    """The `metadata` of Make's refusal (IM004): what would be deleted, and the scenarios that would suffer.

    Make documents the first entry and the one about active scenarios. It says nothing of inactive ones, which break
    as well; they stand in a third entry here.
    """
    if not affected:
        return []
    active = [scenario for scenario in affected if scenario["isActive"]]
    inactive = [scenario for scenario in affected if not scenario["isActive"]]
    entries = ((f"{kind}WithActiveScenarios", active), (f"{kind}WithInactiveScenarios", inactive))
    return [
        {"type": kind},
        *({"type": name, "data": [_named(scenario) for scenario in found]} for name, found in entries if found),
    ]


def _named(scenario: Document) -> Document:
    return {"scenarioId": scenario["id"], "scenarioName": scenario["name"]}
