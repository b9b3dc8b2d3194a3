"""The vocabulary of recipes: a tool that reads through several endpoints, and answers in one.

A recipe is a function: its name is the tool's, its docstring the description, and its parameters behind the first, which is
positional only, are the arguments. It reads alone, through the same gate as everything.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ValidationError

from make_mcp.recipes.use import Use
from make_tools import ArgumentError, Endpoint, Upstream
from make_tools.forms.plain import plainly
from make_tools.refusal import explain
from make_tools.schema import ToolSchema, in_words
from make_tools.signature import Argument, read_arguments, read_model

_MOST_UNREAD = 5
"""Sentences on what could not be read; behind them their number."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A tool of several endpoints."""

    name: str
    title: str
    description: str
    group: str
    """The toolset that it is switched on and off with."""
    scopes: tuple[str, ...]
    """Of a Make token: what it cannot do without."""
    carried_out: Callable[..., Awaitable[dict[str, Any]]]
    upstreams: tuple[Upstream, ...] = ("maton", "make")
    effect: Literal["read"] = "read"
    idempotent: bool = True
    open_world: bool = False
    exact: frozenset[str] = frozenset()
    """What of an answer may be sent back, letter by letter; the rest is without characters that nobody sees."""

    @property
    def is_exact(self) -> bool:
        return bool(self.exact)

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        return tuple(read_arguments(self.carried_out, set(), "query"))

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the arguments, as an endpoint's."""
        return self._model.model_json_schema(schema_generator=ToolSchema)

    def parse(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """A model's arguments by their names in Python; `null` for an optional one means that it was left out.

        Raises:
            ArgumentError: they do not fit; its text says what does.
        """
        may_be_left_out = {argument.name for argument in self.arguments if not argument.required}
        given = {name: v for name, v in arguments.items() if v is not None or name not in may_be_left_out}
        try:
            found = self._model.model_validate(given, by_alias=True, by_name=False)
        except ValidationError as error:
            raise ArgumentError(self.name, explain(error, self._takes(), {})) from None
        return {name: getattr(found, name) for name in type(found).model_fields}

    async def answer(self, use: Use, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """What it finds; behind it what could not be read, and at the end what to call next.

        Raises:
            ArgumentError: the arguments do not fit.
            UpstreamError: what it cannot do without could not be read.
        """
        found = await self.carried_out(use, **self.parse(arguments))
        following = found.pop("next", None)
        if use.unread:
            rest = len(use.unread) - _MOST_UNREAD
            found["unread"] = [*use.unread[:_MOST_UNREAD], *([f"And {rest} more."] if rest > 0 else [])]
        if self.is_exact:
            found = {name: value if name in self.exact else plainly(value) for name, value in found.items()}
        return found | ({"next": following} if following else {})

    def _takes(self) -> dict[str, str]:
        listed = self.schema["properties"]
        return {
            a.name: in_words(listed[a.name]) + (f" ({a.about.rstrip('.')})" if a.about else "") for a in self.arguments
        }

    @cached_property
    def _model(self) -> type[BaseModel]:
        return read_model(self.carried_out)


def recipe(
    group: str, title: str, *, scopes: tuple[str, ...] = (), exact: tuple[str, ...] = ()
) -> Callable[[Callable[..., Awaitable[dict[str, Any]]]], Recipe]:
    """Makes a function a recipe: from a `Use` and its arguments to its answer, of which `next` may be empty."""

    def read(function: Callable[..., Awaitable[dict[str, Any]]]) -> Recipe:
        if not function.__doc__:
            raise TypeError(f"{function.__name__}: a tool needs a docstring, the model reads it")
        return Recipe(
            name=function.__name__,
            title=title,
            description=inspect.cleandoc(function.__doc__),
            group=group,
            scopes=scopes,
            carried_out=function,
            exact=frozenset(exact),
        )

    return read


AnyTool: TypeAlias = Endpoint[...] | Recipe
"""What can be called by name."""
