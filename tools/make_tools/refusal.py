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
_NEAR = 0.7
"""How much two names have in common, from 0 to 1, where one may be the other with a slip."""
_DESCRIBED = frozenset({"string_pattern_mismatch", "literal_error"})
"""Problems with which the description of an argument is told."""
_NOTHING: Mapping[str, Any] = {}
_MENDED = "the same call, mended"
_MEANT = "did you mean"


class ArgumentError(ValueError):
    """Raised by `Endpoint.parse` and `Endpoint.request`, before anything is sent.

    The text names each argument that does not fit and what it takes, and says what to do next. It reaches the model as it is.
    """

    def __init__(self, tool: str, problems: Sequence[str]) -> None:
        sources = (found[1] or found[2] for one in problems if (found := _SOURCE.search(one)))
        # A value that is there already under another name need not be fetched.
        is_there = any(_MEANT in one for one in problems)
        following = _MENDED if is_there else next(sources, _MENDED)
        super().__init__(f"{tool} was not called: {'; '.join(problems)}. Next: {following}.")
        self.problems = tuple(problems)


_SOURCE = re.compile(r"\((?:From (\w+)[):]|use ([\w ]+)\))")
"""In a problem: the tool that yields an id which is missing or has the wrong form, or those that do what was asked for."""


def explain(
    error: ValidationError,
    takes: Mapping[str, str],
    bundles: Mapping[str, Collection[str]] = _NOTHING,
    elsewhere: Mapping[str, str] = _NOTHING,
) -> list[str]:
    """One sentence for each problem, up to ten of them.

    `takes` says of each argument what it takes, in words; `bundles` names the keys of those that bundle options; `elsewhere`
    says of names that there are not what stands in their place.
    """
    problems: list[str] = []
    found = error.errors(include_url=False)
    lacking = [str(item["loc"][0]) for item in found if item["type"] == "missing"]
    for item in found[:_MOST]:
        place = [part for part in item["loc"] if not _is_branch(part)]
        name = ".".join(str(part) for part in place)
        context = item.get("ctx", {})
        match item["type"]:
            case "extra_forbidden" if len(place) > 1:
                keys = [f"{place[0]}.{key}" for key in bundles.get(str(place[0]), ())]
                problems.append(_unknown(name, keys, _near(name, keys)))
            case "extra_forbidden":
                inside = [f"{bundle}.{key}" for bundle, keys in bundles.items() for key in keys if key == name]
                hint = elsewhere.get(name) or _near(name, inside or takes, lacking)
                problems.append(_unknown(name, takes, hint))
            case "missing":
                problems.append(f"`{name}` is missing: it takes {takes.get(name, 'a value')}")
            case "value_error":
                problems.append(f"`{name}` {context.get('error', 'does not fit')}")
            case problem:
                wanted = _wanted(problem, context)
                # What does not go without saying is told as it is described.
                about = _in_brackets(takes.get(str(place[0]), "")) if problem in _DESCRIBED and place else ""
                got = f"{kind(item['input'])}{_advice(wanted, item['input'])}"
                problems.append(f"`{name}` takes {wanted}{about}, and got {got}")
    more = error.error_count() - _MOST
    return [*dict.fromkeys(problems), *([f"and {more} more do not fit"] if more > 0 else [])]


def _unknown(name: str, known: Collection[str], hint: str) -> str:
    names = ", ".join(f"`{k}`" for k in known)
    shown = name if len(name) <= 60 and name.isprintable() else "…"
    return f"there is no argument `{shown}`{hint and f' ({hint})'}; it takes {names or 'no arguments'}"


def _near(name: str, known: Collection[str], lacking: Sequence[str] = ()) -> str:
    """The argument that was meant, as a question; empty where none is near. `lacking` are those that are missing."""
    ids = [one for one in lacking if one.endswith("Id")]
    if name.lower() == "id" and len(ids) == 1:
        return _meant(ids[0])
    # Of a key in a bundle the key alone is compared: what stands in front of it is the same for all.
    plain = {_plain(one): one for one in known}
    near = difflib.get_close_matches(_plain(name[:_LONGEST_NAME]), plain, n=1, cutoff=_NEAR)
    return _meant(plain[near[0]]) if near else ""


def _meant(name: str) -> str:
    return f"{_MEANT} `{name}`?"


def _plain(name: str) -> str:
    return name.rpartition(".")[2].replace("_", "").lower()


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
    "string_pattern_mismatch": "a string of the right form",
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
    if isinstance(value, str) and _is_digits(value) and re.match(r"a whole number|one of \d", wanted):
        return ": send it as a number, without quotes"
    if wanted.startswith("a string") and isinstance(value, int) and not isinstance(value, bool):
        return ": send it in quotes"
    return ": leave it out instead" if value is None else ""
