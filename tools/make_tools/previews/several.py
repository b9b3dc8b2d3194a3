"""Writes to several things at once: `ids`, or `all` with or without `exceptIds`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from make_tools.previews.shown import MOST_LINES, shown_fields, typeable
from make_tools.previews.vocabulary import (
    NOT_READ,
    Json,
    Kind,
    Look,
    Reading,
    Seen,
    Sight,
    Unseen,
    listed,
    may_go_on,
    objects,
    told,
)
from make_tools.wording import counted

PAGE = 1000
"""Things that are asked for at once: of some lists Make gives 50 without."""
MOST_PAGES = 5
_MOST_IDS = 10
"""Ids told of which nothing is known: the request holds them all."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as far as it was read."""

    key: str
    """Under which it stands in its answers."""
    there: Mapping[str, Json]
    """What it holds, by ids as text: a list may give numbers as text."""
    whole: bool = False
    """Whether it was read to its end."""
    failed: Seen | None = None
    """The answer that ended it early."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a write means, as far as it is known."""

    items: Sequence[Json]
    """What is known of them."""
    lost: Sequence[object] = ()
    """Ids that the request holds, and of which nothing is known."""
    gone: bool = False
    """Whether that is because they are not there."""
    all_of_them: bool = False
    """Whether it means all of a kind, and there may be others than `items`."""

    @property
    def count(self) -> int:
        """How many the request holds, or is known to mean."""
        return len(self.items) + len(self.lost)

    @property
    def nothing(self) -> bool:
        """Whether nothing of what it means is there."""
        return not (self.items or self.all_of_them or (self.lost and not self.gone))


def pages(ask: Callable[[int], Look], key: str, wanted: Iterable[object] = ()) -> Reading[Listing]:
    """A list to its end, as far as a preview can go; or until all of the ids were met that are wanted.

    Args:
        ask: The look at one page of `PAGE` things, after so many that it skips.
        key: Under which the list stands in the answers.
        wanted: Ids, where no others matter.
    """
    there: dict[str, Json] = {}
    only, skipped, clear = set(map(str, wanted)), 0, True
    for _ in range(MOST_PAGES):
        (answer,) = yield [ask(skipped)]
        items = None if isinstance(answer, Unseen) else answer.get(key)
        if not isinstance(items, list):
            return Listing(key, there, failed=answer)
        every, known = cast("list[object]", items), len(there)
        with_ids = [it for it in objects(every) if _is_id(it.get("id"))]
        there |= {str(it["id"]): it for it in with_ids}
        # What has no id may be any of them: then nothing can be said not to be there.
        clear = clear and len(with_ids) == len(every)
        if len(every) < PAGE and not may_go_on(answer, key):
            return Listing(key, there, whole=clear)
        # A page that holds nothing new is the same page again.
        if len(there) == known or (only and only <= there.keys()):
            break
        skipped += len(every)
    return Listing(key, there)


