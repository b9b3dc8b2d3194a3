"""Deleting: what goes with a thing, and what breaks without it."""

from __future__ import annotations

from collections.abc import Iterable

from make_sandbox.automation import scenarios
from make_sandbox.model import blueprints, tables
from make_sandbox.model.account import Account
from make_sandbox.model.store import Document, Id, Table

UNDER = {
    tables.SCENARIOS: tables.OF_SCENARIO,
    tables.DLQS: tables.OF_DLQ,
    tables.HOOKS: tables.OF_HOOK,
    tables.DATA_STORES: tables.OF_DATA_STORE,
    tables.FUNCTIONS: tables.OF_FUNCTION,
    tables.TEMPLATES: tables.OF_TEMPLATE,
}
"""What hangs on a thing and goes with it."""


def of_one(account: Account, table: Table, id_: Id) -> None:
    """Removes a thing with what hangs on it."""
    account.store.remove_of(UNDER.get(table, ()), id_)
    account.store.remove(table, id_)


def of_all(account: Account, table: Table, owner: Id) -> None:
    """Removes all that an owner has of a kind, with what hangs on it."""
    if table in UNDER:
        for document in account.store.list(table, owner):
            account.store.remove_of(UNDER[table], document["id"])
    account.store.remove_of((table,), owner)


def of_used(account: Account, table: Table, ids: list[int], team_id: int) -> None:
    """Removes connections, keys, hooks or data stores of a team. Scenarios that use them become invalid."""
    broken = blueprints.users_of(account, table, ids, team_id)
    for id_ in ids:
        of_one(account, table, id_)
    for scenario in broken:
        scenarios.check_again(account, scenario, blueprints.current(account, scenario)["blueprint"])


def of_scenario(account: Account, scenario_id: int, team_id: int) -> None:
    """Removes a scenario with its versions, runs, logs and incomplete executions; its hook becomes free."""
    freed = [hook for hook in account.store.list(tables.HOOKS, team_id) if hook["scenarioId"] == scenario_id]
    for hook in freed:
        account.store.put(tables.HOOKS, hook, scenarioId=None)
    of_all(account, tables.DLQS, scenario_id)
    of_one(account, tables.SCENARIOS, scenario_id)
    scenarios.hand_on(account, [hook["id"] for hook in freed], team_id)


def of_team(account: Account, team_id: int) -> None:
    """Removes a team and all that it owns. What its runs consumed stays with the organization."""
    for scenario in account.store.list(tables.SCENARIOS, team_id):
        of_all(account, tables.DLQS, scenario["id"])
    for table in (tables.SCENARIOS, tables.HOOKS, tables.DATA_STORES, tables.FUNCTIONS, *tables.OF_TEAM):
        of_all(account, table, team_id)
    account.store.remove(tables.TEAMS, team_id)
    _leave(account, "userTeamRoles", "teamId", team_id)


def of_organization(account: Account, organization_id: int) -> None:
    """Removes an organization with its teams and its usage."""
    for team in account.store.list(tables.TEAMS, organization_id):
        of_team(account, team["id"])
    account.store.remove_of((tables.USAGE, tables.AUDIT_LOGS), organization_id)
    account.store.remove(tables.ORGANIZATIONS, organization_id)
    _leave(account, "userOrganizationRoles", "organizationId", organization_id)


def _leave(account: Account, roles: str, key: str, id_: int) -> None:
    for user in account.store.list(tables.USERS):
        kept = [role for role in user[roles] if role[key] != id_]
        if len(kept) < len(user[roles]):
            account.store.put(tables.USERS, user, **{roles: kept})


def in_use(kind: str, affected: Iterable[Document]) -> list[Document]:
    """The `metadata` of Make's refusal (IM004): what would be deleted, and the scenarios that would suffer.

    Make documents the first entry and the one about active scenarios. It says nothing of inactive ones, which break
    as well; they stand in a third entry here.
    """
    scenarios_ = list(affected)
    if not scenarios_:
        return []
    active = [scenario for scenario in scenarios_ if scenario["isActive"]]
    inactive = [scenario for scenario in scenarios_ if not scenario["isActive"]]
    entries = ((f"{kind}WithActiveScenarios", active), (f"{kind}WithInactiveScenarios", inactive))
    return [
        {"type": kind},
        *({"type": name, "data": [_named(scenario) for scenario in found]} for name, found in entries if found),
    ]


def _named(scenario: Document) -> Document:
    return {"scenarioId": scenario["id"], "scenarioName": scenario["name"]}
