"""Words that several plans share: where a thing is, what state a scenario is in, when it runs."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from make_tools.previews.kinds import TEAM
from make_tools.previews.shown import LONGEST_TEXT
from make_tools.previews.vocabulary import (
    NOT_READ,
    Call,
    Json,
    Kind,
    Reading,
    Seen,
    Sight,
    Unseen,
    an_id,
    listed,
    may_go_on,
    plainly,
    thing,
    told,
)
from make_tools.secrets import without_secrets
from make_tools.wording import counted, quoted, safe

SCENARIO_FIELDS = ["id", "name", "isActive", "isinvalid"]
"""What lists of scenarios are asked for, to tell of each which one it is and whether it is on."""


def guard(call: Call) -> str:
    """Whether Make's own guard (406 IM004), whose answer names the scenarios concerned, comes before a delete."""
    if call.forced:
        return "Make does not ask again."
    return "Make may ask back before it deletes: then nothing is gone until that is confirmed as well."


def place(sight: Sight, found: Json) -> Reading[str]:
    """` in team 5 "Operations"`, from the `teamId` of a thing; nothing where it has none."""
    team = an_id(found.get("teamId"))
    if team is None:
        return ""
    (answer,) = yield [TEAM.look(team)]
    return placed(sight, TEAM, team, answer)


def placed(sight: Sight, kind: Kind, id_: int, answer: Seen) -> str:
    """` in team 5 "Operations"`, from what was read of it."""
    if isinstance(answer, Unseen):
        sight.miss(f"The name of the {kind.noun}", answer)
        return f" in {told(kind.noun, id_)}"
    return f" in {told(kind.noun, id_, thing(answer, kind.key))}"


def namesakes(sight: Sight, answer: Seen, key: str, noun: str, name: object) -> None:
    """For a create: things that have the name already. Make does not mind two of one name; a person may."""
    alike = [
        one for one in sight.items(answer, key, f"Whether a {noun} has this name already") if one.get("name") == name
    ]
    sight.next += sight.lines((f"There is one of this name already: {told(noun, one.get('id'))}." for one in alike), 5)


def scenario_line(scenario: Json) -> str:
    """`scenario 5 "Order intake", on`."""
    return f"{told('scenario', scenario.get('id'), scenario)}, {switch(scenario)}"


def switch(scenario: Json) -> str:
    """`on`, `off`, or `invalid`: then Make does not let it be switched on."""
    if scenario.get("isinvalid"):
        return "on, and invalid" if scenario.get("isActive") else "invalid"
    return "on" if scenario.get("isActive") else "off" if "isActive" in scenario else "on or off is not known"


def scenarios_of(sight: Sight, answer: Seen, what: str) -> list[Json]:
    """The scenarios of a list that was read, those that are on first."""
    return sorted(sight.items(answer, "scenarios", what), key=lambda one: not one.get("isActive"))


def of_scenarios(answer: Seen, scenarios: list[Json]) -> str:
    """`12 scenarios (4 of them on)`, of the list that was read."""
    active = sum(bool(one.get("isActive")) for one in scenarios)
    return many(answer, "scenarios", scenarios, "scenario") + (f" ({active:,} of them on)" if scenarios else "")


def many(answer: Seen, key: str, found: list[Json], noun: str) -> str:
    """`12 hooks`, and `at least 500 hooks` where the list may go on."""
    return ("at least " if may_go_on(answer, key) else "") + counted(len(found), noun)


def ids_for_code(answer: Seen, key: str, found: list[Json]) -> object:
    """What a code is bound to of a list: the ids of what was found in it."""
    return sorted(str(one.get("id")) for one in found) if has_list(answer, key) else not_read(answer)


def switches_for_code(answer: Seen, scenarios: list[Json]) -> object:
    """What a code is bound to of scenarios: which ones there are, and whether each is on."""
    if not has_list(answer, "scenarios"):
        return not_read(answer)
    return sorted(([str(one.get("id")), is_on(one)] for one in scenarios), key=str)


def has_list(answer: Seen, key: str) -> bool:
    """Whether an answer holds the list under a key."""
    return isinstance(answer, dict) and isinstance(answer.get(key), list)


def not_read(answer: Seen) -> Unseen | str:
    """What a code is bound to in place of a list that an answer does not hold."""
    return answer if isinstance(answer, Unseen) else NOT_READ


def is_on(scenario: Json) -> bool | None:
    """Whether it is on; None where that is not known."""
    return bool(scenario["isActive"]) if "isActive" in scenario else None


def works_with(scenario: Json) -> Iterator[str]:
    """The apps that a run of a scenario reaches."""
    used = scenario.get("usedPackages")
    if isinstance(used, list) and used:
        yield f"It works with: {listed(cast('list[object]', used))}."


def failed(execution: Json) -> str:
    """`failed on 2026-05-01T10:00:00Z with "[429] Too many requests"`; nothing where neither is known."""
    created, why = execution.get("created"), because(execution)
    on = f" on {plainly(safe(created, 40))}" if isinstance(created, str) and created else ""
    return f"failed{on}{why}" if on or why else ""


def because(execution: Json) -> str:
    """` with "[429] Too many requests"`; nothing where that is not known."""
    reason = execution.get("reason")
    return f" with {quoted(without_secrets(reason[:LONGEST_TEXT]))}" if isinstance(reason, str) and reason else ""


def execution_line(execution: Json) -> str:
    """`incomplete execution 7f…, failed on 2026-05-01T10:00:00Z with "[429] Too many requests"`."""
    words = failed(execution)
    return told("incomplete execution", execution.get("id")) + (f", {words}" if words else "")


def when(scheduling: object) -> str:
    """A schedule in words: `every 15 minutes`, `daily at 05:30`, `on demand`."""
    schedule: Json = cast("Json", scheduling) if isinstance(scheduling, dict) else {}
    match schedule.get("type"):
        case "indefinitely":
            seconds = schedule.get("interval")
            return f"every {_span(seconds)}" if type(seconds) is int and seconds > 0 else "at an interval"
        case "immediately":
            return "as soon as data comes in"
        case "on-demand":
            return "on demand"
        case "once":
            return f"once{_part(schedule, 'date', ' on {}')}"
        case "daily" | "weekly" | "monthly" | "yearly" as often:
            parts = ", ".join(
                filter(None, (_part(schedule, part, part + " {}") for part in ("days", "dates", "months")))
            )
            return often + (f" ({parts})" if parts else "") + _part(schedule, "time", " at {}")
        case _:
            return "on an unknown schedule"


def _part(schedule: Mapping[str, Any], name: str, words: str) -> str:
    value: object = schedule.get(name)
    if isinstance(value, list):
        value = listed(cast("list[object]", value), 12)
    elif isinstance(value, str):
        value = value and plainly(value, 40)
    return words.format(value) if isinstance(value, str) and value else ""


def _span(seconds: int) -> str:
    for length, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= length and seconds % length == 0:
            number = seconds // length
            return unit if number == 1 else f"{number:,} {unit}s"
    return f"{seconds:,} seconds"
