"""Deletes of several things at once: `ids`, or `all` with or without `exceptIds`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from make_tools.previews.vocabulary import Json, Kind, Seen, Sight, Unseen, may_go_on, plainly
from make_tools.wording import counted


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a delete means, as far as it is known."""

    items: Sequence[Json]
    all_of_them: bool = False
    """Whether it means all of a kind, and there may be others than `items`."""


def choose(
    sight: Sight, kind: Kind, given: Mapping[str, Any], answer: Seen, key: str, known: Mapping[str, Any]
) -> Chosen:
    """The things that a delete means, of a list that was read, bound as its target.

    Args:
        sight: Of the delete.
        kind: What they are.
        given: The arguments of the delete.
        answer: The list.
        key: Under which it stands in the answer.
        known: What is known of each, beside what the list says.
    """
    ids, spared = cast("list[Any]", given.get("ids") or []), cast("list[Any]", given.get("exceptIds") or [])
    if isinstance(answer, Unseen) or not isinstance(answer.get(key), list):
        sight.items(answer, key, f"The {kind.noun}s themselves")
        return _unread(sight, kind, [{**known, "id": id_} for id_ in ids])
    every = [{**known, **one} for one in sight.items(answer, key, f"The {kind.noun}s themselves")]
    there = {id_: one for one in every if isinstance(id_ := one.get("id"), int | str)}
    found = [there[id_] for id_ in dict.fromkeys(ids) if id_ in there]
    if not ids:
        kept = set(spared)
        found = [one for id_, one in there.items() if id_ not in kept]
    sight.bind_many(kind, found)
    missing = [id_ for id_ in (ids or spared) if id_ not in there]
    sight.next += sight.lines(f"Not found: {kind.noun} {plainly(id_)}." for id_ in missing)
    if spared:
        sight.next.append(f"Kept: {counted(len(there) - len(found), kind.noun)}.")
    if not ids and may_go_on(answer, key):
        sight.name = f"all {kind.noun}s"
        return Chosen(found, all_of_them=True)
    return Chosen(found)


def at_least(chosen: Chosen) -> str:
    """`, at least 1,000`, of a list that was not read to its end."""
    return f", at least {len(chosen.items):,}" if chosen.items else ""


def _unread(sight: Sight, kind: Kind, named: list[Json]) -> Chosen:
    sight.bind_many(kind, named)
    if named:
        return Chosen(named)
    # All of them, and nothing is known of any: "0 data stores" would be wrong.
    sight.name, sight.target, sight.state, sight.missing = f"all {kind.noun}s", None, [kind.noun, None], False
    return Chosen([], all_of_them=True)
