"""What a preview says of a write to scenarios."""

from collections.abc import Iterator
from typing import cast

from pydantic_core import from_json

from make_tools.advice.steps import toward
from make_tools.hooks import hooks_get
from make_tools.incomplete_executions import incomplete_executions_list
from make_tools.previews import blueprints, inputs
from make_tools.previews.differences import fields
from make_tools.previews.kinds import SCENARIO, TEAM
from make_tools.previews.together import both
from make_tools.previews.vocabulary import (
    MOST_NAMES,
    Call,
    Json,
    Looking,
    Reading,
    Sight,
    Unseen,
    an_id,
    listed,
    look,
    of,
    plainly,
    thing,
    told,
)
from make_tools.previews.words import execution_line, namesakes, place, switch, when, works_with
from make_tools.scenarios import (
    scenarios_blueprint,
    scenarios_create,
    scenarios_delete,
    scenarios_interface,
    scenarios_list,
    scenarios_run,
    scenarios_start,
    scenarios_stop,
    scenarios_update,
)
from make_tools.wording import counted, quoted

FIELDS = {
    "name": "name",
    "description": "description",
    "blueprint": "blueprint",
    "scheduling": "schedule",
    "folderId": "folder",
}
"""What can be changed, in words."""


@of(scenarios_create)
def create(call: Call, sight: Sight) -> Looking:
    """The team, the modules of the blueprint in order, its schedule, and scenarios of the team that have its name already."""
    blueprint = _read(call.given["blueprint"])
    scheduling = _read(call.given["scheduling"])
    name = blueprint.get("name")
    team = yield from sight.read(TEAM, call.given["teamId"])
    sight.call_it(name)
    sight.what = f"Create the scenario {quoted(name)} in {told('team', call.given['teamId'], team)}, switched off."
    sight.blueprint = {"modules": blueprints.summary(blueprint)}
    sight.next.append(f"It stays off until it is switched on; its schedule is then: {when(scheduling)}.")
    sight.next.append("A second call makes a second scenario.")
    if call.given.get("confirmed"):
        sight.next.append("Apps that the organization lacks are installed.")
    (answer,) = yield [look(scenarios_list, team_id=call.given["teamId"], fields=["id", "name"])]
    namesakes(sight, answer, "scenarios", "scenario", name)


@of(scenarios_update)
def update(call: Call, sight: Sight) -> Looking:
    """The scenario, each field now and then; of a blueprint the modules added, removed and changed by name."""
    scenario = yield from sight.read(SCENARIO, call.given["scenarioId"])
    where = yield from place(sight, scenario)
    body = call.request.body or {}
    changed = [words for name, words in FIELDS.items() if name in body]
    sight.what = f"Change {_named(call, scenario)}{where}: {', '.join(changed) or 'nothing'}. {_state(scenario)}"
    plain = {name: call.given[name] for name in ("name", "description") if name in call.given}
    if "folderId" in body:
        # 0 and null both take it out of its folder; the request has null for both.
        plain["folderId"] = body["folderId"]
    if "scheduling" in call.given:
        plain["scheduling"] = _read(call.given["scheduling"])
    sight.changes = fields(scenario, plain) if scenario else []
    replaced = "blueprint" in call.given and (yield from _blueprint(call, sight))
    if scenario and not sight.changes and not replaced:
        sight.next.append("It is so already: nothing would change.")
    sight.next += _after_update(call, scenario)


def _blueprint(call: Call, sight: Sight) -> Reading[bool]:
    """Whether the blueprint differs from the one that it would replace, as far as is known."""
    then = _read(call.given["blueprint"])
    (answer,) = yield [look(scenarios_blueprint, call.given["scenarioId"])]
    now = {} if isinstance(answer, Unseen) else thing(thing(answer, "response"), "blueprint")
    sight.next.append("The blueprint is replaced whole; Make keeps the version before it for 60 days.")
    if not now:
        why = answer if isinstance(answer, Unseen) else Unseen("the answer holds none")
        sight.miss("The blueprint as it is now, to compare with", why, "The whole of it would be replaced.")
        sight.blueprint = {"modules": blueprints.summary(then)}
        return True
    change = blueprints.compare(now, then)
    sight.blueprint = cast("Json", change)
    return not blueprints.same(change)


def _after_update(call: Call, scenario: Json) -> Iterator[str]:
    if "scheduling" in call.given and scenario.get("isActive"):
        yield f"It is on: the new schedule holds at once ({when(_read(call.given['scheduling']))}), and may run it right away."
    if "blueprint" in call.given and scenario.get("isActive"):
        yield "It is on: its next run uses the new blueprint. Somebody who has it open at Make and saves later overwrites it."
    if call.given.get("confirmed"):
        yield "Apps that the organization lacks are installed."


