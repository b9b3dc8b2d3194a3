"""An agent that plays a script: what it calls, and what that costs the one who reads and writes it."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Answer:
    text: str
    is_error: bool


Ask = Callable[[str, Mapping[str, Any]], Awaitable[Answer]]


class Refused(Exception):
    """The tool answered with an error. Its text is the message; a script may go on from it."""


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One call: what the model writes and what it reads."""

    tool: str
    arguments: Mapping[str, Any]
    text: str

    @property
    def sent(self) -> str:
        return compact(self.arguments)

    @property
    def size(self) -> int:
        """Bytes of the arguments and of the answer's text."""
        return len(self.sent.encode()) + len(self.text.encode())

    @property
    def size_without_layout(self) -> int:
        """The same, had the answer come without spaces and line ends between its values."""
        try:
            text = compact(json.loads(self.text))
        except ValueError:
            text = self.text
        return len(self.sent.encode()) + len(text.encode())


@dataclass(kw_only=True)
class Agent:
    """Calls tools by name, and keeps what was said. A script that is played has nothing else to go by."""

    ask: Ask
    exchanges: list[Exchange] = field(default_factory=list[Exchange])

    async def call(self, tool: str, /, **arguments: Any) -> Any:
        """The answer's JSON. An argument may have an underscore behind its name, where Python knows the word.

        Raises:
            Refused: the tool answered with an error.
        """
        given = {name.rstrip("_"): value for name, value in arguments.items()}
        answer = await self.ask(tool, given)
        self.exchanges.append(Exchange(tool=tool, arguments=given, text=answer.text))
        if answer.is_error:
            raise Refused(answer.text)
        return json.loads(answer.text)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an agent would report. `missing` says what its tools cannot do, where they cannot."""

    found: Json
    missing: str = ""


Script = Callable[[Agent], Awaitable[Outcome]]


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def named(rows: list[Json], name: str) -> Json:
    """The row of this name, as a reader finds it in a list.

    Raises:
        LookupError: there is none, or more than one.
    """
    found = [row for row in rows if row["name"] == name]
    if len(found) != 1:
        raise LookupError(f"{len(found)} of {len(rows)} are named {name!r}")
    return found[0]
