"""Arguments that do not fit, said so that a model can mend them.

The texts never repeat a string that was given, since it may be a secret: they tell its kind.
"""

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

_MOST = 10
"""Problems that are told of one call."""
_LONGEST_NAME = 100
"""Characters that are compared with the names that there are."""


class ArgumentError(ValueError):
    """Raised by `Endpoint.parse` and `Endpoint.request`, before anything is sent.

    The text names each argument that does not fit and what it takes, and says what to do next. It reaches the model as it is.
    """

    def __init__(self, tool: str, problems: Sequence[str]) -> None:
        following = next((found[1] for one in problems if (found := _SOURCE.search(one))), "the same call, mended")
        super().__init__(f"{tool} was not called: {'; '.join(problems)}. Next: {following}.")
        self.problems = tuple(problems)


_SOURCE = re.compile(r"\(From (\w+)\)")
"""In a problem: the tool that yields an id which is missing or has the wrong form."""


def explain(error: ValidationError, takes: Mapping[str, str], bundles: Mapping[str, Collection[str]]) -> list[str]:
    """One sentence for each problem, up to ten of them.

    `takes` says of each argument what it takes, in words; `bundles` names the keys of those that bundle options.
    """
    problems: list[str] = []
    for item in error.errors(include_url=False)[:_MOST]:
        place = [part for part in item["loc"] if not _is_branch(part)]
        name = ".".join(str(part) for part in place)
        context = item.get("ctx", {})
        match item["type"]:
            case "extra_forbidden" if len(place) > 1:
                problems.append(unknown_argument(name, [f"{place[0]}.{key}" for key in bundles.get(str(place[0]), ())]))
            case "extra_forbidden":
                problems.append(unknown_argument(name, takes))
            case "missing":
                problems.append(f"`{name}` is missing: it takes {takes.get(name, 'a value')}")
            case "value_error":
                problems.append(f"`{name}` {context.get('error', 'does not fit')}")
            case problem:
                wanted = _wanted(problem, context)
                # A form that is not plain is told with the tool that yields it.
                source = _in_brackets(takes.get(name, "")) if problem == "string_pattern_mismatch" else ""
                got = f"{kind(item['input'])}{_advice(wanted, item['input'])}"
                problems.append(f"`{name}` takes {wanted}{source}, and got {got}")
    more = error.error_count() - _MOST
    return [*dict.fromkeys(problems), *([f"and {more} more do not fit"] if more > 0 else [])]


def unknown_argument(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name[:_LONGEST_NAME], known, n=1, cutoff=0.5)
    hint = f" (did you mean `{near[0]}`?)" if near else ""
    names = ", ".join(f"`{k}`" for k in known)
    shown = name if len(name) <= 60 and name.isprintable() else "…"
    return f"there is no argument `{shown}`{hint}; it takes {names or 'no arguments'}"


def kind(value: object) -> str:
    """What was given, without repeating text of it."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return "a number that is too large" if abs(value) >= 2**63 else f"the number {value}"
        case float():
            return f"the number {value}"
        case str():
            return (
                f'the string "{value}"'
                if _is_digits(value)
                else f"a string of {len(value)} characters"
                if value
                else "an empty string"
            )
        case list() | tuple():
            return "a list"
        case dict():
            return "an object"
        case _:
            return "something that is not JSON"


def _in_brackets(takes: str) -> str:
    _, bracket, rest = takes.partition(" (")
    return bracket + rest


_WANTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a whole number",
    "bool_type": "true or false, without quotes",
    "string_type": "a string",
    "list_type": "a list",
    "dict_type": "an object",
    "literal_error": "one of {expected}",
    "greater_than_equal": "a whole number from {ge} up",
    "less_than_equal": "a whole number up to {le}",
    "string_pattern_mismatch": "a string of the form {pattern}",
    "string_too_short": "a string of at least {min_length} character(s)",
    "string_too_long": "a string of at most {max_length} characters",
    "string_unicode": "a string without broken characters",
    "too_short": "a list of at least {min_length} item(s)",
}


def _wanted(problem: str, context: Mapping[str, Any]) -> str:
    return _WANTED.get(problem, "another value").format_map({"expected": "", **context})


def _is_branch(part: object) -> bool:
    # Pydantic names the branch of a union or a validator in the location; nobody sent that name.
    return isinstance(part, str) and ("[" in part or part in {"str", "dict"})


def _is_digits(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= 20


def _advice(wanted: str, value: object) -> str:
    if isinstance(value, str) and _is_digits(value) and wanted.startswith("a whole number"):
        return ": send it as a number, without quotes"
    if wanted.startswith("a string") and isinstance(value, int) and not isinstance(value, bool):
        return ": send it in quotes"
    return ": leave it out instead" if value is None else ""
