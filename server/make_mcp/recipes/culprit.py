"""The module that failed: which of a blueprint it is, and which connection it uses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import to_json

from make_mcp.recipes.causes import GONE, cause_of
from make_mcp.recipes.runs import Failure
from make_mcp.recipes.use import Use, is_gone, is_not_found, tried
from make_mcp.recipes.values import object_of, present, text_of
from make_mcp.upstream.errors import UpstreamError
from make_tools.connections import connections_get
from make_tools.flow import Object, designer_of, is_short, used_by, walk
from make_tools.incomplete_executions import incomplete_executions_bundle
from make_tools.scenarios import scenarios_blueprint

_MOST = 5
"""Modules of one type that are named."""
_MOST_BYTES = 200
"""Of what a module is given, for it to be told."""


@dataclass(frozen=True, slots=True)
class Culprit:
    """What is known of it."""

    module: str | None = None
    """As the error calls it."""
    modules: tuple[Object, ...] = ()
    """Those of the blueprint that it can be."""
    connection: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """`{"id", "name"?, "type"?}`."""
    is_connection_gone: bool = False

    @property
    def connection_id(self) -> int | None:
        return None if self.is_connection_gone else self.connection.get("id")

    @property
    def ids(self) -> list[int | str]:
        found = [module.get("id") for module in self.modules]
        return [id_ for id_ in found if is_short(id_) or isinstance(id_, str)]

    def shown(self, *, with_mapper: bool, with_connection: bool) -> dict[str, Any]:
        """`{"module"?: {"id", "module", "name"?, "mapper"?}, "connection"?: {...}}`; of a mapper only a short one."""
        found: dict[str, Any] = {}
        if len(self.modules) == 1:
            module = self.modules[0]
            label, mapper = text_of(designer_of(module), "name"), module.get("mapper")
            found["module"] = present(id=module.get("id"), module=text_of(module, "module"), name=label)
            if with_mapper and mapper and len(to_json(mapper, inf_nan_mode="null")) <= _MOST_BYTES:
                found["module"]["mapper"] = mapper
        elif self.module is not None:
            found["module"] = {"module": self.module} | present(ids=self.ids[:_MOST])
        if self.connection and with_connection:
            found["connection"] = dict(self.connection) | present(isGone=self.is_connection_gone)
        return found


async def culprit(use: Use, scenario_id: int, failure: Failure | None, incomplete_id: str | None) -> Culprit:
    """Whatever can be found out about the module that failed. `incomplete_id` is the incomplete execution of the run."""
    named = None if failure is None else failure.module
    if named is None and incomplete_id is None:
        return Culprit()
    told = await use.perhaps("The blueprint", use.thing(scenarios_blueprint, scenario_id))
    modules = [one.module for one in walk(object_of(told or {}, "blueprint"))]
    suspects = [one for one in modules if failure is not None and _is(one, failure)]
    if len(suspects) != 1 and modules and incomplete_id is not None:
        bundle = await use.perhaps("What the module was given", use.thing(incomplete_executions_bundle, incomplete_id))
        suspects = [one for one in suspects or modules if str(one.get("id")) in (bundle or {})] or suspects
    found = Culprit(named, tuple(suspects))
    connections = [id_ for module in suspects[:1] for kind, id_ in used_by(module) if kind == "connections"]
    if len(suspects) != 1 or not connections:
        return found
    return await _with_connection(use, found, connections[0], failure or Failure())


def _is(module: Object, failure: Failure) -> bool:
    type_ = text_of(module, "module") or ""
    return type_ == failure.module or (":" not in (failure.module or "") and type_.partition(":")[0] == failure.app)


async def _with_connection(use: Use, found: Culprit, id_: int, failure: Failure) -> Culprit:
    told = await tried(use.thing(connections_get, id_))
    if isinstance(told, UpstreamError):
        # What Make refuses may be there, for a key with more scopes; unless the error says that it is not.
        if is_not_found(told) or (is_gone(told) and cause_of(failure.type, failure.message) is GONE):
            return Culprit(found.module, found.modules, {"id": id_}, is_connection_gone=True)
        use.lacks("Its connection", told)
        told = {}
    names = present(name=text_of(told, "name"), type=text_of(told, "accountName"))
    return Culprit(found.module, found.modules, {"id": id_} | names)
