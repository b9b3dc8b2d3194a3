"""`scenarios_diagnose`: why a scenario fails, and what to do about it; or what else is the matter with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from make_mcp.recipes.causes import GONE, INVALID, UNREADABLE, UNTOLD, Cause, cause_of
from make_mcp.recipes.culprit import Culprit, culprit
from make_mcp.recipes.export import scenarios_export
from make_mcp.recipes.recipe import recipe
from make_mcp.recipes.runs import (
    ERROR,
    FAILED,
    RUNNING,
    SUCCESS,
    WARNING,
    Failure,
    find_run,
    left_behind,
    newest,
    read_failure,
    status_of,
)
from make_mcp.recipes.steps import step
from make_mcp.recipes.use import Use
from make_mcp.recipes.values import LONGEST_MESSAGE, count_of, id_of, moment_of, present, run_id_of, text_of
from make_mcp.recipes.wait import scenarios_wait
from make_mcp.upstream.errors import UpstreamError
from make_tools.arguments import ScenarioId
from make_tools.connections import connections_list, connections_test
from make_tools.data_stores import data_stores_list
from make_tools.hooks import hooks_enable, hooks_get, hooks_ping
from make_tools.incomplete_executions import (
    incomplete_executions_list,
    incomplete_executions_retry,
    incomplete_executions_retry_several,
)
from make_tools.organizations import organizations_get
from make_tools.scenarios import ExecutionId, scenarios_get, scenarios_logs, scenarios_start

Line = Mapping[str, Any]

_LOOKED_AT = 50
"""Runs of the log."""
_MOST_WAITING = 200
"""Incomplete executions of which the one of a run is looked for."""


@dataclass(slots=True)
class _Seen:
    """What is known of a scenario."""

    id: int
    scenario: Mapping[str, Any]
    lines: Sequence[Line] | None
    waiting: Sequence[Line]
    run: Line | None = None
    """The run that failed; with a warning if none did."""
    left: Line | None = None
    """What it left behind."""
    failure: Failure | None = None
    culprit: Culprit = field(default_factory=Culprit)
    hook: Mapping[str, Any] | None = None

    @property
    def has_failed(self) -> bool:
        return self.run is not None and status_of(self.run) in {None, ERROR, WARNING}

    @property
    def is_over(self) -> bool:
        """Whether a run has succeeded since."""
        return self.has_failed and bool(self.lines) and status_of((self.lines or [])[0]) == SUCCESS


@recipe("scenarios", "Diagnose scenario", scopes=("scenarios:read",))
async def scenarios_diagnose(
    use: Use, /, scenario_id: ScenarioId, execution_id: ExecutionId | None = None
) -> dict[str, Any]:
    """Why it failed, and what to do."""
    scenario, listed, waiting = await use.together(
        lambda: use.thing(scenarios_get, scenario_id),
        lambda: use.perhaps("The log", use.items(scenarios_logs, most=_LOOKED_AT, scenario_id=scenario_id)),
        lambda: use.perhaps(
            "Its incomplete executions",
            use.items(incomplete_executions_list, most=_MOST_WAITING, scenario_id=scenario_id),
        ),
    )
    unresolved = [one for one in (waiting[0] if waiting else []) if one.get("resolved") is not True]
    seen = _Seen(scenario_id, scenario, None if listed is None else listed[0], unresolved)
    seen.run = await _run(use, seen, execution_id, more=listed is not None and listed[1])
    if seen.run is not None and seen.has_failed:
        await _look_closer(use, seen, seen.run)
    elif (hook_id := id_of(scenario, "hookId")) is not None:
        seen.hook = await use.perhaps("Its hook", use.thing(hooks_get, hook_id))
    return _told(use, seen)


async def _run(use: Use, seen: _Seen, execution_id: str | None, *, more: bool) -> Line | None:
    """The run that is asked for: one by its id, else the last that failed, else the last with a warning."""
    lines = seen.lines or []
    if execution_id is not None:
        return next((line for line in lines if line.get("id") == execution_id), None) or await find_run(
            use, seen.id, execution_id
        )
    if (found := newest(lines, ERROR)) is None and more:
        older = await use.perhaps(
            "Older failures", use.items(scenarios_logs, most=1, scenario_id=seen.id, status=FAILED)
        )
        found = older[0][0] if older and older[0] else None
    return found or newest(lines, WARNING)


async def _look_closer(use: Use, seen: _Seen, run: Line) -> None:
    seen.left = left_behind(run, seen.waiting)
    told = await read_failure(use, seen.id, run)
    seen.failure = None if isinstance(told, UpstreamError) else told
    reason = None if seen.left is None else text_of(seen.left, "reason", LONGEST_MESSAGE)
    if (seen.failure is None or seen.failure.message is None) and reason is not None:
        seen.failure = replace(seen.failure or Failure(), message=reason)
    elif isinstance(told, UpstreamError):
        use.lacks("The run's own error", told)
    incomplete = run_id_of(seen.left or {})
    seen.culprit = await culprit(use, seen.id, seen.failure, incomplete)


def _told(use: Use, seen: _Seen) -> dict[str, Any]:
    scenario, run = seen.scenario, seen.run
    found: dict[str, Any] = {
        "scenario": {"id": seen.id}
        | present(name=text_of(scenario, "name"))
        | {"isActive": scenario.get("isActive") is True}
        | present(dlqCount=count_of(scenario, "dlqCount"))
    }
    if seen.lines is not None:
        found["runs"] = _counted(seen.lines)
    cause = _cause(use, seen) if seen.has_failed else None
    helps = () if cause is None else cause.helps
    if run is not None:
        status = status_of(run)
        shown = present(executionId=run_id_of(run), timestamp=text_of(run, "timestamp"))
        shown |= present(status=status) if status != ERROR else {}
        shown |= seen.failure.shown if seen.failure else {}
        shown |= seen.culprit.shown(
            with_mapper="look" in helps, with_connection=cause is GONE or "test" in helps
        ) | present(incompleteExecutionId=run_id_of(seen.left or {}))
        found["failure" if seen.has_failed else "run"] = shown
    if cause is not None:
        found["likely"] = cause.likely
    if notes := list(_notes(seen)):
        found["notable"] = notes
    return found | {"next": _next(use, seen, cause)}


def _cause(use: Use, seen: _Seen) -> Cause:
    if seen.culprit.is_connection_gone:
        return GONE
    failure = seen.failure or Failure()
    if failure.type or failure.message:
        return cause_of(failure.type, failure.message)
    if seen.scenario.get("isinvalid") is True:
        return INVALID
    return UNREADABLE if use.unread else UNTOLD


def _counted(lines: Sequence[Line]) -> dict[str, Any]:
    """`{"looked", "failed"?, "warned"?, "failingSince"?, "lastSuccess"?}`: of the latest runs."""
    statuses = [status_of(line) for line in lines]
    in_a_row = next((n for n, status in enumerate(statuses) if status != ERROR), len(lines))
    return {"looked": len(lines)} | present(
        failed=statuses.count(ERROR),
        warned=statuses.count(WARNING),
        failingSince=text_of(lines[in_a_row - 1], "timestamp") if in_a_row else None,
        lastSuccess=text_of(newest(lines, SUCCESS) or {}, "timestamp"),
    )


def _notes(seen: _Seen) -> Iterator[str]:
    """What else is the matter, a sentence each."""
    scenario, run, lines = seen.scenario, seen.run, seen.lines
    if run is None and lines:
        yield f"None of its last {len(lines)} runs failed." if len(lines) > 1 else "Its only run succeeded."
    elif run is None and lines is not None:
        yield "It has not run yet."
    if seen.is_over:
        yield "Runs since then have succeeded."
    edited, ran = moment_of(scenario, "lastEdit"), moment_of(run or {}, "timestamp")
    if edited and ran and edited > ran:
        yield f"It was edited after that run, at {text_of(scenario, 'lastEdit')}."
    if scenario.get("isinvalid") is True:
        yield "It is invalid: a module or a connection of it is missing."
    if scenario.get("isPaused") is True:
        yield "Its organization or team is paused at Make."
    if scenario.get("isActive") is not True:
        yield "It is switched off."
    elif run is None and id_of(scenario, "hookId") is not None:
        yield f"It runs when its hook is called.{_of_hook(seen.hook or {})}"
    if scenario.get("iswaiting") is True:
        yield "It waits for its turn."


def _of_hook(hook: Mapping[str, Any]) -> str:
    if hook.get("gone") is True:
        return " The hook is gone."
    if hook.get("enabled") is False:
        return " The hook is disabled."
    queue = count_of(hook, "queueCount")
    return f" {queue} calls wait in its queue." if queue else ""


def _next(use: Use, seen: _Seen, cause: Cause | None) -> list[str]:
    scenario = seen.scenario
    helps = () if cause is None else cause.helps
    steps: list[str] = []
    if "test" in helps and not seen.is_over:
        connection_id = seen.culprit.connection_id
        tested = step(connections_test, connectionId=connection_id)
        steps.append(tested if connection_id else step(connections_list, teamId=id_of(scenario, "teamId")))
    if "look" in helps and seen.culprit.modules and not seen.is_over:
        steps.append(step(scenarios_export, scenarioId=seen.id, whole=True))
    if "stores" in helps:
        steps.append(step(data_stores_list, teamId=id_of(scenario, "teamId")))
    if "plan" in helps and (organization_id := id_of(seen.run or {}, "organizationId")):
        steps.append(step(organizations_get, organizationId=organization_id))
    if "retry" in helps or cause is None:
        steps += _retry(use, seen, has_failed=cause is not None)
    if seen.run is not None and status_of(seen.run) == RUNNING:
        steps.append(step(scenarios_wait, scenarioId=seen.id, executionId=run_id_of(seen.run)))
    if cause is None and scenario.get("isActive") is not True and scenario.get("isinvalid") is not True:
        steps.append(step(scenarios_start, scenarioId=seen.id))
    elif cause is None and (hook_id := id_of(scenario, "hookId")) is not None:
        is_shut = (seen.hook or {}).get("enabled") is False
        steps.append(step(hooks_enable if is_shut else hooks_ping, hookId=hook_id))
    return steps or [step(scenarios_logs, scenarioId=seen.id)]


def _retry(use: Use, seen: _Seen, *, has_failed: bool) -> list[str]:
    """How to retry what the run left behind: all of it at once where all of it failed so, and Make's own API is there."""
    if not seen.waiting:
        return []
    incomplete = run_id_of(seen.left or {})
    if not has_failed or incomplete is None:
        return [step(incomplete_executions_list, scenarioId=seen.id)]
    if len(seen.waiting) > 1 and not use.unread and len({str(one.get("reason")) for one in seen.waiting}) == 1:
        return [step(incomplete_executions_retry_several, scenarioId=seen.id, all=True)]
    return [step(incomplete_executions_retry, incompleteExecutionId=incomplete)]
