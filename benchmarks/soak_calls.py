"""What a soak does: calls of every kind, many at once, and a note of what became of each."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any, Final, Literal, cast

import anyio

from client import ServerError
from faulty_upstream import NEVER
from soak_servers import Reply, Wire

Kind = Literal["read", "write", "preview", "deletion", "invalid", "unknown tool", "cancelled", "cancelled late"]

PATIENCE: Final = 60.0
"""Seconds after which a call counts as one that is never answered. The server has to give up long before."""
TRIES: Final = 60

READS: Final = {
    "scenarios_get": "scenarioId",
    "scenarios_logs": "scenarioId",
    "scenarios_list": "teamId",
    "hooks_get": "hookId",
    "hooks_list": "teamId",
    "data_stores_get": "dataStoreId",
    "data_stores_list": "teamId",
    "connections_get": "connectionId",
    "connections_test": "connectionId",
    "teams_get": "teamId",
    "templates_blueprint": "templateId",
}
WRITES: Final[dict[str, tuple[str, Mapping[str, Any]]]] = {
    "scenarios_start": ("scenarioId", {}),
    "scenarios_stop": ("scenarioId", {}),
    "scenarios_run": ("scenarioId", {"data": {"order": "A-1"}}),
    "scenarios_update": ("scenarioId", {"description": "Changed by the soak"}),
    "hooks_rename": ("hookId", {"name": "Renamed by the soak"}),
    "hooks_enable": ("hookId", {}),
    "hooks_create": ("teamId", {"name": "Made by the soak"}),
    "connections_rename": ("connectionId", {"name": "Renamed by the soak"}),
    "teams_create": ("organizationId", {"name": "Made by the soak"}),
    "data_stores_update": ("dataStoreId", {"name": "Changed by the soak"}),
}
DELETIONS: Final = {
    "hooks_delete": "hookId",
    "scenarios_delete": "scenarioId",
    "connections_delete": "connectionId",
    "templates_delete": "templateId",
}
UNKNOWN: Final = ("scenarios_destroy", "scenario_get", "", "tools/call", "hooks_delete\n")
MIX: Final = {
    "read": 44,
    "write": 24,
    "preview": 5,
    "deletion": 5,
    "invalid": 8,
    "unknown tool": 4,
    "cancelled": 6,
    "cancelled late": 4,
}
"""How many of a hundred steps are of which kind. A deletion takes two calls: its preview comes first."""

_CODE: Final = re.compile(r"[a-z_]+")
_MAKE: Final = re.compile(r"(?:Make|Maton) answered ([0-9]{3})")


@dataclass(frozen=True, kw_only=True)
class Made:
    """A call, and what became of it.

    `outcome`: `answered`, `preview`, `unanswered`, `cancelled`, `unknown tool`, `argument` (refused before anything was
    sent), `not confirmed`, `refused` (by Make), or the code that an error begins with.
    """

    number: str
    kind: Kind
    tool: str
    outcome: str
    told: str = ""
    """The beginning of an error."""


class Workload:
    """Makes calls over some connections until so many were made."""

    def __init__(self, wires: Sequence[Wire], seed: int) -> None:
        self._wires = wires
        self._chance = Random(seed)
        self._numbers = count(10_000_001)
        self._silent = count(int(NEVER) * 10_000_000 + 1)
        self._enough = 0
        self._begun = 0
        self.calls = 0
        self.made: list[Made] = []
        self.wrong: list[str] = []
        """Answers that are not those of their call, or contradict themselves."""

    async def run(self, calls: int, at_once: int) -> None:
        """Goes on until so many calls were made in all."""
        self._enough = calls
        async with anyio.create_task_group() as tasks:
            for number in range(at_once):
                tasks.start_soon(self._work, self._wires[number % len(self._wires)])

    async def reach(self, wire: Wire) -> None:
        """One read that is answered, after so many others as it takes."""
        for _ in range(TRIES):
            if (await self._call(wire, "read", "scenarios_get", self._next(), "scenarioId")).outcome == "answered":
                return
            # The circuit breaker may be open.
            await anyio.sleep(2)
        raise ServerError("nothing is answered any more")

    async def _work(self, wire: Wire) -> None:
        kinds, weights = list(MIX), list(MIX.values())
        while self._begun < self._enough:
            (kind,) = self._chance.choices(kinds, weights)
            self._begun += 2 if kind == "deletion" else 1
            await self._step(wire, kind)

    async def _step(self, wire: Wire, kind: str) -> None:
        chance, number = self._chance, self._next()
        read, write, deletion = (chance.choice(list(group)) for group in (READS, WRITES, DELETIONS))
        name, more = WRITES[write]
        confirmed = {**more, "confirm": True}
        match kind:
            case "read":
                await self._call(wire, "read", read, number, READS[read])
            case "write":
                await self._call(wire, "write", write, number, name, confirmed)
            case "preview":
                await self._call(wire, "preview", write, number, name, more)
            case "deletion":
                await self._delete(wire, deletion, number)
            case "invalid":
                wrong = chance.choice([{name: str(number)}, {"confirm": "yes"}, {"nonsense": 1}, {name: [number]}])
                await self._call(wire, "invalid", write, number, name, {**confirmed, **wrong})
            case "unknown tool":
                await self._call(wire, "unknown tool", chance.choice(UNKNOWN), number, "scenarioId")
            case _:
                late = kind == "cancelled late"
                if not late:
                    number = str(next(self._silent))
                tool, named, given = (read, READS[read], {}) if chance.random() < 0.5 else (write, name, confirmed)
                with anyio.move_on_after(chance.uniform(0, 0.01 if late else 0.05)):
                    await self._call(wire, "cancelled late" if late else "cancelled", tool, number, named, given)
                    return
                self._note(number, "cancelled late" if late else "cancelled", tool, "cancelled")

    async def _delete(self, wire: Wire, tool: str, number: str) -> None:
        reply = await self._ask(wire, "preview", tool, number, {DELETIONS[tool]: int(number)})
        code = (reply.data or {}).get("code") if reply else None
        if code is None:
            # The second call is left to others.
            self._begun -= 1
            self._note(number, "preview", tool, _outcome(tool, reply), reply)
            return
        await self._call(wire, "deletion", tool, number, DELETIONS[tool], {"confirm": code})

    async def _call(  # noqa: PLR0913, PLR0917 - a call has a kind, a tool, a number and its place
        self, wire: Wire, kind: Kind, tool: str, number: str, name: str, more: Mapping[str, Any] | None = None
    ) -> Made:
        arguments = {name: int(number), **(more or {})}
        reply = await self._ask(wire, kind, tool, number, arguments)
        return self._note(number, kind, tool, _outcome(tool, reply), reply)

    async def _ask(self, wire: Wire, kind: Kind, tool: str, number: str, arguments: Mapping[str, Any]) -> Reply | None:
        reply = None
        self.calls += 1
        with anyio.move_on_after(PATIENCE):
            reply = await wire.call(tool, arguments)
        if reply is not None and (what := _wrong(kind, tool, number, reply)):
            self.wrong.append(f"{tool} {number} ({kind}): {what}: {reply.text[:300]}")
        return reply

    def _note(self, number: str, kind: Kind, tool: str, outcome: str, reply: Reply | None = None) -> Made:
        told = reply.text[:300] if reply is not None and reply.is_error else ""
        self.made.append(made := Made(number=number, kind=kind, tool=tool, outcome=outcome, told=told))
        return made

    def _next(self) -> str:
        return str(next(self._numbers))


def _outcome(tool: str, reply: Reply | None) -> str:
    if reply is None:
        return "unanswered"
    if reply.data is not None:
        return "preview" if reply.data.get("status") == "confirmation_required" else "answered"
    # Over HTTP it is an answer, so that the model reads it.
    if reply.refused or reply.text.startswith("There is no tool "):
        return "unknown tool"
    if reply.text.startswith(f"{tool} was not called: "):
        return "argument"
    said = reply.text.removeprefix(f"{tool}: ")
    if _MAKE.match(said):
        return "refused"
    code, colon, _ = said.partition(": ")
    return code if colon and _CODE.fullmatch(code) else "not confirmed"


def _wrong(kind: Kind, tool: str, number: str, reply: Reply) -> str | None:
    """What is wrong with an answer that can be seen in it alone."""
    if reply.data is not None:
        if reply.is_error:
            return "an error with data"
        if json.loads(reply.text) != reply.data:
            return "the text and the data differ"
        return _of_another(number, reply.data)
    if not reply.is_error:
        return "neither data nor an error"
    if kind != "unknown tool" and not reply.text.startswith((f"{tool}: ", f"{tool} was not called: ")):
        return "an error that does not name the tool"
    if "Traceback" in reply.text or "inside make-mcp" in reply.text:
        return "a fault of ours"
    if "outcome_unknown" in reply.text and "failed" in reply.text:
        return "an outcome that is unknown is told as a failure"
    return None


def _of_another(number: str, data: Mapping[str, Any]) -> str | None:
    if data.get("status") == "confirmation_required":
        return None if number in str(data.get("request")) else "a preview of something else"
    if not data:
        return None
    # A list shows its columns, and what is not as documented comes whole.
    listed = [str(cast("object", value)) for value in data.values() if isinstance(value, list)]
    if listed:
        return None if f"'id': {number}" in listed[0] else "the answer of another call"
    whole = data.get("answer", data)
    return None if str(whole.get("asked")).endswith(f" {number}") else "the answer of another call"
