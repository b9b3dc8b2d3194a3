"""The prompts: what a person picks from a menu. Each becomes a procedure of this server's tools, with what is known already."""

import difflib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mcp_types import (
    ContentBlock,
    EmbeddedResource,
    GetPromptResult,
    Prompt,
    PromptArgument,
    PromptMessage,
    ResourceLink,
    TextContent,
    TextResourceContents,
)

from make_mcp.offers import icons, procedures
from make_mcp.offers.names import Kind
from make_mcp.offers.subjects import Subject, Unfit, scenario, subject
from make_mcp.offers.uris import ACCOUNT, BLUEPRINT, JSON, has_links
from make_mcp.offers.visit import Visit

_LONGEST = 200
"""Characters of an argument that names something."""
Given = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer of a tool, which has left the way of every answer; with an address where a resource says the same."""

    tool: str
    text: str
    uri: str | None = None


Messages = Sequence[str | Answered | ResourceLink]
"""A text is what we say, of what a person typed and an account holds."""


@dataclass(frozen=True, slots=True)
class Argument:
    """What a prompt takes. `kind` is what its value names; None for words."""

    name: str
    about: str
    kind: Kind | None = None
    is_required: bool = True
    longest: int = _LONGEST


@dataclass(frozen=True, slots=True)
class Procedure:
    """A prompt. `needs` are tools of which one must be there for it to be of use."""

    name: str
    title: str
    about: str
    path: str
    """Of its icon."""
    arguments: tuple[Argument, ...]
    needs: tuple[str, ...]
    write: Callable[[Visit, Given], Awaitable[Messages]]

    def listed(self) -> Prompt:
        return Prompt(
            name=self.name,
            title=self.title,
            description=self.about,
            icons=icons.icon(self.path),
            arguments=[
                PromptArgument(name=one.name, description=one.about, required=one.is_required) for one in self.arguments
            ],
        )


def prompts(visit: Visit) -> list[Prompt]:
    """The prompts that are of use with the tools that are there."""
    return [procedure.listed() for procedure in _offered(visit)]


async def prompt(visit: Visit, name: str, arguments: Mapping[str, str] | None) -> GetPromptResult:
    """A prompt with what is known of its arguments.

    Raises:
        Unfit: there is no such prompt, or an argument does not fit.
    """
    # Here, before anything is cut: of half a key nobody knows that it is one.
    words = visit.caller.words
    name, arguments = words(name), {words(one): words(value) for one, value in (arguments or {}).items()}
    offered = {procedure.name: procedure for procedure in _offered(visit)}
    if name not in offered:
        names = f"There are {', '.join(offered)}." if offered else "This server offers none."
        raise Unfit(f"There is no prompt {_shown(name)}. {names}")
    procedure = offered[name]
    messages = await procedure.write(visit, _checked(procedure, arguments))
    return GetPromptResult(
        description=procedure.about,
        messages=[PromptMessage(role="user", content=_leaving(visit, message)) for message in messages],
    )


def _leaving(visit: Visit, message: str | Answered | ResourceLink) -> ContentBlock:
    """The only place where a prompt's messages take the form in which they leave."""
    if isinstance(message, str):
        return TextContent(text=visit.caller.words(message))
    if isinstance(message, ResourceLink):
        return message
    if message.uri is None:
        return TextContent(text=f"{message.tool}: {message.text}")
    return EmbeddedResource(resource=TextResourceContents(uri=message.uri, mime_type=JSON, text=message.text))


def kind_of(prompt_name: str, argument: str) -> Kind | None:
    """What the values of a prompt's argument name; None for words, and for an argument that it does not take.

    Raises:
        Unfit: there is no such prompt.
    """
    found = next((one for one in PROCEDURES if one.name == prompt_name), None)
    if found is None:
        raise Unfit(f"There is no prompt {_shown(prompt_name)}. There are {', '.join(one.name for one in PROCEDURES)}.")
    return next((one.kind for one in found.arguments if one.name == argument), None)


def _offered(visit: Visit) -> Iterator["Procedure"]:
    return (one for one in PROCEDURES if any(name in visit.present.tools for name in one.needs))


