"""One call on its way through the gate, and how it can end there."""

from dataclasses import dataclass, replace
from typing import Any

from make_mcp.confirmation.codes import Claim
from make_mcp.confirmation.person import Client
from make_mcp.confirmation.record import Record
from make_tools import Endpoint, Request
from make_tools.previews import Call


@dataclass(frozen=True, slots=True)
class Done:
    """What Make answered."""

    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """What the gate says in place of an answer of Make: a preview, or that the wanted state is there already."""

    content: dict[str, Any]


class Changed(Exception):
    """The target is not what it was: a new preview takes the place of the call."""

    def __init__(self, told: Told) -> None:
        super().__init__("the target has changed")
        self.told = told


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call on its way through the gate."""

    endpoint: Endpoint[...]
    call: Call
    client: Client
    record: Record
    since: float
    """When the call began, or a person in the middle of it had answered: the deadline counts from there."""

    @property
    def request(self) -> Request:
        """What leaves: Make's own guard is overruled by a code for that alone."""
        plain = self.call.request
        return replace(plain, query={**plain.query, "confirmed": True}) if self.call.forced else plain

    def overruling(self) -> "Attempt":
        """The same attempt, with Make's own guard overruled."""
        return replace(self, call=replace(self.call, forced=True))

    @property
    def claim(self) -> Claim:
        return Claim(self.endpoint.name, self.call.request, self.client.caller)
