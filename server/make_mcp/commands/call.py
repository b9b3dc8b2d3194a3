"""`make-mcp call TOOL KEY=VALUE ...`: one call, as a client would make it."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

from make_mcp.callers import open_caller
from make_mcp.calls import Answer, UnknownTool
from make_mcp.commands.keys import open_keys
from make_mcp.confirmation import Nobody, Question, Reply
from make_mcp.confirmation.previews import CHANGED
from make_mcp.confirmation.question import FIELD
from make_mcp.selection import aliases, catalogue
from make_mcp.settings import Settings, SettingsError
from make_mcp.start import say
from make_tools import GROUPS
from make_tools.wording import quoted


def call(settings: Settings, tool: str, values: Sequence[str], *, as_json: bool, key: str | None = None) -> int:
    """Prints the answer; an error goes to stderr and ends with 1."""
    arguments = read_values(tool, values)
    # The practice account ends with the command, and what was done there too.
    keys = None if key is None or settings.sandbox else open_keys(settings)
    person = Terminal() if _at_a_terminal() else Nobody()
    if person.can_ask and settings.confirm == "strict":
        # The code goes from the preview to the call without anybody seeing it: here a person takes its place.
        settings = settings.model_copy(update={"confirm": "human"})

    async def run() -> int:
        async with open_caller(settings, keys=keys) as (caller, _):
            while True:
                answer = await caller.call(tool, arguments, person, key)
                if answer.is_repeated:
                    sys.stderr.write(_REPEATED)
                status = _show(answer, as_json=as_json)
                preview = answer.data if answer.data and answer.data.get("status") == "confirmation_required" else {}
                if "code" not in preview:
                    return status
                if preview.get("why") == CHANGED:
                    # Somebody works on it, or it changes by itself: going on would show preview after preview.
                    return 1
                if not person.can_ask:
                    if settings.confirm_store is None:
                        sys.stderr.write(_ENDS_WITH_US)
                    return status
                # The gate asks; a second preview is Make's own guard, and asks again.
                arguments["confirm"] = preview["code"]

    try:
        return anyio.run(run)
    except UnknownTool as error:
        raise SettingsError(str(error)) from None


def _at_a_terminal() -> bool:
    # None where a shell closed them.
    return all(stream is not None and stream.isatty() for stream in (sys.__stdin__, sys.__stderr__))


_REPEATED = "make-mcp: nothing was sent: this is the answer of an earlier call with the same idempotency key.\n"
_ENDS_WITH_US = (
    "make-mcp: this code ends with this command. Call from a terminal, where you are asked, or let commands share codes with "
    "MAKE_MCP_CONFIRM_KEY_FILE and MAKE_MCP_CONFIRM_STORE.\n"
)


def _show(answer: Answer, *, as_json: bool) -> int:
    if answer.is_error:
        sys.stderr.write(f"{answer.text}\n")
        return 1
    say(answer.text if as_json else json.dumps(answer.data, indent=2, ensure_ascii=False), flush=True)
    return 0


@dataclass(frozen=True, slots=True)
class Terminal:
    """The person at the terminal."""

    caller: str = "local"
    name: str | None = "make-mcp call"
    can_ask: bool = True
    waits: bool = True
    may_write: bool = True

    @property
    def line(self) -> str:
        return self.caller

    def answered(self, about: str) -> Reply | None:  # noqa: ARG002  # the answer comes within the call
        return None

    async def ask(self, question: Question) -> Reply:
        sys.stderr.write(
            f"\n{question.what}\nTo agree, type {quoted(question.name)}; press Enter to leave it as it is.\n> "
        )
        sys.stderr.flush()
        line = await anyio.to_thread.run_sync(sys.stdin.readline, abandon_on_cancel=True)
        if not line:
            return Reply("cancel", {})
        typed = line.rstrip("\r\n")
        return Reply("accept", {FIELD: typed}) if typed.strip() else Reply("decline", {})

    async def tell(self, seconds: float, message: str) -> None:  # noqa: ARG002  # a person sees how long it takes
        sys.stderr.write(f"make-mcp: {message}\n")


def read_values(tool: str, values: Sequence[str]) -> dict[str, Any]:
    """`key=value` pairs as JSON arguments: text where the tool takes text, otherwise what the JSON says.

    An object or a list may stand in a file: `blueprint=@blueprint.json`.

    Raises:
        SettingsError: a pair without `=`, or a key given twice.
    """
    every = catalogue(GROUPS)
    name = aliases(every).get(tool, tool)
    record = next((each for each in every if each.name == name), None)
    listed: Mapping[str, Any] = {} if record is None else record.schema["properties"]
    arguments: dict[str, Any] = {}
    for pair in values:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise SettingsError('an argument is written KEY=VALUE, such as scenarioId=5 or fields=\'["id", "name"]\'')
        if key in arguments:
            raise SettingsError(f"{key} is given twice")
        kind = listed.get(key, {}).get("type")
        if value.startswith("@") and kind in {"object", "array"}:
            value = _content(key, value[1:])
        arguments[key] = value if kind == "string" else _json_or_text(value)
    return arguments


def _content(key: str, name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise SettingsError(f"{key}=@{name} names a file that cannot be read") from None


def _json_or_text(value: str) -> Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
