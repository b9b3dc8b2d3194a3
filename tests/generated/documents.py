"""The texts that follow from the catalogue: listing, tables, manifest."""

import inspect
import json
from collections.abc import Mapping, Sequence
from typing import Any, get_type_hints

from pydantic import TypeAdapter

from make_mcp import __version__
from make_mcp.commands.cost import Cost, cost, tokens
from make_mcp.present import READ, SEARCH
from make_mcp.recipes import AnyTool, Recipe
from make_mcp.selection import catalogue, input_schema, is_usual, tool, toolsets
from make_mcp.settings import KEYS, Settings, variable
from make_tools import GROUPS, Endpoint, Upstream
from make_tools.previews import PLANS

ENDPOINTS: Sequence[Endpoint[...]] = [endpoint for group in GROUPS for endpoint in group.endpoints]
TOOLS: Sequence[AnyTool] = catalogue(GROUPS)
UPSTREAMS: Mapping[tuple[Upstream, ...], str] = {("maton", "make"): "", ("make",): " \\*", ("maton",): " †"}


def listing(record: AnyTool) -> dict[str, Any]:
    """The entry of `tools/list`, as it goes over the wire."""
    return tool(record, input_schema(record, "standard")).model_dump(by_alias=True, mode="json", exclude_none=True)


def as_json(data: object) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def readme_table() -> str:
    """One row a group: the actions by effect, those that are listed without a flag in bold."""
    rows = ["| toolset | read | write | destroy |", "|---|---|---|---|"]
    usual_ways = {group.name: group.upstreams for group in GROUPS}
    for name in toolsets(GROUPS):
        ways = usual_ways.get(name, ("maton", "make"))
        cells: list[str] = []
        for effect in ("read", "write", "destroy"):
            members = [each for each in TOOLS if each.group == name and each.effect == effect]
            cells.append(
                ", ".join(
                    _short(each) + ("" if each.upstreams == ways else UPSTREAMS[each.upstreams]) for each in members
                )
            )
        rows.append(f"| `{name}`{UPSTREAMS[ways]} | {' | '.join(cells)} |")
    return "\n".join([*rows, "", _legend()])


def _legend() -> str:
    maton, make = (sum(way in each.upstreams for each in TOOLS) for way in ("maton", "make"))
    usual = [each for each in TOOLS if is_usual(each)]
    few, many = (round(tokens(_cost(tools).whole), -2) for tools in (usual, TOOLS))
    return (
        f"\\* on Make's own API only, † on the Maton gateway only: {maton} tools with a Maton key, {make} with a Make token, "
        f"{len(TOOLS)} with both.\n\n**What stands in bold is listed by default**: {len(usual)} tools, about {few:,} tokens in every "
        f"conversation, where all {len(TOOLS)} are {many:,}."
    )


def _cost(records: Sequence[AnyTool]) -> Cost:
    return cost([tool(record, input_schema(record, "standard")) for record in records])


def _short(record: AnyTool) -> str:
    name = f"`{record.name.removeprefix(record.group + '_')}`"
    return f"**{name}**" if is_usual(record) else name


def previews_table() -> str:
    """One row for each tool that writes: what it does, and what its preview shows."""
    rows = ["| tool | effect | what it does | what its preview shows |", "|---|---|---|---|"]
    for endpoint in ENDPOINTS:
        if endpoint.effect != "read":
            shows = inspect.cleandoc(PLANS[endpoint.name].__doc__ or "").replace("\n", " ")
            rows.append(f"| `{endpoint.name}` | {endpoint.effect} | {endpoint.description} | {shows} |")
    return "\n".join(rows)


def tools_document() -> str:
    """Every tool with its request and every argument."""
    parts = [
        "# The tools",
        "Generated from the catalogue: `pytest --accept` writes this page.",
        (
            "`confirm` stands beside the arguments of every tool that writes: without it the answer is a preview. It takes `true`, "
            "or the code of the preview where there is one ([safety](safety.md))."
        ),
        (
            "`filters` bundles what a list is seldom asked for; each key is checked like an argument. The listing that a model reads "
            "is kept short (420 bytes a tool), so most descriptions stand here and in refusals rather than there. An argument that is "
            "marked as not listed is taken all the same."
        ),
        (
            "A recipe is a tool of several endpoints, which reads what would otherwise take several calls. A tool that is not listed by "
            "default is brought by `--toolsets all`, or by the name of its toolset."
        ),
        (
            "Left out on purpose: `callbackUrl` of a run (it would let a model choose an address to which Make sends data), `metadata` "
            "of a scenario (sent along, it wipes inputs and outputs), `islinked` (an old name of `isActive`), `transferLimit` of a "
            "team (Make derives it), and the choice of columns where the answer is one small thing."
        ),
    ]
    for name, about in toolsets(GROUPS).items():
        parts.append(f"## {name}\n\n{about}")
        for record in TOOLS:
            if record.group == name:
                parts.append(f"### {record.name}\n\n{record.description}\n\n{'; '.join(_facts(record))}.")
                if record.arguments:
                    parts.append("\n".join(_argument_rows(record)))
    return "\n\n".join(parts) + "\n"


def _facts(record: AnyTool) -> list[str]:
    ways = {"maton": "Maton gateway", "make": "Make's API"}
    former = (
        [f"also called {', '.join(f'`{old}`' for old in record.formerly)}"]
        if isinstance(record, Endpoint) and record.formerly
        else []
    )
    return [
        "a recipe" if isinstance(record, Recipe) else f"`{record.method} {record.public_path}`",
        record.effect,
        "scope " + ", ".join(f"`{s}`" for s in record.scopes) if record.scopes else "no scope",
        " and ".join(ways[upstream] for upstream in record.upstreams),
        *(["listed by default"] if is_usual(record) else []),
        *former,
    ]


