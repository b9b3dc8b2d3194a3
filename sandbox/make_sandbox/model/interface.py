"""The inputs and outputs of a scenario: `{"input": [...], "output": [...]}`, each a list of named, typed fields."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, cast

from make_sandbox import errors, typed
from make_sandbox.model.account import chance
from make_sandbox.model.store import Document

EMPTY: Mapping[str, list[Document]] = {"input": [], "output": []}


def of_metadata(metadata: Mapping[str, Any]) -> Document:
    """The interface that `metadata` of a written scenario carries: `{"input_spec", "output_spec"}`."""
    return _checked("metadata", {name: metadata.get(f"{name}_spec") for name in EMPTY}, "_spec")


def changed(kept: Mapping[str, Any], given: Mapping[str, Any]) -> Document:
    """An interface with the parts that are given in place of those before. `null` empties a part."""
    return _checked("interface", {name: given.get(name, kept[name]) for name in EMPTY}, "")


def _checked(where: str, parts: Mapping[str, Any], suffix: str) -> Document:
    """The fields as they came, if they can be fields. One without a type is a text."""
    filled: Document = {name: [] if fields is None else fields for name, fields in parts.items()}
    problems = [
        problem
        for name, fields in filled.items()
        for problem in typed.faults(fields, f"{where}.{name}{suffix}", default="text")
    ]
    if problems:
        raise errors.invalid_parameters(problems)
    return filled


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
    # That Make looks into collections and arrays too is a guess.
    problems.extend(typed.problems(fields, data, strict=False, defaults=True))
    if problems:
        raise errors.invalid_inputs_of_run(problems)


def outputs(interface: Mapping[str, Any], data: Mapping[str, Any]) -> Document:
    """What a run returns: made up from its inputs, always the same for the same ones."""
    # Short, however long the inputs are: each output adds its name.
    basis = hashlib.blake2b(str(sorted(data.items(), key=str)).encode(errors="replace")).hexdigest()
    return {field["name"]: _output(field, data, basis) for field in interface["output"]}


def _output(field: Mapping[str, Any], data: Mapping[str, Any], basis: str) -> Any:
    if field["name"] in data:
        return data[field["name"]]
    seed = f"{field['name']} {basis}"
    options: Any = field.get("options")
    if isinstance(options, list) and options:
        choices = cast("list[Any]", options)
        chosen = choices[chance(seed, len(choices))]
        # An option of a select may have a label beside its value.
        return cast("Document", chosen).get("value") if isinstance(chosen, dict) else chosen
    made: Mapping[str, Any] = {"boolean": chance(seed, 2) == 1, "array": [], "collection": {}}
    kind = field.get("type", "text")
    return made[kind] if kind in made else chance(seed, 100) if kind in typed.NUMBERS else f"Sample {field['name']}"
