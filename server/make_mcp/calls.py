"""From a tool's name and arguments to its answer: the path of every call, whatever brought it here."""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from make_mcp.answers import answer, exactly, without
from make_mcp.confirmation import AnswerAwaited, Client, Done, Gate, Nobody, NotConfirmed
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

    @property
    def is_error(self) -> bool:
        return self.data is None


NOBODY = Nobody()
"""Who calls where nobody is behind the call."""


class Caller:
    """Runs calls against the tools of this server."""

    def __init__(
        self,
        tools: Mapping[str, Endpoint[...]],
        gate: Gate,
        secrets: Collection[str],
        why_not: Callable[[str], str],
    ) -> None:
        self._tools = tools
        self._gate = gate
        self._secrets = secrets
        self._why_not = why_not

    async def call(self, name: str, arguments: Mapping[str, Any], client: Client = NOBODY) -> Answer:
        """One call.

        Raises:
            UnknownTool: no tool of this server.
            AnswerAwaited: a person is to be asked first.

        Every other failure is an answer that says what to do.
        """
        if (endpoint := self._tools.get(name)) is None:
            raise UnknownTool(self._why_not(name))
        try:
            outcome = await self._gate.call(endpoint, arguments, client)
        except AnswerAwaited:
            raise
        except (ArgumentError, NotConfirmed, UpstreamError) as error:
            text = f"{name}: {error}" if isinstance(error, NotConfirmed) else str(error)
            return Answer(without(text, self._secrets), None)
        except Exception as error:  # a fault of ours must not end the session, nor show its inside
            # The traceback may hold what the model or Make sent: only for who asks for it.
            log.log(logging.ERROR, "%s failed inside make-mcp: %s", name, type(error).__name__)
            log.debug("%s failed inside make-mcp", name, exc_info=error)
            return Answer(f"{name} failed inside make-mcp ({type(error).__name__}). {_AFTER_A_FAULT}", None)
        if isinstance(outcome, Done):
            return Answer(*answer(outcome.data, self._secrets))
        return Answer(*exactly(outcome.content, self._secrets))


_AFTER_A_FAULT = (
    "If it changes something, check before you repeat it. The server's log (stderr) says more with --log-level debug."
)
