"""The texts that follow from the catalogue: listing, tables, manifest."""

import inspect
import json
from collections.abc import Mapping, Sequence
from typing import Any, get_type_hints

from pydantic import TypeAdapter

from make_mcp import __version__
from make_mcp.confirmation import schema
from make_mcp.selection import tool
from make_mcp.settings import KEYS, Settings, variable
from make_tools import GROUPS, Endpoint, Upstream
from make_tools.previews import PLANS

ENDPOINTS: Sequence[Endpoint[...]] = [endpoint for group in GROUPS for endpoint in group.endpoints]
UPSTREAMS: Mapping[tuple[Upstream, ...], str] = {("maton", "make"): "", ("make",): " \\*", ("maton",): " †"}


def listing(endpoint: Endpoint[...]) -> dict[str, Any]:
    """The entry of `tools/list`, as it goes over the wire."""
    return tool(endpoint, schema("standard", endpoint)).model_dump(by_alias=True, mode="json", exclude_none=True)


def as_json(data: object) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def readme_table() -> str:
    """One row a group: the actions by effect."""
    rows = ["| group | read | write | destroy |", "|---|---|---|---|"]
    for group in GROUPS:
        cells: list[str] = []
        for effect in ("read", "write", "destroy"):
            members = [e for e in group.endpoints if e.effect == effect]
            marks = {e.name: "" if e.upstreams == group.upstreams else UPSTREAMS[e.upstreams] for e in members}
            cells.append(", ".join(f"`{e.name.removeprefix(group.name + '_')}`{marks[e.name]}" for e in members))
        rows.append(f"| `{group.name}`{UPSTREAMS[group.upstreams]} | {' | '.join(cells)} |")
    return "\n".join(rows)


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
            "is kept short (420 bytes a tool), so most descriptions stand here and in refusals rather than there."
        ),
        (
            "Left out on purpose: `callbackUrl` of a run (it would let a model choose an address to which Make sends data), `metadata` "
            "of a scenario (sent along, it wipes inputs and outputs), `islinked` (an old name of `isActive`), `transferLimit` of a "
            "team (Make derives it), and the choice of columns where the answer is one small thing."
        ),
    ]
    for group in GROUPS:
        parts.append(f"## {group.name}\n\n{group.about}")
        for endpoint in group.endpoints:
            ways = {"maton": "Maton gateway", "make": "Make's API"}
            facts = [
                f"`{endpoint.method} {endpoint.public_path}`",
                endpoint.effect,
                "scope " + ", ".join(f"`{s}`" for s in endpoint.scopes) if endpoint.scopes else "no scope",
                " and ".join(ways[upstream] for upstream in endpoint.upstreams),
            ]
            parts.append(f"### {endpoint.name}\n\n{endpoint.description}\n\n{'; '.join(facts)}.")
            if endpoint.arguments:
                parts.append("\n".join(_argument_rows(endpoint)))
    return "\n\n".join(parts) + "\n"


def _argument_rows(endpoint: Endpoint[...]) -> list[str]:
    rows: list[str] = []
    for argument in endpoint.arguments:
        required = ", required" if argument.required else ""
        told = f": {argument.about}" if argument.about else ""
        rows.append(f"- `{argument.name}` ({_kind(endpoint.schema['properties'][argument.name])}{required}){told}")
        if argument.keys:
            hint = get_type_hints(endpoint.wire, include_extras=True)[argument.python_name]
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
    calls = ["server/discover ", "tools/list ", *(f"tools/call {e.name}" for e in ENDPOINTS if e.effect == "read")]
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
        "tools": [{"name": e.name, "description": e.description} for e in ENDPOINTS],
        "tools_generated": True,
        "user_config": options,
        "compatibility": {"platforms": ["darwin", "linux", "win32"], "runtimes": {"python": ">=3.11.0 <4.0.0"}},
    }
