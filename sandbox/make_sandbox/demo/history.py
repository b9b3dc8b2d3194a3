"""What happened in the two weeks before the account was opened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from make_sandbox.automation import hooks, removal, runs, scenarios
from make_sandbox.demo import callers
from make_sandbox.demo.jobs import Job
from make_sandbox.demo.past import LENGTH, Past
from make_sandbox.demo.things import World
from make_sandbox.model import tables
from make_sandbox.model.account import Account, chance
from make_sandbox.model.store import Document

Event = tuple[timedelta, Callable[[], object]]

LEADS = ("ann@example.com", "bo@example.com", "chris@example.com")


def play(account: Account, past: Past, world: World, jobs: list[Job]) -> None:
    """Lets all of it happen in its order, and ends in the present."""
    events = [*_story(account, world)]
    for job in jobs:
        if job.starts is not None:
            events.append((timedelta(minutes=job.starts), partial(_start, account, job.scenario_id)))
        events.extend(_calls(account, job))
    for after, happen in sorted(events, key=lambda event: event[0]):
        past.go(account, past.start + after)
        happen()
    past.go(account, past.present)


def _story(account: Account, world: World) -> list[Event]:
    hubspot, airtable = world.connections["HubSpot CRM"], world.connections["Airtable (content)"]
    old_key, care = world.connections["Old help desk key"], world.teams["Customer Care"]["id"]
    return [
        # HubSpot asked for a new login; a day later somebody did so and retried what had failed.
        (timedelta(days=6), partial(_set_health, account, hubspot, healthy=False)),
        (timedelta(days=7), partial(_set_health, account, hubspot, healthy=True)),
        (timedelta(days=7, minutes=10), partial(_retry_all, account, world.teams["Marketing"]["id"])),
        # Somebody tidied up, and deleted a key that was still in use.
        (timedelta(days=9), partial(removal.of_used, account, tables.CONNECTIONS, [old_key], care)),
        (timedelta(days=9, hours=20), partial(_stop_invalid, account, care)),
        # The Airtable key was revoked and nobody has put a new one in yet.
        (timedelta(days=11), partial(_set_health, account, airtable, healthy=False)),
        (timedelta(days=12), partial(_read_notifications, account)),
    ]


def _calls(account: Account, job: Job) -> list[Event]:
    """Calls from outside, spread over each day by chance. The last hour stays quiet."""
    latest = LENGTH - timedelta(hours=1)
    events: list[Event] = []
    for day in range(LENGTH.days):
        for number in range(job.calls):
            second = chance(f"{job.scenario_id} {day} {number}", 86400)
            after = timedelta(days=day, seconds=max(second, 3600) if day == 0 else second)
            if after < latest:
                events.append((after, partial(_call, account, job.scenario_id)))
    return events


def _call(account: Account, scenario_id: int) -> None:
    """A third party calls the hook, or a person runs the scenario."""
    scenario = _scenario(account, scenario_id)
    if not scenario["isActive"] or runs.is_running(account, scenario_id):
        return
    hook = account.store.get(tables.HOOKS, scenario["hookId"] or 0)
    if hook is not None:
        hooks.deliver(account, hook, callers.delivery(account, hook))
    else:
        address = LEADS[chance(account.stamp(), len(LEADS))]
        runs.request(account, scenario, {"email": address, "budget": chance(address, 90) * 100})


def _start(account: Account, scenario_id: int) -> None:
    scenarios.start(account, _scenario(account, scenario_id))


def _scenario(account: Account, scenario_id: int) -> Document:
    scenario = account.store.get(tables.SCENARIOS, scenario_id)
    if scenario is None:
        raise LookupError(f"the demo account has no scenario {scenario_id}")
    return scenario


def _set_health(account: Account, connection_id: int, *, healthy: bool) -> None:
    connection = account.store.get(tables.CONNECTIONS, connection_id)
    if connection is not None:
        account.store.put(tables.CONNECTIONS, connection, healthy=healthy)


def _retry_all(account: Account, team_id: int) -> None:
    for scenario in account.store.list(tables.SCENARIOS, team_id):
        for dlq in account.store.list(tables.DLQS, scenario["id"]):
            runs.retry(account, scenario, dlq)


def _stop_invalid(account: Account, team_id: int) -> None:
    for scenario in account.store.list(tables.SCENARIOS, team_id):
        if scenario["isinvalid"] and scenario["isActive"]:
            scenarios.stop(account, scenario)


def _read_notifications(account: Account) -> None:
    for notification in account.store.list(tables.NOTIFICATIONS):
        account.store.put(tables.NOTIFICATIONS, notification, read=account.stamp())
