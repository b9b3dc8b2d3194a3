"""What a blueprint holds, and what another would change of it, module by module and by name."""

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, NotRequired, cast

from typing_extensions import TypedDict

from make_tools.flow import FLOWS, Flow, Object, as_list, as_object, designer_of, used_by, walk
from make_tools.previews.differences import Change, Leaf, equal, first, leaves, text, told
from make_tools.wording import counted, quoted, safe

MOST_LINES = 40
"""Modules told of each kind, and settings."""
MOST_FIELDS = 12
"""Fields told of a module, and modules told of something that they use."""


class ModuleChange(TypedDict):
    """A module that stays, and its fields that would not."""

    module: str
    fields: list[Change]


class BlueprintChange(TypedDict):
    """The difference between two blueprints. What is too much is counted in a last line: `and 7 more`."""

    added: list[str]
    removed: list[str]
    changed: list[ModuleChange]
    settings: list[Change]
    order: NotRequired[str]
    canvas: NotRequired[str]


class Use(TypedDict):
    """Something that modules use, by its id."""

    id: int
    modules: list[str]


class References(TypedDict):
    """What the modules of a blueprint use, in the order of its first use."""

    connections: list[Use]
    hooks: list[Use]
    dataStores: list[Use]


_NOUNS = {"routes": "route", "branches": "branch", "tools": "tool"}
_TYPE = re.compile(r"[\w.#@-]{1,60}:[\w.-]{1,60}", re.ASCII)


class _Box(NamedTuple):
    """A sequence of modules (the main flow, a route, an error handler): which one it is, and how it is told."""

    key: Hashable
    words: str


_MAIN = _Box("main", "in the main flow")
_LOOSE = _Box("loose", "not connected")


@dataclass(frozen=True, slots=True)
class _Found:
    """A module where it stands."""

    key: Hashable
    """Its id and its type, and which one of these it is: ids may be missing, or stand twice."""
    label: str
    module: Object
    box: _Box

    @property
    def line(self) -> str:
        return self.label if self.box is _MAIN else f"{self.label}, {self.box.words}"

    @property
    def content(self) -> dict[str, object]:
        """What it does: neither its id and type, nor the modules that follow from it, nor its place on the canvas."""
        content = _without(self.module, "id", "module", "metadata")
        for name in FLOWS:
            content |= _without_flows(name, content.pop(name, None))
        # An empty error handler stays: it is not the same as none.
        if as_list(content.get("onerror")):
            del content["onerror"]
        return content

    @property
    def metadata(self) -> Object:
        """What the editor keeps about it. Where nothing is kept but its place on the canvas, that is nothing."""
        metadata = self.module.get("metadata")
        designer = as_object(metadata).get("designer")
        if all(part is None or isinstance(part, Mapping) for part in (metadata, designer)):
            metadata = {**as_object(metadata), "designer": _without(as_object(designer), "x", "y")}
        return {"metadata": metadata}

    @property
    def position(self) -> object:
        return [designer_of(self.module).get("x"), designer_of(self.module).get("y")]


def compare(now: object, then: object) -> BlueprintChange:
    """What would change if one blueprint took the place of another. Both may hold anything."""
    old, new = _modules(now), _modules(then)
    was, will = {found.key: found for found in old}, {found.key: found for found in new}
    both = [(was[found.key], found) for found in new if found.key in was]
    differing = [(one, differences) for one, other in both if (differences := _differences(one, other))]
    settings = leaves(_settings(now), _settings(then), whole=True)
    change: BlueprintChange = {
        "added": _lines(found for found in new if found.key not in was),
        "removed": _lines(found for found in old if found.key not in will),
        "changed": first(differing, MOST_LINES, _told, lambda rest: {"module": rest, "fields": []}),
        "settings": first(settings, MOST_LINES, told, lambda rest: Change(field=rest, now="…", then="…")),
    }
    if order := _order(old, new, {one.key for one, other in both if one.box.key == other.box.key}):
        change["order"] = order
    if moved := sum(not equal(one.position, other.position) for one, other in both):
        change["canvas"] = f"{counted(moved, 'module')} moved on the canvas"
    return change


def same(change: BlueprintChange) -> bool:
    """Whether nothing at all would change."""
    return not any(change.values())


def summary(blueprint: object) -> list[str]:
    """The modules of a blueprint by name, each with what follows from it: its error handler, its routes."""
    return _lines(_modules(blueprint))


def references(blueprint: object) -> References:
    """The connections, hooks and data stores that modules name by id, and which modules those are."""
    used: dict[str, dict[int, list[_Found]]] = {}
    for found in _modules(blueprint):
        for kind, number in used_by(found.module):
            users = used.setdefault(kind, {}).setdefault(number, [])
            users += [] if users and users[-1] is found else [found]

    def uses(kind: str) -> list[Use]:
        return [Use(id=number, modules=_lines(users, MOST_FIELDS)) for number, users in used.get(kind, {}).items()]

    return References(connections=uses("connections"), hooks=uses("hooks"), dataStores=uses("dataStores"))


