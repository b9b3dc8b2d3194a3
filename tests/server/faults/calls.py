"""Calls of each kind, and what their answers must say."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import anyio
from tests.server.network import ENDPOINTS, SECRETS, carried_out

from make_mcp.calls import Answer, Caller

CODES = frozenset({
    "outcome_unknown", "unreachable", "bad_upstream_response", "rate_limited", "busy", "circuit_open", "guard",
})  # fmt: skip


HIDDEN = "do-not-show"
"""In an answer, where nobody should see it."""
LETTERS = "\u202e\u200f\u2066\u2028\u0085\u200b\ufeff\t\x1b\x00"
"""Direction marks, separators and invisible letters with which a text could pose as something else."""


class Call(NamedTuple):
    """A call, and the request that it leads to once it is confirmed."""

    tool: str
    arguments: dict[str, Any]
    method: str
    path: str

    async def by(self, caller: Caller) -> Answer:
        """The call, confirmed if it writes; after a preview only where that takes a code."""
        if ENDPOINTS[self.tool].effect == "write":
            return await caller.call(self.tool, {**self.arguments, "confirm": True})
        return await carried_out(caller, self.tool, self.arguments)

    def __str__(self) -> str:
        return self.tool


READ = Call("scenarios_get", {"scenarioId": 5}, "GET", "/scenarios/5")
TEST = Call("connections_test", {"connectionId": 5}, "POST", "/connections/5/test")
"""A POST that reads."""
READS = [READ, TEST]

START = Call("scenarios_start", {"scenarioId": 5}, "POST", "/scenarios/5/start")
RUN = Call("scenarios_run", {"scenarioId": 5}, "POST", "/scenarios/5/run")
CREATE = Call("teams_create", {"name": "Crew", "organizationId": 11}, "POST", "/teams")
RENAME = Call("hooks_rename", {"hookId": 5, "name": "Orders"}, "PATCH", "/hooks/5")
DELETE = Call("hooks_delete", {"hookId": 5}, "DELETE", "/hooks/5")
SET_DATA = Call("connections_set_data", {"connectionId": 5, "data": {"apiKey": "k"}}, "POST", "/connections/5/set-data")
CLEAR = Call("incomplete_executions_delete", {"scenarioId": 5, "ids": ["0" * 32]}, "DELETE", "/dlqs")
WRITES = [START, RUN, CREATE, RENAME, DELETE, SET_DATA, CLEAR]
"""Of each method that Make has, with a body and without."""


def told(answer: Answer, call: Call, code: str | None = None) -> str:
    """The text of an error, which can be shown to anybody; with `code` it is one of ours and begins with that."""
    text = answer.text
    assert answer.is_error, text[:500]
    assert text.startswith(f"{call.tool}: {code}: " if code else f"{call.tool}: "), text
    assert "\n" not in text
    assert "Traceback" not in text
    assert "failed inside make-mcp" not in text
    assert not any(secret in text for secret in SECRETS)
    assert len(text) < 2000, f"{len(text)} characters"
    return text


def says_unknown(answer: Answer, call: Call, status: int | None = None) -> str:
    """That a write may have arrived, and which tool tells the truth; with `status` also what was answered."""
    text = told(answer, call, "outcome_unknown" if status is None else None)
    assert "outcome_unknown: " in text
    assert status is None or f"answered {status}" in text
    truth = ENDPOINTS[call.tool].truth
    assert truth in ENDPOINTS
    assert truth in text.removeprefix(f"{call.tool}: "), text
    assert not re.search("fail|nothing was", text, re.IGNORECASE), text
    return text


def says_nothing_was_sent(answer: Answer, call: Call, code: str) -> str:
    text = told(answer, call, code)
    assert "othing was sent" in text, text
    assert "may have" not in text, text
    return text


def is_short_and_safe(answer: Answer, call: Call, code: str = "bad_upstream_response") -> str:
    """The text of an error about an answer, of which it shows little."""
    text = told(answer, call, code)
    assert len(text) < 900, f"{len(text)} characters"
    assert text.isprintable()
    text.encode()
    assert not set(text) & set(LETTERS)
    assert HIDDEN not in text
    return text


def seconds_in(text: str) -> float:
    """The wait that an error tells."""
    found = re.search(r"(\d+(?:\.\d+)?) (?:s\b|seconds)", text)
    assert found is not None, f"no wait is told: {text}"
    return float(found[1])


def is_whole(answer: Answer) -> dict[str, Any]:
    """The data of a success, which stands in text and structure alike."""
    assert answer.data is not None, answer.text
    assert json.loads(answer.text) == answer.data
    return answer.data


async def together(*calls: Callable[[], Awaitable[Answer]]) -> list[Answer]:
    """Makes these calls at the same time, begun in this order; their answers in the same."""
    answers: dict[int, Answer] = {}

    async def one(number: int, call: Callable[[], Awaitable[Answer]]) -> None:
        answers[number] = await call()

    async with anyio.create_task_group() as tasks:
        for number, call in enumerate(calls):
            tasks.start_soon(one, number, call)
    return [answers[number] for number in range(len(calls))]
