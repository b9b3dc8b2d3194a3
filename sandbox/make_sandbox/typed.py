"""Typed fields: what data structures and the interfaces of scenarios are made of, and whether values fit them.

A specification is a list of fields: `{"name", "type", "label"?, "required"?, "options"?, "spec"?, ...}`. The `spec` of
a collection is a list of fields again; that of an array is one field, or a list of fields when its items are
collections.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, cast

Field = dict[str, Any]

NUMBERS = frozenset({"number", "integer", "int", "uinteger", "port"})
DATES = frozenset({"date", "timestamp"})
TEXTS = frozenset(
    {
        "account", "aiagent", "cert", "color", "datastore", "editor", "email", "filename", "folder", "hidden", "hook",
        "html", "keychain", "password", "path", "pkey", "text", "time", "timezone", "udt", "url", "uuid",
    }
)  # fmt: skip
OTHERS: Mapping[str, tuple[type, ...]] = {
    "any": (object,),
    "array": (list,),
    "boolean": (bool,),
    "buffer": (str, dict),
    "collection": (dict,),
    "file": (str, dict),
    "filter": (list,),
    "json": (object,),
    "select": (object,),
}
"""What the value of a field may be. Text has to be a text, numbers and dates have rules of their own."""

TYPES = NUMBERS | DATES | TEXTS | OTHERS.keys()
"""Documented for data structures are text, number, boolean, date, buffer, collection and array. The others are types of
fields elsewhere in Make, and taken here as well.
"""

PARTS: Mapping[str, type] = {"required": bool, "multiline": bool, "help": str, "label": str}
"""What else a field may say of itself. A default may be anything."""

DEEPEST = 20
"""How deep collections and arrays may lie in each other; Make's own limit is not documented."""


def faults(fields: Any, where: str, *, default: str | None = None, depth: int = DEEPEST) -> Iterator[str]:
    """What is wrong with a list of fields: each needs a name of its own, and a type unless there is a `default` one."""
    if not isinstance(fields, list):
        yield f"Invalid array in parameter '{where}'."
        return
    if not depth:
        yield f"Invalid value in parameter '{where}'. It is nested too deep."
        return
    names: set[str] = set()
    for number, field in enumerate(cast("list[Any]", fields)):
        here = f"{where}[{number}]"
        if isinstance(field, dict):
            name: Any = cast("Field", field).get("name")
            if not isinstance(name, str) or not name:
                yield f"Missing value of required parameter '{here}.name'."
            elif name in names:
                yield f"Invalid value in parameter '{here}.name'. The name '{name}' is used twice."
            else:
                names.add(name)
        yield from _faults_of(field, here, default, depth)


def _faults_of(value: Any, where: str, default: str | None, depth: int) -> Iterator[str]:
    """What is wrong with one field, its name apart: what lies in an array has none."""
    if not isinstance(value, dict):
        yield f"Invalid object in parameter '{where}'."
        return
    field = cast("Field", value)
    kind = field.get("type", default)
    if kind is None:
        yield f"Missing value of required parameter '{where}.type'."
    elif not isinstance(kind, str) or kind not in TYPES:
        yield f"Invalid value in parameter '{where}.type'. Unknown type '{kind}'."
    for name, expected in PARTS.items():
        if not isinstance(field.get(name), (expected, type(None))):
            yield f"Invalid value in parameter '{where}.{name}'."
    if not _are_options(field.get("options")):
        yield f"Invalid value in parameter '{where}.options'."
    inner = field.get("spec")
    if kind == "array" and isinstance(inner, dict) and depth > 1:
        yield from _faults_of(inner, f"{where}.spec", default, depth - 1)
    elif inner is not None:
        yield from faults(inner, f"{where}.spec", default=default, depth=depth - 1)


def _are_options(options: Any) -> bool:
    """None, a store of options (an object), or a list of values or of `{"label", "value"}`."""
    if options is None or isinstance(options, dict):
        return True
    return isinstance(options, list) and all(
        not isinstance(option, dict) or "value" in option for option in cast("list[Any]", options)
    )


def problems(
    fields: list[Field], data: Mapping[str, Any], *, strict: bool, defaults: bool = False, path: str = ""
) -> Iterator[str]:
    """What is missing in an object or does not fit. Names that no field has are refused when `strict`; with `defaults`
    the default of a field stands in for its value.

    How far Make checks values is not documented; here each has to be of its field's JSON type, and is never converted.
    """
    names = {field["name"] for field in fields}
    if strict:
        yield from (f"Unknown parameter '{path}{name}'." for name in data if name not in names)
    for field in fields:
        where = f"{path}{field['name']}"
        value = data.get(field["name"], field.get("default") if defaults else None)
        if value is not None:
            yield from _misfits(field, value, where, strict=strict)
        elif field.get("required"):
            yield f"Missing value of required parameter '{where}'."


def _misfits(field: Field, value: Any, where: str, *, strict: bool) -> Iterator[str]:
    kind: str = field.get("type", "text")
    inner: Any = field.get("spec")
    if not _fits(field, kind, value):
        yield f"Invalid {'value' if kind == 'select' else kind} in parameter '{where}'."
    elif kind == "collection" and inner:
        yield from problems(inner, value, strict=strict, path=f"{where}.")
    elif kind == "array" and inner:
        item: Field = cast("Field", inner) if isinstance(inner, dict) else {"type": "collection", "spec": inner}
        for number, part in enumerate(cast("list[Any]", value)):
            yield from _misfits(item, part, f"{where}[{number}]", strict=strict)


def _fits(field: Field, kind: str, value: Any) -> bool:
    if kind == "select":
        return _is_option(field, value)
    if kind in NUMBERS:
        return _is_number(kind, value)
    if kind in DATES:
        return _is_moment(value)
    return isinstance(value, OTHERS.get(kind, (str,)))


def _is_option(field: Field, value: Any) -> bool:
    if field.get("multiple"):
        single = {**field, "multiple": False}
        return isinstance(value, list) and all(_is_option(single, one) for one in cast("list[Any]", value))
    options: Any = field.get("options")
    if not isinstance(options, list) or not options:
        return not isinstance(value, list | dict)
    choices = cast("list[Any]", options)
    values = [cast("Field", one).get("value") if isinstance(one, dict) else one for one in choices]
    return any(type(one) is type(value) and one == value for one in values)


def _is_number(kind: str, value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if kind != "number" and isinstance(value, float) and not value.is_integer():
        return False
    return value >= 0 or kind not in ("uinteger", "port")


def _is_moment(value: Any) -> bool:
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return True
