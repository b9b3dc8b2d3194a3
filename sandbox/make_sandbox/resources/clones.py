"""`/scenarios/{scenarioId}/clone`: a copy of a scenario, in the same team or in another one."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any, cast

from make_sandbox import errors
from make_sandbox.api.fields import CONFIRMED, Field
from make_sandbox.api.resource import Call, Resource
from make_sandbox.automation import scenarios
from make_sandbox.model import blueprints, tables
from make_sandbox.model.store import Document, Table
from make_sandbox.resources import access
from make_sandbox.resources.scenarios import COLUMNS, answer, find, install

PARAMETERS: Mapping[str, tuple[str, Table | None]] = {
    "account": ("__IMTCONN__", None),  # checked with the blueprint, as for every scenario
    "key": ("auth", tables.KEYS),
    "hook": ("hook", tables.HOOKS),
    "device": ("device", None),  # there are none in this account
    "udt": ("type", tables.DATA_STRUCTURES),
    "datastore": ("datastore", tables.DATA_STORES),
}
"""Which parameter of a module each mapping of ids is about, and where the new ones have to be found."""

resource = Resource("/scenarios", Field("scenarioId", "integer", required=True), scope="scenarios")

Mappings = Mapping[str, Mapping[int, int | None]]
"""By the name of a parameter: old number -> new number, or `None` to leave it empty."""


@resource.post(
    "/{scenarioId}/clone",
    query=(
        Field("organizationId", "integer", required=True),
        CONFIRMED,
        Field("notAnalyze", "boolean"),
    ),
    columns=COLUMNS,
    body=(
        Field("name", "text", required=True, longest=120, pattern=r"(?s).+"),
        Field("teamId", "integer", required=True),
        # The states of modules (where a trigger has got to) are not played, so there are none to copy.
        Field("states", "boolean", required=True),
        *(Field(name, "object") for name in PARAMETERS),
    ),
    gateway=False,
)
def clone(call: Call):
    """A copy of the present version, inactive, with other connections, hooks and so on in place of those that the
    mappings name.

    What is not mapped stays as it is; a hook that serves the original makes the copy invalid.
    """
    account, body, source = call.account, call.body, find(call)
    organization = access.organization(account, call.query["organizationId"])
    team = access.team(account, body["teamId"])
    if team["organizationId"] != organization["id"]:
        raise errors.permission_denied()
    analyzed = not call.query.get("notAnalyze", False)
    mappings = {PARAMETERS[name][0]: _mapping(call, name, team, analyzed=analyzed) for name in PARAMETERS}
    blueprint = copy.deepcopy(blueprints.current(account, source)["blueprint"]) | {"name": body["name"]}
    _replace(blueprint, mappings)
    if analyzed:
        _analyze(call, blueprint, team)
    same_team = team["id"] == source["teamId"]
    draft = scenarios.Draft(
        team_id=team["id"],
        blueprint=blueprint,
        scheduling=source["scheduling"],
        folder_id=source["folderId"] if same_team else None,
        interface=source["interface"],
        description=source["description"],
    )
    cloned = scenarios.create(account, draft)
    install(call, team, blueprint)
    return answer(call, cloned)


def _mapping(call: Call, name: str, team: Document, *, analyzed: bool) -> dict[int, int | None]:
    """One mapping of the body. `null` is for copies that are not analysed (documented)."""
    mapping: dict[int, int | None] = {}
    for old, new in call.body.get(name, {}).items():
        if not re.fullmatch(r"[0-9]{1,19}", old) or not (new is None or blueprints.is_id(new)):
            raise errors.invalid_parameter(name)
        if new is None and analyzed:
            raise errors.invalid_parameter(f"{name}.{old}", "Missing value of required parameter")
        table = PARAMETERS[name][1]
        if new is not None and table is not None and access.find(call.account, table, new)["teamId"] != team["id"]:
            raise errors.permission_denied()
        mapping[int(old)] = new
    return mapping


def _replace(blueprint: Document, mappings: Mappings) -> None:
    for module in blueprints.modules(blueprint):
        parameters: Any = module.get("parameters")
        if not isinstance(parameters, dict):
            continue
        given = cast("Document", parameters)
        for name, mapping in mappings.items():
            if blueprints.is_id(given.get(name)) and given[name] in mapping:
                given[name] = mapping[given[name]]


def _analyze(call: Call, blueprint: Document, team: Document) -> None:
    """Refuses a copy that uses what belongs to another team. That Make refuses it is documented, its words are not.

    Connections are left to the check of the blueprint.
    """
    problems = [
        f"Missing value of required parameter '{name}.{id_}'."
        for module in blueprints.modules(blueprint)
        for name, (parameter, table) in PARAMETERS.items()
        if table is not None and _is_elsewhere(call, table, id_ := blueprints.parameter(module, parameter), team)
    ]
    if problems:
        raise errors.invalid_parameters(list(dict.fromkeys(problems)))


def _is_elsewhere(call: Call, table: Table, id_: Any, team: Document) -> bool:
    found = call.account.store.get(table, id_) if blueprints.is_id(id_) else None
    return found is not None and found["teamId"] != team["id"]
