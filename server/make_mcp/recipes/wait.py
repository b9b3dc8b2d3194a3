"""`scenarios_wait`: for a run to end, as long as the call may last."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

import anyio
from pydantic import Field
from typing_extensions import Doc

from make_mcp.recipes.recipe import recipe
from make_mcp.recipes.runs import RUNNING, SUCCESS, status_of
from make_mcp.recipes.steps import step
from make_mcp.recipes.use import Use, is_gone, is_not_passed_on, tried
from make_mcp.recipes.values import run_id_of
from make_mcp.upstream.errors import UpstreamError
from make_tools.arguments import ScenarioId
from make_tools.forms.runs import execution
from make_tools.forms.runs import run as shown_run
from make_tools.scenarios import (
    ExecutionId,
    scenarios_execution,
    scenarios_logs,
    scenarios_run_log,
)

Seconds = Annotated[
    int, Field(ge=1, le=600), Doc("How long at the most; 30 unless given, and never longer than a call.")
]

_USUAL_SECONDS: Final = 30
_FIRST, _FACTOR, _LONGEST = 1.0, 1.4, 5.0
"""Seconds before the second look, how much longer it is before each further one, and the longest pause."""
_LATEST: Final = 50
"""Lines of the log in which a run is looked for."""
_ONE_THAT_RUNS: Final = "executionId waits for one that has just begun."
_TOLD: Final = ("status", "error", "outputs", "timestamp", "duration", "operations")


@dataclass(slots=True)
class _Run:
    """How far it is with a run."""

    scenario_id: int
    id: str
    is_seen: bool = False
    """Whether Make has shown it."""
    unread: UpstreamError | None = None
    """Why its detail cannot be read."""
    line: Mapping[str, Any] | None = None
    """Of the log, where it was found there."""


@recipe("scenarios", "Wait", scopes=("scenarios:read",), exact=("outputs",))
async def scenarios_wait(
    use: Use, /, scenario_id: ScenarioId, execution_id: ExecutionId | None = None, seconds: Seconds | None = None
) -> dict[str, Any]:
    """Wait for a run's outputs."""
    if execution_id is None:
        return await _newest(use, scenario_id)
    run = _Run(scenario_id, execution_id)
    begun, pause = anyio.current_time(), _FIRST
    while (ended := await _look(use, run)) is None:
        waited = anyio.current_time() - begun
        if use.is_late(pause) or waited + pause > (seconds or _USUAL_SECONDS):
            return _going_on(run, waited)
        await use.tell(f"The run has not ended after {waited:.0f} s")
        await anyio.sleep(pause)
        pause = min(pause * _FACTOR, _LONGEST)
    return await _ended(use, run, ended)


async def _newest(use: Use, scenario_id: int) -> dict[str, Any]:
    lines, _ = await use.items(scenarios_logs, most=1, scenario_id=scenario_id)
    if not lines or (id_ := run_id_of(lines[0])) is None:
        # Not another run: the one that it is about may have begun a moment ago.
        return {"note": f"No run has ended yet. {_ONE_THAT_RUNS}"}
    run = _Run(scenario_id, id_, line=lines[0])
    told = await tried(use.read(scenarios_execution, scenario_id, id_))
    if isinstance(told, UpstreamError):
        run.unread, told = told, lines[0]
    return {"note": f"The last run that ended. {_ONE_THAT_RUNS}"} | await _ended(use, run, told)


async def _look(use: Use, run: _Run) -> Mapping[str, Any] | None:
    """The run, once it has ended: its detail, or else its line of the log.

    Raises:
        UpstreamError: neither can be read.
    """
    if run.unread is None:
        told = await tried(use.read(scenarios_execution, run.scenario_id, run.id))
        if not isinstance(told, UpstreamError):
            run.is_seen = True
            return None if status_of(told) == RUNNING else told
        # For some seconds after it began Make knows nothing of a run.
        if is_not_passed_on(told):
            run.unread = told
        elif not is_gone(told):
            raise told
    lines, _ = await use.items(scenarios_logs, most=_LATEST, scenario_id=run.scenario_id)
    run.line = next((line for line in lines if line.get("id") == run.id), None)
    return run.line


async def _ended(use: Use, run: _Run, told: Mapping[str, Any]) -> dict[str, Any]:
    line = run.line or await tried(use.thing(scenarios_run_log, run.scenario_id, run.id))
    shown = ({} if isinstance(line, UpstreamError) else shown_run(line)) | execution(told)
    if run.unread is not None:
        use.lacks("What came out", run.unread)
    found = {"executionId": run.id} | {name: shown[name] for name in _TOLD if name in shown}
    if shown.get("status") == SUCCESS:
        return found
    return found | {"next": [step("scenarios_diagnose", scenarioId=run.scenario_id, executionId=run.id)]}


def _going_on(run: _Run, waited: float) -> dict[str, Any]:
    found = {"executionId": run.id, "status": RUNNING if run.is_seen else "unknown", "waited": round(waited)}
    again = step(scenarios_wait, scenarioId=run.scenario_id, executionId=run.id)
    if run.is_seen:
        return found | {"next": [again]}
    note = "Make shows neither this run nor its end yet: it goes on, or the id is wrong."
    return found | {"note": note, "next": [again, step(scenarios_logs, scenarioId=run.scenario_id)]}
