"""A scenario of the demo account, and what it does in its two weeks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from make_sandbox.automation import scenarios
from make_sandbox.demo.things import World
from make_sandbox.model import interface
from make_sandbox.model.account import Account
from make_sandbox.model.store import Document

HOUR = 3600
ON_HOOK: Document = {"type": "immediately", "maximum_runs_per_minute": 60}
ON_DEMAND: Document = {"type": "on-demand"}


@dataclass(frozen=True, kw_only=True)
class Job:
    """`starts` says after how many minutes the scenario is switched on, if it is; `calls` how often a day it is
    called from outside: its hook, or a person who runs it.
    """

    scenario_id: int
    starts: int | None
    calls: int = 0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One scenario to be made for a team."""

    blueprint: Document
    scheduling: Document
    description: str
    starts: int | None = None
    calls: int = 0
    folder: str | None = None
    interface: Mapping[str, Any] | None = None


def every(hours: int) -> Document:
    return {"type": "indefinitely", "interval": hours * HOUR}


def make(account: Account, world: World, team: str, plans: tuple[Plan, ...]) -> list[Job]:
    jobs: list[Job] = []
    for plan in plans:
        draft = scenarios.Draft(
            team_id=world.teams[team]["id"],
            blueprint=plan.blueprint,
            scheduling=plan.scheduling,
            folder_id=None if plan.folder is None else world.folders[plan.folder],
            interface=plan.interface or interface.EMPTY,
            description=plan.description,
        )
        scenario = scenarios.create(account, draft)
        jobs.append(Job(scenario_id=scenario["id"], starts=plan.starts, calls=plan.calls))
    return jobs
