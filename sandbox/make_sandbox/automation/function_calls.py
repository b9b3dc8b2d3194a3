"""Which scenarios call a custom function: in the expressions of their mappings and filters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from make_sandbox.model import blueprints, tables
from make_sandbox.model.account import Account
from make_sandbox.model.store import Document

_CALL = re.compile(r"(?<![\w.$`])([A-Za-z_]\w*)\s*\(")


def calls(blueprint: Mapping[str, Any]) -> set[str]:
    """The names of all functions, Make's own and custom ones, that mappings and filters of a blueprint call."""
    return {
        name
        for module in blueprints.modules(blueprint)
        for part in ("mapper", "filter")
        for text in _texts(module.get(part))
        for expression in _expressions(text)
        for name in _CALL.findall(expression)
    }


def _expressions(text: str) -> Iterator[str]:
    """What stands between two pairs of braces. A regular expression would look for the end once for each beginning."""
    end = 0
    while (opening := text.find("{{", end)) >= 0 and (closing := text.find("}}", opening + 2)) >= 0:
        yield text[opening + 2 : closing]
        end = closing + 2


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value, however deep."""
    rest = [value]
    while rest:
        part = rest.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict):
            rest.extend(cast("Mapping[str, Any]", part).values())
        elif isinstance(part, list):
            rest.extend(cast("list[Any]", part))


def callers_of(account: Account, name: str, team_id: int) -> list[Document]:
    """The scenarios of a team that call a custom function: functions go by their names."""
    return [
        scenario
        for scenario in account.store.list(tables.SCENARIOS, team_id)
        if name in calls(blueprints.current(account, scenario)["blueprint"])
    ]
