"""What a preview says of a write to incomplete executions."""

from make_tools.incomplete_executions import (
    incomplete_executions_delete,
    incomplete_executions_list,
    incomplete_executions_retry,
)
from make_tools.previews.kinds import INCOMPLETE_EXECUTION, SCENARIO
from make_tools.previews.several import PAGE, Chosen, at_least, choose, known_of, named, pages
from make_tools.previews.together import both, one
from make_tools.previews.vocabulary import (
    Call,
    Json,
    Looking,
    Sight,
    Unseen,
    an_id,
    look,
    of,
    same,
    thing,
    told,
)
from make_tools.previews.words import execution_line, failed, guard, switch, works_with
from make_tools.wording import counted


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
        if "isActive" in scenario:
            sight.next.append(f"The scenario is {switch(scenario)}.")
        sight.next += works_with(scenario)
    sight.next.append(
        "It goes on from the module that failed, with the blueprint as it was then. What that module did before it failed "
        "may happen twice; the modules after it run too."
    )
    sight.next.append("A retry cannot be taken back. A second call is a second retry.")


@of(incomplete_executions_delete)
def delete(call: Call, sight: Sight) -> Looking:
    """The scenario, each incomplete execution with the reason of its failure, and those that are not found."""
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
    chosen = choose(sight, INCOMPLETE_EXECUTION, given, listing, known)
    words = told("scenario", scenario_id, scenario)
    if chosen.nothing:
        sight.what = f"There is nothing to delete: {words} has no such incomplete execution."
        return
    sight.what = _delete(chosen, words)
    if chosen.all_of_them or chosen.count > 1:
        sight.dependents += sight.lines(map(execution_line, chosen.items))
    if done := sum(execution.get("resolved") is True for execution in chosen.items):
        sight.next.append(f"Resolved already: {done:,} of {chosen.count:,}.")
    sight.next.append("What is left undone stays undone: what is deleted cannot be retried any more.")
    sight.next += ["One that is being retried at that moment is passed over.", guard(call)]


def _delete(chosen: Chosen, words: str) -> str:
    if chosen.all_of_them:
        return f"Delete all incomplete executions of {words} for good{at_least(chosen)}."
    why = _failed(chosen.items[0]) if chosen.count == 1 and chosen.items else ""
    return f"Delete {named(chosen, 'incomplete execution')} of {words} for good{known_of(chosen)}.{why}"


def _scenario(sight: Sight, id_: int, execution: Json, answer: Json | Unseen) -> Json:
    """What is known of the scenario: what was read of it, else the name that the execution gives."""
    if isinstance(answer, Unseen):
        sight.miss(f"Scenario {id_}", answer)
    read = {} if isinstance(answer, Unseen) else thing(answer, SCENARIO.key)
    return read or ({"name": execution["scenarioName"]} if "scenarioName" in execution else {})


def _failed(execution: Json) -> str:
    words = failed(execution)
    return f" It {words}." if words else ""


def _tried(execution: Json) -> str:
    attempts = execution.get("attempts")
    return f" It was tried again {counted(attempts, 'time')} before." if type(attempts) is int and attempts > 0 else ""
