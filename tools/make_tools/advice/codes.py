"""What Make's codes and sentences mean. Each explanation stands once; `CODES` and `SENTENCES` say which is whose.

Sources: Make's page on status codes, its OpenAPI document, its published telemetry, and what practitioners measured.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from make_tools.advice.case import Advice, Case, Explain
from make_tools.advice.statuses import (
    arguments,
    asks_back,
    credentials,
    missing,
    no_right,
    plan,
    third_party,
    too_many,
)
from make_tools.advice.steps import Next, source, then, toward
from make_tools.connections import connections_list
from make_tools.data_stores import data_stores_list
from make_tools.hooks import hooks_get
from make_tools.organizations import organizations_get
from make_tools.scenarios import scenarios_get, scenarios_logs, scenarios_run, scenarios_start, scenarios_update
from make_tools.teams import teams_get
from make_tools.users import users_list


def storage(case: Case) -> Advice:
    return Advice(
        "The organization's data storage is used up: each data store reserves its maxSizeMB.",
        then(toward(data_stores_list, case.given), ", to see what is reserved"),
    )


def limit(case: Case) -> Advice:
    return Advice("A limit of the organization's plan is reached.", plan(case).next)


def confirmation(case: Case) -> Advice:
    if not case.can_install:
        return asks_back(case)
    return Advice(
        "Make asks back: with a yes it installs apps that the organization lacks.",
        Next('the same call with "confirmed":true, if the user agrees'),
    )


def module(case: Case) -> Advice:
    meaning = "The organization has no such module, or not in this version; one of its own apps is app#name:module."
    other = "another module or version in `blueprint`"
    if case.can_install:
        either = f", or with {other}" if case.takes_blueprint else ""
        return Advice(meaning, Next(f'the same call with "confirmed":true, which installs missing apps{either}'))
    if case.takes_blueprint:
        return Advice(meaning, Next(f"the same call with {other}"))
    return Advice(meaning, then(toward(scenarios_get, case.given)))


def interval(case: Case) -> Advice:
    meaning = "The plan does not allow so short an interval; some allow 900 seconds at the least."
    if "scheduling" in case.given:
        return Advice(meaning, Next("the same call with a longer interval in `scheduling`"))
    return Advice(meaning, then(toward(scenarios_update, case.given, lacks=("scheduling",))))


def inputs(case: Case) -> Advice:
    if case.endpoint is not scenarios_run:
        return arguments(case)
    return Advice(
        "Its inputs do not fit: `data` takes them by name.",
        Next("the same call with `data` as Make says; without `confirm` its preview names them"),
    )


def no_properties(case: Case) -> Advice:
    return Advice("No custom properties are set here yet; that is no fault.", then(source(case.endpoint, case.given)))


def inputs_on_demand(case: Case) -> Advice:
    meaning = "Only a scenario with on-demand scheduling takes inputs."
    if case.takes_blueprint or "scheduling" in case.given:
        return Advice(meaning, Next('the same call with `scheduling` {"type":"on-demand"}'))
    return Advice(
        meaning,
        then(toward(scenarios_update, case.given, lacks=("scheduling",)), ' {"type":"on-demand"}, if the user agrees'),
    )


def no_user(case: Case) -> Advice:
    return Advice("No such user, or not for this key.", then(toward(users_list, case.given)))


def staff(_: Case) -> Advice:
    return Advice("Only Make's own staff may do this; no token opens it.", Next("the user does it at Make"))


def no_connection(case: Case) -> Advice:
    if "connectionId" in case.given:
        return missing(case)
    meaning = "A connection that it names does not exist in this team."
    listed = toward(connections_list, case.given)
    if listed.lacks and "scenarioId" in case.given:
        return Advice(meaning, then(toward(scenarios_get, case.given), ", then ", listed))
    return Advice(meaning, then(listed))


def paused(case: Case) -> Advice:
    meaning = "The organization or team is paused. Waiting does not help; its owner resumes it at Make."
    if "organizationId" in case.given:
        return Advice(meaning, then(toward(organizations_get, case.given), " (isPaused)"))
    team = toward(teams_get, case.given)
    if team.lacks and "scenarioId" in case.given:
        return Advice(meaning, then(toward(scenarios_get, case.given), ", then ", team, " (isPaused)"))
    return Advice(meaning, then(team, " (isPaused)"))


def not_activated(case: Case) -> Advice:
    return Advice(
        "It is off; or a hook starts it (scheduling immediately), and then only a call to its hook runs it.",
        then(
            toward(scenarios_get, case.given),
            " (isActive, scheduling, hookId); where it is off ",
            toward(scenarios_start, case.given),
            " (a preview) and the same call; where a hook starts it, the user calls that hook",
        ),
    )


def queue(case: Case) -> Advice:
    return Advice(
        "A queue still holds data that a scenario has to work off.",
        then(toward(hooks_get, case.given), " (queueCount), and the same call once it is empty"),
    )


def being_executed(case: Case) -> Advice:
    return Advice(
        "One run at a time, and one is in progress.",
        then(toward(scenarios_logs, case.given), ", and the same call once that run has ended"),
    )


def invalid(case: Case) -> Advice:
    return Advice(
        "A module or a connection of it is missing: it has to be mended first, at Make or with scenarios_update.",
        then(toward(scenarios_get, case.given)),
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """What a code or a sentence means, for the tools of these groups; for all where none is named."""

    explain: Explain
    groups: tuple[str, ...] = ()


_WORK = ("scenarios", "incomplete_executions")
CODES: Mapping[str, Entry] = {
    "IM001": Entry(no_right),
    "IM002": Entry(no_right),
    "IM003": Entry(storage, ("data_stores",)),
    "IM004": Entry(confirmation),
    "IM005": Entry(inputs),
    "IM007": Entry(module, _WORK),
    "IM008": Entry(interval, _WORK),
    "IM011": Entry(limit),
    "IM013": Entry(no_properties),
    "IM015": Entry(credentials),
    "IM016": Entry(inputs_on_demand, _WORK),
    "IM027": Entry(plan),
    "IM101": Entry(no_user, ("users",)),
    "IM102": Entry(credentials),
    "IM121": Entry(staff),
    "IM304": Entry(no_connection, ("scenarios", "incomplete_executions", "hooks", "connections")),
    "IM310": Entry(paused),
    "IM325": Entry(not_activated, _WORK),
    "IM405": Entry(queue, ("scenarios", "hooks")),
    "IM903": Entry(plan),
    "SC400": Entry(arguments),
    "SC402": Entry(plan),
    "SC403": Entry(no_right),
    "SC404": Entry(missing),
    "SC424": Entry(third_party),
}
SENTENCES: Mapping[str, Entry] = {
    "already being executed": Entry(being_executed, _WORK),
    "Scenario is invalid": Entry(invalid, _WORK),
    "Requests limit for organization": Entry(too_many),
}
"""What Make says where its code says nothing of it."""
