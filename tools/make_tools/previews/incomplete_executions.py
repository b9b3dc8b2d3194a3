"""What a preview says of a write to incomplete executions."""

from collections.abc import Iterable, Iterator

from make_tools.incomplete_executions import (
    incomplete_executions_delete,
    incomplete_executions_list,
    incomplete_executions_retry,
    incomplete_executions_retry_several,
)
from make_tools.previews.kinds import INCOMPLETE_EXECUTION, SCENARIO
from make_tools.previews.several import PAGE, Chosen, at_least, choose, known_of, named, pages
from make_tools.previews.together import both, one
from make_tools.previews.vocabulary import (
    Call,
    Json,
    Looking,
    Reading,
    Sight,
    Unseen,
    an_id,
    look,
    of,
    same,
    thing,
    told,
)
from make_tools.previews.words import because, execution_line, failed, guard, switch, works_with
from make_tools.wording import counted

_GOES_ON = (
    "goes on from the module that failed, with the blueprint as it was then. What that module did before it failed may "
    "happen twice; the modules after it run too."
)
_FOR_GOOD = "A retry cannot be taken back. A second call is a second retry."


@of(incomplete_executions_retry)
def retry(call: Call, sight: Sight) -> Looking:
    """The scenario, when and why the run failed, how often it was tried, and the apps that the rest of it reaches."""
    id_ = call.given["incompleteExecutionId"]
    execution = yield from sight.read(INCOMPLETE_EXECUTION, id_)
    scenario_id = an_id(execution.get("scenarioId"))
    named = told("incomplete execution", id_)
    sight.what = f"Run the rest of {named} again.{_tried(execution)}"
    if execution.get("resolved") is True:
        sight.next.append("It is resolved already: what it had to do has been done.")
    if scenario_id is not None:
        answers = yield [SCENARIO.look(scenario_id), look(incomplete_executions_list, scenario_id, limit=PAGE)]
        scenario = _scenario(sight, scenario_id, execution, answers[0])
        alike = [one for one in sight.items(answers[1], "dlqs", "Why it failed") if same(one.get("id"), id_)]
        found = {**execution, **(alike[0] if alike else {})}
        words = told("scenario", scenario_id, scenario)
        sight.what = f"Run the rest of {named} of {words} again.{_failed(found)}{_tried(execution)}"
        sight.next += _where_it_runs(scenario)
    sight.next.append(f"It {_GOES_ON}")
    sight.next.append(_FOR_GOOD)


@of(incomplete_executions_retry_several)
def retry_several(call: Call, sight: Sight) -> Looking:
    """The scenario, how many and why they failed, those resolved or not found, and the apps that the rest of them reaches."""
    chosen, scenario = yield from _chosen(call, sight)
    words = told("scenario", call.given["scenarioId"], scenario)
    if chosen.nothing:
        sight.what = f"There is nothing to retry: {words} has no such incomplete execution."
        return
    sight.what = _retry(chosen, words)
    unresolved = [execution for execution in chosen.items if execution.get("resolved") is not True]
    if chosen.all_of_them or chosen.count > 1:
        sight.dependents += sight.lines(_reasons(unresolved))
    sight.next += _resolved(chosen, len(chosen.items) - len(unresolved))
    sight.next += _where_it_runs(scenario)
    sight.next += [
        "Make queues them, and answers before they have run: incomplete_executions_list shows later how each went.",
        f"Each {_GOES_ON}",
        _FOR_GOOD,
    ]


def _retry(chosen: Chosen, words: str) -> str:
    if chosen.all_of_them:
        return f"Run the rest of all incomplete executions of {words} again{at_least(chosen)}."
    alone = chosen.items[0] if chosen.count == 1 and chosen.items else {}
    rest = named(chosen, "incomplete execution")
    return f"Run the rest of {rest} of {words} again{known_of(chosen)}.{_failed(alone)}{_tried(alone)}"


def _resolved(chosen: Chosen, done: int) -> Iterator[str]:
    """What Make does with these is not documented."""
    if not chosen.all_of_them and done == chosen.count:
        yield f"{'It is' if done == 1 else 'All of them are'} resolved already: what was to be done has been done."
    elif done:
        yield f"Resolved already: {done:,} of {chosen.count:,}. What these had to do has been done: leave them out."


def _reasons(executions: Iterable[Json]) -> Iterator[str]:
    """A line for each reason, the most frequent first."""
    alike: dict[str, list[Json]] = {}
    for execution in executions:
        alike.setdefault(because(execution), []).append(execution)
    for why, group in sorted(alike.items(), key=lambda item: -len(item[1])):
        if len(group) == 1:
            yield execution_line(group[0])
        else:
            yield f"{counted(len(group), 'incomplete execution')}, failed{why or ' for no known reason'}"


@of(incomplete_executions_delete)
def delete(call: Call, sight: Sight) -> Looking:
    """The scenario, how many and why they failed, those resolved or not found."""
    chosen, scenario = yield from _chosen(call, sight)
    words = told("scenario", call.given["scenarioId"], scenario)
    if chosen.nothing:
        sight.what = f"There is nothing to delete: {words} has no such incomplete execution."
        return
    sight.what = _delete(chosen, words)
    if chosen.all_of_them or chosen.count > 1:
        sight.dependents += sight.lines(_reasons(chosen.items))
    if done := sum(execution.get("resolved") is True for execution in chosen.items):
        sight.next.append(f"Resolved already: {done:,} of {chosen.count:,}.")
    sight.next.append("What is left undone stays undone: what is deleted cannot be retried any more.")
    sight.next += ["One that is being retried at that moment is passed over.", guard(call)]


def _delete(chosen: Chosen, words: str) -> str:
    if chosen.all_of_them:
        return f"Delete all incomplete executions of {words} for good{at_least(chosen)}."
    why = _failed(chosen.items[0]) if chosen.count == 1 and chosen.items else ""
    return f"Delete {named(chosen, 'incomplete execution')} of {words} for good{known_of(chosen)}.{why}"


def _chosen(call: Call, sight: Sight) -> Reading[tuple[Chosen, Json]]:
    """Those of a scenario that a write means, bound as its target, and what is known of the scenario."""
    given, scenario_id = call.given, call.given["scenarioId"]
    listing, seen = yield from both(
        pages(
            lambda skip: look(incomplete_executions_list, scenario_id, limit=PAGE, offset=skip),
            "dlqs",
            given.get("ids") or (),
        ),
        one(SCENARIO.look(scenario_id)),
    )
    scenario = _scenario(sight, scenario_id, {}, seen)
    known = {"scenarioId": scenario_id, "scenarioName": scenario.get("name")}
    return choose(sight, INCOMPLETE_EXECUTION, given, listing, known), scenario


def _scenario(sight: Sight, id_: int, execution: Json, answer: Json | Unseen) -> Json:
    """What is known of the scenario: what was read of it, else the name that the execution gives."""
    if isinstance(answer, Unseen):
        sight.miss(f"Scenario {id_}", answer)
    read = {} if isinstance(answer, Unseen) else thing(answer, SCENARIO.key)
    return read or ({"name": execution["scenarioName"]} if "scenarioName" in execution else {})


def _where_it_runs(scenario: Json) -> Iterator[str]:
    if "isActive" in scenario:
        yield f"The scenario is {switch(scenario)}."
    yield from works_with(scenario)


def _failed(execution: Json) -> str:
    words = failed(execution)
    return f" It {words}." if words else ""


def _tried(execution: Json) -> str:
    attempts = execution.get("attempts")
    return f" It was tried again {counted(attempts, 'time')} before." if type(attempts) is int and attempts > 0 else ""