def _argument_rows(record: AnyTool) -> list[str]:
    rows: list[str] = []
    for argument in record.arguments:
        more = (", required" if argument.required else "") + (", not listed" if argument.is_rare else "")
        told = f": {argument.about}" if argument.about else ""
        rows.append(f"- `{argument.name}` ({_kind(record.schema['properties'][argument.name])}{more}){told}")
        if argument.keys and isinstance(record, Endpoint):
            hint = get_type_hints(record.wire, include_extras=True)[argument.python_name]
            keys = TypeAdapter[Any](hint).json_schema()
            listed = next(iter(keys["$defs"].values()))["properties"]
            rows += [f"    - `{key}` ({_kind(listed[key])})" for key in argument.keys]
    return rows


def _kind(listed: Mapping[str, Any]) -> str:
    if "enum" in listed:
        return " or ".join(f"`{json.dumps(value)}`" for value in listed["enum"])
    if listed.get("type") == "array":
        return f"list of {_kind(listed['items'])}"
    return listed.get("type", "")


def settings_table() -> str:
    rows = ["| environment | flag | what it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        flag = "" if name in KEYS else f"`--{name.replace('_', '-')}`"
        rows.append(f"| `{variable(name)}` | {flag} | {field.description} |")
    return "\n".join(rows)


def nginx_reads() -> str:
    """What a proxy may send to another replica when one dies, as lines of a map of nginx."""
    reading = [*(each.name for each in TOOLS if each.effect == "read"), SEARCH, READ]
    calls = ["server/discover ", "tools/list ", *(f"tools/call {name}" for name in reading)]
    lines = ["# Generated from the catalogue (`pytest --accept`): what changes nothing, so that it may be sent again."]
    return "\n".join([*lines, *(f'"2026-07-28 {call}" /-reads;' for call in calls)]) + "\n"


def between_markers(text: str, marker: str, content: str) -> str:
    """The text with what stands between `<!-- marker -->` and `<!-- /marker -->` replaced."""
    start, end = f"<!-- {marker} -->", f"<!-- /{marker} -->"
    head, _, rest = text.partition(start)
    _, found, tail = rest.partition(end)
    if not found:
        raise ValueError(f"there is no {start} … {end}")
    return f"{head}{start}\n\n{content}\n\n{end}{tail}"


def manifest() -> dict[str, Any]:
    """The MCPB manifest: what Claude Desktop asks for, and how it starts the server."""

    def option(
        title: str, about: str, kind: str = "string", *, default: object = "", sensitive: bool = False
    ) -> dict[str, Any]:
        # A default is always given: without one a host leaves the placeholder in the environment.
        entry = {"type": kind, "title": title, "description": about, "required": False, "default": default}
        return entry | ({"sensitive": True} if sensitive else {})

    options = {
        "maton_api_key": option(
            "Maton API key", "From maton.ai/settings. Either this, or a Make API token.", sensitive=True
        ),
        "maton_connection": option(
            "Maton connection", "Only where several Make accounts are linked: the id of the one to use."
        ),
        "make_api_key": option(
            "Make API token", "From your Make profile, API access. Needs the zone too.", sensitive=True
        ),
        "make_zone": option("Make zone", "The host that you see when you are signed in at Make, such as eu1.make.com."),
        "confirm": option(
            "Confirmation",
            "standard: deletions take a code, and you type a name where Claude can ask you. strict: every change takes a code. "
            "human: nothing is changed unless Claude can ask you, which Claude Desktop could not when this was written.",
            default="standard",
        ),
        "toolsets": option(
            "Tools",
            "Empty: the usual tools are listed, and all others can be called. all: every tool is listed. Or groups, such as "
            "scenarios,hooks: these tools and no others.",
        ),
        "read_only": option("Read only", "Remove every tool that changes something.", "boolean", default=False),
        "sandbox": option(
            "Practice account", "Use a practice account instead of yours: no key needed.", "boolean", default=False
        ),
    }
    return {
        "$schema": "https://raw.githubusercontent.com/anthropics/mcpb/main/dist/mcpb-manifest.schema.json",
        "manifest_version": "0.4",
        "name": "make-mcp",
        "display_name": "Make",
        "version": __version__,
        "description": "Read, run, repair and change Make.com automations, each change shown before it is made.",
        "long_description": (
            "make-mcp lets an assistant work with the scenarios of a Make.com account: find them, see why one failed, retry, "
            "run, switch on and off, create and change them, through the Maton gateway or Make's own API. "
            "Nothing is changed without a preview and an explicit confirmation."
        ),
        "author": {"name": "The make-mcp authors"},
        "icon": "icon.png",
        "license": "MIT",
        "keywords": ["make", "automation", "scenarios", "maton", "integromat"],
        "server": {
            "type": "uv",
            "entry_point": "server/main.py",
            "mcp_config": {
                "command": "uv",
                "args": ["run", "--quiet", "--no-dev", "--directory", "${__dirname}", "make-mcp"],
                "env": {variable(name): f"${{user_config.{name}}}" for name in options},
            },
        },
        "tools": [{"name": each.name, "description": each.description} for each in TOOLS],
        "tools_generated": True,
        "prompts_generated": True,
        "user_config": options,
        "compatibility": {"platforms": ["darwin", "linux", "win32"], "runtimes": {"python": ">=3.11.0 <4.0.0"}},
    }
