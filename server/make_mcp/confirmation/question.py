"""The words of the question to a person: what would happen, and the name of the target to type.

A form with one required field, never an empty one, never a link, never anything secret. Each part of it is whole or left
out: half of a quoted name would leave its quotes open, and the rest would read as its end.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from make_tools.previews import Sight
from make_tools.wording import counted, quoted, safe

FIELD = "typedName"
_LONGEST_LINE = 1500
_LONGEST_LIST = 600
_MOST = 5
"""Changes, dependents and modules that are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class Question:
    """A form for a person. `about` is the code that it is asked for: an answer counts for no other."""

    about: str
    what: str
    """What would happen, as one line."""
    name: str
    """What has to be typed."""

    @property
    def message(self) -> str:
        """One line. Our verb comes first, our request for the name last."""
        return f"{self.what} An agent asks for this through make-mcp. To agree, type {quoted(self.name)}; to refuse, decline."

    @property
    def schema(self) -> Mapping[str, Any]:
        return {
            "type": "object",
            "properties": {
                FIELD: {
                    "type": "string",
                    "title": "Type the name to agree",
                    "description": f"Exactly: {quoted(self.name)}",
                    "minLength": 1,
                }
            },
            "required": [FIELD],
        }


def question(about: str, sight: Sight) -> Question:
    """The question for what a preview showed: what matters most first, as much of it as one reads before a yes."""
    line = safe(sight.what, _LONGEST_LINE)
    left_out = False
    for part in (
        *_changes(sight),
        *_blueprint(sight),
        *_affected(sight),
        *sight.hindered,
        *sight.next,
        *_unseen(sight),
    ):
        # Each part is one safe line already; here it is only a matter of room.
        if len(line) + 1 + len(part) <= _LONGEST_LINE:
            line = f"{line} {part}"
        else:
            left_out = True
    if left_out:
        line = f"{line} The preview says more."
    return Question(about, line, sight.name)


def _changes(sight: Sight) -> Iterator[str]:
    told = [f"{safe(one['field'], 60)} from {_value(one['now'])} to {_value(one['then'])}" for one in sight.changes]
    if told:
        yield f"It changes {_some(told)}."


def _blueprint(sight: Sight) -> Iterator[str]:
    found: Mapping[str, Any] = sight.blueprint or {}
    if modules := _names(found.get("modules")):
        yield f"Its modules: {_some(modules)}."
    kinds = (("added", "adds"), ("removed", "removes"), ("changed", "changes"))
    parts = [
        f"{verb} {counted(len(names), 'module')}: {_some(names)}"
        for key, verb in kinds
        if (names := _names(found.get(key)))
    ]
    settings = [
        f"{safe(one['field'], 60)} from {_value(one['now'])} to {_value(one['then'])}"
        for one in found.get("settings", ())
    ]
    if settings:
        parts.append(f"changes the settings {_some(settings)}")
    if parts:
        yield f"The new blueprint {'; '.join(parts)}."


def _affected(sight: Sight) -> Iterator[str]:
    if sight.dependents:
        yield f"This affects: {_some(sight.dependents)}."


def _unseen(sight: Sight) -> Iterator[str]:
    # Something that depends on the target may be among it.
    for one in sight.unseen[:1]:
        yield f"Not read: {one}"


def _some(texts: Sequence[str]) -> str:
    """The first of them, as many as there is room for, and how many more there are."""
    named: list[str] = []
    for text in texts[:_MOST]:
        if len("; ".join([*named, text])) > _LONGEST_LIST:
            break
        named.append(text)
    more = len(texts) - len(named)
    if more:
        named.append(f"and {more:,} more" if named else counted(more, "thing"))
    return "; ".join(named)


def _names(found: object) -> list[str]:
    listed = cast("list[object]", found) if isinstance(found, list) else []
    return [str(cast("Mapping[str, Any]", one)["module"]) if isinstance(one, Mapping) else str(one) for one in listed]


def _value(value: object) -> str:
    if value is None:
        return "nothing"
    return quoted(value) if isinstance(value, str) else safe(json.dumps(value, ensure_ascii=False), 60)