def choose(
    sight: Sight,
    kind: Kind,
    given: Mapping[str, Any],
    listing: Listing,
    known: Mapping[str, Any] | None = None,
    marks: Callable[[Json], Json] = lambda _: {},
) -> Chosen:
    """The things that a write means, of a list that was read, bound as its target. Where nothing is there, nothing is bound.

    Args:
        sight: Of the write.
        kind: What they are.
        given: The arguments of the write.
        listing: The list.
        known: What is known of each, beside what the list says.
        marks: What a code is bound to of each, beside its fields.
    """
    known = known or {}
    ids = list(dict.fromkeys(cast("list[Any]", given.get("ids") or [])))
    spared = cast("list[Any]", given.get("exceptIds") or [])
    there = {id_: {**known, **one} for id_, one in listing.there.items()}
    lost = [id_ for id_ in ids or spared if str(id_) not in there]
    if ids:
        chosen = Chosen([there[str(id_)] for id_ in ids if str(id_) in there], lost, gone=listing.whole)
    else:
        kept = set(map(str, spared))
        found = [one for id_, one in there.items() if id_ not in kept]
        chosen = Chosen(found, all_of_them=not listing.whole)
    _bind(sight, kind, chosen, known, marks, spared)
    if listing.failed is not None:
        sight.items(listing.failed, listing.key, f"The {kind.noun}s themselves")
        sight.unread = isinstance(listing.failed, Unseen) and listing.failed.may_pass
    elif not listing.whole and (lost or not ids):
        sight.unseen.append(f"The {kind.noun}s themselves: there may be more than these {len(there):,}.")
    if lost and (ids or listing.whole):
        noun = kind.noun if len(lost) == 1 else f"{kind.noun}s"
        sight.next.append(f"Not {'found' if listing.whole else 'looked up'}: {noun} {listed(lost, _MOST_IDS)}.")
    if spared:
        kept = (
            counted(len(there) - len(chosen.items), kind.noun)
            if listing.whole
            else f"{kind.noun}s {listed(spared, _MOST_IDS)}"
        )
        sight.next.append(f"Kept: {kept}.")
    return chosen


def named(chosen: Chosen, noun: str) -> str:
    """`data store 5 "Orders"`, or `2 data stores`."""
    if chosen.count != 1:
        return counted(chosen.count, noun)
    return told(noun, chosen.items[0].get("id"), chosen.items[0]) if chosen.items else told(noun, chosen.lost[0])


def at_least(chosen: Chosen) -> str:
    """`, at least 1,000`, of a list that was not read to its end."""
    return f", at least {len(chosen.items):,}" if chosen.items else ""


def known_of(chosen: Chosen) -> str:
    """`: 1 of them is known, 10 could not be looked up`; nothing where all of them are known."""
    known, lost = len(chosen.items), len(chosen.lost)
    if not lost:
        return ""
    if not known:
        return ": it could not be looked up" if lost == 1 else ": none of them could be looked up"
    verb = "is" if known == 1 else "are"
    if chosen.gone:
        return f": {known:,} of them {verb} there, {lost:,} {'was' if lost == 1 else 'were'} not found"
    return f": {known:,} of them {verb} known, {lost:,} could not be looked up"


def _bind(
    sight: Sight, kind: Kind, chosen: Chosen, known: Mapping[str, Any], marks: Callable[[Json], Json], spared: list[Any]
) -> None:
    several = sorted(chosen.items, key=lambda one: str(one["id"]))
    # The latest first, where they have a date; a code is bound to them by their ids.
    latest = sorted(several, key=lambda one: date if isinstance(date := one.get("created"), str) else "", reverse=True)
    shown = [shown_fields(one, kind.shows) for one in latest[:MOST_LINES]]
    sight.target = {"count": chosen.count, **_told_once(shown)} if several else None
    state: list[Json] = [
        {"id": str(one["id"]), **{name: one.get(name) for name in kind.binds}, **marks(one)} for one in several
    ]
    state += [{"id": id_, "is": "not found" if chosen.gone else NOT_READ} for id_ in sorted(map(str, chosen.lost))]
    sight.state = [kind.noun, NOT_READ if chosen.all_of_them and not several else state]
    if chosen.all_of_them:
        sight.name = f"all {kind.noun}s" + (f" but {len(spared)}" if spared else "")
    elif chosen.count == 1:
        one = several[0] if several else {**known, "id": chosen.lost[0]}
        sight.name = typeable(one.get(kind.title), one["id"])
    else:
        sight.name = counted(chosen.count, kind.noun)
    sight.missing = chosen.nothing
    sight.bound = not chosen.nothing


def _told_once(items: list[Json]) -> Json:
    """Items, and before them what is the same of each."""
    if len(items) == 1:
        return {"items": items}
    first, *others = items
    same = {n: v for n, v in first.items() if n != "id" and all(n in one and one[n] == v for one in others)}
    return {**same, "items": [{name: value for name, value in one.items() if name not in same} for one in items]}


def _is_id(value: object) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool)
