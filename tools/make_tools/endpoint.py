"""The vocabulary of the catalogue: an endpoint of Make is a signature, read once into a frozen record.

The function's name is the tool's name, its docstring the description, its parameters the arguments, its
decorator the HTTP method and path. Everything else (schema, annotations, gate, scope hints, documents) follows
from the record. Nothing here does I/O.
"""

import inspect
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, Literal, ParamSpec, Unpack, cast
from urllib.parse import quote

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json, to_json

from make_tools.options import Effect, Options, Upstream
from make_tools.refusal import ArgumentError, explain
from make_tools.schema import ToolSchema, in_words
from make_tools.shape import Form, Listing
from make_tools.signature import Argument, read_arguments, read_model

P = ParamSpec("P")

_SLOT = re.compile(r"{(\w+)}")
_BODY_METHODS = frozenset({"POST", "PATCH", "PUT"})


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP call, decided without I/O.

    `path` starts behind the base URL of its API. A list in `query` stands for a repeated key. `body` is sent as JSON;
    `None` means no body at all.
    """

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict[str, Any])
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Endpoint(Generic[P]):
    """One endpoint of Make's API (or of Maton's), and so one MCP tool."""

    name: str
    title: str
    description: str
    group: str
    method: str
    path: str
    """Template with the Python names of the arguments in braces: `/scenarios/{scenario_id}`."""
    effect: Effect
    scopes: tuple[str, ...]
    """Scopes of a Make token that the call needs; empty where it needs none, or where Make is not asked."""
    upstreams: tuple[Upstream, ...]
    """The ways to Make that offer it, in the order in which they are preferred."""
    api: Literal["make", "maton"]
    """Whose API the path belongs to: Make's (which the gateway forwards), or the gateway's own."""
    open_world: bool
    """Whether a third party beside Make is reached."""
    idempotent: bool
    query: Mapping[str, str]
    """What is always in the query."""
    perhaps: tuple[Upstream, ...] = ()
    """Ways that may pass it on and promise nothing: taken where none of `upstreams` is open."""
    guarded: bool = False
    """Whether Make asks back (406 IM004) where something depends on the target, and takes `confirmed=true` for an answer."""
    reached: tuple[str, ...] = ()
    """What Make's refusal says where the wanted state is there already: a success."""
    metered: bool = True
    """Whether Make counts the call against the requests per minute that the organization's plan allows."""
    bulky: bool = False
    """Whether an answer can hold blueprints, and be larger than any list."""
    tells_errors: bool = False
    """Whether an answer of success can hold an `error`: of what ran, and not of the call."""
    truth: str = ""
    """The tool that shows what a write really did, where no answer came; empty for a tool that reads."""
    secrets: frozenset[str] = frozenset()
    """Keys of an answer that are not for everybody's eyes, at any depth."""
    gives: str = ""
    """The key under which the answer holds the thing that was read; empty where it stands flat, or is a list."""
    shows: Listing | None = None
    """What is shown of a list."""
    form: Form | None = None
    """What is shown of an answer that is no list; without it all of it."""
    rest: str = ""
    """How to get what did not fit into an answer, where neither `fields` nor paging helps."""
    formerly: tuple[str, ...] = ()
    """Other names under which it can be called: those of Make's pages, or of earlier releases. They are not listed."""
    elsewhere: Mapping[str, str] = field(default_factory=dict[str, str])
    """Arguments that are looked for here and belong to other tools: what a refusal says of each, as "use scenarios_stop"."""
    wire: Callable[P, Mapping[str, Any] | None]

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        return tuple(read_arguments(self.wire, set(_SLOT.findall(self.path)), self._natural))

    @property
    def public_path(self) -> str:
        """The path template with the arguments' names as the model knows them: `/scenarios/{scenarioId}`."""
        names = {a.python_name: a.name for a in self.arguments}
        return _SLOT.sub(lambda slot: "{" + names[slot[1]] + "}", self.path)

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the arguments, in the dialect that every host accepts (see `schema.py`)."""
        return self._model.model_json_schema(schema_generator=ToolSchema)

    def request(self, *args: P.args, **kwargs: P.kwargs) -> Request:
        """The HTTP request for these arguments, by their Python names.

        Raises:
            ArgumentError: they do not fit.
        """
        bound = inspect.signature(self.wire).bind(*args, **kwargs)
        return self._build(bound.arguments, by_alias=False, also=())

    def parse(self, arguments: Mapping[str, Any], *, also: Collection[str] = ()) -> Request:
        """The HTTP request for a model's arguments: JSON values under the names of the schema.

        Strict: a number in quotes, `true` for 1 and unknown names are refused. `null` for an optional argument means
        that it was left out, because agent frameworks fill in what a model leaves out. `also` holds names that another
        layer adds to the tool (the gate's `confirm`), so that a refusal can name them.

        Raises:
            ArgumentError: they do not fit; its text says what does.
        """
        may_be_left_out = {a.name for a in self.arguments if not (a.required or a.nullable)}
        given = {name: v for name, v in arguments.items() if v is not None or name not in may_be_left_out}
        return self._build(given, by_alias=True, also=also)

    def _build(self, arguments: Mapping[str, Any], *, by_alias: bool, also: Collection[str]) -> Request:
        try:
            given = self._model.model_validate(dict(arguments), by_alias=by_alias, by_name=not by_alias)
        except ValidationError as error:
            raise ArgumentError(self.name, explain(error, self._takes(also), self._bundles(), self.elsewhere)) from None
        values = {name: getattr(given, name) for name in type(given).model_fields}
        try:
            replaced = self.wire(**values)  # pyright: ignore[reportCallIssue]  # the model mirrors the signature
        except ValueError as error:
            raise ArgumentError(self.name, [str(error)]) from None
        return self._place(values, given.model_fields_set, replaced)

    def _place(self, values: dict[str, Any], given: set[str], replaced: Mapping[str, Any] | None) -> Request:
        path = self.path
        places: dict[str, dict[str, Any]] = {"query": dict(self.query), "body": {}}
        for argument in self.arguments:
            value = values[argument.python_name]
            if argument.place == "here":
                continue
            if argument.place == "path":
                path = path.replace("{" + argument.python_name + "}", quote(str(value), safe=""))
            elif replaced is not None and argument.place == self._natural:
                continue
            elif argument.keys is not None:
                parts = cast("dict[str, Any]", value or {})
                places[argument.place] |= {argument.keys.get(key, key): part for key, part in parts.items()}
            elif value is not None or argument.python_name in given:
                places[argument.place][argument.wire_name] = value
        if replaced is not None:
            places[self._natural] |= replaced
        in_body = [a.name for a in self.arguments if a.place == "body"]
        if self.method == "PATCH" and not places["body"]:
            raise ArgumentError(self.name, [f"there is nothing to change: give {' or '.join(in_body)}"])
        if not _can_be_carried(places):
            raise ArgumentError(self.name, [_NO_JSON])
        return Request(self.method, path, places["query"], places["body"] if in_body else None)

    def _takes(self, also: Collection[str]) -> dict[str, str]:
        listed = self.schema["properties"]
        words = {
            a.name: in_words(listed[a.name]) + (f" ({a.about.rstrip('.')})" if a.about else "") for a in self.arguments
        }
        return words | dict.fromkeys(also, "")

    def _bundles(self) -> dict[str, Collection[str]]:
        return {a.name: tuple(a.keys) for a in self.arguments if a.keys}

    @cached_property
    def cuts_columns(self) -> bool:
        """Whether Make shows the columns that it is asked for."""
        return any(a.wire_name == "cols[]" for a in self.arguments)

    @cached_property
    def is_paged(self) -> bool:
        return any(a.wire_name == "pg[limit]" for a in self.arguments)

    @property
    def _natural(self) -> Literal["query", "body"]:
        return "body" if self.method in _BODY_METHODS else "query"

    @cached_property
    def _model(self) -> type[BaseModel]:
        return read_model(self.wire)


def _truth(group: str, method: str, path: str) -> str:
    """Of one thing that was to be deleted the reading of it tells whether it is there; of all else the list."""
    return f"{group}_get" if method == "DELETE" and _SLOT.search(path) else f"{group}_list"


_NO_JSON = "an argument holds what JSON cannot carry: half of a character, a number that is none (NaN), nesting deeper than 200"


def _can_be_carried(values: Mapping[str, Mapping[str, Any]]) -> bool:
    if not any(values.values()):
        return True
    try:
        from_json(to_json(values), allow_inf_nan=False)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A family of endpoints that is switched on and off together."""

    name: str
    about: str
    noun: str
    """One of them, as in "Delete scenario"."""
    scope: str | None
    """The resource in Make's token scopes, as in `scenarios:read`; None where no scope is needed."""
    upstreams: tuple[Upstream, ...] = ("maton", "make")
    api: Literal["make", "maton"] = "make"
    secrets: frozenset[str] = frozenset()
    """Keys of its answers that are not for everybody's eyes."""
    endpoints: "list[Endpoint[...]]" = field(default_factory=list["Endpoint[...]"])

    def get(self, path: str, **options: Unpack[Options]):
        return self._endpoint("GET", path, {"effect": "read", "idempotent": True, **options})

    def post(self, path: str, **options: Unpack[Options]):
        """A POST writes, and twice is not once, unless the endpoint says otherwise."""
        return self._endpoint("POST", path, {"effect": "write", "idempotent": False, **options})

    def patch(self, path: str, **options: Unpack[Options]):
        return self._endpoint("PATCH", path, {"effect": "write", "idempotent": True, **options})

    def delete(self, path: str, **options: Unpack[Options]):
        return self._endpoint("DELETE", path, {"effect": "destroy", "idempotent": True, **options})

    def _endpoint(
        self, method: str, path: str, options: Options
    ) -> Callable[[Callable[P, Mapping[str, Any] | None]], Endpoint[P]]:
        effect = options.get("effect", "write")
        only = options.get("only")

        def read(function: Callable[P, Mapping[str, Any] | None]) -> Endpoint[P]:
            name = function.__name__
            if not name.startswith(self.name + "_"):
                raise TypeError(f"{name}: an endpoint of this group is named {self.name}_<action>")
            if unknown := set(_SLOT.findall(path)) - set(inspect.signature(function).parameters):
                raise TypeError(f"{name}: {path} names {unknown}, the signature does not")
            if not function.__doc__:
                raise TypeError(f"{name}: a tool needs a docstring, the model reads it")
            action = name.removeprefix(self.name + "_")
            noun = self.name.replace("_", " ") if action == "list" else self.noun
            usual = () if self.scope is None else (f"{self.scope}:{'read' if effect == 'read' else 'write'}",)
            endpoint = Endpoint(
                name=name,
                title=options.get("title", f"{action.capitalize()} {noun}"),
                description=inspect.cleandoc(function.__doc__),
                group=self.name,
                method=method,
                path=path,
                effect=effect,
                scopes=options.get("scopes", usual),
                upstreams=self.upstreams if only is None else (only,),
                api=self.api,
                open_world=options.get("open_world", False),
                idempotent=options.get("idempotent", False),
                query=options.get("query", {}),
                perhaps=options.get("perhaps", ()),
                guarded=options.get("guarded", False),
                reached=options.get("reached", ()),
                metered=options.get("metered", True),
                bulky=options.get("bulky", False),
                tells_errors=options.get("tells_errors", False),
                truth="" if effect == "read" else options.get("truth", _truth(self.name, method, path)),
                secrets=self.secrets,
                gives=options.get("gives", ""),
                shows=options.get("shows"),
                form=options.get("form"),
                rest=options.get("rest", ""),
                formerly=options.get("formerly", ()),
                elsewhere=options.get("elsewhere", {}),
                wire=function,
            )
            if options.get("listed", True):
                self.endpoints.append(endpoint)
            return endpoint

        return read
