"""A blueprint in outline: its modules, what they are connected to, and what of the account they use. No contents."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice, zip_longest
from typing import Any, TypeAlias, cast

from pydantic_core import to_json

from make_tools.flow import Object, Step, UsedKind, as_list, as_object, designer_of, is_short, used_by, walk
from make_tools.secrets import HIDDEN, secret_members, without_secrets
from make_tools.wording import safe

ModuleId: TypeAlias = int | str

LONGEST_NAME = 80
"""Characters of a name."""
LONGEST_FILTER = 160
"""Characters of a filter's conditions."""
_LONGEST_VALUE = 400
"""Characters of a condition's side that are looked through for what must not be shown."""
_LONGEST_ID = 64
_MOST_CONDITIONS = 10
"""Conditions of a filter that are looked at; fewer fit into a line."""
_MOST_IDS = 100
"""Ids that an error lists."""
_USED: Mapping[UsedKind, str] = {
    "connections": "connection",
    "hooks": "hook",
    "dataStores": "dataStore",
    "keys": "key",
    "dataStructures": "dataStructure",
}


class NoSuchModule(ValueError):
    """Raised for an id that no module of a blueprint has. The text, a part of a sentence, says which ids there are."""


def outline(blueprint: object) -> dict[str, Any]:
    """`{"name", "modules": [...], "notConnected"?: [...]}`: the modules in the order of execution. It may be anything.

    A module is `{"id", "module", "name"?, "next"?, "tools"?, "onError"?, "connection"?, "hook"?, "dataStore"?, "key"?,
    "dataStructure"?, "filter"?}`. `name` is its label. `next` holds the ids of the modules that run after it, and is left
    out where that is the next one of the list, or where the list ends; `onError` and `tools` hold those with which an error
    handler or a tool of an agent begins; null stands for a module without an id. What a module uses is an id, or a list of
    several. `filter` is the name of the filter in front of it, or its conditions in a line.
    """
    steps = list(walk(blueprint))
    main = next((number for number, step in enumerate(steps) if step.flow.kind == "loose"), len(steps))
    name = as_object(blueprint).get("name")
    found: dict[str, Any] = {"name": safe(name, LONGEST_NAME)} if isinstance(name, str) else {}
    found["modules"] = _entries(steps[:main])
    # What follows from them stands among them.
    if main < len(steps):
        found["notConnected"] = _entries(steps[main:])
    return found


def modules(blueprint: object, ids: Iterable[ModuleId]) -> list[Any]:
    """The modules with these ids, whole, as they stand in the blueprint; what follows from a router goes with it.

    5 and "5" are the same id.

    Raises:
        NoSuchModule: there is none of such an id.
    """
    found: dict[str, list[Object]] = {}
    for step in walk(blueprint):
        if (id_ := _id(step.module)) is not None:
            found.setdefault(str(id_), []).append(step.module)
    wanted = list(dict.fromkeys(map(str, ids)))
    if missing := [id_ for id_ in wanted if id_ not in found]:
        have = ", ".join(safe(id_, _LONGEST_ID) for id_ in islice(found, _MOST_IDS))
        more = f" and {len(found) - _MOST_IDS:,} more" if len(found) > _MOST_IDS else ""
        which = ", ".join(safe(id_, _LONGEST_ID) for id_ in missing[:_MOST_IDS])
        there = f"its modules are {have}{more}" if found else "none of its modules has an id"
        raise NoSuchModule(f"the blueprint has no module {which}: {there}")
    return [module for id_ in wanted for module in found[id_]]


def blueprint_answer(
    data: Mapping[str, Any], *, whole: bool = False, module_ids: Collection[ModuleId] | None = None
) -> dict[str, Any]:
    """What is shown of the answer that holds a blueprint: of a scenario, in its envelope, or of a template.

    By default `{"outline", "scheduling", "bytes", "note"}`: `bytes` is the size of the whole blueprint as compact JSON, and
    `note` says how to get it. With `module_ids` it is `{"modules": [...]}`, those modules whole. With `whole` it is all that
    Make said, without the envelope. An answer without a blueprint stays as it is.

    Raises:
        NoSuchModule: one of `module_ids` is of no module.
    """
    inner = data.get("response")
    answer = dict(cast("Mapping[str, Any]", inner) if isinstance(inner, Mapping) else data)
    blueprint = answer.get("blueprint")
    if not isinstance(blueprint, Mapping):
        return dict(data)
    if module_ids:
        return {"modules": modules(cast("object", blueprint), module_ids)}
    if whole:
        return answer
    shown: dict[str, Any] = {"outline": outline(cast("object", blueprint))}
    if "scheduling" in answer:
        shown["scheduling"] = answer["scheduling"]
    size = _size(cast("object", blueprint))
    if size is not None:
        shown["bytes"] = size
    return shown | {"note": "This is an outline. modules: [ids] gives single modules, whole: true the whole blueprint."}


