"""Scenarios: created, changed, started, stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from make_sandbox import errors
from make_sandbox.automation import runs
from make_sandbox.model import blueprints, interface, schedule, tables
from make_sandbox.model.account import Account
from make_sandbox.model.clock import iso
from make_sandbox.model.store import Document


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a new scenario is made of. Its name is the blueprint's."""

    team_id: int
    blueprint: Document
    scheduling: Document
    folder_id: int | None = None
    interface: Mapping[str, Any] = field(default_factory=lambda: dict(interface.EMPTY))
    description: str | None = None


def person(user: Document) -> Document:
    """A user as scenarios name one."""
    return {"id": user["id"], "name": user["name"], "email": user["email"]}


def create(account: Account, draft: Draft) -> Document:
    """A new scenario. It is inactive, whatever its schedule says."""
    schedule.check(draft.scheduling)
    blueprints.check(account, draft.team_id, draft.blueprint)
    interface.check_scheduling(draft.interface, draft.scheduling)
    stamp, author = account.stamp(), person(account.user())
    scenario = account.store.add(
        tables.SCENARIOS,
        {
            "name": draft.blueprint["name"],
            "teamId": draft.team_id,
            "hookId": None,
            "description": draft.description,
            "folderId": draft.folder_id,
            "isinvalid": False,
            "isActive": False,
            "usedPackages": [],
            "lastEdit": stamp,
            "scheduling": draft.scheduling,
            "createdByUser": author,
            "updatedByUser": author,
            "nextExec": None,
            "created": stamp,
            "scenarioVersion": 0,
            "moduleSequenceId": None,
            "interface": dict(draft.interface),
        },
    )
    return keep_version(account, scenario, draft.blueprint)


def keep_version(account: Account, scenario: Document, blueprint: Document) -> Document:
    """Makes a blueprint the scenario's next version, and brings what follows from it up to date."""
    number = scenario["scenarioVersion"] + 1
    account.store.add(
        tables.BLUEPRINTS,
        {
            "id": f"{scenario['id']} {number}",
            "scenarioId": scenario["id"],
            "version": number,
            "blueprint": blueprint,
            "scheduling": scenario["scheduling"],
            "created": account.stamp(),
        },
    )
    changed = account.store.put(
        tables.SCENARIOS,
        scenario,
        name=blueprint["name"],
        scenarioVersion=number,
        usedPackages=blueprints.packages(blueprint),
        moduleSequenceId=blueprints.last_number(blueprint),
    )
    return check_again(account, changed, blueprint)


def check_again(account: Account, scenario: Document, blueprint: Document) -> Document:
    """Attaches the hooks that a blueprint names, lets go of others, and says whether the scenario can work."""
    invalid = blueprints.is_invalid(account, scenario, blueprint)
    used = blueprints.references(blueprint).hooks
    attached: list[int] = []
    freed: list[int] = []
    for hook in account.store.list(tables.HOOKS, scenario["teamId"]):
        if hook["id"] in used and hook["scenarioId"] in (None, scenario["id"]):
            account.store.put(tables.HOOKS, hook, scenarioId=scenario["id"])
            attached.append(hook["id"])
        elif hook["scenarioId"] == scenario["id"]:
            account.store.put(tables.HOOKS, hook, scenarioId=None)
            freed.append(hook["id"])
    hook_id = attached[0] if attached else None
    changed = account.store.put(tables.SCENARIOS, scenario, isinvalid=invalid, hookId=hook_id)
    hand_on(account, freed, scenario["teamId"])
    return changed


def hand_on(account: Account, hook_ids: list[int], team_id: int) -> None:
    """Gives hooks that have become free to the scenarios that name them too, and were invalid without them."""
    for scenario in blueprints.users_of(account, tables.HOOKS, hook_ids, team_id) if hook_ids else ():
        if scenario["isinvalid"]:
            check_again(account, scenario, blueprints.current(account, scenario)["blueprint"])


def start(account: Account, scenario: Document) -> Document:
    """Switches a scenario on. One that runs at intervals runs at once, and one on a hook takes what waits there."""
    if scenario["isActive"]:
        raise errors.wrong_state("Scenario is already running")
    if runs.is_paused(account, scenario):
        raise errors.paused()
    if scenario["isinvalid"]:
        # Not documented. Make's editor does not let an invalid scenario be switched on either.
        raise errors.wrong_state("Scenario is invalid")
    return resume(account, account.store.put(tables.SCENARIOS, scenario, isActive=True))


def stop(account: Account, scenario: Document) -> Document:
    """Switches a scenario off. A run that is going on goes on."""
    if not scenario["isActive"]:
        raise errors.wrong_state("Scenario is not running")
    return account.store.put(tables.SCENARIOS, scenario, isActive=False, nextExec=None)


def resume(account: Account, scenario: Document) -> Document:
    """Puts an active scenario on its schedule: after a start, and after its schedule was changed."""
    now, scheduling = account.now(), scenario["scheduling"]
    seconds = schedule.interval(scheduling)
    if seconds is not None:
        if seconds < _shortest(account, scenario):
            raise errors.invalid_interval()
        runs.come_due(account, scenario, now)
    elif scheduling["type"] == "immediately":
        runs.take(account, scenario, now)
    following = schedule.next_run(scheduling, now)
    return account.store.put(tables.SCENARIOS, scenario, nextExec=following and iso(following))


def _shortest(account: Account, scenario: Document) -> int:
    """The shortest interval that the organization's plan allows, in seconds. The license counts in minutes."""
    team = account.store.get(tables.TEAMS, scenario["teamId"])
    organization = team and account.store.get(tables.ORGANIZATIONS, team["organizationId"])
    return max(60, 60 * organization["license"]["interval"]) if organization else 60
