"""The question to a person: what would happen, and the name of the target to type.

A form with one required field, never an empty one, never a link, never anything secret. Who answers is told apart from what
they answer: a client may close a form or answer in the person's place, and only the typed name counts as a yes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Literal, Protocol

from make_mcp.confirmation.errors import NotConfirmed
from make_tools.previews import Sight
from make_tools.wording import counted, quoted, safe

FIELD = "typedName"
_MOST_DEPENDENTS = 5
_MOST_SENTENCES = 3
_LONGEST_LINE = 1500


@dataclass(frozen=True, slots=True)
class Question:
    """A form for a person. `about` is the code that it is asked for: an answer counts for no other."""

    about: str
    message: str
    """One line."""
    schema: Mapping[str, Any]
    name: str
    """What has to be typed."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the action as the protocol names it, and the fields of the form."""

    action: Literal["accept", "decline", "cancel"]
    content: Mapping[str, Any]


class Client(Protocol):
    """Who calls, and whether a person can be asked there."""

    @property
    def caller(self) -> str:
        """Whom a code is given to: the signed-in principal, or who else there can be on this transport."""
        ...

    @property
    def name(self) -> str | None:
        """The client's own name for itself, which nobody has checked."""
        ...

    @property
    def can_ask(self) -> bool: ...

    @property
    def waits(self) -> bool:
        """Whether `ask` waits for the person, so that the world may have moved on meanwhile."""
        ...

    def answered(self, about: str) -> Reply | None:
        """The answer to the question about this code, if this call brings it."""
        ...

    async def ask(self, question: Question) -> Reply:
        """Asks the person.

        Raises:
            AnswerAwaited: the client has to call again with the answer.
        """
        ...


class AnswerAwaited(Exception):
    """Not a failure: the call ends here with a question, and the client calls again with the answer."""

    def __init__(self, question: Question) -> None:
        super().__init__("the person's answer is awaited")
        self.question = question


@dataclass(frozen=True, slots=True)
class Nobody:
    """A caller that has no person to ask."""

    caller: str = "local"
    name: str | None = None
    can_ask: bool = False
    waits: bool = False

    def answered(self, about: str) -> Reply | None:  # noqa: ARG002  # no question, no answer
        return None

    async def ask(self, question: Question) -> Reply:
        raise RuntimeError(f"nobody can be asked: {question.message}")


def question(about: str, sight: Sight) -> Question:
    """The question for what a preview showed. Our verb comes first, our request for the name last."""
    then = sight.next[:_MOST_SENTENCES]
    room = _LONGEST_LINE - len(" ".join([sight.what, *then]))
    line = safe(" ".join([sight.what, *_concerned(sight.dependents, room), *then]), _LONGEST_LINE)
    typed = quoted(sight.name)
    return Question(
        about,
        f"{line} An agent asks for this through make-mcp. To agree, type {typed}; to refuse, decline.",
        {
            "type": "object",
            "properties": {
                FIELD: {
                    "type": "string",
                    "title": "Type the name to agree",
                    "description": f"Exactly: {typed}",
                    "minLength": 1,
                }
            },
            "required": [FIELD],
        },
        sight.name,
    )


def _concerned(dependents: Sequence[str], room: int) -> Iterator[str]:
    """The first dependents as one sentence, each whole or not at all: one cut in two would leave its quotes open."""
    if not dependents:
        return
    room -= len(" Concerned: ; and 1,000 more.")
    ends = accumulate(len(one) + 2 for one in dependents)
    named = [one for one, end in zip(dependents, ends, strict=True) if end <= room][:_MOST_DEPENDENTS]
    if more := len(dependents) - len(named):
        named.append(f"and {more:,} more" if named else counted(more, "thing"))
    yield f"Concerned: {'; '.join(named)}."


def agreed(reply: Reply, name: str | None) -> None:
    """Raises NotConfirmed for a no, and for a yes without the name; without a name to compare with any will do."""
    if reply.action == "decline":
        raise NotConfirmed("declined", f"The person declined. {_STOP}")
    if reply.action != "accept":
        raise NotConfirmed("cancelled", f"The question was closed without an answer. {_STOP}")
    typed = reply.content.get(FIELD)
    if not isinstance(typed, str) or not typed.strip():
        raise NotConfirmed("no_answer", f"The client accepted the form without the name that a person types. {_STOP}")
    # The name stands in quotes in the question: some type them too.
    if name is not None and name not in {typed, typed.strip(), typed.strip().removeprefix('"').removesuffix('"')}:
        raise NotConfirmed("wrong_name", f"The name that was typed is not that of the target. {_STOP}")


_STOP = "Nothing was changed, and the code is used up. Do not try again unless the user asks for it anew."
