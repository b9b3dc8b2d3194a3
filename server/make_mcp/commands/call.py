"""`make-mcp call TOOL KEY=VALUE ...`: one call, as a client would make it."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import anyio

from make_mcp.app import open_caller
from make_mcp.calls import Answer, UnknownTool
from make_mcp.settings import Settings, SettingsError
from make_tools import GROUPS


def call(settings: Settings, tool: str, values: Sequence[str], *, as_json: bool) -> int:
    """Prints the answer; an error goes to stderr and ends with 1."""
    arguments = read_values(tool, values)

    async def run() -> Answer:
        async with open_caller(settings) as (caller, _):
            return await caller.call(tool, arguments)

    try:
        answer = anyio.run(run)
    except UnknownTool as error:
        raise SettingsError(str(error)) from None
    if answer.is_error:
        print(answer.text, file=sys.stderr)
        return 1
    print(answer.text if as_json else json.dumps(answer.data, indent=2, ensure_ascii=False))
    return 0


def read_values(tool: str, values: Sequence[str]) -> dict[str, Any]:
    """`key=value` pairs as JSON arguments: text where the tool takes text, otherwise what the JSON says.

    An object or a list may stand in a file: `blueprint=@blueprint.json`.

    Raises:
        SettingsError: a pair without `=`, or a key given twice.
    """
    endpoint = next((e for g in GROUPS for e in g.endpoints if e.name == tool), None)
    listed: Mapping[str, Any] = {} if endpoint is None else endpoint.schema["properties"]
    arguments: dict[str, Any] = {}
    for pair in values:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise SettingsError('an argument is written KEY=VALUE, such as scenarioId=5 or fields=\'["id", "name"]\'')
        if key in arguments:
            raise SettingsError(f"{key} is given twice")
        kind = listed.get(key, {}).get("type")
        if value.startswith("@") and kind in {"object", "array"}:
            value = _content(key, value[1:])
        arguments[key] = value if kind == "string" else _json_or_text(value)
    return arguments


def _content(key: str, name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise SettingsError(f"{key}=@{name} names a file that cannot be read") from None


def _json_or_text(value: str) -> Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