def _modules(blueprint: object) -> list[_Found]:
    """Every module in the order of execution."""
    found: list[_Found] = []
    met: Counter[Hashable] = Counter()
    boxes: dict[Flow, _Box] = {}
    for step in walk(blueprint):
        module, flow = step.module, step.flow
        identity = (text(module.get("id")), text(module.get("module")))
        met[identity] += 1
        box = boxes[flow] if flow in boxes else boxes.setdefault(flow, _box(flow))
        found.append(_Found((*identity, met[identity]), _label(module), module, box))
    return found


def _box(flow: Flow) -> _Box:
    """Which sequence of modules this is, whatever else there is beside it."""
    if flow.owner is None:
        return _MAIN if flow.kind == "main" else _LOOSE
    owner = _id(flow.owner)
    if flow.kind == "onerror":
        return _Box(("onerror", owner), f"handles errors of {owner}")
    words = f"in {_NOUNS[flow.kind]} {flow.number} of {flow.total} from {owner}"
    return _Box((flow.kind, flow.number, owner), words)


def _without_flows(name: str, value: object) -> dict[str, object]:
    """How many routes there are, and what they have beside their modules."""
    if not isinstance(value, list):
        return {name: value}
    content: dict[str, object] = {f"number of {name}": len(parts := as_list(cast("object", value)))}
    for number, part in enumerate(parts, 1):
        inner = as_object(part)
        rest = _without(inner, "flow") if isinstance(inner.get("flow"), list) else part
        content |= {f"{name}.{number}": rest} if rest != {} else {}
    return content


def _label(module: Object) -> str:
    """`2 google-sheets:addRow "Its own name"`."""
    kind, named = module.get("module"), designer_of(module).get("name")
    words = kind if isinstance(kind, str) and _TYPE.fullmatch(kind) else _in_words(kind, 60)
    return f"{_id(module)} {words}" + (f" {quoted(named)}" if isinstance(named, str) and named else "")


def _id(module: Object) -> str:
    return "(no id)" if module.get("id") is None else _in_words(module["id"], 20)


def _in_words(value: object, longest: int) -> str:
    """A value as JSON; in quotes where it had to be cut, so that no open quote is left behind."""
    whole = text(value, hide=True)
    return whole if whole == safe(whole, longest) else quoted(whole.strip('"'), longest)


def _differences(one: _Found, other: _Found) -> list[Leaf]:
    moved = [] if one.box.key == other.box.key else [Leaf(("place",), one.box.words, other.box.words, secret=False)]
    # What the editor keeps about a module (labels, the form of its fields) is long, and does little.
    kept = leaves(one.metadata, other.metadata, whole=True, deepest=3)
    return moved + leaves(one.content, other.content, whole=True) + kept


def _told(differing: tuple[_Found, list[Leaf]]) -> ModuleChange:
    found, differences = differing
    return {
        "module": found.line,
        "fields": first(differences, MOST_FIELDS, told, lambda rest: Change(field=rest, now="…", then="…")),
    }


def _order(old: Sequence[_Found], new: Sequence[_Found], staying: set[Hashable]) -> str:
    """The sequences whose modules would run in another order."""
    sequences: dict[Hashable, tuple[list[_Found], list[_Found]]] = {}
    for side, modules in enumerate((old, new)):
        for found in modules:
            if found.key in staying:
                sequences.setdefault(found.box.key, ([], []))[side].append(found)
    return "; ".join(first([line for sides in sequences.values() if (line := _reordered(*sides))], 3, str, str))


def _reordered(now: list[_Found], then: list[_Found]) -> str:
    """The part of a sequence whose order is another; nothing where it is the same."""
    alike = [one.key == other.key for one, other in zip(now, then, strict=True)]
    if all(alike):
        return ""
    start, end = alike.index(False), len(alike) - alike[::-1].index(False)
    sides = (first(side[start:end], MOST_FIELDS, lambda found: _id(found.module), str) for side in (then, now))
    return f"{now[0].box.words}: {' instead of '.join(map(', '.join, sides))}"


def _settings(blueprint: object) -> dict[str, object]:
    """Everything of a blueprint but its modules."""
    if not isinstance(blueprint, Mapping):
        return {} if blueprint is None else {"blueprint": blueprint}
    settings = dict(cast("Object", blueprint))
    if isinstance(settings.get("flow"), list):
        del settings["flow"]
    designer = designer_of(settings)
    if isinstance(designer.get("orphans"), list):
        settings["metadata"] = {**as_object(settings["metadata"]), "designer": _without(designer, "orphans")}
    return settings


def _lines(modules: Iterable[_Found], most: int = MOST_LINES) -> list[str]:
    return first(list(modules), most, lambda found: found.line, str)


def _without(whole: Object, *names: str) -> dict[str, object]:
    return {name: value for name, value in whole.items() if name not in names}