@of(scenarios_start)
def start(call: Call, sight: Sight) -> Looking:
    """The scenario, its team and schedule; whether it is on already, and when it runs once it is."""
    scenario = yield from sight.read(SCENARIO, call.given["scenarioId"])
    where = yield from place(sight, scenario)
    sight.what = f"Switch {_named(call, scenario)}{where} on. {_state(scenario)}"
    if scenario.get("isinvalid") and not scenario.get("isActive"):
        sight.hindered.append(
            "It is invalid, since a module or a connection is missing: it has to be mended first, at Make or with scenarios_update."
        )
    sight.next += _after_start(scenario)


def _after_start(scenario: Json) -> Iterator[str]:
    if not scenario:
        return
    if scenario.get("isActive"):
        yield "It is on already: nothing would change."
        return
    schedule = thing(scenario, "scheduling")
    match schedule.get("type"):
        case "indefinitely":
            yield f"It runs at once, then {when(schedule)}."
        case "immediately":
            yield "Its hook begins to take data, and each delivery runs it; what waits in the queue runs first."
        case "on-demand":
            yield "It runs when somebody runs it."
        case _:
            yield f"It runs by its schedule ({when(schedule)})."
    yield from works_with(scenario)


@of(scenarios_stop)
def stop(call: Call, sight: Sight) -> Looking:
    """The scenario, its team and schedule; whether it is off already."""
    scenario = yield from sight.read(SCENARIO, call.given["scenarioId"])
    where = yield from place(sight, scenario)
    sight.what = f"Switch {_named(call, scenario)}{where} off. {_state(scenario)}"
    if scenario and not scenario.get("isActive"):
        sight.next.append("It is off already: nothing would change.")
    elif scenario:
        sight.next.append("A run in progress goes on to its end; no new one begins.")
        if scenario.get("hookId"):
            sight.next.append("What its hook receives meanwhile waits in the queue.")


@of(scenarios_run)
def run(call: Call, sight: Sight) -> Looking:
    """The scenario, its team, its inputs, the apps that a run reaches; and why Make would refuse, where it is off or starts by a hook."""
    scenario = yield from sight.read(SCENARIO, call.given["scenarioId"])
    by_hook = thing(scenario, "scheduling").get("type") == "immediately"
    wanted = look(scenarios_interface, call.given["scenarioId"]) if scenario and not by_hook else None
    where, takes = yield from both(place(sight, scenario), inputs.read(sight, wanted))
    data = cast("Json", call.given.get("data") or {})
    given = f" with {counted(len(data), 'input')} ({listed(data, MOST_NAMES)})" if data else ""
    sight.what = f"Run {_named(call, scenario)}{where} once{given}. {_state(scenario)}"
    sight.hindered += _why_not(call, scenario, by_hook=by_hook)
    sight.hindered += inputs.lacking(takes, data)
    sight.next += inputs.told_of(takes)
    sight.next += works_with(scenario)
    sight.next.append("A run cannot be taken back. A second call is a second run.")


def _why_not(call: Call, scenario: Json, *, by_hook: bool) -> Iterator[str]:
    """Why Make would not run it, and what comes first. A scenario on a hook is not run from here, on or off."""
    off = bool(scenario) and not scenario.get("isActive")
    if off and scenario.get("isinvalid"):
        yield "It is off and invalid: it has to be mended first, at Make or with scenarios_update, then switched on."
    elif off:
        yield f"It is off: first {toward(scenarios_start, call.given)}."
    if by_hook:
        hook = an_id(scenario.get("hookId"))
        which = f" ({toward(hooks_get, {'hookId': hook})})" if hook is not None else ""
        yield f"A hook starts it: a call to the url of its hook{which} runs it, and scenarios_run never does."


@of(scenarios_delete)
def delete(call: Call, sight: Sight) -> Looking:
    """The scenario, its team, whether it is on; failed runs that wait for a retry, and its hook, which stays."""
    scenario = yield from sight.read(SCENARIO, call.given["scenarioId"])
    where = yield from place(sight, scenario)
    sight.what = f"Delete {_named(call, scenario)}{where} for good. {_state(scenario)}"
    sight.next.append("Its runs, their logs and its versions go with it. Make has no way to bring it back.")
    if hook := scenario.get("hookId"):
        sight.next.append(f"Hook {plainly(hook)} stays, and nothing takes what it receives any more.")
    if scenario.get("dlqCount"):
        (answer,) = yield [look(incomplete_executions_list, call.given["scenarioId"])]
        waiting = sight.items(answer, "dlqs", "Its incomplete executions")
        if waiting:
            sight.next.append(
                f"What failed and waits for a retry goes too: {counted(len(waiting), 'incomplete execution')}."
            )
        sight.dependents += sight.lines(map(execution_line, waiting))


def _named(call: Call, scenario: Json) -> str:
    return told("scenario", call.given["scenarioId"], scenario)


def _state(scenario: Json) -> str:
    if not scenario:
        return "How it stands now is not known."
    return f"It is {switch(scenario)}; its schedule is: {when(scenario.get('scheduling'))}."


def _read(given: object) -> Json:
    """A blueprint or a schedule as an object: models give both, and the arguments were checked before."""
    value: object = from_json(given.encode()) if isinstance(given, str) else given
    return cast("Json", value) if isinstance(value, dict) else {}
