"""A thing of the account as a preview shows it: its fields, and its name as a person types it."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias, cast

from make_tools.secrets import HIDDEN, looks_secret, without_secrets
from make_tools.wording import LONGEST_NAME, quoted, safe

Json: TypeAlias = dict[str, Any]

MOST_LINES = 20
"""Lines of one kind in a preview; the rest is counted."""
LONGEST_NAME_TO_TYPE = 60
"""Characters. A longer name is no name that a person types: the id stands in."""

LONGEST_TEXT = 2000
"""Characters of a text that are looked through for what must not be shown; a line holds fewer."""
_LONGEST_SHOWN = LONGEST_NAME - len('""')
"""Characters of a text in a target, which stands in quotes."""
_DEEPEST = 8
"""Levels of a target's field that are shown; nobody reads further down."""


def shown_fields(found: Mapping[str, Any], names: Iterable[str]) -> Json:
    """Some fields of a thing, texts as one safe line each."""
    return {name: _line(found[name]) for name in names if name in found}


def typeable(name: object, id_: object) -> str:
    """What a person types for a thing: its name if that can be read and typed as it is, else its id."""
    if isinstance(name, str) and 0 < len(name) <= LONGEST_NAME_TO_TYPE and quoted(name) == f'"{name}"':
        return name
    return safe(str(id_), 64)


def _line(value: Any, level: int = 0) -> Any:
    if isinstance(value, str):
        return safe(without_secrets(value[:LONGEST_TEXT]), _LONGEST_SHOWN)
    if level >= _DEEPEST and isinstance(value, dict | list):
        return "…"
    if isinstance(value, dict):
        items = list(cast("Json", value).items())[:MOST_LINES]
        return {safe(k, 60): HIDDEN if looks_secret(k) else _line(one, level + 1) for k, one in items}
    if isinstance(value, list):
        return [_line(one, level + 1) for one in cast("list[Any]", value)[:MOST_LINES]]
    return value
