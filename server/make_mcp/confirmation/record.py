"""What the audit log keeps of one call that writes: filled step by step, complete however the call ends."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, cast

from make_mcp.audit import By, Decision, Entry, Outcome, Target
from make_mcp.confirmation.errors import NotConfirmed
from make_mcp.confirmation.person import AnswerAwaited, Client
from make_mcp.upstream.errors import BadAnswer, GuardError, Held, NotConfigured, OutcomeUnknown, Refused, Unreachable
from make_tools import ArgumentError, Endpoint

_PARENTS = frozenset({"teamId", "organizationId", "scenarioId"})


class Record:
    """One call. As a context manager it learns from the exception with which the call ends."""

    def __init__(self, endpoint: Endpoint[...], client: Client, policy: str) -> None:
        self._endpoint = endpoint
        self._client = client
        self._policy = policy
        self._target: Target = {}
        self._decision: Decision = "refused"
        self._reason: str | None = None
        self._by: By | None = None
        self._outcome: Outcome = "nothing_sent"
        self._status: int | None = None

    def about(self, given: Mapping[str, Any]) -> None:
        """Takes the ids of the target out of arguments that were checked, or where there is none yet of what it will
        belong to: nothing else of them is kept.
        """
        own = {argument.name for argument in self._endpoint.arguments if argument.place == "path"}
        names = own or {"ids", *_PARENTS}
        if given.get("all") is True:
            given = {**given, "ids": "all"}
        self._target = cast(
            "Target", {name: given[name] for name in given if name in names and given[name] is not None}
        )

    def previewed(self, *, changed: bool = False, guarded: bool = False) -> None:
        # A call that Make held back is confirmed and refused there; the new preview is part of that answer.
        if guarded:
            self._reason = "in_use"
            return
        self._decision, self._by = "previewed", None
        self._reason = "target_changed" if changed else None

    def confirmed(self, by: By) -> None:
        self._decision, self._by = "confirmed", by

    def leaves(self) -> None:
        """The request is about to be sent: from here on only an answer tells what happened."""
        self._outcome = "unknown"

    def done(self, status: int) -> None:
        self._outcome, self._status = "done", status

    def already_so(self) -> None:
        self._outcome = "already_so"

    def refused_by_make(self, status: int) -> None:
        self._outcome, self._status = "refused_by_make", status

    def __enter__(self) -> "Record":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        match error:
            case None:
                pass
            case AnswerAwaited():
                self._decision, self._by = "asked", None
            case ArgumentError():
                self._refused("arguments")
            case NotConfirmed():
                self._refused(error.reason)
            case NotConfigured():
                self._refused("no_key")
            case GuardError():
                self._reason, self._outcome = "address", "not_sent"
            case Unreachable() | Held():
                self._outcome = "not_sent"
            case Refused():
                self._outcome = "unknown" if error.leaves_it_open else "refused_by_make"
                self._status = error.status
            case BadAnswer():
                self._outcome, self._status = "unknown", error.status
            case OutcomeUnknown():
                self._outcome = "unknown"
            case _ if self._outcome == "nothing_sent":
                self._refused("cancelled" if not isinstance(error, Exception) else "fault")
            case _:
                self._outcome = "unknown"

    def _refused(self, reason: str) -> None:
        self._decision, self._by, self._reason, self._outcome = "refused", None, reason, "nothing_sent"

    def entry(self) -> Entry:
        return Entry(
            time=datetime.now(UTC),
            caller=self._client.caller,
            client=self._client.name,
            tool=self._endpoint.name,
            target=self._target,
            decision=self._decision,
            reason=self._reason,
            by=self._by,
            policy=self._policy,
            outcome=self._outcome,
            status=self._status,
        )
