"""Make's query strings: `cols[]=id&cols[]=name`, `pg[limit]=10`."""

from __future__ import annotations

import re
from collections.abc import Iterable

_INDEX = re.compile(r"\[[0-9]+\]$")


def parameters(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """All values of each name. `cols[0]` means `cols[]`, as in every reader of such queries."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(_INDEX.sub("[]", name), []).append(value)
    return values
