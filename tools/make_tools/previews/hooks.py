"""What a preview says of a write to hooks. It never shows an address: whoever knows it can start the scenario."""

from collections.abc import Iterator
from typing import cast

from make_tools.hooks import hooks_create, hooks_delete, hooks_disable, hooks_enable, hooks_list, hooks_rename
from make_tools.previews.kinds import HOOK, SCENARIO, TEAM
from make_tools.previews.together import both
from make_tools.previews.vocabulary import (
    MOST_NAMES,
    NOT_READ,
    Call,
    Json,
    Looking,
    Reading,
    Sight,
    Unseen,
    an_id,
    listed,
    look,
    may_go_on,
    of,
    plainly,
    same,
    thing,
    told,
)
from make_tools.previews.words import (
    SCENARIO_FIELDS,
    guard,
    has_list,
    namesakes,
    place,
    scenario_line,
    scenarios_of,
    switch,
    switches_for_code,
)
from make_tools.scenarios import scenarios_list
from make_tools.wording import quoted

MOST_HOOKS = 500
"""Hooks of a team that are looked through for a name: Make gives 50 without."""
WEBHOOK, MAILHOOK = "gateway-webhook", "gateway-mailhook"


@of(hooks_create)
def create(call: Call, sight: Sight) -> Looking:
    """The team, the type, the names of its further fields, and hooks of the team that have the name already."""
    given, team_id = call.given, call.given["teamId"]
    team = yield from sight.read(TEAM, team_id)
    sight.call_it(given["name"])
    kind = given.get("typeName", WEBHOOK)
    data = cast("Json", given.get("data") or {})
    passed = [name for name in ("method", "headers", "stringify") if given.get(name)]
    details = [
        *([f"with a value for {listed(data, MOST_NAMES)}"] if data else []),
        *([f"switched on: {listed(passed)}"] if passed else []),
    ]
    words = "".join(f", {detail}" for detail in details)
    sight.what = (
        f"Create the hook {quoted(given['name'])} of type {plainly(kind)} in {told('team', team_id, team)}{words}."
    )
    if kind in {WEBHOOK, MAILHOOK}:
        sight.next.append("Make gives it an address. That is a secret: whoever knows it can send data to it.")
    sight.next.append("It starts nothing until a scenario uses it. A second call makes a second hook.")
    (answer,) = yield [look(hooks_list, team_id, limit=MOST_HOOKS)]
    namesakes(sight, answer, "hooks", "hook", given["name"])


@of(hooks_rename)
def rename(call: Call, sight: Sight) -> Looking:
    """The hook, its team, and its name now and then."""
    id_, name = call.given["hookId"], call.given["name"]
    hook = yield from sight.read(HOOK, id_)
    where = yield from place(sight, hook)
    sight.what = f"Rename {told('hook', id_, hook)}{where} to {quoted(name)}."
    sight.compare(hook, {"name": name})
    sight.next.append("Its address stays, and so does the scenario that it starts.")


@of(hooks_enable)
def enable(call: Call, sight: Sight) -> Looking:
    """The hook, its team, whether it takes data already, what waits in its queue, and the scenario that it starts."""
    id_ = call.given["hookId"]
    hook = yield from sight.read(HOOK, id_)
    scenario, where = yield from both(_scenario(sight, hook), place(sight, hook))
    sight.what = f"Switch {told('hook', id_, hook)}{where} on, so that it takes data. {_state(hook)}"
    if hook.get("enabled") is True:
        sight.next.append("It takes data already: nothing would change.")
    elif scenario:
        starts = "each delivery starts it" if scenario.get("isActive") else "deliveries wait until it is on"
        sight.next.append(f"The scenario that it starts is {switch(scenario)}: {starts}.")
    sight.next += _gone(hook)


@of(hooks_disable)
def disable(call: Call, sight: Sight) -> Looking:
    """The hook, its team, whether it refuses data already, what waits in its queue, and the scenario that it starts."""
    id_ = call.given["hookId"]
    hook = yield from sight.read(HOOK, id_)
    _, where = yield from both(_scenario(sight, hook), place(sight, hook))
    sight.what = f"Switch {told('hook', id_, hook)}{where} off, so that it refuses data. {_state(hook)}"
    if hook.get("enabled") is False:
        sight.next.append("It refuses data already: nothing would change.")
    else:
        sight.next.append("What is sent to it from then on is refused and not kept; its scenario is not started by it.")
    sight.next += _gone(hook)


@of(hooks_delete)
def delete(call: Call, sight: Sight) -> Looking:
    """The hook, its team, what waits in its queue, and the scenarios that it starts, on or off."""
    id_ = call.given["hookId"]
    hook = yield from sight.read(HOOK, id_, more=True)
    sight.tie(starts=(yield from _scenarios(sight, id_, hook)))
    where = yield from place(sight, hook)
    sight.what = f"Delete {told('hook', id_, hook)}{where} for good. {_state(hook)}"
    sight.next.append(
        "Its address stops for good: a new hook gets another one, and whoever sends data to this one has to be told."
    )
    if _waiting(hook):
        sight.next.append("What waits in its queue goes with it.")
    sight.next += [*_gone(hook), guard(call)]


def _scenario(sight: Sight, hook: Json) -> Reading[Json]:
    """The scenario that a hook starts; empty where there is none, or where it cannot be read."""
    id_ = an_id(hook.get("scenarioId"))
    if id_ is None:
        return {}
    (answer,) = yield [SCENARIO.look(id_)]
    if isinstance(answer, Unseen):
        sight.miss("The scenario that it starts", answer)
        sight.dependents.append(told("scenario", id_))
        return {}
    scenario = {"id": id_, **thing(answer, SCENARIO.key)}
    sight.dependents.append(scenario_line(scenario))
    return scenario


def _scenarios(sight: Sight, id_: object, hook: Json) -> Reading[object]:
    """Tells the scenario that a hook starts, and others that have it for a trigger; hands back what a code is bound to."""
    team, own = an_id(hook.get("teamId")), an_id(hook.get("scenarioId"))
    if team is None:
        return NOT_READ
    (answer,) = yield [look(scenarios_list, team_id=team, fields=[*SCENARIO_FIELDS, "hookId"])]
    every = scenarios_of(sight, answer, "The scenarios that it starts")
    found = [one for one in every if same(one.get("hookId"), id_) or same(one.get("id"), own)]
    if own is not None and not found:
        found = [{"id": own}]
    sight.dependents += sight.lines(map(scenario_line, found))
    if not found and has_list(answer, "scenarios") and not may_go_on(answer, "scenarios"):
        sight.next.append("It starts no scenario.")
    return switches_for_code(answer, found)


def _state(hook: Json) -> str:
    if not hook:
        return "How it stands now is not known."
    enabled = hook.get("enabled")
    stands = (
        "It takes data"
        if enabled is True
        else "It refuses data"
        if enabled is False
        else "It is not known to take data"
    )
    waiting = _waiting(hook)
    waits = "nothing waits" if not waiting else "1 delivery waits" if waiting == 1 else f"{waiting:,} deliveries wait"
    return f"{stands}; {waits} in its queue."


def _waiting(hook: Json) -> int:
    count = hook.get("queueCount")
    return count if type(count) is int and count > 0 else 0


def _gone(hook: Json) -> Iterator[str]:
    if hook.get("gone") is True:
        yield "Make marks it as gone: the service that it belongs to no longer knows it."