def _entries(steps: Sequence[Step]) -> list[dict[str, Any]]:
    return [_entry(step, after) for step, after in zip_longest(steps, steps[1:])]


def _entry(step: Step, after: Step | None) -> dict[str, Any]:
    """One module; `after` is the next one of the list."""
    module = step.module
    kind, label, id_ = module.get("module"), designer_of(module).get("name"), _id(module)
    entry: dict[str, Any] = {} if id_ is None else {"id": id_}
    if isinstance(kind, str):
        entry["module"] = safe(kind, LONGEST_NAME)
    if isinstance(label, str) and (name := safe(label, LONGEST_NAME)):
        entry["name"] = name
    then = _after(step)
    if [one.place for one in then] != ([] if after is None else [after.place]):
        entry["next"] = [_id(one.module) for one in then]
    for flow_kind, name in (("tools", "tools"), ("onerror", "onError")):
        if begun := [_id(Step(flow, 0).module) for flow in step.inner() if flow.kind == flow_kind and flow.items]:
            entry[name] = begun
    used: dict[UsedKind, list[int]] = {}
    for used_kind, number in used_by(module):
        used.setdefault(used_kind, []).append(number)
    for used_kind, numbers in used.items():
        distinct = list(dict.fromkeys(numbers))
        entry[_USED[used_kind]] = distinct[0] if len(distinct) == 1 else distinct
    if line := _filter(as_object(module.get("filter"))):
        entry["filter"] = line
    return entry


def _after(step: Step) -> list[Step]:
    """Where a run goes on after a module."""
    following = [] if step.following is None else [step.following]
    flows = [flow for flow in step.inner() if flow.kind in {"routes", "branches"}]
    begun = [Step(flow, 0) if flow.items else flow.then for flow in flows]
    found = [one for one in begun if one is not None]
    # Behind an if-else the modules run that its branches lead to; a router stands at the end, or what follows runs too.
    if not any(flow.kind == "branches" for flow in flows):
        found += following
    return list({one.place: one for one in found}.values())


def _filter(given: Object) -> str:
    """The name of a filter, or its conditions in a line: `{{1.status}} text:equal paid and … or …`."""
    name = given.get("name")
    if isinstance(name, str) and (words := safe(name, LONGEST_NAME)):
        return words
    groups = (as_list(group) for group in as_list(given.get("conditions")))
    lines = (" and ".join(filter(None, map(_condition, islice(group, _MOST_CONDITIONS)))) for group in groups)
    return safe(" or ".join(islice(filter(None, lines), _MOST_CONDITIONS)), LONGEST_FILTER)


def _condition(item: object) -> str:
    """`{{1.status}} text:equal paid`."""
    condition = as_object(item)
    hidden = secret_members(condition, call=False)
    return " ".join(HIDDEN if name in hidden else words for name in "aob" for words in _words(condition.get(name)))


def _words(value: object) -> Iterator[str]:
    """One side of a condition, if it has this one."""
    if isinstance(value, str):
        yield without_secrets(value[:_LONGEST_VALUE]) or '""'
    elif isinstance(value, bool | float) or is_short(value):
        yield str(value)
    elif value is not None:
        yield "…"


def _id(module: Object) -> ModuleId | None:
    id_ = module.get("id")
    if isinstance(id_, str):
        return safe(id_, _LONGEST_ID) or None
    return id_ if is_short(id_) else None


def _size(blueprint: object) -> int | None:
    """Bytes as compact JSON; None for what is too deep for JSON."""
    try:
        return len(to_json(blueprint))
    except ValueError:
        return None
