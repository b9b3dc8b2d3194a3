"""The pages of a list, whatever its upstream makes of limit and offset. Pure: nothing here is sent."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from make_mcp.recipes.values import count_of, object_of

LARGEST = 500
_SMALLER = 100
"""What an upstream takes that refuses the largest."""
_TOO_LARGE = 400
"""With this a page is refused that is too large."""
_COLUMNS_REFUSED = frozenset({_TOO_LARGE, 500})
"""With these Make refuses a column that the plan does not include."""


@dataclass(slots=True)
class Pages:
    """Where the reading of one list stands. What is refused is asked for again with less."""

    most: int
    is_paged: bool
    columns: list[str] | None = None
    """Those that are asked for."""
    found: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    repeats: bool = False
    """Whether a page held nothing but what was there already."""
    _taken: int = 0
    """Items that were given, the same ones twice among them."""
    _known: set[Hashable] = field(default_factory=set[Hashable])
    """Their ids."""
    _sizes: list[int | None] = field(default_factory=lambda: [LARGEST, _SMALLER, None])
    """Sizes of a page, the first of which is asked for; None for none at all."""
    _has_columns: bool = True

    @property
    def _size(self) -> int | None:
        largest = self._sizes[0]
        return None if largest is None else min(largest, self.most - len(self.found) + 1)

    @property
    def arguments(self) -> dict[str, Any]:
        """What the next request asks for, by the names in Python."""
        asked = self.columns_asked
        if not self.is_paged:
            return asked
        if self._size is not None:
            asked["limit"] = self._size
        return asked | ({"offset": self._taken} if self._taken else {})

    @property
    def columns_asked(self) -> dict[str, Any]:
        return {"fields": list(self.columns)} if self.columns and self._has_columns else {}

    def refused(self, status: int) -> bool:
        """Whether it is worth asking again after such an answer, and then without the columns, or for a smaller page."""
        if self.columns and self._has_columns and status in _COLUMNS_REFUSED:
            self._has_columns = False
            return True
        before = self._size
        if not self.is_paged or status != _TOO_LARGE or before is None:
            return False
        while (size := self._size) is not None and size >= before:
            self._sizes.pop(0)
        self._has_columns = True
        return True

    def took(self, items: Sequence[dict[str, Any]], answer: Mapping[str, Any]) -> bool:
        """Takes a page, and says whether another one may follow. What earlier pages held is not taken twice."""
        size = self._size
        ids = [cast("Hashable", id_) if isinstance(id_ := item.get("id"), int | str) else None for item in items]
        new = [item for item, id_ in zip(items, ids, strict=True) if id_ is None or id_ not in self._known]
        self._known.update(id_ for id_ in ids if id_ is not None)
        self._taken += len(items)
        self.found += new
        if not items or not self.is_paged or self.has_more:
            return False
        self.repeats = not new
        return not self.repeats and _is_full(len(items), size, count_of(object_of(answer, "pg"), "limit"))

    @property
    def has_more(self) -> bool:
        """Whether there are more items than are wanted."""
        return len(self.found) > self.most


def _is_full(items: int, asked: int | None, served: int | None) -> bool:
    """Whether more may follow a page: it is as large as was asked for, or as Make's own `pg` says that its pages are.

    Where neither is known, nothing but an empty page is the last.
    """
    if asked is None and not served:
        return True
    return any(size is not None and 0 < size <= items for size in (asked, served))
