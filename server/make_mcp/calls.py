"""From a tool's name and arguments to its answer: the path of every call, whatever brought it here."""

import logging
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import anyio

from make_mcp.absent import Absent
from make_mcp.answers import Shaping
from make_mcp.confirmation import CONFIRM, AnswerAwaited, Client, Gate, Nobody, NotConfirmed, Told
from make_mcp.confirmation.codes import Claim
from make_mcp.confirmation.policy import Policy
from make_mcp.confirmation.record import Record
from make_mcp.duplicates import Made, creates
from make_mcp.idempotency import InMemory, KeyRefused, Keys, Turn, again
from make_mcp.recipes import AnyTool, Recipe, Use
from make_mcp.recipes.choosing import Choosing
from make_mcp.selection import aliases
from make_mcp.shaping.reading import Reading
from make_mcp.telemetry.observer import NOTHING, Observer
from make_mcp.telemetry.traced import trace
from make_mcp.upstream import UpstreamError
from make_tools import ArgumentError, Endpoint

log = logging.getLogger(__name__)


class UnknownTool(LookupError):
    """There is no such tool on this server; the text says why, and which one was perhaps meant."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call yields: data that `text` repeats as compact JSON, or an error in words and no data."""

    text: str
    data: dict[str, Any] | None
    is_repeated: bool = False
    """Whether it is the answer of an earlier call with the same idempotency key: this one sent nothing."""
    outcome: str = "ok"
    """How the call ended, in a word, for logs and metrics."""

    @property
    def is_error(self) -> bool:
        return self.data is None


NOBODY = Nobody()
"""Who calls where nobody is behind the call."""


