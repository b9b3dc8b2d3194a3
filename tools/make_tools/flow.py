"""A blueprint, taken apart: its modules in the order of execution, and what of the account each of them names.

A blueprint may hold anything, as deep as it may be: nothing here recurses, and nothing raises.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeGuard, cast

Object: TypeAlias = Mapping[str, object]
FlowKind: TypeAlias = Literal["main", "loose", "onerror", "routes", "branches", "tools"]
UsedKind: TypeAlias = Literal["connections", "hooks", "dataStores", "keys", "dataStructures"]

FLOWS: tuple[FlowKind, ...] = ("routes", "branches", "tools")
"""Where a router, an if-else and an agent keep the modules that follow from them."""
_DECLARED: Mapping[str, UsedKind] = {
    "account": "connections",
    "hook": "hooks",
    "datastore": "dataStores",
    "keychain": "keys",
    "udt": "dataStructures",
}
"""The types that a module declares for its parameters, up to their colon, and what they name."""
_BY_NAME: Mapping[str, UsedKind] = {
    "account": "connections",
    "makeConnectionId": "connections",
    "hook": "hooks",
    "datastore": "dataStores",
    "auth": "keys",
    "keychain": "keys",
    "udt": "dataStructures",
    "bodyDataStructure": "dataStructures",
}
"""What parameters of a name hold where no type is declared."""
_MARKED: tuple[tuple[str, UsedKind], ...] = (
    ("HOOK", "hooks"),
    ("CONN", "connections"),
    ("ACC", "connections"),
    ("KEY", "keys"),
)
"""What is in the name of a parameter that begins with `__IMT`."""


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """A sequence of modules that run one after the other."""

    kind: FlowKind
    items: list[object]
    """Its modules, and whatever else stands in their places."""
    owner: Object | None = None
    """The module that it follows from."""
    number: int = 1
    """Which of several of its kind."""
    total: int = 1
    then: "Step | None" = None
    """Where a run goes on after its last module."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """A module where it stands."""

    flow: Flow
    position: int

    @property
    def module(self) -> Object:
        return module_of(self.flow.items[self.position])

    @property
    def following(self) -> "Step | None":
        """Where a run goes on if nothing else follows from this module."""
        after = self.position + 1
        return Step(self.flow, after) if after < len(self.flow.items) else self.flow.then

    def inner(self) -> Iterator[Flow]:
        """The sequences that follow from this module, its error handler first."""
        module = self.module
        yield Flow("onerror", as_list(module.get("onerror")), module)
        for kind in FLOWS:
            parts = as_list(module.get(kind))
            # After a branch the modules behind its if-else run; a route ends for good.
            then = self.following if kind == "branches" else None
            for number, part in enumerate(parts, 1):
                yield Flow(kind, as_list(as_object(part).get("flow")), module, number, len(parts), then)

    @property
    def place(self) -> tuple[int, int]:
        """The same of two steps at one place, as long as the blueprint is there."""
        return id(self.flow.items), self.position


def walk(blueprint: object) -> Iterator[Step]:
    """Every module in the order of execution, error handlers first; those that are not connected come last."""
    waiting = [Step(flow, 0) for flow in reversed(_roots(blueprint)) if flow.items]
    while waiting:
        step = waiting.pop()
        if step.position + 1 < len(step.flow.items):
            waiting.append(Step(step.flow, step.position + 1))
        yield step
        waiting += [Step(flow, 0) for flow in reversed(list(step.inner())) if flow.items]


def used_by(module: Object) -> Iterator[tuple[UsedKind, int]]:
    """What a module names by id in its parameters, in their order."""
    # The editor keeps the type of each parameter: {"name": "__IMTCONN__", "type": "account:slack"}.
    kept = map(as_object, as_list(as_object(module.get("metadata")).get("parameters")))
    types = {name: kind for one in kept if isinstance(name := one.get("name"), str) and (kind := one.get("type"))}
    for name, value in as_object(module.get("parameters")).items():
        kind, number = _kind(str(name), types.get(str(name))), _number(value)
        if kind is not None and number is not None:
            yield kind, number


def designer_of(holder: Object) -> Object:
    """What the editor keeps of a module, or of a blueprint: labels, places on the canvas, modules not connected."""
    return as_object(as_object(holder.get("metadata")).get("designer"))


def module_of(item: object) -> Object:
    """What stands in a module's place; whatever is none is told as if it were the type of one, so that it is not unseen."""
    return cast("Object", item) if isinstance(item, Mapping) else {"module": [item]}


def is_short(value: object) -> TypeGuard[int]:
    """Whether it is a whole number that can be written down: Python refuses to write some thousand digits."""
    return isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= 64


def as_object(value: object) -> Object:
    return cast("Object", value) if isinstance(value, Mapping) else {}


def as_list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _roots(blueprint: object) -> list[Flow]:
    whole = as_object(blueprint)
    groups = [group for group in as_list(designer_of(whole).get("orphans")) if group != []]
    loose = [Flow("loose", as_list(group) or [group]) for group in groups]
    return [Flow("main", as_list(whole.get("flow"))), *loose]


def _kind(name: str, declared: object) -> UsedKind | None:
    """What a parameter names: as the module declares it, else as parameters of that name do."""
    if isinstance(declared, str) and (kind := _DECLARED.get(declared.partition(":")[0])):
        return kind
    if name.startswith("__IMT"):
        return next((kind for mark, kind in _MARKED if mark in name), None)
    if name.endswith("Keychain"):
        return "keys"
    return _BY_NAME.get(name)


def _number(value: object) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,19}", value):
        value = int(value)
    return value if is_short(value) and value > 0 else None
