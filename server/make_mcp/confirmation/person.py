"""The person behind a call: whether they can be asked, and what counts as their yes.

Who answers is told apart from what
they answer: a client may close a form or answer in the person's place, and only the typed name counts as a yes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol
from unicodedata import normalize

from make_mcp.confirmation.errors import NotConfirmed
from make_mcp.confirmation.question import FIELD, Question


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
    def line(self) -> str:
        """Where its calls queue: sessions of one caller that can be told apart do not stand behind one another."""
        ...

    @property
    def name(self) -> str | None:
        """The client's own name for itself, which nobody has checked."""
        ...

    @property
    def can_ask(self) -> bool: ...

    @property
    def may_write(self) -> bool:
        """Whether who signed in may change anything."""
        ...

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

    async def tell(self, seconds: float, message: str) -> None:
        """Tells the client why the call takes so long, which it has for so many seconds; that only grows."""
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
    may_write: bool = True

    @property
    def line(self) -> str:
        return self.caller

    def answered(self, about: str) -> Reply | None:  # noqa: ARG002  # no question, no answer
        return None

    async def ask(self, question: Question) -> Reply:
        raise RuntimeError(f"nobody can be asked: {question.message}")

    async def tell(self, seconds: float, message: str) -> None:
        pass


def agreed(reply: Reply, name: str | None) -> None:
    """Raises NotConfirmed for a no, and for a yes without the name; without a name to compare with any will do."""
    if reply.action == "decline":
        raise NotConfirmed("declined", f"The person declined. {_STOP}")
    if reply.action != "accept":
        raise NotConfirmed("cancelled", f"The question was closed without an answer. {_STOP}")
    typed = reply.content.get(FIELD)
    if not isinstance(typed, str) or not typed.strip():
        raise NotConfirmed("no_answer", f"The client accepted the form without the name that a person types. {_STOP}")
    if name is not None and not _is_typed(name, typed):
        raise NotConfirmed("wrong_name", f"The name that was typed is not that of the target. {_STOP}")


def _is_typed(name: str, typed: str) -> bool:
    # Keyboards differ in how they put an accent on a letter.
    given = normalize("NFC", typed)
    # The name stands in quotes in the question: some type them too.
    return normalize("NFC", name) in {given, given.strip(), given.strip().removeprefix('"').removesuffix('"')}


_STOP = (
    "Nothing was changed, and the code is used up. Next: ask the user; do not try again unless they ask for it anew."
)
