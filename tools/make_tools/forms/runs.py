"""Runs of a scenario in words and in few bytes: what came of each, what it took, and why it failed."""

from collections.abc import Iterable, Mapping
from math import isfinite, nan
from typing import Any, TypeAlias, cast

Item: TypeAlias = Mapping[str, Any]

STATUSES: Mapping[object, str] = {1: "success", 2: "warning", 3: "error"}
"""Make's numbers; it also writes them as text, and as SUCCESS, WARNING, ERROR and RUNNING."""
_FAILED = frozenset({"warning", "error"})
_CENTICREDITS = 100
_TAKEN = ("id", "timestamp", "status", "type", "duration", "operations", "credits", "executionName", "authorName")
"""What is shown of a run, in this order. `duration` is in milliseconds."""
_USUAL = {"type": "auto"}
"""What goes without saying."""


def run(item: Item) -> dict[str, Any]:
    """One run of a list: `{"error"?, "id", "timestamp", "status", "type"?, "duration", "operations", "credits", ...}`.

    `error` is the message, if Make gives one; `status` a word; `type` is there where the run did not begin by itself;
    `credits` are whole ones. What is null is left out.
    """
    found = _told(item)
    message = _message(_error_of(item))
    return {"error": message, **found} if message else found


def logs(items: Iterable[Item]) -> list[dict[str, Any]]:
    """The runs of a list, each as `run` shows it."""
    return [run(item) for item in items]


def failures(items: Iterable[Item]) -> list[dict[str, Any]]:
    """The runs of a page that failed or ended with a warning: `{"error"?, "id", "timestamp", "status"}`."""
    found = (run(item) for item in items if str(_status(item.get("status"))) in _FAILED)
    return [{name: one[name] for name in ("error", "id", "timestamp", "status") if name in one} for one in found]


def execution(data: Item) -> dict[str, Any]:
    """The detail of one run, from either answer: `{"status", "error"?, "outputs"?, ...}`.

    `error` is `{"name"?, "message"?, "module"?}`; `module` is the one that failed, in words. `outputs` are there where the
    run gave some. The answer that holds the run's line in the log adds what `run` shows.
    """
    line = next((data[key] for key in ("scenarioLog", "scenarioLogs") if isinstance(data.get(key), Mapping)), None)
    item = cast("Item", data if line is None else line)
    error = _error(_error_of(item))
    shown: dict[str, Any] = {"status": _status(item.get("status"))} if item.get("status") is not None else {}
    if error:
        shown["error"] = error
    if line is not None:
        shown |= _told(item)
    if item.get("outputs") is not None:
        shown["outputs"] = item["outputs"]
    return shown


def _told(item: Item) -> dict[str, Any]:
    values = {name: item.get(name) for name in _TAKEN}
    values["status"] = _status(values["status"])
    values["credits"] = _credits(item)
    return {name: value for name, value in values.items() if value is not None and _USUAL.get(name) != value}


def _status(status: object) -> object:
    """A status in words; as it is where it is another one."""
    if isinstance(status, str):
        text = status.strip()
        return STATUSES.get(int(text) if text in {"1", "2", "3"} else text, text.lower())
    return STATUSES.get(status, status) if isinstance(status, int) and not isinstance(status, bool) else status


def _credits(item: Item) -> object:
    """Credits from hundredths of them; as they are where Make gives whole ones."""
    hundredths = item.get("centicredits")
    try:
        whole = float(hundredths) / _CENTICREDITS if isinstance(hundredths, int | float | str) else nan
    except (ValueError, OverflowError):
        whole = nan
    if not isfinite(whole):
        return item.get("credits")
    return int(whole) if whole.is_integer() else whole


def _error_of(item: Item) -> object:
    """What an answer says of why a run failed, wherever it says so."""
    detail = item.get("detail")
    return item.get("error") or (cast("Item", detail).get("error") if isinstance(detail, Mapping) else None)


def _message(error: object) -> str:
    """The error in a line: its message, and the module."""
    told = _error(error)
    message, module = str(told.get("message") or told.get("name") or ""), told.get("module")
    return f"{message} ({module})" if message and module else message


def _error(error: object) -> dict[str, Any]:
    """`{"name"?, "message"?, "module"?}`: no stack, and nothing of what a third party was sent."""
    if isinstance(error, str):
        return {"message": error} if error else {}
    if not isinstance(error, Mapping):
        return {}
    found = cast("Item", error)
    told = {name: found.get(name) for name in ("name", "message")}
    told["module"] = _module(found.get("causeModule") or found.get("module"))
    return {name: value for name, value in told.items() if isinstance(value, str) and value}


def _module(module: object) -> str | None:
    """`HTTP: Make a request`; the app is left out where the name begins with it, as in `http:ActionSendData`."""
    if not isinstance(module, Mapping):
        return module if isinstance(module, str) else None
    found = cast("Item", module)
    name, app = found.get("name"), found.get("appName")
    if not (isinstance(name, str) and name):
        return app if isinstance(app, str) else None
    return f"{app}: {name}" if isinstance(app, str) and app and not name.lower().startswith(app.lower()) else name
