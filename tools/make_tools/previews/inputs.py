"""The inputs that a run of a scenario takes, and whether what it is given fits them by name."""

from collections.abc import Iterator, Sequence

from make_tools.previews.vocabulary import (
    MOST_NAMES,
    Json,
    Look,
    Reading,
    Sight,
    Unseen,
    listed,
    objects,
    plainly,
    thing,
)

_MOST = 12
"""Inputs that are told of."""


def read(sight: Sight, wanted: Look | None) -> Reading[Sequence[Json]]:
    """The inputs, each with its `name`; none where nothing is wanted, or where they cannot be read."""
    if wanted is None:
        return ()
    (answer,) = yield [wanted]
    if isinstance(answer, Unseen):
        sight.miss("Which inputs it takes", answer)
        return ()
    return [one for one in objects(thing(answer, "interface").get("input")) if isinstance(one.get("name"), str)]


def told_of(takes: Sequence[Json]) -> Iterator[str]:
    """In words: `Its inputs: email (email, required), note (text).`."""
    if takes:
        more = f" and {len(takes) - _MOST:,} more" if len(takes) > _MOST else ""
        yield f"Its inputs: {', '.join(map(_told, takes[:_MOST]))}{more}."


def lacking(takes: Sequence[Json], data: Json) -> Iterator[str]:
    """What `data` lacks, and what it holds that no input is called. A scenario without inputs takes anything."""
    if not takes:
        return
    names = {one["name"] for one in takes}
    given = {name for name, value in data.items() if value is not None}
    lacks = [one["name"] for one in takes if _has_to_be_given(one) and one["name"] not in given]
    if lacks:
        yield f"`data` lacks what is required: {listed(lacks, MOST_NAMES)}. First ask the user for it where it is not known."
    if unknown := [name for name in data if name not in names]:
        yield f"`data` holds what is no input of it: {listed(unknown, MOST_NAMES)}."


def _has_to_be_given(one: Json) -> bool:
    return one.get("required") is True and one.get("default") is None


def _told(one: Json) -> str:
    kind = one.get("type")
    words = [*([plainly(kind, 20)] if isinstance(kind, str) and kind else [])]
    words += ["required"] if _has_to_be_given(one) else []
    return plainly(one["name"]) + (f" ({', '.join(words)})" if words else "")
