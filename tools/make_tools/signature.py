"""Reads a function's signature: which arguments there are, and where each goes on the wire."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo
from typing_extensions import Doc, is_typeddict


@dataclass(frozen=True, slots=True)
class Wire:
    """Says of an argument where the wire departs from the rule.

    The rule: its name in camelCase, in the body of POST, PATCH and PUT, in the query of GET and DELETE. `here` is for what
    shapes the answer and is never sent.
    """

    name: str | None = None
    place: Literal["query", "body", "here"] | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """Gives an argument the name that Make gave it, where that is not its Python name in camelCase."""

    name: str


class Spread:
    """Marks an argument that is an object, of which each key goes to the wire on its own."""


class Rare:
    """Marks an argument that is seldom needed: documents and refusals name it, and no listing spends bytes on it."""


class Nullable:
    """Marks an optional argument whose explicit `null` goes out to Make, where it clears the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One parameter of an endpoint: its name in Python, for the model, and on the wire."""

    python_name: str
    name: str
    wire_name: str
    place: Literal["path", "query", "body", "here"]
    required: bool
    nullable: bool
    about: str
    """What it is, and which tool yields it."""
    keys: Mapping[str, str] | None
    """For an object that is spread: its keys, and the name of each on the wire where it is known."""
    is_rare: bool = False
    """Whether no listing shows it."""


def read_arguments(function: Callable[..., Any], slots: set[str], natural: Literal["query", "body"]) -> list[Argument]:
    """The arguments in the order of the signature. `slots` are those of the path; `natural` is where the others go."""
    found: list[Argument] = []
    for parameter, hint in _parameters(function):
        marks = list(_marks(hint))
        wire = next((m for m in marks if isinstance(m, Wire)), Wire())
        name = _name(parameter.name, marks)
        found.append(
            Argument(
                python_name=parameter.name,
                name=name,
                wire_name=wire.name or name,
                place="path" if parameter.name in slots else (wire.place or natural),
                required=parameter.default is parameter.empty,
                nullable=any(isinstance(m, Nullable) for m in marks),
                about=_about(marks),
                keys=_keys(hint) if any(isinstance(m, Spread) for m in marks) else None,
                is_rare=any(isinstance(m, Rare) for m in marks),
            )
        )
    return found


def read_model(function: Callable[..., Any]) -> type[BaseModel]:
    """The model that checks the arguments: strict, and closed against names that nobody declared."""
    fields: dict[str, Any] = {}
    for parameter, hint in _parameters(function):
        default = ... if parameter.default is parameter.empty else parameter.default
        fields[parameter.name] = (hint, Field(default, alias=_name(parameter.name, list(_marks(hint)))))
    config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        validate_by_name=True,
        validate_by_alias=True,
        protected_namespaces=(),
        hide_input_in_errors=True,
    )
    return create_model(function.__name__, __config__=config, **fields)


def _parameters(function: Callable[..., Any]) -> Iterator[tuple[inspect.Parameter, Any]]:
    hints = get_type_hints(function, include_extras=True)
    for parameter in inspect.signature(function).parameters.values():
        # What is positional only is handed in by who calls the function, and is no argument of the tool.
        if parameter.kind is parameter.POSITIONAL_ONLY:
            continue
        yield parameter, hints[parameter.name]


def _name(python_name: str, marks: list[Any]) -> str:
    return next((m.name for m in marks if isinstance(m, Named)), to_camel(python_name.rstrip("_")))


def _marks(hint: Any) -> Iterator[Any]:
    """What `Annotated` says of an argument, also of one that is `| None`; the outermost first."""
    if get_origin(hint) is Annotated:
        yield from reversed(hint.__metadata__)
        yield from _marks(hint.__origin__)
    elif get_origin(hint) in {Union, UnionType}:
        for branch in get_args(hint):
            yield from _marks(branch)


def _about(marks: list[Any]) -> str:
    for mark in marks:
        if isinstance(mark, Doc):
            return mark.documentation
    return next((m.description for m in marks if isinstance(m, FieldInfo) and m.description), "")


def _keys(hint: Any) -> dict[str, str]:
    """The keys of a TypedDict with their names on the wire; nothing for an object of another kind."""
    if get_origin(hint) in {Annotated, Union, UnionType}:
        return {k: v for branch in get_args(hint) if branch is not NoneType for k, v in _keys(branch).items()}
    if not is_typeddict(hint):
        return {}
    marks = {key: _marks(of) for key, of in get_type_hints(hint, include_extras=True).items()}
    wires = {key: next((m for m in found if isinstance(m, Wire)), Wire()) for key, found in marks.items()}
    return {key: wire.name or key for key, wire in wires.items()}
