"""A page of a list: what is shown of it, whether there is more, and how to go on. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

from pydantic_core import to_json

from make_tools.shape import Listing
from make_tools.wording import safe

_MOST_NAMES = 40
_LONGEST_NAME = 60
_FOR_THE_NOTE = 250
"""Bytes for the word on the rest."""
_CURSOR = "imtId"
"""What Make's log goes on behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Items of a list, and the form in which they are shown."""

    listing: Listing
    items: list[dict[str, Any]]
    """As Make gave them."""
    shown: list[dict[str, Any]]
    offset: int | None
    """Of the first; None where the list has no pages."""
    taken: int
    """Make's count of them, by which the next offset goes."""
    more: bool
    """Whether there are more behind them; where Make does not tell, whether there may be."""
    with_summary: bool = False
    has_cursor: bool = False
    note: str = ""
    can_pick: bool = False
    """Whether `fields` makes it shorter."""

    @property
    def bytes(self) -> int:
        return sum(self._sizes())

    def and_then(self, other: "Page") -> "Page":
        """This page and the next; what stands in both because the list moved meanwhile stands once."""
        seen = {repr(item["id"]) for item in self.items if "id" in item}
        new = [n for n, item in enumerate(other.items) if "id" not in item or repr(item["id"]) not in seen]
        return replace(
            self,
            items=[*self.items, *(other.items[n] for n in new)],
            shown=[*self.shown, *(other.shown[n] for n in new)],
            taken=self.taken + other.taken,
            more=other.more,
        )

    def stopped(self, why: str) -> "Page":
        """This page, and why there is no more of it."""
        return replace(self, more=True, note=f"{why}: these are the first {len(self.shown)}. {self.note}".strip())

    def data(self) -> dict[str, Any]:
        """The answer."""
        found: dict[str, Any] = {}
        if self.with_summary and self.listing.summary is not None:
            found |= self.listing.summary(self.items)
        found[self.listing.key] = self.shown
        if self.offset is not None:
            found["more"] = self.more
            if self.more:
                found["nextOffset"] = self.offset + self.taken
                if self.has_cursor and self.items and (last := self.items[-1].get(_CURSOR)):
                    found["last"] = last
        if self.note:
            found["note"] = self.note
        return found

    def cut(self, most: int) -> "Page":
        """As much of it as fits into so many bytes, with a word on the rest. At least one item, however large."""
        around = replace(self, items=self.items[-1:], shown=[], more=True)
        room = most - _FOR_THE_NOTE - len(to_json(around.data()))
        fitting = sum(1 for total in accumulate(self._sizes()) if total <= room)
        if fitting == len(self.shown):
            return self
        kept = max(fitting, 1)
        note = f"{self._cut_note(kept, most)} {self.note}".strip()
        cut = replace(self, items=self.items[:kept], shown=self.shown[:kept], more=True, note=note)
        return replace(cut, taken=kept)

    def _cut_note(self, kept: int, most: int) -> str:
        told = f"Cut at {most:,} bytes: {kept:,} of the {len(self.shown):,} that were read."
        ways = [f"go on with `offset`: {self.offset + kept}"] if self.offset is not None else []
        ways += ["ask for fewer `fields`"] if self.can_pick else []
        way = " or ".join(ways)
        return f"{told} {way[:1].upper()}{way[1:]}." if ways else told

    def _sizes(self) -> list[int]:
        return [len(to_json(item)) + 1 for item in self.shown]


def note_of(unknown: Sequence[str], items: Sequence[Mapping[str, Any]]) -> str:
    """What to say of fields that were asked for, and that no item has."""
    known = dict.fromkeys(name for item in items for name in item)
    return f"No item has {_listed(unknown)}. They have: {_listed(known)}."


def _listed(names: Iterable[str]) -> str:
    # Names of keys are the account's.
    return ", ".join(safe(name, _LONGEST_NAME) for name in list(names)[:_MOST_NAMES])
