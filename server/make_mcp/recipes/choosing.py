"""Arguments that choose what a write is about, in place of its ids: spelled out before anything else sees the call.

What a preview chose is what its code confirms, so that it is remembered: meanwhile the account goes on.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from make_mcp.confirmation import CONFIRM
from make_mcp.confirmation.recent import Recent
from make_mcp.recipes.use import Use
from make_tools import ArgumentError, Endpoint
from make_tools.arguments import moment
from make_tools.incomplete_executions import incomplete_executions_delete, incomplete_executions_list

_BEFORE = "createdBefore"
_MOST = 10_000
_REMEMBERED = 200


class Choosing:
    """Spells out what calls of one caller's server are about."""

    def __init__(self) -> None:
        self._chosen: Recent[str, dict[str, Any]] = Recent(_REMEMBERED)

    async def spelled_out(self, use: Use, endpoint: Endpoint[...], arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """The arguments with ids in place of what chooses them; as they are where nothing does.

        Raises:
            ArgumentError: nothing is chosen.
            UpstreamError: what there is cannot be read.
        """
        if endpoint.name != incomplete_executions_delete.name or not _chooses(arguments):
            return arguments
        given = {name: value for name, value in arguments.items() if value is not None and name != CONFIRM}
        key = json.dumps([use.client.caller, endpoint.name, given], sort_keys=True, default=str)
        confirm = {CONFIRM: arguments[CONFIRM]} if CONFIRM in arguments else {}
        if confirm and (before := self._chosen.get(key)) is not None:
            return before | confirm
        chosen = await _older(use, endpoint.name, given)
        self._chosen.put(key, chosen)
        return chosen | confirm


def _chooses(arguments: Mapping[str, Any]) -> bool:
    """Whether it is clear; what is not, the endpoint itself refuses with a word on what it takes."""
    ids = any(arguments.get(name) is not None for name in ("ids", "all", "exceptIds"))
    return not ids and isinstance(arguments.get(_BEFORE), str) and type(arguments.get("scenarioId")) is int


async def _older(use: Use, tool: str, given: Mapping[str, Any]) -> dict[str, Any]:
    try:
        until = moment(given[_BEFORE])
    except ValueError as error:
        raise ArgumentError(tool, [f"`{_BEFORE}` {error}"]) from None
    scenario = given["scenarioId"]
    items, more = await use.items(incomplete_executions_list, most=_MOST, scenario_id=scenario)
    if use.unread:
        raise ArgumentError(tool, [f"what there is could not be read as a whole ({' '.join(use.unread)}): give `ids`"])
    if more:
        raise ArgumentError(
            tool, [f"scenario {scenario} has more than {_MOST:,} incomplete executions: give `ids`, or `all`: true"]
        )
    ids = [item["id"] for item in items if (created := _created(item)) is not None and created < until]
    if not ids:
        raise ArgumentError(
            tool, [f"none of the {len(items)} incomplete executions of scenario {scenario} is that old"]
        )
    rest = {name: value for name, value in given.items() if name != _BEFORE}
    return {**rest, "ids": ids}


def _created(item: Mapping[str, Any]) -> datetime | None:
    """When it failed; None where nobody knows, and then it is none of the older ones."""
    try:
        return moment(str(item.get("created"))).astimezone(UTC)
    except ValueError:
        return None
