"""`make-mcp demo`: an MCP client drives the practice account through the server, as Claude Desktop or an IDE would."""

import json
import os
import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import anyio
from mcp import Client, StdioServerParameters
from mcp.client.context import ClientRequestContext
from mcp_types import CallToolResult, ElicitRequestParams, ElicitResult, TextContent

from make_mcp.audit import Entry
from make_mcp.audit_reading import read
from make_mcp.confirmation.codes import LENGTH
from make_mcp.confirmation.question import FIELD
from make_mcp.start import out, say

Json = dict[str, Any]


class Failed(Exception):
    """A step of the demo did not show what it should."""


def demo() -> int:
    """Runs every step, or says which one failed and returns 1."""
    screen = Screen(colour=out().isatty() and "NO_COLOR" not in os.environ)
    try:
        anyio.run(_run, screen)
    except Exception as error:  # a client that cannot talk to the server is the failure that the demo is there to find
        reason = _innermost(error)
        told = str(reason) if isinstance(reason, Failed) else f"{type(reason).__name__}: {reason}"
        sys.stderr.write(f"\nThe demo stopped: {told}\n")
        return 1
    return 0


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseException", error.exceptions[0])
    return error


class Screen:
    """Prints the demo: numbered steps, calls, what came back."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour
        self._step = 0

    def step(self, text: str) -> None:
        self._step += 1
        say(f"\n{self._paint('1;36', f'{self._step}. {text}')}")

    def call(self, tool: str, arguments: Mapping[str, Any]) -> None:
        shown = {name: f"{value[:12]}…" if _is_code(value) else value for name, value in arguments.items()}
        given = self._paint("2", json.dumps(shown, ensure_ascii=False) if shown else "")
        say(f"   {self._paint('2', '>')} {tool} {given}".rstrip())

    def say(self, text: str) -> None:
        say(f"     {text}")

    def good(self, text: str) -> None:
        say(f"     {self._paint('32', 'ok')} {text}")

    def refused(self, text: str) -> None:
        say(f"     {self._paint('32', 'ok, refused:')} {text}")

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour and text else text


class Account:
    """What the demo asks of the server: calls by name, as any MCP client makes them."""

    def __init__(self, client: Client, screen: Screen) -> None:
        self._client = client
        self._screen = screen

    async def read(self, tool: str, **arguments: Any) -> Json:
        result = await self._call(tool, arguments)
        if result.is_error or result.structured_content is None:
            raise Failed(f"{tool} answered: {_text(result)}")
        if json.loads(_text(result)) != result.structured_content:
            raise Failed(f"{tool} says one thing in text and another in structured content")
        return cast("Json", result.structured_content)

    async def refused(self, tool: str, **arguments: Any) -> str:
        result = await self._call(tool, arguments)
        if not result.is_error:
            raise Failed(f"{tool} should have been refused")
        return _text(result)

    async def _call(self, tool: str, arguments: Json) -> CallToolResult:
        self._screen.call(tool, arguments)
        return await self._client.call_tool(tool, arguments)


class Person:
    """Plays the person whom the client asks: types what the question wants, or declines."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.agrees = True
        self._asked = 0

    async def answer(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:  # noqa: ARG002  # the SDK calls it so
        self._asked += 1
        self.screen.say(f"the client asks its person: {params.message}")
        typed = re.search(r'To agree, type ("(?:[^"\\]|\\.)*")', params.message)
        if not self.agrees or typed is None:
            return ElicitResult(action="decline")
        return ElicitResult(action="accept", content={FIELD: json.loads(typed[1])})

    def was_asked(self, times: int) -> None:
        if self._asked != times:
            raise Failed(f"the person was asked {self._asked} times, not {times}")


async def _run(screen: Screen) -> None:
    say("make-mcp, on a practice account: nothing here is real, and no key is needed.")
    with tempfile.TemporaryDirectory(prefix="make-mcp-demo-") as folder, anyio.fail_after(120):
        log = Path(folder) / "audit.log"
        arguments = ["-m", "make_mcp", "--sandbox", "--audit-log", str(log)]
        person = Person(screen)
        async with Client(
            StdioServerParameters(command=sys.executable, args=arguments), elicitation_callback=person.answer
        ) as client:
            account = Account(client, screen)
            await _meet(client, screen)
            organization = await _look_around(account, screen)
            await _find_a_failure(account, screen, organization)
            target = await _change_something(account, screen, organization)
            await _delete_something(account, person, target)
            await _try_what_must_not_work(account, screen, organization)
        _read_the_log(log, screen)
    say(
        "\nThat is all. To use it with an account of yours, set MATON_API_KEY, or MAKE_API_KEY and MAKE_ZONE: see README.md."
    )


async def _meet(client: Client, screen: Screen) -> None:
    screen.step("An MCP client starts the server and asks what it can do")
    tools = (await client.list_tools()).tools
    hints = [tool.annotations for tool in tools if tool.annotations is not None]
    reading = sum(hint.read_only_hint is True for hint in hints)
    screen.say(
        f"{len(tools)} tools over protocol {client.protocol_version}: {reading} only read, {len(tools) - reading} change something."
    )
    if len(hints) != len(tools) or not reading:
        raise Failed("not every tool has its hints")
    screen.say(
        "They are those that are needed most, so that a conversation stays small; `--toolsets all` lists all of them."
    )


async def _look_around(account: Account, screen: Screen) -> int:
    screen.step("It finds its way: organizations, teams, scenarios")
    organizations = (await account.read("organizations_list"))["organizations"]
    found: list[tuple[Json, list[Json]]] = []
    for organization in organizations:
        wanted = ["id", "name", "teamId", "isActive", "isinvalid", "scheduling"]
        listed = await account.read("scenarios_list", organizationId=organization["id"], sort="name", fields=wanted)
        found.append((organization, listed["scenarios"]))
    # The account has more than one organization; the demo goes where most happens.
    organization, scenarios = max(found, key=lambda pair: len(pair[1]))
    teams = (await account.read("teams_list", organizationId=organization["id"]))["teams"]
    names = {team["id"]: team["name"] for team in teams}
    screen.say(f'"{organization["name"]}" has {len(teams)} teams and {len(scenarios)} scenarios:')
    for scenario in scenarios:
        state = "invalid" if scenario["isinvalid"] else "on" if scenario["isActive"] else "off"
        kind = scenario["scheduling"]["type"]
        screen.say(f"  {scenario['id']}  {state:<8}{kind:<14}{names[scenario['teamId']]:<16}{scenario['name']}")
    if not scenarios:
        raise Failed("no organization has a scenario")
    return organization["id"]


async def _find_a_failure(account: Account, screen: Screen, organization: int) -> None:
    screen.step("It finds out what failed, and why")
    scenarios = (await account.read("scenarios_list", organizationId=organization))["scenarios"]
    troubled = next((s for s in scenarios if s.get("dlqCount")), None)
    if troubled is None:
        raise Failed("no scenario has an incomplete execution")
    found = await account.read("scenarios_diagnose", scenarioId=troubled["id"])
    screen.say(f'"{troubled["name"]}" left {troubled["dlqCount"]} incomplete executions:')
    screen.say(f"  {found['failure']['message']}")
    screen.say(f"  {found['likely']}")


async def _change_something(account: Account, screen: Screen, organization: int) -> Json:
    screen.step("It wants to switch a scenario on: first it only gets a preview")
    scenarios = (await account.read("scenarios_list", organizationId=organization, filters={"isActive": False}))[
        "scenarios"
    ]
    target = next((s for s in scenarios if not s.get("isinvalid")), None)
    if target is None:
        raise Failed("there is no scenario to switch on")
    preview = await account.read("scenarios_start", scenarioId=target["id"])
    if preview.get("status") != "confirmation_required" or preview.get("nothingChanged") is not True:
        raise Failed("a call without confirm was no preview")
    request = preview["request"]
    for line in (preview["what"], *preview["next"], f"It would send {request['method']} {request['url']}"):
        screen.say(line)
    before = await account.read("scenarios_get", scenarioId=target["id"], fields=["id", "isActive"])
    if before["scenario"]["isActive"]:
        raise Failed("the preview changed something")
    screen.good("nothing was changed")

    screen.step("The user agrees, and the client confirms")
    await account.read("scenarios_start", scenarioId=target["id"], confirm=True)
    after = await account.read("scenarios_get", scenarioId=target["id"])
    if not after["scenario"]["isActive"]:
        raise Failed("the scenario is still off")
    screen.good(f'"{target["name"]}" is on')
    run = await account.read("scenarios_run", scenarioId=target["id"], responsive=True, confirm=True)
    runs = (await account.read("scenarios_logs", scenarioId=target["id"], limit=1))["scenarioLogs"]
    if not runs or runs[0]["id"] != run["executionId"]:
        raise Failed("the run is not in the log")
    screen.good(f"it ran once: {runs[0]['operations']} operations, {runs[0]['status']}")
    return target


async def _delete_something(account: Account, person: Person, target: Json) -> None:
    screen = person.screen
    screen.step("It wants to delete that scenario: the preview comes with a code, and a person has the last word")
    preview = await account.read("scenarios_delete", scenarioId=target["id"])
    screen.say(preview["what"])
    person.agrees = False
    screen.refused(await account.refused("scenarios_delete", scenarioId=target["id"], confirm=preview["code"]))
    person.was_asked(1)

    screen.step("The user changes their mind: a new preview, a new code, and the name typed")
    preview = await account.read("scenarios_delete", scenarioId=target["id"])
    person.agrees = True
    await account.read("scenarios_delete", scenarioId=target["id"], confirm=preview["code"])
    screen.good(f'"{target["name"]}" is deleted')
    screen.refused(await account.refused("scenarios_delete", scenarioId=target["id"], confirm=preview["code"]))
    person.was_asked(2)


async def _try_what_must_not_work(account: Account, screen: Screen, organization: int) -> None:
    screen.step("What must not work does not")
    screen.refused(await account.refused("scenarios_get", scenarioId="1/../../../../google-drive/v3/files/5"))
    scenario = (await account.read("scenarios_list", organizationId=organization, limit=1))["scenarios"][0]
    screen.refused(await account.refused("scenarios_delete", scenarioId=scenario["id"], confirm="yes"))
    still = await account.read("scenarios_get", scenarioId=scenario["id"], fields=["id", "name"])
    screen.good(f'"{still["scenario"]["name"]}" is still there')


def _read_the_log(log: Path, screen: Screen) -> None:
    screen.step("Every decision is in the audit log (`make-mcp audit` shows it)")
    done = [entry for entry in read(log.read_text(encoding="utf-8").splitlines()) if isinstance(entry, Entry)]
    for entry in done:
        how = f" by {entry.by}" if entry.by else ""
        why = f" ({entry.reason})" if entry.reason else ""
        screen.say(f"{entry.tool:<18} {entry.decision}{how}{why}, {entry.outcome.replace('_', ' ')}")
    if [entry.outcome for entry in done].count("done") != 3:
        raise Failed("the log does not show the three things that were done")


def _is_code(value: object) -> bool:
    return isinstance(value, str) and len(value) == LENGTH


def _text(result: CallToolResult) -> str:
    return "".join(block.text for block in result.content if isinstance(block, TextContent))
