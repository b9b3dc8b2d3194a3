"""Reads the settings from flags and environment, and says what does not fit."""

import difflib
import os
import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from make_mcp import values
from make_mcp.settings.declared import KEYS, PREFIX, Settings, is_placeholder, variable
from make_mcp.settings.errors import SettingsError

_NEVER_SHOWN = KEYS | {"redis_url", "maton_base_url", "make_base_url"}
"""Addresses may hold a password."""
_LONGEST = 60
"""Characters."""
_LIKE_A_KEY = re.compile(r"@|[0-9a-f]{8}-[0-9a-f]{4}-|(?=[A-Za-z_+/=-]*\d)[A-Za-z0-9_+/=-]{20}", re.IGNORECASE)


def load(flags: Mapping[str, Any]) -> Settings:
    """The settings from flags and environment.

    Raises:
        SettingsError: one does not fit; nothing was started.
    """
    _refuse_misspelt()
    redis_url = str(flags.get("redis_url") or "")
    if "@" in redis_url or any(values.sign_in_of_redis(redis_url)):
        raise SettingsError(
            f"--redis-url holds a password, which other processes can read on a command line: set {variable('redis_url')}, "
            "or give --redis-url-file"
        )
    try:
        # By the variables' names, for which alone the fields that have one of their own are known.
        given = {_source(name): value for name, value in flags.items() if not is_placeholder(value)}
        return Settings(**given)
    except ValidationError as error:
        raise SettingsError(
            "; ".join(
                _problem(item["loc"], item["msg"], item["type"], item.get("ctx", {}), item["input"])
                for item in error.errors()
            )
        ) from None


def _refuse_misspelt() -> None:
    """A misspelt MAKE_MCP_READONLY must not leave the door open; a name that is like none of ours is somebody else's."""
    known = {variable(field).removeprefix(PREFIX): variable(field) for field in Settings.model_fields}
    for name in os.environ:
        if name.startswith(PREFIX) and name not in known.values():
            near = difflib.get_close_matches(name.removeprefix(PREFIX), known, n=1, cutoff=0.75)
            if near:
                raise SettingsError(f"there is no setting {name}: did you mean {known[near[0]]}?")


def _source(field: str) -> str:
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else field


def _problem(
    location: tuple[int | str, ...], message: str, kind: str, context: Mapping[str, Any], given: object
) -> str:
    where = str(location[0]) if location else ""
    field = next((f for f in Settings.model_fields if where in {f, variable(f)}), None)
    wanted = _TAKES.get(kind, message.removeprefix("Value error, ")).format_map({"expected": "", **context})
    if field is None:
        return wanted
    flag = "" if field in KEYS else f"(--{field.replace('_', '-')}) "
    return f"{variable(field)} {flag}{wanted}{_got(field, given)}"


def _got(field: str, given: object) -> str:
    """What was given, as far as it can be shown: somebody may have put a key into the wrong variable."""
    if field in _NEVER_SHOWN:
        return ""
    text = given if isinstance(given, str) else str(given)
    if len(text) > _LONGEST or _LIKE_A_KEY.search(text):
        return f"; it got a text of {len(text)} characters"
    return f"; it got {text!a}"


_TAKES = {
    "bool_parsing": "takes true or false",
    "int_parsing": "takes a whole number",
    "literal_error": "takes {expected}",
    "float_parsing": "takes a number",
    "finite_number": "takes a number",
    "greater_than": "takes a number above {gt}",
    "greater_than_equal": "takes a number from {ge} up",
    "less_than_equal": "takes a number up to {le}",
    "string_pattern_mismatch": "takes text of the form {pattern}",
}
