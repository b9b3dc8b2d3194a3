"""What a listing costs: the bytes that a model reads in every conversation, beside what was promised."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mcp_types import Tool

from make_mcp.selection import ALL, CATALOG, DEFAULT, listing, select, toolsets
from make_mcp.settings import Settings
from make_mcp.start import say
from make_tools import GROUPS

AVERAGE = 420
LARGEST = 1_200
WHOLE = 32_000
WHOLE_DEFAULT = 16_000
WHOLE_CATALOG = 2_000
"""The budgets, in bytes: of a tool from its name to its annotations, and of all that `tools/list` answers."""
_BYTES_OF_A_TOKEN = 4
"""An estimate: tokenizers differ, and JSON takes more of them than prose."""
_READ = ("name", "title", "description", "inputSchema", "annotations")
"""What hosts show a model of a tool, or its person. What it answers is for programs, and counts in the whole."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Of some tools, in bytes. `whole` is everything that is answered; `each` is by tool."""

    each: Mapping[str, int]
    whole: int

    @property
    def total(self) -> int:
        return sum(self.each.values())

    @property
    def average(self) -> float:
        return self.total / len(self.each) if self.each else 0

    @property
    def largest(self) -> int:
        return max(self.each.values(), default=0)


def cost(tools: Sequence[Tool]) -> Cost:
    entries = [tool.model_dump(by_alias=True, mode="json", exclude_none=True) for tool in tools]
    each = {entry["name"]: _bytes({name: entry[name] for name in _READ if name in entry}) for entry in entries}
    return Cost(each=each, whole=_bytes({"tools": entries}))


def costs(settings: Settings) -> dict[str, Cost]:
    """Of each toolset alone, with everything else as these settings have it."""
    found: dict[str, Cost] = {}
    for name in (DEFAULT, ALL, CATALOG, *toolsets(GROUPS)):
        alone = settings.model_copy(update={"toolsets": (name,), "tools": (), "catalog": False})
        found[name] = cost(listing(select(GROUPS, alone), alone))
    return found


def show_cost(settings: Settings, *, as_json: bool) -> None:
    """Prints what each toolset costs, and each tool that these settings list."""
    own = cost(listing(select(GROUPS, settings), settings))
    every = costs(settings)
    budget = {"average": AVERAGE, "largest": LARGEST, "whole": WHOLE, DEFAULT: WHOLE_DEFAULT, CATALOG: WHOLE_CATALOG}
    if as_json:
        told = {
            "budget": budget,
            "toolsets": {name: _figures(one) for name, one in every.items()},
            "listed": _figures(own),
            "tools": {name: {"bytes": size, "tokens": tokens(size)} for name, size in own.each.items()},
        }
        say(json.dumps(told, indent=2))
        return
    say(f"{'toolset':<24}{'tools':>7}{'bytes':>9}{'average':>9}{'largest':>9}{'tools/list':>12}{'tokens':>9}")
    for name, one in {**every, "these settings": own}.items():
        say(
            f"{name:<24}{len(one.each):>7,}{one.total:>9,}{one.average:>9,.0f}{one.largest:>9,}{one.whole:>12,}"
            f"{tokens(one.whole):>9,}"
        )
    say(f"{'budget':<24}{'':>16}{AVERAGE:>9,}{LARGEST:>9,}{WHOLE:>12,}{tokens(WHOLE):>9,}")
    say(f"{f'budget of {DEFAULT}':<24}{'':>34}{WHOLE_DEFAULT:>12,}{tokens(WHOLE_DEFAULT):>9,}")
    say()
    for name, size in sorted(own.each.items(), key=lambda pair: -pair[1]):
        say(f"  {name:<40}{size:>7,}{tokens(size):>7,}")
    say(
        "\nBytes are those of compact JSON: of a tool its name, title, description, input schema and annotations, under tools/list the "
        f"whole answer with the schemas of answers too. Tokens are an estimate: bytes / {_BYTES_OF_A_TOKEN}."
    )


def tokens(size: int) -> int:
    return round(size / _BYTES_OF_A_TOKEN)


def _figures(one: Cost) -> dict[str, Any]:
    return {
        "tools": len(one.each), "bytes": one.total, "average": round(one.average, 1), "largest": one.largest,
        "whole": one.whole, "tokens": tokens(one.whole),
    }  # fmt: skip


def _bytes(data: object) -> int:
    return len(json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode())
