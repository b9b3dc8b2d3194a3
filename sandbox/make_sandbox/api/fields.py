"""What a path, a query or a body may hold, and how it is read.

Make checks types before anything else and answers with all that is wrong at once (400 SC400).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from make_sandbox import errors, plain_json

Kind = Literal["integer", "identifier", "boolean", "text", "object", "objects", "json", "integers", "texts", "any"]
"""`identifier` is an integer that may come as a string of digits. `json` is an object, serialised to a string."""

LISTS = ("integers", "texts")
LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Field:
    """One named value. `longest` counts characters; `pattern` has to match the whole text."""

    name: str
    kind: Kind
    required: bool = False
    nullable: bool = False
    choices: tuple[str | int, ...] = ()
    longest: int | None = None
    pattern: str | None = None


CONFIRMED = Field("confirmed", "boolean")


def read_texts(fields: Sequence[Field], values: Mapping[str, list[str]]) -> dict[str, Any]:
    """The values of a query or a path, where everything is text. What was not given is not in the answer.

    Unknown names are passed over: Make documents no refusal for them.
    """
    given: dict[str, Any] = {}
    for field in fields:
        if field.name in values:
            texts = values[field.name]
            given[field.name] = texts if field.kind in LISTS or len(texts) > 1 else texts[0]
    return _read(fields, given, _FROM_TEXT)


def read_json(fields: Sequence[Field], body: Any, *, strict: bool) -> dict[str, Any]:
    """The values of a JSON body. `strict` refuses names that are not among the fields."""
    if not isinstance(body, dict):
        raise errors.invalid_parameter("body", "Invalid object in parameter")
    given = cast("dict[str, Any]", body)
    unknown = sorted(given.keys() - {field.name for field in fields}) if strict else []
    if unknown:
        raise errors.invalid_parameters([f"Unknown parameter '{name}'." for name in unknown])
    return _read(fields, given, _FROM_JSON)


def _read(
    fields: Sequence[Field], given: Mapping[str, Any], converters: Mapping[Kind, Callable[[Any], Any]]
) -> dict[str, Any]:
    read: dict[str, Any] = {}
    problems: list[str] = []
    for field in fields:
        if field.name not in given or (given[field.name] is None and not field.nullable):
            if field.required:
                problems.append(f"Missing value of required parameter '{field.name}'.")
            elif field.name in given:
                problems.append(f"Invalid {field.kind} in parameter '{field.name}'.")
            continue
        value = given[field.name]
        if value is not None:
            try:
                value = converters[field.kind](value)
            except (TypeError, ValueError):
                problems.append(f"Invalid {field.kind} in parameter '{field.name}'.")
                continue
            problems.extend(_limits(field, value))
        read[field.name] = value
    if problems:
        raise errors.invalid_parameters(problems)
    return read


def _limits(field: Field, value: Any) -> list[str]:
    if field.choices and value not in field.choices:
        allowed = ", ".join(str(choice) for choice in field.choices)
        return [f"Invalid value in parameter '{field.name}'. Allowed values: {allowed}."]
    if field.longest is not None and len(value) > field.longest:
        return [f"Value of parameter '{field.name}' exceeds the maximum length of {field.longest} characters."]
    if field.pattern is not None and not re.fullmatch(field.pattern, value):
        return [f"Invalid value in parameter '{field.name}'."]
    return []


def _integer_of_text(value: Any) -> int:
    if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,19}", value):
        raise ValueError
    return _integer(int(value))


def _boolean_of_text(value: Any) -> bool:
    if value not in ("true", "false"):
        raise ValueError
    return value == "true"


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _integer(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > LARGEST:
        raise ValueError
    return value


def _identifier(value: Any) -> int:
    return _integer_of_text(value) if isinstance(value, str) else _integer(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError
    return cast("dict[str, Any]", value)


DEEPEST = 200
"""How deep a JSON text may be nested. What can be read only just can no longer be worked with."""


def from_json(raw: str | bytes) -> Any:
    """What a JSON text says, if an answer can say it again.

    Raises:
        ValueError: it is no JSON, is nested too deep, or holds a number or a text that JSON cannot carry.
    """
    value = plain_json.read(raw, DEEPEST)
    if plain_json.may_hold_half_characters(raw):
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _json(value: Any) -> dict[str, Any]:
    return _object(from_json(_text(value)))


def _list_of(convert: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    def read(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise TypeError
        return [convert(item) for item in cast("list[Any]", value)]

    return read


def _anything(value: Any) -> Any:
    return value


_FROM_TEXT: Mapping[Kind, Callable[[Any], Any]] = {
    "integer": _integer_of_text,
    "identifier": _integer_of_text,
    "boolean": _boolean_of_text,
    "text": _text,
    "integers": _list_of(_integer_of_text),
    "texts": _list_of(_text),
}
_FROM_JSON: Mapping[Kind, Callable[[Any], Any]] = {
    "integer": _integer,
    "identifier": _identifier,
    "boolean": _boolean,
    "text": _text,
    "object": _object,
    "objects": _list_of(_object),
    "json": _json,
    "integers": _list_of(_integer),
    "texts": _list_of(_text),
    "any": _anything,
}
