"""Three tools in place of a listing, for hosts that take few: one finds tools, two call them.

A call goes the way of the tool that it is for: its gate, its answers, its line in the audit log. There are two, one for what
reads and one for what changes things, so that what a host is told of them is true.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any

import anyio
from mcp_types import Tool, ToolAnnotations
from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema
from pydantic_core import from_json, to_json

from make_mcp.absent import Absent
from make_mcp.answers import Shaping
from make_mcp.calls import NOBODY, Answer, Caller
from make_mcp.confirmation import CONFIRM, Client, Gate
from make_mcp.finding import found
from make_mcp.idempotency import Keys
from make_mcp.present import READ, SEARCH, WRITE
from make_mcp.recipes import AnyTool
from make_mcp.telemetry.observer import NOTHING, Observer
from make_tools import ArgumentError
from make_tools.arguments import Text
from make_tools.refusal import explain
from make_tools.schema import ToolSchema, in_words
from make_tools.signature import read_model

_MOST_FOUND = 8
_WITH_SCHEMA = 3
"""Of what was found: the best, of which one is most likely called next."""
_CONFIRMED_THERE = f" `{CONFIRM}` stands inside `arguments`."


def _object(value: object) -> object:
    # Agents write an object as text as often as not.
    if not isinstance(value, str):
        return value
    try:
        return from_json(value)
    except ValueError:
        raise ValueError("is a string that is no JSON: send an object") from None


def _search(
    query: Annotated[Text, Field(description="Words, or a tool's name")] | None = None, group: Text | None = None
) -> None:
    """What finding takes."""


def _call(
    name: Annotated[Text, Field(description=f"From {SEARCH}")],
    arguments: Annotated[dict[str, Any], BeforeValidator(_object), WithJsonSchema({"type": "object"})] | None = None,
) -> None:
    """What calling takes."""


_MEANT = {
    **dict.fromkeys(("tool", "toolName", "tool_name"), "did you mean `name`?"),
    **dict.fromkeys(("args", "params", "parameters", "input"), "did you mean `arguments`?"),
}
"""What agents write in place of our names."""
_FORMS = {SEARCH: read_model(_search), READ: read_model(_call), WRITE: read_model(_call)}
_ABOUT = {
    SEARCH: ("Search tools", "Find tools for Make by words. Without a query: groups, and the names in each."),
    READ: ("Call a reading tool", "Call a tool that only reads."),
    WRITE: (
        "Call a writing tool",
        f"Call a tool that changes something: first a preview, then again with `{CONFIRM}` in arguments.",
    ),
}


def own_tools(*, writes: bool, output: Mapping[str, Any] | None) -> tuple[Tool, ...]:
    """The three tools; two where nothing can be changed. `output` is what every answer fits, where that is to be listed."""
    return tuple(
        Tool(
            name=name,
            title=title,
            description=about,
            input_schema=_FORMS[name].model_json_schema(schema_generator=ToolSchema),
            output_schema=None if output is None else dict(output),
            # What is called may reach further than Make.
            annotations=ToolAnnotations(
                read_only_hint=name != WRITE, destructive_hint=name == WRITE, open_world_hint=name != SEARCH
            ),
        )
        for name, (title, about) in _ABOUT.items()
        if writes or name != WRITE
    )


class _NotCalled(Exception):
    """A call for a tool that was not made; the text is for the agent."""


class Catalog(Caller):
    """Finds and calls the tools of this server, which can be called under their own names too."""

    def __init__(  # noqa: PLR0913  # as a caller, and one more
        self,
        tools: Mapping[str, AnyTool],
        gate: Gate,
        shaping: Shaping,
        absent: Absent,
        keys: Keys | None = None,
        *,
        observer: Observer = NOTHING,
        schema: Callable[[AnyTool], Mapping[str, Any]],
    ) -> None:
        """`schema` is what a tool takes."""
        super().__init__(tools, gate, shaping, absent, keys, observer=observer)
        self._schema = schema

    def reads(self, name: str) -> bool:
        return name in {SEARCH, READ} or super().reads(name)

    async def call(
        self, name: str, arguments: Mapping[str, Any], client: Client = NOBODY, key: object = None
    ) -> Answer:
        if name not in _FORMS:
            return await super().call(name, arguments, client, key)
        begun = anyio.current_time()
        try:
            given = _given(name, arguments)
            target = None if name == SEARCH else self._target(name, given["name"])
            if target is not None:
                return self._told_where(await super().call(target.name, given["arguments"] or {}, client, key))
            data = self._found(given["query"], given["group"], may_write=client.may_write)
            answer = Answer(*self._shaping.answer(None, data))
        except (ArgumentError, _NotCalled) as error:
            answer = Answer(self.words(str(error)), None, outcome="arguments")
        self._tell(name, answer.outcome, anyio.current_time() - begun, client)
        return answer

    def _target(self, name: str, wanted: str) -> AnyTool:
        """The tool that a call is for.

        Raises:
            _NotCalled: there is none of that name, or it is for the other of the two.
        """
        if (target := self._find(wanted)) is None:
            raise _NotCalled(f"{name}: {self._absent.why(wanted)} Next: {SEARCH}.")
        if (target.effect == "read") is not (name == READ):
            does, other = ("only reads", READ) if name == WRITE else ("changes things", WRITE)
            raise _NotCalled(f"{name}: {target.name} {does}. Next: {other} with the same name and arguments.")
        return target

    def _found(self, query: str | None, group: str | None, *, may_write: bool) -> dict[str, Any]:
        """The tools that a query is about, and what the best of them take; without one the names in each group.

        Raises:
            ArgumentError: there is no such group.
        """
        groups: dict[str, list[AnyTool]] = {}
        for name in self.tools:
            record = self._tools[name]
            if record.effect == "read" or may_write:
                groups.setdefault(record.group, []).append(record)
        if group is not None and group not in groups:
            raise ArgumentError(SEARCH, [f"`group` takes one of {', '.join(groups)}"])
        if query is None and group is None:
            return {"groups": {name: [record.name for record in members] for name, members in groups.items()}}
        within = [record for name, members in groups.items() if group in (None, name) for record in members]
        if query is None:
            return {"tools": [_entry(record) for record in within]}
        matching = found(query, within)
        if not matching:
            return {
                "tools": [],
                "note": f"Nothing here is about that. Next: {SEARCH} without arguments shows what there is.",
            }
        best = [_entry(record) | {"inputSchema": self._schema(record)} for record in matching[:_WITH_SCHEMA]]
        others = [_entry(record) for record in matching[_WITH_SCHEMA:_MOST_FOUND]]
        left = len(matching) - len(best) - len(others)
        return {"tools": [*best, *others]} | ({"more": left} if left else {})

    def _told_where(self, answer: Answer) -> Answer:
        """The answer; a preview says where its confirmation goes."""
        if answer.data is None or answer.outcome != "previewed":
            return answer
        data = answer.data | {"toConfirm": f"{answer.data.get('toConfirm', '')}{_CONFIRMED_THERE}"}
        text = to_json(data, inf_nan_mode="null")
        return answer if len(text) > self._shaping.most else replace(answer, data=data, text=text.decode())


def _given(name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of one of the three.

    Raises:
        ArgumentError: they do not fit.
    """
    if name != SEARCH and CONFIRM in arguments:
        raise ArgumentError(name, [f"`{CONFIRM}` stands inside `arguments`"])
    form = _FORMS[name]
    given = {key: value for key, value in arguments.items() if value is not None}
    try:
        return dict(form.model_validate(given, by_alias=True, by_name=False))
    except ValidationError as error:
        listed = form.model_json_schema(schema_generator=ToolSchema)["properties"]
        takes = {key: in_words(schema) for key, schema in listed.items()}
        raise ArgumentError(name, explain(error, takes, elsewhere=_MEANT)) from None


def _entry(record: AnyTool) -> dict[str, Any]:
    return {"name": record.name, "description": record.description, "effect": record.effect}
