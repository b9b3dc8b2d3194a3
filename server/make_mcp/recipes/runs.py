"""Single runs: how one ended and why, as far as Make tells."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from make_mcp.recipes.use import Use, is_gone, is_not_passed_on, tried
from make_mcp.recipes.values import LONGEST_MESSAGE, count_of, moment_of, object_of, present, run_id_of, text_of
from make_mcp.upstream.errors import UpstreamError
from make_tools.flow import as_object
from make_tools.forms.runs import run
from make_tools.scenarios import scenarios_execution, scenarios_run_log
from make_tools.wording import safe

SUCCESS, WARNING, ERROR, RUNNING = "success", "warning", "error", "running"
"""What is said of runs; a warning is an error that the scenario handled."""
FAILED = 3
"""What Make's log writes for an error."""
_AFTER = 120.0
"""Seconds around the end of a run within which its incomplete execution is made."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What Make tells of an error."""

    type: str | None = None
    """Make's name of it, such as RuntimeError."""
    message: str | None = None
    module: str | None = None
    """The module, by its type such as http:ActionSendData, or by its title."""
    app: str | None = None

    @property
    def shown(self) -> dict[str, Any]:
        return present(error=self.type, message=self.message)


def failure_of(told: Mapping[str, Any]) -> Failure | None:
    """The error in the detail of a run, or in a line of the log; None where it tells none."""
    error = told.get("error") or object_of(told, "detail").get("error")
    if isinstance(error, str):
        return Failure(message=safe(error, LONGEST_MESSAGE))
    found = as_object(error)
    module = object_of(found, "causeModule")
    failure = Failure(
        text_of(found, "name"),
        text_of(found, "message", LONGEST_MESSAGE),
        text_of(module, "name"),
        text_of(module, "appName"),
    )
    return failure if failure != Failure() else None


async def read_failure(use: Use, scenario_id: int, line: Mapping[str, Any]) -> Failure | UpstreamError | None:
    """Why the run of a line of the log failed, or why nobody knows: it could not be read, or Make does not tell (None)."""
    if (found := failure_of(line)) is not None:
        return found
    if (execution_id := run_id_of(line)) is None:
        return None
    refused: UpstreamError | None = None
    for endpoint in (scenarios_run_log, scenarios_execution):
        told = await tried(use.read(endpoint, scenario_id, execution_id))
        if isinstance(told, UpstreamError):
            refused = refused or told
            if is_not_passed_on(told):
                break
        elif (found := failure_of(told) or failure_of(object_of(told, "scenarioLog"))) is not None:
            return found
    return refused


async def find_run(use: Use, scenario_id: int, execution_id: str) -> Mapping[str, Any]:
    """A run's line of the log; while it has none its detail, and its id where neither can be read, with a word in `unread`.

    Raises:
        UpstreamError: Make knows no such run.
    """
    line = await tried(use.thing(scenarios_run_log, scenario_id, execution_id))
    if not isinstance(line, UpstreamError):
        return line
    detail = await tried(use.read(scenarios_execution, scenario_id, execution_id))
    if not isinstance(detail, UpstreamError):
        return {"id": execution_id} | detail
    if is_gone(line) and is_gone(detail):
        raise line
    use.lacks("The run", line)
    return {"id": execution_id}


def left_behind(line: Mapping[str, Any], waiting: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The incomplete execution that a run left behind: that which was made when the run ended."""
    began = moment_of(line, "timestamp")
    if began is None:
        return None
    ended = began + (count_of(line, "duration") or 0) / 1000
    near = [
        (abs(made - ended), n, one) for n, one in enumerate(waiting) if (made := moment_of(one, "created")) is not None
    ]
    best = min(near, default=None, key=lambda found: found[:2])
    return best[2] if best is not None and best[0] <= _AFTER else None


def status_of(line: Mapping[str, Any]) -> str | None:
    """What came of a run, in a word; of a status that nobody knows as it is."""
    found = run(line).get("status")
    return None if found is None else safe(str(found))


def newest(lines: Sequence[Mapping[str, Any]], status: str) -> Mapping[str, Any] | None:
    """The first line, which is the latest, with this status."""
    return next((line for line in lines if status_of(line) == status), None)