class Caller:
    """Runs calls against the tools of this server."""

    def __init__(  # noqa: PLR0913  # the parts of a call's path, the last two seldom given
        self,
        tools: Mapping[str, AnyTool],
        gate: Gate,
        shaping: Shaping,
        absent: Absent,
        keys: Keys | None = None,
        *,
        observer: Observer = NOTHING,
    ) -> None:
        self._tools = tools
        self._now = aliases(tools.values())
        self._gate = gate
        self._shaping = shaping
        self._reading = Reading(gate, shaping.most)
        self._absent = absent
        self._keys = InMemory() if keys is None else keys
        self._choosing = Choosing()
        self._made = Made()
        self._observer = observer

    def reads(self, name: str) -> bool:
        """Whether this tool only reads."""
        tool = self._find(name)
        return tool is not None and tool.effect == "read"

    @property
    def tools(self) -> list[str]:
        """The names of the tools that can be called, listed or not, as far as that is known."""
        return [name for name, tool in self._tools.items() if not self._absent.barred(tool)]

    @property
    def policy(self) -> Policy:
        """How a write is confirmed."""
        return self._gate.policy

    def _find(self, name: str) -> AnyTool | None:
        """The tool of this name, or that formerly had it."""
        return self._tools.get(self._now.get(name, name))

    def words(self, text: str) -> str:
        """A text for this caller, without what must not leave."""
        return self._shaping.words(text)

    async def call(
        self, name: str, arguments: Mapping[str, Any], client: Client = NOBODY, key: object = None
    ) -> Answer:
        """One call. What writes, and brings an idempotency key that it brought before, gets its first answer again.

        Raises:
            UnknownTool: no tool of this server.
            AnswerAwaited: a person is to be asked first.

        Every other failure is an answer that says what to do.
        """
        if (tool := self._find(name)) is None:
            # Its name is the client's own, and may be anything.
            self._observer.called(None, "unknown_tool", 0.0)
            raise UnknownTool(self._shaping.words(self._absent.why(name)))
        begun = anyio.current_time()
        outcome = "cancelled"
        try:
            discreet = self._shaping.client(client)
            if why := self._absent.barred(tool):
                answer = Answer(f"{why} Nothing was sent.", None, outcome="no_scope")
            elif tool.effect == "read" or isinstance(tool, Recipe):
                answer = await self._read(tool, arguments, discreet)
            else:
                answer = await self._call(tool, arguments, discreet, key)
        except AnswerAwaited:
            outcome = "asked"
            raise
        else:
            outcome = answer.outcome
            return answer
        finally:
            self._tell(tool.name, outcome, anyio.current_time() - begun, client)

    def _tell(self, name: str, outcome: str, seconds: float, client: Client) -> None:
        self._observer.called(name, outcome, seconds)
        if log.isEnabledFor(logging.INFO):
            ms = round(seconds * 1000)
            told = {"tool": name, "outcome": outcome, "ms": ms, "caller": client.caller}
            ids = trace()
            shown = "" if ids is None else f", trace {ids[0]}"
            log.info("%s: %s in %d ms, caller %s%s", name, outcome, ms, client.caller, shown, extra={"call": told})

    def use(self, client: Client = NOBODY) -> Use:
        """What reads for this client outside of a tool: for prompts, resources and completions."""
        return self._use(self._shaping.client(client))

    def shown(self, data: dict[str, Any], *, is_exact: bool = False) -> str:
        """What was read so, as compact JSON, however large; with every character where it may be sent back."""
        return replace(self._shaping, most=sys.maxsize).answer(None, data, is_exact=is_exact)[0]

    def _use(self, client: Client) -> Use:
        return Use(self._reading.way, client, self._shaping.discreet, self._shaping.most)

    async def _read(self, tool: AnyTool, arguments: Mapping[str, Any], client: Client) -> Answer:
        try:
            if isinstance(tool, Recipe):
                found = await tool.answer(self._use(client), arguments)
                return Answer(*self._noted(partial(self._shaping.answer, None, is_exact=tool.is_exact), found))
            return Answer(*self._shaping.answer(tool, await self._reading.answer(tool, arguments, client)))
        except Exception as error:  # a fault of ours must not end the session, nor show its inside
            return self._failure(tool.name, error)

    async def _call(self, endpoint: Endpoint[...], arguments: Mapping[str, Any], client: Client, key: object) -> Answer:
        try:
            # Who may not write is told so by the gate, which looks at nothing.
            if client.may_write:
                arguments = await self._choosing.spelled_out(self._use(client), endpoint, arguments)
            # What is only read or shown may be read or shown again.
            if key is None or not arguments.get(CONFIRM):
                return await self._carry_out(endpoint, arguments, client)
            call = _digest(endpoint, arguments, client)
            async with self._keys.turn(endpoint, client.caller, key, call, client.tell) as turn:
                if turn.before is not None:
                    text, data = again(endpoint, turn.before, arguments)
                    # It may have been kept by a process that shows more.
                    shown = (self._shaping.words(text), None) if data is None else self._shaping.answer(endpoint, data)
                    return Answer(*shown, is_repeated=True, outcome="repeated")
                answer = await self._carry_out(endpoint, arguments, client, turn)
                turn.answered(answer.text, is_error=answer.is_error)
                return answer
        except AnswerAwaited:
            raise
        except Exception as error:  # as below
            return self._failure(endpoint.name, error)

    async def _carry_out(
        self, endpoint: Endpoint[...], arguments: Mapping[str, Any], client: Client, turn: Turn | None = None
    ) -> Answer:
        try:
            outcome = await self._gate.call(endpoint, arguments, client, self._deciding(endpoint, turn))
            if isinstance(outcome, Told):
                told = "previewed" if outcome.content["status"] == "confirmation_required" else "already_so"
                return Answer(*self._noted(self._shaping.exactly, outcome.content), outcome=told)
            data = outcome.data
            if creates(endpoint):
                data = self._made.answered(_digest(endpoint, arguments, client), data, is_meant=turn is not None)
            return Answer(*self._shaping.answer(endpoint, data))
        except AnswerAwaited:
            raise
        except Exception as error:  # a fault of ours must not end the session, nor show its inside
            return self._failure(endpoint.name, error)

    def _deciding(self, endpoint: Endpoint[...], turn: Turn | None) -> Callable[[Record], None]:
        """What hears of the gate's decision about a write."""

        def decided(record: Record) -> None:
            if turn is not None:
                turn.decided(record)
            if self._observer is not NOTHING:
                entry = record.entry()
                self._observer.decided(endpoint.effect, entry.decision, entry.outcome, entry.reason)

        return decided

    def _noted(
        self, shape: Callable[[dict[str, Any]], tuple[str, dict[str, Any]]], data: dict[str, Any]
    ) -> tuple[str, dict[str, Any]]:
        """What is ours in its form, with a word on the tools that it names and that cannot be called here."""
        text, shown = shape(data)
        if note := self._absent.note(text):
            return shape(data | {"note": f"{data['note']} {note}" if "note" in data else note})
        return text, shown

    def _failure(self, name: str, error: Exception) -> Answer:
        if isinstance(error, ArgumentError | NotConfirmed | KeyRefused | UpstreamError):
            # What was called is named, and not what it reads by the way, which may be no tool at all.
            text = f"{name}: {error}" if isinstance(error, NotConfirmed | KeyRefused) else renamed(name, str(error))
            text = f"{text} {self._absent.note(text)}".rstrip()
            return Answer(self._shaping.words(text), None, outcome=_word(error))
        # The traceback may hold what the model or Make sent: only for who asks for it.
        log.log(logging.ERROR, "%s failed inside make-mcp: %s", name, type(error).__name__)
        log.debug("%s failed inside make-mcp", name, exc_info=error)
        return Answer(
            f"{name} failed inside make-mcp ({type(error).__name__}). {_AFTER_A_FAULT}", None, outcome="fault"
        )


def renamed(name: str, text: str) -> str:
    """The text of an error, beginning with this name in place of the tool that it begins with."""
    return _AT_FIRST.sub(lambda _: name, text)


def _word(error: ArgumentError | NotConfirmed | KeyRefused | UpstreamError) -> str:
    match error:
        case ArgumentError():
            return "arguments"
        case NotConfirmed():
            return "not_confirmed"
        case KeyRefused():
            return "key_refused"
        case UpstreamError():
            return error.word


def _digest(endpoint: Endpoint[...], arguments: Mapping[str, Any], client: Client) -> bytes:
    """What would be sent for whom, however it was written and confirmed.

    Raises:
        ArgumentError: an argument does not fit.
    """
    given = {name: value for name, value in arguments.items() if name != CONFIRM}
    return Claim(endpoint.name, endpoint.parse(given, also=(CONFIRM,)), client.caller).digest(force=False)


_AT_FIRST = re.compile(r"^[a-z]+(?:_[a-z]+)+(?=: | was not called)")
"""The tool that an error begins with."""
_AFTER_A_FAULT = (
    "If it changes something, check what is true before you repeat it. Next: start the server with --log-level debug, and see its log "
    "(stderr)."
)
