"""`scenarios_export`: a scenario's blueprint, and what it needs to run elsewhere."""

from collections.abc import Mapping
from functools import partial
from itertools import accumulate
from typing import Any, Final

from pydantic_core import to_json

from make_mcp.recipes.needs import custom_apps, custom_functions, hidden, used
from make_mcp.recipes.recipe import recipe
from make_mcp.recipes.steps import step
from make_mcp.recipes.use import Use
from make_mcp.recipes.values import by_id, id_of, object_of, present, text_of
from make_tools import Endpoint
from make_tools.arguments import ScenarioId, Whole
from make_tools.connections import connections_list
from make_tools.data_stores import data_stores_list
from make_tools.flow import UsedKind, as_list
from make_tools.forms.outline import outline
from make_tools.hooks import hooks_list
from make_tools.scenarios import scenarios_blueprint, scenarios_clone, scenarios_create, scenarios_get, scenarios_update

_LISTS: Final[Mapping[UsedKind, tuple[Endpoint[...], str, Mapping[str, str]]]] = {
    "connections": (connections_list, "The names of its connections", {"name": "name", "accountName": "type"}),
    "hooks": (hooks_list, "The names of its hooks", {"name": "name", "typeName": "type"}),
    "dataStores": (data_stores_list, "The names of its data stores", {"name": "name", "datastructureId": "datastructureId"}),
}  # fmt: skip
"""Where the names of what a blueprint uses stand, and what is told of each."""
_AROUND = 3_000
"""Bytes of an answer for what is not the blueprint, at the least."""
_FOR_WORDS = 1_500
"""Bytes for notes, and for what is hidden, which may then be longer."""
_FOR_A_COPY: Final = "organizationId, teamId and name, for a copy in its zone"
_NO_INTERFACE: Final = "A new scenario takes no interface along: made of `create` it has none of these inputs and outputs. scenarios_clone keeps them."
_TOO_LARGE: Final = "The blueprint is too large for an answer; the operator can allow more with --max-result-bytes."
WHOLE: Final = "The resource make://scenarios/{}/blueprint"
"""Which no cap cuts."""
_MODULES: Final = ("modules", "notConnected")
"""What of an outline is cut."""


@recipe("scenarios", "Export scenario", scopes=("scenarios:read",), exact=("create",))
async def scenarios_export(use: Use, /, scenario_id: ScenarioId, whole: Whole | None = None) -> dict[str, Any]:
    """Its blueprint, and what it needs elsewhere."""
    scenario, read = await use.together(
        lambda: use.thing(scenarios_get, scenario_id),
        lambda: use.perhaps("The blueprint", use.thing(scenarios_blueprint, scenario_id)),
    )
    told = read or {"scheduling": scenario.get("scheduling")}
    blueprint, team_id = told.get("blueprint"), id_of(scenario, "teamId")
    around = _interface(told) | present(needs=await _needs(use, scenario, blueprint, team_id))
    missing = present(hidden=hidden(blueprint) if read else None)
    size = _size(blueprint)
    fits = size + max(_AROUND, _size(around | missing) + _FOR_WORDS) <= use.most
    copied = step(scenarios_clone, _FOR_A_COPY, scenarioId=scenario_id)
    if read and whole and fits:
        create = {"teamId": team_id, "blueprint": blueprint, "scheduling": told.get("scheduling")}
        note = present(note=_NO_INTERFACE if "interface" in around else None)
        made = step(scenarios_create, "what stands in `create`")
        mended = step(scenarios_update, "the blueprint, mended", scenarioId=scenario_id)
        return {"id": scenario_id, "create": create} | around | missing | note | {"next": [made, mended, copied]}
    found: dict[str, Any] = {"id": scenario_id}
    found |= outline(blueprint) | {"bytes": size} if read else present(name=text_of(scenario, "name"))
    found |= present(scheduling=told.get("scheduling")) | around
    following = [step(scenarios_export, scenarioId=scenario_id, whole=True)] if read and fits and not whole else []
    found["next"] = [*following, copied]
    return _fitting(found, use, is_too_large=bool(read) and not fits and whole is True)


def _fitting(found: dict[str, Any], use: Use, *, is_too_large: bool) -> dict[str, Any]:
    """An outline with as many of its modules as there is room for, and the way to the rest."""
    notes = [_TOO_LARGE] if is_too_large else []
    bare = {name: value for name, value in found.items() if name not in _MODULES}
    room = use.most - _size(bare) - _size(use.unread) - _FOR_WORDS
    for name in _MODULES:
        entries = found.get(name, [])
        ends = accumulate(_size(entry) + 1 for entry in entries)
        fitting = max(sum(end <= room for end in ends), 1)
        if fitting < len(entries):
            found[name] = entries[:fitting]
            notes.append(f"`{name}` shows {fitting:,} of {len(entries):,}.")
        room -= _size(found.get(name))
    if not notes:
        return found
    return found | {"note": " ".join([*notes, f"{WHOLE.format(found['id'])} gives the whole."])}


def _size(value: object) -> int:
    """Bytes as JSON."""
    return len(to_json(value, inf_nan_mode="null"))


def _interface(told: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs and outputs, which stand beside the blueprint."""
    outer = object_of(told, "metadata")
    sides = present(input=as_list(outer.get("input_spec")), output=as_list(outer.get("output_spec")))
    return present(interface=sides)


async def _needs(use: Use, scenario: Mapping[str, Any], blueprint: object, team_id: int | None) -> dict[str, Any]:
    """`{"connections"?: [{"id", "name"?, "type"?}], "hooks"?, "dataStores"?, "keys"?: [ids], ..., "apps"?}`."""
    ids = used(blueprint)
    wanted: list[UsedKind] = [kind for kind in _LISTS if kind in ids and team_id is not None]
    lists = await use.together(*(partial(_named, use, kind, team_id) for kind in wanted))
    named = dict(zip(wanted, lists, strict=True))
    found: dict[str, Any] = {}
    for kind, numbers in ids.items():
        known = named.get(kind)
        if kind not in _LISTS:
            found[kind] = numbers
        else:
            shown = _LISTS[kind][2]
            found[kind] = [
                {"id": id_}
                | {new: one[old] for old, new in shown.items() if (one := (known or {}).get(id_, {})).get(old)}
                | present(isGone=known is not None and id_ not in known)
                for id_ in numbers
            ]
    packages = [name for name in as_list(scenario.get("usedPackages")) if isinstance(name, str)]
    return found | present(customApps=custom_apps(blueprint), functions=custom_functions(blueprint), apps=packages)


async def _named(use: Use, kind: UsedKind, team_id: int | None) -> dict[int, Mapping[str, Any]] | None:
    endpoint, what, _ = _LISTS[kind]
    found = await use.perhaps(what, use.items(endpoint, most=1000, team_id=team_id))
    return None if found is None or found[1] else by_id(found[0])
