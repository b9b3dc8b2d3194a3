"""Blueprints: what a scenario does, module by module."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from make_sandbox import errors
from make_sandbox.lists.apps import APPS
from make_sandbox.model import tables
from make_sandbox.model.account import Account
from make_sandbox.model.store import Document, Table

Module = Mapping[str, Any]
LARGEST = 2**63 - 1
KEPT = timedelta(days=60)
"""How long a version can be read that is no longer the current one."""


@dataclass(frozen=True)
class References:
    """What the modules of a blueprint use, by id."""

    connections: frozenset[int]
    hooks: frozenset[int]
    data_stores: frozenset[int]
    keys: frozenset[int]

    def uses(self, table: Table, id_: int) -> bool:
        used = {
            tables.CONNECTIONS: self.connections,
            tables.HOOKS: self.hooks,
            tables.DATA_STORES: self.data_stores,
            tables.KEYS: self.keys,
        }
        return id_ in used[table]


def modules(blueprint: Mapping[str, Any], *, handlers: bool = True) -> Iterator[Module]:
    """Every module in the order of execution, routes included; error handlers only when asked for."""
    return _walk(blueprint.get("flow"), handlers=handlers)


def _walk(flow: Any, *, handlers: bool) -> Iterator[Module]:
    for module in objects(flow):
        yield module
        for route in objects(module.get("routes")):
            yield from _walk(route.get("flow"), handlers=handlers)
        if handlers:
            yield from _walk(module.get("onerror"), handlers=True)


def objects(value: Any) -> list[Module]:
    """The objects in a list, where something is a list: a blueprint may hold anything."""
    items = cast("list[Any]", value) if isinstance(value, list) else []
    return [cast("Module", item) for item in items if isinstance(item, dict)]


def parameter(module: Module, name: str) -> Any:
    parameters = module.get("parameters")
    return cast("Module", parameters).get(name) if isinstance(parameters, dict) else None


def is_id(value: Any) -> bool:
    """Whether a value may be the number of something. A blueprint may hold anything in its place."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST


def app(module: Module) -> str:
    return str(module.get("module", "")).partition(":")[0]


def packages(blueprint: Mapping[str, Any]) -> list[str]:
    """The apps that a blueprint uses, each once: `usedPackages`."""
    return list(dict.fromkeys(app(module) for module in modules(blueprint)))


def last_number(blueprint: Mapping[str, Any]) -> int:
    """The highest number that a module has."""
    numbers: list[Any] = [module.get("id") for module in modules(blueprint)]
    return max((number for number in numbers if is_id(number)), default=0)


def is_sequential(blueprint: Mapping[str, Any]) -> bool:
    """Whether the settings of a scenario let one run at a time go on."""
    metadata = blueprint.get("metadata")
    settings = cast("Module", metadata).get("scenario") if isinstance(metadata, dict) else None
    return isinstance(settings, dict) and cast("Module", settings).get("sequential") is True


def references(blueprint: Mapping[str, Any]) -> References:
    def ids(name: str) -> frozenset[int]:
        found = (parameter(module, name) for module in modules(blueprint))
        return frozenset(id_ for id_ in found if is_id(id_))

    return References(ids("__IMTCONN__"), ids("hook"), ids("datastore"), ids("auth"))


def check(account: Account, team_id: int, blueprint: Mapping[str, Any]) -> None:
    """Refuses what Make refuses when the blueprint of a scenario is stored.

    A hook or a data store that is not there is no reason (Make answers 200 to scenarios that cannot work); it makes
    the scenario invalid instead, see `is_invalid`.
    """
    check_form(blueprint)
    for module in modules(blueprint):
        connection = parameter(module, "__IMTCONN__")
        if connection is not None and _of_team(account, tables.CONNECTIONS, connection, team_id) is None:
            raise errors.connection_not_found(app(module), connection)


def check_form(blueprint: Mapping[str, Any]) -> None:
    """Refuses a blueprint that lacks a part or names a module that nobody knows, whoever it belongs to."""
    if not isinstance(blueprint.get("name"), str) or not blueprint["name"]:
        raise errors.unexplained()
    problems: list[str] = []
    if not isinstance(blueprint.get("flow"), list):
        problems.append("Missing value of required parameter 'blueprint.flow'.")
    if not isinstance(blueprint.get("metadata"), dict):
        problems.append("Missing value of required parameter 'blueprint.metadata'.")
    if problems:
        raise errors.invalid_parameters(problems)
    for module in modules(blueprint):
        name = str(module.get("module", ""))
        if app(module) not in APPS or ":" not in name:
            raise errors.module_not_found(name, module.get("version", 1))


def is_invalid(account: Account, scenario: Document, blueprint: Mapping[str, Any]) -> bool:
    """Whether a module names something that the team does not have, or a hook that serves another scenario."""
    used, team_id = references(blueprint), scenario["teamId"]
    for table, ids in (
        (tables.CONNECTIONS, used.connections),
        (tables.DATA_STORES, used.data_stores),
        (tables.KEYS, used.keys),
    ):
        if any(_of_team(account, table, id_, team_id) is None for id_ in ids):
            return True
    for id_ in used.hooks:
        hook = _of_team(account, tables.HOOKS, id_, team_id)
        if hook is None or hook["scenarioId"] not in (None, scenario["id"]):
            return True
    return False


def _of_team(account: Account, table: Table, id_: Any, team_id: int) -> Document | None:
    found = account.store.get(table, id_) if is_id(id_) else None
    return found if found is not None and found["teamId"] == team_id else None


def current(account: Account, scenario: Document) -> Document:
    """The latest version of a scenario's blueprint: `{"version", "blueprint", "scheduling", "created"}`."""
    found = version(account, scenario["id"], scenario["scenarioVersion"])
    if found is None:
        raise LookupError(f"scenario {scenario['id']} has no blueprint")
    return found


def version(account: Account, scenario_id: int, number: int) -> Document | None:
    return account.store.get(tables.BLUEPRINTS, f"{scenario_id} {number}")


def users_of(account: Account, table: Table, ids: Iterable[int], team_id: int) -> list[Document]:
    """The scenarios of a team that use one of these things."""
    wanted = set(ids)
    return [
        scenario
        for scenario in account.store.list(tables.SCENARIOS, team_id)
        if any(references(current(account, scenario)["blueprint"]).uses(table, id_) for id_ in wanted)
    ]
