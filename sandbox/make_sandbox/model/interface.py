"""The inputs and outputs of a scenario: `{"input": [...], "output": [...]}`, each a list of named, typed fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from make_sandbox import errors
from make_sandbox.model.account import chance
from make_sandbox.model.store import Document

EMPTY: Mapping[str, list[Document]] = {"input": [], "output": []}

TYPES: Mapping[str, tuple[type, ...]] = {
    "number": (int, float),
    "uinteger": (int,),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
    "collection": (dict,),
}
"""Everything else is text."""


def of_metadata(metadata: Mapping[str, Any]) -> Document:
    """The interface that `metadata` of a written scenario carries: `{"input_spec", "output_spec"}`."""
    return {"input": _fields(metadata, "input_spec"), "output": _fields(metadata, "output_spec")}


def _fields(metadata: Mapping[str, Any], name: str) -> list[Document]:
    fields: Any = metadata.get(name, [])
    if not isinstance(fields, list) or not all(_is_field(field) for field in cast("list[Any]", fields)):
        raise errors.invalid_parameter(f"metadata.{name}")
    return cast("list[Document]", fields)


def _is_field(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    field = cast("Document", value)
    return isinstance(field.get("name"), str) and isinstance(field.get("type", "text"), str)


def check_scheduling(interface: Mapping[str, Any], scheduling: Mapping[str, Any]) -> None:
    """A scenario with inputs runs on demand only (422 IM016)."""
    if interface["input"] and scheduling["type"] != "on-demand":
        raise errors.inputs_need_on_demand()


def check_inputs(interface: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    """Refuses the `data` of a run that does not fit. A scenario without inputs takes anything."""
    fields: list[Document] = interface["input"]
    if not fields:
        return
    problems = [f"Unknown parameter '{name}'." for name in data if name not in {field["name"] for field in fields}]
    for field in fields:
        value = data.get(field["name"], field.get("default"))
        if value is None:
            if field.get("required"):
                problems.append(f"Missing value of required parameter '{field['name']}'.")
        elif not _fits(value, field.get("type", "text")):
            problems.append(f"Invalid {field.get('type', 'text')} in parameter '{field['name']}'.")
    if problems:
        raise errors.invalid_inputs_of_run(problems)


def _fits(value: Any, kind: str) -> bool:
    if isinstance(value, bool) and kind != "boolean":
        return False
    return isinstance(value, TYPES.get(kind, (str,)))


def outputs(interface: Mapping[str, Any], data: Mapping[str, Any]) -> Document:
    """What a run returns: made up from its inputs, always the same for the same ones."""
    return {field["name"]: _output(field, data) for field in interface["output"]}


def _output(field: Mapping[str, Any], data: Mapping[str, Any]) -> Any:
    if field["name"] in data:
        return data[field["name"]]
    seed = f"{field['name']} {sorted(data.items(), key=str)}"
    options: Any = field.get("options")
    if isinstance(options, list) and options:
        choices = cast("list[Any]", options)
        return choices[chance(seed, len(choices))]
    made: Mapping[str, Any] = {"boolean": chance(seed, 2) == 1, "array": [], "collection": {}}
    kind = field.get("type", "text")
    return made[kind] if kind in made else chance(seed, 100) if kind in TYPES else f"Sample {field['name']}"