def _checked(procedure: Procedure, arguments: Mapping[str, str]) -> Given:
    known = {one.name: one for one in procedure.arguments}
    for name in arguments:
        if name not in known:
            near = difflib.get_close_matches(name[:_LONGEST], known, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise Unfit(f"{procedure.name} has no argument {_shown(name)}: it takes {_takes(procedure)}.{hint}")
    given = {name: value.strip() for name, value in arguments.items()}
    for one in procedure.arguments:
        value = given.get(one.name, "")
        if one.is_required and not value:
            raise Unfit(f"{procedure.name} needs {one.name}: {one.about[0].lower()}{one.about[1:]}")
        if len(value) > one.longest:
            raise Unfit(f"{one.name} takes at most {one.longest:,} characters, and got {len(value):,}.")
    return given


def _takes(procedure: Procedure) -> str:
    return " and ".join(one.name + ("" if one.is_required else " (optional)") for one in procedure.arguments)


def _shown(name: str) -> str:
    return f"{name[:80]!a}"


async def _diagnose(visit: Visit, given: Given) -> Messages:
    found = await scenario(given["scenario"], visit)
    answer = None if found.id is None else await visit.answer("scenarios_diagnose", scenarioId=found.id)
    text = procedures.diagnose(found, visit.present, is_answered=answer is not None)
    return [text] if answer is None else [text, Answered("scenarios_diagnose", answer)]


async def _review(visit: Visit, given: Given) -> Messages:
    found = await subject("organization", given["organization"], visit) if given.get("organization") else None
    if found is None:
        answer = await visit.answer("account_overview")
    else:
        answer = None if found.id is None else await visit.answer("account_overview", organizationId=found.id)
    text = procedures.review(found, visit.present, is_answered=answer is not None)
    return (
        [text] if answer is None else [text, Answered("account_overview", answer, ACCOUNT if found is None else None)]
    )


async def _change(visit: Visit, given: Given) -> Messages:
    found = await scenario(given["scenario"], visit)
    return [procedures.change(found, given["change"], visit.present), *_blueprint(found, visit)]


async def _move(visit: Visit, given: Given) -> Messages:
    found = await scenario(given["scenario"], visit)
    team = await subject("team", given["team"], visit)
    return [procedures.move(found, team, visit.present), *_blueprint(found, visit)]


def _blueprint(found: Subject, visit: Visit) -> list[ResourceLink]:
    """A link to the whole blueprint, for clients that know links."""
    if found.id is None or not has_links(visit.protocol) or not visit.can_read(BLUEPRINT.tool):
        return []
    return [
        ResourceLink(uri=BLUEPRINT.uri(found.id), name=f"blueprint-{found.id}", title=BLUEPRINT.title, mime_type=JSON)
    ]


_SCENARIO = Argument("scenario", "Id of the scenario, or a part of its name.", "scenario")

PROCEDURES = (
    Procedure(
        "diagnose_scenario",
        "Diagnose a scenario",
        "Find out why a scenario fails, and what to do about it.",
        icons.DIAGNOSE,
        (_SCENARIO,),
        ("scenarios_diagnose", "scenarios_logs"),
        _diagnose,
    ),
    Procedure(
        "review_account",
        "Review the account",
        "What runs, what fails, what waits, and how near the limits of the plan are.",
        icons.REVIEW,
        (
            Argument(
                "organization", "Id of the organization, or a part of its name; all without it.", "organization", False
            ),
        ),
        ("account_overview", "scenarios_list"),
        _review,
    ),
    Procedure(
        "change_scenario_safely",
        "Change a scenario safely",
        "Change a scenario step by step: read, preview, confirm, check.",
        icons.CHANGE,
        (
            _SCENARIO,
            Argument(
                "change", "What is to be different afterwards, in your words.", longest=procedures.MOST_OF_A_CHANGE
            ),
        ),
        ("scenarios_get", "scenarios_update"),
        _change,
    ),
    Procedure(
        "move_scenario",
        "Move a scenario to another team",
        "Copy a scenario to another team, with what it needs there, and switch over.",
        icons.MOVE,
        (_SCENARIO, Argument("team", "Id of the team that gets it, or a part of its name.", "team")),
        ("scenarios_export", "scenarios_clone", "scenarios_get"),
        _move,
    ),
)
"""In the order of the menu."""
